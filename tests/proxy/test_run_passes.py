"""Other sites through the proxy of a workstation: tunnels with their own certificates, plain http as it came."""

import asyncio
import gzip
import json
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.harness import Received, RecordingUpstream, Reply
from tests.proxy.conftest import head, prompt, refused
from tests.proxy.standins import Station, World, station

SECRET = b"MARQUEUR est suivie"
LONG = bytes(range(256)) * 4096  # a megabyte


def mirror(request: Received) -> Reply:
    """Answer with what came."""
    return Reply(request.body or LONG, headers={"content-type": "text/plain", "x-served": "yes"})


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Station]:
    """Give a proxy in a world with an https site, a plain one, and an AI service that must hear nothing."""
    world = World(tmp_path)
    await world.serve("site.example", "s3.amazonaws.com", upstream=RecordingUpstream(answer=mirror))
    await world.serve("plain.example", plain=True, upstream=RecordingUpstream(answer=mirror))
    await world.serve("chatgpt.com")
    async with station(world) as made:
        yield made
    assert world.services["chatgpt.com"].connections == 0


@pytest.mark.parametrize("name", ["site.example", "s3.amazonaws.com"])
async def test_a_site_keeps_its_own_certificate_and_every_byte(here: Station, name: str) -> None:
    """Unknown and shared domains are not opened: the client sees the site's certificate, the site its bytes."""
    async with here.client(here.world.anchors) as client:
        body = await client.post(f"https://{name}/a?q=MARQUEUR", content=SECRET, headers={"x-patient": "MARQUEUR"})
        answer = await client.get(f"https://{name}/long")
    assert body.content == SECRET
    assert answer.content == LONG
    site = here.world.services[name]
    assert b"x-patient: MARQUEUR" in site.received
    assert site.connections == 1
    assert not [n for n in answer.headers if n.startswith("x-avec")]


async def test_other_protocols_pass_in_a_tunnel(here: Station) -> None:
    """What is not TLS passes too, in both directions, the server's first word included."""
    said: list[bytes] = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 bonjour\r\n")
        said.append(await reader.readexactly(5))
        writer.write(b"\x00\x16\x03fin")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    here.world.names["site.example"] = [("127.0.0.1", server.sockets[0].getsockname()[1])]
    answer, reader, writer = await here.connect("site.example:443")
    assert answer == b"HTTP/1.1 200 Connection established\r\n\r\n"
    assert await reader.readline() == b"220 bonjour\r\n"
    writer.write(b"\x00\x01hi!")
    assert await reader.read() == b"\x00\x16\x03fin"
    assert said == [b"\x00\x01hi!"]
    writer.close()
    server.close()


@pytest.mark.parametrize("greeted", ["chatgpt.com", "CHATGPT.com", "api.openai.com"])
async def test_a_tunnel_that_greets_an_ai_is_closed(here: Station, greeted: str) -> None:
    """The name in the TLS greeting is looked at, however it is cut, before a byte of it goes on."""
    site = here.world.services["site.example"]
    for piece in (1, 3, 1000):
        answer, reader, writer = await here.connect("site.example:443")
        assert answer.startswith(b"HTTP/1.1 200")
        greeting = hello(greeted)
        for start in range(0, len(greeting), piece):
            writer.write(greeting[start : start + piece])
            await asyncio.sleep(0)
        assert await asyncio.wait_for(reader.read(), 10) == b"\x15\x03\x03\x00\x02\x02\x31"
        writer.close()
    assert site.received == b""


