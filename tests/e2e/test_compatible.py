"""Compatible services, embeddings and legacy completions through OpenAI's official SDK, pointed at the gateway."""

import json
from collections.abc import Iterator

import httpx2
import openai
import pytest

from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import Received, Reply
from tests.e2e.harness.live import LiveUpstream

TEXT = "Mme Rozenn Le Guévellec, IPP 80417733, joignable au 06 39 98 64 17, « polyarthrite » sous méthotrexate 15 mg."
MARKERS = ["Rozenn", "Guévellec", "80417733", "06 39 98 64 17", "0639986417"]
VECTORS = b'{"object":"list", "data":[{"object":"embedding","index":0,"embedding":[0.25,-1.50]}],"model":"m"}'


@pytest.fixture
def http() -> Iterator[httpx2.Client]:
    """Give the SDKs a client that knows of no other proxy."""
    with httpx2.Client(trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(autouse=True)
def _nothing_leaks(upstream: LiveUpstream) -> Iterator[None]:
    """After every test: no marker reached the upstream."""
    yield
    upstream.assert_clean(MARKERS)


def completed(request: Received) -> Reply:
    """Answer a completion with each prompt, a choice for each, three characters at a time by turns if streamed."""
    prompts = request.json["prompt"]
    prompts = [prompts] if isinstance(prompts, str) else prompts
    base = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m"}
    if not request.json.get("stream"):
        choices = [{"index": n, "text": text, "finish_reason": "stop"} for n, text in enumerate(prompts)]
        return Reply(json.dumps({**base, "choices": choices}, ensure_ascii=False).encode())
    said = []
    for at in range(0, max(map(len, prompts)) + 3, 3):
        for n, text in enumerate(prompts):
            said.append({"index": n, "text": text[at : at + 3], "finish_reason": None})
    said += [{"index": n, "text": "", "finish_reason": "stop"} for n in range(len(prompts))]
    events = [f"data: {json.dumps({**base, 'choices': [choice]}, ensure_ascii=False)}\n\n" for choice in said]
    body = "".join(events) + "data: [DONE]\n\n"
    return Reply(body.encode(), headers={"content-type": "text/event-stream"}, frame=11, chunked=True)


@pytest.mark.parametrize(
    ("base", "target"),
    [
        ("albert/v1", "/v1/chat/completions"),
        ("groq/openai/v1", "/openai/v1/chat/completions"),
        ("openrouter/api/v1", "/api/v1/chat/completions"),
        ("vllm/v1", "/v1/chat/completions"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_compatible_service_is_reached_by_its_name(
    gateway: GatewayProcess, upstream: LiveUpstream, http: httpx2.Client, base: str, target: str, stream: bool
) -> None:
    """The name leads there and does not leave; the answer comes back with the person."""
    client = openai.OpenAI(base_url=f"{gateway.url}/{base}", api_key="cle-essai", http_client=http)
    said = client.chat.completions.create(model="m", messages=[{"role": "user", "content": TEXT}], stream=stream)
    text = "".join(c.choices[0].delta.content or "" for c in said) if stream else said.choices[0].message.content
    assert text == TEXT
    assert upstream.requests[-1].target.endswith(target)
    assert f"/{base.partition('/')[0]}/" not in upstream.requests[-1].target


def test_azure_is_reached_through_its_sdk(gateway: GatewayProcess, upstream: LiveUpstream, http: httpx2.Client) -> None:
    """The deployment and the version of the API stay in the address, the key in its header."""
    client = openai.AzureOpenAI(
        azure_endpoint=f"{gateway.url}/azure_openai", api_key="cle-essai", api_version="2024-10-21", http_client=http
    )
    said = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": TEXT}])
    assert said.choices[0].message.content == TEXT
    sent = upstream.requests[-1]
    assert sent.target.endswith("/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21")
    assert sent.headers["api-key"] == "cle-essai"


def test_a_person_in_a_deployments_name_is_refused(
    gateway: GatewayProcess, upstream: LiveUpstream, http: httpx2.Client
) -> None:
    """Nothing can be hidden in an address."""
    path = "/azure_openai/openai/deployments/Mme%20Rozenn%20Calvarin/chat/completions?api-version=2024-10-21"
    answer = http.post(gateway.url + path, json={"messages": [{"role": "user", "content": "x"}]})
    assert (answer.status_code, answer.headers["x-avec-refusal"]) == (422, "identifier_misplaced")
    upstream.assert_untouched()


@pytest.mark.parametrize("several", [False, True])
def test_embeddings_hide_and_pass_the_vectors(
    gateway: GatewayProcess, upstream: LiveUpstream, http: httpx2.Client, several: bool
) -> None:
    """Each text leaves hidden, with its courtesies; the reply's bytes are the provider's."""
    upstream.answer(lambda _: Reply(VECTORS))
    text = f"Bonjour, merci. {TEXT}"
    given = [text, "Poids 70 kg."] if several else text
    answer = http.post(f"{gateway.url}/v1/embeddings", json={"model": "m", "input": given})
    assert answer.content == VECTORS
    sent = upstream.requests[-1].json["input"]
    first = sent[0] if several else sent
    assert first.startswith("Bonjour, merci. Mme [PERSONNE_1")
    assert "méthotrexate 15 mg" in first
    assert not several or sent[1] == "Poids 70 kg."


@pytest.mark.parametrize(
    ("path", "field"), [("/v1/embeddings", "input"), ("/v1/completions", "prompt")], ids=["embeddings", "completions"]
)
@pytest.mark.parametrize("given", [[101, 2023], [[101, 2023]], ["x", 101]])
def test_tokens_are_refused(
    gateway: GatewayProcess, upstream: LiveUpstream, http: httpx2.Client, path: str, field: str, given: object
) -> None:
    """A text in tokens cannot be read here: nothing leaves."""
    answer = http.post(gateway.url + path, json={"model": "m", field: given})
    assert (answer.status_code, answer.headers["x-avec-refusal"]) == (422, "attachment_unreadable")
    upstream.assert_untouched()


def test_completions_are_restored(gateway: GatewayProcess, upstream: LiveUpstream, http: httpx2.Client) -> None:
    """Two prompts, two choices, plain and streamed by turns: each reads as its own prompt."""
    upstream.answer(completed)
    client = openai.OpenAI(base_url=f"{gateway.url}/v1", api_key="cle-essai", http_client=http)
    prompts = [TEXT, "M. Corentin Jézéquel, 70 ans, toux."]
    plain = client.completions.create(model="m", prompt=prompts)
    assert [choice.text for choice in plain.choices] == prompts
    shown = ["", ""]
    for chunk in client.completions.create(model="m", prompt=prompts, stream=True):
        for choice in chunk.choices:
            shown[choice.index] += choice.text
    assert shown == prompts
    upstream.assert_clean(["Corentin", "Jézéquel"])
