"""A rule of medical secrecy or of told cases, alone, on its own examples and against hostile texts."""

import re
from collections.abc import Callable, Iterator

from avec_proxy.detect.health import advice, read, signs, together
from avec_proxy.detect.health.advice import SecrecyRule
from avec_proxy.detect.health.flat import Flat, flatten
from avec_proxy.detect.health.signs import NarrativeRule
from avec_proxy.detect.health.vocabulary import HealthRule, Vocabulary
from avec_proxy.rulebook import Examples, check_speed, unmark
from avec_proxy.scan import reading

# what such a text is made of, repeated
_HOSTILE = ("pas de ", "son mari ", "a ete ", "la nuit ", "enfant place ", "de la ", "boit ", "mutation ", "coup ", "⟦")


def check_patterns(rule: HealthRule) -> None:
    """Raise `RuleFileError` if an expression of `rule` is slow on a long hostile text (see `rulebook.check_speed`)."""
    compiled = {
        field: [re.compile(pattern) for group in rule.groups for pattern in getattr(group, field)]
        for field in ("patterns", "near", "unless")
    }
    check_speed(rule.id, compiled, _HOSTILE)


def problems(rule: HealthRule) -> Iterator[str]:
    """Yield where a rule alone does not find exactly what its examples mark, one line each; none is quoted."""
    alone = Vocabulary([rule])
    return _problems(rule.examples, lambda flat: [(f.start, f.end) for f in alone.find(flat)])


def check_signs(rule: NarrativeRule) -> None:
    """Raise `RuleFileError` if an expression of `rule` is slow on a long hostile text (see `rulebook.check_speed`)."""
    compiled = {"patterns": [re.compile(signs.filled(pattern)) for group in rule.groups for pattern in group.patterns]}
    check_speed(rule.id, compiled, (*_HOSTILE, "la dame ", "elle a ", "de 3 ans ", "une petite ", "j'ai vu "))


def sign_problems(rule: NarrativeRule) -> Iterator[str]:
    """Yield where a rule of told cases alone does not find exactly what its examples mark; none is quoted."""
    return _problems(rule.examples, lambda flat: [flat.original(*span) for span in signs.spans(rule, flat.text)])


def _problems(examples: Examples, find: Callable[[Flat], list[tuple[int, int]]]) -> Iterator[str]:
    """Yield where `find`, which gives spans of the text as written, differs from the marks of `examples`."""

    def found(text: str) -> list[tuple[int, int]]:
        flat = flatten(text)
        with reading(flat.text):
            return find(flat)

    for rank, marked in enumerate(examples.match):
        text, spans = unmark(marked)
        if found(text) != spans:
            yield f"examples.match.{rank}: the rule finds something else than the marks ⟦ ⟧ bound"
    for rank, counter in enumerate(examples.no_match):
        if found(counter.text):
            yield f"examples.no_match.{rank}: the rule should stay silent"


def advice_problems(rule: SecrecyRule) -> Iterator[str]:
    """Yield where a warning alone is given, or not, against its examples, one line each; none is quoted."""
    for rank, text in enumerate(rule.examples.warned):
        if not _warned(rule, text):
            yield f"examples.warned.{rank}: the rule should warn"
    for rank, example in enumerate(rule.examples.silent):
        if _warned(rule, example.text):
            yield f"examples.silent.{rank}: the rule should stay silent"


def _warned(rule: SecrecyRule, text: str) -> bool:
    return any(True for _ in advice.warnings(together([read(text)], [0], tied=False), among=[rule]))
