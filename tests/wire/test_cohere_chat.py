"""Cohere's chat, version 2: what of a request is scanned, how events and citations come back."""

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

COHERE = FORMATS["cohere_chat"]
NAME = 'Zoé "Zo" Dû'
MAPPING = Mapping({"PERSONNE_1": NAME, "IPP_1": "800123456"})

ASKED: dict[str, Any] = {
    "model": "command-a-03-2025",
    "stream": True,
    "messages": [
        {"role": "system", "content": "Consigne"},
        {"role": "user", "content": [{"type": "text", "text": "Patient Zoé"}]},
        {
            "role": "assistant",
            "tool_plan": "Je cherche Zoé",
            "tool_calls": [
                {
                    "id": "call_Ab3dEf6hIj9kLm2nOp5q",
                    "type": "function",
                    "function": {"name": "dpi", "arguments": '{"nom": "Zoé"}'},
                }
            ],
            "citations": [
                {
                    "start": 100000,
                    "end": 123456,
                    "text": "Zoé",
                    "sources": [{"type": "document", "id": "d1", "document": {"id": "d1", "titre": "CR de Zoé"}}],
                    "type": "TEXT_CONTENT",
                }
            ],
        },
        {
            "role": "tool",
            "tool_call_id": "call_Ab3dEf6hIj9kLm2nOp5q",
            "content": [{"type": "document", "document": {"id": "r1", "data": {"ipp": 800123456}}}],
        },
    ],
    "documents": ["né le 01/02/1950", {"id": "d2", "data": {"nom": "Zoé"}}],
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "dpi",
                "description": "Cherche Zoé",
                "parameters": {"type": "object", "properties": {"nom": {"type": "string"}}},
            },
        }
    ],
    "citation_options": {"mode": "FAST"},
    "max_tokens": 123456,
    "seed": 987654,
    "safety_mode": "STRICT",
}


def test_every_text_is_scanned_with_who_speaks() -> None:
    """Words, plans, arguments, documents and a tool's results; the format's own words and numbers are not."""
    texts = found(COHERE, ASKED)
    spoken = [(text, role) for text, _, role, _, _ in texts]
    assert ("Consigne", Role.SYSTEM) in spoken
    assert ("Patient Zoé", Role.USER) in spoken
    assert ("Je cherche Zoé", Role.ASSISTANT) in spoken
    assert ("Zoé", Role.ASSISTANT) in spoken
    assert ("CR de Zoé", Role.ASSISTANT) in spoken
    assert ("800123456", Role.TOOL) in spoken
    assert ("né le 01/02/1950", Role.TOOL) in spoken
    assert ("Cherche Zoé", Role.OTHER) in spoken
    assert [label for text, label, _, _, _ in texts if text == "800123456"] == ["ipp"]
    unscanned = {"command-a-03-2025", "function", "FAST", "STRICT", "TEXT_CONTENT", "document", "user", "123456"}
    assert not unscanned & {text for text, *_ in texts}
    assert not {"messages", "citations", "tool_plan", "sources", "start"} & {text for text, *_ in texts}
    assert [text for text, _, _, _, strict in texts if strict] == ["dpi", "dpi"]


def test_only_what_is_hidden_changes() -> None:
    """The rest of the body stays byte for byte, arguments stay JSON."""
    body = json.dumps(ASKED, ensure_ascii=False).encode()
    left = hidden(COHERE, body)
    assert left.replace(b"[PERSONNE_1]", "Zoé".encode()) == body
    call = json.loads(left)["messages"][2]["tool_calls"][0]["function"]
    assert json.loads(call["arguments"]) == {"nom": "[PERSONNE_1]"}


def test_an_image_is_refused() -> None:
    """It cannot be read."""
    part = {"type": "image_url", "image_url": {"url": "https://exemple.fr/a.png"}}
    with pytest.raises(Refusal) as refused:
        COHERE.outbound(json.dumps({"messages": [{"role": "user", "content": [part]}]}).encode())
    assert refused.value.code.startswith(("attachment_", "file_"))


def _citation(text: str, start: int, **more: Any) -> dict[str, Any]:
    source = {"type": "document", "id": "d1", "document": {"nom": "[PERSONNE_1]", "start": 12345}}
    return {"start": start, "end": start + len(text), "text": text, "sources": [source], **more}


