"""A request's target (path and query) as segments: what is not the endpoint's own is scanned."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Protocol

from avec_proxy.model import Codec, Document, Refusal, Segment
from avec_proxy.wire.codecs import Percent
from avec_proxy.wire.segments import Outbound, text_segments
from avec_proxy.wire.shape import ID

# RFC 9112, section 3.2.1, origin form: visible ASCII, no fragment.
_ORIGIN_FORM = re.compile(rb"/[!-\"$-~]*")
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_LONE_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PART = Percent()
_FORM = Percent(plus_is_space=True)
# What a declared parameter may say unscanned: a switch, a small number, a date of version.
_SETTING = re.compile(r"true|false|[0-9]{1,4}|20[0-9]{2}-[0-9]{2}-[0-9]{2}(?:-preview)?|preview|latest|v[0-9]{1,2}|")
# Google's keys (documentation of the Gemini API, 2026): a credential passes as it is, as in a header.
_API_KEY = re.compile(r"AIza[A-Za-z0-9_-]{35}|AQ\.[A-Za-z0-9_-]{20,200}")


class Address(Protocol):
    """What an endpoint tells about its address (`endpoints.EndpointRule` does)."""

    @property
    def opaque_query(self) -> tuple[str, ...]:
        """The query's keys whose values are settings."""
        ...

    @property
    def required_query(self) -> Mapping[str, str]:
        """What the query must say."""
        ...

    def own_path(self, path: str) -> str:
        """Return `path` without what is there for us alone."""
        ...

    def free_parts(self, path: str) -> dict[str, tuple[int, int]] | None:
        """Return the span of each part of an own path that a client chooses, None if it is not the endpoint's."""
        ...


def outbound_target(target: bytes, address: Address) -> Outbound:
    """Return the segments of `target`, as sent in the request line, in its order; a query's value has its key as label.

    The document is the target as the provider knows it: `address.own_path` and the query.
    The path's free parts are strict segments. Query keys and values are segments, unless the key is one of
    `address.opaque_query` and the value a setting (a switch, a small number, a version, an id, an API
    key). Doubly encoded text is read through both layers.

    Raises Refusal("endpoint_unknown") for a path that is not the address's, and Refusal("request_malformed"): not in
    origin form, a fragment, a control or non-ASCII character, escapes that are not UTF-8 or more than two layers of
    them, "." or ".." as a part; Refusal("reply_form_unsupported") where the query lacks what the address requires.
    """
    if not _ORIGIN_FORM.fullmatch(target):
        raise Refusal("request_malformed")
    asked, mark, query = target.decode("ascii").partition("?")
    path = address.own_path(asked)
    free = address.free_parts(path)
    if free is None:
        raise Refusal("endpoint_unknown")
    if any(_said(query, name) != [value] for name, value in address.required_query.items()):
        raise Refusal("reply_form_unsupported")
    required = {f"{name}={value}" for name, value in address.required_query.items()}
    found: list[tuple[Segment, str]] = []
    for start, end in sorted(free.values()):
        text, codecs = _decoded(path[start:end], _PART)
        if text in (".", "..") or "/" in text or "\\" in text or _CONTROL.search(text):
            raise Refusal("request_malformed")
        found.append((Segment(text, start, end, codecs, strict=True), ""))
    at = len(path) + len(mark)
    for pair in query.split("&"):
        if pair not in required:
            found += _pair(pair, at, address.opaque_query)
        at += len(pair) + 1
    own = (path + mark + query).encode("ascii")
    return Outbound(Document(own, tuple(segment for segment, _ in found)), tuple(label for _, label in found))


def _said(query: str, name: str) -> list[str]:
    """Return every value that a query has for a name; `$name` is Google's other writing of it."""
    pairs = [pair.partition("=") for pair in query.split("&")]
    return [value for key, _, value in pairs if _FORM.readable(key) and _FORM.decode(key).lstrip("$") == name]


def _pair(pair: str, at: int, opaque_query: Collection[str]) -> Iterator[tuple[Segment, str]]:
    key, equals, value = pair.partition("=")
    name, key_codecs = _decoded(key, _FORM)
    text, value_codecs = _decoded(value, _FORM)
    if name in opaque_query:
        if any(shape is not None and shape.fullmatch(text) for shape in (_SETTING, ID.opaque, _API_KEY)):
            return
        name = ""
    elif name:
        yield Segment(name, at, at + len(key), key_codecs), ""
    start = at + len(key) + len(equals)
    for inner, codecs, label in text_segments(text, value_codecs, name):
        yield Segment(inner, start, start + len(value), codecs), label


def _decoded(raw: str, outer: Percent) -> tuple[str, tuple[Codec, ...]]:
    """Return the text behind one or two layers of percent encoding."""
    if _LONE_PERCENT.search(raw) or not outer.readable(raw):
        raise Refusal("request_malformed")
    text = outer.decode(raw)
    if not _ESCAPE.search(text):
        return text, (outer,)
    if not _PART.readable(text):
        raise Refusal("request_malformed")
    twice = _PART.decode(text)
    if _ESCAPE.search(twice):
        raise Refusal("request_malformed")
    return twice, (outer, _PART)
