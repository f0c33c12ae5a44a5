"""Whatever is odd or breaks is refused in French, and not a byte of it reaches the upstream."""

# ruff: noqa: E501 - one odd request a line

import asyncio
import contextlib
import gzip
import json
import logging
import ssl
import zlib
from collections.abc import Awaitable, Callable

import psutil
import pytest

from avec_proxy.proxy import logs
from tests.e2e.harness import Received, RecordingUpstream, Reply
from tests.proxy.conftest import CHAT, MESSAGES, Rig, head, prompt, refused

Make = Callable[..., Awaitable[Rig]]
SECRET = "Mme MARQUEUR Bonnefoy"
BODY = json.dumps(prompt(SECRET), ensure_ascii=False).encode()
WEBSOCKET = {
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
}
CHUNKED = b"%x\r\n%s\r\n0\r\n" % (len(BODY), BODY)


@pytest.mark.parametrize(
    ("code", "request_bytes"),
    [
        ("websocket_unsupported", head("GET", "/v1/realtime?q=MARQUEUR", WEBSOCKET)),
        ("websocket_unsupported", head("POST", CHAT, {"connection": "upgrade", "upgrade": "h2c"}, BODY)),
        ("endpoint_unknown", head("POST", "/v1/dossiers/42", body=BODY)),
        ("endpoint_unknown", head("POST", "/", body=BODY)),
        ("endpoint_unknown", head("POST", "/v1/MARQUEUR", body=BODY)),
        ("endpoint_unknown", head("POST", "/v1/models/../chat/completions", body=BODY)),
        ("endpoint_unknown", head("GET", "/v1/models/%2e%2e")),
        ("endpoint_unknown", head("POST", "http://autre.exemple/v1/chat/completions", body=BODY)),
        ("endpoint_unknown", head("CONNECT", "MARQUEUR.exemple:443")),
        ("endpoint_unknown", head("GET", CHAT)),
        ("endpoint_unknown", head("PUT", CHAT, body=BODY)),
        ("endpoint_unknown", head("DELETE", "/v1/models/MARQUEUR")),
        ("endpoint_unknown", head("TRACE", CHAT)),
        ("endpoint_unknown", b"OPTIONS * HTTP/1.1\r\nhost: g\r\nconnection: close\r\n\r\n"),
        ("endpoint_unknown", b"PRI * HTTP/2.0\r\n\r\n"),
        ("body_unexpected", head("GET", "/v1/models", body=BODY)),
        ("body_unexpected", head("OPTIONS", CHAT, body=BODY)),
        ("body_unexpected", head("GET", "/v1/models", {"transfer-encoding": "chunked"}) + CHUNKED + b"\r\n"),
        ("body_missing", head("POST", CHAT, body=b"")),
        ("body_missing", head("POST", CHAT)),
        ("content_type_unsupported", head(headers={"content-type": "application/pdf"}, body=BODY)),
        ("content_type_unsupported", head(headers={"content-type": "multipart/mixed; boundary=x"}, body=BODY)),
        ("content_type_unsupported", head(headers={"content-type": "application/json\r\ncontent-type: a/b"}, body=BODY)),
        ("content_type_unsupported", head(body=BODY).replace(b"content-type: application/json\r\n", b"")),
        ("charset_unsupported", head(headers={"content-type": "application/json; charset=utf-16"}, body=BODY)),
        ("encoding_unsupported", head(headers={"content-encoding": "compress"}, body=BODY)),
        ("encoding_unsupported", head(headers={"content-encoding": "MARQUEUR"}, body=BODY)),
        ("encoding_unsupported", head(headers={"content-encoding": "gzip"}, body=BODY)),
        ("encoding_unsupported", head(headers={"content-encoding": "gzip"}, body=gzip.compress(BODY)[:-3])),
        ("encoding_unsupported", head(headers={"content-encoding": "gzip"}, body=gzip.compress(BODY) + BODY)),
        ("encoding_unsupported", head(headers={"content-encoding": "gzip, gzip"}, body=gzip.compress(gzip.compress(BODY)))),
        ("encoding_unsupported", head(headers={"content-encoding": "gzip\r\ncontent-encoding: br"}, body=gzip.compress(BODY))),
        ("encoding_unsupported", head(headers={"content-encoding": "deflate"}, body=zlib.compress(BODY)[5:])),
        ("encoding_unsupported", head(headers={"transfer-encoding": "gzip, chunked"}) + CHUNKED + b"\r\n"),
        ("request_malformed", head(headers={"transfer-encoding": "chunked"}) + CHUNKED + b"x-t: MARQUEUR\r\n\r\n"),
        ("request_malformed", head(headers={"transfer-encoding": "chunked", "trailer": "x-t"}) + CHUNKED + b"\r\n"),
        ("request_malformed", head(headers={"transfer-encoding": "chunked"}, body=BODY)),
        ("request_malformed", head(headers={"transfer-encoding": "chunked"}) + b"zz\r\n" + BODY),
        ("request_malformed", head(headers={"content-length": "12\r\ncontent-length: 13"}, body=BODY)),
        ("request_malformed", head(headers={"content-length": "-1"}, body=BODY)),
        ("request_malformed", head(headers={"x y": "MARQUEUR"}, body=BODY)),
        ("request_malformed", head("POST", CHAT, body=BODY).replace(b"HTTP/1.1", b"HTTP/9.9")),
        ("request_malformed", b"MARQUEUR\r\n\r\n"),
        ("request_malformed", b"\x00\x01\x02" + BODY + b"\r\n\r\n"),
        ("request_malformed", b"SSH-2.0-MARQUEUR\r\n"),
        ("request_malformed", b"POST " + CHAT.encode() + b" HTTP/1.1\r\nx: " + b"MARQUEUR" * 20_000),
        ("request_malformed", b"G" * 100_000),
        ("upstream_missing", head("POST", MESSAGES, body=BODY)),
        ("identifier_misplaced", head("GET", "/v1/models/MARQUEUR")),
        ("identifier_misplaced", head("POST", CHAT + "?patient=MARQUEUR", body=BODY)),
    ],
)  # fmt: skip
async def test_odd_requests_are_refused(make: Make, code: str, request_bytes: bytes) -> None:
    """Each gets its reason, and the upstream is not even contacted; a good request is served after it."""
    async with RecordingUpstream() as upstream:
        rig = await make(upstream=None, only={"openai": upstream.url})
        refused(await rig.raw(request_bytes), code)
        assert upstream.connections == 0
        assert upstream.received == b""
        assert (await rig.chat("Bonjour")).status_code == 200


