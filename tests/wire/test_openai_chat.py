"""OpenAI chat completions: what of a request is scanned, and how its replies come back."""

import json
from typing import Any

import pytest

from avec_proxy.mapping import Mapping
from avec_proxy.model import Refusal, Role
from avec_proxy.refusals import ERROR_TYPE
from avec_proxy.wire import FORMATS
from avec_proxy.wire.replies import Usage
from avec_proxy.wire.segments import Outbound
from tests.wire.readings import found, hidden

CHAT = FORMATS["openai_chat"]
MAPPING = Mapping({"PERSONNE_1": 'Zoé "Zo" Dû', "IPP_1": "800123456"})

REQUEST: dict[str, Any] = {
    "model": "gpt-5",
    "stream": True,
    "stream_options": {"include_usage": True},
    "seed": 123456789,
    "user": "u1",
    "messages": [
        {"role": "developer", "content": "Consigne"},
        {"role": "user", "name": "dr_martin", "content": [{"type": "text", "text": "Patient Zoé"}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "call_Ab3dEf6hIj9kLm2nOp5qRs8t",
                    "type": "function",
                    "function": {"name": "dpi", "arguments": '{"nom":"Zoé","ipp":800123456}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "IPP 800123456"},
    ],
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "dpi",
                "description": "Cherche",
                "parameters": {
                    "type": "object",
                    "properties": {"nom": {"type": "string", "maxLength": 10000, "enum": ["Zoé"]}},
                    "required": ["nom"],
                },
            },
        }
    ],
    "tool_choice": {"type": "function", "function": {"name": "dpi"}},
    "response_format": {"type": "json_schema", "json_schema": {"name": "r", "schema": {"type": "object"}}},
    "metadata": {"patient": "Zoé"},
    "champ_de_demain": {"ipp": 800123456, "texte": ["Zoé"]},
}


def _out(value: object) -> Outbound:
    return CHAT.outbound(json.dumps(value, ensure_ascii=False).encode())


def test_what_is_not_the_formats_own_is_scanned_with_its_speaker() -> None:
    """Texts, arguments, schemas, metadata and a field that nobody knows yet, each in its place."""
    assert found(CHAT, REQUEST) == [
        ("u1", "identifiant", Role.OTHER, -1, False),
        ("Consigne", "", Role.SYSTEM, 0, False),
        ("dr_martin", "nom", Role.USER, 1, False),
        ("Patient Zoé", "", Role.USER, 1, False),
        ("dpi", "", Role.ASSISTANT, 2, True),
        ("nom", "", Role.ASSISTANT, 2, False),
        ("Zoé", "nom", Role.ASSISTANT, 2, False),
        ("ipp", "", Role.ASSISTANT, 2, False),
        ("800123456", "ipp", Role.ASSISTANT, 2, False),
        ("call_1", "", Role.TOOL, 3, False),
        ("IPP 800123456", "", Role.TOOL, 3, False),
        ("dpi", "", Role.OTHER, -1, True),
        ("Cherche", "", Role.OTHER, -1, False),
        ("nom", "", Role.OTHER, -1, False),
        ("Zoé", "", Role.OTHER, -1, False),
        ("nom", "", Role.OTHER, -1, False),
        ("dpi", "", Role.OTHER, -1, True),
        ("r", "", Role.OTHER, -1, True),
        ("patient", "", Role.OTHER, -1, False),
        ("Zoé", "patient", Role.OTHER, -1, False),
        ("champ_de_demain", "", Role.OTHER, -1, False),
        ("ipp", "", Role.OTHER, -1, False),
        ("800123456", "ipp", Role.OTHER, -1, False),
        ("texte", "", Role.OTHER, -1, False),
        ("Zoé", "texte", Role.OTHER, -1, False),
    ]


