"""From the leaves of a JSON body to the segments that are scanned, and the leaves that refuse a request.

JSON written inside a string is opened, several layers deep: its keys, strings and long numbers are scanned one by
one, and edits to them keep every layer valid.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from avec_proxy.files.blobs import DATA_URI, is_blob
from avec_proxy.files.opened import EXTENSIONS
from avec_proxy.model import JSON, Codec, Document, Refusal, Role, Segment
from avec_proxy.wire import attached
from avec_proxy.wire.codecs import JsonString, NumberLeaf, Slice
from avec_proxy.wire.json_text import JsonDocument, Kind, Leaf, Path, looks_json, parse
from avec_proxy.wire.shape import Place, Shape, place_of
from avec_proxy.wire.vocabulary import is_word

MAX_NESTED = 4
# A shorter number names nobody by itself; ages and counts stay numbers.
MIN_DIGITS = 5

_JSON_STRING = JsonString()
_NUMBER_LEAF = NumberLeaf()
# Escapes in a text that is not JSON as a whole (a fragment, several documents, JSON in prose).
_ESCAPED_TEXT = re.compile(r'\\"|\\u[0-9a-fA-F]{4}')
_SURROGATE = re.compile("[\ud800-\udfff]")
_MEMBER = re.compile(r'"\s*:')
_EXTENSIONS = frozenset(extension for known in EXTENSIONS.values() for extension in known)

# Who speaks at a path, and in which message (-1: outside the conversation).
RoleOf = Callable[[Path], tuple[Role, int]]

# What is scanned of a leaf: the text, the codecs that lead to it, its label.
Opened = tuple[str, tuple[Codec, ...], str]


@dataclass(frozen=True, slots=True)
class Outbound:
    """A request's body, and for each segment of it the key that names its value ("" for the format's own keys).

    `labels` is parallel to `document.segments`: a value under «nom» or «ipp» is detected with that word before it.
    `content_type` is what leaves in the header of that name. `files` counts the files that were opened; `converted`:
    one of them leaves in another form (a PDF as its text).
    """

    document: Document
    labels: tuple[str, ...] = ()
    content_type: str = JSON
    files: int = 0
    converted: bool = False


def outbound_of(body: bytes, document: JsonDocument, shape: Shape, role_of: RoleOf) -> Outbound:
    """Return every segment of `body`, in its order; files in it are opened.

    The outbound document is `body`, but for files that leave in another form. Raises Refusal where content cannot be
    scanned: "attachment_unreadable" (a `data:` URI or a long run of base64 outside a file's place, a text as a model's
    tokens), the refusal of a declared attachment, or one of `open_file`.
    """
    opened = attached.opened(body, document, shape)
    found: list[tuple[Segment, str]] = []
    for leaf in opened.document.leaves:
        place = place_of(shape, leaf)
        role, turn = role_of(leaf.path)
        layer = opened.layers.get(leaf.path) if leaf.kind is Kind.STRING else None
        if layer is not None:
            found += _of_file(leaf, layer, turn)
            continue
        if _unreadable(leaf, place.shape):
            raise Refusal(place.shape.refusal)
        if leaf.kind is Kind.STRING and _is_name(leaf.text, place.shape):
            found += _of_name(leaf, place.shape.entity)
            continue
        if _declared(leaf, place):
            continue
        # a tool's answer names the tool where others name themselves
        named = "" if place.own and role is Role.TOOL else place.label
        for text, codecs, label in _opened(leaf, named):
            if holds_file(text):
                raise Refusal("attachment_unreadable")
            found.append((Segment(text, leaf.start, leaf.end, codecs, role, turn, place.shape.strict), label))
    segments, labels = tuple(segment for segment, _ in found), tuple(label for _, label in found)
    return Outbound(Document(opened.raw, segments), labels, files=len(opened.layers), converted=opened.converted)


def _of_file(leaf: Leaf, layer: attached.FileLayer, turn: int) -> Iterator[tuple[Segment, str]]:
    """Yield the texts of a file: data of the conversation, from which no courtesy is cut."""
    for part, label in layer.slices():
        if part.end > part.start:
            codecs = (_JSON_STRING, layer, part)
            yield Segment(part.decode(layer.text), leaf.start, leaf.end, codecs, Role.TOOL, turn), label


def _is_name(text: str, shape: Shape) -> bool:
    return bool(shape.entity) and (not shape.loosely or stem_of(text) != text)


def _of_name(leaf: Leaf, entity: str) -> Iterator[tuple[Segment, str]]:
    """Yield a file's name without its extension."""
    if stem := stem_of(leaf.text):
        codecs = (_JSON_STRING, Slice(0, len(stem)))
        kind = "" if is_word(stem) else entity
        yield Segment(stem, leaf.start, leaf.end, codecs, Role.TOOL, entity=kind), ""


