"""Mistral chat completions: its chunks, its settings, its error, and replies whose content is a list."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.mapping import Mapping
from avec_proxy.model import Refusal, Role
from avec_proxy.refusals import ERROR_TYPE
from avec_proxy.wire import FORMATS
from avec_proxy.wire.format import WireFormat
from avec_proxy.wire.replies import Usage

MISTRAL = FORMATS["mistral_chat"]
# One upstream may serve every vendor: then the same replies are read as OpenAI's.
READERS = [MISTRAL, FORMATS["openai_chat"]]
MAPPING = Mapping({"PERSONNE_1": 'Zoé "Zo" Dû', "IPP_1": "800123456"})
SIGNATURE = "Ab3dEf6hIj9kLm2nOp5qRs8t" * 20 + "=="

REQUEST: dict[str, Any] = {
    "model": "mistral-medium-latest",
    "stream": True,
    "safe_prompt": False,
    "random_seed": 123456789,
    "min_tokens": 10000,
    "prompt_mode": "reasoning",
    "messages": [
        {"role": "system", "content": [{"type": "text", "text": "Consigne"}]},
        {"role": "user", "content": [{"type": "text", "text": "Patient Zoé"}]},
        {
            "role": "assistant",
            "prefix": True,
            "content": [
                {
                    "type": "thinking",
                    "thinking": [
                        {"type": "text", "text": "Zoé tousse"},
                        {"type": "reference", "reference_ids": [12345]},
                    ],
                    "signature": SIGNATURE,
                    "closed": True,
                },
                {"type": "text", "text": "Chère"},
                {"type": "reference", "reference_ids": [123456, "Zoé"]},
            ],
            "tool_calls": [
                {
                    "id": "null",
                    "index": 0,
                    "type": "function",
                    "function": {"name": "dpi", "arguments": {"nom": "Zoé", "ipp": 800123456}},
                }
            ],
        },
        {"role": "tool", "name": "dpi", "tool_call_id": "Ab3dEf6hI", "content": "IPP 800123456"},
    ],
}


def test_what_is_not_the_formats_own_is_scanned_with_its_speaker() -> None:
    """Chunks of text and of thinking, arguments as an object, references; not signatures, switches, numbers."""
    outbound = MISTRAL.outbound(json.dumps(REQUEST, ensure_ascii=False).encode())
    found = [
        (s.text, label, s.role, s.turn) for s, label in zip(outbound.document.segments, outbound.labels, strict=True)
    ]
    assert found == [
        ("Consigne", "", Role.SYSTEM, 0),
        ("Patient Zoé", "", Role.USER, 1),
        ("Zoé tousse", "", Role.ASSISTANT, 2),
        ("Chère", "", Role.ASSISTANT, 2),
        ("Zoé", "", Role.ASSISTANT, 2),
        ("null", "", Role.ASSISTANT, 2),
        ("dpi", "", Role.ASSISTANT, 2),
        ("nom", "", Role.ASSISTANT, 2),
        ("Zoé", "nom", Role.ASSISTANT, 2),
        ("ipp", "", Role.ASSISTANT, 2),
        ("800123456", "ipp", Role.ASSISTANT, 2),
        ("dpi", "", Role.TOOL, 3),
        ("Ab3dEf6hI", "", Role.TOOL, 3),
        ("IPP 800123456", "", Role.TOOL, 3),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prompt_mode", "Dupont"),
        ("guardrails", [{"Dupont": 1}]),
        ("metadata", {"x": "Dupont"}),
        ("messages", [{"content": [{"type": "thinking", "thinking": [{"type": "Dupont"}]}]}]),
        ("messages", [{"content": [{"type": "thinking", "signature": "Dupont"}]}]),
        ("messages", [{"content": [{"type": "thinking", "thinking": "Dupont"}]}]),
        ("messages", [{"prefix": "Dupont"}]),
        ("tools", [{"type": "document_library", "library_ids": ["Dupont"]}]),
    ],
)
def test_a_value_that_is_not_of_its_declared_shape_is_scanned(field: str, value: object) -> None:
    """Nothing rides along in a field of the format's."""
    segments = MISTRAL.outbound(json.dumps({field: value}).encode()).document.segments
    assert any("Dupont" in s.text for s in segments)


