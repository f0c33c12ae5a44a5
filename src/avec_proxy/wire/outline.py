"""What an exchange is made of, without a word of it: keys that programs name, types, and about how many.

For support, which writes the endpoint's file from it. A key is told only if it is made of words of APIs
(`rules/vocabulary`); no value ever is, nor its length.
"""

import contextlib
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from avec_proxy.model import Refusal
from avec_proxy.wire import multipart
from avec_proxy.wire.json_text import looks_json
from avec_proxy.wire.segments import holds_file
from avec_proxy.wire.vocabulary import is_word

OTHER = "*"  # stands for every key, part or type that is not told
_BUCKETS = ((0, "0"), (1, "1"), (5, "2-5"), (20, "6-20"), (100, "21-100"))
_DEEPEST = 32
_VERSION = re.compile(r"v[0-9]{1,2}(?:(?:alpha|beta)[0-9]{0,2})?")
_NUMBER = re.compile("[0-9]+")
_MOST_SHAPES = 40
_MEDIA = re.compile(
    r"(?:application/(?:json|x-ndjson|jsonl|pdf|xml|octet-stream|grpc|x-protobuf|x-www-form-urlencoded|"
    r"vnd\.amazon\.eventstream|connect\+json|connect\+proto)|text/(?:plain|event-stream|html|csv)|"
    r"multipart/(?:form-data|mixed|related)|image/(?:png|jpeg|gif|webp|heic|tiff)|audio/(?:wav|mpeg|mp4|ogg|webm)|"
    r"video/(?:mp4|webm|mpeg))"
)


def of_body(body: bytes, content_type: str) -> dict[str, Any]:
    """Return what a decoded body is made of: its media type, how it is framed, and the shapes of what is in it."""
    media = media_of(content_type)
    told: dict[str, Any] = {"media": media, "empty": not body}
    if not body:
        return told
    if media == "application/x-www-form-urlencoded":
        fields = parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True)
        return told | {"form": _members(fields)}
    if media == multipart.MEDIA:
        return told | {"parts": _parts(body, content_type)}
    text = body.decode("utf-8", "replace")
    if "\ufffd" in text or "\x00" in text:
        return told | {"form": "binary"}
    if media == "text/event-stream":
        return told | {"events": _stream(line[5:].strip() for line in text.splitlines() if line.startswith("data:"))}
    value = _json(text)
    if value is not _NOT_JSON:
        return told | {"json": of_value(value)}
    lines = [line for line in text.splitlines() if line.strip()]
    if all(_json(line) is not _NOT_JSON for line in lines):
        return told | {"lines": _stream(lines)}
    return told | {"form": "text"}


def of_value(value: Any, depth: int = 0) -> Any:
    """Return the shape of a JSON value: an object of shapes, a list with about how many elements it has, a type."""
    if depth > _DEEPEST:
        return "deeper"
    match value:
        case dict():
            return _members(value.items(), depth)
        case list():
            shapes = _distinct(of_value(element, depth + 1) for element in value)
            return {"list": about(len(value)), "of": shapes}
        case str():
            return _of_text(value, depth)
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case _:
            return "null"


def of_path(path: str) -> str:
    """Return a path with every part that a person may have written replaced."""
    return "/".join(part if not part or _VERSION.fullmatch(part) else _named(part) for part in path.split("/"))


def of_query(query: str) -> list[str]:
    """Return the keys of a query."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return sorted({_named(key) for key, _ in pairs})


def media_of(content_type: str) -> str:
    """Return the media type of a header, if it is one of those that programs send."""
    media = content_type.partition(";")[0].strip().lower()
    return media if _MEDIA.fullmatch(media) else OTHER if media else "none"


def about(count: int) -> str:
    """Return about how many there are."""
    return next((name for most, name in _BUCKETS if count <= most), "over 100")


_NOT_JSON = object()


def _named(key: str) -> str:
    """Return a key as it is told: words of APIs without their numbers, «*» for any other."""
    pieces = key.split(":")
    return _NUMBER.sub("#", key) if len(pieces) < 3 and all(map(is_word, pieces)) else OTHER


def _json(text: str) -> Any:
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(text)
    return _NOT_JSON


def _of_text(text: str, depth: int) -> Any:
    if looks_json(text) and (value := _json(text)) is not _NOT_JSON:
        return {"json in a string": of_value(value, depth + 1)}
    if holds_file(text):
        return "string with a file"
    return "string" if text else "empty string"


def _members(items: Iterable[tuple[str, Any]], depth: int = 0) -> dict[str, Any]:
    found: dict[str, list[Any]] = {}
    for key, value in items:
        shapes = found.setdefault(_named(key), [])
        shape = of_value(value, depth + 1)
        if shape not in shapes:
            shapes.append(shape)
    return {key: shapes[0] if len(shapes) == 1 else {"any of": shapes} for key, shapes in found.items()}


def _distinct(shapes: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for shape in shapes:
        if shape not in found and len(found) < _MOST_SHAPES:
            found.append(shape)
    return found


def _stream(events: Iterable[str]) -> dict[str, Any]:
    values = [_json(event) for event in events]
    shapes = ("no json" if value is _NOT_JSON else of_value(value) for value in values)
    return {"list": about(len(values)), "of": _distinct(shapes)}


def _parts(body: bytes, content_type: str) -> Any:
    try:
        parts = multipart.read(body, content_type)
    except Refusal:
        return "unreadable"
    return [
        {"name": _named(part.name), "file": part.file_name is not None} | of_body(part.data, part.media or "text/plain")
        for part in parts
    ]
