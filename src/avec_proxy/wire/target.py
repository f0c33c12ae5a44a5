"""A request's target (path and query) as segments: what is not the endpoint's own is scanned."""

import re
from collections.abc import Collection, Iterator
from typing import Protocol

from avec_proxy import model_names
from avec_proxy.model import Codec, Document, Refusal, Segment
from avec_proxy.wire.codecs import Percent
from avec_proxy.wire.segments import Outbound, text_segments
from avec_proxy.wire.shape import AMAZON_MODEL, ID

# RFC 9112, section 3.2.1, origin form: visible ASCII, no fragment.
_ORIGIN_FORM = re.compile(rb"/[!-\"$-~]*")
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_LONE_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PART = Percent()
_FORM = Percent(plus_is_space=True)
# What a declared parameter may say unscanned: a switch, a small number, a date of version, the form of a reply.
_SETTING = re.compile(
    r"true|false|json|sse|[0-9]{1,4}|20[0-9]{2}-[0-9]{2}-[0-9]{2}(?:-preview)?|preview|latest|v[0-9]{1,2}|"
)
# Google's keys (documentation of the Gemini API, 2026): a credential passes as it is, as in a header.
_API_KEY = re.compile(r"AIza[A-Za-z0-9_-]{35}|AQ\.[A-Za-z0-9_-]{20,200}")

# What a part of a path says by the service's own writing, to its end: a model's release, an administrator's name of a
# deployment or project (`CHOSEN`), a cloud's place (documentation of Azure, Google Cloud and Vertex AI, 2026). What
# stands before it is scanned.
_CHOSEN = r"(?!.*[0-9]{7})[a-z][a-z0-9._-]{0,62}[a-z0-9]"
_OWN = {
    "model": re.compile(r"(?<=.)(?:@|%40)(?:20[0-9]{6}|[0-9]{3}|default|latest)\Z"),
    "deployment": re.compile(rf"\A{_CHOSEN}\Z"),
    "project": re.compile(rf"\A(?:{_CHOSEN}|[1-9][0-9]{{10,11}}|gen-lang-client-[0-9]{{10}})\Z"),
    "location": re.compile(
        r"\A(?:global|us|eu|(?:africa|asia|australia|europe|me|northamerica|southamerica|us)"
        r"-(?:north|south|east|west|central)(?:east|west)?[0-9]{1,2})\Z"
    ),
}

# What names a conversation or an answer that the provider keeps, and whether it goes on with each exchange. Nothing is
# sent there without what that one told, so the name is the provider's own.
KEPT_PARTS = {"conversation": True, "response": False}
_OWN |= dict.fromkeys(KEPT_PARTS, re.compile(r"\A[A-Za-z0-9_-]{1,256}\Z"))
_RELEASED = re.compile("@|%40")
# The parts that a person's name may hide in although they are the service's own: who sends them looks for one.
CHOSEN = ("deployment", "project")


class Address(Protocol):
    """What an endpoint tells about its address (`endpoints.EndpointRule` does)."""

    @property
    def opaque_query(self) -> tuple[str, ...]:
        """The query's keys whose values are settings."""
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
    The path's free parts are strict segments, but for what the service itself writes there. Query keys and values are
    segments, unless the key is one of `address.opaque_query` and the value a setting (a switch, a small number, a
    version, an id, an API key). Doubly encoded text is read through both layers.

    Raises Refusal("endpoint_unknown") for a path that is not the address's, and Refusal("request_malformed"): not in
    origin form, a fragment, a control or non-ASCII character, escapes that are not UTF-8 or more than two layers of
    them, "." or ".." as a part.
    """
    if not _ORIGIN_FORM.fullmatch(target):
        raise Refusal("request_malformed")
    asked, mark, query = target.decode("ascii").partition("?")
    path = address.own_path(asked)
    free = address.free_parts(path)
    if free is None:
        raise Refusal("endpoint_unknown")
    found: list[tuple[Segment, str]] = []
    for name, (start, end) in sorted(free.items(), key=lambda part: part[1]):
        end -= _own(name, path[start:end])
        text, codecs = _decoded(path[start:end], _PART)
        if not text:
            continue
        if text in (".", "..") or "/" in text or "\\" in text or _CONTROL.search(text):
            raise Refusal("request_malformed")
        found.append((Segment(text, start, end, codecs, strict=True), ""))
    at = len(path) + len(mark)
    for pair in query.split("&"):
        found += _pair(pair, at, address.opaque_query)
        at += len(pair) + 1
    left = (path + mark + query).encode("ascii")
    return Outbound(Document(left, tuple(segment for segment, _ in found)), tuple(label for _, label in found))


def kept_name(target: bytes, address: Address) -> tuple[str, bool]:
    """Return what the path of `target` names that the provider keeps ("" for nothing), and whether it goes on."""
    path = address.own_path(target.partition(b"?")[0].decode("ascii", "replace"))
    free = address.free_parts(path) or {}
    return next(((path[slice(*free[part])], grows) for part, grows in KEPT_PARTS.items() if part in free), ("", False))


def _own(name: str, raw: str) -> int:
    """Return how many characters at the end of a free part are the service's own words; a published model's name is."""
    if name == "model" and _published(raw):
        return len(raw)
    found = _OWN[name].search(raw) if name in _OWN else None
    return 0 if found is None else len(raw) - found.start()


def form_segments(pairs: str) -> Iterator[tuple[Segment, str]]:
    """Yield the segments of `a=b&c=d` (ASCII, percent-encoded): every key and, with it as label, every value.

    Raises Refusal("request_malformed") for escapes that are not UTF-8 or more than two layers of them.
    """
    at = 0
    for pair in pairs.split("&"):
        yield from _pair(pair, at, ())
        at += len(pair) + 1


def _published(raw: str) -> bool:
    plain = model_names.plain(_RELEASED.sub("-", raw)) != model_names.OTHER
    return plain or (_PART.readable(raw) and AMAZON_MODEL.fullmatch(_PART.decode(raw)) is not None)


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
