"""OpenAI responses: how plain and streamed replies come back."""

import json
from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.mapping import Mapping
from avec_proxy.wire import FORMATS
from avec_proxy.wire.replies import Usage

RESPONSES = FORMATS["openai_responses"]
NAME = 'Zoé "Zo" Dû'
MAPPING = Mapping({"PERSONNE_1": NAME, "IPP_1": "800123456"})
TEXT = "é [PERSONNE_1], IPP [IPP_1] ; [PERS"
ARGUMENTS = '{"nom": "[PERSONNE_1]", "ipp": "h\\u00f4pital [IPP_1]"}'
_PARTS = {  # base type of the events, the index that they carry, the field of `.done`, the text
    "response.reasoning_summary_text": (0, "summary_index", "text", TEXT),
    "response.output_text": (1, "content_index", "text", TEXT),
    "response.refusal": (1, "content_index", "refusal", TEXT),
    "response.function_call_arguments": (2, "", "arguments", ARGUMENTS),
    "response.custom_tool_call_input": (3, "", "input", TEXT),
    "response.code_interpreter_call_code": (4, "", "code", TEXT),
}


def _event(kind: str, **members: object) -> bytes:
    data = json.dumps({"type": kind, "sequence_number": 1, **members}, ensure_ascii=False)
    return f"event: {kind}\ndata: {data}\n\n".encode()


def _where(kind: str, part: int = 0) -> dict[str, Any]:
    output, index, _, _ = _PARTS[kind]
    return {"item_id": f"i_{output}", "output_index": output, **({index: part} if index else {})}


def _output(text: str = TEXT, arguments: str = ARGUMENTS) -> list[dict[str, Any]]:
    return [
        {
            "id": "[IPP_1]",
            "type": "reasoning",
            "summary": [{"type": "summary_text", "text": text}],
            "encrypted_content": "gAAA[PERSONNE_1]",
        },
        {
            "id": "i_1",
            "type": "message",
            "role": "assistant",
            "content": [
                {
                    "type": "output_text",
                    "text": text,
                    "annotations": [{"type": "url_citation", "title": text, "file_id": "[IPP_1]"}],
                    "logprobs": [{"token": "[PERSONNE_1]"}],
                },
                {"type": "refusal", "refusal": text},
            ],
        },
        {"id": "i_2", "type": "function_call", "call_id": "[IPP_1]", "name": "dpi", "arguments": arguments},
    ]


def _restored_output() -> list[dict[str, Any]]:
    return _output(
        TEXT.replace("[PERSONNE_1]", NAME).replace("[IPP_1]", "800123456"),
        ARGUMENTS.replace("[PERSONNE_1]", NAME.replace('"', '\\"')).replace("[IPP_1]", "800123456"),
    )


def _stream(piece: int = 3) -> bytes:
    usage = {"input_tokens": 20, "output_tokens": 5}
    events = [_event("response.created", response={"id": "resp_1", "instructions": "de [PERSONNE_1]", "output": []})]
    for kind, (output, index, field, text) in _PARTS.items():
        part = 1 if kind == "response.refusal" else 0
        where = _where(kind, part)
        for at in range(0, len(text), piece):
            events.append(_event(f"{kind}.delta", **where, delta=text[at : at + piece], obfuscation="x", logprobs=[]))
        events.append(_event(f"{kind}.done", **where, **{field: text}))
        if index == "content_index":
            said = _output()[1]["content"][part]
            events.append(_event("response.content_part.done", **where, part=said))
        if output < 3:
            events.append(_event("response.output_item.done", output_index=output, item=_output()[output]))
    events.append(_event("response.completed", response={"id": "resp_1", "output": _output(), "usage": usage}))
    return b"".join(events)


def _values(shown: bytes) -> list[dict[str, Any]]:
    return [json.loads(event.split("data: ", 1)[1]) for event in shown.decode().split("\n\n") if event]


def _fed(stream: bytes, cuts: list[int]) -> bytes:
    reply = RESPONSES.reply(MAPPING, "text/event-stream; charset=utf-8")
    edges = [0, *sorted(cuts), len(stream)]
    shown = b"".join(reply.feed(stream[a:b]) for a, b in pairwise(edges)) + reply.close()
    assert reply.usage == Usage(20, 5)
    return shown


def _spoken(shown: bytes) -> dict[str, str]:
    said: dict[str, str] = defaultdict(str)
    for value in _values(shown):
        if value["type"].endswith(".delta"):
            said[value["type"].removesuffix(".delta")] += value["delta"]
    return said


@pytest.mark.parametrize("piece", [1, 3, 5, 200])
def test_a_stream_says_the_same_in_pieces_and_in_whole(piece: int) -> None:
    """Deltas of every kind add up to what their `.done` repeats, with the values in it."""
    shown = _fed(_stream(piece), [])
    said = _spoken(shown)
    restored = _restored_output()
    for kind, (_, _, field, text) in _PARTS.items():
        expected = restored[2]["arguments"] if text is ARGUMENTS else restored[1]["content"][0]["text"]
        assert said[kind] == expected
        assert [v[field] for v in _values(shown) if v["type"] == f"{kind}.done"] == [expected]
    assert json.loads(said["response.function_call_arguments"]) == {"nom": NAME, "ipp": "hôpital 800123456"}
    values = _values(shown)
    assert values[0]["response"]["instructions"] == f"de {NAME}"
    assert [v["item"] for v in values if v["type"] == "response.output_item.done"] == [
        restored[0],
        restored[1],
        restored[1],
        restored[2],
    ]
    assert [v["part"] for v in values if v["type"] == "response.content_part.done"] == restored[1]["content"]
    assert values[-1]["response"]["output"] == restored


