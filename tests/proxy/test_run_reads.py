"""AI services through the proxy of a workstation: opened with our certificate, read, restored as they come."""

import json
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from tests.e2e.harness import Received, RecordingUpstream, Reply, leaks
from tests.proxy.conftest import CHAT, MESSAGES, head, prompt, refused
from tests.proxy.fake_pipeline import MARKER
from tests.proxy.standins import Station, World, station
from tests.proxy.test_wire import SENT, TEXT, said

API, CLAUDE = "https://api.openai.com", "https://api.anthropic.com"
BODY = json.dumps(prompt("MARQUEUR va bien")).encode()
PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "sec-fetch-mode": "navigate"}


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Station]:
    """Give a proxy in a world where AI services are one recording stand-in."""
    world = World(tmp_path)
    await world.serve("api.openai.com", "api.anthropic.com", "chatgpt.com", "api.mistral.ai", "elsewhere.example")
    async with station(world) as made:
        yield made


def ai(here: Station) -> RecordingUpstream:
    """Return the stand-in."""
    return here.world.services["api.openai.com"]


@pytest.mark.parametrize("url", [API + CHAT, CLAUDE + MESSAGES, "http://api.openai.com" + CHAT])
@pytest.mark.parametrize("stream", [False, True])
async def test_a_prompt_leaves_without_names_and_comes_back_with_them(here: Station, url: str, stream: bool) -> None:
    """Each provider under its own name, over TLS even where the client used plain http: no marker leaves."""
    async with here.client() as client:
        answer = await client.post(url, json=prompt(TEXT, stream=stream))
    assert answer.status_code == 200
    assert said(answer) == TEXT
    assert answer.headers["x-avec-hidden"] == "2"
    (received,) = ai(here).requests
    assert received.prompt == SENT
    assert received.headers["host"] == httpx.URL(url).host
    assert leaks([MARKER], ai(here).recorded) == []


async def test_a_stream_is_passed_on_as_it_comes_without_alt_svc(here: Station) -> None:
    """The first words are shown while the service still speaks; nothing invites the browser to QUIC."""
    upstream = ai(here)

    def slow(request: Received) -> Reply:
        reply = upstream.echo(request)
        reply.frame, reply.pause = 150, 0.02
        reply.headers["alt-svc"] = 'h3=":443"; ma=86400'
        return reply

    upstream.answer = slow
    async with (
        here.client() as client,
        client.stream("POST", API + CHAT, json=prompt(TEXT, stream=True)) as answer,
    ):
        assert "alt-svc" not in answer.headers
        pieces = answer.aiter_raw()
        await anext(pieces)
        assert upstream.answered == 0
        assert len([piece async for piece in pieces]) > 3


async def test_connections_are_used_again(here: Station) -> None:
    """Several requests on one client connection take one connection to the service, resolved once."""
    async with here.client() as client:
        for _ in range(3):
            assert (await client.post(API + CHAT, json=prompt("MARQUEUR"))).status_code == 200
    assert ai(here).connections == 1
    assert here.world.asked == ["api.openai.com"]


async def test_the_certificate_is_ours_and_for_that_host_alone(here: Station) -> None:
    """One name, valid no longer than its issuer; a client that does not trust us is not let through unread."""
    _, _, writer = await here.connect("api.openai.com:443")
    await writer.start_tls(here.trust(), server_hostname="api.openai.com")
    shown = x509.load_der_x509_certificate(writer.get_extra_info("ssl_object").getpeercert(True))
    names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["api.openai.com"]
    assert shown.not_valid_after_utc <= here.authority.not_after
    writer.close()
    with pytest.raises(ssl.SSLCertVerificationError):
        await here.inside("api.openai.com:443", b"MARQUEUR", trusted=(here.world.anchors,))
    here.world.assert_untouched()


