"""Bedrock's InvokeModel: each maker's body is told by itself, and its answers and events come back as its own."""

import base64
import json
from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer

from avec_proxy.mapping import Mapping
from avec_proxy.model import Refusal, Role
from avec_proxy.wire import FORMATS
from avec_proxy.wire.frames import MEDIA
from avec_proxy.wire.replies import Usage
from tests.e2e.harness.bedrock import chunk
from tests.wire.readings import found

INVOKE = FORMATS["bedrock_invoke"]
MAPPING = Mapping({"PERSONNE_1": 'Zoé "Zo" Dû', "IPP_1": "800123456"})
TURN = {"role": "user", "content": [{"type": "text", "text": "Zoé"}]}


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        (
            {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 16000, "system": "s", "messages": [TURN]},
            [("s", Role.SYSTEM), ("Zoé", Role.USER)],
        ),
        (
            {"system": [{"text": "s"}], "messages": [{"role": "user", "content": [{"text": "Zoé"}]}]},
            [("s", Role.SYSTEM), ("Zoé", Role.USER)],
        ),
        (
            {"messages": [{"role": "system", "content": "s"}, TURN], "max_tokens": 16000},
            [("s", Role.SYSTEM), ("Zoé", Role.USER)],
        ),
        ({"prompt": "Zoé", "max_gen_len": 16000, "temperature": 0.12345}, [("Zoé", Role.USER)]),
        ({"inputText": "Zoé", "textGenerationConfig": {"maxTokenCount": 16000}}, [("Zoé", Role.USER)]),
        (
            {
                "message": "et ?",
                "preamble": "s",
                "chat_history": [{"role": "USER", "message": "Zoé"}, {"role": "CHATBOT", "message": "oui"}],
            },
            [("et ?", Role.USER), ("s", Role.SYSTEM), ("Zoé", Role.USER), ("oui", Role.ASSISTANT)],
        ),
        ({"texts": ["Zoé"], "input_type": "search_query"}, [("Zoé", Role.OTHER), ("search_query", Role.OTHER)]),
        ({"demain": {"Zoé": 800123456}}, [("demain", Role.OTHER), ("Zoé", Role.OTHER), ("800123456", Role.OTHER)]),
    ],
    ids=["anthropic", "nova", "openai", "llama", "titan", "cohere", "embed", "unknown"],
)
def test_a_body_is_read_as_its_makers(body: dict[str, Any], texts: list[tuple[str, Role]]) -> None:
    """Every text and nothing of the maker's own; a body that nobody knows is scanned in every leaf and key."""
    scanned = [(text, role) for text, _, role, _, _ in found(INVOKE, body)]
    assert [pair for pair in scanned if pair[0] != "input_type"] == texts


@pytest.mark.parametrize(
    "body",
    [
        {"inputImage": "iVBORw0K"},
        {"taskType": "INPAINTING", "inPaintingParams": {"image": "data:image/png;base64,iVBORw0K"}},
        {"messages": [{"role": "user", "content": [{"image": {"format": "png", "source": {"bytes": "iVBO"}}}]}]},
        {"anthropic_version": "bedrock-2023-05-31", "messages": [{"role": "user", "content": [{"file_id": "f"}]}]},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x"}}]}]},
    ],
)
def test_what_cannot_be_read_is_refused(body: dict[str, Any]) -> None:
    """Pictures and files, in each maker's way."""
    with pytest.raises(Refusal, match=r"attachment_|file_"):
        INVOKE.outbound(json.dumps(body).encode())


def _events(*values: dict[str, Any]) -> tuple[list[Any], Usage | None]:
    reply = INVOKE.reply(MAPPING, MEDIA)
    stream = b"".join(map(chunk, values))
    shown = b"".join(reply.feed(stream[at : at + 1]) for at in range(len(stream))) + reply.close()
    buffer = EventStreamBuffer()
    buffer.add_data(shown)
    return [json.loads(base64.b64decode(json.loads(m.payload)["bytes"])) for m in buffer], reply.usage


def test_anthropics_events_come_back_as_its_own() -> None:
    """Text and a tool's input in pieces; thinking as the model wrote it; the metrics of the last event are counted."""
    text, use = {"type": "text", "text": ""}, {"type": "tool_use", "id": "t", "name": "n", "input": {}}
    events, usage = _events(
        {"type": "message_start", "message": {"id": "m", "content": [], "usage": {"input_tokens": 3}}},
        {"type": "content_block_start", "index": 0, "content_block": text},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "[PERS"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "ONNE_1] ["}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": use},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"a":"[IP'}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": 'P_1]"}'}},
        {"type": "content_block_stop", "index": 1},
        {
            "type": "message_stop",
            "amazon-bedrock-invocationMetrics": {"inputTokenCount": 9, "outputTokenCount": 4, "firstByteLatency": 3},
        },
    )
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
    assert "".join(delta.get("text", "") for delta in deltas) == 'Zoé "Zo" Dû ['
    assert json.loads("".join(delta.get("partial_json", "") for delta in deltas)) == {"a": "800123456"}
    assert usage == Usage(9, 4)