def hello(name: str) -> bytes:
    """Return the first bytes of a TLS client that wants `name`."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    connection = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        connection.do_handshake()
    return outgoing.read()


async def test_a_greeting_that_cannot_be_read_is_not_passed_on(here: Station) -> None:
    """Broken, without end, or hidden behind another record: closed."""
    site = here.world.services["site.example"]
    for data in (
        b"\x16\x03\x01\x00\x0a\x01\x00\x00\x06chatgp",
        b"\x16\x03\x01\xff\xff\x01\x00\xff\xfb" + b"\0" * 70_000,
        b"\x15\x03\x01\x00\x02\x01\x5a" + hello("chatgpt.com"),  # an alert before it
        b"\x14\x03\x03\x00\x01\x01" + hello("chatgpt.com"),
    ):
        _, reader, writer = await here.connect("site.example:443")
        writer.write(data)
        assert await asyncio.wait_for(reader.read(), 10) in (b"", b"\x15\x03\x03\x00\x02\x02\x31")
        writer.close()
    assert site.received == b""


async def test_plain_http_passes_as_it_came(here: Station) -> None:
    """Body, encoding, query, cookies: as they were; only what concerns one hop is taken off."""
    site = here.world.services["plain.example"]
    packed = gzip.compress(SECRET)
    request = head(
        "POST",
        "http://plain.example/a%20b?q=MARQUEUR",
        {
            "host": "plain.example",
            "cookie": "p=MARQUEUR",
            "content-type": "text/x-odd",
            "content-encoding": "gzip",
            "proxy-connection": "keep-alive",
            "proxy-authorization": "Basic eDp5",
            "connection": "close, x-hop",
            "x-hop": "1",
        },
        packed,
    )
    answer = await here.raw(request)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"x-served: yes" in answer
    assert answer.endswith(packed)
    (received,) = site.requests
    assert received.target == "/a%20b?q=MARQUEUR"
    assert received.body == packed
    assert received.headers["cookie"] == "p=MARQUEUR"
    assert not {"proxy-connection", "proxy-authorization", "x-hop"} & set(received.headers)


async def test_plain_framings_pass(here: Station) -> None:
    """Chunks, an expected continue, HTTP/1.0, several requests on one connection."""
    site = here.world.services["plain.example"]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in (SECRET[:3], SECRET[3:])) + b"0\r\n\r\n"
    named = {"host": "plain.example", "transfer-encoding": "chunked", "expect": "100-continue"}
    answer = await here.raw(head("POST", "http://plain.example/a", named) + chunks)
    assert b"HTTP/1.1 200" in answer
    assert answer.endswith(SECRET)
    old = head("POST", "http://plain.example/b", {"host": "plain.example"}, SECRET).replace(b"HTTP/1.1", b"HTTP/1.0")
    assert (await here.raw(old)).endswith(SECRET)
    kept = head("POST", "http://plain.example/c", {"host": "plain.example", "connection": "keep-alive"}, b"un")
    assert (await here.raw(kept + head("POST", "http://plain.example/d", {"host": "plain.example"}, b"deux"))).count(
        b"HTTP/1.1 200"
    ) == 2
    assert [r.body for r in site.requests] == [SECRET, SECRET, b"un", b"deux"]
    refused(await here.raw(head("GET", "http://chatgpt.com/", {"host": "chatgpt.com"})), "endpoint_unknown")


async def test_plain_http_is_streamed_and_not_limited(tmp_path: Path) -> None:
    """A long upload and a long download pass, and begin to arrive before they are complete."""
    world = World(tmp_path)
    site = RecordingUpstream(answer=lambda _: Reply(LONG, frame=100_000, pause=0.01))
    await world.serve("plain.example", plain=True, upstream=site)
    async with station(world, max_body=100_000) as here, here.client() as client:
        sent = await client.post("http://plain.example/up", content=LONG)
        assert sent.content == LONG
        async with client.stream("GET", "http://plain.example/down") as answer:
            pieces = answer.aiter_raw()
            received = await anext(pieces)
            assert site.answered == 1
            received += b"".join([piece async for piece in pieces])
    assert received == LONG
    assert site.requests[0].body == LONG


async def test_the_target_decides_and_not_the_host_header(here: Station) -> None:
    """A Host header that names another site is put right: no front for somebody else."""
    await here.raw(head("GET", "http://plain.example/x", {"host": "chatgpt.com"}))
    (received,) = here.world.services["plain.example"].requests
    assert received.headers["host"] == "plain.example"


async def test_a_plain_upgrade_opens_nothing(here: Station) -> None:
    """The wish to change the protocol is not passed on, and an answer that does it is cut."""
    site = here.world.services["plain.example"]
    site.answer = lambda _: Reply(raw=b"HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\nxx")
    socket = {"host": "plain.example", "connection": "Upgrade", "upgrade": "websocket", "sec-websocket-key": "x"}
    answer = await here.raw(head("GET", "http://plain.example/ws", socket))
    assert not answer.startswith(b"HTTP/1.1 101")
    assert "upgrade" not in site.requests[0].headers


async def test_a_site_that_is_down_is_said_so(here: Station) -> None:
    """Before the tunnel opens, or as an answer; as a page where a person reads it."""
    site, plain = here.world.services["site.example"], here.world.services["plain.example"]
    for upstream in (site, plain):
        assert upstream._server is not None
        upstream._server.close()
    answer, _, writer = await here.connect("site.example:443")
    refused(answer, "site_unreachable")
    writer.close()
    refused(await here.raw(head("GET", "http://plain.example/", {"host": "plain.example"})), "site_unreachable")
    page = await here.raw(head("GET", "http://plain.example/", {"host": "plain.example", "accept": "text/html"}))
    assert page.startswith(b"HTTP/1.1 502")
    assert "Ce site ne répond pas" in page.decode()


async def test_stopping_ends_tunnels(here: Station) -> None:
    """A tunnel may live for hours: nobody waits for its end, and none opens any more."""
    _, reader, writer = await here.connect("site.example:443")
    stopping = asyncio.create_task(here.proxy.stop())
    assert await asyncio.wait_for(reader.read(), 10) == b""
    await stopping
    writer.close()


async def test_what_passes_is_logged_nowhere(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Where people go is their own business."""
    world = World(tmp_path)
    await world.serve("site.example", upstream=RecordingUpstream(answer=mirror))
    await world.serve("plain.example", plain=True, upstream=RecordingUpstream(answer=mirror))
    async with station(world) as here:
        async with here.client(world.anchors) as client:
            await client.post("https://site.example/MARQUEUR", content=SECRET)
            await client.post("http://plain.example/MARQUEUR", content=SECRET)
        await here.connect("unknown.example:443")
    out, err = capfd.readouterr()
    assert out == ""
    assert "not_opened site_unreachable" in err
    for word in ("MARQUEUR", ".example", "127.0.0.1"):
        assert word not in err


