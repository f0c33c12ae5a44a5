"""The gateway starts in order, stops in order, and leaves nothing behind."""

# ruff: noqa: ASYNC110 - tests wait by polling

import asyncio
import json
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from avec_proxy import settings
from avec_proxy.proxy.errors import GatewayError, ListenError
from avec_proxy.proxy.master import Gateway
from avec_proxy.workers.pool import PoolError
from tests.e2e.harness import Received, RecordingUpstream, Reply
from tests.proxy.conftest import CHAT, FAKE, Rig, head, prompt, refused

Make = Callable[..., Awaitable[Rig]]


def made(pipeline: str = FAKE, **given: object) -> Gateway:
    """Return a gateway that is not started."""
    options = {"listen": "127.0.0.1:0", "upstream": "http://localhost:9", "workers": 1, **given}
    return Gateway(settings.load(overrides=options), pipeline=pipeline)


async def test_one_after_another_but_never_two_at_once() -> None:
    """Several in a row work in one process; a second one meanwhile is refused."""
    for _ in range(3):
        async with made() as first:
            assert first.pool.alive
            with pytest.raises(GatewayError, match="already runs"):
                await made().start()
            assert first.addresses[0][0] == "127.0.0.1"
        assert first.addresses == []
        assert first.pool.pids == []


async def test_the_port_opens_only_when_the_workers_are_warm() -> None:
    """If they cannot be warmed there is no port, and no process is left."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    gateway = made(pipeline="tests.no_such_pipeline", listen=f"127.0.0.1:{port}")
    with pytest.raises(PoolError):
        await gateway.start()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    assert gateway.pool.pids == []


async def test_a_port_in_use_is_said_in_one_line() -> None:
    """The message names address and reason; the next start works."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ListenError) as caught:
            await made(listen=where).start()
    assert where in str(caught.value)
    assert "Address already in use" in str(caught.value)
    assert "\n" not in str(caught.value)
    async with made() as gateway:
        assert gateway.addresses


async def test_settings_that_cannot_work_are_refused() -> None:
    """No upstream at all, or an upstream for a vendor that nobody knows."""
    with pytest.raises(GatewayError, match="no upstream"):
        await Gateway(settings.load(), pipeline=FAKE).start()
    with pytest.raises(GatewayError, match=r"unknown setting: upstreams\.opnai"):
        await made(upstreams={"opnai": "https://x.fr"}).start()


async def test_nobody_is_contacted_at_the_start(make: Make) -> None:
    """The upstream hears nothing before a request is cleared."""
    rig = await make()
    await rig.raw(head("GET", "/"))
    rig.assert_nothing_left()


async def test_stopping_lets_replies_end_and_takes_no_new_requests(make: Make) -> None:
    """A stream under way is finished; a new request on an open connection is told to come back later."""
    upstream = RecordingUpstream()

    def slow(request: Received) -> Reply:
        reply = upstream.echo(request)
        reply.frame, reply.pause = 150, 0.05
        return reply

    upstream.answer = slow
    rig = await make(upstream)
    host, port = rig.gateway.addresses[0]
    idle_reader, idle_writer = await asyncio.open_connection(host, port)
    async with (
        rig.client() as client,
        client.stream("POST", CHAT, json=prompt("MARQUEUR va bien", stream=True)) as answer,
    ):
        pieces = answer.aiter_bytes()
        received = await anext(pieces)
        stopping = asyncio.create_task(rig.gateway.stop())
        await asyncio.sleep(0.1)
        idle_writer.write(head(body=json.dumps(prompt("MARQUEUR")).encode()))
        refused(await idle_reader.read(), "overloaded")
        received += b"".join([piece async for piece in pieces])
    await stopping
    idle_writer.close()
    assert received.endswith(b"data: [DONE]\n\n")
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(host, port)


async def test_stopping_does_not_wait_for_ever(make: Make) -> None:
    """A reply that does not end is cut after the time allowed; idle connections are closed."""
    upstream = RecordingUpstream()

    def endless(request: Received) -> Reply:
        reply = upstream.echo(request)
        reply.frame, reply.pause = 1, 5
        return reply

    upstream.answer = endless
    rig = await make(upstream)
    talking = asyncio.create_task(rig.raw(head(body=json.dumps(prompt("MARQUEUR", stream=True)).encode())))
    while not upstream.requests:
        await asyncio.sleep(0.02)
    pids = rig.gateway.pool.pids
    await rig.gateway.stop(drain=0.2)
    assert not (await talking).endswith(b"0\r\n\r\n")
    assert not any(psutil.pid_exists(pid) for pid in pids)


async def test_a_start_that_is_interrupted_leaves_nothing() -> None:
    """Cancelling while the workers warm up ends them."""
    gateway = made()
    starting = asyncio.create_task(gateway.start())
    await asyncio.sleep(0.05)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert gateway.pool.pids == []
    async with made():
        pass


async def test_handlers_of_the_embedding_program_come_back() -> None:
    """The safe log handler is there while the gateway runs, and only then."""
    before = logging.getLogger().handlers[:]
    async with made():
        assert logging.getLogger().handlers != before
    assert logging.getLogger().handlers == before


def certificate(folder: Path) -> tuple[Path, Path]:
    """Write a self-signed certificate for localhost and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_file, key_file


async def test_the_upstreams_certificate_is_verified(make: Make, tmp_path: Path) -> None:
    """An authority that is not trusted is «unreachable», and nothing is sent; with `upstream_ca` it works."""
    cert_file, key_file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert_file, key_file)
    rig = await make(RecordingUpstream(tls=context))
    refused(await rig.chat("MARQUEUR va bien"), "upstream_unreachable")
    assert rig.upstream.received == b""
    await rig.gateway.stop(drain=0)
    rig = await make(RecordingUpstream(tls=context), upstream_ca=str(cert_file))
    answer = await rig.chat("MARQUEUR va bien", stream=True)
    assert answer.status_code == 200
    assert rig.upstream.requests[0].prompt == "[PERSONNE_1] va bien"
    rig.assert_clean()


async def test_what_conversations_told_ends_with_the_gateway(make: Make) -> None:
    """What a request hid is kept for the provider's next one; once the gateway has stopped, nothing holds it."""
    named = json.dumps({"object": "response", "id": "resp_1", "output": []}).encode()
    rig = await make(RecordingUpstream(answer=lambda _: Reply(named)))
    engine = rig.gateway._engine
    assert engine is not None
    known = engine.guard.conversations
    async with rig.client() as client:
        got = await client.post("/v1/responses", json={"model": "m", "input": "Bonjour"})
    assert got.status_code == 200
    assert len(known) == 1
    await rig.gateway.stop(drain=0)
    assert len(known) == 0
    assert known._timer is None