async def test_a_refused_head_has_no_body(rig: Rig) -> None:
    """What would be a body is not sent: the next answer on the connection stays readable."""
    refusals = head("HEAD", "/v1/models", {"connection": "keep-alive"}, BODY) + head(
        "HEAD", "/", {"connection": "keep-alive"}
    )
    answer = await rig.raw(refusals + head("GET", "/avec/health"))
    heads = answer.split(b"\r\n\r\n")
    assert [part.split(b" ")[1] for part in heads[:3]] == [b"400", b"403", b"200"]
    assert heads[3] == b'{"status": "ok"}'
    rig.assert_nothing_left()


async def test_a_refusal_has_the_providers_own_shape(rig: Rig) -> None:
    """OpenAI's and Anthropic's SDKs each read the code and the French sentence where they look for them."""
    openai = refused(await rig.chat(SECRET + " REFUSES"), "attachment_unreadable")
    assert openai["error"]["code"] == "attachment_unreadable"
    assert openai["error"]["message"].startswith("Cette pièce jointe")
    anthropic = refused(await rig.chat(SECRET + " REFUSES", MESSAGES), "attachment_unreadable")
    assert anthropic["type"] == "error"
    early = refused(
        await rig.raw(head("POST", MESSAGES, {"content-type": "image/png"}, BODY)), "content_type_unsupported"
    )
    assert early["type"] == "error"
    malformed = head("POST", MESSAGES, {"transfer-encoding": "chunked"}) + CHUNKED + b"x: y\r\n\r\n"
    assert refused(await rig.raw(malformed), "request_malformed")["type"] == "error"
    rig.assert_nothing_left()


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("RAISES", "scan_failed"),
        ("DIES", "scan_failed"),
        ("NOTHING", "scan_failed"),
        ("BREAKS", "scan_failed"),
        ("REFUSES", "attachment_unreadable"),
        ("HANGS", "scan_timeout"),
    ],
)
async def test_what_breaks_in_the_check_refuses(
    make: Make, capfd: pytest.CaptureFixture[str], word: str, code: str
) -> None:
    """An exception, a death, a hang, a wrong result: nothing leaves, nothing is printed, the next one is served."""
    rig = await make(scan_timeout=2.5)
    refused(await rig.chat(f"{SECRET} {word}"), code)
    rig.assert_nothing_left()
    while (answer := await rig.chat("Bonjour")).status_code != 200:
        refused(answer, "scan_timeout")
    assert [r.prompt for r in rig.upstream.requests] == ["Bonjour"]
    out, err = capfd.readouterr()
    assert "MARQUEUR" not in out + err
    assert "Bonnefoy" not in out + err


