"""Attached files through the official SDKs: nothing planted in them arrives, what arrives opens, replies come back."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import httpx
import httpx2
import openai
import pytest
from google import genai
from google.genai import types
from mistralai.client import Mistral

from avec_proxy.wire import multipart
from tests.e2e.attachments import FILES, KEPT, MARKERS, NAME, TYPES, inside
from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import Received, Reply
from tests.e2e.harness.live import LiveUpstream
from tests.e2e.harness.upstream import anthropic_message, openai_message
from tests.e2e.test_gemini import answer_of

# what the stand-in says of a file: the name in it and the file's own name, as it read them
SAID = "[PERSONNE_1] [FICHIER_1]"


@pytest.fixture(params=FILES, ids=list(FILES))
def file(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    """Give a file: its kind and its bytes."""
    return request.param, FILES[request.param]()


@pytest.fixture(autouse=True)
def _nothing_leaks(upstream: LiveUpstream) -> Iterator[None]:
    """After every test: no marker reached the upstream."""
    yield
    upstream.assert_clean(MARKERS)


def uri(file: tuple[str, bytes]) -> str:
    """Return a file as a data: URI."""
    return f"data:{TYPES[file[0]]};base64,{base64.b64encode(file[1]).decode()}"


def checked(kind: str, data: bytes, name: str | None = None, media: str | None = None) -> None:
    """Check what arrived of a file: it opens, holds nothing planted, and what says its form is true."""
    text = inside(data)
    assert not [marker for marker in MARKERS if marker.casefold() in text.casefold()]
    assert "[PERSONNE_" in text
    assert KEPT in text
    if name is not None:
        assert name == f"[FICHIER_1].{'txt' if kind == 'pdf' else kind}"
    if media is not None:
        assert media == ("text/plain" if kind == "pdf" else TYPES[kind])


def restored(text: str) -> None:
    """Check that a reply came back with what was hidden."""
    assert "[" not in text
    assert "Calvarin" in text
    assert NAME in text


def says(reply: Callable[[str], bytes]) -> Callable[[Received], Reply]:
    """Answer with what the stand-in says."""
    return lambda _: Reply(reply(SAID))


def test_openai_chat(file: tuple[str, bytes], gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """A `file` part with `file_data` and its name."""
    upstream.answer(says(openai_message))
    with httpx.Client(trust_env=False, timeout=60) as http:
        client = openai.OpenAI(base_url=f"{gateway.url}/v1", api_key="k", max_retries=0, http_client=http)
        part: Any = {"type": "file", "file": {"filename": f"{NAME}.{file[0]}", "file_data": uri(file)}}
        answer = client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": [{"type": "text", "text": "Résume."}, part]}]
        )
    sent = upstream.requests[0].json["messages"][0]["content"][1]["file"]
    media, _, data = sent["file_data"].removeprefix("data:").partition(";base64,")
    checked(file[0], base64.b64decode(data), sent["filename"], media)
    restored(answer.choices[0].message.content or "")


def test_openai_responses(file: tuple[str, bytes], gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """An `input_file` item."""

    def answer(_: Received) -> Reply:
        text = {"type": "output_text", "text": SAID, "annotations": []}
        message = {"id": "m", "type": "message", "role": "assistant", "status": "completed", "content": [text]}
        value = {"id": "r", "object": "response", "created_at": 1, "model": "m", "output": [message]}
        return Reply(json.dumps(value | {"parallel_tool_calls": False, "tool_choice": "auto", "tools": []}).encode())

    upstream.answer(answer)
    with httpx.Client(trust_env=False, timeout=60) as http:
        client = openai.OpenAI(base_url=f"{gateway.url}/v1", api_key="k", max_retries=0, http_client=http)
        part: Any = {"type": "input_file", "filename": f"{NAME}.{file[0]}", "file_data": uri(file)}
        said = client.responses.create(model="gpt-4o", input=[{"role": "user", "content": [part]}])
    sent = upstream.requests[0].json["input"][0]["content"][0]
    media, _, data = sent["file_data"].removeprefix("data:").partition(";base64,")
    checked(file[0], base64.b64decode(data), sent["filename"], media)
    restored(said.output_text)


def test_anthropic(file: tuple[str, bytes], gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """A `document`: a PDF as base64 becomes a plain text, and a text stays one; the title is scanned."""
    upstream.answer(lambda _: Reply(anthropic_message("[PERSONNE_1]")))
    kind, data = file
    with httpx2.Client(trust_env=False, timeout=60) as http:
        client = anthropic.Anthropic(base_url=gateway.url, api_key="k", max_retries=0, http_client=http)
        source: Any = {"type": "base64", "media_type": TYPES[kind], "data": base64.b64encode(data).decode()}
        block: Any = {"type": "document", "title": "Mme Rozenn Calvarin", "source": source}
        answer = client.messages.create(
            model="claude-3-5-sonnet-latest", max_tokens=9, messages=[{"role": "user", "content": [block]}]
        )
    sent = upstream.requests[0].json["messages"][0]["content"][0]
    assert sent["title"].startswith("Mme [PERSONNE_")
    if kind == "pdf":
        assert sent["source"]["type"] == "text"
        checked(kind, sent["source"]["data"].encode(), media=sent["source"]["media_type"])
    else:
        checked(kind, base64.b64decode(sent["source"]["data"]), media=sent["source"]["media_type"])
    assert "Calvarin" in answer.content[0].text  # type: ignore[union-attr]


def test_mistral(file: tuple[str, bytes], gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """A `document_url` with a data: URI."""
    upstream.answer(says(openai_message))
    with httpx2.Client(trust_env=False, timeout=60) as http:
        client = Mistral(api_key="k", server_url=f"{gateway.url}/mistral", client=http)
        chunk: Any = {"type": "document_url", "document_url": uri(file), "document_name": f"{NAME}.{file[0]}"}
        answer = client.chat.complete(
            model="mistral-medium-latest",
            messages=[{"role": "user", "content": [{"type": "text", "text": "Résume."}, chunk]}],
        )
    sent = upstream.requests[0].json["messages"][0]["content"][1]
    media, _, data = sent["document_url"].removeprefix("data:").partition(";base64,")
    checked(file[0], base64.b64decode(data), sent["document_name"], media)
    restored(str(answer.choices[0].message.content))


def test_gemini(file: tuple[str, bytes], gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """`inline_data`, which Google's SDK writes in URL-safe base64."""
    upstream.answer(lambda _: Reply(json.dumps(answer_of({"text": "[PERSONNE_1]"})).encode()))
    client = genai.Client(
        api_key="cle-essai",
        http_options=types.HttpOptions(base_url=f"{gateway.url}/gemini", client_args={"trust_env": False}),
    )
    part = types.Part.from_bytes(data=file[1], mime_type=TYPES[file[0]])
    answer = client.models.generate_content(model="gemini-2.5-flash", contents=["Résume.", part])
    parts = [p for content in upstream.requests[0].json["contents"] for p in content["parts"]]
    sent = next(p for p in parts if "inlineData" in p)["inlineData"]
    checked(file[0], base64.b64decode(sent["data"].replace("-", "+").replace("_", "/") + "=="), media=sent["mimeType"])
    assert "Calvarin" in (answer.text or "")


