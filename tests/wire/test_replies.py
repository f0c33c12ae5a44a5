"""Replies come back whole whatever their chunks, and nothing that cannot be read is lost."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.mapping import Mapping
from avec_proxy.wire import FORMATS
from avec_proxy.wire.openai_chat import FORMAT
from avec_proxy.wire.replies import Dialect, JsonReply, Reply, StreamReply, open_reply
from avec_proxy.wire.sse import EventReader

MAPPING = Mapping({"PERSONNE_1": 'Zoé "Zo" Dû', "VILLE_1": "Givors"})


def _fed(reply: Reply, body: bytes, sizes: list[int]) -> bytes:
    shown, at = b"", 0
    for size in [*sizes, len(body)]:
        if body[at : at + size]:
            shown += reply.feed(body[at : at + size])
        at += size
    return shown + reply.close()


_PIECES = st.lists(
    st.sampled_from(["[PERSONNE_1]", "[PERS", "ONNE_1]", "[VILLE_1 : Rhône]", "[", "]", "é😀", "\\", '"', "x "]),
    max_size=12,
)
_END = st.sampled_from(["\n", "\r\n", "\r"])


def _openai(pieces: list[str], end: str, ascii_only: bool) -> bytes:
    events = [{"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]} for piece in pieces]
    said = [*events, {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}]
    return "".join(
        [f"data: {json.dumps(e, ensure_ascii=ascii_only)}{end}{end}" for e in said]
        + [f": c{end}{end}data: [DONE]{end}{end}"]
    ).encode()


def _anthropic(pieces: list[str], end: str, ascii_only: bool) -> bytes:
    deltas: list[dict[str, Any]] = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}} for piece in pieces
    ]
    said = [*deltas, {"type": "content_block_stop", "index": 0}, {"type": "message_stop"}]
    return "".join(
        f"event: {e['type']}{end}data: {json.dumps(e, ensure_ascii=ascii_only)}{end}{end}" for e in said
    ).encode()


def _said(stream: bytes) -> tuple[str, list[bytes]]:
    """Return the text that a client adds up, and the events without their text."""
    text, rest = "", []
    reader = EventReader()
    for event in [*reader.feed(stream)]:
        if event.data is None or event.data == b"[DONE]":
            rest.append(event.raw.strip())
            continue
        value = json.loads(event.data)
        for choice in value.get("choices", [value]):
            for key in ("content", "text"):
                if isinstance(choice.get("delta"), dict) and key in choice["delta"]:
                    text += choice["delta"][key]
                    choice["delta"][key] = ""
        rest.append(json.dumps(value).encode())
    return text, [item for item in rest if item]


@pytest.mark.parametrize(("wire", "written"), [("openai_chat", _openai), ("anthropic_messages", _anthropic)])
@given(data=st.data())
def test_a_stream_is_the_same_in_any_chunks(wire: str, written: Any, data: st.DataObject) -> None:
    """The text that a client adds up is the restored whole, and its events are those that came (one more at most)."""
    pieces = ["x", *data.draw(_PIECES)]
    stream = written(pieces, data.draw(_END), data.draw(st.booleans()))
    sizes = data.draw(st.lists(st.integers(1, 40), max_size=40))
    shown = _fed(FORMATS[wire].reply(MAPPING, "text/event-stream"), stream, sizes)
    assert shown == _fed(FORMATS[wire].reply(MAPPING, "text/event-stream"), stream, [])
    text, events = _said(shown)
    assert text == MAPPING.restore("".join(pieces))
    came = _said(stream)[1]
    added = len(events) - len(came)
    assert added in (0, 1)
    assert [event for event in events if event in came][: len(came)] or not came
    assert events[: len(pieces)] == came[: len(pieces)]
    assert events[len(pieces) + added :] == came[len(pieces) :]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_stream_in_tiny_chunks_is_restored(size: int) -> None:
    """Chunks end inside characters, escapes and placeholders."""
    stream = _openai(["Bonjour ", "[PER", "SONNE_", "1], é", " à [VILLE_1 : Rh", "ône]."], "\n", ascii_only=False)
    shown = _fed(FORMATS["openai_chat"].reply(MAPPING, "text/event-stream"), stream, [size] * len(stream))
    assert _said(shown)[0] == 'Bonjour Zoé "Zo" Dû, é à Givors.'


def test_without_values_a_stream_passes_byte_for_byte() -> None:
    """Nothing issued: not a byte is touched."""
    stream = _openai(["a [PERS", "ONNE_1]"], "\r\n", ascii_only=True)
    assert _fed(FORMATS["openai_chat"].reply(Mapping(), "text/event-stream"), stream, [7] * 20) == stream


def test_data_over_several_lines_is_restored_in_its_line() -> None:
    """An event whose JSON is spread over data lines stays so."""
    stream = b'data: {"choices":\ndata: [{"index":0,\ndata:"delta":{"content":"a [VILLE_1]"}}]}\n\n'
    shown = _fed(FORMATS["openai_chat"].reply(MAPPING, "text/event-stream"), stream, [])
    assert shown == stream.replace(b"[VILLE_1]", b"Givors")


def test_a_stream_cut_short_loses_nothing() -> None:
    """A last event without its blank line is restored, and a held tail comes after it as an event."""
    whole = b'data: {"choices":[{"index":0,"delta":{"content":"[VILLE_1] [PERS"}}]}'
    shown = _fed(FORMATS["openai_chat"].reply(MAPPING, "text/event-stream"), whole, [])
    assert shown.startswith(whole.replace(b"[VILLE_1] [PERS", b"Givors ") + b"\n\ndata: ")
    assert _said(shown)[0] == "Givors [PERS"
    broken = b'data: {"choices":[{"index":0,"del'
    assert _fed(FORMATS["openai_chat"].reply(MAPPING, "text/event-stream"), broken, [9]) == broken


def _raise(*_args: object) -> Any:
    raise RuntimeError


def _dialect() -> Dialect:
    assert FORMAT.dialect is not None
    return FORMAT.dialect


def test_an_event_that_cannot_be_restored_passes_after_what_was_held() -> None:
    """An error inside costs one placeholder, never a byte or the order of the text."""
    reply = StreamReply(_dialect(), MAPPING)
    first = _openai(["a [PERS"], "\n", ascii_only=True).split(b"\n\n")[0] + b"\n\n"
    assert reply.feed(first) == first.replace(b"[PERS", b"")
    reply._dialect = replace(_dialect(), fields=_raise)
    second = first.replace(b"a [PERS", b"ONNE_1]")
    shown = reply.feed(second)
    assert shown.endswith(second)
    assert _said(first.replace(b"[PERS", b"") + shown)[0] == "a [PERSONNE_1]"


@pytest.mark.parametrize("part", ["fields", "ends", "carrier", "counted"])
@given(data=st.data())
def test_no_method_raises_whatever_a_dialect_does(part: str, data: st.DataObject) -> None:
    """Each part of a format may fail on any event: the stream goes on and its events are all there."""
    dialect = replace(_dialect(), **{part: _raise})
    stream = _openai(data.draw(_PIECES), "\n", ascii_only=True)
    shown = _fed(StreamReply(dialect, MAPPING), stream, [11] * 30)
    assert shown.count(b"\n\n") >= stream.count(b"\n\n")
    assert (
        _fed(JsonReply(replace(_dialect(), counted=_raise), MAPPING), b'{"a":"[VILLE_1]"}', []) == b'{"a":"[VILLE_1]"}'
    )


@given(st.binary(max_size=60), st.lists(st.integers(1, 9), max_size=10))
def test_bytes_of_any_kind_pass(body: bytes, sizes: list[int]) -> None:
    """Whatever the type says, bytes without placeholders come through as they are."""
    for kind in ("text/event-stream", "application/json", "text/plain", "", "image/png", "text/html; charset=latin-1"):
        assert _fed(open_reply(_dialect(), MAPPING, kind), body, sizes) == body


_VALUES = st.recursive(
    st.text(max_size=5)
    | st.sampled_from(["[VILLE_1]", "x [PERSONNE_1 : a]"])
    | st.integers()
    | st.booleans()
    | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(_VALUES, st.data())
def test_json_values_stay_equal_elsewhere(value: Any, data: st.DataObject) -> None:
    """Restoring a plain reply changes strings that hold placeholders and nothing else."""

    def restored(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: restored(member) for key, member in node.items()}
        if isinstance(node, list):
            return [restored(member) for member in node]
        return MAPPING.restore(node) if isinstance(node, str) else node

    body = json.dumps({"champ": value}, ensure_ascii=data.draw(st.booleans())).encode()
    assert json.loads(_fed(open_reply(_dialect(), MAPPING, "application/json"), body, [13])) == {
        "champ": restored(value)
    }


@pytest.mark.parametrize(
    ("kind", "body", "shown"),
    [
        ("text/plain", "é [VILLE_1] [PERS".encode(), "é Givors [PERS".encode()),
        ("text/plain; charset=UTF-8", b"[VILLE_1]", b"Givors"),
        ("", b"[VILLE_1]", b"Givors"),
        ("application/x-ndjson", b'{"a":"[PERSONNE_1]"}\n', '{"a":"Zoé \\"Zo\\" Dû"}\n'.encode()),
        ("text/plain; charset=iso-8859-1", b"[VILLE_1]", b"[VILLE_1]"),
        ("application/octet-stream", b"[VILLE_1] [PERS\xff [VILLE_1]", b"Givors [PERS\xff [VILLE_1]"),
        ("text/plain", b"[VILLE_1] [PERS\xc3", b"Givors [PERS\xc3"),
        ("application/problem+json", b'{"detail":"[VILLE_1]"}', b'{"detail":"Givors"}'),
        ("application/json", b'{"detail":"[VILLE_1]"', b'{"detail":"[VILLE_1]"'),
        ("application/json", b"\xef\xbb\xbf{}", b"\xef\xbb\xbf{}"),
    ],
)
def test_other_types_are_restored_as_text_while_they_are_text(kind: str, body: bytes, shown: bytes) -> None:
    """UTF-8 is restored; from the first byte that is not, the rest passes."""
    for size in (1, 3, len(body)):
        got = _fed(open_reply(_dialect(), MAPPING, kind), body, [size] * len(body))
        assert got == shown or (kind == "application/octet-stream" and got.endswith(b"[PERS\xff [VILLE_1]"))


def test_half_characters_of_a_server_survive() -> None:
    """A server may cut a surrogate pair over two events: both halves come through, also in a rewritten string."""
    event = b'data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n'
    stream = event % b"[VILLE_1] \\ud83d" + event % b"\\ude00"
    shown = _fed(FORMATS["openai_chat"].reply(MAPPING, "text/event-stream"), stream, [])
    assert shown == stream.replace(b"[VILLE_1]", b"Givors")
