"""Lines of JSON, read as they come (application/x-ndjson): bytes in, lines with their own bytes out.

Nothing is lost or added: the raw bytes of everything that a reader yields are, in order, the bytes it was fed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from avec_proxy import transform

# A longer line is not read: it passes as it came.
MAX_LINE = 4 * 1024 * 1024

_SPACE = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Line:
    """Bytes of a stream, a line end included: `data` is the JSON in it, None where there is none to read.

    `at` is where `data` stands in `raw`.
    """

    raw: bytes
    data: bytes | None = None
    at: int = 0
    last: bool = False  # no line says so

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where in `raw` the bytes `start` to `end` of `data` stand."""
        return self.at + start, self.at + end

    def patched(self, changes: Sequence[tuple[int, int, bytes]]) -> bytes:
        """Return `raw` with ascending (start, end, bytes) `changes` of `data` made. Raises ValueError as `place`."""
        return transform.patch(self.raw, [(*self.place(start, end), new) for start, end, new in changes])

    def sibling(self, data: bytes, _name: bytes = b"") -> bytes:
        """Return a line of `data` that ends as this one does."""
        return data + (b"\r\n" if self.raw.endswith(b"\r\n") else b"\n")


class LineReader:
    """Cuts a stream into lines, however its bytes are chunked."""

    gap = b"\n"  # an empty line is no JSON, and some clients stumble over it

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._oversize = False  # in the middle of a line that is not read

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """Yield the lines that `chunk` completes; what is left waits."""
        self._buffer += chunk
        while (end := self._buffer.find(b"\n", self._searched) + 1) > 0:
            yield self._taken(end)
            self._oversize = False
        if len(self._buffer) > MAX_LINE or (self._oversize and self._buffer):
            self._oversize = True
            yield self._taken(len(self._buffer))
        self._searched = len(self._buffer)

    def rest(self) -> Line | None:
        """Return what is left at the end of the stream, read as a line, and forget it."""
        return self._taken(len(self._buffer)) if self._buffer else None

    def _taken(self, size: int) -> Line:
        raw = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._searched = 0
        data = raw.strip(_SPACE)
        if self._oversize or not data:
            return Line(raw)
        return Line(raw, data, raw.index(data))
