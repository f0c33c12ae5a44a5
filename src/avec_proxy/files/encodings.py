"""Bytes that are text, in which encoding, and back."""

import codecs
import re
from dataclasses import dataclass

from avec_proxy.model import Refusal

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What French texts hold beyond ASCII: the encoding that shows most of it is the right one.
_USUAL = re.compile("[éèêàâçôîïûùœÉÈÀÇ«»°’–…€\u00a0]")
_ODD = re.compile(r"[a-zà-ÿ][À-ÞŽŠ]|[^\\W\\d_][^\\w\\s.,;:!?'’()/«»\x22@&+*=%°-][^\\W\\d_]")
_EIGHT_BITS = ("cp1252", "cp850", "mac_roman")
# Control characters that no text holds, C1 included: what has them is something else, or another encoding.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the bytes that it was read from, and how they were written: a byte order mark, an encoding."""

    text: str
    data: bytes
    encoding: str
    mark: bytes = b""

    def encode(self, text: str) -> bytes:
        """Return `text` in the same encoding, or in UTF-8 with its mark where that one lacks a character."""
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError:
            return codecs.BOM_UTF8 + text.encode("utf-8", "replace")


def decode(data: bytes) -> Decoded:
    """Return `data` as text: by its byte order mark, else UTF-8, else the eight-bit encoding that reads as French.

    Raises Refusal("file_unreadable") for bytes that are no text.
    """
    decoded = _decoded(data)
    if decoded is None or _CONTROL.search(decoded.text):
        raise Refusal("file_unreadable")
    return decoded


def _decoded(data: bytes) -> Decoded | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data, encoding, mark)
    return _strictly(data, "utf-8") or max(
        (d for d in (_strictly(data, encoding) for encoding in _EIGHT_BITS) if d is not None),
        key=lambda d: len(_USUAL.findall(d.text)) - 2 * len(_ODD.findall(d.text)),
        default=None,
    )


def _strictly(data: bytes, encoding: str, mark: bytes = b"") -> Decoded | None:
    try:
        return Decoded(data[len(mark) :].decode(encoding), data, encoding, mark)
    except UnicodeDecodeError:
        return None
