"""A rule of indirect identification, alone, on its own examples and against hostile texts."""

import re
from collections.abc import Iterator

from avec_proxy.detect.quasi.vocabulary import QuasiRule, Vocabulary
from avec_proxy.rulebook import check_speed, unmark

# what such a text is made of, repeated
_HOSTILE = ("le maire de ", "ancien ", "la ", "son fils ", "est ", "« ", "a dit ", "1 ", "aa-")


def check_patterns(rule: QuasiRule) -> None:
    """Raise `RuleFileError` if an expression of `rule` is slow on a long hostile text (see `rulebook.check_speed`)."""
    compiled = {"groups": [re.compile(p, re.IGNORECASE) for group in rule.groups for p in group.patterns]}
    for field in ("after", "unless_after"):
        compiled[field] = [re.compile(getattr(rule, field), re.IGNORECASE)] if getattr(rule, field) else []
    check_speed(rule.id, compiled, _HOSTILE)


def problems(rule: QuasiRule) -> Iterator[str]:
    """Yield where a rule alone does not find exactly what its examples mark, one line each; none is quoted."""
    alone = Vocabulary([rule])
    for rank, marked in enumerate(rule.examples.match):
        text, spans = unmark(marked)
        if sorted({(a.start, a.end) for a in alone.find(text)}) != spans:
            yield f"examples.match.{rank}: the rule finds something else than the marks ⟦ ⟧ bound"
    for rank, counter in enumerate(rule.examples.no_match):
        if any(True for _ in alone.find(counter.text)):
            yield f"examples.no_match.{rank}: the rule should stay silent"