@given(st.integers(1, 9), st.lists(st.integers(0, 9000), max_size=12))
def test_how_the_bytes_are_cut_changes_nothing(piece: int, cuts: list[int]) -> None:
    """Any split of a stream's bytes gives the same bytes."""
    stream = _stream(piece)
    assert _fed(stream, [cut % len(stream) for cut in cuts]) == _fed(stream, [])


def test_one_byte_at_a_time_changes_nothing() -> None:
    """The smallest pieces that there are."""
    stream = _stream(4)
    assert _fed(stream, list(range(1, len(stream)))) == _fed(stream, [])


def test_parts_are_kept_apart() -> None:
    """Two items and two parts of one: halves never meet across them."""
    kind = "response.output_text.delta"
    pieces = [(0, 0, "[PERS"), (0, 1, "[IP"), (1, 0, "[PERSONNE"), (0, 0, "ONNE_1]"), (1, 0, "_1] b"), (0, 1, "P_1]")]
    stream = b"".join(_event(kind, item_id="i", output_index=o, content_index=c, delta=text) for o, c, text in pieces)
    reply = RESPONSES.reply(MAPPING, "text/event-stream")
    said = [value["delta"] for value in _values(reply.feed(stream) + reply.close())]
    assert said == ["", "", "", NAME, f"{NAME} b", "800123456"]


@pytest.mark.parametrize(
    "ending",
    [
        _event("response.output_text.done", item_id="i_1", output_index=1, content_index=0, text="a [PERS"),
        _event("response.content_part.done", item_id="i_1", output_index=1, content_index=0, part={}),
        _event("response.output_item.done", output_index=1, item={"content": [{"type": "output_text"}]}),
        _event("response.completed", response={}),
        _event("response.incomplete", response={}),
        _event("error", message="x"),
        b"",
    ],
)
def test_a_held_tail_goes_out_before_the_end_in_a_delta_of_its_own(ending: bytes) -> None:
    """Before what ends the text, the part, the item or the response, or where a stream is cut short."""
    members = {"item_id": "i_1", "output_index": 1, "content_index": 0}
    delta = _event("response.output_text.delta", **members, delta="a [PERS", logprobs=[{"token": "x"}], obfuscation="x")
    reply = RESPONSES.reply(MAPPING, "text/event-stream")
    shown = reply.feed(delta + ending) + reply.close()
    first, tail = _values(shown.removesuffix(ending))
    assert shown.endswith(ending)
    assert first["delta"] == "a "
    assert tail == {
        "type": "response.output_text.delta",
        "sequence_number": 1,
        **members,
        "delta": "[PERS",
        "logprobs": [],
    }


def test_what_a_command_prints_is_restored_by_its_stream() -> None:
    """A delta may be an object: each of its texts is a text of its own."""
    kind, where = "response.shell_call_output_content", {"item_id": "s", "output_index": 0, "command_index": 0}
    stream = _event(f"{kind}.delta", **where, delta={"stdout": "[PERS", "stderr": "[IP"})
    stream += _event(f"{kind}.delta", **where, delta={"stdout": "ONNE_1]"})
    stream += _event(f"{kind}.done", **where, output=[{"stdout": "[PERSONNE_1]", "stderr": "[IP"}])
    reply = RESPONSES.reply(MAPPING, "text/event-stream")
    values = _values(reply.feed(stream) + reply.close())
    assert [value.get("delta") for value in values] == [
        {"stdout": "", "stderr": ""},
        {"stdout": NAME},
        {"stderr": "[IP"},
        None,
    ]
    assert values[-1]["output"] == [{"stdout": NAME, "stderr": "[IP"}]


def test_events_that_hold_no_text_pass_byte_for_byte() -> None:
    """Comments, ids, encrypted content, logprobs, data that is no JSON or no object."""
    stream = (
        b": attente\n\n"
        b'event: x\ndata: {"type":"response.output_item.added","output_index":0,'
        b'"item":{"id":"[IPP_1]","type":"reasoning","encrypted_content":"[PERSONNE_1]","summary":[]}}\n\n'
        b'data: {"type":"response.output_text.delta","item_id":"[IPP_1]","delta":"","logprobs":["[PERSONNE_1]"]}\n\n'
        b'data: {"type":"response.completed","response":{"id":"[IPP_1]","previous_response_id":"[IPP_1]"}}\n\n'
        b'data: {"type":["[PERSONNE_1"],"response":7}\n\n'
        b'data: ["x"]\n\n'
        b"data: pas du JSON [PERSONNE_1]\n\n"
    )
    reply = RESPONSES.reply(MAPPING, "text/event-stream")
    assert reply.feed(stream) + reply.close() == stream


def test_a_plain_reply_is_restored_in_every_text() -> None:
    """Content, refusal, summary, arguments and citations; ids, encrypted content and logprobs stay."""
    value = {"id": "[IPP_1]", "object": "response", "model": "[IPP_1]", "output": _output(), "metadata": {"p": TEXT}}
    body = json.dumps({**value, "usage": {"input_tokens": 20, "output_tokens": 5}}).encode()
    reply = RESPONSES.reply(MAPPING, "application/json")
    shown = json.loads(reply.feed(body) + reply.close())
    assert shown["output"] == _restored_output()
    assert (shown["id"], shown["model"]) == ("[IPP_1]", "[IPP_1]")
    assert NAME in shown["metadata"]["p"]
    assert reply.usage == Usage(20, 5)
