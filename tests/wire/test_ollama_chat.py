"""Ollama's chat and generate: what of a request is scanned, and how its lines come back."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.mapping import Mapping
from avec_proxy.model import Refusal, Role
from avec_proxy.refusals import ERROR_TYPE
from avec_proxy.wire import FORMATS
from avec_proxy.wire.ndjson import LineReader
from avec_proxy.wire.replies import StreamReply, Usage
from tests.wire.readings import found, hidden

OLLAMA = FORMATS["ollama_chat"]
MAPPING = Mapping({"PERSONNE_1": 'Zoé "Zo" Dû', "IPP_1": "800123456"})
NDJSON = "application/x-ndjson"

CHAT: dict[str, Any] = {
    "model": "hf.co/x/mistral-small:24b-q4_K_M",
    "stream": True,
    "keep_alive": "10m",
    "think": "high",
    "options": {"num_ctx": 131072, "seed": 123456789, "temperature": 0.25, "stop": ["Zoé"], "demain": "Zoé"},
    "format": {"type": "object", "properties": {"nom": {"type": "string", "description": "Nom de Zoé"}}},
    "messages": [
        {"role": "system", "content": "Consigne"},
        {"role": "user", "content": "Patient Zoé", "images": []},
        {
            "role": "assistant",
            "content": "",
            "thinking": "Zoé tousse",
            "tool_calls": [
                {"id": "call_1", "function": {"index": 0, "name": "dpi", "arguments": {"nom": "Zoé", "ipp": 800123456}}}
            ],
        },
        {"role": "tool", "tool_name": "dpi", "content": "IPP 800123456"},
    ],
    "tools": [{"type": "function", "function": {"name": "dpi", "description": "Cherche", "parameters": {}}}],
}
GENERATE: dict[str, Any] = {
    "model": "m",
    "prompt": "Patient Zoé",
    "suffix": "fin",
    "system": "Consigne",
    "template": "{{ .Prompt }}",
    "raw": False,
    "keep_alive": 300000,
    "context": [],
    "format": "json",
}


def _found(value: object) -> list[tuple[str, str, Role, int, bool]]:
    return found(OLLAMA, value)


def test_a_chat_is_scanned_with_its_speakers() -> None:
    """Texts, thinking, arguments, the wanted format, stop words; not settings nor their numbers."""
    other = (Role.OTHER, -1)
    assert _found(CHAT) == [
        ("Zoé", "", *other, False),
        ("demain", "", *other, False),
        ("Zoé", "demain", *other, False),
        ("nom", "", *other, False),
        ("Nom de Zoé", "", *other, False),
        ("Consigne", "", Role.SYSTEM, 0, False),
        ("Patient Zoé", "", Role.USER, 1, False),
        ("Zoé tousse", "", Role.ASSISTANT, 2, False),
        ("call_1", "", Role.ASSISTANT, 2, False),
        ("dpi", "", Role.ASSISTANT, 2, True),
        ("nom", "", Role.ASSISTANT, 2, False),
        ("Zoé", "nom", Role.ASSISTANT, 2, False),
        ("ipp", "", Role.ASSISTANT, 2, False),
        ("800123456", "ipp", Role.ASSISTANT, 2, False),
        ("dpi", "", Role.TOOL, 3, True),
        ("IPP 800123456", "", Role.TOOL, 3, False),
        ("dpi", "", *other, True),
        ("Cherche", "", *other, False),
    ]


def test_a_generate_is_scanned_with_its_speakers() -> None:
    """The prompt is the user's, the system text is the application's."""
    assert _found(GENERATE) == [
        ("Patient Zoé", "", Role.USER, 0, False),
        ("fin", "", Role.OTHER, -1, False),
        ("Consigne", "", Role.SYSTEM, -1, False),
        ("{{ .Prompt }}", "", Role.OTHER, -1, False),
    ]


def test_hiding_changes_the_values_and_nothing_else() -> None:
    """The body that leaves is the body that came, with placeholders."""
    body = json.dumps(CHAT, indent=1).encode()
    assert hidden(OLLAMA, body) == body.replace(b"Zo\\u00e9", b"[PERSONNE_1]")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", "Jean Dupont"),
        ("keep_alive", "Dupont"),
        ("think", "Dupont"),
        ("format", "Dupont"),
        ("format", {"enum": ["Dupont"]}),
        ("format", {"properties": {"Dupont": {}}}),
        ("options", {"Dupont": 1}),
        ("options", {"seed": "Dupont"}),
        ("stream", "Dupont"),
        ("prompt", {"x": "Dupont"}),
        ("messages", "Dupont"),
        ("messages", ["Dupont"]),
        ("messages", [{"role": "Dupont"}]),
        ("messages", [{"tool_calls": [{"function": {"arguments": {"Dupont": 1}}}]}]),
        ("tools", [{"function": {"parameters": {"properties": {"Dupont": {}}}}}]),
    ],
)
def test_a_value_that_is_not_of_its_declared_shape_is_scanned(field: str, value: object) -> None:
    """Nothing rides along in a field of the format's."""
    assert any("Dupont" in text for text, *_ in _found({field: value}))


