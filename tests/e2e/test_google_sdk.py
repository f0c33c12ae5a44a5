"""Google's official SDK, pointed at the gateway: Gemini's API and Vertex AI, seven ways to talk, replies cut small."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import httpx2
import pytest
from google import genai
from google.genai import errors, types
from google.oauth2.credentials import Credentials

from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import Received, Reply
from tests.e2e.harness.live import LiveUpstream
from tests.e2e.harness.upstream import anthropic_events, anthropic_message
from tests.e2e.test_more_formats import CALLED, MARKERS, SSE, TEXT, pieces

SIGNED = b"signature d'une pensee, que personne ne doit changer"
MODEL = "gemini-2.5-flash"
TOOL = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(name="noter", description="Note dans le dossier de Mme Rozenn Le Guévellec.")
    ]
)
CUTS = [(1, 5), (2, 0), (3, 3), (4, 1)]
VERTEX = "/v1beta1/projects/chu-essai-4821/locations/europe-west9/publishers/google/models/"


@pytest.fixture(params=CUTS, ids=[f"{piece} characters, {frame}-byte writes" for piece, frame in CUTS])
def cut(request: pytest.FixtureRequest) -> tuple[int, int]:
    """Give how the upstream cuts its replies: characters in an event, bytes in a write (0: all at once)."""
    found: tuple[int, int] = request.param
    return found


@pytest.fixture(params=["gemini", "vertex"])
def client(request: pytest.FixtureRequest, gateway: GatewayProcess) -> Iterator[genai.Client]:
    """Give the SDK as a user sets it up for either service."""
    options = types.HttpOptions(
        base_url=f"{gateway.url}/{request.param}", timeout=60_000, client_args={"trust_env": False}
    )
    if request.param == "gemini":
        opened = genai.Client(api_key="cle-essai", http_options=options, vertexai=False)
    else:
        token = Credentials("jeton-essai")  # type: ignore[no-untyped-call]
        opened = genai.Client(
            vertexai=True, project="chu-essai-4821", location="europe-west9", credentials=token, http_options=options
        )
    with opened:
        yield opened


@pytest.fixture(autouse=True)
def _nothing_leaks(upstream: LiveUpstream) -> Iterator[None]:
    """After every test: no marker reached the upstream."""
    yield
    upstream.assert_clean(MARKERS)


def _sent(received: Received, turn: int = -1) -> str:
    """Return the text of a turn as it reached the upstream."""
    return "".join(part.get("text", "") for part in received.json["contents"][turn]["parts"])


def _answer(*parts: dict[str, Any], end: bool) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    usage = {"promptTokenCount": 5, "candidatesTokenCount": 7, "totalTokenCount": 12}
    return {"candidates": [candidate | ({"finishReason": "STOP"} if end else {})], "usageMetadata": usage}


def saying(cut: tuple[int, int], of: Callable[[Received], str] = _sent) -> Callable[[Received], Reply]:
    """Answer what `of` makes of the request, as the address asks for it: whole, as events or as an array."""
    piece, frame = cut

    def answer(received: Received) -> Reply:
        text = of(received)
        if ":stream" not in received.target:
            return Reply(json.dumps(_answer({"text": text}, end=True)).encode(), frame=frame)
        return _streamed(received, [{"text": part} for part in pieces(text, piece)], frame)

    return answer


def _streamed(received: Received, parts: list[dict[str, Any]], frame: int) -> Reply:
    values = [_answer(part, end=False) for part in parts] + [_answer({"text": ""}, end=True)]
    written = [json.dumps(value, ensure_ascii=bool(n % 2)) for n, value in enumerate(values)]
    if "alt=sse" in received.target:
        body = "".join(f"data: {value}\r\n\r\n" for value in written)
        return Reply(body.encode(), headers=SSE, frame=frame, chunked=True)
    headers = {"content-type": "application/json; charset=UTF-8"}
    return Reply(("[" + "\n,\r\n".join(written) + "\n]").encode(), headers=headers, frame=frame, chunked=True)


def calling(frame: int) -> Callable[[Received], Reply]:
    """Answer with a signed call of a tool whose arguments are the prompt, as a value and as a key."""

    def answer(received: Received) -> Reply:
        text = _sent(received)
        call = {"functionCall": {"name": "noter", "args": {"texte": text, "cles": {text.partition(",")[0]: 1}}}}
        call["thoughtSignature"] = _base64(SIGNED)  # type: ignore[assignment]
        if ":stream" in received.target:
            return _streamed(received, [call], frame)
        return Reply(json.dumps(_answer(call, end=True)).encode(), frame=frame)

    return answer


def _base64(data: bytes) -> str:
    return types.Blob(data=data).model_dump(mode="json")["data"]  # type: ignore[no-any-return]


def test_plain(client: genai.Client, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """The answer reads as if nothing had been hidden; the vendor's name stays here."""
    upstream.answer(saying(cut))
    reply = client.models.generate_content(model=MODEL, contents=TEXT)
    assert reply.text == TEXT
    assert reply.usage_metadata is not None
    assert reply.usage_metadata.total_token_count == 12
    place = VERTEX if client.vertexai else "/v1beta/models/"
    assert upstream.requests[0].target == f"{place}{MODEL}:generateContent"


