"""What is cut between two texts of a request: the parts of one message, or messages of one speaker in a row.

«… prévenir Mme Solange» and «Kervadec au 06 39», «98 12 34»: neither half looks like much. Where the first text does
not come to an end, the end of it and the beginning of the next are read together; what stands across the cut is found
in both.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from avec_proxy.model import Finding

_REACH = 80  # characters read on each side of a cut
_OPEN = re.compile(r"[\w,'’(/@+-][ \t]*\Z")
_GOES_ON = re.compile(r"[ \t]*[\w(+@.-]")
_WORD_START = re.compile(r"(?<!\S)\S")
_LONGEST = 20  # seams of a request: a list of a thousand short texts is none


@dataclass(frozen=True, slots=True)
class Seam:
    """`text` is the end of one text, glue, and the beginning of the next; `end`: the first one's length in it."""

    text: str
    end: int
    glue: int

    def across(self, findings: Iterable[Finding]) -> Iterator[tuple[int, int, Finding]]:
        """Yield what stands on both sides: its length before and after the cut."""
        for finding in findings:
            before, after = self.end - finding.start, finding.end - self.end - self.glue
            if before > 0 and after > 0:
                yield before, after, finding


def between(texts: Iterable[tuple[str, bool]]) -> Iterator[tuple[int, Seam]]:
    """Yield the seams between (text, whether it goes on from the one before) in a row, with the first one's place."""
    one, count = "", 0
    for place, (other, follows) in enumerate(texts):
        if follows and count < _LONGEST and _OPEN.search(one[-8:]) and _GOES_ON.match(other):
            count += 1
            tail, head = _tail(one), _head(other)
            yield from ((place - 1, Seam(tail + glue + head, len(tail), len(glue))) for glue in _glues(tail, head))
        one = other


def _glues(tail: str, head: str) -> tuple[str, ...]:
    """Return what may have stood at the cut: nothing within a word, a space between two, either within a number."""
    if tail[-1:].isdigit() and head[:1].isdigit():
        return "", " "
    within = tail[-1:].isspace() or head[:1].isspace() or not (tail[-1:].isalnum() and head[:1].isalnum())
    return ("",) if within or head[:1].islower() else (" ",)


def _tail(text: str) -> str:
    """Return the end of a text, from the beginning of a word on."""
    if len(text) <= _REACH:
        return text
    start = _WORD_START.search(text, len(text) - _REACH)
    return text[len(text) - _REACH if start is None else start.start() :]


def _head(text: str) -> str:
    """Return the beginning of a text, to the end of a word."""
    if len(text) <= _REACH:
        return text
    end = text.rfind(" ", 0, _REACH)
    return text[: end if end > 0 else _REACH]
