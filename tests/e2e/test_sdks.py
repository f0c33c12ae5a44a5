"""The official SDKs, pointed at the gateway: seven ways to talk each, with replies cut as small as they come."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import anthropic
import openai
import pytest

from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import Received, Reply
from tests.e2e.harness.live import LiveUpstream
from tests.e2e.harness.upstream import anthropic_events, anthropic_message, openai_events, openai_message

TEXT = (
    "M. Gwendal Trémoureux, né le 17/11/1948, NIR 1 48 11 22 113 045 66, joignable au 06 39 98 71 05, œdème aigu du "
    "poumon — NT-proBNP 6 410 ng/L, furosémide 40 mg « matin et soir ». 🫀"
)
SECOND = "Et sa fille, Mme Enora Trémoureux, tél. 02 61 91 22 38 : que lui dire du régime sans sel ?"
RECORD = (
    '{"patient": "Gwendal Trémoureux", "date_naissance": "17/11/1948", "note": "œdème, dit \\"fatigué\\"", "k": 4.2}'
)
MARKERS = [
    *(
        "Gwendal",
        "Trémoureux",
        "17/11/1948",
        "1 48 11 22 113 045 66",
        "148112211304566",
        "06 39 98 71 05",
        "0639987105",
    ),
    *("Enora", "02 61 91 22 38"),
]
MODEL = "modele-1"

CUTS = [(1, 5), (2, 0), (3, 5), (4, 3)]
pytestmark = pytest.mark.parametrize(
    "cut", CUTS, ids=[f"{piece} characters, {frame}-byte writes" for piece, frame in CUTS]
)


@dataclass
class Sdk:
    """A client of each provider that counts what it sends."""

    openai: openai.OpenAI
    anthropic: anthropic.Anthropic
    sent: list[Any] = field(default_factory=list)


@pytest.fixture
def sdk(gateway: GatewayProcess, upstream: LiveUpstream, cut: tuple[int, int]) -> Iterator[Sdk]:
    """Give both SDKs as users set them up, and an upstream that cuts its replies."""
    upstream.answer(None, *cut)
    sent: list[Any] = []
    seen: Any = {"trust_env": False, "event_hooks": {"request": [sent.append]}, "timeout": 60}
    # each SDK's own kind of client: which HTTP library is beneath is not ours to know
    with openai.DefaultHttpxClient(**seen) as one, anthropic.DefaultHttpxClient(**seen) as other:
        yield Sdk(
            openai.OpenAI(base_url=f"{gateway.url}/v1", api_key="sk-essai", max_retries=2, http_client=one),
            anthropic.Anthropic(base_url=gateway.url, api_key="sk-ant-essai", max_retries=2, http_client=other),
            sent,
        )


@pytest.fixture(autouse=True)
def _nothing_leaks(upstream: LiveUpstream) -> Iterator[None]:
    """After every test: no marker reached the upstream, and something did unless the test looked itself."""
    yield
    upstream.assert_clean(MARKERS)


def user(text: str) -> dict[str, Any]:
    """Return a user's message."""
    return {"role": "user", "content": text}


def streamed_openai(sdk: Sdk, **more: Any) -> str:
    """Return the text of a streamed chat completion."""
    stream = sdk.openai.chat.completions.create(model=MODEL, stream=True, **more)
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


def streamed_anthropic(sdk: Sdk, **more: Any) -> str:
    """Return the text of a streamed message."""
    with sdk.anthropic.messages.stream(model=MODEL, max_tokens=300, **more) as stream:
        return "".join(stream.text_stream)


def say(of: Callable[[Received], str], cut: tuple[int, int]) -> Callable[[Received], Reply]:
    """Return an answer that says what `of` makes of the request, whole or streamed, in the provider's shape."""
    piece, frame = cut

    def answer(received: Received) -> Reply:
        claude = "/messages" in received.target
        text = of(received)
        if not received.json.get("stream"):
            return Reply((anthropic_message if claude else openai_message)(text), frame=frame)
        pieces = [text[i : i + piece] for i in range(0, len(text), piece)]
        events = (anthropic_events if claude else openai_events)(pieces)
        return Reply(events, headers={"content-type": "text/event-stream"}, frame=frame, chunked=True)

    return answer