@pytest.mark.parametrize(
    "value",
    [
        {"messages": [{"role": "user", "content": "x", "images": ["iVBORw0K"]}]},
        {"prompt": "x", "images": ["iVBORw0K"]},
        {"prompt": "x", "context": [1, 2, 3]},
        {"prompt": "x", "context": "AQID"},
        {"prompt": "data:image/png;base64,iVBORw0K"},
    ],
)
def test_what_cannot_be_read_is_refused(value: object) -> None:
    """Images, and an earlier conversation as tokens."""
    with pytest.raises(Refusal) as caught:
        _found(value)
    assert caught.value.code.startswith(("attachment_", "file_"))


def test_absent_attachments_are_no_attachments() -> None:
    """Clients write null and [] for what is not there."""
    assert len(_found({"prompt": "x", "images": None, "context": None, "messages": [{"images": []}]})) == 1


def test_an_error_has_ollamas_shape() -> None:
    """The SDK shows `error`, a sentence; code and type stand beside it."""
    assert json.loads(OLLAMA.error("scan_failed", "Désolé.", 422)) == {
        "error": "Désolé.",
        "code": "scan_failed",
        "type": ERROR_TYPE,
    }


def _line(said: dict[str, Any], *, done: bool = False, **more: object) -> bytes:
    line = {"model": "m", "created_at": "2026-11-23T10:00:00Z", **said, "done": done, **more}
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _chat(content: str = "", **more: object) -> dict[str, Any]:
    return {"message": {"role": "assistant", "content": content, **more}}


def _fed(stream: bytes, size: int | None = None, mapping: Mapping = MAPPING) -> bytes:
    reply = OLLAMA.reply(mapping, NDJSON)
    step = size or max(1, len(stream))
    return b"".join([reply.feed(stream[at : at + step]) for at in range(0, len(stream), step)]) + reply.close()


def _values(*lines: bytes, size: int | None = None) -> list[Any]:
    return [json.loads(line) for line in _fed(b"".join(lines), size).splitlines()]


def test_a_placeholder_cut_over_lines_is_restored_in_the_last() -> None:
    """Exact bytes: only the strings that change are written anew; the lines stay, in number and order."""
    first = b'{"model": "m",  "message":{"role":"assistant","content":"\\u00e9 [PERS"},"done":false}\r\n'
    second = b'{"message":{"content":"ONNE_1 : x], "} , "done":false, "n":1.0}\n'
    reply = OLLAMA.reply(MAPPING, NDJSON + "; charset=utf-8")
    assert reply.feed(first) == first.replace(b"\\u00e9 [PERS", "é ".encode())
    assert reply.feed(second) == second.replace(b"ONNE_1 : x], ", 'Zoé \\"Zo\\" Dû, '.encode())
    assert reply.close() == b""


def test_lines_that_hold_no_text_pass_byte_for_byte() -> None:
    """Empty lines, names, times, tokens, counts, what is no JSON."""
    stream = (
        b"\n"
        b'{"model":"[PERSONNE_1]","created_at":"[IPP_1]","remote_model":"[IPP_1]","message":{"role":"[IPP_1]"}}\r\n'
        b"pas du JSON [PERSONNE_1]\n"
        b'["[PERSONNE_1]"\n'
        b'{"message":{"tool_calls":[{"id":"[IPP_1]","function":{"name":"[IPP_1]","arguments":{}}}]}}\n'
        b'{"response":"","logprobs":[{"token":"[PERSONNE_1]"}],"done":false}\n'
        b'{"response":"","done":true,"done_reason":"[IPP_1]","context":[1,2],"prompt_eval_count":26,"eval_count":9}'
    )
    reply = OLLAMA.reply(MAPPING, NDJSON)
    assert reply.feed(stream) + reply.close() == stream
    assert reply.usage == Usage(26, 9)
    cut = _line(_chat("a [PERS")) + _line(_chat("ONNE_1]"))
    assert _fed(cut, 3, Mapping()) == cut


