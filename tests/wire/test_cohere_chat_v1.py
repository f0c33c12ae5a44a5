"""Cohere's chat, version 1: what of a request is scanned, how lines and citations come back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.mapping import Mapping
from avec_proxy.model import Refusal, Role
from avec_proxy.wire import FORMATS
from avec_proxy.wire.replies import Usage
from tests.wire.readings import found

COHERE = FORMATS["cohere_chat_v1"]
MAPPING = Mapping({"PERSONNE_1": 'Zoé "Zo" Dû', "IPP_1": "800123456"})


def test_every_text_is_scanned_with_who_speaks() -> None:
    """The message is the last turn; its history, documents and a tool's results are scanned key by key."""
    texts = found(
        COHERE,
        {
            "model": "command-r-08-2024",
            "message": "Patient Zoé",
            "preamble": "Consigne",
            "chat_history": [
                {"role": "USER", "message": "avant"},
                {"role": "CHATBOT", "message": "oui", "tool_calls": [{"name": "dpi", "parameters": {"nom": "Zoé"}}]},
            ],
            "documents": [{"id": "d1", "texte": "né le 01/02/1950"}],
            "tool_results": [{"call": {"name": "dpi", "parameters": {}}, "outputs": [{"ipp": "800123456"}]}],
            "tools": [
                {
                    "name": "dpi",
                    "description": "Cherche",
                    "parameter_definitions": {"nom": {"description": "Nom", "type": "str", "required": True}},
                }
            ],
            "max_tokens": 123456,
        },
    )
    spoken = [(text, role, turn) for text, _, role, turn, _ in texts]
    for expected in (
        ("Patient Zoé", Role.USER, 2),
        ("Consigne", Role.SYSTEM, -1),
        ("avant", Role.USER, 0),
        ("oui", Role.ASSISTANT, 1),
        ("Zoé", Role.ASSISTANT, 1),
        ("né le 01/02/1950", Role.TOOL, -1),
        ("800123456", Role.TOOL, -1),
        ("Cherche", Role.OTHER, -1),
        ("Nom", Role.OTHER, -1),
    ):
        assert expected in spoken
    assert not {"123456", "str", "USER", "command-r-08-2024"} & {text for text, *_ in texts}


def test_a_conversation_kept_elsewhere_is_refused() -> None:
    """Its placeholders would be numbered anew."""
    with pytest.raises(Refusal) as refused:
        COHERE.outbound(b'{"message": "x", "conversation_id": "c1"}')
    assert refused.value.code == "history_elsewhere"


def _lines(values: list[dict[str, Any]], *, ascii_only: bool = False) -> bytes:
    return b"".join(json.dumps(value, ensure_ascii=ascii_only).encode() + b"\n" for value in values)


def _fed(stream: bytes, size: int | None = None, media: str = "application/stream+json") -> bytes:
    reply = COHERE.reply(MAPPING, media)
    step = size or max(1, len(stream))
    return b"".join([reply.feed(stream[at : at + step]) for at in range(0, len(stream), step)]) + reply.close()


def _said(text: str) -> dict[str, Any]:
    return {"is_finished": False, "event_type": "text-generation", "text": text}


def test_a_plain_answer_and_its_citations_are_restored() -> None:
    """A citation marks the same words as before."""
    text = "Mme [PERSONNE_1] va bien"
    value = {
        "text": text,
        "generation_id": "[IPP_1]",
        "citations": [{"start": 17, "end": 24, "text": "va bien", "document_ids": ["[IPP_1]"]}],
        "tool_calls": [{"name": "[IPP_1]", "parameters": {"[PERSONNE_1]": "[IPP_1]"}}],
        "meta": {"billed_units": {"input_tokens": 3, "output_tokens": 4}},
    }
    reply = COHERE.reply(MAPPING, "application/json")
    reply.feed(json.dumps(value).encode())
    shown = json.loads(reply.close())
    (citation,) = shown["citations"]
    assert shown["text"][citation["start"] : citation["end"]] == "va bien"
    assert citation["document_ids"] == ["800123456"]
    assert shown["tool_calls"] == [{"name": "[IPP_1]", "parameters": {'Zoé "Zo" Dû': "800123456"}}]
    assert shown["generation_id"] == "[IPP_1]"
    assert reply.usage == Usage(3, 4)


_PIECES = st.lists(
    st.sampled_from(["[PERSONNE_1]", "[PERS", "ONNE_1]", "[IPP_1 : x]", "[", "]", "é😀", "\\", '"', "x "]), max_size=10
)


@given(_PIECES, st.booleans(), st.integers(1, 60))
def test_a_stream_is_the_same_in_any_chunks(pieces: list[str], ascii_only: bool, size: int) -> None:
    """Pieces add up to the whole that the last line says again; its citation marks the same characters."""
    said = ["x", *pieces]
    whole = "".join(said)
    citation = {"start": 0, "end": len(whole), "text": whole, "document_ids": ["d"]}
    response = {"text": whole, "citations": [citation], "meta": {"tokens": {"input_tokens": 3, "output_tokens": 4}}}
    values: list[dict[str, Any]] = [{"event_type": "stream-start", "generation_id": "g"}, *map(_said, said)]
    values.append({"is_finished": True, "event_type": "stream-end", "response": response})
    stream = _lines(values, ascii_only=ascii_only)
    shown = _fed(stream, size)
    assert shown == _fed(stream)
    lines = [json.loads(line) for line in shown.splitlines()]
    restored = MAPPING.restore(whole)
    assert "".join(line["text"] for line in lines if line["event_type"] == "text-generation") == restored
    last = lines[-1]["response"]
    assert last["text"] == restored
    assert last["citations"][0] | {"text": ""} == {"start": 0, "end": len(restored), "text": "", "document_ids": ["d"]}


def test_a_call_in_pieces_stays_json() -> None:
    """A tool's parameters come as pieces of JSON text; a plan before them is another text."""
    deltas = [{"text": "Je cherche [IPP"}, {"name": "dpi", "index": 0}]
    deltas += [{"index": 0, "parameters": piece} for piece in ('{"nom": "[PERS', 'ONNE_1]"', "}")]
    values = [{"event_type": "tool-calls-chunk", "tool_call_delta": delta} for delta in deltas]
    lines = [json.loads(line) for line in _fed(_lines(values)).splitlines()]
    shown = [line["tool_call_delta"] for line in lines]
    assert json.loads("".join(delta.get("parameters", "") for delta in shown)) == {"nom": 'Zoé "Zo" Dû'}
    assert [delta["text"] for delta in shown if "text" in delta] == ["Je cherche ", "[IPP"]
    assert [("text" in delta) for delta in shown[:2]] == [True, True]


def test_events_are_read_too() -> None:
    """A client may ask for server-sent events."""
    stream = b"".join(b"data: " + json.dumps(_said(piece)).encode() + b"\n\n" for piece in ("a [IPP", "_1]"))
    assert b"800123456" in _fed(stream, 5, "text/event-stream")