def test_a_plain_answer_and_its_citations_are_restored() -> None:
    """A citation marks the same words as before, in content, thinking and plan; what a document says stays a number."""
    text = "Bonjour [PERSONNE_1], IPP [IPP_1]."
    message = {
        "role": "assistant",
        "tool_plan": "[IPP_1] puis [PERSONNE_1]",
        "content": [{"type": "thinking", "thinking": "[IPP_1] ?"}, {"type": "text", "text": text}],
        "citations": [
            _citation("[PERSONNE_1]", text.index("[PER"), content_index=1, type="TEXT_CONTENT"),
            _citation("[IPP_1]", text.index("[IPP"), content_index=1),
            _citation("?", 8, content_index=0, type="THINKING_CONTENT"),
            _citation("[PERSONNE_1]", 13, type="PLAN"),
        ],
    }
    value = {"id": "[IPP_1]", "message": message, "usage": {"tokens": {"input_tokens": 20, "output_tokens": 5}}}
    reply = COHERE.reply(MAPPING, "application/json")
    assert reply.feed(json.dumps(value).encode()) == b""
    shown = json.loads(reply.close())
    said = shown["message"]
    assert said["content"][1]["text"] == f"Bonjour {NAME}, IPP 800123456."
    of = [said["content"][1]["text"], said["content"][1]["text"], said["content"][0]["thinking"], said["tool_plan"]]
    for whole, citation in zip(of, said["citations"], strict=True):
        assert whole[citation["start"] : citation["end"]] == citation["text"]
        assert citation["sources"][0]["document"] == {"nom": NAME, "start": 12345}
    assert shown["id"] == "[IPP_1]"
    assert reply.usage == Usage(20, 5)


def _event(value: dict[str, Any], *, ascii_only: bool = False) -> bytes:
    return f"event: {value['type']}\ndata: {json.dumps(value, ensure_ascii=ascii_only)}\n\n".encode()


def _content(text: str, name: str = "text", index: int = 0) -> dict[str, Any]:
    return {"type": "content-delta", "index": index, "delta": {"message": {"content": {name: text}}}}


def _fed(stream: bytes, size: int | None = None) -> bytes:
    reply = COHERE.reply(MAPPING, "text/event-stream")
    step = size or max(1, len(stream))
    return b"".join([reply.feed(stream[at : at + step]) for at in range(0, len(stream), step)]) + reply.close()


def _values(shown: bytes) -> list[dict[str, Any]]:
    return [json.loads(event.partition(b"data: ")[2]) for event in shown.split(b"\n\n") if event]


def test_a_stream_of_every_kind_of_event() -> None:
    """A plan, a call, thinking, words and citations, each restored in its own text before what follows it."""
    call = {"id": "[IPP_1]", "type": "function", "function": {"name": "[IPP_1]", "arguments": ""}}
    arguments = ['{"nom": "[PERS', 'ONNE_1]", "k', '": 1}']
    values = [
        {"type": "message-start", "id": "[IPP_1]", "delta": {"message": {"role": "assistant", "tool_plan": ""}}},
        {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "Je cherche [IPP"}}},
        {"type": "tool-call-start", "index": 0, "delta": {"message": {"tool_calls": call}}},
        *(
            {
                "type": "tool-call-delta",
                "index": 0,
                "delta": {"message": {"tool_calls": {"function": {"arguments": a}}}},
            }
            for a in arguments
        ),
        {"type": "tool-call-end", "index": 0},
        {"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": "Mme "}}}},
        _content("[PERSONNE"),
        _content("_1 : 76 ans], [IPP"),
        _content("_1]"),
        {
            "type": "citation-start",
            "index": 0,
            "delta": {"message": {"citations": _citation("[IPP_1]", 27)}},
        },
        {"type": "citation-end", "index": 0},
        {"type": "content-end", "index": 0},
        {"type": "debug", "prompt": "[PERSONNE_1]"},
        {"type": "demain", "x": "[IPP_1]"},
        {
            "type": "message-end",
            "delta": {"finish_reason": "COMPLETE", "usage": {"tokens": {"input_tokens": 9, "output_tokens": 4}}},
        },
    ]
    shown = _values(_fed(b"".join(map(_event, values))))
    kinds = [value["type"] for value in shown]
    assert kinds.index("tool-call-start") == kinds.index("tool-plan-delta") + 2  # the held tail, before the call
    plan = [value["delta"]["message"]["tool_plan"] for value in shown if value["type"] == "tool-plan-delta"]
    assert "".join(plan) == "Je cherche [IPP"
    start = next(value for value in shown if value["type"] == "tool-call-start")
    assert start["delta"]["message"]["tool_calls"] == call
    said = [v["delta"]["message"]["tool_calls"]["function"] for v in shown if v["type"] == "tool-call-delta"]
    assert json.loads("".join(part["arguments"] for part in said)) == {"nom": NAME, "k": 1}
    texts = [v["delta"]["message"]["content"]["text"] for v in shown if v["type"] in ("content-start", "content-delta")]
    whole = "".join(texts)
    assert whole == f"Mme {NAME}, 800123456"
    (citation,) = [v["delta"]["message"]["citations"] for v in shown if v["type"] == "citation-start"]
    assert whole[citation["start"] : citation["end"]] == citation["text"] == "800123456"
    assert shown[-3:-1] == [{"type": "debug", "prompt": NAME}, {"type": "demain", "x": "800123456"}]


