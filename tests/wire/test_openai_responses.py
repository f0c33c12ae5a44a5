"""OpenAI responses: what of a request is scanned, and what leans on the provider's memory."""

import json
from typing import Any

import pytest

from avec_proxy.model import Refusal, Role
from avec_proxy.refusals import ERROR_TYPE
from avec_proxy.wire import FORMATS
from avec_proxy.wire.segments import Outbound
from tests.wire.readings import found, hidden

RESPONSES = FORMATS["openai_responses"]
SEALED_TEXT = "gAAAAABo" + "Ab3dEf6hIj9kLm2n-_" * 30 + "=="

REQUEST: dict[str, Any] = {
    "model": "gpt-5",
    "stream": True,
    "store": False,
    "background": False,
    "previous_response_id": None,
    "conversation": None,
    "instructions": "Consigne",
    "max_output_tokens": 123456,
    "include": ["reasoning.encrypted_content"],
    "reasoning": {"effort": "low", "summary": "auto"},
    "text": {"format": {"type": "json_schema", "name": "r", "schema": {"type": "object"}}, "verbosity": "low"},
    "input": [
        {"role": "user", "content": "Patient Zoé"},
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "Bref"}]},
        {
            "type": "reasoning",
            "id": "rs_68f0a1b2c3d4e5f60718293a4b5c6d7e",
            "summary": [{"type": "summary_text", "text": "Penser à Zoé"}],
            "encrypted_content": SEALED_TEXT,
        },
        {
            "type": "function_call",
            "call_id": "call_Ab3dEf6hIj9kLm2nOp5qRs8t",
            "name": "dpi",
            "arguments": '{"nom":"Zoé","ipp":800123456}',
            "status": "completed",
        },
        {"type": "function_call_output", "call_id": "call_Ab3dEf6hIj9kLm2nOp5qRs8t", "output": "IPP 800123456"},
        {
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [
                {
                    "type": "output_text",
                    "text": "Vu",
                    "annotations": [
                        {"type": "url_citation", "url": "h", "title": "t", "start_index": 12345, "end_index": 1}
                    ],
                }
            ],
        },
    ],
    "tools": [
        {
            "type": "function",
            "name": "dpi",
            "description": "Cherche",
            "parameters": {"type": "object", "properties": {"nom": {"type": "string", "enum": ["Zoé"]}}},
        }
    ],
    "tool_choice": {"type": "function", "name": "dpi"},
    "prompt": {"id": "pmpt_68f0a1b2c3d4e5f60718293a", "variables": {"patient": "Zoé"}},
    "champ_de_demain": {"ipp": 800123456},
}


def _out(value: object) -> Outbound:
    return RESPONSES.outbound(json.dumps(value, ensure_ascii=False).encode())


def _refused(value: object) -> str:
    with pytest.raises(Refusal) as caught:
        _out(value)
    return caught.value.code


def test_what_is_not_the_formats_own_is_scanned_with_its_speaker() -> None:
    """Instructions, items, arguments, schemas, variables and a field that nobody knows yet, each in its place."""
    assert found(RESPONSES, REQUEST) == [
        ("Consigne", "", Role.SYSTEM, -1, False),
        ("r", "", Role.OTHER, -1, True),
        ("Patient Zoé", "", Role.USER, 0, False),
        ("Bref", "", Role.SYSTEM, 1, False),
        ("Penser à Zoé", "", Role.ASSISTANT, 2, False),
        ("dpi", "", Role.ASSISTANT, 3, True),
        ("nom", "", Role.ASSISTANT, 3, False),
        ("Zoé", "nom", Role.ASSISTANT, 3, False),
        ("ipp", "", Role.ASSISTANT, 3, False),
        ("800123456", "ipp", Role.ASSISTANT, 3, False),
        ("IPP 800123456", "", Role.TOOL, 4, False),
        ("Vu", "", Role.ASSISTANT, 5, False),
        ("h", "", Role.ASSISTANT, 5, False),
        ("t", "", Role.ASSISTANT, 5, False),
        ("dpi", "", Role.OTHER, -1, True),
        ("Cherche", "", Role.OTHER, -1, False),
        ("nom", "", Role.OTHER, -1, False),
        ("Zoé", "", Role.OTHER, -1, False),
        ("dpi", "", Role.OTHER, -1, True),
        ("patient", "", Role.OTHER, -1, False),
        ("Zoé", "patient", Role.OTHER, -1, False),
        ("champ_de_demain", "", Role.OTHER, -1, False),
        ("ipp", "", Role.OTHER, -1, False),
        ("800123456", "ipp", Role.OTHER, -1, False),
    ]


def test_hiding_changes_the_values_and_nothing_else() -> None:
    """The body that leaves is the body that came, with placeholders; encrypted content goes byte for byte."""
    body = json.dumps(REQUEST, indent=1).encode()
    sent = hidden(RESPONSES, body)
    assert sent == body.replace(b"Zo\\u00e9", b"[PERSONNE_1]").replace(b"Zo\\\\u00e9", b"[PERSONNE_1]")
    assert SEALED_TEXT.encode() in sent