@pytest.mark.parametrize("vendor", ["openai", "anthropic", "mistral"])
def test_file_apis(vendor: str, file: tuple[str, bytes], gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """An upload through each SDK: the file, its name and its type; the answer names the file as the user does."""
    kind, data = file
    named = {
        "id": "file-1",
        "object": "file",
        "bytes": 1,
        "created_at": 1,
        "purpose": "user_data",
        "status": "processed",
    }
    named |= {"type": "file", "mime_type": "text/plain", "size_bytes": 1, "sample_type": "pretrain", "source": "upload"}

    def answer(received: Received) -> Reply:
        parts = {p.name: p for p in multipart.read(received.body, received.headers["content-type"])}
        return Reply(json.dumps(named | {"filename": parts["file"].file_name, "created_at": 1}).encode())

    upstream.answer(answer)
    name = f"{NAME}.{kind}"
    with httpx.Client(trust_env=False, timeout=60) as http, httpx2.Client(trust_env=False, timeout=60) as http2:
        if vendor == "openai":
            client = openai.OpenAI(base_url=f"{gateway.url}/v1", api_key="k", max_retries=0, http_client=http)
            shown: Any = client.files.create(file=(name, data), purpose="user_data").filename
        elif vendor == "anthropic":
            claude = anthropic.Anthropic(base_url=gateway.url, api_key="k", max_retries=0, http_client=http2)
            shown = json.loads(
                claude.beta.files.with_raw_response.upload(file=(name, data, TYPES[kind])).http_response.content
            )["filename"]
        else:
            shown = http.post(
                f"{gateway.url}/mistral/v1/files", files={"file": (name, data)}, data={"purpose": "ocr"}
            ).json()["filename"]
    received = upstream.requests[0]
    parts = {p.name: p for p in multipart.read(received.body, received.headers["content-type"])}
    checked(kind, parts["file"].data, parts["file"].file_name, parts["file"].media)
    assert shown == f"{NAME}.{'txt' if kind == 'pdf' else kind}"


REFUSED = {
    "image": ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(20), "image/png", "file_image"),
    "image called text": ("note.txt", b"\x89PNG\r\n\x1a\n" + bytes(20), "text/plain", "file_image"),
    "sound": ("voix.mp3", b"ID3" + bytes(20), "audio/mpeg", "file_audio"),
    "archive": ("tout.zip", b"PK\x05\x06" + bytes(18), "application/zip", "file_archive"),
    "broken pdf": ("cr.pdf", b"%PDF-1.4\nCalvarin", "application/pdf", "file_malformed"),
    "dicom": ("irm.dcm", bytes(128) + b"DICM" + bytes(9), "application/dicom", "file_dicom"),
}


