"""What requests lean on, and the names that replies give: OpenAI's responses and conversations."""

import json
from typing import Any

import pytest

from avec_proxy.mapping import Mapping
from avec_proxy.model import Refusal
from avec_proxy.wire import FORMATS
from avec_proxy.wire.kept import Asked

RESPONSES, MADE = FORMATS["openai_responses"], FORMATS["openai_conversations"]


def _body(**members: Any) -> bytes:
    return json.dumps({"model": "m", "input": "x", **members}).encode()


@pytest.mark.parametrize(
    ("members", "asked"),
    [
        ({}, Asked()),
        ({"previous_response_id": None, "conversation": None}, Asked()),
        ({"store": False}, Asked(stored=False)),
        ({"previous_response_id": "resp_1"}, Asked("resp_1")),
        ({"previous_response_id": "resp_1", "store": False}, Asked("resp_1", stored=False)),
        ({"conversation": "conv_1"}, Asked("conv_1", grows=True)),
        ({"conversation": {"id": "conv_1"}, "store": False}, Asked("conv_1", grows=True)),
    ],
)
def test_a_request_says_what_it_goes_on_from(members: dict[str, Any], asked: Asked) -> None:
    """An answer's name, a thread's, or nothing; and whether the provider keeps this one."""
    assert RESPONSES.asked(_body(**members)) == asked


@pytest.mark.parametrize(
    "members",
    [
        {"previous_response_id": "resp_1", "conversation": "conv_1"},
        {"previous_response_id": 7},
        {"previous_response_id": ""},
        {"conversation": {}},
        {"conversation": ["conv_1"]},
        {"conversation": "c" * 300},
    ],
)
def test_what_is_no_name_is_refused(members: dict[str, Any]) -> None:
    """Two at once, a number, nothing, an object without one, a list, one that is too long."""
    with pytest.raises(Refusal, match="history_elsewhere"):
        RESPONSES.asked(_body(**members))


def test_a_name_written_in_escapes_is_found() -> None:
    """The body is read as JSON, not searched."""
    assert RESPONSES.asked(b'{"previous\\u005fresponse_id":"resp\\u005f1"}') == Asked("resp_1")


def test_without_its_past_a_request_is_refused_whatever_asks() -> None:
    """Who reads a body without knowing what it leans on gets a refusal; who knows finds no word in the name."""
    with pytest.raises(Refusal, match="history_elsewhere"):
        RESPONSES.outbound(_body(previous_response_id="resp_0682910045"))
    for members in ({"previous_response_id": "resp_0682910045"}, {"conversation": {"id": "conv_0682910045"}}):
        found = RESPONSES.outbound(_body(**members), past=True).document.segments
        assert [segment.text for segment in found] == ["x"]


def _learnt(name: str, body: bytes, media: str, size: int = 5) -> list[str]:
    names: list[str] = []
    reply = FORMATS[name].reply(Mapping({"IPP_1": "800123456"}), media, names.append)
    for at in range(0, len(body), size):
        reply.feed(body[at : at + size])
    reply.close()
    return names


def test_names_are_learnt_from_a_reply_as_it_comes() -> None:
    """Plain, and in a stream from its first event on; an error, or another object, gives none."""
    response = {"id": "resp_1", "object": "response", "output": [], "conversation": {"id": "conv_1"}}
    assert _learnt("openai_responses", json.dumps(response).encode(), "application/json") == ["resp_1", "conv_1"]
    created = b"data: " + json.dumps({"type": "response.created", "response": response}).encode() + b"\n\n"
    names: list[str] = []
    reply = RESPONSES.reply(Mapping(), "text/event-stream", names.append)
    reply.feed(created)
    assert names == ["resp_1", "conv_1"]
    for value in ({"error": {"id": "resp_1"}}, {"id": "x", "object": "list"}, {"id": 7, "object": "response"}, [], "x"):
        assert _learnt("openai_responses", json.dumps(value).encode(), "application/json") == []


def test_a_conversation_that_is_made_is_named_by_its_reply() -> None:
    """Its items are scanned as those of a response are."""
    body = {"items": [{"type": "message", "role": "user", "content": "Zoé"}], "metadata": {"dossier": "Zoé"}}
    found = MADE.outbound(json.dumps(body).encode()).document.segments
    assert [segment.text for segment in found] == ["Zoé", "dossier", "Zoé"]
    reply = b'{"id":"conv_1","object":"conversation","metadata":{}}'
    assert _learnt("openai_conversations", reply, "application/json") == ["conv_1"]
    with pytest.raises(Refusal, match="history_elsewhere"):
        MADE.outbound(b'{"items":[{"type":"item_reference","id":"msg_1"}]}')