def test_a_citation_behind_its_contents_end_still_marks_it() -> None:
    """With accurate citations they come when all has been said."""
    values = [
        _content("Mme [PERSONNE_1] va bien"),
        {"type": "content-end", "index": 0},
        {"type": "citation-start", "index": 0, "delta": {"message": {"citations": _citation("va bien", 17)}}},
    ]
    shown = _values(_fed(b"".join(map(_event, values))))
    citation = shown[-1]["delta"]["message"]["citations"]
    assert shown[0]["delta"]["message"]["content"]["text"][citation["start"] : citation["end"]] == "va bien"


_PIECES = st.lists(
    st.sampled_from(["[PERSONNE_1]", "[PERS", "ONNE_1]", "[IPP_1 : x]", "[", "]", "é😀", "\\", '"', "x "]), max_size=10
)


@given(_PIECES, _PIECES, st.booleans(), st.integers(1, 60))
def test_a_stream_is_the_same_in_any_chunks(thought: list[str], said: list[str], ascii_only: bool, size: int) -> None:
    """The texts that a client adds up are the restored wholes, and a citation of all of one is all of it."""
    values = [_content(piece, "thinking") for piece in ["x", *thought]]
    values.append({"type": "content-end", "index": 0})
    values += [_content(piece, index=1) for piece in ["x", *said]]
    whole = "x" + "".join(said)
    citation = {"start": 0, "end": len(whole), "text": whole, "sources": [], "content_index": 1}
    values.append({"type": "content-end", "index": 1})
    values.append({"type": "citation-start", "index": 0, "delta": {"message": {"citations": citation}}})
    values.append({"type": "message-end", "delta": {"finish_reason": "COMPLETE"}})
    stream = b"".join(_event(value, ascii_only=ascii_only) for value in values)
    shown = _fed(stream, size)
    assert shown == _fed(stream)
    contents = [v["delta"]["message"]["content"] for v in _values(shown) if v["type"] == "content-delta"]
    assert "".join(c.get("thinking", "") for c in contents) == MAPPING.restore("x" + "".join(thought))
    text = "".join(c.get("text", "") for c in contents)
    assert text == MAPPING.restore(whole)
    marked = next(v for v in _values(shown) if v["type"] == "citation-start")["delta"]["message"]["citations"]
    assert text[marked["start"] : marked["end"]] == text


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["[PERSONNE_1]", "x", "content-delta"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "delta", "message", "content", "text", "citations", "start", "index"]),
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
def test_a_request_of_any_shape_is_read_or_refused(value: Any) -> None:
    """Whatever the JSON is, its speakers are found or it is refused."""
    for name in ("messages", "documents"):
        COHERE.outbound(json.dumps({name: value}).encode())


def test_an_error_is_cohere_s() -> None:
    """The message stands where its SDK looks for it."""
    assert json.loads(COHERE.error("x", "Réessayez.", 422))["message"] == "Réessayez."