@pytest.mark.parametrize(
    ("pieces", "end", "read"),
    [
        (
            [{"generation": "a [PERS"}, {"generation": "ONNE_1] [IPP"}],
            {"generation": "", "stop_reason": "stop", "prompt_token_count": 9, "generation_token_count": 4},
            lambda event: event["generation"],
        ),
        (
            [{"outputText": "a [PERS", "index": 0}, {"outputText": "ONNE_1] [IPP", "index": 0}],
            {"outputText": "", "completionReason": "FINISH", "inputTextTokenCount": 9, "totalOutputTextTokenCount": 4},
            lambda event: event["outputText"],
        ),
        (
            [{"outputs": [{"text": "a [PERS"}]}, {"outputs": [{"text": "ONNE_1] [IPP"}]}],
            {
                "outputs": [{"text": "", "stop_reason": "stop"}],
                "amazon-bedrock-invocationMetrics": {"inputTokenCount": 9, "outputTokenCount": 4},
            },
            lambda event: event["outputs"][0]["text"],
        ),
        (
            [
                {"event_type": "text-generation", "text": "a [PERS"},
                {"event_type": "text-generation", "text": "ONNE_1] [IPP"},
            ],
            {
                "event_type": "stream-end",
                "response": {"text": "[PERSONNE_1]"},
                "amazon-bedrock-invocationMetrics": {"inputTokenCount": 9, "outputTokenCount": 4},
            },
            lambda event: event.get("text", ""),
        ),
        (
            [
                {"contentBlockDelta": {"delta": {"text": "a [PERS"}, "contentBlockIndex": 0}},
                {"contentBlockDelta": {"delta": {"text": "ONNE_1] [IPP"}, "contentBlockIndex": 0}},
            ],
            {"metadata": {"usage": {"inputTokens": 9, "outputTokens": 4}}},
            lambda event: event.get("contentBlockDelta", {}).get("delta", {}).get("text", ""),
        ),
        (
            [{"choices": [{"index": 0, "delta": {"content": t}}]} for t in ("a [PERS", "ONNE_1] [IPP")],
            {
                "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 9, "completion_tokens": 4},
            },
            lambda event: event["choices"][0]["delta"].get("content", ""),
        ),
        (
            [{"choices": [{"text": t, "stop_reason": None}]} for t in ("a [PERS", "ONNE_1] [IPP")],
            {"choices": [{"text": "", "stop_reason": "stop"}], "usage": {"prompt_tokens": 9, "completion_tokens": 4}},
            lambda event: event["choices"][0]["text"],
        ),
        (
            [{"choices": [{"index": 0, "message": {"content": t}}]} for t in ("a [PERS", "ONNE_1] [IPP")],
            {
                "choices": [{"index": 0, "message": {"content": ""}, "stop_reason": "stop"}],
                "amazon-bedrock-invocationMetrics": {"inputTokenCount": 9, "outputTokenCount": 4},
            },
            lambda event: event["choices"][0]["message"]["content"],
        ),
    ],
    ids=["llama", "titan", "mistral", "cohere", "nova", "openai", "deepseek", "mistral large"],
)
def test_a_placeholder_cut_over_events_is_restored(pieces: list[Any], end: Any, read: Any) -> None:
    """What is held goes out in the last event, or before it in one of the maker's own; tokens are counted."""
    events, usage = _events(*pieces, end)
    assert "".join(read(event) for event in events) == 'a Zoé "Zo" Dû [IPP'
    last = json.dumps(end).replace('""', '"[IPP"').replace('"[PERSONNE_1]"', json.dumps('Zoé "Zo" Dû'))
    assert events[-1] == json.loads(last)
    assert len(events) == len(pieces) + (1 if last.count("[IPP") else 2)
    assert usage == Usage(9, 4)


def test_plain_answers_are_restored_and_what_is_sealed_stays() -> None:
    """Ids, reasons and vectors are the provider's; signatures and thinking too."""
    for value in (
        {
            "type": "message",
            "id": "[IPP_1]",
            "content": [{"type": "thinking", "thinking": "[IPP_1]", "signature": "[IPP_1]"}],
        },
        {"embedding": ["[IPP_1]"], "stop_reason": "[IPP_1]"},
    ):
        body = json.dumps(value).encode()
        reply = INVOKE.reply(MAPPING, "application/json")
        reply.feed(body)
        assert reply.close() == body
    reply = INVOKE.reply(MAPPING, "application/json")
    reply.feed(
        b'{"results":[{"outputText":"[IPP_1]","tokenCount":4}],"inputTextTokenCount":9,"choices":[{"text":"[IPP_1]"}]}'
    )
    assert json.loads(reply.close())["results"][0]["outputText"] == "800123456"


def test_tokens_of_a_flat_answer_are_counted() -> None:
    """Titan tells them by result, Llama for the whole."""
    for body, usage in (
        (b'{"inputTextTokenCount":9,"results":[{"tokenCount":4},{"tokenCount":1}]}', Usage(9, 5)),
        (b'{"generation":"x","prompt_token_count":9,"generation_token_count":4}', Usage(9, 4)),
        (b'{"embedding":[0.5],"inputTextTokenCount":9}', Usage(9, 0)),
    ):
        reply = INVOKE.reply(MAPPING, "application/json")
        reply.feed(body)
        assert reply.close() == body
        assert reply.usage == usage
