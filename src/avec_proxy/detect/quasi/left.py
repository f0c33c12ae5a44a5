"""The text as it leaves, and where its pieces come from."""

from bisect import bisect_right
from collections.abc import Sequence

from avec_proxy.model import Edit


class Left:
    """`text` with `edits` (sorted, not overlapping) made, and the way back from its places to those of `text`."""

    def __init__(self, text: str, edits: Sequence[Edit]) -> None:
        pieces: list[str] = []
        # where each piece starts here and there, and its end there; of a replacement, the whole span is the origin
        self._here: list[int] = []
        self._there: list[tuple[int, int, bool]] = []
        at = here = 0
        for start, end, new, copied in _pieces(text, edits, at):
            piece = text[start:end] if copied else new
            if piece:
                self._here.append(here)
                self._there.append((start, end, copied))
                pieces.append(piece)
                here += len(piece)
        self.text = "".join(pieces)

    def untouched(self, start: int, end: int) -> bool:
        """Tell whether [start, end) (not empty) of the text that leaves stands so in the input, in one piece."""
        piece = bisect_right(self._here, start) - 1
        return self._there[piece][2] and piece == bisect_right(self._here, end - 1) - 1

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the input that [start, end) (not empty) of the text that leaves comes from."""
        first, last = bisect_right(self._here, start) - 1, bisect_right(self._here, end - 1) - 1
        begin, _, copied = self._there[first]
        begin += start - self._here[first] if copied else 0
        other, finish, copied = self._there[last]
        return begin, other + end - self._here[last] if copied else finish


def _pieces(text: str, edits: Sequence[Edit], at: int) -> list[tuple[int, int, str, bool]]:
    result: list[tuple[int, int, str, bool]] = []
    for edit in edits:
        result += [(at, edit.start, "", True), (edit.start, edit.end, edit.text, False)]
        at = edit.end
    return [*result, (at, len(text), "", True)]
