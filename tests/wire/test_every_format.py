"""What holds of every format that is streamed: whole texts however they are cut, escaped or mixed with the unknown."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.mapping import Mapping
from avec_proxy.wire import FORMATS, frames
from avec_proxy.wire.json_array import ArrayReader
from avec_proxy.wire.ndjson import LineReader
from avec_proxy.wire.sse import EventReader

NAME = 'Zoé "Zo" Dû\\'
MAPPING = Mapping({"PERSONNE_1": NAME, "VILLE_1": "Givors"})
UNKNOWN = {"type": "demain", "event_type": "demain", "x": [1, "é"]}


def _sse(value: object, text: str) -> bytes:
    return f"event: {_kind(value)}\ndata: {text}\n\n".encode()


def _crlf(value: object, text: str) -> bytes:
    return f"event: {_kind(value)}\r\ndata: {text}\r\n\r\n".encode()


def _line(value: object, text: str) -> bytes:
    return f"{text}\n".encode()


def _element(value: object, text: str) -> bytes:
    return f",\r\n{text}".encode()


def _frame(value: object, text: str) -> bytes:
    headers = {":event-type": _kind(value), ":content-type": "application/json", ":message-type": "event"}
    return frames.written(frames.headers_of(headers), text.encode())


def _kind(value: Any) -> str:
    return str(value.get("type", "message")) if isinstance(value, dict) else "message"


@dataclass(frozen=True)
class Transport:
    """How events are written, and what reads them back in a test."""

    media: str
    write: Callable[[object, str], bytes]
    reader: Callable[[], Any]
    around: tuple[bytes, bytes] = (b"", b"")


SSE = Transport("text/event-stream", _sse, EventReader)
CRLF = Transport("text/event-stream; charset=utf-8", _crlf, EventReader)
LINES = Transport("application/x-ndjson", _line, LineReader)
ARRAY = Transport("application/json; charset=UTF-8", _element, ArrayReader, (b"[0", b"\n]"))
FRAMES = Transport(frames.MEDIA, _frame, frames.FrameReader)


@dataclass(frozen=True)
class Stream:
    """A format's stream of one text: its events with a piece, the event that ends it, where a piece stands.

    `arguments`: the text is a tool's, in JSON.
    """

    id: str
    transport: Transport
    said: Callable[[str], dict[str, Any]]
    path: tuple[str | int, ...]
    end: dict[str, Any]
    arguments: bool = False


def _choice(**delta: Any) -> dict[str, Any]:
    return {"id": "c", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}


def _candidate(text: str) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}]}


def _cohere(kind: str, **said: Any) -> dict[str, Any]:
    return {"type": kind, "index": 0, "delta": {"message": said}}


def _block(**delta: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": delta}


def _response(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", "item_id": "i", "output_index": 0, "content_index": 0} | more


_STOP = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
_CALL = ("choices", 0, "delta", "tool_calls", 0, "function", "arguments")
_ENDED = {"type": "content_block_stop", "index": 0}
_TURN = {"candidates": [{"content": {"parts": [{"text": ""}]}, "finishReason": "STOP", "index": 0}]}
STREAMS = (
    Stream("openai_chat", SSE, lambda p: _choice(content=p), ("choices", 0, "delta", "content"), _STOP),
    Stream(
        "openai_chat",
        SSE,
        lambda p: _choice(tool_calls=[{"index": 0, "function": {"arguments": p}}]),
        _CALL,
        _STOP,
        arguments=True,
    ),
    Stream("mistral_chat", SSE, lambda p: _choice(content=p), ("choices", 0, "delta", "content"), _STOP),
    Stream("mistral_fim", SSE, lambda p: _choice(content=p), ("choices", 0, "delta", "content"), _STOP),
    Stream(
        "openai_completions",
        SSE,
        lambda p: {"choices": [{"index": 0, "text": p, "finish_reason": None}]},
        ("choices", 0, "text"),
        {"choices": [{"index": 0, "text": "", "finish_reason": "stop"}]},
    ),
    Stream(
        "openai_responses",
        SSE,
        lambda p: _response("output_text.delta", delta=p),
        ("delta",),
        _response("output_text.done"),
    ),
    Stream(
        "openai_responses",
        CRLF,
        lambda p: _response("function_call_arguments.delta", delta=p),
        ("delta",),
        _response("function_call_arguments.done"),
        arguments=True,
    ),
    Stream("anthropic_messages", SSE, lambda p: _block(type="text_delta", text=p), ("delta", "text"), _ENDED),
    Stream(
        "anthropic_messages",
        CRLF,
        lambda p: _block(type="input_json_delta", partial_json=p),
        ("delta", "partial_json"),
        _ENDED,
        arguments=True,
    ),
    Stream(
        "ollama_chat",
        LINES,
        lambda p: {"message": {"role": "assistant", "content": p}, "done": False},
        ("message", "content"),
        {"message": {"role": "assistant", "content": ""}, "done": True},
    ),
    Stream(
        "ollama_chat",
        LINES,
        lambda p: {"response": p, "done": False},
        ("response",),
        {"response": "", "done": True},
    ),
    Stream("gemini_content", CRLF, _candidate, ("candidates", 0, "content", "parts", 0, "text"), _TURN),
    Stream("gemini_content", ARRAY, _candidate, ("candidates", 0, "content", "parts", 0, "text"), _TURN),
    Stream(
        "cohere_chat",
        SSE,
        lambda p: _cohere("content-delta", content={"text": p}),
        ("delta", "message", "content", "text"),
        {"type": "content-end", "index": 0},
    ),
    Stream(
        "cohere_chat",
        SSE,
        lambda p: _cohere("tool-plan-delta", tool_plan=p),
        ("delta", "message", "tool_plan"),
        {"type": "tool-call-start", "index": 0, "delta": {"message": {"tool_calls": {"id": "c"}}}},
    ),
    Stream(
        "cohere_chat",
        CRLF,
        lambda p: _cohere("tool-call-delta", tool_calls={"function": {"arguments": p}}),
        ("delta", "message", "tool_calls", "function", "arguments"),
        {"type": "tool-call-end", "index": 0},
        arguments=True,
    ),
    Stream(
        "cohere_chat_v1",
        LINES,
        lambda p: {"event_type": "text-generation", "text": p},
        ("text",),
        {"event_type": "stream-end"},
    ),
    Stream(
        "cohere_chat_v1",
        LINES,
        lambda p: {"event_type": "tool-calls-chunk", "tool_call_delta": {"index": 0, "parameters": p}},
        ("tool_call_delta", "parameters"),
        {"event_type": "stream-end"},
        arguments=True,
    ),
    Stream(
        "mistral_conversations",
        SSE,
        lambda p: {"type": "message.output.delta", "output_index": 0, "content_index": 0, "content": p},
        ("content",),
        {"type": "conversation.response.done"},
    ),
    Stream(
        "mistral_conversations",
        SSE,
        lambda p: {"type": "function.call.delta", "output_index": 0, "name": "n", "arguments": p},
        ("arguments",),
        {"type": "conversation.response.done"},
        arguments=True,
    ),
    Stream(
        "bedrock_converse",
        FRAMES,
        lambda p: {"type": "contentBlockDelta", "contentBlockIndex": 0, "delta": {"text": p}},
        ("delta", "text"),
        {"type": "contentBlockStop", "contentBlockIndex": 0},
    ),
    Stream(
        "bedrock_converse",
        FRAMES,
        lambda p: {"type": "contentBlockDelta", "contentBlockIndex": 0, "delta": {"toolUse": {"input": p}}},
        ("delta", "toolUse", "input"),
        {"type": "contentBlockStop", "contentBlockIndex": 0},
        arguments=True,
    ),
)
each_stream = pytest.mark.parametrize("stream", STREAMS, ids=lambda s: f"{s.id}-{'-'.join(map(str, s.path))}")


def _written(stream: Stream, values: list[dict[str, Any]], *, ascii_only: bool = False) -> list[bytes]:
    """Return the bytes of each event; those around all of them go with the first and the last."""
    write = stream.transport.write
    events = [write(value, json.dumps(value, ensure_ascii=ascii_only)) for value in values]
    begin, end = stream.transport.around
    return [begin + events[0], *events[1:-1], events[-1] + end]


def _fed(stream: Stream, body: bytes, cuts: list[int]) -> list[bytes]:
    """Return what is shown of `body` after each of its parts, cut at `cuts`, and at its end."""
    reply = FORMATS[stream.id].reply(MAPPING, stream.transport.media)
    shown: list[bytes] = []
    for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True):
        if body[start:end]:
            shown.append(reply.feed(body[start:end]))
    return [*shown, reply.close()]


def _values(stream: Stream, shown: bytes) -> list[Any]:
    reader = stream.transport.reader()
    events = [*reader.feed(shown)]
    assert reader.rest() is None
    return [json.loads(event.data) for event in events if event.data is not None]


def _found(stream: Stream, shown: bytes) -> list[Any]:
    """Return the values of what is left of a stream that broke off."""
    reader = stream.transport.reader()
    events = [*reader.feed(shown)]
    rest = reader.rest()
    found: list[Any] = []
    for data in [event.data for event in (*events, rest) if event is not None and event.data is not None]:
        with contextlib.suppress(ValueError):
            found.append(json.loads(data))
    return found


def _text(stream: Stream, values: list[Any]) -> str:
    """Return the text that a client adds up: what stands where the pieces stood."""
    whole = ""
    for value in values:
        found = value
        for step in stream.path:
            if isinstance(found, dict):
                found = found.get(step)
            else:
                found = found[step] if isinstance(found, list) and isinstance(step, int) and found[step:] else None
        whole += found if isinstance(found, str) else ""
    return whole


def _pieces(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


TEXT = 'Mme [PERSONNE_1 : 76 ans], vue à [VILLE_1] [PERS — é😀 \\ "x" [VILLE_'


@each_stream
@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("ascii_only", [False, True], ids=["as it is", "escaped"])
def test_a_text_in_small_pieces_comes_whole_byte_by_byte(stream: Stream, size: int, ascii_only: bool) -> None:
    """Pieces of 1 to 4 characters in writes of one byte: the bytes shown at once, the exact text, nothing unknown lost.

    Each event is shown as soon as its last byte has come: only the text that may begin a placeholder waits.
    """
    text = json.dumps({"nom": TEXT, TEXT: 1}, ensure_ascii=ascii_only) if stream.arguments else TEXT
    said = [stream.said(piece) for piece in _pieces(text, size)]
    middle = len(said) // 2
    values = [*said[:middle], UNKNOWN, *said[middle:], stream.end]
    events = _written(stream, values, ascii_only=ascii_only)
    body = b"".join(events)
    shown = _fed(stream, body, list(range(1, len(body))))
    whole = b"".join(shown)
    assert whole == b"".join(_fed(stream, body, []))
    reader, at, read = stream.transport.reader(), 0, 0
    for number, event in enumerate(events):
        so_far = reader.feed(b"".join(shown[at : at + len(event)]))
        at, read = at + len(event), read + sum(1 for found in so_far if found.data is not None)
        assert read >= number + 1
    after = _values(stream, whole)
    assert UNKNOWN in after
    assert len(after) - len(values) in (0, 1)  # one more for a tail that was no placeholder after all
    restored = _text(stream, after)
    if stream.arguments:
        assert json.loads(restored) == {"nom": MAPPING.restore(TEXT), MAPPING.restore(TEXT): 1}
    else:
        assert restored == MAPPING.restore(TEXT)


@each_stream
def test_a_stream_cut_in_two_anywhere_is_the_same(stream: Stream) -> None:
    """At every single byte: inside characters, escapes, line ends, frames and names of fields."""
    text = '{"é": "[VILLE_1]"}' if stream.arguments else "é [VILLE_1]."
    body = b"".join(_written(stream, [*(stream.said(piece) for piece in _pieces(text, 9)), stream.end]))
    whole = b"".join(_fed(stream, body, []))
    assert _text(stream, _values(stream, whole)) == text.replace("[VILLE_1]", "Givors")
    for cut in range(1, len(body)):
        assert b"".join(_fed(stream, body, [cut])) == whole


@each_stream
@given(
    pieces=st.lists(
        st.sampled_from(
            ["[PERSONNE_1]", "[PERS", "ONNE_1]", "[VILLE_1 : x]", "[", "]", "é😀", "\\", '"', "x ", "ville_1"]
        ),
        min_size=1,
        max_size=10,
    ),
    ascii_only=st.booleans(),
    cuts=st.lists(st.integers(1, 2000), max_size=6),
)
def test_any_pieces_in_any_cuts(stream: Stream, pieces: list[str], ascii_only: bool, cuts: list[int]) -> None:
    """Whatever the model says and however it is cut: what a client adds up is the restored whole."""
    if stream.arguments:
        written = json.dumps({"nom": "".join(pieces)}, ensure_ascii=ascii_only)
        said = [stream.said(piece) for piece in _pieces(written, 5)]
    else:
        said = [stream.said("x"), *map(stream.said, pieces)]
    body = b"".join(_written(stream, [*said, stream.end], ascii_only=ascii_only))
    shown = b"".join(_fed(stream, body, sorted({cut for cut in cuts if cut < len(body)})))
    text = _text(stream, _values(stream, shown))
    if stream.arguments:
        assert json.loads(text) == {"nom": MAPPING.restore("".join(pieces))}
    else:
        assert text == MAPPING.restore("x" + "".join(pieces))


@each_stream
def test_a_stream_that_breaks_off_loses_nothing(stream: Stream) -> None:
    """Wherever it ends: what had come whole is shown, restored, a tail that waited too; nothing raises."""
    text = '{"é": "[VILLE_1] [PERS"}' if stream.arguments else "é [VILLE_1] [PERS."
    pieces = _pieces(text, 3)
    events = _written(stream, [*map(stream.said, pieces), stream.end])
    body = b"".join(events)
    ends = [sum(map(len, events[: number + 1])) for number in range(len(events))]
    for cut in range(len(events[0]), len(body)):
        shown = b"".join(_fed(stream, body[:cut], [cut // 2]))
        whole = [found for found in _found(stream, shown) if isinstance(found, dict)]
        number = sum(1 for end in ends if end <= cut)
        came = ["".join(pieces[:number]), "".join(pieces[: number + 1])]  # an event may be whole without its line end
        assert _text(stream, whole) in map(MAPPING.restore, came)


def test_every_format_that_is_streamed_is_tried() -> None:
    """A format that restores its replies event by event stands in the table above."""
    unstreamed = {
        "openai_uploads",
        "anthropic_uploads",
        "mistral_uploads",
        "openai_conversations",
        "cohere_texts",
        "openai_images",
        "generic",
        "bedrock_invoke",
    }
    streamed = {name for name, wire_format in FORMATS.items() if wire_format.dialect is not None}
    assert streamed - unstreamed <= {stream.id for stream in STREAMS}
