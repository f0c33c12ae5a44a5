"""Mistral and Ollama through their official SDKs, pointed at the gateway: plain, streamed, with tools."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import ollama
import pytest
from mistralai.client import Mistral
from mistralai.client.errors import MistralError

from avec_proxy import settings
from avec_proxy.proxy.master import Gateway
from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import Received, RecordingUpstream, Reply
from tests.e2e.harness.live import LiveUpstream
from tests.e2e.harness.upstream import openai_message

TEXT = (
    "Mme Rozenn Le Guévellec, née le 23/04/1951, IPP 80417733, joignable au 06 39 98 64 17, « polyarthrite » "
    "sous méthotrexate 15 mg le mardi — CRP 34 mg/L, sans fièvre. 🦴"
)
MARKERS = ["Rozenn", "Guévellec", "23/04/1951", "80417733", "06 39 98 64 17", "0639986417"]
CALLED = {"texte": TEXT, "cles": {"Mme Rozenn Le Guévellec": 1}}
CUTS = [(1, 5), (3, 0)]
NDJSON = {"content-type": "application/x-ndjson"}
SSE = {"content-type": "text/event-stream"}
TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "noter",
        "description": "Note dans le dossier de Mme Rozenn Le Guévellec.",
        "parameters": {"type": "object", "properties": {"texte": {"type": "string"}}},
    },
}


@pytest.fixture(params=CUTS, ids=[f"{piece} characters, {frame}-byte writes" for piece, frame in CUTS])
def cut(request: pytest.FixtureRequest) -> tuple[int, int]:
    """Give how the upstream cuts its replies: characters in a delta, bytes in a write (0: all at once)."""
    found: tuple[int, int] = request.param
    return found


@pytest.fixture
def mistral(gateway: GatewayProcess) -> Iterator[Mistral]:
    """Give Mistral's SDK as a user sets it up."""
    with httpx2.Client(trust_env=False, timeout=60) as client:
        yield Mistral(api_key="cle-essai", server_url=f"{gateway.url}/mistral", client=client)


@pytest.fixture
def local(gateway: GatewayProcess) -> Iterator[ollama.Client]:
    """Give Ollama's SDK as a user sets it up."""
    client = ollama.Client(host=f"{gateway.url}/ollama", trust_env=False, timeout=60)
    yield client
    client.close()


@pytest.fixture(autouse=True)
def _nothing_leaks(upstream: LiveUpstream) -> Iterator[None]:
    """After every test: no marker reached the upstream."""
    yield
    upstream.assert_clean(MARKERS)


def user(text: str) -> dict[str, Any]:
    """Return a user's message."""
    return {"role": "user", "content": text}


def pieces(text: str, piece: int) -> list[str]:
    """Return `text` in pieces."""
    return [text[at : at + piece] for at in range(0, len(text), piece)]


# -- Mistral


