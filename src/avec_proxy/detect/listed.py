"""A hospital's lists in a text: what an always-hide list names is found, what a never-hide list names may stay.

An always-hide entry is hidden wherever its words stand together, whatever their case; an ordinary French word needs
more. One that is a whole entry («Tournesol») must have a capital, and as somebody's name must be written as one is.
Somebody whose names are all ordinary words («Rose Petit») must have a capital at each, and so must a short word («Le»,
«Vu») that is somebody's whole name.

A never-hide entry frees a guess alone, and only one that lies wholly within it: what the name model or a first name
suggests. It frees no number, no address, nothing after a title, a label or a word of kinship, nothing beside an age,
and no name that is known for somebody's elsewhere in the request.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
import numpy.typing

from avec_proxy import lexicons
from avec_proxy.detect import propagate
from avec_proxy.detect.cover import Cover
from avec_proxy.lexicons import fold
from avec_proxy.lists import MAX_WORDS, WORD, Hasher
from avec_proxy.model import Finding
from avec_proxy.own_set import ListData

Numbers = numpy.typing.NDArray[np.uint64]
HIDE, KEEP = "always_hide", "never_hide"
_SCORE = 0.97
_SHORT = 3  # letters of «le», «vu», «bon», which are somebody's name too
# between the words of an entry: a hyphen, an apostrophe, «LEFEBVRE, Jeanne», a table's bar, one new line
_GAP = re.compile(r"[ \t*_'’,;|/–-]{0,4}(?:\r?\n[ \t*>|]{0,4})?|\.|[ \t]*[(][ \t]*")
_GUESSES = frozenset(
    (
        *(f"model.{name}" for name in ("person", "place", "facility", "organization")),
        *(f"position.{name}" for name in ("full_name", "first_name", "town", "establishment", "organisation")),
    )
)
# what makes the words after it somebody, also where no rule sees a title
_SOMEBODY_BEFORE = re.compile(
    r"(?i:(?<!\w)(?:m|mm|mr|mrs?|mme|mmes|mlle|melle|dr|drs|pr|prs|me|madame|monsieur|mademoiselle|docteure?|professeure?|ma[iî]tre|"
    r"patiente?|malade|r[ée]sidente?|usag[eè]re?|b[ée]n[ée]ficiaire|enfant|b[ée]b[ée]|dame|famille|[ée]poux|[ée]pouse|veuve|conjointe?|mari|femme|"
    r"p[eè]re|m[eè]re|fils|fille|fr[eè]re|s(?:œ|oe)ur|oncle|tante|n[ée]e?|nom|pr[ée]nom|signé|interne|infirmi[eè]re|aide-soignante?|coll[eè]gue|"
    r"appel[ée]e?|pr[ée]nomm[ée]e?|nomm[ée]e?)\.?[ \t]*:?[ \t]*)$|(?<!\w)[A-Z]\.[ -]?$"
)
_AGE_AFTER = re.compile(r"(?i)[ \t,(–-]{1,3}(?:âgée?\b|née?\b|\d{1,3}[ \t]?(?:ans|mois|jours)\b)")


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    folded: str


class Marks:
    """What the lists say of one text: `findings` of always-hide lists, `kept` spans of never-hide ones by list."""

    def __init__(self, text: str, findings: list[Finding], kept: list[tuple[int, int, str]]) -> None:
        self.findings = findings
        self.kept = kept
        self._text = text
        self._cover = Cover((start, end) for start, end, _ in kept)

    def frees(self, finding: Finding) -> bool:
        """Return whether a finding is a guess that a never-hide entry holds whole, beside nothing that says somebody."""
        if not self.kept or finding.rule not in _GUESSES or not self._cover.holds(finding.start, finding.end):
            return False
        before = self._text[max(0, finding.start - 40) : finding.start]
        if _SOMEBODY_BEFORE.search(before) or _AGE_AFTER.match(self._text, finding.end):
            return False
        previous = re.search(r"([^\W\d_]+(?:-[^\W\d_]+)*)[ ]$", before)
        # «Jeanne Verlaine», where the finding is of «Verlaine» alone
        first_name = previous is not None and previous[1][0].isupper() and fold(previous[1]) in lexicons.first_names()
        return not first_name or self._cover.holds(finding.start - len(previous[0]) if previous else 0, finding.end)


class Lists:
    """Lists, ready to read texts."""

    def __init__(self, lists: Sequence[ListData]) -> None:
        # those of one key share what hashing costs
        ordered = sorted(lists, key=lambda data: data.key)
        self._groups: list[tuple[Hasher, list[_Table]]] = []
        for key, group in groupby(ordered, key=lambda data: data.key):
            hasher = Hasher(key)
            self._groups.append((hasher, [_Table(data, hasher) for data in group]))

    def read(self, text: str) -> Marks:
        """Return what the lists say of a view's text."""
        findings: list[Finding] = []
        kept: list[tuple[int, int, str]] = []
        if self._groups:
            words = [_Word(*m.span(), fold(m[0])) for m in WORD.finditer(text)]
            joined = [_GAP.fullmatch(text, a.end, b.start) is not None for a, b in pairwise(words)]
            numbered = sorted({w.folded for w in words})
            for hasher, tables in self._groups:
                numbers = np.fromiter((hasher.word(word) for word in numbered), np.uint64, len(numbered))
                for one in tables:
                    for start, end in one.find(text, words, joined, numbered, numbers):
                        if one.data.hide:
                            rule = f"{HIDE}.{one.data.name}"
                            findings.append(Finding(start, end, one.data.entity_type, rule, _SCORE))
                        else:
                            kept.append((start, end, one.data.name))
        return Marks(text, findings, kept)


