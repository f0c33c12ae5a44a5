"""Bedrock's Converse: what of a request is scanned, what is refused, and how answers and frames come back."""

import json
from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.mapping import Mapping
from avec_proxy.model import Refusal, Role
from avec_proxy.wire import FORMATS
from avec_proxy.wire.frames import MEDIA
from avec_proxy.wire.replies import Usage
from tests.e2e.harness.bedrock import event, frame
from tests.wire.readings import found, hidden

CONVERSE = FORMATS["bedrock_converse"]
MAPPING = Mapping({"PERSONNE_1": 'Zoé "Zo" Dû', "IPP_1": "800123456"})
SIGNED = "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb3dEf6h+/=="
ID = "tooluse_Ab3dEf6hIj9kLm2nOp5qRs"

ASKED: dict[str, Any] = {
    "system": [{"text": "Consigne"}, {"guardContent": {"text": {"text": "garde", "qualifiers": ["query"]}}}],
    "messages": [
        {
            "role": "user",
            "content": [
                {"text": "Patient Zoé"},
                {"document": {"format": "txt", "name": "cr Zoé", "context": "contexte", "source": {"text": "IPP"}}},
                {"searchResult": {"source": "s", "title": "t", "content": [{"text": "trouvé"}]}},
                {"cachePoint": {"type": "default"}},
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"reasoningContent": {"reasoningText": {"text": "je pense", "signature": SIGNED}}},
                {"reasoningContent": {"redactedContent": SIGNED}},
                {"toolUse": {"toolUseId": ID, "name": "dpi", "input": {"nom": "Zoé", "ipp": 800123456}}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"toolResult": {"toolUseId": ID, "status": "success", "content": [{"json": {"ipp": "800123456"}}]}}
            ],
        },
    ],
    "toolConfig": {
        "tools": [
            {"toolSpec": {"name": "dpi", "description": "Cherche", "inputSchema": {"json": {"type": "object"}}}},
            {"cachePoint": {"type": "default"}},
        ],
        "toolChoice": {"tool": {"name": "dpi"}},
    },
    "inferenceConfig": {"maxTokens": 32000, "temperature": 0.5, "stopSequences": ["FIN"]},
    "guardrailConfig": {"guardrailIdentifier": "ff6ujrregl1q", "guardrailVersion": "1", "trace": "enabled"},
    "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 16000}, "demain": "Zoé"},
    "promptVariables": {"patient": {"text": "Zoé"}},
    "requestMetadata": {"service": "urgences"},
    "performanceConfig": {"latency": "optimized"},
}


def test_everything_that_is_prose_is_scanned_and_nothing_else() -> None:
    """Texts with who speaks; names of tools strictly; ids, signatures, settings stay."""
    assert found(CONVERSE, ASKED) == [
        ("Consigne", "", Role.SYSTEM, -1, False),
        ("garde", "", Role.SYSTEM, -1, False),
        ("Patient Zoé", "", Role.USER, 0, False),
        ("cr Zoé", "", Role.USER, 0, False),
        ("contexte", "", Role.USER, 0, False),
        ("IPP", "", Role.USER, 0, False),
        ("s", "", Role.USER, 0, False),
        ("t", "", Role.USER, 0, False),
        ("trouvé", "", Role.USER, 0, False),
        ("je pense", "", Role.ASSISTANT, 1, False),
        ("dpi", "", Role.ASSISTANT, 1, True),
        ("nom", "", Role.ASSISTANT, 1, False),
        ("Zoé", "nom", Role.ASSISTANT, 1, False),
        ("ipp", "", Role.ASSISTANT, 1, False),
        ("800123456", "ipp", Role.ASSISTANT, 1, False),
        ("ipp", "", Role.TOOL, 2, False),
        ("800123456", "ipp", Role.TOOL, 2, False),
        ("dpi", "", Role.OTHER, -1, True),
        ("Cherche", "", Role.OTHER, -1, False),
        ("dpi", "", Role.OTHER, -1, True),
        ("FIN", "", Role.OTHER, -1, False),
        ("demain", "", Role.OTHER, -1, False),
        ("Zoé", "demain", Role.OTHER, -1, False),
        ("patient", "", Role.OTHER, -1, False),
        ("Zoé", "", Role.OTHER, -1, False),
        ("service", "", Role.OTHER, -1, False),
        ("urgences", "service", Role.OTHER, -1, False),
    ]


def test_a_counting_is_read_as_what_it_counts() -> None:
    """The same conversation one level deeper."""
    assert found(CONVERSE, {"input": {"converse": ASKED}})[:10] == found(CONVERSE, ASKED)[:10]


def test_an_edit_leaves_the_rest_as_it_came() -> None:
    """Only the name changes, byte for byte."""
    body = json.dumps(ASKED, ensure_ascii=False).encode()
    assert hidden(CONVERSE, body) == body.replace("Zoé".encode(), b"[PERSONNE_1]")