def in_chunks(cut: tuple[int, int]) -> Callable[[Received], Reply]:
    """Answer with the prompt, first as thinking, then said in strings and in lists of chunks by turns."""
    piece, frame = cut

    def thought(text: str) -> list[dict[str, Any]]:
        return [{"type": "thinking", "thinking": [{"type": "text", "text": text}]}]

    def answer(received: Received) -> Reply:
        text = received.prompt
        if not received.json.get("stream"):
            value = json.loads(openai_message(""))
            value["choices"][0]["message"]["content"] = [*thought(text), {"type": "text", "text": text}]
            return Reply(json.dumps(value).encode(), frame=frame)
        said: list[Any] = [thought(part) for part in pieces(text, piece)]
        said += [part if n % 3 else [{"type": "text", "text": part}] for n, part in enumerate(pieces(text, piece))]
        base = {"id": "cmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        chunks = [
            {**base, "choices": [{"index": 0, "delta": {"content": content}, "finish_reason": None}]}
            for content in said
        ]
        usage = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
        chunks.append(
            {**base, "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "stop"}], "usage": usage}
        )
        body = "".join(f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
        return Reply(body.encode(), headers=SSE, frame=frame, chunked=True)

    return answer


def calling(frame: int, *, as_object: bool) -> Callable[[Received], Reply]:
    """Answer with a call of a tool, its arguments the prompt, as Mistral writes it: whole in one event."""

    def answer(received: Received) -> Reply:
        arguments: Any = {"texte": received.prompt, "cles": {received.prompt.partition(",")[0]: 1}}
        written = arguments if as_object else json.dumps(arguments)
        call = {"id": "Ab3dEf6hI", "type": "function", "function": {"name": "noter", "arguments": written}, "index": 0}
        stream = received.json.get("stream")
        value = json.loads(openai_message(""))
        said = {"role": "assistant", "content": "", "tool_calls": [call]}
        value["choices"] = [{"index": 0, "delta" if stream else "message": said, "finish_reason": "tool_calls"}]
        body = json.dumps(value)
        return Reply(
            (f"data: {body}\n\ndata: [DONE]\n\n" if stream else body).encode(),
            headers=SSE if stream else {"content-type": "application/json"},
            frame=frame,
            chunked=bool(stream),
        )

    return answer


def spoken(content: Any) -> tuple[str, str]:
    """Return the thinking and the words of a message's or delta's content."""
    if not content or isinstance(content, str):
        return "", content or ""
    thinking = "".join(part.text for chunk in content if chunk.type == "thinking" for part in chunk.thinking)
    return thinking, "".join(chunk.text for chunk in content if chunk.type == "text")


def test_mistral_plain(mistral: Mistral, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """Words and thinking read as if nothing had been hidden; the vendor's name in the path stays here."""
    upstream.answer(in_chunks(cut))
    reply = mistral.chat.complete(
        model="mistral-medium-latest",
        messages=[user([{"type": "text", "text": TEXT}])],  # type: ignore[arg-type]
        random_seed=7,
        safe_prompt=True,
    )
    assert spoken(reply.choices[0].message.content) == (TEXT, TEXT)
    assert reply.usage.total_tokens == 12
    (received,) = upstream.requests
    assert received.target == "/v1/chat/completions"
    assert received.headers["authorization"] == "Bearer cle-essai"
    assert received.json["random_seed"] == 7


def test_mistral_stream(mistral: Mistral, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """Thinking first, then words, in strings and in chunks: each adds up to what was typed."""
    upstream.answer(in_chunks(cut))
    with mistral.chat.stream(model="mistral-medium-latest", messages=[user(TEXT)]) as stream:
        events = [event.data for event in stream]
    parts = [spoken(event.choices[0].delta.content) for event in events]
    assert "".join(thinking for thinking, _ in parts) == TEXT
    assert "".join(words for _, words in parts) == TEXT
    first_word = next(n for n, (_, words) in enumerate(parts) if words)
    assert not any(thinking for thinking, _ in parts[first_word:])
    assert events[-1].usage.completion_tokens == 7


@pytest.mark.parametrize("as_object", [False, True], ids=["string", "object"])
@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_mistral_tools(mistral: Mistral, upstream: LiveUpstream, as_object: bool, stream: bool) -> None:
    """A tool is called with the real values, its arguments written as text or as an object."""
    upstream.answer(calling(7, as_object=as_object))
    asked: dict[str, Any] = {"model": "mistral-medium-latest", "messages": [user(TEXT)], "tools": [TOOL]}
    if stream:
        with mistral.chat.stream(**asked) as events:
            calls = [call for event in events for call in event.data.choices[0].delta.tool_calls or []]
    else:
        calls = mistral.chat.complete(**asked).choices[0].message.tool_calls or []
    (call,) = calls
    arguments = call.function.arguments
    assert (json.loads(arguments) if isinstance(arguments, str) else arguments) == CALLED
    assert (call.id, call.function.name) == ("Ab3dEf6hI", "noter")


def test_mistral_multi_turn(mistral: Mistral, upstream: LiveUpstream) -> None:
    """What came back, thinking too, leaves again with the placeholders that it had."""
    upstream.answer(in_chunks((3, 0)))
    asked: dict[str, Any] = {"model": "mistral-medium-latest"}
    first = mistral.chat.complete(messages=[user(TEXT)], **asked).choices[0].message
    mistral.chat.complete(messages=[user(TEXT), first, user("Quelle surveillance ?")], **asked)
    hidden = upstream.requests[0].prompt
    thinking, words = upstream.requests[1].json["messages"][1]["content"]
    assert thinking["thinking"][0]["text"] == words["text"] == hidden


def test_a_refusal_is_mistrals_own_exception(mistral: Mistral, upstream: LiveUpstream) -> None:
    """A document is refused in French; nothing was sent."""
    document = {"type": "document_url", "document_url": "https://exemple.fr/cr.pdf", "document_name": "cr.pdf"}
    asked: dict[str, Any] = {"model": "m", "messages": [user([{"type": "text", "text": TEXT}, document])]}  # type: ignore[arg-type]
    with pytest.raises(MistralError) as refused:
        mistral.chat.complete(**asked)
    assert refused.value.status_code == 422
    assert "Cette pièce jointe n'a pas été envoyée" in json.loads(refused.value.body)["message"]
    upstream.assert_untouched()


def test_mistrals_replies_are_read_behind_openais_address_too(
    gateway: GatewayProcess, upstream: LiveUpstream, cut: tuple[int, int]
) -> None:
    """Where one upstream serves every vendor, the SDK may be set up without the vendor's name."""
    upstream.answer(in_chunks(cut))
    with httpx2.Client(trust_env=False, timeout=60) as client:
        sdk = Mistral(api_key="cle-essai", server_url=gateway.url, client=client)
        with sdk.chat.stream(model="m", messages=[user(TEXT)]) as stream:
            parts = [spoken(event.data.choices[0].delta.content) for event in stream]
    assert ("".join(t for t, _ in parts), "".join(w for _, w in parts)) == (TEXT, TEXT)


# -- Ollama


def in_lines(cut: tuple[int, int]) -> Callable[[Received], Reply]:
    """Answer with the prompt as Ollama would: whole, or a line for each piece and one more for the end."""
    piece, frame = cut

    def answer(received: Received) -> Reply:
        if not received.body:
            return Reply(json.dumps({"models": [{"model": "m:latest", "name": "m:latest"}]}).encode())
        generate = received.target.endswith("/generate")
        text = received.json["prompt"] if generate else received.prompt
        said = (lambda part: {"response": part}) if generate else (lambda part: {"message": user(part)})
        base = {"model": "m", "created_at": "2026-11-23T10:00:00.123456789Z"}
        end = {"done": True, "done_reason": "stop", "prompt_eval_count": 5, "eval_count": 7}
        if received.json.get("stream") is False:
            return Reply(json.dumps({**base, **said(text), **end}).encode(), frame=frame)
        lines = [{**base, **said(part), "done": False} for part in pieces(text, piece)]
        lines.append({**base, **said(""), **end, **({"context": [1, 2, 3]} if generate else {})})
        body = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        return Reply(body.encode(), headers=NDJSON, frame=frame, chunked=True)

    return answer


def test_ollama_chat_plain(local: ollama.Client, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """The reply reads as if nothing had been hidden; the vendor's name in the path stays here."""
    upstream.answer(in_lines(cut))
    reply = local.chat("m", [user(TEXT)], options={"temperature": 0.1}, keep_alive="5m")
    assert reply.message.content == TEXT
    assert (reply.prompt_eval_count, reply.eval_count) == (5, 7)
    assert upstream.requests[0].target == "/api/chat"
    assert upstream.requests[0].json["options"] == {"temperature": 0.1}


def test_ollama_chat_stream(local: ollama.Client, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """Lines add up to what was typed, as many as the model sent."""
    upstream.answer(in_lines(cut))
    parts = list(local.chat("m", [user(TEXT)], stream=True))
    assert "".join(part.message.content or "" for part in parts) == TEXT
    assert len(parts) == len(pieces(upstream.requests[0].prompt, cut[0])) + 1
    assert (parts[-1].done, parts[-1].eval_count) == (True, 7)


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_ollama_tools(local: ollama.Client, upstream: LiveUpstream, stream: bool) -> None:
    """A tool is called with the real values; its result leaves hidden."""

    def answer(received: Received) -> Reply:
        call = {
            "function": {
                "name": "noter",
                "arguments": {"texte": received.prompt, "cles": {received.prompt.partition(",")[0]: 1}},
            }
        }
        line = {"model": "m", "message": {"role": "assistant", "content": "", "tool_calls": [call]}, "done": True}
        headers = NDJSON if stream else {"content-type": "application/json; charset=utf-8"}
        return Reply(json.dumps(line).encode() + b"\n", headers=headers, frame=7, chunked=stream)

    upstream.answer(answer)
    asked: dict[str, Any] = {"model": "m", "messages": [user(TEXT)], "tools": [TOOL]}
    reply: Any = next(iter(local.chat(stream=True, **asked))) if stream else local.chat(**asked)
    (call,) = reply.message.tool_calls
    assert (call.function.name, call.function.arguments) == ("noter", CALLED)
    upstream.answer(in_lines((3, 0)))
    result = {"role": "tool", "tool_name": "noter", "content": json.dumps(CALLED, ensure_ascii=False)}
    local.chat("m", [user(TEXT), reply.message, result, user("Quelle surveillance ?")])
    sent = upstream.requests[1].json["messages"]
    assert sent[1]["tool_calls"][0]["function"]["arguments"] == json.loads(sent[2]["content"])
    assert sent[0]["content"] == json.loads(sent[2]["content"])["texte"]


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_ollama_generate(local: ollama.Client, upstream: LiveUpstream, cut: tuple[int, int], stream: bool) -> None:
    """A prompt without a conversation is hidden and restored alike."""
    upstream.answer(in_lines(cut))
    system = "Vous suivez Mme Rozenn Le Guévellec."
    reply: Any = local.generate("m", TEXT, system=system, stream=stream)
    assert ("".join(part.response for part in reply) if stream else reply.response) == TEXT
    assert upstream.requests[0].target == "/api/generate"


def test_ollamas_models_are_listed(local: ollama.Client, upstream: LiveUpstream) -> None:
    """A request without a body passes."""
    upstream.answer(in_lines((3, 0)))
    assert [model.model for model in local.list().models] == ["m:latest"]
    assert upstream.requests[0].target == "/api/tags"


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_a_refusal_is_ollamas_own_exception(local: ollama.Client, upstream: LiveUpstream, stream: bool) -> None:
    """An image, and an earlier conversation as tokens, are refused in French; nothing was sent."""
    with pytest.raises(ollama.ResponseError) as refused:
        list(local.chat("m", [{**user(TEXT), "images": ["iVBORw0KGgo="]}], stream=stream))  # type: ignore[call-overload]
    assert refused.value.status_code == 422
    assert refused.value.error.startswith("Cette image n'a pas été envoyée")
    with pytest.raises(ollama.ResponseError, match="pièce jointe"):
        list(local.generate("m", TEXT, context=[1, 2, 3], stream=stream))  # type: ignore[call-overload]
    upstream.assert_untouched()


async def test_each_vendor_has_its_upstream(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """The vendor's name in the path, or a path that is one vendor's alone, chooses where a prompt goes."""
    monkeypatch.setattr(settings, "default_file", lambda: tmp_path / "none.toml")
    async with RecordingUpstream() as hosted, RecordingUpstream() as machine, RecordingUpstream() as other:
        hosted.answer = other.answer = lambda r: Reply(openai_message(r.prompt))
        machine.answer = lambda r: in_lines((3, 0))(r) if "/api/" in r.target else Reply(openai_message(r.prompt))
        given = {
            "listen": "127.0.0.1:0",
            "workers": 1,
            "scan_timeout": 60,
            "upstreams": {"mistral": f"{hosted.url}/v1", "ollama": machine.url, "openai": other.url},
        }
        async with Gateway(settings.load(overrides=given)) as running, httpx2.AsyncClient(trust_env=False) as client:
            for path in (
                "/mistral/v1/chat/completions",
                "/mistral/chat/completions",
                "/ollama/v1/chat/completions",
                "/api/chat",
                "/openai/v1/chat/completions",
                "/v1/chat/completions",
            ):
                body = {"model": "m", "messages": [user(TEXT)], "stream": False}
                answer = await client.post(running.url + path, json=body, timeout=60)
                assert answer.status_code == 200, answer.text
                assert "Rozenn Le Guévellec" in answer.text
            refused = await client.post(f"{running.url}/anthropic/v1/messages", json=body)
            assert refused.headers["x-avec-refusal"] == "upstream_missing"
        assert [r.target for r in hosted.requests] == ["/v1/chat/completions"] * 2
        assert [r.target for r in machine.requests] == ["/v1/chat/completions", "/api/chat"]
        assert [r.target for r in other.requests] == ["/v1/chat/completions"] * 2
