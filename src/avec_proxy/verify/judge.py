"""Looks for invented values in what left, however they may be written, and for placeholders in their place."""

import base64
import gzip
import json
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, unquote_plus

from avec_proxy.verify.recorder import Received

_SHORT = 8  # characters: what is shorter may stand in longer words and numbers by chance
_BRACKETED = re.compile(r"\[[^\W\d_]{2,24}_[0-9]+(?:_[A-Z]{1,2})?(?:\s*:[^\[\]]*)?\]")
_KIND = re.compile(r"\[([^\W\d_]{2,24})_[0-9]")


def leaked(value: str, received: Iterable[Received]) -> bool:
    """Return whether `value` stands in a request: in its line, its headers or its body.

    Looked for without case and accents, with and without the separators of a number; in plain, behind JSON, percent
    and Unicode escapes, in UTF-16, base64 and hexadecimal, and in what gzip or zlib hide.
    """
    texts = [text for request in received for text in _texts(request)]
    return any(_stands(value, text) for text in texts) or any(_encoded(value, request) for request in received)


def kinds(line: str) -> frozenset[str]:
    """Return the kinds of the placeholders in a line."""
    return frozenset(_KIND.findall(line))


def holds_placeholder(text: str) -> bool:
    """Return whether a placeholder stands in `text`."""
    return _BRACKETED.search(text) is not None


def _stands(value: str, text: str) -> bool:
    text = _BRACKETED.sub("[]", text)  # a hint may say «90 ans ou plus»
    wanted, place = _fold(value), _fold(text)
    if re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", place):
        return True
    bare = re.sub(r"[\W_]+", "", wanted)
    return len(bare) >= _SHORT and bare in re.sub(r"[\W_]+", "", place)


def _texts(request: Received) -> Iterator[str]:
    yield unquote_plus(request.head.decode("utf-8", "replace"))
    for body in _unpacked(request.body):
        text = body.decode("utf-8", "replace")
        # the text of JSON's strings, and all there is where it is none
        yield from _strings(text) or [text, _unescaped(text)]


def _strings(text: str) -> list[str]:
    """Return every string of a JSON text, keys too, with those inside strings that are JSON themselves."""
    try:
        todo: list[Any] = [json.loads(text)]
    except (ValueError, RecursionError):
        return []
    found: list[str] = []
    while todo:
        value = todo.pop()
        if isinstance(value, str):
            found += [value, unquote_plus(value)]
            if value[:1] in "[{":
                found += _strings(value)
        elif isinstance(value, dict):
            todo += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            todo += value
        elif value is not None:
            found.append(str(value))
    return found


def _unpacked(body: bytes) -> Iterator[bytes]:
    yield body
    for unpack in (gzip.decompress, zlib.decompress):
        try:
            yield unpack(body)
        except (OSError, EOFError, zlib.error):
            continue


def _encoded(value: str, request: Received) -> bool:
    if len(value) < _SHORT:
        return False
    raw = request.head + b"\n" + request.body
    return any(needle in raw or needle in raw.lower() for needle in _needles(value))


def _needles(value: str) -> Iterator[bytes]:
    data = value.encode()
    yield from (value.encode(name) for name in ("utf-16-le", "utf-16-be"))
    yield data.hex().encode()
    yield quote(value, safe="").lower().encode()
    for shift in range(3):  # the characters that the value alone decides, at each place in a group of three bytes
        written = base64.b64encode(b"\0" * shift + data)
        yield written[(0, 2, 3)[shift] : (shift + len(data)) * 8 // 6]


def _unescaped(text: str) -> str:
    return re.sub(r"\\+u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)


def _fold(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