@pytest.mark.parametrize(
    "block",
    [
        {"image": {"format": "png", "source": {"bytes": "iVBORw0K"}}},
        {"document": {"format": "pdf", "name": "x", "source": {"bytes": "JVBERi0="}}},
        {"document": {"format": "pdf", "name": "x", "source": {"s3Location": {"uri": "s3://seau/x"}}}},
        {"video": {"format": "mp4", "source": {"bytes": "AAAA"}}},
        {"audio": {"format": "mp3", "source": {"bytes": "AAAA"}}},
        {"guardContent": {"image": {"format": "png", "source": {"bytes": "iVBORw0K"}}}},
        {"toolResult": {"toolUseId": "x", "content": [{"image": {"format": "png", "source": {"bytes": "iVBORw0K"}}}]}},
    ],
)
def test_what_cannot_be_read_is_refused(block: dict[str, Any]) -> None:
    """Pictures, files, sounds, in a message or in what a tool gives back."""
    with pytest.raises(Refusal, match=r"attachment_|file_"):
        CONVERSE.outbound(json.dumps({"messages": [{"role": "user", "content": [block]}]}).encode())


def _said(stream: bytes) -> list[tuple[dict[str, Any], Any]]:
    buffer = EventStreamBuffer()
    buffer.add_data(stream)
    return [(message.headers, json.loads(message.payload)) for message in buffer]


def _fed(stream: bytes, size: int | None = None, media: str = MEDIA) -> bytes:
    reply = CONVERSE.reply(MAPPING, media)
    step = size or max(1, len(stream))
    return b"".join([reply.feed(stream[at : at + step]) for at in range(0, len(stream), step)]) + reply.close()


def _delta(block: int, **delta: Any) -> bytes:
    return event("contentBlockDelta", {"contentBlockIndex": block, "delta": delta})


def test_a_plain_answer_is_restored_and_counted() -> None:
    """Words, a tool's arguments and their keys; ids, names, reasoning, signatures and counts stay."""
    content: list[dict[str, Any]] = [
        {"reasoningContent": {"reasoningText": {"text": "[PERSONNE_1]", "signature": "[IPP_1]"}}},
        {"text": "Bonjour [PERSONNE_1]"},
        {"toolUse": {"toolUseId": "[IPP_1]", "name": "[IPP_1]", "input": {"[IPP_1]": ["[PERSONNE_1]"], "n": 1}}},
        {"citationsContent": {"content": [{"text": "[IPP_1]"}]}},
    ]
    value = {"output": {"message": {"role": "assistant", "content": content}}, "stopReason": "[IPP_1]"}
    value["usage"] = {"inputTokens": 20, "cacheReadInputTokens": 3, "outputTokens": 5, "x": "[IPP_1]"}
    reply = CONVERSE.reply(MAPPING, "application/json")
    reply.feed(json.dumps(value).encode())
    shown = json.loads(reply.close())
    name = 'Zoé "Zo" Dû'
    assert shown["output"]["message"]["content"] == [
        content[0],
        {"text": f"Bonjour {name}"},
        {"toolUse": {"toolUseId": "[IPP_1]", "name": "[IPP_1]", "input": {"800123456": [name], "n": 1}}},
        {"citationsContent": {"content": [{"text": "800123456"}]}},
    ]
    assert (shown["stopReason"], shown["usage"]) == ("[IPP_1]", value["usage"])
    assert reply.usage == Usage(23, 5)


@pytest.mark.parametrize("size", [None, 1])
def test_a_placeholder_cut_over_frames_is_restored_in_the_last(size: int | None) -> None:
    """Blocks do not mix, a tool's input stays JSON, reasoning stays as the model wrote it."""
    stream = b"".join(
        [
            event("messageStart", {"role": "assistant"}),
            _delta(0, reasoningContent={"text": "[PERSONNE_1]"}),
            event("contentBlockStop", {"contentBlockIndex": 0}),
            _delta(1, text="é [PERS"),
            _delta(2, toolUse={"input": '{"nom": "[PERS'}),
            _delta(1, text="ONNE_1] [IPP"),
            _delta(2, toolUse={"input": 'ONNE_1]"}'}),
            event("contentBlockStop", {"contentBlockIndex": 1}),
            event("contentBlockStop", {"contentBlockIndex": 2}),
            event("messageStop", {"stopReason": "tool_use"}),
            event("metadata", {"usage": {"inputTokens": 4, "outputTokens": 9}}),
        ]
    )
    shown = _said(_fed(stream, size))
    deltas = [(v["contentBlockIndex"], v["delta"]) for _, v in shown if "delta" in v]
    assert "".join(d["text"] for n, d in deltas if n == 1) == 'é Zoé "Zo" Dû [IPP'
    assert json.loads("".join(d["toolUse"]["input"] for n, d in deltas if n == 2)) == {"nom": 'Zoé "Zo" Dû'}
    assert deltas[0] == (0, {"reasoningContent": {"text": "[PERSONNE_1]"}})
    kinds = [headers[":event-type"] for headers, _ in shown]
    held = [n for n, (_, v) in enumerate(shown) if v.get("delta") == {"text": "[IPP"}]
    assert kinds[held[0] + 1] == "contentBlockStop"
    reply = CONVERSE.reply(MAPPING, MEDIA)
    reply.feed(stream)
    assert reply.usage == Usage(4, 9)


