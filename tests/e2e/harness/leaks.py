"""Looks for words in recorded bytes, however they may be written."""

import base64
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote_to_bytes


def leaks(markers: Iterable[str], recorded: bytes | Iterable[bytes]) -> list[tuple[str, str]]:
    """Return `(marker, way)` for each marker found in `recorded`, empty if none is.

    Ways: utf-8, utf-16 (both orders), latin-1, cp1252, percent and \\u escapes, base64 at its three alignments;
    each case-folded, with and without accents, in the raw bytes and in what gzip, zlib and chunked framing hide.
    """
    raw = recorded if isinstance(recorded, bytes) else b"".join(recorded)
    views = [view for layer in _layers(raw) for view in (layer, layer.lower())]
    found = []
    for marker in markers:
        for way, needle in _writings(marker):
            if any(needle in view for view in views):
                found.append((marker, way))
    return list(dict.fromkeys(found))


def _layers(raw: bytes) -> Iterator[bytes]:
    yield raw
    yield _dechunked(raw)
    yield unquote_to_bytes(raw)
    text = _dechunked(raw).decode("utf-8", "replace")
    unescaped = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)
    for form in (text, unescaped):
        folded = form.casefold()
        yield folded.encode("utf-8", "surrogatepass")
        yield _plain(folded).encode("utf-8", "surrogatepass")
    for magic, window in ((b"\x1f\x8b", 31), (b"\x78", 15)):
        for at in (m.start() for m in re.finditer(re.escape(magic), raw)):
            for source in (raw[at:], _dechunked(raw[at:])):
                try:
                    yield zlib.decompressobj(window).decompress(source)
                except zlib.error:
                    continue


def _dechunked(raw: bytes) -> bytes:
    return re.sub(rb"\r\n[0-9a-fA-F]+\r\n", b"", raw)


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _writings(marker: str) -> Iterator[tuple[str, bytes]]:
    forms = dict.fromkeys(
        unicodedata.normalize(normal, form)
        for form in (marker, marker.casefold(), marker.upper(), _plain(marker), _plain(marker.casefold()))
        for normal in ("NFC", "NFD")
    )
    for form in forms:
        yield "utf-8", form.encode()
        yield "utf-16", form.encode("utf-16-le")
        yield "utf-16", form.encode("utf-16-be")
        yield "percent", quote(form, safe="").encode().lower()
        yield "percent", quote_plus(form).encode().lower()
        yield "percent-all", "".join(f"%{byte:02x}" for byte in form.encode()).encode()
        yield "escapes", "".join(f"\\u{ord(c):04x}" for c in form if ord(c) < 0x10000).encode()
        for name in ("latin-1", "cp1252"):
            try:
                yield name, form.encode(name)
            except UnicodeEncodeError:
                continue
        for shift in range(3):
            yield f"base64+{shift}", _inner_base64(form.encode(), shift)


def _inner_base64(data: bytes, shift: int) -> bytes:
    """Return the base64 characters that `data` alone decides, when `shift` bytes stand before it in its group."""
    written = base64.b64encode(b"\0" * shift + data)
    start = {0: 0, 1: 2, 2: 3}[shift]
    end = (shift + len(data)) * 8 // 6
    return written[start:end]