def call_tool(cut: tuple[int, int]) -> Callable[[Received], Reply]:
    """Return an answer that calls a tool with the whole prompt as an argument and as a key."""
    piece, frame = cut

    def answer(received: Received) -> Reply:
        arguments = {"texte": received.prompt, "cles": {received.prompt.split(",")[0]: 1}}
        claude, stream = "/messages" in received.target, received.json.get("stream")
        written = json.dumps(arguments)  # escaped, as providers write accents
        pieces = [written[i : i + piece] for i in range(0, len(written), piece)]
        if claude:
            return _anthropic_stream(pieces, frame) if stream else _anthropic_call(arguments, frame)
        return _openai_stream(pieces, frame) if stream else _openai_call(written, frame)

    return answer


def _openai_call(written: str, frame: int) -> Reply:
    call = {"id": "call_1", "type": "function", "function": {"name": "noter", "arguments": written}}
    value = json.loads(openai_message(""))
    value["choices"][0] |= {"finish_reason": "tool_calls"}
    value["choices"][0]["message"] = {"role": "assistant", "content": None, "tool_calls": [call]}
    return Reply(json.dumps(value).encode(), frame=frame)


def _openai_stream(pieces: list[str], frame: int) -> Reply:
    first = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "noter", "arguments": ""}}
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": None, "tool_calls": [first]}]
    deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces]
    base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    chunks = [{**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks.append({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    return Reply(body.encode(), headers={"content-type": "text/event-stream"}, frame=frame, chunked=True)


def _anthropic_call(arguments: dict[str, Any], frame: int) -> Reply:
    value = json.loads(anthropic_message(""))
    value["content"] = [{"type": "tool_use", "id": "toolu_1", "name": "noter", "input": arguments}]
    value["stop_reason"] = "tool_use"
    return Reply(json.dumps(value).encode(), frame=frame)


def _anthropic_stream(pieces: list[str], frame: int) -> Reply:
    start = {"type": "tool_use", "id": "toolu_1", "name": "noter", "input": {}}
    body = anthropic_events(pieces).decode()
    body = body.replace('{"type": "text", "text": ""}', json.dumps(start))
    body = body.replace('{"type": "text_delta", "text": ', '{"type": "input_json_delta", "partial_json": ')
    body = body.replace('"end_turn"', '"tool_use"')
    return Reply(body.encode(), headers={"content-type": "text/event-stream"}, frame=frame, chunked=True)


OPENAI_TOOL: Any = {
    "type": "function",
    "function": {
        "name": "noter",
        "description": "Note dans le dossier de M. Gwendal Trémoureux.",
        "parameters": {"type": "object", "properties": {"texte": {"type": "string"}}},
    },
}
ANTHROPIC_TOOL: Any = {
    "name": "noter",
    "description": "Note dans le dossier de M. Gwendal Trémoureux.",
    "input_schema": {"type": "object", "properties": {"texte": {"type": "string"}}},
}
CALLED = {"texte": TEXT, "cles": {TEXT.split(",")[0]: 1}}


def test_openai_plain(sdk: Sdk, upstream: LiveUpstream) -> None:
    """The reply reads as if nothing had been hidden; usage is the provider's."""
    reply = sdk.openai.chat.completions.create(model=MODEL, messages=[user(TEXT)])  # type: ignore[list-item]
    assert reply.choices[0].message.content == TEXT
    assert reply.usage is not None
    assert reply.usage.total_tokens == 12
    assert len(upstream.requests) == 1


def test_openai_stream(sdk: Sdk) -> None:
    """Pieces add up to exactly what was typed."""
    assert streamed_openai(sdk, messages=[user(TEXT)]) == TEXT


def test_openai_tools(sdk: Sdk, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """A tool is called with the real values."""
    upstream.answer(call_tool(cut))
    reply = sdk.openai.chat.completions.create(model=MODEL, messages=[user(TEXT)], tools=[OPENAI_TOOL])  # type: ignore[list-item]
    calls: Any = reply.choices[0].message.tool_calls
    assert json.loads(calls[0].function.arguments) == CALLED
    assert calls[0].function.name == "noter"


def test_openai_streamed_tools(sdk: Sdk, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """Arguments that come in pieces add up to JSON with the real values."""
    upstream.answer(call_tool(cut))
    with sdk.openai.chat.completions.stream(model=MODEL, messages=[user(TEXT)], tools=[OPENAI_TOOL]) as stream:  # type: ignore[list-item]
        calls: Any = stream.get_final_completion().choices[0].message.tool_calls
    assert json.loads(calls[0].function.arguments) == CALLED
    assert (calls[0].id, calls[0].function.name) == ("call_1", "noter")


def test_openai_system(sdk: Sdk, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """Instructions are read too, and the same person has the same placeholder in both."""
    upstream.answer(say(lambda r: r.json["messages"][0]["content"] + " / " + r.prompt, cut))
    system = "Vous suivez M. Gwendal Trémoureux."
    said = streamed_openai(sdk, messages=[{"role": "system", "content": system}, user(TEXT)])
    assert said == f"{system} / {TEXT}"


def test_openai_multi_turn(sdk: Sdk, upstream: LiveUpstream) -> None:
    """What came back is sent again in the next turn, and leaves with the placeholders that it had."""
    messages = [user(TEXT)]
    messages.append({"role": "assistant", "content": streamed_openai(sdk, messages=messages)})
    messages.append(user(SECOND))
    assert streamed_openai(sdk, messages=messages) == SECOND
    first, second = (request.json["messages"] for request in upstream.requests)
    assert second[0] == first[0]
    assert second[1]["content"] == first[0]["content"]


def test_openai_tool_result(sdk: Sdk, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """A record that a tool returned as JSON is hidden inside, and told with the real values."""
    upstream.answer(say(lambda r: r.json["messages"][2]["content"], cut))
    call = {"id": "call_1", "type": "function", "function": {"name": "lire", "arguments": RECORD}}
    messages = [
        user("Lis le dossier."),
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": RECORD},
    ]
    assert streamed_openai(sdk, messages=messages) == RECORD
    sent = upstream.requests[0].json["messages"]
    assert json.loads(sent[2]["content"])["k"] == 4.2
    assert sent[1]["tool_calls"][0]["function"]["arguments"] == sent[2]["content"]


def test_anthropic_plain(sdk: Sdk, upstream: LiveUpstream) -> None:
    """The reply reads as if nothing had been hidden; usage is the provider's."""
    reply = sdk.anthropic.messages.create(model=MODEL, max_tokens=300, messages=[user(TEXT)])  # type: ignore[list-item]
    assert [getattr(block, "text", None) for block in reply.content] == [TEXT]
    assert reply.usage.output_tokens == 7
    assert len(upstream.requests) == 1


def test_anthropic_stream(sdk: Sdk) -> None:
    """Pieces add up to exactly what was typed."""
    assert streamed_anthropic(sdk, messages=[user(TEXT)]) == TEXT


def test_anthropic_tools(sdk: Sdk, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """A tool is called with the real values."""
    upstream.answer(call_tool(cut))
    reply: Any = sdk.anthropic.messages.create(
        model=MODEL,
        max_tokens=300,
        messages=[user(TEXT)],
        tools=[ANTHROPIC_TOOL],  # type: ignore[list-item]
    )
    assert reply.content[0].input == CALLED
    assert reply.stop_reason == "tool_use"


def test_anthropic_streamed_tools(sdk: Sdk, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """An input that comes in pieces adds up to JSON with the real values."""
    upstream.answer(call_tool(cut))
    with sdk.anthropic.messages.stream(
        model=MODEL,
        max_tokens=300,
        messages=[user(TEXT)],
        tools=[ANTHROPIC_TOOL],  # type: ignore[list-item]
    ) as stream:
        block: Any = stream.get_final_message().content[0]
    assert block.input == CALLED
    assert (block.id, block.name) == ("toolu_1", "noter")


def test_anthropic_system(sdk: Sdk, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """Instructions are read too, as one text and as blocks."""
    upstream.answer(say(lambda r: r.json["system"][0]["text"] + " / " + r.prompt, cut))
    system = "Vous suivez M. Gwendal Trémoureux."
    said = streamed_anthropic(sdk, system=[{"type": "text", "text": system}], messages=[user(TEXT)])
    assert said == f"{system} / {TEXT}"


def test_anthropic_multi_turn(sdk: Sdk, upstream: LiveUpstream) -> None:
    """What came back is sent again in the next turn, and leaves with the placeholders that it had."""
    messages = [user(TEXT)]
    messages.append({"role": "assistant", "content": streamed_anthropic(sdk, messages=messages)})
    messages.append(user(SECOND))
    assert streamed_anthropic(sdk, messages=messages) == SECOND
    first, second = (request.json["messages"] for request in upstream.requests)
    assert second[0] == first[0]
    assert second[1]["content"] == first[0]["content"]


def test_anthropic_tool_result(sdk: Sdk, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """A record that a tool returned as JSON is hidden inside, and told with the real values."""
    upstream.answer(say(lambda r: r.json["messages"][2]["content"][0]["content"], cut))
    use = {"type": "tool_use", "id": "toolu_1", "name": "lire", "input": json.loads(RECORD)}
    messages = [
        user("Lis le dossier."),
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": RECORD}]},
    ]
    assert streamed_anthropic(sdk, messages=messages) == RECORD
    sent = upstream.requests[0].json["messages"]
    assert sent[1]["content"][0]["input"] == json.loads(sent[2]["content"][0]["content"])


@pytest.mark.parametrize("claude", [False, True], ids=["openai", "anthropic"])
def test_the_first_words_arrive_before_the_last_are_said(
    claude: bool, sdk: Sdk, upstream: LiveUpstream, cut: tuple[int, int]
) -> None:
    """A stream stays a stream."""

    def slowly(received: Received) -> Reply:
        reply = upstream.echo(received)
        reply.frame, reply.pause = len(reply.body) // 12, 0.03
        return reply

    upstream.answer(slowly, *cut)
    pieces: list[tuple[str, bool]] = []
    if claude:
        with sdk.anthropic.messages.stream(model=MODEL, max_tokens=300, messages=[user(TEXT)]) as stream:  # type: ignore[list-item]
            pieces += [(text, upstream.requests[0].done) for text in stream.text_stream]
    else:
        chunks = sdk.openai.chat.completions.create(model=MODEL, messages=[user(TEXT)], stream=True)  # type: ignore[list-item]
        pieces += [(c.choices[0].delta.content or "", upstream.requests[0].done) for c in chunks if c.choices]
    assert "".join(text for text, _ in pieces) == TEXT
    early = [text for text, done in pieces if text and not done]
    assert len(early) >= 3
    assert "Gwendal" in "".join(early)


IMAGE: Any = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
PICTURE: Any = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_a_refusal_is_the_sdks_own_exception_and_is_not_retried(stream: bool, sdk: Sdk, upstream: LiveUpstream) -> None:
    """The program sees a French sentence at once; nothing was sent, once or three times."""
    text = {"type": "text", "text": TEXT}
    began = time.monotonic()
    with pytest.raises(openai.UnprocessableEntityError) as refused:
        sdk.openai.chat.completions.create(model=MODEL, messages=[user([text, IMAGE])], stream=stream)  # type: ignore[arg-type]
    assert refused.value.code == "file_image"
    assert "Cette image n'a pas été envoyée" in refused.value.message
    with pytest.raises(anthropic.UnprocessableEntityError) as denied:
        sdk.anthropic.messages.create(
            model=MODEL,
            max_tokens=9,
            messages=[user([text, PICTURE])],
            stream=stream,  # type: ignore[arg-type]
        )
    body: Any = denied.value.body
    assert body["error"]["type"] == "avec_refusal"
    assert "Cette image n'a pas été envoyée" in body["error"]["message"]
    with pytest.raises(openai.PermissionDeniedError):
        sdk.openai.post("/dossiers", cast_to=object, body={"prompt": TEXT})
    with pytest.raises(openai.BadRequestError):
        sdk.openai.post("/chat/completions", cast_to=object, content=b'{"model":')
    assert len(sdk.sent) == 4
    assert time.monotonic() - began < 60
    upstream.assert_untouched()
