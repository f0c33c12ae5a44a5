"""Identifier rules at work on a text: labels, patterns, checksums, words nearby.

Detection only scores; what becomes of a finding is policy's. Overlaps are left to the caller, with one exception:
what a label or a checksum makes certain silences other kinds that only look alike on the same characters.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from avec_proxy.checks import CHECKSUMS
from avec_proxy.detect.cover import Cover
from avec_proxy.model import Finding
from avec_proxy.rulebook import CLOSE, OPEN, IdentifierRule
from avec_proxy.scan import Scan

# With label and right check digit; with either; with a label and a wrong check digit (a typo is still that person).
CERTAIN, CONFIRMED, MISTYPED = 1.0, 0.9, 0.85
_CONTEXT = 80
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class _Hit:
    finding: Finding
    sure: bool


class _Prepared:
    """One rule with its compiled expressions."""

    def __init__(self, rule: IdentifierRule) -> None:
        self.rule = rule
        self.labelled = tuple(Scan(text, rule.options) for text in rule.sources("labels"))
        self.patterns = tuple(Scan(text, rule.options) for text in rule.sources("pattern"))
        self.checksum: Callable[[str], bool] | None = CHECKSUMS[rule.checksum] if rule.checksum else None

    @cached_property
    def near(self) -> tuple[re.Pattern[str], ...]:
        """What must stand nearby; compiled when something may have been found."""
        return tuple(re.compile(text, self.rule.options) for text in self.rule.sources("near"))

    @cached_property
    def unless(self) -> tuple[re.Pattern[str], ...]:
        """What nearby silences the rule."""
        return tuple(re.compile(text, self.rule.options) for text in self.rule.sources("unless"))

    def hits(self, text: str) -> Iterator[_Hit]:
        """Yield what the rule finds, first after its labels; the same characters may come twice."""
        for pattern in self.labelled:
            for start, end in _spans(pattern, text):
                hit = self._labelled(text, start, end)
                if hit is not None:
                    yield hit
        for pattern in self.patterns:
            for start, end in _spans(pattern, text):
                hit = self._bare(text, start, end)
                if hit is not None:
                    yield hit

    def _labelled(self, text: str, start: int, end: int) -> _Hit | None:
        right = self.checksum is None or self.checksum(text[start:end])
        if (not right and self.rule.checksum_when == "always") or self._silenced(text, start, end):
            return None
        score = MISTYPED if not right else (CONFIRMED if self.checksum is None else CERTAIN)
        return self._hit(start, end, max(score, self.rule.score) if right else score, sure=True)

    def _bare(self, text: str, start: int, end: int) -> _Hit | None:
        if self.checksum is not None and not self.checksum(text[start:end]):
            return None
        if self.near:
            reach = self.rule.near_distance
            around = f"{_before(text, start, reach)}{OPEN}{CLOSE}{_after(text, end, reach)}"
            if not any(word.search(around) for word in self.near):
                return None
        if self._silenced(text, start, end):
            return None
        score = self.rule.score if self.checksum is None else max(CONFIRMED, self.rule.score)
        return self._hit(start, end, score, sure=self.checksum is not None)

    def _silenced(self, text: str, start: int, end: int) -> bool:
        if not self.unless:
            return False
        before = _before(text, start, _CONTEXT).rpartition("\n")[2]
        after = _after(text, end, _CONTEXT).partition("\n")[0]
        context = f"{before}{OPEN}{text[start:end]}{CLOSE}{after}"
        return any(pattern.search(context) for pattern in self.unless)

    def _hit(self, start: int, end: int, score: float, *, sure: bool) -> _Hit:
        return _Hit(Finding(start, end, self.rule.entity_type, self.rule.id, score), sure)


def _before(text: str, start: int, reach: int) -> str:
    """Return up to `reach` characters before `start`, without a word cut in two: « délit » is no « lit »."""
    cut = max(start - reach, 0)
    while 0 < cut < start and _is_word(text[cut - 1]) and _is_word(text[cut]):
        cut += 1
    return text[cut:start]


def _after(text: str, end: int, reach: int) -> str:
    """Return up to `reach` characters after `end`, without a word cut in two."""
    cut = min(end + reach, len(text))
    while end < cut < len(text) and _is_word(text[cut - 1]) and _is_word(text[cut]):
        cut -= 1
    return text[end:cut]


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _spans(pattern: Scan, text: str) -> Iterator[tuple[int, int]]:
    named = "id" in pattern.pattern.groupindex
    for match in pattern.finditer(text):
        start, end = match.span("id") if named else match.span()
        if start < end:
            yield start, end


class PatternMatcher:
    """Finds what the rules describe. Pure and stateless once built; `strict` adds the eager rules of level 3."""

    def __init__(self, rules: Sequence[IdentifierRule], strict: bool = False) -> None:
        self._rules = [_Prepared(rule) for rule in rules if strict or rule.level < 3]

    def find(self, text: str) -> list[Finding]:
        """Return the findings in `text`, sorted by place; they may overlap."""
        lower = text.lower()
        digit = _DIGIT.search(text) is not None
        hits: list[_Hit] = []
        for prepared in self._rules:
            rule = prepared.rule
            if rule.digit and not digit:
                continue
            if rule.requires and not any(needle in lower for needle in rule.requires):
                continue
            hits.extend(_outermost(prepared.hits(text)))
        return sorted(_settle(hits), key=lambda f: (f.start, f.end, f.rule))


def _outermost(hits: Iterator[_Hit]) -> list[_Hit]:
    """Return the hits of one rule without those that lie inside another («11 janvier» in «du 4 au 11 janvier»)."""
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda h: (h.finding.start, -h.finding.end)):
        if not kept or hit.finding.end > kept[-1].finding.end:
            kept.append(hit)
    return kept


def _settle(hits: list[_Hit]) -> Iterator[Finding]:
    """Yield the findings, without the unsure ones that lie inside a sure one of another kind."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for hit in hits:
        if hit.sure:
            spans.setdefault(hit.finding.entity_type, []).append((hit.finding.start, hit.finding.end))
    covers = {entity_type: Cover(places) for entity_type, places in spans.items()}
    for hit in hits:
        found = hit.finding
        others = (cover for entity_type, cover in covers.items() if entity_type != found.entity_type)
        if hit.sure or not any(cover.holds(found.start, found.end) for cover in others):
            yield found