@pytest.mark.parametrize(("name", "data", "media", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_opened_is_refused_with_its_own_words(
    name: str, data: bytes, media: str, code: str, gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """In a message, in a file API, in a form that nobody listed; nobody is contacted."""
    content = f"data:{media};base64,{base64.b64encode(data).decode()}"
    part = {"type": "file", "file": {"filename": name, "file_data": content}}
    with httpx.Client(base_url=gateway.url, trust_env=False, timeout=60) as http:
        answers = [
            http.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": [part]}]}),
            http.post("/v1/files", files={"file": (name, data, media)}, data={"purpose": "user_data"}),
            http.post("/v1/documents/parse", files={"file": (name, data, media)}, data={"model": "ocr-1"}),
        ]
    upstream.assert_untouched()
    assert [answer.headers["x-avec-refusal"] for answer in answers] == [code] * 3


def test_a_file_left_before_cannot_be_cited(gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """Its values are gone, and its placeholders would be taken for those of this message."""
    part: Any = {"type": "file", "file": {"file_id": "file-Ab3dEf6hIj9kLm2nOp"}}
    block: Any = {"type": "document", "source": {"type": "file", "file_id": "file_011abc"}}
    with httpx.Client(base_url=gateway.url, trust_env=False, timeout=60) as http:
        answers = [
            http.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": [part]}]}),
            http.post("/v1/messages", json={"max_tokens": 9, "messages": [{"role": "user", "content": [block]}]}),
        ]
    upstream.assert_untouched()
    assert [answer.headers["x-avec-refusal"] for answer in answers] == ["file_uploaded"] * 2


def test_an_administrator_may_refuse_pdf(
    tmp_path_factory: pytest.TempPathFactory, shared_upstream: LiveUpstream, upstream: LiveUpstream
) -> None:
    """`pdf = "refuse"`: nothing of one leaves, not even its text; other files do."""
    strict = GatewayProcess(tmp_path_factory.mktemp("refusing"), shared_upstream.url, env={"AVEC_PDF": "refuse"})
    upstream.answer(says(openai_message))
    try:
        with httpx.Client(base_url=strict.url, timeout=60, trust_env=False) as http:
            for kind, code in (("pdf", "file_pdf"), ("csv", None)):
                part = {"type": "file", "file": {"file_data": uri((kind, FILES[kind]()))}}
                answer = http.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": [part]}]})
                assert answer.headers.get("x-avec-refusal") == code
    finally:
        strict.kill()
    assert len(upstream.requests) == 1