@pytest.mark.parametrize(
    "chunk",
    [
        {"type": "image_url", "image_url": "https://h/x.png"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0K"}},
        {"type": "document_url", "document_url": "https://h/cr.pdf", "document_name": "cr.pdf"},
        {"type": "input_audio", "input_audio": "AAAA"},
        {"type": "file", "file_id": "2f7c9b1e-0000-4000-8000-000000000000"},
        {"type": "thinking", "thinking": [{"type": "image_url", "image_url": "https://h/x.png"}]},
        {"type": "invention", "resource": {"blob": "data:application/pdf;base64,JVBERi0="}},
    ],
)
@pytest.mark.parametrize("wire", READERS, ids=lambda wire: wire.id)
def test_what_cannot_be_read_is_refused(wire: WireFormat, chunk: object) -> None:
    """Images, documents, sound and files, by value or by reference, also inside thinking."""
    with pytest.raises(Refusal) as caught:
        wire.outbound(json.dumps({"messages": [{"role": "user", "content": [chunk]}]}).encode())
    assert caught.value.code.startswith(("attachment_", "file_"))


def test_an_error_has_mistrals_shape() -> None:
    """The SDK shows the body; the message stands at its top."""
    assert json.loads(MISTRAL.error("scan_failed", "Désolé.", 422)) == {
        "object": "error",
        "message": "Désolé.",
        "type": ERROR_TYPE,
        "param": None,
        "code": "scan_failed",
    }


def _chunk(delta: object, finish: str | None = None, **more: object) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + json.dumps({"id": "c", "choices": [choice], **more}, ensure_ascii=False).encode() + b"\n\n"


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _thought(text: str) -> dict[str, Any]:
    return {"type": "thinking", "thinking": [_text(text)]}


def _deltas(wire: WireFormat, *events: bytes, size: int | None = None) -> list[Any]:
    """Return the deltas that a client gets, the stream fed in chunks of `size` bytes."""
    reply = wire.reply(MAPPING, "text/event-stream")
    stream = b"".join(events)
    step = size or len(stream)
    shown = b"".join([reply.feed(stream[at : at + step]) for at in range(0, len(stream), step)]) + reply.close()
    said = [json.loads(event[6:]) for event in shown.decode().split("\n\n")[:-1] if event != "data: [DONE]"]
    return [event["choices"][0]["delta"] for event in said]


@pytest.mark.parametrize("wire", READERS, ids=lambda wire: wire.id)
def test_text_goes_on_from_a_string_to_chunks_and_back(wire: WireFormat) -> None:
    """A placeholder may be cut between two ways of saying content, and between two chunks of one event."""
    deltas = _deltas(
        wire,
        _chunk({"content": "a [PERS"}),
        _chunk({"content": [_text("ONNE"), {"type": "reference", "reference_ids": ["[IPP_1]"]}, _text("_1] b [IP")]}),
        _chunk({"content": "P_1]"}),
        _chunk({"content": ""}, "stop"),
    )
    assert deltas == [
        {"content": "a "},
        {"content": [_text(""), {"type": "reference", "reference_ids": ["[IPP_1]"]}, _text('Zoé "Zo" Dû b ')]},
        {"content": "800123456"},
        {"content": ""},
    ]


@pytest.mark.parametrize("wire", READERS, ids=lambda wire: wire.id)
def test_what_is_held_of_thinking_goes_out_before_the_answer(wire: WireFormat) -> None:
    """Thinking that ends on a bracket is whole before the first word that is said; signatures stay."""
    deltas = _deltas(
        wire,
        _chunk({"role": "assistant", "content": [_thought("[PERS")]}),
        _chunk({"content": [_thought("ONNE_1] et [PERS")]}),
        _chunk({"content": [{**_thought(""), "signature": "[IPP_1]", "closed": True}]}),
        _chunk({"content": [_text("[IPP_1] va")]}),
        _chunk({}, "stop"),
        b"data: [DONE]\n\n",
    )
    assert deltas == [
        {"role": "assistant", "content": [_thought("")]},
        {"content": [_thought('Zoé "Zo" Dû et ')]},
        {"content": [{**_thought(""), "signature": "[IPP_1]", "closed": True}]},
        {"content": [_thought("[PERS")]},
        {"content": [_text("800123456 va")]},
        {},
    ]


def test_thinking_and_answer_in_one_event_keep_their_places() -> None:
    """The thinking ends where it stands; only the answer may still be held."""
    deltas = _deltas(
        MISTRAL, _chunk({"content": [_thought("x [PERS"), _text("y [PERS")]}), _chunk({"content": "ONNE_1]"})
    )
    assert deltas == [{"content": [_thought("x [PERS"), _text("y ")]}, {"content": 'Zoé "Zo" Dû'}]


@pytest.mark.parametrize("wire", READERS, ids=lambda wire: wire.id)
def test_arguments_are_restored_as_a_string_in_pieces_and_as_an_object(wire: WireFormat) -> None:
    """An object comes whole: nothing of it is held, its keys are restored too."""
    name = {"id": "c1", "index": 0}
    deltas = _deltas(
        wire,
        _chunk({"tool_calls": [{**name, "function": {"name": "dpi", "arguments": '{"nom": "[PERS'}}]}),
        _chunk({"tool_calls": [{"index": 0, "function": {"arguments": 'ONNE_1]"}'}}]}),
        _chunk(
            {
                "tool_calls": [
                    {"index": 1, "function": {"name": "[IPP_1]", "arguments": {"[IPP_1]": ["[PERSONNE_1]", "[PERS"]}}}
                ]
            },
            "tool_calls",
        ),
    )
    calls = [delta["tool_calls"][0]["function"] for delta in deltas]
    assert json.loads(calls[0]["arguments"] + calls[1]["arguments"]) == {"nom": 'Zoé "Zo" Dû'}
    assert calls[2] == {"name": "[IPP_1]", "arguments": {"800123456": ['Zoé "Zo" Dû', "[PERS"]}}
    assert len(calls) == 3


def test_a_plain_reply_is_restored_in_its_chunks() -> None:
    """Text and thinking; types, references and signatures stay; the tokens are counted."""
    content = [{**_thought("[PERSONNE_1]"), "signature": "[IPP_1]"}, _text("[IPP_1]"), {"reference_ids": ["[IPP_1]"]}]
    body = {
        "id": "[IPP_1]",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14},
    }
    reply = MISTRAL.reply(MAPPING, "application/json")
    reply.feed(json.dumps(body).encode())
    body["choices"][0]["message"]["content"] = [  # type: ignore[index]
        {**_thought('Zoé "Zo" Dû'), "signature": "[IPP_1]"},
        _text("800123456"),
        {"reference_ids": ["[IPP_1]"]},
    ]
    assert json.loads(reply.close()) == body
    assert reply.usage == Usage(10, 4)


