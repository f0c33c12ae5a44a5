"""Amazon's event stream, read as it comes (application/vnd.amazon.eventstream; SDK botocore 1.44, read 2026-11).

A frame is `length | length of the headers | CRC-32 of these 8 bytes | headers | payload | CRC-32 of all before`, its
numbers big-endian in 4 bytes. A text that changes its length changes all but the headers, so a frame is written anew.
One that is damaged or cut off is the end: an error of ours is the last frame that goes on, for nothing behind it can
be read.
"""

import base64
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from avec_proxy import transform
from avec_proxy.refusals import WORDS
from avec_proxy.wire.json_text import Kind, read

MEDIA = "application/vnd.amazon.eventstream"
# The service's own limits: a payload of 16 MB, headers of 128 kB.
MAX_HEADERS = 128 * 1024
MAX_FRAME = 16 * 1024 * 1024 + MAX_HEADERS + 16

_JSON = b"application/json"
_PRELUDE = 12
_NUMBER = 4
# Bytes of a header's value by its type; where it tells its own length, None.
_SIZES: tuple[int | None, ...] = (0, 0, 1, 2, 4, 8, None, None, 8, 16)
_STRING = 7


class DamagedFrameError(Exception):
    """Bytes that are no frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: `data` is the JSON in it, None where there is none to read.

    `headers` are its headers as they came, `payload` what follows them. `at` is where in the payload the base64 of
    `data` stands, None where the payload itself is the JSON. `last`: nothing more goes on.
    """

    raw: bytes
    data: bytes | None = None
    headers: bytes = b""
    payload: bytes = b""
    at: tuple[int, int] | None = None
    last: bool = False

    def patched(self, changes: Sequence[tuple[int, int, bytes]]) -> bytes:
        """Return the frame with ascending (start, end, bytes) `changes` of `data` made, lengths and sums anew."""
        if not changes:
            return self.raw
        return self.sibling(transform.patch(self.data or b"", changes))

    def sibling(self, data: bytes, _name: bytes = b"") -> bytes:
        """Return a frame of `data`, of the same kind as this one."""
        if self.at is None:
            return written(self.headers, data)
        start, end = self.at
        return written(self.headers, self.payload[:start] + base64.b64encode(data) + self.payload[end:])


class FrameReader:
    """Cuts a stream into frames, however its bytes are chunked; behind a damaged one it yields nothing more."""

    gap = b""  # what was cut off has been replaced already

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._ended = False

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Yield the frames that `chunk` completes; what is left waits."""
        if self._ended:
            return
        self._buffer += chunk
        try:
            while len(self._buffer) >= _PRELUDE and len(self._buffer) >= (size := _size(self._buffer)):
                raw = bytes(self._buffer[:size])
                frame = _frame(raw)
                del self._buffer[:size]
                yield frame
        except DamagedFrameError:
            yield self._end()

    def rest(self) -> Frame | None:
        """Return an error if the stream ends inside a frame."""
        return self._end() if self._buffer and not self._ended else None

    def _end(self) -> Frame:
        self._ended = True
        self._buffer.clear()
        data = json.dumps({"message": WORDS["reply_damaged"].message}, ensure_ascii=False).encode()
        kind = {":exception-type": "modelStreamErrorException", ":message-type": "exception"}
        headers = headers_of({**kind, ":content-type": "application/json"})
        return Frame(written(headers, data), data, headers, data, last=True)


def written(headers: bytes, payload: bytes) -> bytes:
    """Return the frame of these headers, as they stand in one, and this payload."""
    size = _PRELUDE + len(headers) + len(payload) + _NUMBER
    prelude = size.to_bytes(_NUMBER, "big") + len(headers).to_bytes(_NUMBER, "big")
    message = prelude + _sum(prelude) + headers + payload
    return message + _sum(message)


def headers_of(values: dict[str, str]) -> bytes:
    """Return headers as they stand in a frame; all are strings."""
    pieces: list[bytes] = []
    for name, value in values.items():
        key, text = name.encode(), value.encode()
        pieces += (bytes((len(key),)), key, bytes((_STRING,)), len(text).to_bytes(2, "big"), text)
    return b"".join(pieces)


def _sum(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(_NUMBER, "big")


def _number(data: bytes | bytearray, at: int) -> int:
    return int.from_bytes(data[at : at + _NUMBER], "big")


def _size(buffer: bytearray) -> int:
    """Return the length of the frame that `buffer` begins with; raises DamagedFrameError if it cannot be one."""
    size, headers = _number(buffer, 0), _number(buffer, _NUMBER)
    if _sum(bytes(buffer[: 2 * _NUMBER])) != buffer[2 * _NUMBER : _PRELUDE]:
        raise DamagedFrameError
    if size > MAX_FRAME or headers > MAX_HEADERS or size < _PRELUDE + headers + _NUMBER:
        raise DamagedFrameError
    return size


def _frame(raw: bytes) -> Frame:
    if _sum(raw[:-_NUMBER]) != raw[-_NUMBER:]:
        raise DamagedFrameError
    end = _PRELUDE + _number(raw, _NUMBER)
    headers, payload = raw[_PRELUDE:end], raw[end:-_NUMBER]
    named = _strings(headers)
    if named.get(b":content-type", _JSON).partition(b";")[0].strip().lower() != _JSON:
        return Frame(raw)
    if named.get(b":event-type") == b"chunk":
        return _unwrapped(raw, headers, payload)
    return Frame(raw, payload, headers, payload)


def _unwrapped(raw: bytes, headers: bytes, payload: bytes) -> Frame:
    """Return a frame of a stream of InvokeModel: the model's own event stands in `bytes`, as base64."""
    try:
        leaves = read(payload, lenient=True).leaves
        leaf = next(leaf for leaf in leaves if leaf.path == ("bytes",) and leaf.kind is Kind.STRING)
        return Frame(raw, base64.b64decode(leaf.text, validate=True), headers, payload, (leaf.start, leaf.end))
    except Exception:  # whatever is odd about it, nobody could read it
        raise DamagedFrameError from None


def _strings(headers: bytes) -> dict[bytes, bytes]:
    """Return the headers that are strings, by name; raises DamagedFrameError if they cannot be told apart."""
    found: dict[bytes, bytes] = {}
    at = 0
    while at < len(headers):
        name = headers[at + 1 : at + 1 + headers[at]]
        at += 1 + headers[at]
        kind = headers[at] if at < len(headers) else len(_SIZES)
        if kind >= len(_SIZES):
            raise DamagedFrameError
        at += 1
        size = _SIZES[kind]
        if size is None:
            size = int.from_bytes(headers[at : at + 2], "big")
            at += 2
        value = headers[at : at + size]
        at += size
        if at > len(headers):
            raise DamagedFrameError
        if kind == _STRING:
            found[name] = value
    return found
