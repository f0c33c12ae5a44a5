"""Amazon Bedrock through its official SDK, pointed at the gateway: seven ways to talk, and models called directly.

The SDK sends a Bedrock key over https alone; here the same header is put on by hand, and `tests/proxy/test_run_bedrock`
lets it send the key itself.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import boto3
import botocore.exceptions
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import Received, Reply
from tests.e2e.harness.bedrock import FRAMES, chunk, converse_events, converse_message
from tests.e2e.harness.live import LiveUpstream
from tests.e2e.harness.upstream import anthropic_events, anthropic_message

TEXT = (
    "Mme Solenn Kerjouan, née le 23/06/1961, IPP 80931175, joignable au 06 39 98 15 62, « fibrillation » sous "
    "apixaban 5 mg matin et soir — FEVG 45 %. 🫁"
)
SECOND = "Et son frère, M. Brendan Kerjouan, tél. 02 61 91 47 03 : que lui dire ?"
MARKERS = ["Solenn", "Kerjouan", "23/06/1961", "80931175", "06 39 98 15 62", "0639981562", "Brendan", "02 61 91 47 03"]
MODEL = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
PROFILE = "arn:aws:bedrock:eu-west-3:123456789012:application-inference-profile/k3x9q0m2w7ab"
TOOL: Any = {
    "toolSpec": {
        "name": "noter",
        "description": "Note dans le dossier de Mme Solenn Kerjouan.",
        "inputSchema": {"json": {"type": "object", "properties": {"texte": {"type": "string"}}}},
    }
}
CALLED = {"texte": TEXT, "cles": {TEXT.split(",")[0]: 1}}
CUTS = [(1, 7), (3, 1), (4, 0)]
cuts = pytest.mark.parametrize("cut", CUTS, ids=[f"{piece} characters, {write}-byte writes" for piece, write in CUTS])


def client(url: str, **more: Any) -> Any:
    """Return the SDK's client of Bedrock at `url`, without a signature and with a key."""
    config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 2}, proxies={})
    made = boto3.client("bedrock-runtime", region_name="eu-west-3", endpoint_url=url, config=config, **more)
    made.meta.events.register("before-send.*", _with_key)
    return made


def _with_key(request: Any, **_: Any) -> None:
    request.headers["Authorization"] = "Bearer cle-essai"