_PIECES = st.lists(
    st.tuples(
        st.sampled_from(["string", "chunk", "thinking"]),
        st.sampled_from(["[PERSONNE_1]", "[PERS", "ONNE_1]", "[", "]", "é😀", "\\", '"', "x "]),
    ),
    max_size=12,
)


@given(_PIECES, st.integers(1, 40))
def test_thoughts_and_words_add_up_in_order_in_any_chunks(pieces: list[tuple[str, str]], size: int) -> None:
    """Each stretch of thinking and of answer reads as if it had been restored whole."""
    written = {"string": lambda t: t, "chunk": lambda t: [_text(t)], "thinking": lambda t: [_thought(t)]}
    pieces = [("string", "x"), *pieces]
    events = [_chunk({"content": written[how](text)}) for how, text in pieces]
    deltas = _deltas(MISTRAL, *events, _chunk({}, "stop"), size=size)
    assert deltas == _deltas(MISTRAL, *events, _chunk({}, "stop"))
    said = [part for delta in deltas if "content" in delta for part in _parts(delta["content"])]
    assert _stretches(said) == [
        (kind, MAPPING.restore(text))
        for kind, text in _stretches([("thinking" if how == "thinking" else "text", text) for how, text in pieces])
    ]


def _parts(content: Any) -> list[tuple[str, str]]:
    if isinstance(content, str):
        return [("text", content)]
    return [
        ("thinking", chunk["thinking"][0]["text"]) if "thinking" in chunk else ("text", chunk["text"])
        for chunk in content
    ]


def _stretches(parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    stretches: list[tuple[str, str]] = []
    for kind, text in parts:
        if text and stretches and stretches[-1][0] == kind:
            stretches[-1] = (kind, stretches[-1][1] + text)
        elif text:
            stretches.append((kind, text))
    return stretches
