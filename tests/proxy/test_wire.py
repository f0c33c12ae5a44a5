"""Good requests reach the upstream once, cleaned, and their replies come back exactly."""

import asyncio
import gzip
import json
import zlib
from collections.abc import Awaitable, Callable

import brotli
import httpx
import pytest
import zstandard

from tests.e2e.harness import Received, RecordingUpstream, Reply
from tests.proxy.conftest import CHAT, MESSAGES, Rig, head, prompt

TEXT = "Mme MARQUEUR1, 61 ans, né·e à l'été ; MARQUEUR2 l'accompagne. « paracétamol 1 g × 3 » 👩‍⚕️"
SENT = TEXT.replace("MARQUEUR1", "[PERSONNE_1]").replace("MARQUEUR2", "[PERSONNE_2]")
Make = Callable[..., Awaitable[Rig]]


def said(response: httpx.Response) -> str:
    """Return the text of a reply, plain or streamed, of either vendor."""
    if not response.headers["content-type"].startswith("text/event-stream"):
        body = response.json()
        return str(body["choices"][0]["message"]["content"] if "choices" in body else body["content"][0]["text"])
    text = ""
    for line in response.text.splitlines():
        if line.startswith("data: {"):
            event = json.loads(line.removeprefix("data: "))
            if "choices" in event:
                text += event["choices"][0]["delta"].get("content") or ""
            elif event["type"] == "content_block_delta":
                text += event["delta"]["text"]
    return text


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("piece", "frame"), [(1, 5), (4, 0), (40, 7)])
async def test_a_prompt_leaves_without_names_and_comes_back_with_them(
    make: Make, path: str, stream: bool, piece: int, frame: int
) -> None:
    """Both vendors, plain and streamed, however the reply is cut: the upstream never sees a name, the user does."""
    rig = await make(RecordingUpstream(piece=piece, frame=frame))
    answer = await rig.chat(TEXT, path, stream=stream)
    assert answer.status_code == 200
    assert said(answer) == TEXT
    rig.assert_clean()
    (received,) = rig.upstream.requests
    assert (received.method, received.target) == ("POST", path)
    assert received.prompt == SENT
    assert answer.headers["x-avec-hidden"] == "2"
    assert answer.headers["x-avec-politeness"] == "1"
    assert answer.headers["x-avec-warnings"] == "context.rules"


async def test_a_stream_is_passed_on_as_it_comes(make: Make) -> None:
    """The first words are shown while the upstream still speaks."""
    upstream = RecordingUpstream()

    def slow(request: Received) -> Reply:
        reply = upstream.echo(request)
        reply.frame, reply.pause = 150, 0.02
        return reply

    upstream.answer = slow
    rig = await make(upstream)
    async with rig.client() as client, client.stream("POST", CHAT, json=prompt(TEXT, stream=True)) as answer:
        pieces = answer.aiter_raw()
        await anext(pieces)
        assert upstream.answered == 0
        assert len([piece async for piece in pieces]) > 3


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("identity", bytes),
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", brotli.compress),
        ("zstd", zstandard.compress),
    ],
)
async def test_compressed_requests_are_read_and_leave_plain(
    rig: Rig, encoding: str, encode: Callable[[bytes], bytes]
) -> None:
    """What the client compressed is checked inside, and sent uncompressed."""
    body = json.dumps(prompt(TEXT)).encode()
    headers = {"content-type": "application/json", "content-encoding": encoding}
    async with rig.client() as client:
        answer = await client.post(CHAT, content=encode(body), headers=headers)
    assert said(answer) == TEXT
    rig.assert_clean()
    (received,) = rig.upstream.requests
    assert received.prompt == SENT
    assert "content-encoding" not in received.headers


@pytest.mark.parametrize(("encoding", "encode"), [("gzip", gzip.compress), ("br", brotli.compress)])
async def test_a_reply_that_is_compressed_unasked_is_still_restored(
    make: Make, encoding: str, encode: Callable[[bytes], bytes]
) -> None:
    """We ask for no compression; a server that compresses anyway is decoded."""
    upstream = RecordingUpstream()

    def compressed(request: Received) -> Reply:
        reply = upstream.echo(request)
        return Reply(encode(reply.body), headers={**reply.headers, "content-encoding": encoding, "etag": '"x"'})

    upstream.answer = compressed
    rig = await make(upstream)
    for stream in (False, True):
        answer = await rig.chat(TEXT, stream=stream)
        assert said(answer) == TEXT
        assert not {"content-encoding", "etag"} & set(answer.headers)
    assert upstream.requests[0].headers["accept-encoding"] == "identity"


