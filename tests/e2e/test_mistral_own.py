"""Mistral's own addresses through its SDK: conversations in seven ways, agents, completion between texts, refusals."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from mistralai.client import Mistral
from mistralai.client.errors import MistralError

from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import Received, Reply
from tests.e2e.harness.live import LiveUpstream
from tests.e2e.harness.upstream import openai_message
from tests.e2e.test_more_formats import CALLED, MARKERS, SSE, TEXT, TOOL, pieces, user

MODEL = "mistral-medium-latest"
AGENT = "ag_0190b7f2c1d87c3e9a5f4b6d2e8c1a70"
CUTS = [(1, 5), (2, 0), (3, 3), (4, 1)]


@pytest.fixture(params=CUTS, ids=[f"{piece} characters, {frame}-byte writes" for piece, frame in CUTS])
def cut(request: pytest.FixtureRequest) -> tuple[int, int]:
    """Give how the upstream cuts its replies: characters in an event, bytes in a write (0: all at once)."""
    found: tuple[int, int] = request.param
    return found


@pytest.fixture
def client(gateway: GatewayProcess) -> Iterator[Mistral]:
    """Give the SDK as a user sets it up."""
    with httpx2.Client(trust_env=False, timeout=60) as http:
        yield Mistral(api_key="cle-essai", server_url=f"{gateway.url}/mistral", client=http)


@pytest.fixture(autouse=True)
def _nothing_leaks(upstream: LiveUpstream) -> Iterator[None]:
    """After every test: no marker reached the upstream."""
    yield
    upstream.assert_clean(MARKERS)


def _first(received: Received) -> str:
    inputs = received.json["inputs"]
    return inputs if isinstance(inputs, str) else str(inputs[0]["content"])


def saying(
    cut: tuple[int, int], of: Callable[[Received], str] = _first, name: str = "conv_1"
) -> Callable[[Received], Reply]:
    """Answer what `of` makes of the request, whole or as events, in the conversation of this name."""
    piece, frame = cut

    def answer(received: Received) -> Reply:
        text = of(received)
        usage = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
        if not received.json.get("stream"):
            output = {"type": "message.output", "role": "assistant", "id": "m1", "content": text}
            return Reply(json.dumps({"conversation_id": name, "outputs": [output], "usage": usage}).encode())
        said = {"type": "message.output.delta", "id": "m1", "output_index": 0, "content_index": 0, "role": "assistant"}
        events = [said | {"content": part} for part in pieces(text, piece)]
        return _streamed([*events, {"type": "conversation.response.done", "usage": usage}], frame)

    return answer


def _streamed(events: list[dict[str, Any]], frame: int) -> Reply:
    began = {"type": "conversation.response.started", "conversation_id": "conv_1", "created_at": "2026-11-23T10:00:00Z"}
    body = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in [began, *events])
    return Reply(body.encode(), headers=SSE, frame=frame, chunked=True)


def calling(cut: tuple[int, int]) -> Callable[[Received], Reply]:
    """Answer with a call of a tool whose arguments are the prompt."""
    piece, frame = cut

    def answer(received: Received) -> Reply:
        text = _first(received)
        written = json.dumps({"texte": text, "cles": {text.partition(",")[0]: 1}})
        call = {"id": "f1", "name": "noter", "tool_call_id": "Ab3dEf6hI"}
        usage = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
        if not received.json.get("stream"):
            output = call | {"type": "function.call", "arguments": written}
            return Reply(json.dumps({"conversation_id": "conv_1", "outputs": [output], "usage": usage}).encode())
        delta = call | {"type": "function.call.delta", "output_index": 0}
        events = [delta | {"arguments": part} for part in pieces(written, piece)]
        return _streamed([*events, {"type": "conversation.response.done", "usage": usage}], frame)

    return answer


def streamed(client: Mistral, **asked: Any) -> list[Any]:
    """Return the data of each event of a streamed conversation's beginning."""
    with client.beta.conversations.start_stream(model=MODEL, store=False, **asked) as events:
        return [event.data for event in events]