def test_a_held_tail_goes_out_in_the_done_line() -> None:
    """No line is added where the last one has the field."""
    shown = _values(_line(_chat("a [PERS")), _line(_chat(""), done=True, eval_count=3))
    assert [line["message"]["content"] for line in shown] == ["a ", "[PERS"]
    assert shown[1]["done"] is True
    said = _values(_line({"response": "a [PERS"}), _line({"response": ""}, done=True))
    assert [line["response"] for line in said] == ["a ", "[PERS"]


@pytest.mark.parametrize("ending", [b'{"done":true}\n', b'{"error":"x"}\n', b""])
def test_a_held_tail_goes_out_before_the_end_in_a_line_of_its_own(ending: bytes) -> None:
    """Before a last line without the field, before an error, or at the end of a stream cut short."""
    shown = _fed(_line(_chat("a [PERS")) + ending).splitlines(keepends=True)
    assert json.loads(shown[1]) == {"model": "m", "created_at": "2026-11-23T10:00:00Z", **_chat("[PERS"), "done": False}
    assert b"".join(shown[2:]) == ending
    said = _fed(_line({"response": "a [PERS", "context": [1]}) + ending).splitlines()
    assert json.loads(said[1]) == {
        "model": "m",
        "created_at": "2026-11-23T10:00:00Z",
        "response": "[PERS",
        "done": False,
    }


def test_a_stream_cut_in_a_line_loses_nothing() -> None:
    """A last line without its end is restored, and a held tail comes after it as a line; before a broken one."""
    whole = _line(_chat("[IPP_1] [PERS")).rstrip()
    shown = _fed(whole).splitlines()
    assert shown[0] == whole.replace(b"[IPP_1] [PERS", b"800123456 ")
    assert json.loads(shown[1])["message"]["content"] == "[PERS"
    assert b"" not in shown
    broken = _line(_chat("a [PERS")) + b'{"message":{"con'
    assert json.loads(_fed(broken, 9).splitlines()[1])["message"]["content"] == "[PERS"
    assert _fed(broken, 9).splitlines()[2] == b'{"message":{"con'


@pytest.mark.parametrize("generate", [False, True])
def test_what_is_held_of_thinking_goes_out_before_the_answer(generate: bool) -> None:
    """In the line that begins the answer if it has the field, else in one of its own."""

    def said(content: str, **thinking: str) -> dict[str, Any]:
        return {"response": content, **thinking} if generate else _chat(content, **thinking)

    shown = _values(
        _line(said("", thinking="[PERSONNE_1] et [PERS")),
        _line(said("[IPP_")),
        _line(said("1] va")),
        _line(said("", thinking="x [IPP")),
        _line(said(" !", thinking="_1]")),
        _line(said(""), done=True),
    )
    flat = [line if generate else line["message"] for line in shown]
    name = "response" if generate else "content"
    assert [(line[name], line.get("thinking")) for line in flat] == [
        ("", 'Zoé "Zo" Dû et '),
        ("", "[PERS"),
        ("", None),
        ("800123456 va", None),
        ("", "x "),
        (" !", "800123456"),
        ("", None),
    ]


def test_arguments_are_restored_as_an_object() -> None:
    """Values, nested ones and keys, each whole in its line; the tool's name stays."""
    arguments = {"[IPP_1]": ["[PERSONNE_1]", {"n": "x [PERS"}], "n": 1}
    call = {"id": "[IPP_1]", "function": {"name": "[IPP_1]", "arguments": arguments}}
    shown = _values(_line(_chat("", tool_calls=[call])), _line(_chat(""), done=True))
    assert shown[0]["message"]["tool_calls"] == [
        {**call, "function": {"name": "[IPP_1]", "arguments": {"800123456": ['Zoé "Zo" Dû', {"n": "x [PERS"}], "n": 1}}}
    ]
    assert len(shown) == 2