async def test_requests_without_a_body_pass(rig: Rig) -> None:
    """GET, HEAD and OPTIONS on known addresses reach the upstream and come back."""
    async with rig.client() as client:
        assert (await client.get("/v1/models")).json()["data"][0]["id"] == "modele-1"
        assert (await client.get("/models/modele-1?limit=5")).status_code == 200
        assert (await client.head("/v1/models")).status_code == 200
        assert (await client.options(CHAT)).status_code == 200
    sent = [(r.method, r.target) for r in rig.upstream.requests]
    assert sent == [
        ("GET", "/v1/models"),
        ("GET", "/models/modele-1?limit=5"),
        ("HEAD", "/v1/models"),
        ("OPTIONS", CHAT),
    ]


async def test_only_listed_headers_of_the_right_shape_leave(rig: Rig) -> None:
    """Credentials and vendor headers pass; everything else stays, and what stays is not missed."""
    kept = {
        "authorization": "Bearer sk-test-1",
        "x-api-key": "key-2",
        "openai-organization": "org-abcdefgh1234",
        "openai-project": "proj_abcdefgh1234",
        "openai-beta": "assistants=v2",
        "anthropic-version": "2023-06-01",
        "anthropic-beta": "prompt-caching-2024-07-31,files-api-2025-04-14",
    }
    dropped = {
        "cookie": "patient=MARQUEUR",
        "referer": "http://dossier/MARQUEUR",
        "x-stainless-lang": "MARQUEUR",
        "x-patient": "MARQUEUR",
        "user-agent": "Logiciel MARQUEUR",
        "accept-language": "fr-MARQUEUR",
        "x-forwarded-for": "10.0.0.1",
        "origin": "http://MARQUEUR.hopital",
    }
    misshapen = {"openai-organization": "MARQUEUR", "anthropic-beta": "MARQUEUR", "openai-beta": "MARQUEUR=v1"}
    async with rig.client() as client:
        await client.post(CHAT, json=prompt("Bonjour"), headers={**kept, **dropped, "accept": "text/event-stream"})
        await client.post(CHAT, json=prompt("Bonjour"), headers={**misshapen, "accept": "MARQUEUR/x, */*;q=0.1"})
    first, second = rig.upstream.requests
    assert {name: first.headers.get(name) for name in kept} == kept
    allowed = {"host", "user-agent", "accept", "accept-encoding", "content-type", "content-length"}
    assert set(first.headers) == set(kept) | allowed
    assert set(second.headers) == allowed
    assert first.headers["host"] == f"localhost:{rig.upstream.port}"
    assert first.headers["user-agent"].startswith("avec-proxy/")
    assert (first.headers["accept"], second.headers["accept"]) == ("text/event-stream", "*/*")
    rig.assert_clean()


async def test_a_credential_sent_twice_does_not_leave(rig: Rig) -> None:
    """Two values may mean two things to two servers: neither is sent."""
    body = json.dumps(prompt("Bonjour")).encode()
    twice = head(headers={"authorization": "Bearer a\r\nAuthorization: Bearer b"}, body=body)
    assert (await rig.raw(twice)).startswith(b"HTTP/1.1 200")
    assert "authorization" not in rig.upstream.requests[0].headers


async def test_requests_on_one_connection_are_each_checked(rig: Rig) -> None:
    """Pipelined requests are answered in order, each with its own names."""
    bodies = [json.dumps(prompt(f"MARQUEUR{n} va bien")).encode() for n in range(4)]
    data = b"".join(head(body=body, headers={"connection": "keep-alive"}) for body in bodies[:-1])
    answer = await rig.raw(data + head(body=bodies[-1]))
    assert [f"MARQUEUR{n} va bien".encode() in answer for n in range(4)] == [True] * 4
    assert answer.index(b"MARQUEUR0") < answer.index(b"MARQUEUR1") < answer.index(b"MARQUEUR3")
    assert [r.prompt for r in rig.upstream.requests] == ["[PERSONNE_1] va bien"] * 4
    rig.assert_clean()


async def test_a_chunked_body_and_an_expected_continue_are_read(rig: Rig) -> None:
    """A body in chunks, announced with Expect, is read like another and leaves with its length."""
    body = json.dumps(prompt("MARQUEUR va bien")).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in (body[:3], body[3:20], body[20:])) + b"0\r\n\r\n"
    answer = await rig.raw(head(headers={"transfer-encoding": "chunked", "expect": "100-continue"}) + chunks)
    assert b"HTTP/1.1 200" in answer
    assert b"MARQUEUR va bien" in answer
    assert "content-length" in rig.upstream.requests[0].headers
    assert not {"expect", "transfer-encoding"} & set(rig.upstream.requests[0].headers)


