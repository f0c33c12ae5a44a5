"""A rule of the coach, alone, on its own examples and against hostile texts."""

import re
from collections.abc import Iterator, Sequence

from avec_proxy.coach import context, politeness
from avec_proxy.coach.rules import ContextRule, PolitenessRule, expand, unmark
from avec_proxy.model import Politeness
from avec_proxy.rulebook import check_speed

# what courtesies and cues are made of, repeated
_HOSTILE = ("merci ", "s'", ", ", "stp ", "bonjour et ", "pour le ", "dans un ", "ttt", "5 ")


def mode_of(rule: PolitenessRule) -> Politeness:
    """Return the mode in which a rule works."""
    return Politeness.REWRITE if rule.mode == "rewrite" else Politeness.ON


def after(text: str, rules: Sequence[PolitenessRule], mode: Politeness) -> str:
    """Return a text once its cuts are made."""
    return politeness.apply(text, politeness.find(text, mode=mode, rules=rules))


def check_patterns(rule: PolitenessRule | ContextRule) -> None:
    """Raise `RuleFileError` if an expression of `rule` is slow on a long hostile text (see `rulebook.check_speed`)."""
    check_speed(
        rule.id,
        {
            field: [re.compile(expand(text), re.IGNORECASE | re.MULTILINE) for text in getattr(rule, field, ())]
            for field in ("pattern", "cues", "unless")
        },
        _HOSTILE,
    )


def politeness_problems(rule: PolitenessRule) -> Iterator[str]:
    """Yield where a rule alone does not do what its examples say, one line each; examples are not quoted."""
    mode = mode_of(rule)
    for rank, marked in enumerate(rule.examples.match):
        text, left = unmark(marked)
        if _squeezed(after(text, (rule,), mode)) != _squeezed(left):
            yield f"examples.match.{rank}: the rule takes away something else than the marks ‹ › bound"
    for rank, rewritten in enumerate(rule.examples.rewritten):
        if after(rewritten.text, (rule,), mode) != rewritten.result:
            yield f"examples.rewritten.{rank}: the rule makes something else of it"
    for rank, example in enumerate(rule.examples.no_match):
        if after(example.text, (rule,), mode) != example.text:
            yield f"examples.no_match.{rank}: the rule should leave it alone"


def context_problems(rule: ContextRule) -> Iterator[str]:
    """Yield where a rule alone does not warn, or warns, against its examples, one line each."""
    for rank, text in enumerate(rule.examples.warned):
        if [w.code for w in context.warnings(text, first_turn=True, rules=(rule,))] != [rule.code]:
            yield f"examples.warned.{rank}: the rule should warn"
    for rank, example in enumerate(rule.examples.silent):
        if context.warnings(example.text, first_turn=True, rules=(rule,)):
            yield f"examples.silent.{rank}: the rule should stay silent"


def _squeezed(text: str) -> str:
    """Return a text without its spacing and capitals: a cut may set the next word's capital."""
    return re.sub(r"\s+", " ", text).strip().casefold()