async def test_http_1_alone_is_offered(here: Station) -> None:
    """A client that would rather speak HTTP/2 is given HTTP/1.1."""
    _, _, writer = await here.connect("api.openai.com:443")
    context = here.trust()
    context.set_alpn_protocols(["h2", "http/1.1"])
    await writer.start_tls(context, server_hostname="api.openai.com")
    assert writer.get_extra_info("ssl_object").selected_alpn_protocol() == "http/1.1"
    writer.close()


async def test_the_services_certificate_is_verified(tmp_path: Path) -> None:
    """A service whose authority is not trusted, or whose certificate is another's, is sent nothing."""
    world = World(tmp_path)
    wrong = await world.serve("elsewhere.example")
    world.names["api.openai.com"] = world.names["elsewhere.example"]
    async with station(world, allow_private=["api.openai.com"]) as here, here.client() as client:
        refused(await client.post(API + CHAT, json=prompt("MARQUEUR")), "upstream_unreachable")
    assert wrong.received == b""
    world = World(tmp_path)
    await world.serve("api.openai.com")
    async with station(world, upstream_ca=None) as here, here.client() as client:
        refused(await client.post(API + CHAT, json=prompt("MARQUEUR")), "upstream_unreachable")
    assert world.services["api.openai.com"].received == b""


@pytest.mark.parametrize(
    ("url", "code"),
    [
        (API + "/v1/dossiers", "endpoint_unknown"),
        (CLAUDE + "/v1/MARQUEUR", "endpoint_unknown"),
        (CLAUDE + "/v1/sessions/session_1/messages", "history_elsewhere"),
        ("https://chatgpt.com/backend-api/conversation", "endpoint_unknown"),
        ("http://chatgpt.com/", "endpoint_unknown"),
        ("http://api.openai.com/v1/dossiers", "endpoint_unknown"),
    ],
)
async def test_an_address_that_nobody_makes_is_refused_inside(here: Station, url: str, code: str) -> None:
    """A known service, an address that may say anything: its own error shape, in French, nobody is contacted."""
    async with here.client() as client:
        answer = refused(await client.post(url, json=prompt("MARQUEUR")), code)
        ocr = await client.post("https://api.mistral.ai/v1/ocr/dossiers", json=prompt("MARQUEUR"))
    assert (answer.get("type") == "error") == url.startswith(CLAUDE)
    assert (ocr.headers["x-avec-refusal"], ocr.json()["object"]) == ("endpoint_unknown", "error")
    here.world.assert_untouched()
    assert here.world.asked == []


async def test_a_browser_is_shown_a_page_that_explains_itself(here: Station) -> None:
    """French, UTF-8, and nothing in it that runs or is fetched; a program on the same site gets JSON."""
    async with here.client() as client:
        answer = await client.get("https://chatgpt.com/c/MARQUEUR", headers=PAGE)
        refused(await client.get("https://chatgpt.com/backend-api/me", headers={"accept": "*/*"}), "endpoint_unknown")
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-avec-refusal"] == "endpoint_unknown"
    page = answer.content.decode()
    assert '<html lang="fr">' in page
    assert "pas encore pris en charge" in page
    assert "Rien n'est sorti" in page
    assert "MARQUEUR" not in page
    assert not any(sign in page for sign in ("<script", "src=", "href=", "url(", "http:", "https:", "@import"))
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    here.world.assert_untouched()


