"""An identifier rule, alone, on its own examples: exactly what they mark, and silence where it should be."""

from collections.abc import Iterator

from avec_proxy.detect.patterns import PatternMatcher
from avec_proxy.rulebook import IdentifierRule, unmark


def problems(rule: IdentifierRule) -> Iterator[str]:
    """Yield what is wrong, one line each, by field; an example is never quoted: it could be somebody's."""
    matcher = PatternMatcher([rule], strict=True)
    for rank, marked in enumerate(rule.examples.match):
        if wrong := misfound(matcher, marked):
            yield f"examples.match.{rank}: {wrong}"
    for rank, example in enumerate(rule.examples.no_match):
        if wrong := unsilent(matcher, example.text):
            yield f"examples.no_match.{rank}: {wrong}"


def misfound(matcher: PatternMatcher, marked: str) -> str:
    """Return how what `matcher` finds in a marked text differs from its marks ⟦ ⟧, or "" if it is exactly that."""
    text, spans = unmark(marked)
    found = _found(matcher, text)
    return "" if found == spans else f"marks characters {_places(spans)}, the rule finds {_places(found)}"


def unsilent(matcher: PatternMatcher, text: str) -> str:
    """Return what `matcher` finds in a text in which it should find nothing, or ""."""
    found = _found(matcher, text)
    return f"the rule should find nothing, it finds characters {_places(found)}" if found else ""


def _found(matcher: PatternMatcher, text: str) -> list[tuple[int, int]]:
    return [(f.start, f.end) for f in matcher.find(text)]


def _places(spans: list[tuple[int, int]]) -> str:
    return ", ".join(f"{start + 1}-{end}" for start, end in spans) or "none"
