"""What tells much of a person in words: rare diseases, professions, roles, events, … as `rules/quasi` lists them.

A phrase is looked up word by word, folded (case, accents, apostrophes), so that lists may be long and stay cheap; a
pattern is a regular expression without regard to case.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from itertools import pairwise
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from avec_proxy.lexicons import fold
from avec_proxy.mapping import MAX_HINT
from avec_proxy.model import Attribute, Proposal
from avec_proxy.rulebook import SHIPPED, Examples, Regexes, Rule, rules_of
from avec_proxy.scan import Scan

_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[ \u00a0\u202f'’‑-]{1,2}")
_BEFORE = 120  # characters that a condition on what stands before may look at
# a profession is the person's own where it stands beside: «45 ans, boulangère», «il est notaire», «ancien luthier»
_APPOSED = re.compile(
    r"(?:[,(;–—] ?(?:une? )?|\b(?:homme|femme|patiente?|monsieur|dame|veuf|veuve) "
    r"|\b(?:est|suis|était|fut|comme|ex|profession|métier|retraitée?|devenue?|en tant que)\s?:?[ -]?(?:(?:une?|la|le) |l['’])?)"
    r"(?:ancien(?:ne)? )?$|\b[Aa]ncien(?:ne)? $",
    re.IGNORECASE,
)


class Group(BaseModel):
    """Words that tell equally much: `bits` is -log2 of the share of people; an `override` alone makes a text red.

    `apposed`: only where the word stands beside the person; `min_words`: in a match of a pattern. `general`: French
    words that say less, for the user to choose, and `general_bits`, what they still tell.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    bits: float = Field(gt=0, le=26)
    override: bool = False
    apposed: bool = False
    min_words: int = Field(default=1, ge=1, le=50)
    general: str = Field(default="", max_length=MAX_HINT - 2, pattern=r"^[^\[\]\n\\]*$")
    general_bits: float = Field(default=0, ge=0, le=26)
    phrases: tuple[str, ...] = ()
    patterns: Regexes = ()

    @model_validator(mode="after")
    def _says_less(self) -> Self:
        if self.general and not 0 < self.general_bits < self.bits:
            raise ValueError("general_bits must be above 0 and below bits")
        return self

    @cached_property
    def scans(self) -> tuple[Scan, ...]:
        """The patterns, compiled on first use."""
        return tuple(Scan(pattern, re.IGNORECASE) for pattern in self.patterns)


class QuasiRule(Rule):
    """One kind of attribute. `noun` and `advice` name it in French, and how to make it more general.

    `after` must match, `unless_after` must not match the text before (at most 120 characters, ends at the match).
    `apposed` holds for every group.
    """

    why: str = Field(min_length=3)
    source: str = Field(min_length=3)
    kind: str = Field(pattern=r"^[a-z]+$")
    noun: str = Field(min_length=3)
    advice: str = Field(min_length=3)
    apposed: bool = False
    after: str = ""
    unless_after: str = ""
    groups: tuple[Group, ...] = Field(min_length=1)
    examples: Examples

    @model_validator(mode="after")
    def _compiles(self, info: ValidationInfo) -> Self:
        if not (info.context or {}).get(SHIPPED):
            try:
                for pattern in (self.after, self.unless_after, *(p for g in self.groups for p in g.patterns)):
                    re.compile(pattern)
            except (re.error, OverflowError, RecursionError):
                raise ValueError("a pattern does not compile") from None
        return self

    @cached_property
    def _conditions(self) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
        never = re.compile(self.unless_after, re.IGNORECASE) if self.unless_after else None
        return re.compile(self.after, re.IGNORECASE), never

    def stands(self, text: str, start: int, end: int, group: Group) -> bool:
        """Tell whether a match of `group` at [start, end) is one, by what stands before it."""
        before = text[max(start - _BEFORE, 0) : start]
        after, never = self._conditions
        if (self.apposed or group.apposed) and _APPOSED.search(before) is None:
            return False
        if group.min_words > 1 and len(_WORD.findall(text, start, end)) < group.min_words:
            return False
        return after.search(before) is not None and (never is None or never.search(before) is None)


# what a placeholder of a generalised attribute says
_GENERAL = Scan(rf"\[[A-Z]{{2,24}}_\d{{1,6}} : (?P<said>[^\[\]\n\\]{{1,{MAX_HINT}}})\]")
_Match = tuple[QuasiRule, Group, int, int]
_Entry = tuple[tuple[str, ...], QuasiRule, Group]


class Vocabulary:
    """All rules of `rules/quasi`, ready to read a text."""

    def __init__(self, rules: Sequence[QuasiRule]) -> None:
        self.rules = tuple(rules)
        self._phrases: dict[str, list[_Entry]] = {}
        for rule in rules:
            for group in rule.groups:
                for phrase in group.phrases:
                    words = tuple(_WORD.findall(fold(phrase)))
                    self._phrases.setdefault(words[0], []).append((words, rule, group))
        for entries in self._phrases.values():
            entries.sort(key=lambda entry: -len(entry[0]))
        self._general = {g.general: (rule.kind, g.general_bits) for rule in rules for g in rule.groups if g.general}

    @classmethod
    @cache
    def load(cls) -> "Vocabulary":
        """Return the shipped rules and one's own, read once. Raises `RuleFileError`."""
        return cls(rules_of("quasi", QuasiRule))

    def find(self, text: str) -> Iterator[Attribute]:
        """Yield what the rules find in `text`, rule by rule for patterns, phrases first; spans may overlap.

        What a placeholder says in general words counts for what these words tell.
        """
        for rule, group, start, end in self._matches(text):
            yield Attribute(rule.kind, group.bits, start, end, group.override)
        for match in _GENERAL.finditer(text):
            if match["said"] in self._general:
                yield Attribute(*self._general[match["said"]], *match.span("said"))

    def wider(self, text: str) -> Iterator[Proposal]:
        """Yield more general words for what the rules find in `text`, where a rule has some; spans may overlap."""
        for rule, group, start, end in self._matches(text):
            if group.general:
                yield Proposal(rule.kind, start, end, group.general)

    def _matches(self, text: str) -> Iterator[_Match]:
        yield from self._by_words(text)
        for rule in self.rules:
            for group in rule.groups:
                for scan in group.scans:
                    for match in scan.finditer(text):
                        if rule.stands(text, match.start(), match.end(), group):
                            yield rule, group, match.start(), match.end()

    def _by_words(self, text: str) -> Iterator[_Match]:
        words = [(fold(m[0]), m.start(), m.end()) for m in _WORD.finditer(text)]
        for at, (word, start, _) in enumerate(words):
            for phrase, rule, group in self._phrases.get(word, ()):
                found = words[at : at + len(phrase)]
                if tuple(w for w, _, _ in found) != phrase or not _joined(text, found):
                    continue
                end = found[-1][2]
                if rule.stands(text, start, end, group):
                    yield rule, group, start, end
                    break


def _joined(text: str, words: list[tuple[str, int, int]]) -> bool:
    """Tell whether only a space, an apostrophe or a hyphen stands between the words."""
    return all(_GAP.fullmatch(text, a[2], b[1]) for a, b in pairwise(words))
