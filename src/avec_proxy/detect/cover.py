"""Spans that can be asked whether one of them holds another, without looking at each."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate


class Cover:
    """A set of spans."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._reach = list(accumulate((end for _, end in ordered), max))

    def holds(self, start: int, end: int) -> bool:
        """Return whether `start` to `end` lies within a span that begins at or before it."""
        before = bisect_right(self._starts, start)
        return before > 0 and self._reach[before - 1] >= end

    def touches(self, start: int, end: int) -> bool:
        """Return whether a span shares a character with `start` to `end`."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._reach[before - 1] > start
