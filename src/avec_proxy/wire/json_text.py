"""Strict JSON (RFC 8259) with the place of every string, key and number kept.

`json` decides whether a text is JSON at all; one regular expression then finds the tokens, so that edits can be
written between the quotes and every other byte stays as the client sent it.
"""

import json
import re
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum
from typing import Any, Never

from avec_proxy.model import Refusal
from avec_proxy.wire.codecs import JsonString

MAX_DEPTH = 64

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r'"((?:[^"\\]++|\\.)*+)"(\s*+:)?'  # 1: a string, 2: it is a key
    r"|([{}\[\]])"  # 3
    r"|(-?[0-9][0-9.eE+-]*+)"  # 4: a number
    r"|,"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_JSON_STRING = JsonString()
_NOT_JSON = object()


class Kind(StrEnum):
    """What a leaf is."""

    STRING = "string"
    KEY = "key"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A string, an object's key or a number: `path` leads to it (a key's own path ends with the key).

    `start`/`end` stand between the quotes, or around a number: bytes of the body (`read`) or characters of the
    text (`parse`). `text` is decoded.
    """

    kind: Kind
    path: Path
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """A JSON text as Python values, and its leaves in the order of the text."""

    value: Any
    leaves: tuple[Leaf, ...]


def read(body: bytes, *, lenient: bool = False) -> JsonDocument:
    """Return the one JSON document in `body`, with offsets in bytes.

    Raises Refusal("body_unreadable") for anything else: not UTF-8, a byte order mark, nothing, a second document,
    NaN or Infinity, a key twice in an object, nesting deeper than `MAX_DEPTH`, a lone surrogate, a bare control
    character. `lenient` (replies) allows NaN, repeated keys and lone surrogates.
    """
    text = _utf8(body)
    if text is None:
        raise Refusal("body_unreadable")
    document = parse(text, lenient=lenient)
    if len(text) == len(body):  # ASCII alone: characters are bytes
        return document
    leaves: list[Leaf] = []
    position, offset = 0, 0
    for leaf in document.leaves:
        start = offset + len(text[position : leaf.start].encode())
        position, offset = leaf.end, start + len(text[leaf.start : leaf.end].encode())
        leaves.append(Leaf(leaf.kind, leaf.path, start, offset, leaf.text))
    return JsonDocument(document.value, tuple(leaves))


def value_of(body: bytes) -> Any:
    """Return the value of the one JSON document in `body`; refuses as `read` does, but not for depth."""
    text = _utf8(body)
    value = _NOT_JSON if text is None else _value(text, lenient=False)
    if value is _NOT_JSON:
        raise Refusal("body_unreadable")
    return value


def parse(text: str, *, lenient: bool = False) -> JsonDocument:
    """Return the one JSON document in `text`, with offsets in characters; refuses as `read` does."""
    value = _value(text, lenient=lenient)
    if value is _NOT_JSON:
        raise Refusal("body_unreadable")
    leaves = tuple(_leaves(text))
    if not lenient and "\\u" in text and any(_SURROGATE.search(leaf.text) for leaf in leaves):
        raise Refusal("body_unreadable")
    return JsonDocument(value, leaves)


def looks_json(text: str) -> bool:
    """Tell from the first two characters of a text, spaces aside, whether it is meant as a JSON object or array."""
    head = "".join(text[:40].split())
    return (head[:1] == "{" and head[1:2] in ('"', "}")) or head[:2] in ('["', "[{")


def check_content_type(value: str | None) -> None:
    """Accept JSON in UTF-8, the one form that is read; `value` is the header's value, None if absent.

    Raises Refusal("content_type_unsupported") for another or no media type, and Refusal("charset_unsupported")
    for a charset that is not UTF-8.
    """
    if value is None or not value.isascii() or not value.isprintable():
        raise Refusal("content_type_unsupported")
    header = Message()
    header["content-type"] = value
    media = header.get_content_type()
    if media != "application/json" and not re.fullmatch(r"application/[a-z0-9.-]+\+json", media):
        raise Refusal("content_type_unsupported")
    for name, parameter in header.get_params(failobj=[])[1:]:
        if name.lower().rstrip("*") == "charset" and str(parameter).lower() not in ("utf-8", "utf8"):
            raise Refusal("charset_unsupported")


def _utf8(body: bytes) -> str | None:
    # No refusal is raised while an error is handled: it would carry that error, and with it the body.
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _value(text: str, *, lenient: bool) -> Any:
    try:
        return json.loads(text) if lenient else _STRICT.decode(text)
    except (ValueError, RecursionError):
        return _NOT_JSON


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError
    return members


def _no_constant(_name: str) -> Never:
    raise ValueError


_STRICT = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)


def _leaves(text: str) -> list[Leaf]:
    """Return the leaves of `text`, which is known to be JSON: its tokens need no checks but the depth's."""
    found: list[Leaf] = []
    path: list[str | int] = []
    for token in _TOKEN.finditer(text):
        match token.lastindex:
            case 1:  # _STRING
                start, end = token.span(1)
                found.append(Leaf(Kind.STRING, tuple(path), start, end, _JSON_STRING.decode(token[1])))
            case 2:  # _KEY
                start, end = token.span(1)
                path[-1] = key = _JSON_STRING.decode(token[1])
                found.append(Leaf(Kind.KEY, tuple(path), start, end, key))
            case 3:  # _BRACKET
                bracket = token[3]
                if bracket in "{[":
                    path.append(0 if bracket == "[" else "")
                    if len(path) > MAX_DEPTH:
                        raise Refusal("body_unreadable")
                else:
                    path.pop()
            case 4:  # _NUMBER
                start, end = token.span(4)
                found.append(Leaf(Kind.NUMBER, tuple(path), start, end, token[4]))
            case _:  # a comma
                last = path[-1]
                if isinstance(last, int):
                    path[-1] = last + 1
    return found
