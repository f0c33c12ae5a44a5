"""Where the characters of a text have gone once its placeholders were restored: for the places that a reply counts."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from avec_proxy.model import Edit
from avec_proxy.wire.json_text import Leaf


@dataclass(frozen=True, slots=True)
class Mark:
    """A number of a reply that is a place in a text of it, in characters from that text's start.

    `of`: the text's channel in a stream, the path to it in a plain reply. `end`: the place is behind what it marks.
    """

    leaf: Leaf
    of: tuple[object, ...]
    end: bool = False


class _Span(NamedTuple):
    start: int
    end: int
    to: int  # where the value begins that stands there now
    length: int


class Moved:
    """The edits of one text, which may be made in pieces, one after the other."""

    def __init__(self) -> None:
        self._at = 0
        self._shift = 0
        self._spans: list[_Span] = []

    def add(self, length: int, edits: Iterable[Edit]) -> None:
        """Take note of the next `length` characters of the text, and of the ascending `edits` to them."""
        for edit in edits:
            span = _Span(
                self._at + edit.start, self._at + edit.end, self._at + edit.start + self._shift, len(edit.text)
            )
            self._spans.append(span)
            self._shift += span.length - (span.end - span.start)
        self._at += length

    def place(self, position: int, *, end: bool = False) -> int:
        """Return where `position` is now. Inside what was replaced it is the value's beginning, or its `end`."""
        index = bisect_left(self._spans, position, key=lambda span: span.start)
        if index == 0:
            return position
        span = self._spans[index - 1]
        if position < span.end:
            return span.to + span.length if end else span.to
        return span.to + span.length + position - span.end