SPOKEN = prompt("MARQUEUR est suivie")


@pytest.mark.parametrize("content_type", ["application/json", "text/plain;charset=UTF-8", "application/vnd.x+json"])
@pytest.mark.parametrize("encoding", ["", "gzip"])
async def test_a_plain_site_that_is_spoken_to_like_a_model_is_checked(
    here: Station, content_type: str, encoding: str
) -> None:
    """Nobody listed it, its body tells: what leaves is hidden, the reply restored, nothing of the head passes."""
    body = json.dumps(SPOKEN).encode()
    headers = {"content-type": content_type, "x-patient": "MARQUEUR"} | (
        {"content-encoding": encoding} if encoding else {}
    )
    async with here.client() as client:
        answer = await client.post(
            "http://plain.example/api/chat", content=gzip.compress(body) if encoding else body, headers=headers
        )
    if content_type.startswith("text"):
        assert b"MARQUEUR" in answer.content
    else:
        assert answer.json() == SPOKEN
    assert answer.headers["x-avec-hidden"] == "1"
    site = here.world.services["plain.example"]
    assert b"[PERSONNE_1] est suivie" in site.received
    assert b"MARQUEUR" not in site.received


async def test_what_cannot_be_checked_there_is_refused(here: Station) -> None:
    """An address that may hold a name, a history kept elsewhere: nothing reaches the site."""
    async with here.client() as client:
        refused(await client.post("http://plain.example/MARQUEUR/chat", json=SPOKEN), "endpoint_unknown")
        refused(
            await client.post("http://plain.example/v1/threads/thread_1/messages", json=SPOKEN), "history_elsewhere"
        )
    assert here.world.services["plain.example"].received == b""


@pytest.mark.parametrize("body", [b'{"name":"MARQUEUR","message":"Bonjour"}', b"{broken", b"MARQUEUR", LONG])
async def test_json_of_other_sites_passes_as_it_came(here: Station, body: bytes) -> None:
    """Held until it is whole, then passed on with its own headers."""
    async with here.client() as client:
        answer = await client.post(
            "http://plain.example/MARQUEUR",
            content=body,
            headers={"content-type": "application/json", "x-a": "MARQUEUR"},
        )
    assert answer.content == body
    assert b"x-a: MARQUEUR" in here.world.services["plain.example"].received
    assert "x-avec-hidden" not in answer.headers