def test_a_plain_reply_is_restored_and_counted() -> None:
    """Content, thinking, arguments and what is new; names, times and tokens stay."""
    call = {"function": {"name": "dpi", "arguments": {"nom": "[PERSONNE_1]"}}}
    body = _line(
        {"message": {"role": "assistant", "content": "[PERSONNE_1]", "thinking": "[IPP_1]", "tool_calls": [call]}},
        done=True,
        done_reason="[IPP_1]",
        demain="[IPP_1]",
        prompt_eval_count=20,
        eval_count=5,
    )
    reply = OLLAMA.reply(MAPPING, "application/json; charset=utf-8")
    assert reply.feed(body) == b""
    value = json.loads(reply.close())
    assert value["message"] == {
        "role": "assistant",
        "content": 'Zoé "Zo" Dû',
        "thinking": "800123456",
        "tool_calls": [{"function": {"name": "dpi", "arguments": {"nom": 'Zoé "Zo" Dû'}}}],
    }
    assert (value["done_reason"], value["demain"]) == ("[IPP_1]", "800123456")
    assert reply.usage == Usage(20, 5)


def test_an_error_is_restored_plain_and_in_a_stream() -> None:
    """A server may quote the prompt in its refusal."""
    assert _fed(b'{"error":"Bad [IPP_1]"}\n') == b'{"error":"Bad 800123456"}\n'
    reply = OLLAMA.reply(MAPPING, "application/json")
    reply.feed(b'{"error":"Bad [IPP_1]"}')
    assert reply.close() == b'{"error":"Bad 800123456"}'


def test_a_structured_answer_stays_json() -> None:
    """Content that is JSON itself gets values escaped for it, a character a line."""
    content = '{"nom": "[PERSONNE_1]", "liste": ["[IPP_1]"]}'
    shown = _values(*[_line(_chat(character)) for character in content], _line(_chat(""), done=True))
    text = "".join(line["message"]["content"] for line in shown)
    assert json.loads(text) == {"nom": 'Zoé "Zo" Dû', "liste": ["800123456"]}


_PIECES = st.lists(
    st.sampled_from(["[PERSONNE_1]", "[PERS", "ONNE_1]", "[IPP_1 : x]", "[", "]", "é😀", "\\", '"', "x "]), max_size=12
)


@given(_PIECES, st.booleans(), st.booleans(), st.integers(1, 40))
def test_a_stream_is_the_same_in_any_chunks(pieces: list[str], generate: bool, ascii_only: bool, size: int) -> None:
    """The text that a client adds up is the restored whole, line by line as the lines came."""
    said = ["x", *pieces, ""]
    lines = [{"response": piece} if generate else _chat(piece) for piece in said]
    stream = b"".join(
        json.dumps({**line, "done": n == len(said) - 1}, ensure_ascii=ascii_only).encode() + b"\n"
        for n, line in enumerate(lines)
    )
    shown = _fed(stream, size)
    assert shown == _fed(stream)
    values = [json.loads(line) for line in shown.splitlines()]
    assert len(values) == len(said)
    text = "".join(value["response"] if generate else value["message"]["content"] for value in values)
    assert text == MAPPING.restore("".join(said))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["[PERSONNE_1]", "x", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["message", "content", "response", "thinking", "done", "error", "tool_calls", "arguments"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(st.lists(_JSON, max_size=5), st.integers(1, 30))
def test_lines_of_any_shape_pass(values: list[Any], size: int) -> None:
    """Whatever the JSON is, nothing raises and each line stays one."""
    stream = b"".join(json.dumps(value).encode() + b"\n" for value in values)
    shown = _values(*[stream], size=size)
    assert len(shown) == len(values)


@given(st.binary(max_size=60), st.integers(1, 9))
def test_bytes_of_any_kind_pass(body: bytes, size: int) -> None:
    """What is no JSON comes through as it is."""
    assert _fed(body, size) == body


def _raise(*_args: object) -> Any:
    raise RuntimeError


@pytest.mark.parametrize("part", ["fields", "ends", "carrier", "counted"])
def test_no_method_raises_whatever_the_dialect_does(part: str) -> None:
    """Each part may fail on any line: the stream goes on and its lines are all there."""
    assert OLLAMA.dialect is not None
    reply = StreamReply(replace(OLLAMA.dialect, **{part: _raise}), MAPPING, LineReader())
    stream = _line(_chat("a [PERS")) + _line(_chat("ONNE_1]")) + _line(_chat("[PERS")) + b'{"done":true}\n'
    shown = b"".join([reply.feed(stream[at : at + 7]) for at in range(0, len(stream), 7)]) + reply.close()
    assert shown.count(b"\n") >= stream.count(b"\n")
