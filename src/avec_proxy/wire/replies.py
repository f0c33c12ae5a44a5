"""Restoring a reply as its bytes pass: a stream of events or lines, a JSON body, other text.

Every method here is total. What cannot be read passes as it came: a placeholder may be shown, nothing is lost.
"""

import codecs
import json
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from avec_proxy import transform
from avec_proxy.mapping import Mapping
from avec_proxy.model import Document, Refusal
from avec_proxy.wire import frames
from avec_proxy.wire.channel import Channel, edits_of
from avec_proxy.wire.codecs import JsonString
from avec_proxy.wire.json_array import ArrayReader
from avec_proxy.wire.json_text import JsonDocument, Kind, Leaf, Path, looks_json, read
from avec_proxy.wire.ndjson import LineReader
from avec_proxy.wire.offsets import Mark, Moved
from avec_proxy.wire.segments import answer_of, answer_segments
from avec_proxy.wire.shape import Shape
from avec_proxy.wire.sse import EventReader
from avec_proxy.wire.transport import Event, Reader

_JSON_STRING = JsonString()
_LINES = (
    *("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"),
    "application/stream+json",  # Cohere's
)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one exchange, as the provider counted them."""

    tokens_in: int
    tokens_out: int


class Reply(Protocol):
    """One reply on its way back; made for one exchange."""

    @property
    def usage(self) -> Usage | None:
        """What the provider has counted so far, None if it has not said."""
        ...

    def feed(self, chunk: bytes) -> bytes:
        """Return the bytes to show after `chunk` has come; b"" means nothing yet."""
        ...

    def close(self) -> bytes:
        """Return what is left at the end of the reply."""
        ...


@dataclass(frozen=True, slots=True)
class Field:
    """A string of an event that is restored: a piece of `channel`, or whole where that is None.

    `json`: the pieces are of JSON text (a tool's arguments). A channel begins with the choice or block it belongs to.
    `growing`: an event may also bring all of the text again, longer than before.
    """

    leaf: Leaf
    channel: tuple[Hashable, ...] | None = None
    json: bool = False
    growing: bool = False


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a format's replies are made; each function gets an event's value, which may be any JSON.

    `answer`: the shape of a plain JSON reply. `fields`: what an event restores. `ends`: the choices or blocks that
    an event ends, None for all of them. `carrier`: an event's name and value that bring one more piece of text to
    the channel whose last piece stood at a path of an event. `counted`: the tokens in and out that a value tells.
    `lines`: a stream of lines of JSON is made of such events too. `elements`: so is a JSON body that is an array.
    `marks`: the numbers of a plain reply or an event that are places in a text.
    `words`: the data of an event that is no JSON is a piece of one plain text.
    """

    answer: Shape
    fields: Callable[[JsonDocument], Iterator[Field]]
    ends: Callable[[Any], frozenset[Hashable] | None]
    carrier: Callable[[Any, Path, str], tuple[bytes, Any]]
    counted: Callable[[Any], tuple[int | None, int | None]]
    lines: bool = False
    words: bool = False
    elements: bool = False
    marks: Callable[[JsonDocument], Iterator[Mark]] | None = None


def open_reply(dialect: Dialect, mapping: Mapping, content_type: str) -> Reply:
    """Return what restores a reply of `content_type`, the header's value ("" if absent)."""
    media, _, parameters = content_type.lower().partition(";")
    media = media.strip()
    if media == "text/event-stream":
        return StreamReply(dialect, mapping)
    if dialect.lines and media in _LINES:
        return StreamReply(dialect, mapping, LineReader())
    if media == frames.MEDIA:
        return StreamReply(dialect, mapping, frames.FrameReader())
    if media == "application/json" or media.endswith("+json"):
        return (ArrayReply if dialect.elements else JsonReply)(dialect, mapping)
    if "charset" in parameters and "utf-8" not in parameters and "utf8" not in parameters:
        return PassReply()
    return TextReply(mapping)


class PassReply:
    """A reply that passes as it comes."""

    usage: Usage | None = None

    def feed(self, chunk: bytes) -> bytes:
        """Return `chunk`."""
        return chunk

    def close(self) -> bytes:
        """Return nothing."""
        return b""


class TextReply:
    """UTF-8 text of any kind; the first byte that is not UTF-8 ends restoring."""

    usage: Usage | None = None

    def __init__(self, mapping: Mapping) -> None:
        self._channel = Channel(mapping)
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._passing = False

    def feed(self, chunk: bytes) -> bytes:
        """Return the text that can be shown."""
        return chunk if self._passing else self._push(chunk, final=False)

    def close(self) -> bytes:
        """Return what was held back."""
        return b"" if self._passing else self._push(b"", final=True)

    def _push(self, chunk: bytes, *, final: bool) -> bytes:
        waiting = self._decoder.getstate()[0]
        try:
            text = self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            self._passing = True
            return self._channel.tail.encode() + waiting + chunk
        tail = self._channel.tail
        try:
            return self._channel.push(text, final=final).encode()
        except Exception:
            self._passing = True
            return (tail + text).encode()


class _Counter:
    """Keeps the last token counts that a reply has told."""

    def __init__(self, dialect: Dialect) -> None:
        self._counted = dialect.counted
        self._in: int | None = None
        self._out: int | None = None

    def see(self, value: Any) -> None:
        """Take the counts of one value."""
        tokens_in, tokens_out = self._counted(value)
        self._in = self._in if tokens_in is None else tokens_in
        self._out = self._out if tokens_out is None else tokens_out

    @property
    def usage(self) -> Usage | None:
        """Return the counts, None if none was told."""
        if self._in is None and self._out is None:
            return None
        return Usage(self._in or 0, self._out or 0)


class JsonReply:
    """A JSON body: kept until it is whole, then restored in every string that is not sealed."""

    def __init__(self, dialect: Dialect, mapping: Mapping) -> None:
        self._dialect = dialect
        self._mapping = mapping
        self._counter = _Counter(dialect)
        self._body = bytearray()

    @property
    def usage(self) -> Usage | None:
        """Return the token counts once the body is whole."""
        return self._counter.usage

    def feed(self, chunk: bytes) -> bytes:
        """Keep `chunk`; return nothing yet."""
        self._body += chunk
        return b""

    def close(self) -> bytes:
        """Return the restored body."""
        body = bytes(self._body)
        self._body.clear()
        try:
            document = read(body, lenient=True)
            self._counter.see(document.value)
            answer = answer_of(body, document, self._dialect.answer)
            edits = [edits_of(self._mapping, segment.text) for segment in answer.segments]
            changed = transform.changes(answer, edits)
            if self._dialect.marks is not None:
                changed = sorted([*changed, *self._marked(document, self._dialect.marks(document))])
            return transform.patch(body, changed)
        except Exception:
            return body

    def _marked(self, document: JsonDocument, marks: Iterable[Mark]) -> Iterator[tuple[int, int, bytes]]:
        """Yield the places that are others now."""
        texts: dict[tuple[object, ...], str] = {
            leaf.path: leaf.text for leaf in document.leaves if leaf.kind is Kind.STRING
        }
        moved: dict[tuple[object, ...], Moved] = {}
        for mark in marks:
            text = texts.get(mark.of, "")
            if mark.of not in moved:
                found = moved[mark.of] = Moved()
                found.add(len(text), [] if looks_json(text) else edits_of(self._mapping, text))
            yield from _replaced_mark(mark, moved[mark.of])


def _replaced_mark(mark: Mark, moved: Moved) -> Iterator[tuple[int, int, bytes]]:
    if mark.leaf.text.isascii() and mark.leaf.text.isdigit():
        place = moved.place(int(mark.leaf.text), end=mark.end)
        yield mark.leaf.start, mark.leaf.end, str(place).encode()


_WORDS = ("words",)  # the channel of events that are plain text


@dataclass(slots=True)
class _Open:
    """A channel of a stream, its last piece and where that came: what an added event is made from."""

    channel: Channel
    piece: str = ""
    event: Event | None = None
    value: Any = None
    path: Path = ()


class StreamReply:
    """A stream: each event goes on as it came but for the text in it; a held tail goes out before its end."""

    def __init__(self, dialect: Dialect, mapping: Mapping, reader: Reader | None = None) -> None:
        self._dialect = dialect
        self._mapping = mapping
        self._counter = _Counter(dialect)
        self._reader: Reader = EventReader() if reader is None else reader
        self._open: dict[tuple[Hashable, ...], _Open] = {}
        self._moved: dict[tuple[object, ...], Moved] = {}  # of the texts that marks may be about, if there are marks

    @property
    def usage(self) -> Usage | None:
        """Return the token counts told so far."""
        return self._counter.usage

    def feed(self, chunk: bytes) -> bytes:
        """Return the events that `chunk` completes, restored."""
        return b"".join([self._shown(event) for event in self._reader.feed(chunk)])

    def close(self) -> bytes:
        """Return what is left of the stream and every tail that is still held."""
        last = self._reader.rest()
        if last is None or not _is_json(last.data):
            # An event that was cut off must not swallow the one that brings a tail.
            return self._flushed(None) + (b"" if last is None else last.raw)
        shown = self._shown(last)
        tails = self._flushed(None)
        return shown + (self._reader.gap if tails else b"") + tails

    def _shown(self, event: Event) -> bytes:
        if event.last:
            return self._flushed(None) + event.raw
        if event.data is None:
            return event.raw
        if _WORDS in self._open and not event.data.startswith(b"{"):  # «1» is a piece of them too
            return self._worded(event, event.data)
        before = {key: kept.channel.tail for key, kept in self._open.items()}
        try:
            return self._restored(event, event.data)
        except Refusal:  # not JSON: no piece of any text, unless the format says so
            return self._worded(event, event.data) if self._dialect.words else event.raw
        except Exception:
            # The event passes as it is; what was held goes first, so that the order of the text is kept.
            for key, kept in self._open.items():
                kept.channel.tail = before.get(key, "")
            return self._flushed(None) + event.raw

    def _restored(self, event: Event, data: bytes) -> bytes:
        document = read(data, lenient=True)
        self._counter.see(document.value)
        ended = self._dialect.ends(document.value)
        fields = [field for field in self._dialect.fields(document) if field.leaf.text or field.channel in self._open]
        last = {field.channel: index for index, field in enumerate(fields)}
        replaced: list[tuple[int, int, bytes]] = []
        for index, field in enumerate(fields):
            if field.channel is None:
                replaced += self._whole(data, field.leaf)
                continue
            kept = self._open.get(field.channel)
            if kept is None:
                moved = None if self._dialect.marks is None else self._moved.setdefault(field.channel, Moved())
                kept = self._open[field.channel] = _Open(Channel(self._mapping, json=field.json, moved=moved))
            if field.growing and kept.channel.tail and _grown(kept.piece, field.leaf.text):
                kept.channel = Channel(self._mapping, json=field.json)  # what was held of it comes again
            kept.piece = field.leaf.text
            final = (ended is None or field.channel[0] in ended) and last[field.channel] == index
            text = kept.channel.push(field.leaf.text, final=final)
            kept.event, kept.value, kept.path = event, document.value, field.leaf.path
            if text != field.leaf.text:
                replaced.append((field.leaf.start, field.leaf.end, _JSON_STRING.encode(text).encode()))
        if self._dialect.marks is not None:
            for mark in self._dialect.marks(document):
                if mark.of in self._moved:
                    replaced += _replaced_mark(mark, self._moved[mark.of])
            replaced.sort()
        raw = event.patched(replaced)
        return self._flushed(ended) + raw

    def _worded(self, event: Event, data: bytes) -> bytes:
        """Return an event whose data is a piece of plain text."""
        kept = self._open.setdefault(_WORDS, _Open(Channel(self._mapping)))
        kept.event, kept.value = event, None
        try:
            text = kept.channel.push(data.decode())
            return event.patched([(0, len(data), text.replace("\n", "\ndata: ").encode())])
        except ValueError:  # no UTF-8, or over several lines
            return event.raw

    def _whole(self, data: bytes, leaf: Leaf) -> list[tuple[int, int, bytes]]:
        segments = answer_segments(leaf)
        edits = [edits_of(self._mapping, segment.text) for segment in segments]
        return transform.changes(Document(data, tuple(segments)), edits)

    def _flushed(self, ended: frozenset[Hashable] | None) -> bytes:
        """Return the held tails of what has `ended` (None: everything), each in an event of its own."""
        pieces: list[bytes] = []
        for key in [key for key in self._open if ended is None or key[0] in ended]:
            kept = self._open.pop(key)
            if kept.channel.tail and kept.event is not None:
                pieces.append(self._carried(kept, kept.event))
        return b"".join(pieces)

    def _carried(self, kept: _Open, event: Event) -> bytes:
        try:
            tail = kept.channel.push("", final=True)
            if kept.value is None and not kept.path:
                return event.sibling(tail.encode())
            name, value = self._dialect.carrier(kept.value, kept.path, tail)
            written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            return event.sibling(written.encode("utf-8", "backslashreplace"), name)
        except Exception:  # the start of a placeholder is lost, the stream goes on
            return b""


class ArrayReply:
    """A JSON body of a format that may stream it: an array is restored as its elements come, anything else whole."""

    def __init__(self, dialect: Dialect, mapping: Mapping) -> None:
        self._dialect = dialect
        self._mapping = mapping
        self._head = b""
        self._reply: JsonReply | StreamReply | None = None

    @property
    def usage(self) -> Usage | None:
        """Return the token counts told so far."""
        return None if self._reply is None else self._reply.usage

    def feed(self, chunk: bytes) -> bytes:
        """Return the elements that `chunk` completes, restored."""
        if self._reply is not None:
            return self._reply.feed(chunk)
        self._head += chunk
        first = self._head.lstrip(b" \t\r\n")[:1]
        if not first:
            return b""
        if first == b"[":
            self._reply = StreamReply(self._dialect, self._mapping, ArrayReader())
        else:
            self._reply = JsonReply(self._dialect, self._mapping)
        return self._reply.feed(self._head)

    def close(self) -> bytes:
        """Return what is left at the end."""
        return self._head if self._reply is None else self._reply.close()


def _grown(before: str, now: str) -> bool:
    """Tell whether a text is the one before, gone on with; a single character says too little."""
    return len(before) > 1 and now.startswith(before)


def _is_json(data: bytes | None) -> bool:
    if data is None:
        return False
    try:
        read(data, lenient=True)
    except Refusal:
        return False
    return True