def test_an_input_that_is_one_string_is_the_users_first_turn() -> None:
    """The shortest request that there is."""
    (segment,) = _out({"model": "m", "input": "Patient Zoé"}).document.segments
    assert (segment.text, segment.role, segment.turn) == ("Patient Zoé", Role.USER, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", "Jean Dupont"),
        ("instructions", "Dupont"),
        ("tool_choice", "Dupont"),
        ("user", "Dupont"),
        ("truncation", "Dupont"),
        ("include", ["Dupont"]),
        ("metadata", {"a": "Dupont"}),
        ("reasoning", {"effort": "Dupont"}),
        ("text", {"format": {"type": "Dupont"}}),
        ("prompt", {"id": "Dupont"}),
        ("prompt", {"variables": {"p": {"type": "input_text", "text": "Dupont"}}}),
        ("input", [{"role": "Dupont"}]),
        ("input", ["Dupont"]),
        ("input", [{"type": "Dupont"}]),
        ("input", [{"role": "user", "content": [{"type": "Dupont"}]}]),
        ("input", [{"type": "reasoning", "encrypted_content": "Dupont"}]),
        ("input", [{"type": "custom_tool_call", "call_id": "Dupont", "input": "x"}]),
        ("input", [{"type": "custom_tool_call", "input": "Dupont"}]),
        ("input", [{"type": "function_call_output", "output": [{"type": "input_text", "text": "Dupont"}]}]),
        ("input", [{"type": "file_search_call", "queries": ["Dupont"]}]),
        ("input", [{"type": "file_search_call", "results": [{"text": "Dupont"}]}]),
        ("input", [{"type": "web_search_call", "action": {"type": "search", "query": "Dupont"}}]),
        ("input", [{"type": "code_interpreter_call", "outputs": [{"type": "logs", "logs": "Dupont"}]}]),
        ("input", [{"type": "shell_call_output", "output": [{"stdout": "Dupont"}]}]),
        ("input", [{"type": "apply_patch_call", "operation": {"type": "update_file", "diff": "Dupont"}}]),
        ("input", [{"type": "mcp_call", "output": "Dupont"}]),
        ("input", [{"type": "tool_search_call", "arguments": {"Dupont": 1}}]),
        ("input", [{"type": "invention", "champ": ["Dupont"]}]),
        ("tools", [{"type": "mcp", "headers": {"x": "Dupont"}}]),
        ("tools", [{"type": "file_search", "filters": {"key": "nom", "value": "Dupont"}}]),
        ("tools", [{"parameters": {"properties": {"Dupont": {}}}}]),
    ],
)
def test_a_value_that_is_not_of_its_declared_shape_is_scanned(field: str, value: object) -> None:
    """Nothing rides along in a field of the format's."""
    assert any("Dupont" in s.text for s in _out({field: value}).document.segments)


@pytest.mark.parametrize(
    "part",
    [
        {"type": "input_image", "image_url": "https://h/x.png"},
        {"type": "input_image", "file_id": "file-1"},
        {"type": "input_file", "file_id": "file-1"},
        {"type": "input_file", "file_url": "https://h/x.pdf"},
        {"type": "input_file", "filename": "cr.pdf", "file_data": "data:application/pdf;base64,JVBERi0="},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
    ],
)
def test_what_cannot_be_read_is_refused(part: object) -> None:
    """Images, sound and files, by value or by reference, said by the user or by a tool."""
    assert _refused({"input": [{"role": "user", "content": [part]}]}).startswith(("attachment_", "file_"))
    assert _refused({"input": [{"type": "function_call_output", "output": [part]}]}).startswith(
        ("attachment_", "file_")
    )
    assert _refused({"input": [{"type": "computer_call_output", "output": part}]}).startswith(("attachment_", "file_"))
    assert _refused({"prompt": {"variables": {"p": part}}}).startswith(("attachment_", "file_"))


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "code_interpreter", "container": {"type": "auto", "file_ids": ["file-1"]}},
        {"type": "image_generation", "input_image_mask": {"file_id": "file-1"}},
    ],
)
def test_a_tools_files_are_refused(tool: object) -> None:
    """What a tool is given to read was never scanned."""
    assert _refused({"tools": [tool]}) == "attachment_unreadable"


@pytest.mark.parametrize(
    "more",
    [
        {"previous_response_id": "resp_1"},
        {"previous_response_id": ""},
        {"conversation": "conv_1"},
        {"conversation": {"id": "conv_1"}},
        {"background": True},
        {"background": "true"},
        {"input": [{"type": "item_reference", "id": "msg_1"}]},
        {"input": [{"id": "msg_1"}]},
        {"input": [{"role": "user", "content": "a"}, {"type": "compaction", "encrypted_content": SEALED_TEXT}]},
    ],
)
def test_what_leans_on_a_history_kept_elsewhere_is_refused(more: dict[str, Any]) -> None:
    """The mapping lives with its request: what is not in it cannot be restored, nor its numbers kept apart."""
    assert _refused({"model": "m", "input": "a", **more}) == "history_elsewhere"


def test_a_response_may_be_stored() -> None:
    """It is stored as it left, with its placeholders."""
    assert [s.text for s in _out({"input": "a", "store": True, "background": False}).document.segments] == ["a"]


def test_an_error_has_openais_shape() -> None:
    """SDKs read message, type and code."""
    assert json.loads(RESPONSES.error("history_elsewhere", "Désolé.", 422)) == {
        "error": {"message": "Désolé.", "type": ERROR_TYPE, "param": None, "code": "history_elsewhere"}
    }