class _Table:
    """One list and its tables."""

    def __init__(self, data: ListData, hasher: Hasher) -> None:
        self.data = data
        self._hasher = hasher
        self._words = np.frombuffer(data.words, "<u8")
        self._masks = np.frombuffer(data.masks, "<u2")
        self._entries = np.frombuffer(data.entries, "<u8")
        self._person = data.entity_type == "PERSON"

    def find(
        self, text: str, words: Sequence[_Word], joined: Sequence[bool], numbered: Sequence[str], numbers: Numbers
    ) -> Iterator[tuple[int, int]]:
        """Yield the spans of the entries in a text; `numbers` are those of the folded words `numbered`."""
        places, there = _places(self._words, numbers)
        known = {numbered[i]: int(self._masks[places[i]]) for i in map(int, np.flatnonzero(there))}
        runs = list(self._runs([known.get(w.folded, 0) for w in words], joined)) if known else []
        if not runs:
            return
        entries = (self._hasher.entry([w.folded for w in words[a:b]], person=self._person) for a, b in runs)
        _, listed = _places(self._entries, np.fromiter(entries, np.uint64, len(runs)))
        hits = [runs[i] for i in map(int, np.flatnonzero(listed))]
        if self.data.hide:
            hits = _apart([(a, b) for a, b in hits if self._is_written(text, words[a:b])])
        for first, end in hits:
            yield words[first].start, words[end - 1].end

    def _runs(self, masks: Sequence[int], joined: Sequence[bool]) -> Iterator[tuple[int, int]]:
        """Yield (first, end) of the words that stand together and stand each in an entry of as many words."""
        for first, mask in enumerate(masks):
            end = first
            while mask:
                end += 1
                if mask >> (end - first) & 1:
                    yield first, end
                if end - first == MAX_WORDS or end == len(masks) or not joined[end - 1]:
                    break
                mask &= masks[end]

    def _is_written(self, text: str, words: Sequence[_Word]) -> bool:
        """Tell whether ordinary words are written as a name is."""
        small = [w for w in words if not text[w.start].isupper()]
        if len(words) == 1:
            match = WORD.match(text, words[0].start)
            if match is None or not _ordinary(words[0]):
                return True
            return propagate.stands_as_name(text, match) if self._person else not small
        if not self._person or not small:
            return True
        if all(map(_ordinary, words)):
            return all(_joins(w) for w in small)
        # «Marie le matin» is no Marie Le, but «le goff yann» is Yann Le Goff
        within = words[:-1] if len(words) > 2 else ()
        return all(len(w.folded) > _SHORT or not _ordinary(w) or (w in within and _joins(w)) for w in small)


def _joins(word: _Word) -> bool:
    """Tell whether a word joins the parts of a name."""
    return len(word.folded) == 1 or word.folded in lexicons.PARTICLES


def _ordinary(word: _Word) -> bool:
    lists = (lexicons.common_words(), lexicons.drugs(), lexicons.clinical_terms())
    return _joins(word) or any(word.folded in known for known in lists)


def _apart(hits: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the hits, in order, without those that others cover together: «LEFEBVRE Jeanne MARTIN Paul» is two people,
    though «Jeanne Martin» is listed too."""
    chosen: list[tuple[int, int]] = []
    for first, end in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if not chosen or first >= chosen[-1][1]:
            chosen.append((first, end))
    covered = {i for first, end in chosen for i in range(first, end)}
    return sorted({*chosen, *(hit for hit in hits if not covered.issuperset(range(*hit)))})


def _places(table: Numbers, numbers: Numbers) -> tuple[numpy.typing.NDArray[np.intp], numpy.typing.NDArray[np.bool_]]:
    """Return where each number stands or would stand in a sorted table, and whether it does."""
    places = np.searchsorted(table, numbers)
    if not len(table):
        return places, np.zeros(len(numbers), np.bool_)
    return places, table[np.minimum(places, len(table) - 1)] == numbers


def title_of(rule: str) -> str:
    """Return the French title of a list's findings, "" if the rule is none of a list."""
    kind, _, name = rule.partition(".")
    return {HIDE: f"liste « {name} » de l'établissement, à toujours masquer"}.get(kind, "") if name else ""