async def test_an_http_1_0_client_reads_until_the_end(rig: Rig) -> None:
    """A client that knows no chunks gets the plain bytes and a closed connection."""
    body = json.dumps(prompt("MARQUEUR va bien", stream=True)).encode()
    request = head(body=body).replace(b"HTTP/1.1", b"HTTP/1.0").replace(b"connection: close\r\n", b"")
    answer = await rig.raw(request)
    start, _, content = answer.partition(b"\r\n\r\n")
    assert b"chunked" not in start
    assert content.startswith(b"data: {")
    assert content.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize(
    ("base", "path", "sent"),
    [
        ("/v1", "/v1/chat/completions", "/v1/chat/completions"),
        ("/v1", "/chat/completions", "/v1/chat/completions"),
        ("/openai", "/v1/chat/completions?a=1", "/openai/v1/chat/completions?a=1"),
        ("/proxy/v1", "/v1/chat/completions", "/proxy/v1/chat/completions"),
        ("", "/chat/completions", "/chat/completions"),
    ],
)
async def test_the_upstreams_path_is_joined(make: Make, base: str, path: str, sent: str) -> None:
    """A base URL may carry a path; a version is not doubled."""
    rig = await make(base=base)
    await rig.chat("Bonjour", path)
    assert rig.upstream.requests[0].target == sent


async def test_each_vendor_has_its_upstream(make: Make) -> None:
    """The address decides whose request it is; for the list of models, the vendor's own headers do."""
    async with RecordingUpstream() as anthropic:
        rig = await make(upstreams={"anthropic": anthropic.url})
        await rig.chat("Bonjour", MESSAGES)
        await rig.chat("Bonjour", CHAT)
        async with rig.client() as client:
            await client.get("/v1/models", headers={"x-api-key": "k"})
            await client.get("/v1/models", headers={"authorization": "Bearer k"})
        assert [r.target for r in anthropic.requests] == [MESSAGES, "/v1/models"]
        assert [r.target for r in rig.upstream.requests] == [CHAT, "/v1/models"]


async def test_one_client_after_another_reuses_nothing_of_the_first(rig: Rig) -> None:
    """Two conversations at once number their own names and get only these back."""
    texts = [f"MARQUEUR{n} et MARQUEUR{n + 1}" for n in range(10, 22)]
    answers = await asyncio.gather(*(rig.chat(text, stream=bool(n % 2)) for n, text in enumerate(texts)))
    assert [said(answer) for answer in answers] == texts
    assert {r.prompt for r in rig.upstream.requests} == {"[PERSONNE_1] et [PERSONNE_2]"}
    rig.assert_clean()


async def test_headers_that_no_longer_hold_do_not_come_back(make: Make) -> None:
    """Digests, lengths and ways around the gateway are dropped; the upstream cannot write our own headers."""
    upstream = RecordingUpstream()

    def answer(request: Received) -> Reply:
        stale = {"etag": '"1"', "digest": "sha-256=x", "content-md5": "x", "alt-svc": 'h3=":443"', "x-avec-hidden": "9"}
        return Reply(
            upstream.echo(request).body, headers={"content-type": "application/json", "x-request-id": "r1", **stale}
        )

    upstream.answer = answer
    rig = await make(upstream)
    reply = await rig.chat("MARQUEUR va bien")
    assert not {"etag", "digest", "content-md5", "alt-svc", "content-length"} & set(reply.headers)
    assert reply.headers["x-avec-hidden"] == "1"
    assert reply.headers["x-request-id"] == "r1"


async def test_the_providers_own_errors_come_back_restored(make: Make) -> None:
    """An error of the provider keeps its status and its words, names restored."""
    error = {"error": {"message": "Trop long : [PERSONNE_1]", "type": "invalid_request_error"}}
    upstream = RecordingUpstream(answer=lambda _: Reply(json.dumps(error).encode(), status=429))
    rig = await make(upstream)
    reply = await rig.chat("MARQUEUR va bien")
    assert reply.status_code == 429
    assert reply.json()["error"]["message"] == "Trop long : MARQUEUR"


async def test_health_is_answered_here(rig: Rig) -> None:
    """The health check tells that workers are warm and contacts nobody."""
    async with rig.client() as client:
        answer = await client.get("/avec/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    rig.assert_nothing_left()
