"""Content encodings, read with a hard limit on what comes out: a bomb is refused after `limit` bytes.

Only one encoding at a time, complete and without anything behind it: what cannot be read to the last byte cannot
be checked.
"""

import importlib
import zlib
from collections.abc import Callable
from typing import Any

from avec_proxy.model import Refusal

_STEP = 65536


def decode(data: bytes, encoding: str | None, limit: int) -> bytes:
    """Return `data` decoded from `encoding` (the header's value; None or `identity`: as it is).

    Raises Refusal("body_too_large") beyond `limit` bytes, Refusal("encoding_unsupported") for an unknown or a
    second encoding, and for data that is corrupt, cut short or followed by something else.
    """
    name = (encoding or "identity").strip().lower()
    if name in ("identity", ""):
        result = data if len(data) <= limit else None
    elif name not in _DECODERS:
        raise Refusal("encoding_unsupported")
    else:
        result = _guarded(_DECODERS[name], data, limit)
    if result is None:
        raise Refusal("body_too_large")
    return result


class _CorruptError(Exception):
    """The data is not what the header says."""


def _guarded(decoder: Callable[[bytes, int], bytes | None], data: bytes, limit: int) -> bytes | None:
    failed = False
    result: bytes | None = None
    try:
        result = decoder(data, limit)
    except Exception:  # each library has its own errors, and some quote the data
        failed = True
    if failed:
        raise Refusal("encoding_unsupported")
    return result


def _inflate(data: bytes, limit: int, window: int) -> bytes | None:
    out = bytearray()
    while True:  # gzip allows several members, one after the other
        stream = zlib.decompressobj(window)
        while not stream.eof:
            before = len(out)
            out += stream.decompress(data, _STEP)
            if len(out) > limit:
                return None
            if not stream.unconsumed_tail and not stream.eof and len(out) == before:
                raise _CorruptError
            data = stream.unconsumed_tail
        data = stream.unused_data
        if not data:
            return bytes(out)
        if window != _GZIP:
            raise _CorruptError


_GZIP = zlib.MAX_WBITS | 16


def _gzip(data: bytes, limit: int) -> bytes | None:
    return _inflate(data, limit, _GZIP)


def _deflate(data: bytes, limit: int) -> bytes | None:
    try:
        return _inflate(data, limit, zlib.MAX_WBITS)
    except zlib.error:  # some clients send the raw stream, without its envelope
        return _inflate(data, limit, -zlib.MAX_WBITS)


def _brotli(data: bytes, limit: int) -> bytes | None:
    stream: Any = importlib.import_module("brotli").Decompressor()
    out = bytearray()
    while not stream.is_finished():
        piece = b""
        if stream.can_accept_more_data():
            piece, data = data[:_STEP], data[_STEP:]
        got = stream.process(piece, output_buffer_limit=_STEP)
        if not piece and not got and not stream.is_finished():
            raise _CorruptError
        out += got
        if len(out) > limit:
            return None
    if data:
        raise _CorruptError
    return bytes(out)


def _zstd(data: bytes, limit: int) -> bytes | None:
    zstandard: Any = importlib.import_module("zstandard")
    out = bytearray()
    while True:  # frames may follow one another
        stream = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
        # small steps: what one step gives is bounded by its input and the window, and is looked at at once
        while data and not stream.eof:
            piece, data = data[:1024], data[1024:]
            out += stream.decompress(piece)
            if len(out) > limit:
                return None
        if not stream.eof:
            raise _CorruptError
        data = stream.unused_data + data
        if not data:
            return bytes(out)


_DECODERS: dict[str, Callable[[bytes, int], bytes | None]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
