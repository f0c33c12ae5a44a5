"""Cohere's official SDK, pointed at the gateway: seven ways to talk, citations, embeddings, replies cut small."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import cohere
import httpx
import pytest
from cohere.core.api_error import ApiError

from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import Received, Reply
from tests.e2e.harness.live import LiveUpstream
from tests.e2e.test_more_formats import CALLED, MARKERS, SSE, TEXT, TOOL, pieces, user

MODEL = "command-a-03-2025"
CUTS = [(1, 5), (2, 0), (3, 3), (4, 1)]
DOCUMENT = {"id": "d1", "data": {"titre": "Compte rendu", "texte": TEXT}}


@pytest.fixture(params=CUTS, ids=[f"{piece} characters, {frame}-byte writes" for piece, frame in CUTS])
def cut(request: pytest.FixtureRequest) -> tuple[int, int]:
    """Give how the upstream cuts its replies: characters in an event, bytes in a write (0: all at once)."""
    found: tuple[int, int] = request.param
    return found


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """Give the SDKs a client that knows of no other proxy."""
    with httpx.Client(trust_env=False, timeout=60) as opened:
        yield opened


@pytest.fixture
def client(gateway: GatewayProcess, http: httpx.Client) -> cohere.ClientV2:
    """Give the SDK as a user sets it up."""
    return cohere.ClientV2(api_key="cle-essai", base_url=f"{gateway.url}/cohere", httpx_client=http)


@pytest.fixture(autouse=True)
def _nothing_leaks(upstream: LiveUpstream) -> Iterator[None]:
    """After every test: no marker reached the upstream."""
    yield
    upstream.assert_clean(MARKERS)


def _event(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, **more}


def _message(index: int | None = None, **said: Any) -> dict[str, Any]:
    return ({} if index is None else {"index": index}) | {"delta": {"message": said}}


def _citations(text: str) -> list[dict[str, Any]]:
    """Cite the whole text, and what follows the first placeholder in it."""
    tail = text[text.index("joignable") :]
    source = {"type": "document", "id": "d1", "document": {"id": "d1", "texte": text}}
    cited = [(0, text), (len(text) - len(tail), tail)]
    return [
        {"start": at, "end": at + len(part), "text": part, "sources": [source], "type": "TEXT_CONTENT"}
        for at, part in cited
    ]


def saying(cut: tuple[int, int], of: Callable[[Received], str] = lambda received: received.prompt) -> Any:
    """Answer what `of` makes of the request, whole or as events, with citations of it."""
    piece, frame = cut

    def answer(received: Received) -> Reply:
        text = of(received)
        usage = {"tokens": {"input_tokens": 5, "output_tokens": 7}}
        cited = _citations(text) if "joignable" in text else []
        if not received.json.get("stream"):
            message = {"role": "assistant", "content": [{"type": "text", "text": text}], "citations": cited}
            body = {"id": "m1", "finish_reason": "COMPLETE", "message": message, "usage": usage}
            return Reply(json.dumps(body).encode(), frame=frame)
        events = [_event("message-start", id="m1", **_message(role="assistant", content=[]))]
        events.append(_event("content-start", **_message(0, content={"type": "text", "text": ""})))
        events += [_event("content-delta", **_message(0, content={"text": part})) for part in pieces(text, piece)]
        for number, citation in enumerate(cited):
            events += [_event("citation-start", **_message(number, citations=citation)), _event("citation-end")]
        events.append(_event("content-end", index=0))
        return _streamed([*events, _event("message-end", delta={"finish_reason": "COMPLETE", "usage": usage})], frame)

    return answer


def _streamed(events: list[dict[str, Any]], frame: int) -> Reply:
    body = "".join(f"event: {e['type']}\ndata: {json.dumps(e, ensure_ascii=False)}\n\n" for e in events)
    return Reply(body.encode(), headers=SSE, frame=frame, chunked=True)


def calling(cut: tuple[int, int]) -> Callable[[Received], Reply]:
    """Answer with a plan that says the prompt, then a call of a tool whose arguments are the prompt."""
    piece, frame = cut

    def answer(received: Received) -> Reply:
        text = received.prompt
        arguments = json.dumps({"texte": text, "cles": {text.partition(",")[0]: 1}})
        call = {"id": "noter_1", "type": "function", "function": {"name": "noter", "arguments": arguments}}
        if not received.json.get("stream"):
            message = {"role": "assistant", "tool_plan": text, "tool_calls": [call]}
            return Reply(json.dumps({"id": "m1", "finish_reason": "TOOL_CALL", "message": message}).encode())
        events = [_event("tool-plan-delta", **_message(tool_plan=part)) for part in pieces(text, piece)]
        begun = call | {"function": {"name": "noter", "arguments": ""}}
        events.append(_event("tool-call-start", **_message(0, tool_calls=begun)))
        for part in pieces(arguments, piece):
            events.append(_event("tool-call-delta", **_message(0, tool_calls={"function": {"arguments": part}})))
        events.append(_event("tool-call-end", index=0))
        return _streamed([*events, _event("message-end", delta={"finish_reason": "TOOL_CALL"})], frame)

    return answer


def test_plain(client: cohere.ClientV2, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """The reply reads as if nothing had been hidden, each citation marks its words, the document left hidden."""
    upstream.answer(saying(cut))
    reply = client.chat(model=MODEL, messages=[user(TEXT)], documents=[DOCUMENT])
    text = reply.message.content[0].text
    assert text == TEXT
    assert [text[c.start : c.end] for c in reply.message.citations] == [c.text for c in reply.message.citations]
    assert reply.message.citations[0].text == TEXT
    assert reply.message.citations[0].sources[0].document["texte"] == TEXT
    assert reply.usage.tokens.output_tokens == 7
    (received,) = upstream.requests
    assert received.target == "/v2/chat"
    assert received.json["documents"][0]["data"] == {"titre": "Compte rendu", "texte": received.prompt}


def test_stream(client: cohere.ClientV2, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """Events add up to what was typed, as many as the model sent; citations mark the same words."""
    upstream.answer(saying(cut))
    events = list(client.chat_stream(model=MODEL, messages=[user(TEXT)]))
    parts = [event.delta.message.content.text for event in events if event.type == "content-delta"]
    text = "".join(parts)
    assert text == TEXT
    assert len(parts) == len(pieces(upstream.requests[0].prompt, cut[0]))
    cited = [event.delta.message.citations for event in events if event.type == "citation-start"]
    assert [text[c.start : c.end] for c in cited] == [c.text for c in cited] == [TEXT, TEXT[TEXT.index("joignable") :]]
    assert events[-1].delta.usage.tokens.output_tokens == 7


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_tools(client: cohere.ClientV2, upstream: LiveUpstream, cut: tuple[int, int], stream: bool) -> None:
    """A tool is called with the real values after its plan; the call and its result leave hidden."""
    upstream.answer(calling(cut))
    asked: dict[str, Any] = {"model": MODEL, "messages": [user(TEXT)], "tools": [TOOL]}
    if stream:
        events = list(client.chat_stream(**asked))
        plan = "".join(event.delta.message.tool_plan for event in events if event.type == "tool-plan-delta")
        said = [e.delta.message.tool_calls.function.arguments for e in events if e.type == "tool-call-delta"]
        arguments = "".join(said)
    else:
        message = client.chat(**asked).message
        plan, arguments = message.tool_plan, message.tool_calls[0].function.arguments
    assert (plan, json.loads(arguments)) == (TEXT, CALLED)
    call = {"id": "noter_1", "type": "function", "function": {"name": "noter", "arguments": arguments}}
    turns = [
        user(TEXT),
        {"role": "assistant", "tool_plan": plan, "tool_calls": [call]},
        {
            "role": "tool",
            "tool_call_id": "noter_1",
            "content": [{"type": "document", "document": {"id": "r1", "data": CALLED}}],
        },
    ]
    upstream.answer(saying(cut))
    assert client.chat(model=MODEL, messages=turns, tools=[TOOL]).message.content[0].text == TEXT
    sent = upstream.requests[1].json["messages"]
    hidden = json.loads(sent[1]["tool_calls"][0]["function"]["arguments"])
    assert hidden == sent[2]["content"][0]["document"]["data"]
    assert hidden["texte"] == sent[0]["content"] == sent[1]["tool_plan"]


def test_system(client: cohere.ClientV2, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """An instruction is hidden and comes back like any text."""
    upstream.answer(saying(cut, lambda received: received.json["messages"][0]["content"]))
    turns = [{"role": "system", "content": f"Le dossier : {TEXT}"}, user("Résume.")]
    assert client.chat(model=MODEL, messages=turns).message.content[0].text == f"Le dossier : {TEXT}"


def test_multi_turn(client: cohere.ClientV2, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """What came back leaves again with the placeholders that it had, citations and all."""
    upstream.answer(saying(cut))
    first = client.chat(model=MODEL, messages=[user(TEXT)]).message
    client.chat(model=MODEL, messages=[user(TEXT), first, user("Quelle surveillance ?")])
    hidden, again = upstream.requests[0].prompt, upstream.requests[1].json["messages"]
    assert again[0]["content"] == again[1]["content"][0]["text"] == again[1]["citations"][0]["text"] == hidden


def test_version_1(gateway: GatewayProcess, http: httpx.Client, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """The older API, plain and streamed as lines."""

    def answer(received: Received) -> Reply:
        text = received.json["message"]
        whole = {"text": text, "generation_id": "g1", "meta": {"tokens": {"input_tokens": 5, "output_tokens": 7}}}
        if not received.json.get("stream"):
            return Reply(json.dumps(whole).encode(), frame=cut[1])
        lines: list[dict[str, Any]] = [{"event_type": "stream-start", "generation_id": "g1"}]
        lines += [{"event_type": "text-generation", "text": part} for part in pieces(text, cut[0])]
        lines.append({"event_type": "stream-end", "finish_reason": "COMPLETE", "response": whole})
        headers = {"content-type": "application/stream+json"}
        body = "".join(json.dumps(line) + "\n" for line in lines)
        return Reply(body.encode(), headers=headers, frame=cut[1], chunked=True)

    upstream.answer(answer)
    sdk = cohere.Client(api_key="cle-essai", base_url=f"{gateway.url}/cohere", httpx_client=http)
    history = [{"role": "USER", "message": TEXT}, {"role": "CHATBOT", "message": "Bien."}]
    assert sdk.chat(message=TEXT, chat_history=history, preamble=TEXT).text == TEXT
    events = list(sdk.chat_stream(message=TEXT))
    assert "".join(event.text for event in events if event.event_type == "text-generation") == TEXT
    assert events[-1].response.text == TEXT
    sent = upstream.requests[0].json
    assert sent["message"] == sent["chat_history"][0]["message"] == sent["preamble"]


def test_embeddings_and_reranking(client: cohere.ClientV2, upstream: LiveUpstream) -> None:
    """Each text leaves hidden; one that the reply says again comes back as it was."""

    def answer(received: Received) -> Reply:
        texts = received.json.get("texts") or received.json["documents"]
        if "/rerank" in received.target:
            results = [{"index": 0, "relevance_score": 0.5, "document": {"text": texts[0]}}]
            return Reply(json.dumps({"id": "r1", "results": results}).encode())
        return Reply(json.dumps({"id": "e1", "embeddings": {"float": [[0.5]]}, "texts": texts}).encode())

    upstream.answer(answer)
    made = client.embed(model="embed-v4.0", input_type="search_query", texts=[TEXT], embedding_types=["float"])
    assert (made.texts, made.embeddings.float_) == ([TEXT], [[0.5]])
    ranked = client.rerank(model="rerank-v3.5", query=TEXT, documents=[TEXT])
    assert ranked.results[0].relevance_score == 0.5
    assert upstream.requests[1].json["query"] == upstream.requests[1].json["documents"][0]


def test_a_refusal_is_cohere_s_own_exception(client: cohere.ClientV2, upstream: LiveUpstream) -> None:
    """An image is refused in French; nothing was sent."""
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGVsbG8="}}
    with pytest.raises(ApiError) as refused:
        client.chat(model=MODEL, messages=[{"role": "user", "content": [{"type": "text", "text": TEXT}, image]}])
    assert refused.value.status_code == 422
    assert refused.value.body["message"].startswith("Cette image n'a pas été envoyée")
    upstream.assert_untouched()
