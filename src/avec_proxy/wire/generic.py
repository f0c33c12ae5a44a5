"""A body that no format describes: every leaf of it is scanned, if it can be read to its last byte.

JSON, lines of JSON, forms and plain text are read. What could hide a text is refused: any other content type, base64,
a text as a model's tokens, and whatever leans on a conversation or a file that the provider keeps, because its
placeholders would meet those of this request. The reply is restored by `generic_replies`.
"""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from avec_proxy.model import JSON, Document, Refusal, Role, Segment
from avec_proxy.wire import kept_elsewhere, multipart
from avec_proxy.wire.attached import BinaryFile, leaving, media_of
from avec_proxy.wire.format import WireFormat
from avec_proxy.wire.generic_replies import DIALECT
from avec_proxy.wire.json_text import MAX_DEPTH, Path, check_content_type, read
from avec_proxy.wire.multipart import Part, Place
from avec_proxy.wire.openai_chat import SPEAKERS, error_body
from avec_proxy.wire.segments import Outbound, RoleOf, holds_file, outbound_of, stem_of, text_segments
from avec_proxy.wire.shape import FILE_NAME, MODEL, NUMBER, FileField, Shape
from avec_proxy.wire.target import form_segments
from avec_proxy.wire.unlisted import FORMAT as ID
from avec_proxy.wire.vocabulary import is_word

FORM = "application/x-www-form-urlencoded"
LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")
TEXTS = ("text/plain", "text/markdown", "text/csv", "text/tab-separated-values")

# A segment and its label, where it stands in the body.
_Found = Iterator[tuple[Segment, str]]

