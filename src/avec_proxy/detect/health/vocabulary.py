"""The words of health, category by category, as `rules/health` lists them.

Phrases are looked up word by word, plurals and «-ée» undone; patterns, `near` and `unless` are expressions on the flat
text (lower case, no accents, `'` for every apostrophe). Drugs and diseases come from the lexicons by the codes of their
classes, so that a rule names a class (ATC, ICD-10) and not a thousand words.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cache, cached_property
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from avec_proxy import lexicons
from avec_proxy.detect.health.flat import Flat
from avec_proxy.detect.health.said import denied, of_relative
from avec_proxy.model import HealthFact
from avec_proxy.rulebook import SHIPPED, Examples, Regexes, Rule, rules_of
from avec_proxy.scan import Scan

_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[ \t\n'-]{1,3}")
_CODE = Scan(r"\b(?P<code>[a-z]\d\d)(?:\.(?P<rest>\d{1,2}))?(?!\w|\.\d)")
_CODED = re.compile(r"\b(?:cim|icd|codes?|code par|dp|das)\W{0,4}(?:1[01])?\W{0,4}$")
AROUND = 80  # characters on either side that `near` and `unless` look at


class Group(BaseModel):
    """Words with the same conditions.

    `phrases` in any case, `acronyms` in capitals alone; `atc`, `icd`: beginnings of the codes whose drugs and diseases
    count (ICD-10 codes written in a text count too), less the terms of `but`. `near` must, `unless` must not be found
    within `AROUND` characters; in `unless` the words found are written ⟦⟧.
    `tested`: counts even when it is denied, because a negative test tells that there was a test.
    `relatives`: counts when it is said of a relative.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    phrases: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()
    patterns: Regexes = ()
    atc: tuple[str, ...] = ()
    icd: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    near: Regexes = ()
    unless: Regexes = ()
    tested: bool = False
    relatives: bool = True

    @cached_property
    def scan(self) -> Scan | None:
        """The patterns as one, compiled on first use."""
        return Scan(_any(self.patterns)) if self.patterns else None

    @cached_property
    def _conditions(self) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
        near, unless = (re.compile(_any(patterns)) if patterns else None for patterns in (self.near, self.unless))
        return near, unless

    def stands(self, text: str, start: int, end: int) -> bool:
        """Tell whether what was found at [start, end) of a flat text is meant, by what stands around it."""
        near, unless = self._conditions
        if near is None and unless is None:
            return self.tested or not denied(text, start, end)
        before, after = text[max(start - AROUND, 0) : start], text[end : end + AROUND]
        if near is not None and near.search(before) is None and near.search(after) is None:
            return False
        if unless is not None and unless.search(f"{before}⟦{text[start:end]}⟧{after}") is not None:
            return False
        return self.tested or not denied(text, start, end)


class HealthRule(Rule):
    """One category of what medical secrecy covers; `noun` names it in French after a colon.

    `protected`: whether the law protects it beyond secrecy (`false`: diagnosis, treatment, act, result).
    """

    why: str = Field(min_length=3)
    source: str = Field(min_length=3)
    noun: str = Field(min_length=3)
    protected: bool = True
    groups: tuple[Group, ...] = Field(min_length=1)
    examples: Examples

    @model_validator(mode="after")
    def _compiles(self, info: ValidationInfo) -> Self:
        if not (info.context or {}).get(SHIPPED):
            try:
                for pattern in (p for g in self.groups for p in (*g.patterns, *g.near, *g.unless)):
                    re.compile(pattern)
            except (re.error, OverflowError, RecursionError):
                raise ValueError("a pattern does not compile") from None
        if not all(_WORD.search(phrase) for g in self.groups for phrase in (*g.phrases, *g.acronyms)):
            raise ValueError("a phrase has no word")
        return self


class _Entry(NamedTuple):
    rank: int  # of the rule
    group: Group
    capitals: bool


