"""Server-sent events, read as they come (WHATWG HTML, section 9.2): bytes in, events with their own bytes out.

Nothing is lost or added: the raw bytes of everything that a reader yields are, in order, the bytes it was fed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from avec_proxy import transform

# A longer event is not read: it passes as it came.
MAX_EVENT = 4 * 1024 * 1024

_LINE_END = re.compile(rb"\r\n|\n|\r")
# Atomic, so that one CRLF is never taken for two line ends.
_BOUNDARY = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Event:
    """Bytes of a stream: `data` is the event's data, None where there is none to read.

    `lines` are the data lines: (offset in `data`, offset in `raw`, length), which `place` reads.
    """

    raw: bytes
    data: bytes | None = None
    name: bytes = b""
    lines: tuple[tuple[int, int, int], ...] = ()

    @property
    def last(self) -> bool:
        """Whether this is OpenAI's end of a stream, which is no JSON: no more text comes."""
        return self.data is not None and self.data.strip() == b"[DONE]"

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where in `raw` the bytes `start` to `end` of `data` stand; they are in one line (JSON strings are)."""
        for offset, at, length in self.lines:
            if offset <= start and end <= offset + length:
                return at + start - offset, at + end - offset
        raise ValueError("a span across lines")

    def patched(self, changes: Sequence[tuple[int, int, bytes]]) -> bytes:
        """Return `raw` with ascending (start, end, bytes) `changes` of `data` made. Raises ValueError as `place`."""
        return transform.patch(self.raw, [(*self.place(start, end), new) for start, end, new in changes])

    def sibling(self, data: bytes, name: bytes = b"") -> bytes:
        """Return an event of one data line, written like this one (line ends, event name unless given)."""
        found = _LINE_END.search(self.raw)
        end = found[0] if found else b"\n"
        name = name or self.name
        return (b"event: " + name + end if name else b"") + b"data: " + data + end + end


class EventReader:
    """Cuts a stream into events, however its bytes are chunked."""

    gap = b"\n\n"

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._started = False
        self._oversize = False  # in the middle of an event that is not read

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Yield the events that `chunk` completes; what is left waits."""
        self._buffer += chunk
        while self._buffer:
            blank = self._blank()
            if blank:
                yield self._taken(blank, read=False)
                continue
            boundary = _BOUNDARY.search(self._buffer, self._searched)
            if boundary is None:
                if len(self._buffer) > MAX_EVENT or self._oversize:
                    # The last bytes may be half of the boundary.
                    self._oversize = True
                    size = max(0, len(self._buffer) - 3)
                    if size:
                        yield self._taken(size, read=False, whole=False)
                self._searched = max(0, len(self._buffer) - 3)
                return
            yield self._taken(boundary.end(), read=not self._oversize)

    def rest(self) -> Event | None:
        """Return what is left at the end of the stream, read as an event, and forget it."""
        return self._taken(len(self._buffer), read=not self._oversize) if self._buffer else None

    def _blank(self) -> int:
        """Return the length of a line end that stands before any event (the LF of a CRLF cut in two is one)."""
        if self._oversize:
            return 0
        found = _LINE_END.match(self._buffer)
        return found.end() if found else 0

    def _taken(self, size: int, *, read: bool, whole: bool = True) -> Event:
        raw = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._searched = 0
        first, self._started = not self._started, True
        if whole:
            self._oversize = False
        return _event(raw, first=first) if read else Event(raw)


def _event(raw: bytes, *, first: bool) -> Event:
    at = len(_BOM) if first and raw.startswith(_BOM) else 0
    name = b""
    parts: list[bytes] = []
    lines: list[tuple[int, int, int]] = []
    offset = 0
    while at < len(raw):
        found = _LINE_END.search(raw, at)
        end = found.start() if found else len(raw)
        field, _, value = raw[at:end].partition(b":")
        start = at + len(field) + 1
        if value.startswith(b" "):
            value, start = value[1:], start + 1
        if field == b"data":
            lines.append((offset, start, len(value)))
            parts.append(value)
            offset += len(value) + 1
        elif field == b"event":
            name = value
        at = found.end() if found else len(raw)
    return Event(raw, b"\n".join(parts) if parts else None, name, tuple(lines))