def test_hiding_changes_the_values_and_nothing_else() -> None:
    """The body that leaves is the body that came, with placeholders."""
    body = json.dumps(REQUEST, indent=1).encode()
    sent = hidden(CHAT, body)
    assert sent == body.replace(b"Zo\\u00e9", b"[PERSONNE_1]").replace(b"Zo\\\\u00e9", b"[PERSONNE_1]")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", "Jean Dupont"),
        ("tool_choice", "Dupont"),
        ("reasoning_effort", "Dupont"),
        ("service_tier", "Dupont"),
        ("stop", ["Dupont"]),
        ("user", "Dupont"),
        ("response_format", {"type": "Dupont"}),
        ("stream", "Dupont"),
        ("logit_bias", {"Dupont": 1}),
        ("modalities", ["text", {"x": "Dupont"}]),
        ("messages", "Dupont"),
        ("messages", [{"role": "Dupont"}]),
        ("messages", [{"content": {"text": "Dupont"}}]),
        ("messages", [{"content": [{"type": "Dupont"}]}]),
        ("messages", [{"content": [{"type": "invention", "champ": ["Dupont"]}]}]),
        ("messages", [{"tool_calls": [{"id": "Dupont", "function": {"arguments": {"a": "b"}}}]}]),
        ("messages", [["Dupont"]]),
        ("tools", [{"function": {"parameters": {"properties": {"Dupont": {}}}}}]),
    ],
)
def test_a_value_that_is_not_of_its_declared_shape_is_scanned(field: str, value: object) -> None:
    """Nothing rides along in a field of the format's."""
    assert any("Dupont" in s.text for s in _out({field: value}).document.segments)


