"""Gemini's API over plain HTTP, pointed at the gateway: plain, streamed, with tools (its SDK is not a dependency)."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import Received, Reply
from tests.e2e.harness.live import LiveUpstream
from tests.e2e.test_more_formats import CALLED, CUTS, MARKERS, SSE, TEXT, pieces

MODEL = "/v1beta/models/gemini-2.5-flash"
KEY = "AIza" + "Sy0123456789abcdefghijklmnopqrstuvw"
SIGNED = "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb3dEf6h+/=="
DECLARED = {"name": "noter", "description": "Note dans le dossier de Mme Rozenn Le Guévellec."}


@pytest.fixture
def client(gateway: GatewayProcess) -> Iterator[httpx2.Client]:
    """Give a client of the gateway with a key, as Google's SDK sends it."""
    headers = {"x-goog-api-key": "cle-essai"}
    with httpx2.Client(base_url=f"{gateway.url}/gemini", headers=headers, trust_env=False, timeout=60) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _nothing_leaks(upstream: LiveUpstream) -> Iterator[None]:
    """After every test: no marker reached the upstream."""
    yield
    upstream.assert_clean(MARKERS)


def asked(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a request of one turn."""
    return {"contents": [{"role": "user", "parts": list(parts)}], **more}


def answer_of(*parts: dict[str, Any], end: bool = True) -> dict[str, Any]:
    """Return an answer, or an event of one."""
    candidate: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    usage = {"promptTokenCount": 5, "candidatesTokenCount": 7, "totalTokenCount": 12}
    return {"candidates": [candidate | ({"finishReason": "STOP"} if end else {})], "usageMetadata": usage}


def spoken(values: list[Any]) -> tuple[str, str]:
    """Return the thoughts and the words of answers."""
    parts = [part for value in values for part in value["candidates"][0]["content"]["parts"]]
    thoughts = "".join(part["text"] for part in parts if part.get("thought"))
    return thoughts, "".join(part["text"] for part in parts if not part.get("thought"))


def echo(cut: tuple[int, int]) -> Callable[[Received], Reply]:
    """Answer with the prompt as a thought, then as words: whole, or an event for each piece."""
    piece, frame = cut

    def answer(received: Received) -> Reply:
        text = received.json["contents"][-1]["parts"][0]["text"]
        if "stream" not in received.target:
            return Reply(json.dumps(answer_of({"text": text, "thought": True}, {"text": text})).encode(), frame=frame)
        events = [answer_of({"text": part, "thought": True}, end=False) for part in pieces(text, piece)]
        events += [answer_of({"text": part}, end=False) for part in pieces(text, piece)]
        events.append(answer_of({"text": "", "thoughtSignature": SIGNED}))
        body = "".join(f"data: {json.dumps(event, ensure_ascii=False)}\r\n\r\n" for event in events)
        return Reply(body.encode(), headers=SSE, frame=frame, chunked=True)

    return answer


@pytest.mark.parametrize("cut", CUTS)
def test_plain(client: httpx2.Client, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """Words and thoughts read as if nothing had been hidden; the key leaves, the vendor's name stays here."""
    upstream.answer(echo(cut))
    reply = client.post(f"{MODEL}:generateContent", json=asked({"text": TEXT}))
    assert reply.status_code == 200, reply.text
    assert spoken([reply.json()]) == (TEXT, TEXT)
    (received,) = upstream.requests
    assert received.target == f"{MODEL}:generateContent"
    assert received.headers["x-goog-api-key"] == "cle-essai"


@pytest.mark.parametrize("cut", CUTS)
def test_stream(client: httpx2.Client, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """Events add up to what was typed, the signature with them; a key in the query leaves as it came."""
    upstream.answer(echo(cut))
    target = f"{MODEL}:streamGenerateContent?alt=sse&key={KEY}"
    reply = client.post(target, json=asked({"text": TEXT}))
    assert reply.status_code == 200, reply.text
    values = [json.loads(event.removeprefix("data: ")) for event in reply.text.split("\r\n\r\n") if event]
    assert spoken(values) == (TEXT, TEXT)
    assert values[-1]["candidates"][0]["content"]["parts"][0]["thoughtSignature"] == SIGNED
    assert upstream.requests[0].target == target


def test_tools(client: httpx2.Client, upstream: LiveUpstream) -> None:
    """A tool is called with the real values; the call and its result leave hidden."""

    def answer(received: Received) -> Reply:
        text = received.json["contents"][0]["parts"][0]["text"]
        arguments = {"texte": text, "cles": {text.partition(",")[0]: 1}}
        call = {"functionCall": {"name": "noter", "args": arguments}, "thoughtSignature": SIGNED}
        return Reply(json.dumps(answer_of(call)).encode(), frame=7)

    upstream.answer(answer)
    tools = [{"functionDeclarations": [DECLARED]}]
    first = client.post(f"{MODEL}:generateContent", json=asked({"text": TEXT}, tools=tools)).json()
    said = first["candidates"][0]["content"]
    assert said["parts"][0] == {"functionCall": {"name": "noter", "args": CALLED}, "thoughtSignature": SIGNED}
    body = asked({"text": TEXT}, tools=tools)
    result = {"functionResponse": {"name": "noter", "response": CALLED}}
    body["contents"] += [said, {"role": "user", "parts": [result]}]
    assert client.post(f"{MODEL}:generateContent", json=body).status_code == 200
    sent = upstream.requests[1].json["contents"]
    hidden = sent[1]["parts"][0]["functionCall"]["args"]
    assert hidden == sent[2]["parts"][0]["functionResponse"]["response"]
    assert hidden["texte"] == sent[0]["parts"][0]["text"]
    assert sent[1]["parts"][0]["thoughtSignature"] == SIGNED


def test_tokens_are_counted_of_what_would_leave(client: httpx2.Client, upstream: LiveUpstream) -> None:
    """The counting carries the same text, hidden too."""
    upstream.answer(lambda _: Reply(b'{"totalTokens": 31}'))
    reply = client.post(f"{MODEL}:countTokens", json={"generateContentRequest": asked({"text": TEXT})})
    assert reply.json() == {"totalTokens": 31}
    assert "[PERSONNE_1" in upstream.requests[0].body.decode()


@pytest.mark.parametrize(
    ("target", "body", "status", "words"),
    [
        (":generateContent", asked({"inline_data": {"mime_type": "image/png", "data": "iVBORw0K"}}), 422, "image"),
        (":generateContent", asked({"text": TEXT}, cachedContent="cachedContents/abc"), 422, "jointe"),
        (":batchGenerateContent", asked({"text": TEXT}), 422, "pour plus tard"),
    ],
)
def test_a_refusal_is_written_as_googles(
    client: httpx2.Client, upstream: LiveUpstream, target: str, body: dict[str, Any], status: int, words: str
) -> None:
    """What cannot be read or restored is refused in French; nothing was sent."""
    reply = client.post(MODEL + target, json=body)
    assert reply.status_code == status
    assert words in reply.json()["error"]["message"]
    upstream.assert_untouched()
