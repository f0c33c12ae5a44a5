"""Mistral's conversations: what of their beginning is scanned, how entries and events come back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.mapping import Mapping
from avec_proxy.model import Refusal, Role
from avec_proxy.wire import FORMATS
from avec_proxy.wire.replies import Usage
from tests.wire.readings import found, hidden

MISTRAL = FORMATS["mistral_conversations"]
NAME = 'Zoé "Zo" Dû'
MAPPING = Mapping({"PERSONNE_1": NAME, "IPP_1": "800123456"})
ASKED: dict[str, Any] = {
    "model": "mistral-medium-latest",
    "instructions": "Consigne",
    "store": False,
    "inputs": [
        {"object": "entry", "type": "message.input", "role": "user", "content": "Patient Zoé"},
        {
            "type": "message.output",
            "role": "assistant",
            "agent_id": "ag_0190b7f2c1d87c3e9a5f4b6d2e8c1a70",
            "created_at": "2026-11-23T10:00:00Z",
            "content": [{"type": "text", "text": "Je cherche Zoé"}],
        },
        {"type": "function.call", "tool_call_id": "Ab3dEf6hI", "name": "dpi", "arguments": '{"nom": "Zoé"}'},
        {"type": "function.result", "tool_call_id": "Ab3dEf6hI", "result": "IPP 800123456"},
        {"role": "user", "content": [{"type": "text", "text": "et donc ?"}]},
    ],
    "tools": [{"type": "function", "function": {"name": "dpi", "description": "Cherche Zoé", "parameters": {}}}],
    "completion_args": {"temperature": 0.2, "max_tokens": 123456, "stop": ["Zoé"]},
}


def test_every_text_is_scanned_with_who_speaks() -> None:
    """Entries by their type, instructions, tools; the format's own words and numbers are not."""
    texts = [(text, role, turn) for text, _, role, turn, _ in found(MISTRAL, ASKED)]
    for expected in (
        ("Consigne", Role.SYSTEM, -1),
        ("Patient Zoé", Role.USER, 0),
        ("Je cherche Zoé", Role.ASSISTANT, 1),
        ("Zoé", Role.ASSISTANT, 2),
        ("IPP 800123456", Role.TOOL, 3),
        ("et donc ?", Role.USER, 4),
        ("Cherche Zoé", Role.OTHER, -1),
        ("Zoé", Role.OTHER, -1),
    ):
        assert expected in texts
    assert not {"123456", "entry", "function.call", "mistral-medium-latest"} & {text for text, *_ in texts}
    assert not any(text.startswith(("ag_", "2026-")) for text, *_ in texts)


def test_one_text_is_the_users() -> None:
    """Inputs may be a string."""
    assert found(MISTRAL, {"inputs": "Patient Zoé"}) == [("Patient Zoé", "", Role.USER, 0, False)]


def test_only_what_is_hidden_changes() -> None:
    """The rest of the body stays byte for byte."""
    body = json.dumps(ASKED, ensure_ascii=False).encode()
    assert hidden(MISTRAL, body).replace(b"[PERSONNE_1]", "Zoé".encode()) == body


@pytest.mark.parametrize(
    "more",
    [
        {"tools": [{"type": "document_library", "library_ids": ["x"]}]},
        {"inputs": [{"role": "user", "content": [{"type": "document_url", "document_url": "https://exemple.fr"}]}]},
        {"inputs": [{"role": "user", "content": [{"type": "image_url", "image_url": "https://exemple.fr"}]}]},
    ],
)
def test_what_cannot_be_read_is_refused(more: dict[str, Any]) -> None:
    """Documents, images, and what Mistral keeps in a library."""
    with pytest.raises(Refusal) as refused:
        MISTRAL.outbound(json.dumps(ASKED | more).encode())
    assert refused.value.code.startswith(("attachment_", "file_"))


def test_a_plain_answer_is_restored_and_counted() -> None:
    """Words, thinking, arguments and what a tool did; ids, names and counts stay byte for byte."""
    outputs = [
        {"type": "tool.execution", "id": "[IPP_1]", "name": "[IPP_1]", "arguments": '{"q": "[PERSONNE_1]"}'},
        {
            "type": "message.output",
            "agent_id": "[IPP_1]",
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "[IPP_1] ?"}], "signature": "[IPP_1]"},
                {"type": "text", "text": "Bonjour [PERSONNE_1]"},
            ],
        },
        {"type": "function.call", "tool_call_id": "[IPP_1]", "name": "dpi", "arguments": {"[PERSONNE_1]": "[IPP_1]"}},
    ]
    value = {"conversation_id": "[IPP_1]", "outputs": outputs, "usage": {"prompt_tokens": 9, "completion_tokens": 4}}
    reply = MISTRAL.reply(MAPPING, "application/json")
    reply.feed(json.dumps(value).encode())
    shown = json.loads(reply.close())
    execution, message, call = shown["outputs"]
    assert json.loads(execution.pop("arguments")) == {"q": NAME}
    assert execution == {"type": "tool.execution", "id": "[IPP_1]", "name": "[IPP_1]"}
    assert message["content"] == [
        {"type": "thinking", "thinking": [{"type": "text", "text": "800123456 ?"}], "signature": "[IPP_1]"},
        {"type": "text", "text": f"Bonjour {NAME}"},
    ]
    assert call["arguments"] == {NAME: "800123456"}
    assert (shown["conversation_id"], message["agent_id"]) == ("[IPP_1]", "[IPP_1]")
    assert reply.usage == Usage(9, 4)