def test_plain(client: Mistral, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """The answer reads as if nothing had been hidden."""
    upstream.answer(saying(cut))
    reply = client.beta.conversations.start(model=MODEL, inputs=TEXT, store=False)
    assert reply.outputs[0].content == TEXT  # type: ignore[union-attr]
    assert reply.usage.completion_tokens == 7
    assert upstream.requests[0].target.partition("#")[0] == "/v1/conversations"


def test_stream(client: Mistral, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """Events add up to what was typed, as many as the model sent."""
    upstream.answer(saying(cut))
    said = [data.content for data in streamed(client, inputs=TEXT) if data.type == "message.output.delta"]
    assert "".join(said) == TEXT
    assert len(said) == len(pieces(_first(upstream.requests[0]), cut[0]))


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_tools(client: Mistral, upstream: LiveUpstream, cut: tuple[int, int], stream: bool) -> None:
    """A tool is called with the real values; the call and its result, sent back as entries, leave hidden."""
    upstream.answer(calling(cut))
    if stream:
        events = streamed(client, inputs=TEXT, tools=[TOOL])
        arguments = "".join(data.arguments for data in events if data.type == "function.call.delta")
    else:
        output: Any = client.beta.conversations.start(model=MODEL, inputs=TEXT, tools=[TOOL], store=False).outputs[0]
        arguments = output.arguments
    assert json.loads(arguments) == CALLED
    entries = [
        user(TEXT) | {"type": "message.input"},
        {"type": "function.call", "tool_call_id": "Ab3dEf6hI", "name": "noter", "arguments": arguments},
        {"type": "function.result", "tool_call_id": "Ab3dEf6hI", "result": json.dumps(CALLED, ensure_ascii=False)},
    ]
    upstream.answer(saying(cut))
    reply: Any = client.beta.conversations.start(model=MODEL, inputs=entries, store=False)  # type: ignore[arg-type]
    assert reply.outputs[0].content == TEXT
    sent = upstream.requests[1].json["inputs"]
    assert json.loads(sent[1]["arguments"]) == json.loads(sent[2]["result"])
    assert json.loads(sent[1]["arguments"])["texte"] == sent[0]["content"]


def test_system(client: Mistral, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """An instruction is hidden and comes back like any text."""
    upstream.answer(saying(cut, lambda received: received.json["instructions"]))
    reply: Any = client.beta.conversations.start(model=MODEL, inputs="Résume.", instructions=TEXT, store=False)
    assert reply.outputs[0].content == TEXT


def test_multi_turn(client: Mistral, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """A history that is sent again leaves with the placeholders that it had."""
    upstream.answer(saying(cut))
    client.beta.conversations.start(model=MODEL, inputs=TEXT, store=False)
    entries: Any = [
        user(TEXT) | {"type": "message.input"},
        {"type": "message.output", "role": "assistant", "content": TEXT},
        user("Quelle surveillance ?") | {"type": "message.input"},
    ]
    client.beta.conversations.start(model=MODEL, inputs=entries, store=False)
    sent = upstream.requests[1].json["inputs"]
    assert sent[0]["content"] == sent[1]["content"] == _first(upstream.requests[0])


def test_a_conversation_goes_on(client: Mistral, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """Mistral keeps what was said: the same person keeps her number, another gets the next, and both come back."""
    name = f"conv_{uuid.uuid4().hex}"
    upstream.answer(saying(cut, name=name))
    assert client.beta.conversations.start(model=MODEL, inputs=TEXT).conversation_id == name
    second = "Mme Rozenn Le Guévellec tousse, comme M. Corentin Jézéquel."
    reply: Any = client.beta.conversations.append(conversation_id=name, inputs=second)
    assert reply.outputs[0].content == second
    with client.beta.conversations.append_stream(conversation_id=name, inputs=second) as events:
        said = [event.data.content for event in events if event.data.type == "message.output.delta"]
    assert "".join(str(part) for part in said) == second
    first, again, last = (_first(received) for received in upstream.requests)
    assert "Mme [PERSONNE_1]" in first
    assert again == last == "Mme [PERSONNE_1] tousse, comme M. [PERSONNE_2]."
    assert upstream.requests[1].target.partition("#")[0] == f"/v1/conversations/{name}"


def test_a_conversation_that_nobody_knows_is_refused(client: Mistral, upstream: LiveUpstream) -> None:
    """Its placeholders would be numbered anew: also one that began without being kept."""
    name = f"conv_{uuid.uuid4().hex}"
    upstream.answer(saying((3, 0), name=name))
    client.beta.conversations.start(model=MODEL, inputs=TEXT, store=False)
    for unknown in (name, f"conv_{uuid.uuid4().hex}"):
        with pytest.raises(MistralError) as refused:
            client.beta.conversations.append(conversation_id=unknown, inputs=TEXT)
        assert (refused.value.status_code, json.loads(refused.value.body)["code"]) == (422, "history_unknown")
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_an_agent(client: Mistral, upstream: LiveUpstream, stream: bool) -> None:
    """Chat completions with an agent's id, which leaves as it is."""
    asked: dict[str, Any] = {"agent_id": AGENT, "messages": [user(TEXT)]}
    if stream:
        upstream.answer(lambda r: _chat_events(r.prompt))
        with client.agents.stream(**asked) as events:
            text = "".join(str(event.data.choices[0].delta.content or "") for event in events)
    else:
        upstream.answer(lambda r: Reply(openai_message(r.prompt)))
        text = str(client.agents.complete(**asked).choices[0].message.content)
    assert text == TEXT
    assert upstream.requests[0].json["agent_id"] == AGENT


def _chat_events(text: str) -> Reply:
    base = {"id": "cmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    chunks = [
        {**base, "choices": [{"index": 0, "delta": {"content": part}, "finish_reason": None}]}
        for part in pieces(text, 3)
    ]
    chunks.append({**base, "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "stop"}]})
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    return Reply(body.encode(), headers=SSE, frame=5, chunked=True)


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_between_two_texts(client: Mistral, upstream: LiveUpstream, stream: bool) -> None:
    """What stands before and after is hidden; what comes between reads as it should."""
    asked: dict[str, Any] = {"model": "codestral-latest", "prompt": TEXT, "suffix": f"# {TEXT}"}
    if stream:
        upstream.answer(lambda r: _chat_events(r.json["prompt"]))
        with client.fim.stream(**asked) as events:
            text = "".join(str(event.data.choices[0].delta.content or "") for event in events)
    else:
        upstream.answer(lambda r: Reply(openai_message(r.json["prompt"])))
        text = str(client.fim.complete(**asked).choices[0].message.content)
    assert text == TEXT
    assert upstream.requests[0].json["suffix"] == f"# {upstream.requests[0].json['prompt']}"


def test_moderation_and_reading_documents(client: Mistral, upstream: LiveUpstream) -> None:
    """A text to be judged leaves hidden; a document to be read there does not leave."""
    upstream.answer(lambda _: Reply(b'{"id":"m1","model":"m","results":[{"categories":{"pii":true}}]}'))
    judged = client.classifiers.moderate(model="mistral-moderation-latest", inputs=[TEXT])
    assert judged.results[0].categories == {"pii": True}
    assert "[PERSONNE_1" in upstream.requests[0].json["input"][0]
    with pytest.raises(MistralError) as refused:
        client.ocr.process(
            model="mistral-ocr-latest", document={"type": "document_url", "document_url": "https://exemple.fr/cr.pdf"}
        )
    assert "pièce jointe" in json.loads(refused.value.body)["message"]
    assert len(upstream.requests) == 1