async def test_too_many_at_once_are_refused_with_a_time_to_come_back(make: Make) -> None:
    """Beyond the queue, 503 with Retry-After; those within it are served."""
    rig = await make(queue=1)
    answers = await asyncio.gather(*(rig.chat(f"{SECRET} SLEEPS") for _ in range(4)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200, 200, 503, 503]
    for answer in answers:
        if answer.status_code == 503:
            refused(answer, "overloaded")
    rig.assert_clean()
    assert len(rig.upstream.requests) == 2


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_beyond_the_limit_is_refused(make: Make, declared: bool) -> None:
    """Too long is 413, whether the length is announced or comes in chunks."""
    rig = await make(max_body=50_000)
    body = json.dumps(prompt(SECRET * 5000)).encode()
    if declared:
        request = head(body=body)
    else:
        request = head(headers={"transfer-encoding": "chunked"}) + b"%x\r\n%s\r\n" % (len(body), body)
    refused(await rig.raw(request), "body_too_large")
    rig.assert_nothing_left()


@pytest.mark.parametrize("encode", [gzip.compress, zlib.compress])
async def test_a_bomb_is_refused(make: Make, encode: Callable[[bytes], bytes]) -> None:
    """A small body that unpacks to a large one is stopped at the limit."""
    rig = await make(max_body=1_000_000)
    bomb = encode(b'{"a":"' + b"MARQUEUR" * 2_000_000 + b'"}')
    encoding = "gzip" if encode is gzip.compress else "deflate"
    refused(await rig.raw(head(headers={"content-encoding": encoding}, body=bomb)), "body_too_large")
    rig.assert_nothing_left()


@pytest.mark.parametrize("cut", [5, 60, 200, -1])
async def test_a_request_that_is_cut_short_does_not_leave(rig: Rig, cut: int) -> None:
    """A client that stops in the middle is forgotten."""
    whole = head(body=BODY)
    await rig.raw(whole[:cut], half_close=True)
    rig.assert_nothing_left()
    assert rig.gateway._engine is not None
    assert rig.gateway._engine.guard.active == 0


async def test_a_client_who_leaves_while_we_check_is_not_sent_for(make: Make) -> None:
    """A request whose client is gone is not forwarded, and its place in the queue is free."""
    rig = await make(queue=2)
    host, port = rig.gateway.addresses[0]
    for _ in range(8):  # more than worker and queue can hold
        _, writer = await asyncio.open_connection(host, port)
        writer.write(head(body=json.dumps(prompt(SECRET + " SLEEPS")).encode()))
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()
    await asyncio.sleep(0.1)
    assert (await rig.chat("Bonjour")).status_code == 200
    assert [r.prompt for r in rig.upstream.requests] == ["Bonjour"]


async def test_tls_towards_the_gateway_is_closed(rig: Rig) -> None:
    """No certificate is offered: there is no authority to make one."""
    host, port = rig.gateway.addresses[0]
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection(host, port, ssl=context)
    rig.assert_nothing_left()


async def test_an_upstream_that_is_down_is_said_so(make: Make) -> None:
    """Nobody listens there: 502 in French, in the provider's shape, and the next request is tried again."""
    upstream = RecordingUpstream()
    rig = await make(upstream)
    assert upstream._server is not None
    port = upstream.port
    upstream._server.close()
    refused(await rig.chat(SECRET), "upstream_unreachable")
    assert refused(await rig.chat(SECRET, MESSAGES), "upstream_unreachable")["type"] == "error"
    upstream._server = await asyncio.start_server(upstream._serve, "127.0.0.1", port)
    assert (await rig.chat("Bonjour")).status_code == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"MARQUEUR ceci n'est pas du HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n",
        b"HTTP/1.1 307 Moved\r\nlocation: http://autre.exemple/v1/chat/completions\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 301 Moved\r\nlocation: http://autre.exemple/\r\ncontent-length: 8\r\n\r\nMARQUEUR",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 8\r\n\r\nMARQUEUR",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: inconnu\r\ncontent-length: 8\r\n\r\nMARQUEUR",
    ],
)
async def test_a_reply_that_cannot_be_used_is_replaced(make: Make, raw: bytes) -> None:
    """Nonsense, unreadable compression, and redirections, which a client would follow around the gateway."""
    rig = await make(RecordingUpstream(answer=lambda _: Reply(raw=raw)))
    answer = await rig.chat("MARQUEUR va bien")
    refused(answer, "upstream_unreachable")
    assert "location" not in answer.headers