class _Phrases:
    """What begins with one word: its phrases by their stems, and how many words the longest has."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, ...], list[_Entry]] = {}
        self.longest = 1

    def add(self, words: tuple[str, ...], entry: _Entry) -> None:
        self.entries.setdefault(words, []).append(entry)
        self.longest = max(self.longest, len(words))


class Vocabulary:
    """All rules of `rules/health`, ready to read a text."""

    def __init__(self, rules: Sequence[HealthRule]) -> None:
        self.rules = tuple(rules)
        self._by_stem: dict[str, _Phrases] = {}
        self._coded: list[tuple[int, Group]] = []
        for rank, rule in enumerate(rules):
            for group in rule.groups:
                for phrase in (*group.phrases, *_terms(group)):
                    self._add(phrase, _Entry(rank, group, capitals=False))
                for acronym in group.acronyms:
                    self._add(acronym, _Entry(rank, group, capitals=True))
                if group.icd:
                    self._coded.append((rank, group))
        # a text's words are looked up as they stand: only what begins a phrase is worth a stem
        self._begin = {form: found for stem, found in self._by_stem.items() for form in _forms(stem)}

    def _add(self, phrase: str, entry: _Entry) -> None:
        words = tuple(_stem(word) for word in _WORD.findall(lexicons.fold(phrase)))
        self._by_stem.setdefault(words[0], _Phrases()).add(words, entry)

    @classmethod
    @cache
    def load(cls) -> "Vocabulary":
        """Return the shipped rules, read once. Raises `RuleFileError`."""
        return cls(rules_of("health", HealthRule))

    def find(self, flat: Flat) -> Iterator[HealthFact]:
        """Yield what the rules find, in reading order, spans in the text as given; of one rule they do not overlap."""
        last: dict[int, int] = {}
        found = [span for find in (self._by_words, self._by_codes, self._patterned) for span in find(flat, ())]
        for start, end, rank in sorted(found, key=lambda span: (span[0], -span[1])):
            if start >= last.get(rank, 0):
                last[rank] = end
                yield self._fact(flat, start, end, rank)

    def first(self, flat: Flat) -> list[HealthFact]:
        """Return one fact of each rule that finds any: the first word, else the first code, else a match of a pattern.

        That is much less work than to find them all.
        """
        one: dict[int, tuple[int, int, int]] = {}
        for find in (self._by_words, self._by_codes, self._patterned):
            for found in find(flat, one.keys()):
                one.setdefault(found[2], found)
        return [self._fact(flat, *found) for found in one.values()]

    def _fact(self, flat: Flat, start: int, end: int, rank: int) -> HealthFact:
        rule = self.rules[rank]
        return HealthFact(rule.id, *flat.original(start, end), rule.protected, of_relative(flat.text, start))

    def _patterned(self, flat: Flat, known: Container[int]) -> Iterator[tuple[int, int, int]]:
        """Yield what the patterns find, but of the rules that are `known` when their turn comes; so do the other two."""
        for rank, rule in enumerate(self.rules):
            for group in rule.groups:
                if group.scan is None or rank in known:
                    continue
                for match in group.scan.finditer(flat.text):
                    if self._meant(flat, *match.span(), group):
                        yield *match.span(), rank

    def _by_words(self, flat: Flat, known: Container[int]) -> Iterator[tuple[int, int, int]]:
        begin = self._begin
        for match in _WORD.finditer(flat.text):
            phrases = begin.get(match[0])
            if phrases is None:
                continue
            start, ends = match.start(), [match.end()]
            words: tuple[str, ...] = (_stem(match[0]),)
            for word, end in _following(flat.text, match.end(), phrases.longest - 1):
                words = (*words, word)
                ends.append(end)
            longest: set[int] = set()  # the rules whose longest phrase is found here
            for count in range(len(words), 0, -1):
                for entry in phrases.entries.get(words[:count], ()):
                    end = ends[count - 1]
                    if (
                        entry.rank in longest
                        or entry.rank in known
                        or (entry.capitals and not flat.cased[start:end].isupper())
                    ):
                        continue
                    if self._meant(flat, start, end, entry.group):
                        longest.add(entry.rank)
                        yield start, end, entry.rank

    def _by_codes(self, flat: Flat, known: Container[int]) -> Iterator[tuple[int, int, int]]:
        for match in _CODE.finditer(flat.text):
            start, end = match.span()
            if not flat.cased[start].isupper():
                continue
            if match["rest"] is None and _CODED.search(flat.text[max(start - 20, 0) : start]) is None:
                continue
            code = (match["code"] + (match["rest"] or "")).upper()
            for rank, group in self._coded:
                if rank not in known and code.startswith(group.icd) and group.stands(flat.text, start, end):
                    yield start, end, rank

    @staticmethod
    def _meant(flat: Flat, start: int, end: int, group: Group) -> bool:
        if not group.stands(flat.text, start, end):
            return False
        return group.relatives or not of_relative(flat.text, start)


def _terms(group: Group) -> Iterator[str]:
    """Yield the drugs and diseases of the group's classes."""
    left_out = set(map(lexicons.fold, group.but))
    yield from _of_classes(lexicons.drug_codes(), group.atc, left_out)
    yield from _of_classes(lexicons.disease_codes(), group.icd, left_out)


def _of_classes(codes: dict[str, tuple[str, ...]], begun: tuple[str, ...], left_out: set[str]) -> Iterable[str]:
    if not begun:
        return ()
    return (term for term, own in codes.items() if any(c.startswith(begun) for c in own) and term not in left_out)


def _any(patterns: Sequence[str]) -> str:
    return "|".join(f"(?:{pattern})" for pattern in patterns)


def _stem(word: str) -> str:
    """Return a flat word without its plural, and «-ée», «-ie», «-ue» without their e."""
    if "œ" in word:
        word = word.replace("œ", "oe")
    if len(word) > 3:
        if (word[-1] == "s" and word[-2] != "s") or word[-3:] in ("aux", "eux", "oux"):
            word = word[:-1]
        while word[-2:] in ("ee", "ie", "ue") and len(word) > 3:
            word = word[:-1]
    return word


def _forms(stem: str) -> Iterator[str]:
    """Yield the words that have a stem, as flat text writes them."""
    for written in {stem, stem.replace("oe", "œ")}:
        for ending in ("", "s", "x", "e", "es", "ee", "ees"):
            if _stem(written + ending) == stem:
                yield written + ending


def _following(text: str, end: int, most: int) -> Iterator[tuple[str, int]]:
    """Yield stem and end of at most `most` words after `end`: a space, apostrophe, hyphen or new line between them."""
    for _ in range(most):
        gap = _GAP.match(text, end)
        word = _WORD.match(text, gap.end()) if gap else None
        if word is None:
            return
        end = word.end()
        yield _stem(word[0]), end