@pytest.mark.parametrize(
    ("request_bytes", "code"),
    [
        (head("GET", "/backend-api/ws", {"host": "chatgpt.com", "connection": "Upgrade", "upgrade": "websocket",
              "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}), "websocket_unsupported"),
        (head("POST", CHAT, {"host": "elsewhere.example"}, BODY), "request_malformed"),
        (head("POST", CHAT, {"host": "chatgpt.com:444"}, BODY), "request_malformed"),
        (head("POST", CHAT, {"host": "chatgpt.com\r\nhost: elsewhere.example"}, BODY), "request_malformed"),
        (head("POST", "http://elsewhere.example" + CHAT, {"host": "chatgpt.com"}, BODY), "endpoint_unknown"),
        (head("POST", "https://api.openai.com" + CHAT, {"host": "chatgpt.com"}, BODY), "endpoint_unknown"),
        (head("CONNECT", "elsewhere.example:443", {"host": "elsewhere.example:443"}), "endpoint_unknown"),
        (b"SSH-2.0-MARQUEUR\r\n", "request_malformed"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "endpoint_unknown"),
        (b"\x16\x03\x01\x00\x05MARQUEUR\r\n\r\n", "request_malformed"),
    ],
)  # fmt: skip
async def test_odd_words_inside_are_refused(here: Station, request_bytes: bytes, code: str) -> None:
    """Upgrades, other hosts, tunnels in tunnels and what is not HTTP: an answer in French, and nobody is contacted."""
    refused(await here.inside("chatgpt.com:443", request_bytes), code)
    here.world.assert_untouched()


async def test_a_host_header_that_differs_leaves_nothing(here: Station) -> None:
    """Even with an address that is known on that host."""
    refused(
        await here.inside("api.openai.com:443", head("POST", CHAT, {"host": "elsewhere.example"}, BODY)),
        "request_malformed",
    )
    here.world.assert_untouched()


async def test_our_own_addresses(here: Station) -> None:
    """The PAC file with its own port, health, and a French word for everything else, however it is asked."""
    async with httpx.AsyncClient(base_url=here.proxy.url, trust_env=False) as client:
        pac = await client.get("/proxy.pac")
        assert pac.headers["content-type"] == "application/x-ns-proxy-autoconfig"
        assert f'"PROXY 127.0.0.1:{here.port}"' in pac.text
        assert (await client.get("/proxy.pac?x=1", headers={"host": "avec.local"})).text == pac.text
        assert (await client.head("/proxy.pac")).content == b""
        assert (await client.get("/avec/health")).json() == {"status": "ok"}
        for path in ("/", "/v1/models", "/mitm.it", "/favicon.ico"):
            refused(await client.get(path), "endpoint_unknown")
        refused(await client.post("/proxy.pac", json={}), "endpoint_unknown")
        refused(
            await client.post(CHAT, json=prompt("MARQUEUR"), headers={"host": "api.openai.com"}), "endpoint_unknown"
        )
        assert "<h1>" in (await client.get("/", headers=PAGE)).text
    refused(await here.raw(b"OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"), "endpoint_unknown")
    refused(await here.raw(b"GET / HTTP/1.0\r\n\r\n"), "endpoint_unknown")
    async with here.client() as client:
        assert (await client.get(f"{here.proxy.url}/proxy.pac")).text == pac.text
    here.world.assert_untouched()


async def test_it_listens_on_this_machine_only(here: Station) -> None:
    """Nobody else can use it."""
    assert here.proxy.addresses == [("127.0.0.1", here.port)]


async def test_an_unlisted_address_of_an_api_is_scanned_and_that_of_a_chat_page_is_refused(here: Station) -> None:
    """On the hosts of APIs alone; what leaves is hidden, what comes back restored, in the form that was sent."""
    async with here.client() as client:
        ai(here).answer = lambda request: Reply(request.body, headers={"content-type": "text/plain"})
        answer = await client.post(API + "/v1/text/rewrite", data={"text": "MARQUEUR est suivie"})
        refused(await client.post("https://chatgpt.com/v1/text/rewrite", json=prompt("MARQUEUR")), "endpoint_unknown")
    assert answer.headers["x-avec-hidden"] == "1"
    assert b"MARQUEUR" in answer.content
    (received,) = ai(here).requests
    assert received.target == "/v1/text/rewrite"
    assert b"[PERSONNE_1]" in received.body
    assert leaks([MARKER], ai(here).recorded) == []


async def test_an_administrator_may_refuse_what_is_not_listed(tmp_path: Path) -> None:
    """`unknown_endpoints = "refuse"`."""
    world = World(tmp_path)
    await world.serve("api.openai.com")
    async with station(world, unknown_endpoints="refuse") as here, here.client() as client:
        refused(await client.post(API + "/v1/text/rewrite", json=prompt("MARQUEUR")), "endpoint_unknown")
    world.assert_untouched()
