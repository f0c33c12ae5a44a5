"""Regular expressions, tried only where they can begin.

Python's `re` tries a pattern at every character unless it begins with plain letters, and ours begin with a look
behind. A `Scan` knows what a match must begin with, what may not stand before it, and which strings it must hold;
within `reading(text)` it looks at those places alone. What it finds is what the pattern finds, no more and no less:
whatever it does not understand of a pattern, it leaves to `re`.
"""

import re
import sys
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from weakref import WeakSet

import numpy as np
import numpy.typing as npt

from avec_proxy.pattern_parts import CODES, Bools, Parts, head_numbers, parts, plain_codes

# beyond this share of the text, `re` alone is faster
_MANY = 0.12
# in fewer characters, looking for the places takes longer than trying them all
_SHORT = 250
# after so many characters, finding out what is known of a pattern pays
_WORTH = 20_000

Codes = npt.NDArray[np.uint32]


class _Reading:
    """One text, and what several patterns ask of it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._plain: str | None = None
        self._codes: Codes | None = None
        self._marks: dict[int, Bools] = {}
        self._begun: dict[tuple[int, int], Bools] = {}
        self._numbers: dict[int, Codes] = {}

    @property
    def plain(self) -> str:
        """The text in plain codes: lower or upper case, digits and white space are one."""
        if self._plain is None:
            self._plain = self._plain_coded.astype("<u4").tobytes().decode("utf-32-le")
        return self._plain

    @cached_property
    def _plain_coded(self) -> Codes:
        """The plain codes; digits and white space from beyond the tables (``٣``, U+202F) are plain ones too."""
        plain = plain_codes()[self._coded]
        for place in np.flatnonzero(self._coded == CODES - 1):
            character = self.text[place]
            if character.isdecimal():
                plain[place] = ord("0")
            elif character.isspace():
                plain[place] = ord(" ")
        return plain

    @property
    def _coded(self) -> Codes:
        if self._codes is None:
            raw = np.frombuffer(self.text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
            self._codes = np.minimum(raw, CODES - 1)
        return self._codes

    def _numbered(self, size: int) -> Codes:
        numbers = self._numbers.get(size)
        if numbers is None:
            numbers = self._numbers[size] = head_numbers(self._plain_coded, size)
        return numbers

    def _marked(self, table: Bools) -> Bools:
        marks = self._marks.get(id(table))
        if marks is None:
            marks = self._marks[id(table)] = table[self._coded]
        return marks

    def _starts(self, first: Bools, behind: Bools | None) -> Bools:
        """Return where a character of `first` stands that none of `behind` precedes."""
        key = (id(first), id(behind))
        starts = self._begun.get(key)
        if starts is None:
            starts = self._marked(first)
            if behind is not None:
                starts = starts.copy()
                starts[1:] &= ~self._marked(behind)[:-1]
            self._begun[key] = starts
        return starts

    def places(self, known: Parts) -> list[int] | None:
        """Return where a match may begin; None if that may be nearly anywhere."""
        if known.first is None:
            return None
        starts = self._starts(known.first, known.behind)
        if known.heads is not None and len(starts) >= known.size:
            numbers = self._numbered(known.size)
            starts = starts.copy()
            starts[: len(numbers)] &= known.heads[numbers]
        found = np.flatnonzero(starts)
        return None if len(found) > _MANY * len(starts) else found.tolist()


_current: _Reading | None = None


@contextmanager
def reading(text: str) -> Iterator[None]:
    """Within, scans of this very string share what they need to know of it. Nothing of it is kept afterwards."""
    global _current
    before, _current = _current, _Reading(text)
    try:
        yield
    finally:
        _current = before


_ALL: "WeakSet[Scan]" = WeakSet()


class Scan:
    """A pattern with what is known of its matches. Use it as the pattern.

    It is compiled on first use. What is known of it takes longer to tell than a few short texts to search, so that is
    found out once it has seen enough of them, or by `prepare`.
    """

    def __init__(self, source: str, flags: int = 0) -> None:
        self._source = (source, flags)
        self._seen = 0
        self._parts: Parts | None = None
        _ALL.add(self)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(*self._source)

    def match(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the match of the pattern at `start`."""
        return self.pattern.match(text, start, end)

    def prepare(self) -> Parts:
        """Find out what is known of the pattern's matches."""
        if self._parts is None:
            known = parts(self.pattern)
            self._parts = replace(known, first=_shared(known.first), behind=_shared(known.behind))
        return self._parts

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the pattern's matches in `text`."""
        places = self._places(text)
        return self.pattern.finditer(text) if places is None else self._at(text, places)

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """Return the pattern's first match from `start` on."""
        places = self._places(text)
        if places is None:
            return self.pattern.search(text, start)
        match = self.pattern.match
        return next((m for i in range(bisect_left(places, start), len(places)) if (m := match(text, places[i]))), None)

    def _places(self, text: str) -> list[int] | None:
        """Return where a match may begin, None if that is not known."""
        known = _current
        if known is None or known.text is not text:
            return None
        told = self._parts
        if told is None:
            self._seen += len(text)
            if self._seen < _WORTH:
                return None
            told = self.prepare()
        if told.needles:
            plain = known.plain
            if not any(needle in plain for needle in told.needles):
                return []
        return None if len(text) < _SHORT else known.places(told)

    def _at(self, text: str, places: list[int]) -> Iterator[re.Match[str]]:
        end = 0
        match = self.pattern.match
        for place in places:
            if place >= end and (found := match(text, place)):
                yield found
                end = found.end()


def prepare() -> None:
    """Find out all that is known of every scan there is: a process that reads many texts begins with this."""
    for known in list(_ALL):
        known.prepare()


# one array per set of characters, however many patterns begin with it: readings know them by identity
_TABLES: dict[bytes, Bools] = {}


def _shared(table: Bools | None) -> Bools | None:
    return None if table is None else _TABLES.setdefault(table.tobytes(), table)
