"""Anthropic messages: what of a request is scanned, and how its replies come back."""

import json
from typing import Any

import pytest

from avec_proxy.mapping import Mapping
from avec_proxy.model import Refusal, Role
from avec_proxy.refusals import ERROR_TYPE
from avec_proxy.wire import FORMATS
from avec_proxy.wire.replies import Usage
from avec_proxy.wire.segments import Outbound
from tests.wire.readings import found

MESSAGES = FORMATS["anthropic_messages"]
MAPPING = Mapping({"PERSONNE_1": 'Zoé "Zo" Dû', "IPP_1": "800123456"})
SIGNATURE = "EqQBCkYIBxgCKkDx1" * 4 + "=="

REQUEST: dict[str, Any] = {
    "model": "claude-sonnet-4-5",
    "max_tokens": 64000,
    "thinking": {"type": "enabled", "budget_tokens": 10000},
    "system": [{"type": "text", "text": "Consigne", "cache_control": {"type": "ephemeral"}}],
    "messages": [
        {"role": "user", "content": "Bonjour"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "réflexion", "signature": SIGNATURE},
                {"type": "redacted_thinking", "data": SIGNATURE},
                {"type": "tool_use", "id": "toolu_1", "name": "dpi", "input": {"nom": "Zoé", "ipp": 800123456}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "résultat"}]},
                {
                    "type": "document",
                    "title": "CR",
                    "source": {"type": "text", "media_type": "text/plain", "data": "IPP"},
                },
                {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "bloc"}]}},
                {
                    "type": "search_result",
                    "source": "adresse",
                    "title": "t",
                    "content": [{"type": "text", "text": "r"}],
                },
                {"type": "invention", "champ": "neuf"},
            ],
        },
    ],
    "tools": [{"name": "dpi", "description": "dossier", "input_schema": {"type": "object", "properties": {"nom": {}}}}],
    "tool_choice": {"type": "tool", "name": "dpi"},
    "metadata": {"user_id": "u"},
    "stop_sequences": ["fin"],
}


def _out(value: object) -> Outbound:
    return MESSAGES.outbound(json.dumps(value).encode())


def test_what_is_not_the_formats_own_is_scanned_with_its_speaker() -> None:
    """Text of every kind of block, tool input with its keys, tool results as the tool's, unknown blocks."""
    assert found(MESSAGES, REQUEST) == [
        ("Consigne", "", Role.SYSTEM, -1, False),
        ("Bonjour", "", Role.USER, 0, False),
        ("réflexion", "", Role.ASSISTANT, 1, False),
        ("toolu_1", "", Role.ASSISTANT, 1, False),
        ("dpi", "", Role.ASSISTANT, 1, True),
        ("nom", "", Role.ASSISTANT, 1, False),
        ("Zoé", "nom", Role.ASSISTANT, 1, False),
        ("ipp", "", Role.ASSISTANT, 1, False),
        ("800123456", "ipp", Role.ASSISTANT, 1, False),
        ("toolu_1", "", Role.TOOL, 2, False),
        ("résultat", "", Role.TOOL, 2, False),
        ("CR", "", Role.USER, 2, False),
        ("IPP", "", Role.USER, 2, False),
        ("bloc", "", Role.USER, 2, False),
        ("adresse", "", Role.USER, 2, False),
        ("t", "", Role.USER, 2, False),
        ("r", "", Role.USER, 2, False),
        ("invention", "", Role.USER, 2, False),
        ("champ", "", Role.USER, 2, False),
        ("neuf", "champ", Role.USER, 2, False),
        ("dpi", "", Role.OTHER, -1, True),
        ("dossier", "", Role.OTHER, -1, False),
        ("nom", "", Role.OTHER, -1, False),
        ("dpi", "", Role.OTHER, -1, True),
        ("u", "identifiant", Role.OTHER, -1, False),
        ("fin", "", Role.OTHER, -1, False),
    ]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
        {"type": "image", "source": {"type": "url", "url": "https://h/x.png"}},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}},
        {"type": "document", "source": {"type": "file", "file_id": "file_1"}},
        {"type": "document", "source": {"type": "demain", "x": "y"}},
        {"type": "container_upload", "file_id": "file_1"},
        {"type": "tool_result", "content": [{"type": "image", "source": {"type": "base64", "data": "iVBORw0KGgo="}}]},
        {"type": "text", "text": "voir data:image/png;base64,iVBORw0K"},
        {
            "type": "document",
            "source": {"type": "content", "content": [{"type": "image", "source": {"type": "url", "url": "x"}}]},
        },
    ],
)
def test_what_cannot_be_read_is_refused(block: object) -> None:
    """Images, PDF and files, by value or by reference, at any depth; text documents are read."""
    with pytest.raises(Refusal) as caught:
        _out({"messages": [{"role": "user", "content": [block]}]})
    assert caught.value.code.startswith(("attachment_", "file_"))


