"""Replies in a form that nobody described."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.mapping import Mapping
from avec_proxy.wire import FORMATS

VALUES = {"PERSONNE_1": 'Mme "Le Guével"', "DATE_2": "3 mai"}
SAID = "Bonjour [PERSONNE_1], vue le [DATE_2 : J+7]. [note"
SHOWN = 'Bonjour Mme "Le Guével", vue le 3 mai. [note'
CUTS = [1, 2, 3, 5, 9, 60]


def shown(body: bytes, content_type: str, size: int = 7) -> bytes:
    """Return a reply that came in pieces of `size` bytes."""
    reply = FORMATS["generic"].reply(Mapping(VALUES), content_type)
    return b"".join([*(reply.feed(body[at : at + size]) for at in range(0, len(body), size)), reply.close()])


def sse(events: list[Any]) -> bytes:
    """Return a stream of events."""
    return "".join(f"data: {e if e == '[DONE]' else json.dumps(e)}\n\n" for e in events).encode()


def events_of(stream: bytes) -> list[Any]:
    """Return the events of a stream, but for its end's mark."""
    found = [line[6:] for line in stream.decode().split("\n") if line.startswith("data: ")]
    return [json.loads(event) for event in found if event != "[DONE]"]


def pieces(text: str, size: int) -> list[str]:
    """Return `text` in pieces."""
    return [text[at : at + size] for at in range(0, len(text), size)]