def test_a_conversation_is_kept_under_the_name_that_the_reply_gives() -> None:
    """Plain or streamed; unless it was asked not to be."""
    assert MISTRAL.asked(b'{"inputs": "x"}').stored
    assert not MISTRAL.asked(b'{"inputs": "x", "store": false}').stored
    body = b'{"conversation_id": "conv_1", "outputs": []}'
    for media, frame in (("application/json", b"%s"), ("text/event-stream", b"data: %s\n\n")):
        names: list[str] = []
        reply = MISTRAL.reply(MAPPING, media, names.append)
        assert reply.feed(frame % body) + reply.close() == frame % body
        assert names == ["conv_1"]


def _event(value: dict[str, Any], *, ascii_only: bool = False) -> bytes:
    return f"event: {value['type']}\r\ndata: {json.dumps(value, ensure_ascii=ascii_only)}\r\n\r\n".encode()


def _said(content: Any, index: int = 0) -> dict[str, Any]:
    return {"type": "message.output.delta", "id": "m", "output_index": index, "content_index": 0, "content": content}


def _thought(text: str, index: int = 0) -> dict[str, Any]:
    return _said({"type": "thinking", "thinking": [{"type": "text", "text": text}]}, index)


def _fed(stream: bytes, size: int | None = None) -> bytes:
    reply = MISTRAL.reply(MAPPING, "text/event-stream")
    step = size or max(1, len(stream))
    return b"".join([reply.feed(stream[at : at + step]) for at in range(0, len(stream), step)]) + reply.close()


def _values(shown: bytes) -> list[dict[str, Any]]:
    return [json.loads(event.partition(b"data: ")[2]) for event in shown.split(b"\r\n\r\n") if event]


def _texts(values: list[dict[str, Any]]) -> tuple[str, str]:
    """Return what was thought and what was said, in that order."""
    thought = said = ""
    for content in (v["content"] for v in values if v["type"] == "message.output.delta"):
        if isinstance(content, dict) and content["type"] == "thinking":
            thought += content["thinking"][0]["text"]
        else:
            said += content["text"] if isinstance(content, dict) else content
    return thought, said


def test_a_call_after_words() -> None:
    """What was held of one output goes out before the next; a call's arguments stay JSON; a tool's own are read too."""
    call = {"type": "function.call.delta", "id": "f", "output_index": 1, "name": "dpi", "tool_call_id": "[IPP_1]"}
    tool = {"type": "tool.execution.delta", "id": "t", "output_index": 2, "name": "web_search"}
    values = [
        _said("Je cherche [PERS"),
        *(call | {"arguments": piece} for piece in ('{"nom": "[PERS', 'ONNE_1]"', "}")),
        *(tool | {"arguments": piece} for piece in ('{"q": "[IPP', '_1]"}')),
        {"type": "tool.execution.done", "output_index": 2, "info": {"texte": "[PERSONNE_1]"}},
        {"type": "demain", "x": "[IPP_1]"},
    ]
    shown = _values(_fed(b"".join(map(_event, values))))
    assert [value["type"] for value in shown[:3]] == ["message.output.delta"] * 2 + ["function.call.delta"]
    assert _texts(shown)[1] == "Je cherche [PERS"
    arguments = "".join(v["arguments"] for v in shown if v["type"] == "function.call.delta")
    assert json.loads(arguments) == {"nom": NAME}
    assert json.loads("".join(v["arguments"] for v in shown if v["type"] == "tool.execution.delta")) == {
        "q": "800123456"
    }
    assert all(v["tool_call_id"] == "[IPP_1]" for v in shown if v["type"] == "function.call.delta")
    assert (shown[-2]["info"], shown[-1]["x"]) == ({"texte": NAME}, "800123456")


_PIECES = st.lists(
    st.sampled_from(["[PERSONNE_1]", "[PERS", "ONNE_1]", "[IPP_1 : x]", "[", "]", "é😀", "\\", '"', "x "]), max_size=10
)


@given(_PIECES, _PIECES, st.booleans(), st.integers(1, 60))
def test_a_stream_is_the_same_in_any_chunks(thought: list[str], said: list[str], ascii_only: bool, size: int) -> None:
    """Thinking first, then words as strings and as chunks by turns: each adds up to the restored whole."""
    values = [_thought(piece) for piece in ["x", *thought]]
    values += [_said(p if n % 2 else {"type": "text", "text": p}) for n, p in enumerate(["x", *said])]
    values.append({"type": "conversation.response.done", "usage": {"prompt_tokens": 1, "completion_tokens": 2}})
    stream = b"".join(_event(value, ascii_only=ascii_only) for value in values)
    shown = _fed(stream, size)
    assert shown == _fed(stream)
    restored = tuple(MAPPING.restore("x" + "".join(pieces)) for pieces in (thought, said))
    assert _texts(_values(shown)) == restored
    assert _values(shown)[-1] == values[-1]


_JSON = st.recursive(
    st.none() | st.integers() | st.sampled_from(["[PERSONNE_1]", "message.output.delta", "function.call.delta"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "content", "thinking", "text", "arguments", "output_index", "outputs"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(_JSON, max_size=5), st.integers(1, 30))
def test_events_of_any_shape_pass(values: list[Any], size: int) -> None:
    """Whatever the JSON is, nothing raises and each event stays one."""
    stream = b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in values)
    assert _fed(stream, size).count(b"\n\n") >= len(values)


@given(_JSON)
def test_a_request_of_any_shape_is_read(value: Any) -> None:
    """Whatever the JSON is, its speakers are found."""
    MISTRAL.outbound(json.dumps({"inputs": value}).encode())