_ROLES = {**SPEAKERS, "human": Role.USER, "model": Role.ASSISTANT, "bot": Role.ASSISTANT, "ai": Role.ASSISTANT} | {
    "function": Role.TOOL,
    "chatbot": Role.ASSISTANT,
}
_TURNS = ("messages", "contents", "input", "inputs", "history", "chat_history", "conversation_history")
# Settings of a model, wherever they stand: their numbers are nobody's.
_SETTINGS = (
    *("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "max_new_tokens", "maxTokens"),
    *("num_predict", "num_ctx", "seed", "random_seed", "temperature", "top_p", "top_k", "topP", "topK", "min_p"),
    *("presence_penalty", "frequency_penalty", "repetition_penalty", "dimensions", "max_length", "min_length"),
    *("budget_tokens", "thinking_budget", "thinkingBudget", "top_n", "max_tokens_per_doc"),
)
# Fields that hold a text: numbers in their place are the text as a model's tokens.
_PROMPTS = frozenset("prompt prompts input inputs text texts content contents query context tokens ids".split())
_FEW = 3  # numbers in a row that may be a size or a few stop tokens
# Runs of base64 that are no word and no hash: what they hold cannot be read.
_OPAQUE = re.compile(r"(?![0-9a-fA-F-]*\Z)[A-Za-z0-9+/_-]{64,}={0,2}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class _OwnKeys:
    """Keys that say nothing of anybody."""

    def fullmatch(self, text: str) -> bool | None:
        """Return True for such a key, None for any other, as a pattern would be asked."""
        return is_word(text) or None


_FILE_NAMES = ("filename", "file_name", "fileName", "document_name", "documentName", "display_name", "displayName")
_ANY_FILE = FileField(uri=True, names=(*_FILE_NAMES, "name"), optional=True)


def _shape() -> Shape:
    """Return the shape of any JSON: keys that programs name are not scanned, nor the numbers that set a model."""
    shape = Shape()
    for _ in range(MAX_DEPTH):
        shape = Shape(
            fields=dict.fromkeys(_SETTINGS, NUMBER) | dict.fromkeys(_FILE_NAMES, FILE_NAME),
            keys=_OwnKeys(),
            rest=shape,
            item=shape,
            file=_ANY_FILE,
        )
    return replace(shape, fields={**shape.fields, "model": MODEL})


_ANYTHING = _shape()


class GenericReader:
    """Reads what can be read to its end, by content type."""

    def check(self, content_type: str | None) -> None:
        """Accept JSON, lines of JSON, a form, plain text; all of it in UTF-8. Raises Refusal for anything else."""
        media = _media(content_type)
        if media in (FORM, multipart.MEDIA, *LINES, *TEXTS):
            _check_charset(content_type or "")
        else:
            check_content_type(content_type)

    def outbound(self, body: bytes, content_type: str) -> Outbound:
        """Return the segments of `body`.

        Raises Refusal: "body_unreadable", "attachment_unreadable", "history_elsewhere", or as `check` does.
        """
        self.check(content_type)
        media = _media(content_type)
        if media == multipart.MEDIA:
            return _form_of_parts(body, content_type)
        if media == FORM:
            return _outbound(body, _form(body), FORM)
        if media in LINES:
            return _outbound(body, _lines(body, 0), media)
        if media in TEXTS:
            return _outbound(body, _text(body, 0, ""), f"{media}; charset=utf-8")
        return _json_outbound(body)


def _media(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()


def _check_charset(content_type: str) -> None:
    """Refuse what is declared as another charset than UTF-8; the JSON reader's own check knows how to read it."""
    _, _, parameters = content_type.partition(";")
    if not content_type.isascii() or not content_type.isprintable():
        raise Refusal("content_type_unsupported")
    if "charset" in parameters.lower():
        check_content_type(f"{JSON};{parameters}")


def _outbound(body: bytes, found: _Found, content_type: str) -> Outbound:
    pairs = list(found)
    return Outbound(Document(body, tuple(s for s, _ in pairs)), tuple(label for _, label in pairs), content_type)


def _json(body: bytes, at: int) -> _Found:
    """Yield what is scanned of one JSON document that stands at byte `at` and holds no file that must change."""
    outbound = _json_outbound(body)
    if outbound.document.container != body:
        raise Refusal("attachment_unreadable")
    for segment, label in zip(outbound.document.segments, outbound.labels, strict=True):
        yield replace(segment, start=segment.start + at, end=segment.end + at), label


def _json_outbound(body: bytes) -> Outbound:
    document = read(body)
    if kept_elsewhere.leans(document.value):
        raise Refusal("history_elsewhere")
    if _tokens(document.value):
        raise Refusal("attachment_unreadable")
    outbound = outbound_of(body, document, _ANYTHING, _speakers(document.value))
    if any(_OPAQUE.fullmatch(segment.text.strip()) for segment in outbound.document.segments):
        raise Refusal("attachment_unreadable")
    return outbound


def _tokens(value: Any, key: str = "") -> bool:
    """Tell whether a list of numbers may be a text as a model's tokens, or as the bytes of a file."""
    if isinstance(value, dict):
        return any(_tokens(member, name) for name, member in value.items())
    if not isinstance(value, list):
        return False
    numbers = sum(type(element) in (int, float) for element in value)
    if numbers > (0 if kept_elsewhere.folded(key) in _PROMPTS else _FEW):
        return True
    return any(_tokens(element, key) for element in value)


def _speakers(value: Any) -> RoleOf:
    """Return who speaks at a path: each turn of a list that says its speakers; the rest is data."""
    spoken: dict[str, list[Role | None]] = {}
    for name in _TURNS if isinstance(value, dict) else ():
        turns = value.get(name)
        if isinstance(turns, list) and any(isinstance(turn, dict) and "role" in turn for turn in turns):
            spoken[name] = [_ROLES.get(str(t.get("role")).lower()) if isinstance(t, dict) else None for t in turns]

    def role_of(path: Path) -> tuple[Role, int]:
        if len(path) > 1 and path[0] in spoken and isinstance(path[1], int):
            return spoken[str(path[0])][path[1]] or Role.TOOL, path[1]
        return Role.TOOL, -1

    return role_of


def _lines(body: bytes, at: int) -> _Found:
    empty = True
    for line in body.split(b"\n"):
        if data := line.strip(b" \t\r"):
            empty = False
            yield from _json(data, at + line.index(data))
        at += len(line) + 1
    if empty:
        raise Refusal("body_unreadable")


def _form(body: bytes) -> _Found:
    if not body.isascii() or _CONTROL.search(body.decode("ascii")):
        raise Refusal("body_unreadable")
    pairs = body.decode("ascii").rstrip("\r\n")
    for segment, label in form_segments(pairs):
        if not label and kept_elsewhere.is_key(segment.text):
            raise Refusal("history_elsewhere")
        yield _readable(segment), label


def _text(body: bytes, at: int, label: str) -> _Found:
    """Yield what is scanned of UTF-8 text that stands at byte `at`."""
    text: str | None = None
    with contextlib.suppress(UnicodeDecodeError):
        text = body.decode()
    if text is None or _CONTROL.search(text) or text.startswith("\ufeff"):
        raise Refusal("body_unreadable")
    for inner, codecs, name in text_segments(text, (), label):
        yield _readable(Segment(inner, at, at + len(body), codecs, Role.TOOL)), name


def _readable(segment: Segment) -> Segment:
    if holds_file(segment.text) or _OPAQUE.fullmatch(segment.text.strip()):
        raise Refusal("attachment_unreadable")
    return segment


def _form_of_parts(body: bytes, content_type: str) -> Outbound:
    """Return the segments of a form, which is written anew with its files opened."""
    parts: list[Part] = []
    layers: list[BinaryFile | None] = []
    converted = False
    for part in multipart.read(body, content_type):
        if kept_elsewhere.is_key(part.name):
            raise Refusal("history_elsewhere")
        if part.file_name is None and part.media in ("", JSON, *LINES, *TEXTS):
            parts.append(part)
            layers.append(None)
            continue
        file = leaving(part.data, part.file_name or "", part.media)
        media = media_of(file.opened, part.media)
        parts.append(Part(part.name, file.data, None if part.file_name is None else file.name, media))
        layers.append(BinaryFile(file.opened))
        converted = converted or file.converted
    container, written_type, places = multipart.written(parts)
    found = [
        pair for part, place, layer in zip(parts, places, layers, strict=True) for pair in _part(part, place, layer)
    ]
    outbound = _outbound(container, iter(sorted(found, key=lambda pair: pair[0].start)), written_type)
    return replace(outbound, files=sum(layer is not None for layer in layers), converted=converted)


def _part(part: Part, place: Place, layer: BinaryFile | None) -> _Found:
    label = "" if is_word(part.name) else part.name
    if label:
        yield Segment(label, place.name, place.name + len(label.encode()), strict=True), ""
    if part.file_name is not None:
        yield from _named(part.file_name, place.file_name)
    if layer is not None:
        for piece, heading in layer.slices():
            if text := piece.decode(layer.text):
                yield Segment(text, place.data, place.data + len(part.data), (layer, piece), Role.TOOL), heading
    elif part.media == JSON:
        yield from _json(part.data, place.data)
    elif part.media in LINES:
        yield from _lines(part.data, place.data)
    else:
        yield from _text(part.data, place.data, label)


def _named(file_name: str, at: int) -> _Found:
    """Yield the name of a file without its extension: it is hidden unless it is a program's word."""
    if stem := stem_of(file_name):
        entity = "" if is_word(stem) else "FILE_NAME"
        yield Segment(stem, at, at + len(stem.encode()), role=Role.TOOL, entity=entity), ""


FORMAT = WireFormat(ID, GenericReader(), DIALECT, error_body)