SHAPES: dict[str, tuple[Callable[[str], Any], Callable[[Any], str]]] = {
    "a field": (lambda p: {"token": p}, lambda e: e["token"]),
    "openai's": (
        lambda p: {"id": "c-P", "object": "chunk", "choices": [{"index": 0, "delta": {"content": p}}]},
        lambda e: e["choices"][0]["delta"].get("content", ""),
    ),
    "nested, with a kind": (
        lambda p: {"type": "text-delta", "item_id": "PERSONNE", "part": {"delta": p}},
        lambda e: e["part"]["delta"] if e["type"] == "text-delta" else "",
    ),
    "a bare string": (lambda p: p, lambda e: e),
    "cohere's": (
        lambda p: {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": p}}}},
        lambda e: e["delta"]["message"]["content"]["text"],
    ),
}


@pytest.mark.parametrize("size", CUTS)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("end", [[], ["[DONE]"], [{"type": "stream-end"}]], ids=["cut", "marked", "told"])
def test_a_stream_of_pieces_is_restored(shape: tuple[Any, Any], size: int, end: list[Any]) -> None:
    """However small the pieces are, whatever they are called; nothing is lost at the end."""
    wrap, said = shape
    stream = shown(sse([wrap(piece) for piece in pieces(SAID, size)] + end), "text/event-stream")
    told = [e for e in events_of(stream) if e != {"type": "stream-end"}]
    assert "".join(map(said, told)) == SHOWN


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("end", ["", "data: [DONE]\n\n"])
def test_events_of_plain_words_are_restored(size: int, end: str) -> None:
    """Their data is the text itself, piece by piece."""
    body = "".join(f"data: {piece}\n\n" for piece in pieces("[PERSONNE_1],vue_le_[DATE_2:J+7]!", size)) + end
    stream = shown(body.encode(), "text/event-stream").decode()
    assert stream.endswith(end)
    said = [line.removeprefix("data: ") for line in stream.splitlines() if line and "DONE" not in line]
    assert "".join(said) == 'Mme "Le Guével",vue_le_3 mai!'


@pytest.mark.parametrize("size", CUTS)
def test_lines_of_json_are_restored(size: int) -> None:
    """Each line stays a line, and what ends the text ends it."""
    lines = [{"response": piece, "done": False} for piece in pieces(SAID, size)] + [{"response": "", "done": True}]
    body = "".join(json.dumps(line) + "\n" for line in lines).encode()
    found = [json.loads(line) for line in shown(body, "application/x-ndjson").splitlines()]
    assert "".join(line["response"] for line in found) == SHOWN
    assert [line["done"] for line in found] == [line["done"] for line in lines]


@pytest.mark.parametrize("size", [2, 3, 5, 9])
def test_a_text_that_grows_is_restored_each_time(size: int) -> None:
    """An event that says all of it again says it right, and the last one says everything."""
    whole = [SAID[:end] for end in range(size, len(SAID) + size, size)]
    found = events_of(shown(sse([{"text": text} for text in whole]), "text/event-stream"))
    texts = [event["text"] for event in found]
    assert SHOWN in (texts[-1], texts[-2] + texts[-1])
    assert all(SHOWN.startswith(text) for text in texts[: len(whole)])


def test_two_texts_side_by_side_are_kept_apart() -> None:
    """Each by the number that its element carries."""
    events = [
        {"choices": [{"index": n, "text": piece}]}
        for pair in zip(pieces(SAID, 4), pieces(SAID[::-1], 4), strict=True)
        for n, piece in enumerate(pair)
    ]
    found = events_of(shown(sse(events), "text/event-stream"))
    said = ["".join(c["text"] for e in found for c in e["choices"] if c["index"] == n) for n in (0, 1)]
    assert said == [SHOWN, SAID[::-1]]


def test_ids_and_states_are_never_held_back() -> None:
    """A field that is no text keeps its value in each event, even if it looks like the start of a placeholder."""
    events = [{"id": "[PERSONNE", "type": "[P", "text": "a"}] * 3
    assert shown(sse(events), "text/event-stream") == sse(events)


def test_a_call_of_a_tool_stays_json() -> None:
    """A value with quotes is written with the escapes of the JSON text that it stands in."""
    arguments = json.dumps({"nom": "[PERSONNE_1]"})
    events = [{"delta": {"arguments": piece}} for piece in pieces(arguments, 3)]
    found = events_of(shown(sse(events), "text/event-stream"))
    assert json.loads("".join(e["delta"]["arguments"] for e in found)) == {"nom": VALUES["PERSONNE_1"]}


def test_a_whole_reply_is_restored_wherever_it_speaks() -> None:
    """Every string and key of a JSON body; plain text too."""
    body = json.dumps({"results": [{"[PERSONNE_1]": SAID}], "id": "r1"}).encode()
    assert json.loads(shown(body, "application/json")) == {"results": [{VALUES["PERSONNE_1"]: SHOWN}], "id": "r1"}
    assert shown(SAID.encode(), "text/plain; charset=utf-8", 1).decode() == SHOWN
    assert shown(b"\x89PNG\xff" + SAID.encode(), "image/png") == b"\x89PNG\xff" + SAID.encode()


def test_tokens_are_counted_where_they_are_told() -> None:
    """Under the names that providers use."""
    reply = FORMATS["generic"].reply(Mapping(VALUES), "application/json")
    reply.feed(b'{"usage":{"input_tokens":5,"output_tokens":7}}')
    reply.close()
    assert (reply.usage.tokens_in, reply.usage.tokens_out) == (5, 7)  # type: ignore[union-attr]


@given(st.binary(max_size=200), st.sampled_from(["text/event-stream", "application/x-ndjson", "application/json", ""]))
def test_no_reply_is_lost(body: bytes, content_type: str) -> None:
    """Noise passes byte for byte."""
    assert shown(body, content_type, 3) == body


_EVENT = st.recursive(
    st.none() | st.booleans() | st.integers(0, 99) | st.text("ab [P", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "type", "index", "done"]), inner)
    ),
    max_leaves=6,
)


@given(st.lists(_EVENT, max_size=6))
def test_any_events_pass_without_a_mapping(events: list[Any]) -> None:
    """Nothing is held back where nothing was hidden."""
    reply = FORMATS["generic"].reply(Mapping({}), "text/event-stream")
    body = sse(events)
    assert reply.feed(body) + reply.close() == body


@given(st.lists(_EVENT, max_size=6))
def test_any_events_pass_with_one(events: list[Any]) -> None:
    """No event raises, and none is lost."""
    found = events_of(shown(sse(events), "text/event-stream"))
    assert len(found) >= len(events)