async def test_an_upstream_that_switches_protocols_is_cut(make: Make) -> None:
    """A 101 that nobody asked for opens no tunnel."""
    switch = b"HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\nMARQUEUR"
    rig = await make(RecordingUpstream(answer=lambda _: Reply(raw=switch)))
    answer = await rig.raw(head(body=BODY) + b"MARQUEUR")
    assert b"101" not in answer[:20]
    rig.assert_clean()


async def test_a_stream_that_breaks_off_ends_without_harm(make: Make) -> None:
    """What came is shown, the end is visibly missing, and the exchange is forgotten."""
    upstream = RecordingUpstream()

    def broken(request: Received) -> Reply:
        reply = upstream.echo(request)
        reply.frame, reply.cut = 50, 600
        return reply

    upstream.answer = broken
    rig = await make(upstream)
    answer = await rig.raw(head(body=json.dumps(prompt(SECRET, stream=True)).encode()))
    assert answer.startswith(b"HTTP/1.1 200")
    assert not answer.endswith(b"0\r\n\r\n")
    assert rig.gateway._engine is not None
    assert rig.gateway._engine.guard.active == 0


async def test_a_reply_with_trailers_is_read(make: Make) -> None:
    """Trailers of a reply are dropped; the reply is not."""
    upstream = RecordingUpstream()

    def trailing(request: Received) -> Reply:
        reply = upstream.echo(request)
        reply.chunked, reply.trailer = True, b"x-checksum: 1\r\n"
        return reply

    upstream.answer = trailing
    rig = await make(upstream)
    answer = await rig.chat("MARQUEUR va bien")
    assert answer.json()["choices"][0]["message"]["content"] == "MARQUEUR va bien"


async def test_nobody_gets_anothers_words_while_workers_are_killed(make: Make) -> None:
    """Sixteen at once, half of them streaming, workers killed meanwhile: each gets its own, or a refusal."""
    rig = await make(workers=2)
    served = 0

    async def talk(number: int) -> None:
        nonlocal served
        for turn in range(4):
            text = f"MARQUEUR{number}00{turn} et MARQUEUR{number}"
            answer = await rig.chat(text, (CHAT, MESSAGES)[number % 2], stream=number % 4 < 2)
            if answer.status_code == 200:
                served += 1
                words = {w for w in answer.text.replace('"', " ").split() if w.startswith("MARQUEUR")}
                assert words <= {f"MARQUEUR{number}00{turn}", f"MARQUEUR{number}"}
            else:
                refused(answer, "scan_failed")

    async def kill() -> None:
        for _ in range(4):
            await asyncio.sleep(0.15)
            for pid in rig.gateway.pool.pids[:1]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    psutil.Process(pid).kill()

    await asyncio.gather(kill(), *(talk(number) for number in range(16)))
    assert served > 0
    rig.assert_clean()
    assert all(r.prompt == "[PERSONNE_1] et [PERSONNE_2]" for r in rig.upstream.requests)


async def test_logs_hold_no_word_of_a_prompt(make: Make, capfd: pytest.CaptureFixture[str]) -> None:
    """After good requests and every kind of failure, the log tells events and places only."""
    rig = await make(max_body=100_000)
    assert any(isinstance(handler, logs.SafeHandler) for handler in logging.getLogger().handlers)
    for word in ("", "RAISES", "DIES", "REFUSES", "BREAKS"):
        await rig.chat(f"{SECRET} {word}")
    for data in (
        head("GET", "/MARQUEUR?x=MARQUEUR", {"authorization": "Bearer MARQUEUR"}),
        b"MARQUEUR\r\n\r\n",
        head(headers={"transfer-encoding": "chunked"}, body=BODY),
        head(body=BODY)[:90],
        head(headers={"content-encoding": "gzip"}, body=BODY),
    ):
        await rig.raw(data, half_close=True)
    logging.getLogger("mitmproxy").error("Addon error: %s", SECRET)
    logging.getLogger("autre").warning(SECRET)
    await rig.gateway.stop(drain=0)
    out, err = capfd.readouterr()
    assert "started" in err
    assert "refused attachment_unreadable" in err
    assert "MARQUEUR" not in out + err
    assert "Bonnefoy" not in out + err