def stem_of(file_name: str) -> str:
    """Return a file's name without its extension, if it has one that files have: any other end may be a name."""
    stem, dot, extension = file_name.rpartition(".")
    return stem if stem and f"{dot}{extension.lower()}" in _EXTENSIONS else file_name


def answer_of(body: bytes, document: JsonDocument, shape: Shape) -> Document:
    """Return every segment of a reply that may hold a placeholder, in its order."""
    segments: list[Segment] = []
    for leaf in document.leaves:
        if leaf.kind is not Kind.NUMBER and not place_of(shape, leaf).shape.sealed:
            segments += answer_segments(leaf)
    return Document(body, tuple(segments))


def answer_segments(leaf: Leaf) -> list[Segment]:
    """Return the segments of one string or key of a reply that may hold a placeholder."""
    if "[" not in leaf.text:
        return []
    found = text_segments(leaf.text, (_JSON_STRING,), guess=False)
    return [Segment(text, leaf.start, leaf.end, codecs) for text, codecs, _ in found]


def text_segments(
    text: str, codecs: tuple[Codec, ...] = (), label: str = "", *, guess: bool = True, depth: int = 0
) -> Iterator[Opened]:
    """Yield what is scanned of a string, in order: all of it as one, unless it is JSON itself.

    `codecs` lead to `text`; those that are yielded lead on from there. `guess`: a text that is not JSON but holds
    its escapes is read through them, so that a detector sees the letters (a reply is restored as it is shown).
    """
    inner = _json_in(text) if depth < MAX_NESTED else None
    if inner is None:
        if text:
            yield _plain(text, codecs, label, guess=guess)
        return
    for leaf in inner.leaves:
        here = (*codecs, Slice(leaf.start, leaf.end))
        name = next((step for step in reversed(leaf.path) if isinstance(step, str)), label)
        if leaf.kind is Kind.STRING:
            yield from text_segments(leaf.text, (*here, _JSON_STRING), name, guess=guess, depth=depth + 1)
        else:
            yield from _short(leaf, here, name)


def holds_file(text: str) -> bool:
    """Tell whether `text` holds what cannot be read as text: a `data:` URI, a long run of base64."""
    return DATA_URI.search(text) is not None or is_blob(text)


def _unreadable(leaf: Leaf, shape: Shape) -> bool:
    """Tell whether a leaf is content that cannot be scanned here."""
    if leaf.kind is Kind.STRING and shape.only is not None and not shape.only.fullmatch(leaf.text):
        return True
    return shape.attachment or (shape.tokens and leaf.kind is Kind.NUMBER)


def _declared(leaf: Leaf, place: Place) -> bool:
    """Tell whether the format itself accounts for a leaf."""
    if leaf.kind is Kind.KEY:
        return place.own
    if leaf.kind is Kind.NUMBER:
        return place.shape.parameter
    return place.shape.opaque is not None and place.shape.opaque.fullmatch(leaf.text) is not None


def _opened(leaf: Leaf, label: str) -> Iterator[Opened]:
    if leaf.kind is Kind.STRING:
        return text_segments(leaf.text, (_JSON_STRING,), label)
    return _short(leaf, (), label)


def _short(leaf: Leaf, codecs: tuple[Codec, ...], label: str) -> Iterator[Opened]:
    """Yield a key, or a number that is long enough to be somebody's."""
    if leaf.kind is Kind.KEY:
        if leaf.text:
            yield leaf.text, (*codecs, _JSON_STRING), ""
    elif sum(character.isdigit() for character in leaf.text) >= MIN_DIGITS:
        yield leaf.text, (*codecs, _NUMBER_LEAF), label


def _plain(text: str, codecs: tuple[Codec, ...], label: str, *, guess: bool) -> Opened:
    """Return a text, read through its escapes if it seems to be made of JSON without being it."""
    escaped = guess and "\\" in text and (_ESCAPED_TEXT.search(text) or _MEMBER.search(text))
    if not escaped and not looks_json(text):
        return text, codecs, label
    decoded = _JSON_STRING.decode(text)
    if guess and _SURROGATE.search(decoded):  # half a character: nothing says what it would become
        raise Refusal("body_unreadable")
    return decoded, (*codecs, _JSON_STRING), label


def _json_in(text: str) -> JsonDocument | None:
    """Return the object or array that `text` is, or None."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return parse(text)
    except Refusal:
        return None
