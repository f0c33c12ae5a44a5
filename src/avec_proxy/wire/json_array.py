"""One JSON array whose elements come one after the other, read as they come: Google's other way to stream.

Nothing is lost or added: the raw bytes of everything that a reader yields are, in order, the bytes it was fed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from avec_proxy import transform

# A longer element is not read: it passes as it came.
MAX_ELEMENT = 4 * 1024 * 1024

# What changes where one stands: outside strings a bracket or a string's begin, inside them its end. Bytes of UTF-8
# beyond ASCII are none of these.
_OUTSIDE = re.compile(rb'[{}\[\]"]')
_INSIDE = re.compile(rb'\\.|"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Element:
    """Bytes of a stream, up to the end of an element: `data` is its object or array, None where there is none to read.

    `at` is where `data` stands in `raw`, behind the comma. `last`: the array ends here.
    """

    raw: bytes
    data: bytes | None = None
    at: int = 0
    last: bool = False

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where in `raw` the bytes `start` to `end` of `data` stand."""
        return self.at + start, self.at + end

    def patched(self, changes: Sequence[tuple[int, int, bytes]]) -> bytes:
        """Return `raw` with ascending (start, end, bytes) `changes` of `data` made; ValueError if two overlap."""
        return transform.patch(self.raw, [(*self.place(start, end), new) for start, end, new in changes])

    def sibling(self, data: bytes, _name: bytes = b"") -> bytes:
        """Return one more element: it stands behind another, before the comma of the next or the array's end."""
        return b",\r\n" + data


class ArrayReader:
    """Cuts an array into its elements, however its bytes are chunked; a bare string or number goes with the next."""

    gap = b""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._depth = 0
        self._inside = False  # a string
        self._began = -1  # where in the buffer the element begins, -1 for none
        self._oversize = False  # in the middle of an element that is not read
        self._over = False

    def feed(self, chunk: bytes) -> Iterator[Element]:
        """Yield the elements that `chunk` completes; what is left waits."""
        self._buffer += chunk
        while not self._over:
            found = (_INSIDE if self._inside else _OUTSIDE).search(self._buffer, self._searched)
            if found is None:
                # half an escape is looked at again with what follows
                half = self._inside and self._buffer.endswith(b"\\") and self._searched < len(self._buffer)
                self._searched = len(self._buffer) - half
                break
            self._searched = found.end()
            if found[0] == b'"':
                self._inside = not self._inside
            elif found[0] in b"{[":
                self._depth += 1
                if self._depth == 2:
                    self._began = found.start()
            elif found[0] in b"}]":
                self._depth -= 1
                if self._depth == 1:
                    yield self._taken(found.end())
                elif self._depth <= 0:
                    self._over = True
                    yield Element(self._cut(found.end()), last=True)
        if self._over or self._oversize or len(self._buffer) > MAX_ELEMENT:
            self._oversize = not self._over
            size = len(self._buffer) if self._over else self._searched
            if size:
                yield Element(self._cut(size))

    def rest(self) -> Element | None:
        """Return what is left at the end of the stream, read as an element, and forget it."""
        if not self._buffer:
            return None
        return self._taken(len(self._buffer))

    def _taken(self, end: int) -> Element:
        at, read = self._began, self._began >= 0 and not self._oversize
        self._began, self._oversize = -1, False
        raw = self._cut(end)
        return Element(raw, raw[at:], at) if read else Element(raw)

    def _cut(self, size: int) -> bytes:
        raw = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._searched = max(0, self._searched - size)
        return raw