def test_frames_without_text_pass_byte_for_byte() -> None:
    """What is restored nowhere in a frame leaves it as it came."""
    stream = event("messageStart", {"role": "[IPP_1]"}) + _delta(0, reasoningContent={"signature": "[IPP_1]"})
    stream += event("metadata", {"usage": {"x": "[IPP_1]"}, "metrics": {"latencyMs": 1}})
    assert _fed(stream) == stream
    assert _fed(stream, 1) == stream


def test_a_held_tail_goes_out_before_an_error() -> None:
    """The service's own, which may quote the prompt, or ours where a frame is damaged."""
    error = frame("throttlingException", b'{"message":"Slow [IPP_1]"}', "exception")
    shown = _said(_fed(_delta(0, text="a [PERS") + error))
    assert [v for _, v in shown][1:] == [
        {"contentBlockIndex": 0, "delta": {"text": "[PERS"}},
        {"message": "Slow 800123456"},
    ]
    shown = _said(_fed(_delta(0, text="a [PERS") + _delta(0, text="ONNE_1]")[:-1]))
    assert [v["delta"]["text"] for _, v in shown[:2]] == ["a ", "[PERS"]
    assert shown[2][0][":exception-type"] == "modelStreamErrorException"
    assert len(shown) == 3


def test_a_tools_result_told_in_a_stream_is_restored() -> None:
    """Text in pieces, a record whole, a quotation whole."""
    stream = _delta(0, toolResult=[{"text": "[PERS"}]) + _delta(0, toolResult=[{"text": "ONNE_1]"}])
    stream += _delta(0, toolResult=[{"json": {"[IPP_1]": "[IPP_1]"}}]) + _delta(1, citation={"title": "[IPP_1]"})
    deltas = [v["delta"] for _, v in _said(_fed(stream))]
    assert "".join(d["toolResult"][0]["text"] for d in deltas[:2]) == 'Zoé "Zo" Dû'
    assert deltas[2:] == [{"toolResult": [{"json": {"800123456": "800123456"}}]}, {"citation": {"title": "800123456"}}]


_PIECES = st.lists(
    st.sampled_from(["[PERSONNE_1]", "[PERS", "ONNE_1]", "[IPP_1 : x]", "[", "]", "é😀", "\\", '"', "x "]), max_size=12
)


@given(_PIECES, st.integers(1, 60))
def test_a_stream_is_the_same_in_any_chunks(pieces: list[str], size: int) -> None:
    """The text that a client adds up is the restored whole, and every frame is right."""
    said = ["x", *pieces]
    stream = b"".join(_delta(0, text=piece) for piece in said) + event("contentBlockStop", {"contentBlockIndex": 0})
    shown = _fed(stream, size)
    assert shown == _fed(stream)
    text = "".join(v["delta"]["text"] for _, v in _said(shown) if "delta" in v)
    assert text == MAPPING.restore("".join(said))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["[PERSONNE_1]", "x", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["contentBlockDelta", "delta", "toolUse", "toolResult", "text", "input", "contentBlockIndex", "message"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(_JSON, max_size=5), st.integers(1, 40), st.sampled_from(["bedrock_converse", "bedrock_invoke"]))
def test_events_of_any_shape_pass(values: list[Any], size: int, name: str) -> None:
    """Whatever the JSON is, nothing raises and each frame stays one."""
    stream = b"".join(frame("x", json.dumps(value).encode()) for value in values)
    reply = FORMATS[name].reply(MAPPING, MEDIA)
    shown = b"".join([reply.feed(stream[at : at + size]) for at in range(0, len(stream), size)]) + reply.close()
    assert len(_said(shown)) >= len(values)


@given(_JSON)
def test_a_request_of_any_shape_is_read_or_refused(value: Any) -> None:
    """Whatever the JSON is, its speakers are found or it is refused."""
    for key in ("messages", "input", "system"):
        CONVERSE.outbound(json.dumps({key: value}).encode())


def test_an_error_is_written_as_the_services() -> None:
    """Its type names an exception of the SDK's; our code stands beside it."""
    error = json.loads(CONVERSE.error("attachment_unreadable", "Non.", 422))
    assert error == {
        "__type": "ValidationException",
        "message": "Non.",
        "reason": "attachment_unreadable",
        "type": "avec_refusal",
    }
    assert json.loads(CONVERSE.error("request_signed", "Non.", 403))["__type"] == "AccessDeniedException"