@pytest.fixture
def sdk(gateway: GatewayProcess, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give the SDK as a user sets it up, with the vendor's name in the address."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return client(f"{gateway.url}/bedrock")


@pytest.fixture(autouse=True)
def _nothing_leaks(upstream: LiveUpstream) -> Iterator[None]:
    """After every test: no marker reached the upstream."""
    yield
    upstream.assert_clean(MARKERS)


def user(text: str) -> dict[str, Any]:
    """Return a user's message."""
    return {"role": "user", "content": [{"text": text}]}


def say(of: Callable[[Any], str], cut: tuple[int, int]) -> Callable[[Received], Reply]:
    """Return an answer that says what `of` makes of the request's body, whole or streamed."""
    piece, write = cut

    def answer(received: Received) -> Reply:
        text = of(received.json)
        if not received.target.endswith("converse-stream"):
            return Reply(converse_message({"text": text}), frame=write)
        deltas = [{"text": text[at : at + piece]} for at in range(0, len(text), piece)]
        return Reply(converse_events(deltas), headers=FRAMES, frame=write, chunked=True)

    return answer


def last(body: Any) -> str:
    """Return what was said last."""
    return str(body["messages"][-1]["content"][0]["text"])


def call(cut: tuple[int, int]) -> Callable[[Received], Reply]:
    """Return an answer that calls a tool with the whole prompt as an argument and as a key."""
    piece, write = cut

    def answer(received: Received) -> Reply:
        text = last(received.json)
        arguments = {"texte": text, "cles": {text.split(",")[0]: 1}}
        use = {"toolUseId": "tooluse_1", "name": "noter"}
        if not received.target.endswith("converse-stream"):
            return Reply(converse_message({"toolUse": {**use, "input": arguments}}, why="tool_use"), frame=write)
        written = json.dumps(arguments)
        deltas = [{"toolUse": {"input": written[at : at + piece]}} for at in range(0, len(written), piece)]
        body = converse_events(deltas, {"toolUse": use}, "tool_use")
        return Reply(body, headers=FRAMES, frame=write, chunked=True)

    return answer


def streamed(sdk: Any, **more: Any) -> tuple[str, Any]:
    """Return the text (or a tool's input) of a streamed answer, and the usage."""
    said, usage = "", None
    for event in sdk.converse_stream(modelId=MODEL, **more)["stream"]:
        delta = event.get("contentBlockDelta", {}).get("delta", {})
        said += delta.get("text", "") + delta.get("toolUse", {}).get("input", "")
        usage = event.get("metadata", {}).get("usage", usage)
    return said, usage


@cuts
def test_plain(sdk: Any, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """The answer reads as if nothing had been hidden; the key leaves, the vendor's name stays here."""
    upstream.answer(say(last, cut))
    answer = sdk.converse(modelId=MODEL, messages=[user(TEXT)])
    assert answer["output"]["message"]["content"] == [{"text": TEXT}]
    assert answer["usage"]["outputTokens"] == 7
    (received,) = upstream.requests
    assert received.target == "/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse"
    assert received.headers["authorization"] == "Bearer cle-essai"


@cuts
def test_stream(sdk: Any, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """Frames add up to exactly what was typed; the SDK checks every sum."""
    upstream.answer(say(last, cut))
    said, usage = streamed(sdk, messages=[user(TEXT)])
    assert said == TEXT
    assert usage["totalTokens"] == 12


@cuts
def test_tools(sdk: Any, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """A tool is called with the real values, in its keys too."""
    upstream.answer(call(cut))
    answer = sdk.converse(modelId=MODEL, messages=[user(TEXT)], toolConfig={"tools": [TOOL]})
    (block,) = answer["output"]["message"]["content"]
    assert block["toolUse"] == {"toolUseId": "tooluse_1", "name": "noter", "input": CALLED}
    assert answer["stopReason"] == "tool_use"


@cuts
def test_streamed_tools(sdk: Any, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """An input that comes in pieces adds up to JSON with the real values."""
    upstream.answer(call(cut))
    said, _ = streamed(sdk, messages=[user(TEXT)], toolConfig={"tools": [TOOL]})
    assert json.loads(said) == CALLED


@cuts
def test_system(sdk: Any, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """Instructions are read too, and the same person has the same placeholder in both."""
    upstream.answer(say(lambda body: body["system"][0]["text"] + " / " + last(body), cut))
    system = "Vous suivez Mme Solenn Kerjouan."
    said, _ = streamed(sdk, system=[{"text": system}], messages=[user(TEXT)])
    assert said == f"{system} / {TEXT}"


@cuts
def test_multi_turn(sdk: Any, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """What came back is sent again in the next turn, and leaves with the placeholders that it had."""
    upstream.answer(say(last, cut))
    messages = [user(TEXT)]
    messages.append(sdk.converse(modelId=MODEL, messages=messages)["output"]["message"])
    messages.append(user(SECOND))
    assert streamed(sdk, messages=messages)[0] == SECOND
    first, second = (request.json["messages"] for request in upstream.requests)
    assert second[0] == first[0]
    assert second[1]["content"] == first[0]["content"]
    assert "[PERSONNE_2" in second[2]["content"][0]["text"]


@cuts
def test_tool_result(sdk: Any, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """A record that a tool returned as JSON is hidden inside, and told with the real values."""
    record = {"patient": "Solenn Kerjouan", "date_naissance": "23/06/1961", "k": 4}
    upstream.answer(
        say(lambda body: body["messages"][2]["content"][0]["toolResult"]["content"][0]["json"]["patient"], cut)
    )
    use = {"toolUseId": "tooluse_1", "name": "lire", "input": record}
    messages = [
        user("Lis le dossier."),
        {"role": "assistant", "content": [{"toolUse": use}]},
        {"role": "user", "content": [{"toolResult": {"toolUseId": "tooluse_1", "content": [{"json": record}]}}]},
    ]
    assert streamed(sdk, messages=messages, toolConfig={"tools": [TOOL]})[0] == "Solenn Kerjouan"
    sent = upstream.requests[0].json["messages"]
    assert sent[1]["content"][0]["toolUse"]["input"] == sent[2]["content"][0]["toolResult"]["content"][0]["json"]
    assert sent[1]["content"][0]["toolUse"]["input"]["k"] == 4


def anthropic_asked(text: str) -> bytes:
    """Return Anthropic's body for InvokeModel."""
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 16000,
        "messages": [{"role": "user", "content": text}],
    }
    return json.dumps(body).encode()


def _events(stream: bytes) -> list[Any]:
    return [json.loads(line[6:]) for line in stream.decode().splitlines() if line.startswith("data: ")]


@cuts
def test_anthropic_called_directly(sdk: Any, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """The maker's own body and events, plain and in frames; no content type is Bedrock's way to say JSON."""
    piece, write = cut

    def answer(received: Received) -> Reply:
        text = received.json["messages"][0]["content"]
        if received.target.endswith("/invoke"):
            return Reply(anthropic_message(text), frame=write)
        events = _events(anthropic_events([text[at : at + piece] for at in range(0, len(text), piece)]))
        return Reply(b"".join(map(chunk, events)), headers=FRAMES, frame=write, chunked=True)

    upstream.answer(answer)
    plain = json.loads(sdk.invoke_model(modelId=PROFILE, body=anthropic_asked(TEXT))["body"].read())
    assert plain["content"] == [{"type": "text", "text": TEXT}]
    assert upstream.requests[0].json["max_tokens"] == 16000
    assert upstream.requests[0].target.endswith("%2Fk3x9q0m2w7ab/invoke")
    body = sdk.invoke_model_with_response_stream(modelId=MODEL, body=anthropic_asked(TEXT))["body"]
    events = [json.loads(event["chunk"]["bytes"]) for event in body]
    assert "".join(e["delta"]["text"] for e in events if e["type"] == "content_block_delta") == TEXT
    assert events[-1] == {"type": "message_stop"}


MAKERS: dict[str, tuple[dict[str, Any], Callable[[Any], Any], Callable[[str], Any], Callable[[Any], str]]] = {
    "llama": (
        {"prompt": TEXT, "max_gen_len": 20000, "temperature": 0.5},
        lambda body: body["prompt"],
        lambda text: {"generation": text, "stop_reason": None},
        lambda event: event["generation"],
    ),
    "titan": (
        {"inputText": TEXT, "textGenerationConfig": {"maxTokenCount": 20000}},
        lambda body: body["inputText"],
        lambda text: {"outputText": text, "index": 0},
        lambda event: event["outputText"],
    ),
    "mistral": (
        {"prompt": f"<s>[INST] {TEXT} [/INST]", "max_tokens": 20000},
        lambda body: body["prompt"].removeprefix("<s>[INST] ").removesuffix(" [/INST]"),
        lambda text: {"outputs": [{"text": text, "stop_reason": None}]},
        lambda event: event["outputs"][0]["text"],
    ),
    "cohere": (
        {"message": TEXT, "chat_history": [{"role": "USER", "message": "Bonjour."}], "max_tokens": 20000},
        lambda body: body["message"],
        lambda text: {"event_type": "text-generation", "text": text, "is_finished": False},
        lambda event: event["text"],
    ),
    "nova": (
        {"schemaVersion": "messages-v1", "messages": [user(TEXT)], "inferenceConfig": {"max_new_tokens": 20000}},
        last,
        lambda text: {"contentBlockDelta": {"delta": {"text": text}, "contentBlockIndex": 0}},
        lambda event: event["contentBlockDelta"]["delta"]["text"],
    ),
    "gpt-oss": (
        {"messages": [{"role": "user", "content": TEXT}], "max_completion_tokens": 20000},
        lambda body: body["messages"][0]["content"],
        lambda text: {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]},
        lambda event: event["choices"][0]["delta"]["content"],
    ),
}


MODELS = {
    "llama": "meta.llama3-1-70b-instruct-v1:0",
    "titan": "amazon.titan-text-express-v1",
    "mistral": "mistral.mistral-7b-instruct-v0:2",
    "cohere": "cohere.command-r-plus-v1:0",
    "nova": "eu.amazon.nova-pro-v1:0",
    "gpt-oss": "openai.gpt-oss-120b-1:0",
}


@pytest.mark.parametrize("maker", list(MAKERS))
@pytest.mark.parametrize("stream", [False, True])
def test_other_makers_called_directly(sdk: Any, upstream: LiveUpstream, maker: str, stream: bool) -> None:
    """Each maker's own text goes out hidden and comes back restored, whole and in pieces; numbers stay."""
    asked, of, as_event, read = MAKERS[maker]

    def answer(received: Received) -> Reply:
        text = of(received.json)
        if not stream:
            return Reply(json.dumps(as_event(text)).encode(), frame=5)
        pieces = [text[at : at + 3] for at in range(0, len(text), 3)]
        return Reply(b"".join(chunk(as_event(p)) for p in pieces), headers=FRAMES, frame=11, chunked=True)

    upstream.answer(answer)
    body = json.dumps(asked).encode()
    if stream:
        events = sdk.invoke_model_with_response_stream(modelId=MODELS[maker], body=body)["body"]
        said = "".join(read(json.loads(event["chunk"]["bytes"])) for event in events)
    else:
        said = read(json.loads(sdk.invoke_model(modelId=MODELS[maker], body=body)["body"].read()))
    assert said == TEXT
    assert b"20000" in upstream.requests[0].body


def test_tokens_are_counted_of_what_would_leave(sdk: Any, upstream: LiveUpstream) -> None:
    """The counting carries the same text, hidden too; a body in base64 cannot be read here."""
    upstream.answer(lambda _: Reply(b'{"inputTokens": 31}'))
    assert sdk.count_tokens(modelId=MODEL, input={"converse": {"messages": [user(TEXT)]}})["inputTokens"] == 31
    assert "[PERSONNE_1" in upstream.requests[0].body.decode()
    with pytest.raises(botocore.exceptions.ClientError, match="pièce jointe"):
        sdk.count_tokens(modelId=MODEL, input={"invokeModel": {"body": b"e30="}})
    assert len(upstream.requests) == 1


def test_the_first_words_arrive_before_the_last_are_said(sdk: Any, upstream: LiveUpstream) -> None:
    """A stream of frames stays a stream."""

    def slowly(received: Received) -> Reply:
        reply = say(last, (3, 0))(received)
        reply.frame, reply.pause = len(reply.body) // 12, 0.03
        return reply

    upstream.answer(slowly)
    early = ""
    for event in sdk.converse_stream(modelId=MODEL, messages=[user(TEXT)])["stream"]:
        if not upstream.requests[0].done:
            early += event.get("contentBlockDelta", {}).get("delta", {}).get("text", "")
    assert early.startswith("Mme Solenn Kerjouan")


@pytest.mark.parametrize("at", [70, -30], ids=["a flipped byte", "cut off"])
def test_a_damaged_stream_ends_in_the_sdks_own_error(sdk: Any, upstream: LiveUpstream, at: int) -> None:
    """What came before is shown, restored; then a French sentence, and nothing behind it."""

    def broken(received: Received) -> Reply:
        reply = say(last, (200, 0))(received)
        start = reply.body.index(b"messageStop")
        body = bytearray(reply.body[: start + at] if at < 0 else reply.body)
        if at > 0:
            body[start + at] ^= 1
        return Reply(bytes(body), headers=FRAMES, frame=9, chunked=True)

    upstream.answer(broken)
    events = iter(sdk.converse_stream(modelId=MODEL, messages=[user(TEXT)])["stream"])
    shown: list[Any] = []
    with pytest.raises(botocore.exceptions.EventStreamError, match="arrivée abîmée"):
        shown.extend(events)
    assert "".join(event.get("contentBlockDelta", {}).get("delta", {}).get("text", "") for event in shown) == TEXT


def test_a_signed_request_is_refused(gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """Its signature covers the body: the SDK raises its own exception at once, in French; nothing was sent."""
    signing = boto3.client(
        "bedrock-runtime",
        region_name="eu-west-3",
        endpoint_url=f"{gateway.url}/bedrock",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        config=Config(proxies={}),
    )
    with pytest.raises(signing.exceptions.AccessDeniedException, match="AWS_BEARER_TOKEN_BEDROCK"):
        signing.converse(modelId=MODEL, messages=[user(TEXT)])
    upstream.assert_untouched()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"image": {"format": "png", "source": {"bytes": b"\x89PNG"}}}, "image"),
        ({"document": {"format": "pdf", "name": "cr", "source": {"bytes": b"%PDF-"}}}, "fichier"),
        ({"document": {"format": "pdf", "name": "cr", "source": {"s3Location": {"uri": "s3://seau/cr"}}}}, "jointe"),
    ],
)
def test_what_cannot_be_read_is_refused(sdk: Any, upstream: LiveUpstream, content: Any, words: str) -> None:
    """A picture, a file, a file kept elsewhere: Amazon's own exception, nothing sent, not tried again."""
    message = {"role": "user", "content": [{"text": TEXT}, content]}
    with pytest.raises(sdk.exceptions.ValidationException, match=words) as refused:
        sdk.converse(modelId=MODEL, messages=[message])
    assert refused.value.response["ResponseMetadata"]["RetryAttempts"] == 0
    upstream.assert_untouched()


@cuts
def test_anthropics_own_sdk_for_bedrock(gateway: GatewayProcess, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """With a key it sends no signature: plain, streamed and with a tool that comes in pieces."""
    piece, write = cut

    def answer(received: Received) -> Reply:
        text = received.json["messages"][0]["content"]
        if received.target.endswith("/invoke"):
            return Reply(anthropic_message(text), frame=write)
        said = json.dumps({"texte": text}) if "tools" in received.json else text
        events = _events(anthropic_events([said[at : at + piece] for at in range(0, len(said), piece)]))
        if "tools" in received.json:
            events[1]["content_block"] = {"type": "tool_use", "id": "toolu_1", "name": "noter", "input": {}}
            for event in (e for e in events if e["type"] == "content_block_delta"):
                event["delta"] = {"type": "input_json_delta", "partial_json": event["delta"]["text"]}
        return Reply(b"".join(map(chunk, events)), headers=FRAMES, frame=write, chunked=True)

    upstream.answer(answer)
    with anthropic.DefaultHttpxClient(trust_env=False, timeout=60) as http:
        claude = anthropic.AnthropicBedrock(
            base_url=f"{gateway.url}/bedrock", api_key="cle-essai", aws_region="eu-west-3", http_client=http
        )
        asked: Any = {"model": MODEL, "max_tokens": 300, "messages": [{"role": "user", "content": TEXT}]}
        assert claude.messages.create(**asked).content[0].text == TEXT
        with claude.messages.stream(**asked) as stream:
            assert "".join(stream.text_stream) == TEXT
        tool = {"name": "noter", "input_schema": {"type": "object"}}
        with claude.messages.stream(**asked, tools=[tool]) as stream:
            block: Any = stream.get_final_message().content[0]
        assert block.input == {"texte": TEXT}
        picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}
        before = len(upstream.requests)
        with pytest.raises(anthropic.UnprocessableEntityError, match="image"):
            claude.messages.create(**asked | {"messages": [{"role": "user", "content": [picture]}]})
        assert len(upstream.requests) == before
