"""A citation of OpenAI's APIs marks the same words once they are restored, plain and streamed."""

import json
from typing import Any

from avec_proxy.mapping import Mapping
from avec_proxy.wire import FORMATS

MAPPING = Mapping({"PERSONNE_1": "Zoé Dû-Le Goff", "VILLE_1": "Gex"})
TEXT = "Mme [PERSONNE_1] habite [VILLE_1] (source)."
RESTORED = MAPPING.restore(TEXT)
AT = {"start_index": TEXT.index("(source)"), "end_index": TEXT.index("(source)") + len("(source)")}


def _cited(value: dict[str, Any]) -> str:
    return RESTORED[value["start_index"] : value["end_index"]]


def _fed(name: str, body: bytes, media: str) -> bytes:
    reply = FORMATS[name].reply(MAPPING, media)
    return b"".join(reply.feed(body[at : at + 7]) for at in range(0, len(body), 7)) + reply.close()


def _events(name: str, *values: dict[str, Any]) -> list[Any]:
    stream = b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in values)
    shown = _fed(name, stream, "text/event-stream")
    return [json.loads(event[6:]) for event in shown.split(b"\n\n") if event]


def test_in_a_chat() -> None:
    """Beside the message, and in a delta behind the text."""
    citation = {"type": "url_citation", "url_citation": {"url": "https://exemple.fr", "title": "x", **AT}}
    message = {"role": "assistant", "content": TEXT, "annotations": [citation]}
    shown = json.loads(
        _fed("openai_chat", json.dumps({"choices": [{"message": message}]}).encode(), "application/json")
    )
    assert _cited(shown["choices"][0]["message"]["annotations"][0]["url_citation"]) == "(source)"
    deltas: list[dict[str, Any]] = [{"content": TEXT[:9]}, {"content": TEXT[9:]}, {"annotations": [citation]}]
    values = _events("openai_chat", *({"choices": [{"index": 0, "delta": delta}]} for delta in deltas))
    assert _cited(values[-1]["choices"][0]["delta"]["annotations"][0]["url_citation"]) == "(source)"


def test_in_a_response() -> None:
    """In the item; streamed by itself, and again in the part, the item and the whole."""
    annotation = {"type": "url_citation", "url": "https://exemple.fr", "title": "x", **AT}
    part = {"type": "output_text", "text": TEXT, "annotations": [annotation]}
    item = {"id": "m", "type": "message", "content": [part]}
    shown = json.loads(_fed("openai_responses", json.dumps({"output": [item]}).encode(), "application/json"))
    assert _cited(shown["output"][0]["content"][0]["annotations"][0]) == "(source)"
    at = {"item_id": "m", "output_index": 0, "content_index": 0}
    values = _events(
        "openai_responses",
        {"type": "response.output_text.delta", **at, "delta": TEXT[:9]},
        {"type": "response.output_text.delta", **at, "delta": TEXT[9:]},
        {"type": "response.output_text.annotation.added", **at, "annotation_index": 0, "annotation": annotation},
        {"type": "response.content_part.done", **at, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {"output": [item]}},
    )
    assert "".join(value["delta"] for value in values[:2]) == RESTORED
    marked = [
        values[2]["annotation"],
        values[3]["part"]["annotations"][0],
        values[4]["item"]["content"][0]["annotations"][0],
        values[5]["response"]["output"][0]["content"][0]["annotations"][0],
    ]
    assert [_cited(value) for value in marked] == ["(source)"] * 4