def test_a_number_where_no_parameter_stands_is_scanned() -> None:
    """The format's own numbers are not; any other that is long is."""
    assert [s.text for s in _out({"seed": 12345678, "messages": [{"content": 800123456}]}).document.segments] == [
        "800123456"
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"messages": [{"content": [{"type": "image_url", "image_url": {"url": "https://h/x.png"}}]}]},
        {"messages": [{"content": [{"type": "image_url", "image_url": "https://h/x.png"}]}]},
        {"messages": [{"content": [{"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}]}]},
        {"messages": [{"content": [{"type": "file", "file": {"file_id": "file-1"}}]}]},
        {"messages": [{"content": [{"type": "file", "file": {"filename": "a.pdf", "file_data": "JVBERi0="}}]}]},
        {"messages": [{"content": [{"type": "invention", "x": "data:image/png;base64,iVBORw0K"}]}]},
        {"messages": [{"content": "voir data:application/pdf;base64,JVBERi0="}]},
        {"messages": [{"role": "assistant", "audio": {"id": "audio_1"}}]},
        {"modalities": ["text", "audio"]},
        {"audio": {"voice": "alloy", "format": "wav"}},
        {"prediction": {"content": [{"image_url": "x"}]}},
    ],
)
def test_what_cannot_be_read_is_refused(value: object) -> None:
    """Images, sound and files, by value or by reference, and answers in sound."""
    with pytest.raises(Refusal) as caught:
        _out(value)
    assert caught.value.code.startswith(("attachment_", "file_"))


def test_absent_attachments_are_no_attachments() -> None:
    """SDKs write null for what is not there."""
    assert _out({"audio": None, "messages": [{"role": "assistant", "audio": None, "content": "a"}]}).labels == ("",)


def test_an_error_has_openais_shape() -> None:
    """SDKs read message, type and code."""
    assert json.loads(CHAT.error("scan_failed", "Désolé.", 422)) == {
        "error": {"message": "Désolé.", "type": ERROR_TYPE, "param": None, "code": "scan_failed"}
    }


def _chunk(delta: object, finish: str | None = None, index: int = 0, **more: object) -> bytes:
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return b"data: " + json.dumps({"id": "c", "choices": [choice], **more}).encode() + b"\n\n"


def _streamed(*events: bytes) -> list[str]:
    reply = CHAT.reply(MAPPING, "text/event-stream; charset=utf-8")
    shown = b"".join([reply.feed(event) for event in events]) + reply.close()
    return shown.decode().split("\n\n")[:-1]


def test_a_placeholder_cut_over_events_is_restored_in_the_last() -> None:
    """Exact bytes: only the strings that change are written anew; the events stay as they are, in number and order."""
    role = b'data: {"id": "c",  "choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n'
    first = b'event: x\r\ndata:{"choices":[{"delta":{"content":"\\u00e9 [PERS"},"index":0}] , "n":1.0}\r\n\r\n'
    second = b'data: {"choices":[{"index":0,"delta":{"content":"ONNE_1 : x], "},"finish_reason":null}]}\n\n'
    reply = CHAT.reply(MAPPING, "text/event-stream")
    assert reply.feed(role) == role
    assert reply.feed(first) == first.replace(b"\\u00e9 [PERS", "é ".encode())
    assert reply.feed(second) == second.replace(b"ONNE_1 : x], ", 'Zoé \\"Zo\\" Dû, '.encode())
    assert reply.close() == b""


def test_events_that_hold_no_text_pass_byte_for_byte() -> None:
    """Comments, ids, usage, logprobs, errors, data that is no JSON."""
    stream = (
        b": OPENROUTER PROCESSING\n\n"
        b'data: {"id":"[PERSONNE_1]","choices":[],"prompt_filter_results":[{"x":"[PERSONNE_1]"}]}\n\n'
        b'data: {"choices":[{"index":0,"delta":{},"logprobs":{"content":[{"token":"[PERSONNE_1]"}]}}]}\n\n'
        b'data: {"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":5}}\n\n'
        b'data: {"error":{"message":"[PERSONNE_1]"}}\n\n'
        b"data: pas du JSON [PERSONNE_1]\n\n"
        b"data: [DONE]\n\n"
    )
    reply = CHAT.reply(MAPPING, "text/event-stream")
    assert reply.feed(stream) + reply.close() == stream
    assert reply.usage == Usage(20, 5)


def test_a_held_tail_goes_out_in_the_ending_event_if_it_has_the_field() -> None:
    """No event is added where the last one can carry the text."""
    shown = _streamed(_chunk({"content": "a [PERS"}), _chunk({"content": ""}, "stop"), b"data: [DONE]\n\n")
    contents = [json.loads(event[6:])["choices"][0]["delta"]["content"] for event in shown[:-1]]
    assert contents == ["a ", "[PERS"]


@pytest.mark.parametrize(
    "ending",
    [[_chunk({}, "length"), b"data: [DONE]\n\n"], [b"data: [DONE]\n\n"], [b'data: {"error":{"message":"x"}}\n\n'], []],
)
def test_a_held_tail_goes_out_before_the_end_in_an_event_of_its_own(ending: list[bytes]) -> None:
    """Before the finishing chunk, before [DONE], before an error, or at the end of a stream cut short."""
    shown = _streamed(_chunk({"role": "assistant", "content": "a [PERS"}, model="m"), *ending)
    added = json.loads(shown[1].removeprefix("data: "))
    assert added == {
        "id": "c",
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": "[PERS"}, "finish_reason": None}],
    }
    assert "".join(event + "\n\n" for event in shown[2:]).encode() == b"".join(ending)


def test_channels_are_kept_apart() -> None:
    """Two choices, content and reasoning, two tools: halves never meet across them."""
    shown = _streamed(
        _chunk({"content": "[PERS", "reasoning_content": "[IP"}),
        _chunk({"content": "[PERSONNE"}, index=1),
        _chunk({"content": "ONNE_1]", "reasoning_content": "P_1]"}),
        _chunk({"content": "_1] b"}, index=1),
    )
    deltas = [json.loads(event[6:])["choices"][0]["delta"] for event in shown]
    assert deltas == [
        {"content": "", "reasoning_content": ""},
        {"content": ""},
        {"content": 'Zoé "Zo" Dû', "reasoning_content": "800123456"},
        {"content": 'Zoé "Zo" Dû b'},
    ]


def _call(index: int, arguments: str, **more: object) -> bytes:
    return _chunk({"tool_calls": [{"index": index, **more, "function": {"arguments": arguments}}]})


def test_tool_arguments_stay_json() -> None:
    """A value is escaped for the JSON text, then for the string that carries it; two calls do not mix."""
    shown = _streamed(
        _chunk(
            {"tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": {"name": "dpi", "arguments": ""}}]}
        ),
        _call(0, '{"nom": "[PERS'),
        _call(1, '{"n": "\\\\[PERSONNE_1\\\\]",'),
        _call(0, "ONNE_1 : h\\u00"),
        _call(0, 'f4pital]", "x": "[IPP'),
        _call(1, ' "m": 1}'),
        _call(0, '_1]"}'),
        _chunk({}, "tool_calls"),
    )
    said: dict[int, str] = {}
    for event in shown:
        for call in json.loads(event[6:])["choices"][0]["delta"].get("tool_calls", []):
            said[call["index"]] = said.get(call["index"], "") + call["function"]["arguments"]
    assert json.loads(said[0]) == {"nom": 'Zoé "Zo" Dû', "x": "800123456"}
    assert json.loads(said[1]) == {"n": 'Zoé "Zo" Dû', "m": 1}


def test_an_added_event_does_not_repeat_a_tools_name() -> None:
    """Clients add up the pieces of a call: its id and name are said once."""
    call = {"index": 2, "id": "c1", "type": "function", "function": {"name": "dpi", "arguments": '{"a": "[PERS'}}
    shown = _streamed(_chunk({"tool_calls": [call]}), _chunk({}, "length"))
    added = json.loads(shown[1][6:])["choices"][0]["delta"]
    assert added == {"tool_calls": [{"index": 2, "function": {"arguments": "[PERS"}}]}


def test_a_message_repeated_beside_deltas_is_restored_whole() -> None:
    """Some servers say all of the text again in each event."""
    event = {"choices": [{"index": 0, "delta": {"content": "[PERS"}, "message": {"content": "x [PERSONNE_1] [PERS"}}]}
    (shown, _) = _streamed(b"data: " + json.dumps(event).encode() + b"\n\n")
    assert json.loads(shown[6:])["choices"][0]["message"]["content"] == 'x Zoé "Zo" Dû [PERS'


def test_a_plain_reply_is_restored_in_every_string_but_its_ids() -> None:
    """Content, reasoning, arguments, unknown fields; ids, model, usage and logprobs stay."""
    body = (
        b'{"id": "[PERSONNE_1]", "model":"[IPP_1]", "choices":[{"index":0, "message":{"role":"assistant",'
        b'"content":"\\u00e9 [PERSONNE_1]","reasoning":"[IPP_1]","tool_calls":[{"id":"[IPP_1]",'
        b'"function":{"name":"dpi","arguments":"{\\"nom\\": \\"[PERSONNE_1]\\"}"}}]},'
        b'"logprobs":{"content":[{"token":"[IPP_1]"}]}}],'
        b'"citations":["[IPP_1]"], "usage":{"prompt_tokens":20,"completion_tokens":5}, "p":NaN }'
    )
    reply = CHAT.reply(MAPPING, "application/json")
    assert reply.feed(body[:50]) == reply.feed(body[50:]) == b""
    expected = (
        body.replace(b"\\u00e9 [PERSONNE_1]", '\\u00e9 Zoé \\"Zo\\" Dû'.encode())
        .replace(b'"reasoning":"[IPP_1]"', b'"reasoning":"800123456"')
        .replace(b'\\"[PERSONNE_1]\\"', '\\"Zoé \\\\\\"Zo\\\\\\" Dû\\"'.encode())
        .replace(b'["[IPP_1]"]', b'["800123456"]')
    )
    assert reply.close() == expected
    assert reply.usage == Usage(20, 5)


def test_a_structured_answer_stays_json_plain_and_streamed() -> None:
    """Content that is JSON itself gets values escaped for it."""
    content = '{"nom": "[PERSONNE_1]", "liste": ["[IPP_1]"]}'
    wanted = {"nom": 'Zoé "Zo" Dû', "liste": ["800123456"]}
    reply = CHAT.reply(MAPPING, "application/json")
    reply.feed(json.dumps({"choices": [{"message": {"content": content}}]}).encode())
    assert json.loads(json.loads(reply.close())["choices"][0]["message"]["content"]) == wanted
    shown = _streamed(*[_chunk({"content": character}) for character in content])
    text = "".join(json.loads(event[6:])["choices"][0]["delta"]["content"] for event in shown)
    assert json.loads(text) == wanted


def test_an_upstream_error_is_restored() -> None:
    """A provider may quote the prompt in its refusal."""
    reply = CHAT.reply(MAPPING, "application/json; charset=utf-8")
    reply.feed(b'{"error":{"message":"Bad [IPP_1]","code":400}}')
    assert reply.close() == b'{"error":{"message":"Bad 800123456","code":400}}'