@pytest.mark.parametrize(
    "value",
    [
        {"system": {"x": "Dupont"}},
        {"container": "Dupont"},
        {"service_tier": "Dupont"},
        {"messages": [{"role": "Dupont", "content": "a"}]},
        {"messages": [{"role": "assistant", "content": [{"type": "thinking", "signature": "Dupont"}]}]},
        {"messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "Dupont"}]}]},
        {"messages": ["Dupont"]},
        {"mcp_servers": [{"name": "Dupont"}]},
    ],
)
def test_a_value_that_is_not_of_its_declared_shape_is_scanned(value: object) -> None:
    """Nothing rides along in a field of the format's."""
    assert "Dupont" in [s.text for s in _out(value).document.segments]


def test_an_error_has_anthropics_shape() -> None:
    """SDKs read the outer type, then the error's."""
    assert json.loads(MESSAGES.error("scan_failed", "Désolé.", 422)) == {
        "type": "error",
        "error": {"type": ERROR_TYPE, "code": "scan_failed", "message": "Désolé."},
    }


def _event(value: dict[str, Any]) -> bytes:
    return f"event: {value['type']}\ndata: {json.dumps(value)}\n\n".encode()


def _delta(index: int, kind: str, key: str, text: str) -> bytes:
    return _event({"type": "content_block_delta", "index": index, "delta": {"type": kind, key: text}})


STOP = [_event({"type": "content_block_stop", "index": 0}), _event({"type": "message_stop"})]


def _streamed(*events: bytes) -> bytes:
    reply = MESSAGES.reply(MAPPING, "text/event-stream")
    return b"".join([reply.feed(event) for event in events]) + reply.close()


def test_a_stream_is_restored_in_its_text_and_tool_input_alone() -> None:
    """Exact bytes: thinking, signatures, ids, pings and unknown events go on as they came."""
    events = [
        _event(
            {"type": "message_start", "message": {"id": "[IPP_1]", "usage": {"input_tokens": 30, "output_tokens": 1}}}
        ),
        _event({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}}),
        _delta(0, "thinking_delta", "thinking", "[PERSONNE_1]"),
        _delta(0, "signature_delta", "signature", "[PERSONNE_1]"),
        _event({"type": "content_block_stop", "index": 0}),
        _event({"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": "[IPP"}}),
        b'event: ping\ndata: {"type": "ping"}\n\n',
        _delta(1, "text_delta", "text", "_1], [PERS"),
        _event({"type": "inconnu", "x": "[IPP_1]"}),
        _delta(1, "text_delta", "text", "ONNE_1]"),
        _event({"type": "content_block_stop", "index": 1}),
        _event(
            {
                "type": "content_block_start",
                "index": 2,
                "content_block": {"type": "tool_use", "name": "dpi", "input": {}},
            }
        ),
        _delta(2, "input_json_delta", "partial_json", '{"nom": "[PERSONNE'),
        _delta(2, "input_json_delta", "partial_json", '_1]"}'),
        _event({"type": "content_block_stop", "index": 2}),
        _event({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 8}}),
        _event({"type": "message_stop"}),
    ]
    wanted = list(events)
    wanted[5] = events[5].replace(b"[IPP", b"")
    wanted[7] = events[7].replace(b"_1], [PERS", b"800123456, ")
    wanted[9] = events[9].replace(b"ONNE_1]", 'Zoé \\"Zo\\" Dû'.encode())
    wanted[12] = events[12].replace(b"[PERSONNE", b"")
    wanted[13] = events[13].replace(b"_1]", 'Zoé \\\\\\"Zo\\\\\\" Dû'.encode())
    reply = MESSAGES.reply(MAPPING, "text/event-stream")
    assert [reply.feed(event) for event in events] == wanted
    assert reply.close() == b""
    assert reply.usage == Usage(30, 8)


@pytest.mark.parametrize("ending", [STOP, STOP[1:], [_event({"type": "error", "error": {"message": "x"}})], []])
def test_a_held_tail_goes_out_before_its_block_stops(ending: list[bytes]) -> None:
    """Before the stop, the end of the message, an error, or at the end of a stream cut short."""
    first = _delta(0, "text_delta", "text", "a [PERS")
    added = (
        b"event: content_block_delta\n"
        b'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"[PERS"}}\n\n'
    )
    assert _streamed(first, *ending) == first.replace(b"[PERS", b"") + added + b"".join(ending)


def test_a_tail_of_a_blocks_first_text_goes_on_as_its_delta() -> None:
    """A block is not started twice."""
    start = _event({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "a ["}})
    shown = _streamed(start, *STOP)
    assert b'"delta":{"type":"text_delta","text":"["}' in shown
    assert shown.count(b"content_block_start") == 2  # its name and its type
    assert shown.startswith(start.replace(b"a [", b"a "))


def test_citations_are_restored_whole() -> None:
    """A citation comes in one piece; its encrypted index stays."""
    event = _event(
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {
                "type": "citations_delta",
                "citation": {"type": "x", "cited_text": "[IPP_1] [", "encrypted_index": "[IPP_1]"},
            },
        }
    )
    assert _streamed(event) == event.replace(b"[IPP_1] [", b"800123456 [")


def test_a_plain_reply_is_restored_but_for_thinking_and_ids() -> None:
    """Text, tool input and its keys; a thinking block goes back to the provider as it wrote it."""
    body = (
        b'{"id":"[IPP_1]","type":"message","content":[{"type":"thinking","thinking":"[IPP_1]","signature":"[IPP_1]"},'
        b'{"type":"text","text":"a [IPP_1]"},{"type":"tool_use","id":"[IPP_1]","name":"dpi","input":{"id":"b [IPP_1]",'
        b'"[IPP_1]":["c [IPP_1]"]}}],"stop_reason":"end_turn","usage":{"input_tokens":3,"cache_read_input_tokens":4,'
        b'"output_tokens":5}}'
    )
    reply = MESSAGES.reply(MAPPING, "application/json")
    assert reply.feed(body) == b""
    expected = body
    for before in (b"a ", b"b ", b"c "):
        expected = expected.replace(before + b"[IPP_1]", before + b"800123456")
    assert reply.close() == expected.replace(b'"[IPP_1]":[', b'"800123456":[')
    assert reply.usage == Usage(7, 5)


def test_an_upstream_error_is_restored() -> None:
    """A provider may quote the prompt in its refusal."""
    reply = MESSAGES.reply(MAPPING, "application/json")
    reply.feed(b'{"type":"error","error":{"type":"invalid_request_error","message":"[IPP_1]"}}')
    assert b'"message":"800123456"' in reply.close()