def test_stream(client: genai.Client, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """Events add up to what was typed, as many as the model sent."""
    upstream.answer(saying(cut))
    parts = [chunk.text or "" for chunk in client.models.generate_content_stream(model=MODEL, contents=TEXT)]
    assert "".join(parts) == TEXT
    assert len(parts) == len(pieces(_sent(upstream.requests[0]), cut[0])) + 1


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_tools(client: genai.Client, upstream: LiveUpstream, cut: tuple[int, int], stream: bool) -> None:
    """A tool is called with the real values, its signature as it came; the call and its result leave hidden."""
    upstream.answer(calling(cut[1]))
    asked: dict[str, Any] = {"model": MODEL, "config": types.GenerateContentConfig(tools=[TOOL])}
    if stream:
        chunks = list(client.models.generate_content_stream(contents=TEXT, **asked))
        said = next(c.candidates[0].content for c in chunks if c.function_calls and c.candidates)
    else:
        said = client.models.generate_content(contents=TEXT, **asked).candidates[0].content
    assert said is not None
    assert said.parts is not None
    call = said.parts[0].function_call
    assert call is not None
    assert (call.name, call.args, said.parts[0].thought_signature) == ("noter", CALLED, SIGNED)
    asked_first = types.Content(role="user", parts=[types.Part(text=TEXT)])
    result = types.Content(role="user", parts=[types.Part.from_function_response(name="noter", response=CALLED)])
    upstream.answer(saying(cut, lambda received: _sent(received, 0)))
    reply = client.models.generate_content(contents=[asked_first, said, result], **asked)
    assert reply.text == TEXT
    sent = upstream.requests[1].json["contents"]
    hidden = sent[1]["parts"][0]["functionCall"]["args"]
    assert hidden == sent[2]["parts"][0]["functionResponse"]["response"]
    assert hidden["texte"] == sent[0]["parts"][0]["text"] == _sent(upstream.requests[0])
    assert sent[1]["parts"][0]["thoughtSignature"] == _base64(SIGNED)


def test_system(client: genai.Client, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """An instruction is hidden and comes back like any text."""
    upstream.answer(saying(cut, lambda received: received.json["systemInstruction"]["parts"][0]["text"]))
    config = types.GenerateContentConfig(system_instruction=f"Le dossier : {TEXT}")
    assert client.models.generate_content(model=MODEL, contents="Résume.", config=config).text == f"Le dossier : {TEXT}"


def test_multi_turn(client: genai.Client, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """A chat's second turn leaves with the placeholders of its first."""
    upstream.answer(saying(cut))
    chat = client.chats.create(model=MODEL)
    assert chat.send_message(TEXT).text == TEXT
    assert "".join(chunk.text or "" for chunk in chat.send_message_stream("Et son IPP 80417733 ?")) != ""
    first, second = upstream.requests
    turns = [_sent(second, n) for n in range(3)]
    assert turns[0] == turns[1] == _sent(first)
    assert turns[2].removeprefix("Et son IPP ").removesuffix(" ?") in turns[0]


def test_a_stream_as_an_array(gateway: GatewayProcess, upstream: LiveUpstream, cut: tuple[int, int]) -> None:
    """Without alt=sse the answer is one JSON array, and reads as if nothing had been hidden."""
    upstream.answer(saying(cut))
    body = {"contents": [{"role": "user", "parts": [{"text": TEXT}]}]}
    for place in ("/gemini/v1beta/models/", f"/vertex{VERTEX}"):
        reply = httpx2.post(
            f"{gateway.url}{place}{MODEL}:streamGenerateContent", json=body, timeout=60, trust_env=False
        )
        parts = [value["candidates"][0]["content"]["parts"][0]["text"] for value in reply.json()]
        assert "".join(parts) == TEXT
        assert len(parts) > len(TEXT) / 5


def test_a_refusal_is_googles_own_exception(client: genai.Client, upstream: LiveUpstream) -> None:
    """An image is refused in French; nothing was sent."""
    image = types.Part.from_bytes(data=b"\x89PNG", mime_type="image/png")
    with pytest.raises(errors.ClientError, match="Cette image n'a pas été envoyée"):
        client.models.generate_content(model=MODEL, contents=[TEXT, image])
    upstream.assert_untouched()


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_claude_on_vertex(gateway: GatewayProcess, upstream: LiveUpstream, cut: tuple[int, int], stream: bool) -> None:
    """Anthropic's SDK for Vertex: the model stands in the path, the version in the body and leaves as it is."""

    def answer(received: Received) -> Reply:
        text = received.prompt
        if not received.json.get("stream"):
            return Reply(anthropic_message(text), frame=cut[1])
        return Reply(anthropic_events(pieces(text, cut[0])), headers=SSE, frame=cut[1], chunked=True)

    upstream.answer(answer)
    with anthropic.DefaultHttpxClient(trust_env=False, timeout=60) as http:
        sdk = anthropic.AnthropicVertex(
            access_token="jeton-essai",
            project_id="chu-essai-4821",
            region="europe-west1",
            base_url=f"{gateway.url}/vertex/v1",
            http_client=http,
        )
        asked: dict[str, Any] = {
            "model": "claude-sonnet-4-5@20250929",
            "max_tokens": 300,
            "messages": [{"role": "user", "content": TEXT}],
        }
        if stream:
            with sdk.messages.stream(**asked) as events:
                assert "".join(events.text_stream) == TEXT
        else:
            assert sdk.messages.create(**asked).content[0].text == TEXT  # type: ignore[union-attr]
    assert re.fullmatch(r"(?:vertex-)?20\d\d-\d\d-\d\d", upstream.requests[0].json["anthropic_version"])
