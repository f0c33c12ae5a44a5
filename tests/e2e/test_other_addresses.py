"""What else the services offer, through their SDKs: vectors, moderation, images, speech; and what is refused."""

import json
from collections.abc import Iterator

import httpx2
import ollama
import openai
import pytest
from google import genai
from google.genai import types

from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import Reply
from tests.e2e.harness.live import LiveUpstream
from tests.e2e.test_more_formats import MARKERS, TEXT


@pytest.fixture
def client(gateway: GatewayProcess) -> Iterator[openai.OpenAI]:
    """Give OpenAI's SDK as a user sets it up."""
    with openai.DefaultHttpxClient(trust_env=False, timeout=60) as http:
        yield openai.OpenAI(base_url=f"{gateway.url}/v1", api_key="sk-essai", http_client=http)


@pytest.fixture(autouse=True)
def _nothing_leaks(upstream: LiveUpstream) -> Iterator[None]:
    """After every test: no marker reached the upstream."""
    yield
    upstream.assert_clean(MARKERS)


def test_moderation(client: openai.OpenAI, upstream: LiveUpstream) -> None:
    """The text leaves hidden, the scores come back as they are."""
    upstream.answer(lambda _: Reply(b'{"id":"m","model":"m","results":[{"flagged":false,"categories":{}}]}'))
    assert client.moderations.create(input=[TEXT]).results[0].flagged is False
    assert "[PERSONNE_1" in upstream.requests[0].json["input"][0]


def test_an_image_of_a_text(client: openai.OpenAI, upstream: LiveUpstream) -> None:
    """What the model made of the prompt reads as if nothing had been hidden."""

    def made(prompt: str) -> Reply:
        return Reply(json.dumps({"created": 1, "data": [{"revised_prompt": prompt, "b64_json": "iVBORw0K"}]}).encode())

    upstream.answer(lambda received: made(received.json["prompt"]))
    image = client.images.generate(model="gpt-image-1", prompt=TEXT, size="1024x1024").data
    assert image is not None
    assert (image[0].revised_prompt, image[0].b64_json) == (TEXT, "iVBORw0K")


def test_speech(client: openai.OpenAI, upstream: LiveUpstream) -> None:
    """The text leaves hidden; the sound is the provider's, byte for byte."""
    sound = b"ID3\xff\xfb\x00[PERSONNE_1]" * 9
    upstream.answer(lambda _: Reply(sound, headers={"content-type": "audio/mpeg"}, frame=7))
    assert client.audio.speech.create(model="tts-1", voice="alloy", input=TEXT).content == sound
    assert upstream.requests[0].json["voice"] == "alloy"


def test_a_recording_is_refused(client: openai.OpenAI, upstream: LiveUpstream) -> None:
    """A voice cannot be hidden: the user is told so, and where it stands in the guideline."""
    for call in (client.audio.transcriptions.create, client.audio.translations.create):
        with pytest.raises(openai.UnprocessableEntityError, match=r"enregistrement.*HAS.*2\.4"):
            call(model="whisper-1", file=("dictee.wav", b"RIFF\x00\x00\x00\x00WAVE"))
    upstream.assert_untouched()


def test_what_would_be_kept_for_later_is_refused(client: openai.OpenAI, upstream: LiveUpstream) -> None:
    """Assistants, threads, batches, stores, live conversations: nothing leaves, and the user is told why."""
    for path in ("assistants", "threads", "threads/thread_1/messages", "batches", "fine_tuning/jobs", "vector_stores"):
        with pytest.raises(openai.UnprocessableEntityError, match="pour plus tard"):
            client.post(f"/{path}", cast_to=object, body={"instructions": TEXT})
    with pytest.raises(openai.PermissionDeniedError, match="en direct"):
        client.post("/realtime/client_secrets", cast_to=object, body={"session": {"instructions": TEXT}})
    upstream.assert_untouched()


def test_ollamas_vectors_and_models(gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """Texts leave hidden; a model's own words pass both ways."""
    sdk = ollama.Client(host=f"{gateway.url}/ollama", trust_env=False, timeout=60)
    upstream.answer(lambda _: Reply(b'{"model":"m","embeddings":[[0.5]],"embedding":[0.5]}'))
    assert list(sdk.embed("bge-m3", [TEXT]).embeddings[0]) == [0.5]
    assert list(sdk.embeddings("bge-m3", TEXT).embedding) == [0.5]
    sent = [received.json.get("input", received.json.get("prompt")) for received in upstream.requests]
    assert sent[0] == [sent[1]]
    upstream.answer(lambda _: Reply(b'{"template":"{{ .Prompt }}","details":{"family":"mistral"},"model_info":{}}'))
    assert sdk.show("mistral-small:24b").template == "{{ .Prompt }}"
    with pytest.raises(ollama.ResponseError, match="pour plus tard"):
        sdk.create("m", from_="mistral", system=TEXT)


@pytest.mark.parametrize("vertex", [False, True])
def test_googles_vectors(gateway: GatewayProcess, upstream: LiveUpstream, vertex: bool) -> None:
    """Each text leaves hidden, the vector comes back."""
    upstream.answer(
        lambda received: Reply(
            b'{"predictions":[{"embeddings":{"values":[0.5]}}]}'
            if ":predict" in received.target
            else b'{"embeddings":[{"values":[0.5]}],"embedding":{"values":[0.5]}}'
        )
    )
    options = types.HttpOptions(base_url=f"{gateway.url}/{'vertex' if vertex else 'gemini'}", timeout=60_000)
    options.client_args = {"trust_env": False}
    sdk = genai.Client(api_key="cle-essai", http_options=options, vertexai=vertex)
    made = sdk.models.embed_content(model="text-embedding-005", contents=TEXT).embeddings
    assert made is not None
    assert made[0].values == [0.5]
    assert "[PERSONNE_1" in upstream.requests[0].body.decode()


def test_what_is_refused_is_refused_before_its_body_is_read(gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """Whatever form the body has, the reason is the address's."""
    url = f"{gateway.url}/v1/audio/transcriptions"
    answer = httpx2.post(url, content=b"\xff" * 99, headers={"content-type": "audio/wav"}, trust_env=False, timeout=60)
    assert (answer.status_code, answer.headers["x-avec-refusal"]) == (422, "file_audio")
    upstream.assert_untouched()
