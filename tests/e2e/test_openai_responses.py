"""OpenAI's responses through the official SDK, pointed at the gateway: plain, streamed, with a history."""

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import Received, Reply
from tests.e2e.harness.live import LiveUpstream

TEXT = (
    "Mme Aliénor Castelbajac, née le 09/02/1957, IPP 80526614, joignable au 06 39 98 27 40, « hypothyroïdie » "
    "sous lévothyroxine 75 µg — TSH 6,2 mUI/L. 🦋"
)
MARKERS = ["Aliénor", "Castelbajac", "09/02/1957", "80526614", "06 39 98 27 40", "0639982740"]


@pytest.fixture
def sdk(gateway: GatewayProcess) -> Iterator[openai.OpenAI]:
    """Give the SDK as a user sets it up."""
    with openai.DefaultHttpxClient(trust_env=False, timeout=60) as client:
        yield openai.OpenAI(base_url=f"{gateway.url}/v1", api_key="sk-essai", http_client=client)


@pytest.fixture(autouse=True)
def _nothing_leaks(upstream: LiveUpstream) -> Iterator[None]:
    """After every test: no marker reached the upstream."""
    yield
    upstream.assert_clean(MARKERS)


def asked(text: str) -> dict[str, Any]:
    """Return a user's message."""
    return {"role": "user", "content": [{"type": "input_text", "text": text}]}


def answer(received: Received) -> Reply:
    """Say the first message again and call a tool with it, one character in a delta, five bytes in a write."""
    text = received.json["input"][0]["content"][0]["text"]
    written = json.dumps({"texte": text})
    message: dict[str, Any] = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed"}
    call = {"id": "fc_1", "type": "function_call", "call_id": "call_1", "name": "noter", "status": "completed"}
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    whole: dict[str, Any] = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "tools": []}
    whole |= {"parallel_tool_calls": True, "tool_choice": "auto", "status": "in_progress", "output": []}
    done = {
        **whole,
        "status": "completed",
        "output": [{**message, "content": [part]}, {**call, "arguments": written}],
        "usage": {"input_tokens": 5, "output_tokens": 7, "total_tokens": 12},
    }
    if not received.json.get("stream"):
        return Reply(json.dumps(done).encode(), frame=5)
    at = {"item_id": "msg_1", "output_index": 0, "content_index": 0, "logprobs": []}
    of = {"item_id": "fc_1", "output_index": 1}
    words, arguments = "response.output_text", "response.function_call_arguments"
    events: list[tuple[str, dict[str, Any]]] = [
        ("response.created", {"response": whole}),
        ("response.output_item.added", {"output_index": 0, "item": {**message, "content": []}}),
        ("response.content_part.added", {**at, "part": {**part, "text": ""}}),
        *((f"{words}.delta", {**at, "delta": piece}) for piece in text),
        (f"{words}.done", {**at, "text": text}),
        ("response.content_part.done", {**at, "part": part}),
        ("response.output_item.done", {"output_index": 0, "item": done["output"][0]}),
        ("response.output_item.added", {"output_index": 1, "item": {**call, "arguments": ""}}),
        *((f"{arguments}.delta", {**of, "delta": piece}) for piece in written),
        (f"{arguments}.done", {**of, "arguments": written, "name": "noter"}),
        ("response.output_item.done", {"output_index": 1, "item": done["output"][1]}),
        ("response.completed", {"response": done}),
    ]
    body = "".join(
        f"event: {kind}\ndata: {json.dumps({'type': kind, 'sequence_number': n, **members})}\n\n"
        for n, (kind, members) in enumerate(events)
    )
    return Reply(body.encode(), headers={"content-type": "text/event-stream"}, frame=5, chunked=True)


def test_plain_and_with_its_history(sdk: openai.OpenAI, upstream: LiveUpstream) -> None:
    """The reply reads as if nothing had been hidden; sent back, it leaves with the placeholders that it had."""
    upstream.answer(answer)
    first = sdk.responses.create(model="m", instructions="Soyez bref.", input=[asked(TEXT)], store=True)  # type: ignore[list-item]
    assert first.output_text == TEXT
    assert json.loads(first.output[1].arguments) == {"texte": TEXT}  # type: ignore[union-attr]
    result = {"type": "function_call_output", "call_id": "call_1", "output": f"Noté : {TEXT}"}
    history: Any = [asked(TEXT), *first.output, result, asked("Quelle surveillance ?")]
    sdk.responses.create(model="m", input=history)
    sent = upstream.requests[1].json["input"]
    hidden = sent[0]["content"][0]["text"]
    assert "TSH 6,2 mUI/L" in hidden
    assert sent[1]["content"][0]["text"] == hidden
    assert json.loads(sent[2]["arguments"]) == {"texte": hidden}
    assert sent[3]["output"] == f"Noté : {hidden}"


def test_streamed(sdk: openai.OpenAI, upstream: LiveUpstream) -> None:
    """Deltas, what repeats them and the final response say the same, with the values in it."""
    upstream.answer(answer)
    question: Any = [asked(TEXT)]
    with sdk.responses.stream(model="m", input=question) as stream:
        events: list[Any] = list(stream)
        final = stream.get_final_response()
    said = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(said) == TEXT
    assert [event.text for event in events if event.type == "response.output_text.done"] == [TEXT]
    pieces = [event.delta for event in events if event.type == "response.function_call_arguments.delta"]
    assert json.loads("".join(pieces)) == {"texte": TEXT}
    assert final.output_text == TEXT
    assert final.usage is not None
    assert final.usage.output_tokens == 7


def test_a_history_kept_elsewhere_is_refused(sdk: openai.OpenAI, upstream: LiveUpstream) -> None:
    """One that did not come through here: the SDK raises its own exception, with what to do; nothing was sent."""
    with pytest.raises(openai.UnprocessableEntityError, match="Envoyez tout l'échange") as refused:
        sdk.responses.create(model="m", input=TEXT, previous_response_id="resp_inconnu")
    assert refused.value.code == "history_unknown"
    upstream.assert_untouched()
