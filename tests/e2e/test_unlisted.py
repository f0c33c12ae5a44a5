"""Addresses and bodies that no file lists, at the wire: what a program sends, what arrives, what comes back."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import httpx
import pytest

from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import Received, Reply
from tests.e2e.harness.live import LiveUpstream

TEXT = (
    "Mme Rozenn Le Guévellec, née le 23/04/1951, IPP 80417733, joignable au 06 39 98 64 17, sous méthotrexate 15 mg "
    "le mardi, CRP 34 mg/L."
)
MARKERS = ["Rozenn", "Guévellec", "23/04/1951", "80417733", "06 39 98 64 17", "0639986417", "Calvarin"]
KEPT = ("méthotrexate 15 mg", "CRP 34 mg/L")
FORM = "application/x-www-form-urlencoded"
LINES = "application/x-ndjson"


@pytest.fixture
def client(gateway: GatewayProcess) -> Iterator[httpx.Client]:
    """Give a program that speaks to the gateway."""
    with httpx.Client(base_url=gateway.url, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture(autouse=True)
def _nothing_leaks(upstream: LiveUpstream) -> Iterator[None]:
    """After every test: no marker reached the upstream."""
    yield
    upstream.assert_clean(MARKERS)


def said(received: Received) -> str:
    """Return all the text that arrived, percent escapes undone."""
    media = received.headers["content-type"]
    if media == FORM:
        return "\n".join(v for values in parse_qs(received.body.decode()).values() for v in values)
    lines = received.body.decode().splitlines() if media == LINES else [received.body.decode()]
    return "\n".join(json.dumps(json.loads(x), ensure_ascii=False) if "json" in media else x for x in lines)


def echo(content_type: str, wrap: Any, piece: int = 0) -> Any:
    """Answer with the text that arrived, in pieces."""

    def answer(received: Received) -> Reply:
        text = said(received)
        cut = [text[at : at + piece] for at in range(0, len(text), piece)] if piece else [text]
        return Reply("".join(map(wrap, cut)).encode(), headers={"content-type": content_type}, chunked=True, frame=7)

    return answer


BODIES = {
    "json": (json.dumps({"model": "rerank-v3", "query": TEXT, "documents": ["x"]}), "application/json"),
    "json, escaped": (json.dumps([{"a": [json.dumps({"nom": TEXT}, ensure_ascii=False)]}]), "application/json"),
    "form": (urlencode({"prompt": TEXT, "n": 2}), FORM),
    "lines of json": (json.dumps({"text": TEXT}) + "\n" + json.dumps({"text": "Mme Calvarin"}) + "\n", LINES),
    "text": (TEXT, "text/plain; charset=utf-8"),
}


@pytest.mark.parametrize(("body", "content_type"), BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("path", ["/v1/rerank", "/openai/v2/text/generate", "/v1/chat/completions"])
def test_what_can_be_read_is_scanned_and_sent(
    path: str, body: str, content_type: str, client: httpx.Client, upstream: LiveUpstream
) -> None:
    """Names and numbers are hidden, the rest arrives, in the same form of body; the reply is restored."""
    upstream.answer(echo("text/plain", str))
    if path.endswith("completions") and content_type == "application/json":
        pytest.skip("its own format")
    answer = client.post(path, content=body.encode(), headers={"content-type": content_type})
    assert answer.status_code == 200, answer.text
    (received,) = upstream.requests
    assert received.target == path.removeprefix("/openai")
    assert received.headers["content-type"] == content_type
    assert "[PERSONNE_1]" in said(received)
    assert all(words in said(received) for words in KEPT)
    assert "Mme Rozenn Le Guévellec" in answer.text
    assert "80417733" in answer.text


def test_a_form_with_a_file_of_text_is_scanned(client: httpx.Client, upstream: LiveUpstream) -> None:
    """Fields, the file and its name; boundary and headers are ours."""
    upstream.answer(lambda _: Reply(b'{"ok":"[FICHIER_1].csv"}'))
    answer = client.post(
        "/v1/datasets",
        data={"purpose": "eval", "prompt": TEXT},
        files={"file": ("liste du 12 Calvarin.csv", b"nom;ville\nCalvarin;Nantes\n", "text/csv")},
        headers={"content-type": "multipart/form-data; boundary=Calvarin"},
    )
    assert answer.status_code == 200, answer.text
    body = upstream.requests[0].body.decode()
    assert "avec-" in upstream.requests[0].headers["content-type"]
    assert ".csv" in body
    assert "nom;ville" in body
    assert "eval" in body


@pytest.mark.parametrize("piece", [1, 3, 8])
@pytest.mark.parametrize(
    ("content_type", "wrap"),
    [
        ("text/event-stream", lambda p: f"data: {json.dumps({'event': 'delta', 'data': {'text': p}})}\n\n"),
        (LINES, lambda p: json.dumps({"generated": p, "id": "x"}) + "\n"),
    ],
    ids=["events", "lines"],
)
def test_a_stream_in_an_unknown_form_is_restored(
    content_type: str, wrap: Any, piece: int, client: httpx.Client, upstream: LiveUpstream
) -> None:
    """Piece by piece, as it comes."""
    upstream.answer(echo(content_type, wrap, piece))
    answer = client.post("/v1/generate", content=TEXT.encode(), headers={"content-type": "text/plain"})
    lines = [line.removeprefix("data: ") for line in answer.text.splitlines() if line]
    values = [json.loads(line) for line in lines]
    assert "".join(v["data"]["text"] if "data" in v else v["generated"] for v in values) == TEXT


def test_a_query_is_scanned(client: httpx.Client, upstream: LiveUpstream) -> None:
    """What is asked in the address is hidden there."""
    answer = client.get(f"/v1/search?q={quote(TEXT)}&limit=5")
    assert answer.status_code == 200
    assert upstream.requests[0].target.startswith("/v1/search?q=Mme%20%5BPERSONNE_1%5D")
    assert upstream.requests[0].target.endswith("&limit=5")


REFUSED: dict[str, tuple[str, bytes, str | None, str]] = {
    "a name in the path": ("/v1/calvarin", b"{}", "application/json", "endpoint_unknown"),
    "a name of a model": (
        "/v1/models/rozenn-guevellec/predict",
        b'{"a":"b"}',
        "application/json",
        "identifier_misplaced",
    ),
    "no content type": ("/v1/rerank", TEXT.encode(), None, "content_type_unsupported"),
    "octets": ("/v1/rerank", TEXT.encode(), "application/octet-stream", "content_type_unsupported"),
    "xml": ("/v1/rerank", f"<a>{TEXT}</a>".encode(), "application/xml", "content_type_unsupported"),
    "another charset": ("/v1/rerank", TEXT.encode("utf-16"), "text/plain; charset=utf-16", "charset_unsupported"),
    "no json": ("/v1/rerank", TEXT.encode(), "application/json", "body_unreadable"),
    "cut json": ("/v1/rerank", json.dumps({"a": TEXT}).encode()[:-1], "application/json", "body_unreadable"),
    "an earlier reply": (
        "/v1/rerank",
        json.dumps({"previous_response_id": "r", "input": TEXT}).encode(),
        "application/json",
        "history_elsewhere",
    ),
    "a thread": (
        "/v1/sessions/session_1/messages",
        json.dumps({"content": TEXT}).encode(),
        "application/json",
        "history_elsewhere",
    ),
    "tokens": ("/v1/rerank", b'{"prompt":[1,2,3]}', "application/json", "attachment_unreadable"),
    "an image": (
        "/v1/rerank",
        b'{"image":"data:image/png;base64,iVBORw0KGgoAAAANSUhEUg"}',
        "application/json",
        "file_image",
    ),
}


@pytest.mark.parametrize(("path", "body", "content_type", "code"), REFUSED.values(), ids=REFUSED)
def test_every_doubt_refuses(
    path: str, body: bytes, content_type: str | None, code: str, client: httpx.Client, upstream: LiveUpstream
) -> None:
    """Nobody is contacted, and the refusal says why."""
    answer = client.post(path, content=body, headers={"content-type": content_type} if content_type else {})
    upstream.assert_untouched()
    assert answer.headers["x-avec-refusal"] == code


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_other_methods_are_refused(method: str, client: httpx.Client, upstream: LiveUpstream) -> None:
    """What changes or deletes something at a provider is no prompt."""
    answer = client.request(method, "/v1/rerank", json={"a": TEXT})
    upstream.assert_untouched()
    assert answer.headers["x-avec-refusal"] == "endpoint_unknown"


def test_a_browser_gets_a_page_instead(client: httpx.Client, upstream: LiveUpstream) -> None:
    """Chat pages are no API."""
    answer = client.get("/v1/rerank", headers={"accept": "text/html"})
    upstream.assert_untouched()
    assert answer.headers["x-avec-refusal"] == "endpoint_unknown"


def test_an_administrator_may_refuse_them_all(
    tmp_path_factory: pytest.TempPathFactory, shared_upstream: LiveUpstream, upstream: LiveUpstream
) -> None:
    """`unknown_endpoints = "refuse"`: only what is listed passes, in its own form."""
    strict = GatewayProcess(
        tmp_path_factory.mktemp("refusing"), shared_upstream.url, env={"AVEC_UNKNOWN_ENDPOINTS": "refuse"}
    )
    try:
        with httpx.Client(base_url=strict.url, timeout=60, trust_env=False) as client:
            assert client.post("/v1/rerank", json={"a": "b"}).headers["x-avec-refusal"] == "endpoint_unknown"
            form = client.post("/v1/chat/completions", data={"prompt": TEXT})
            assert form.headers["x-avec-refusal"] == "content_type_unsupported"
    finally:
        strict.kill()
    upstream.assert_untouched()
