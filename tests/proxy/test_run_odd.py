"""The odd requests of the gateway once more, over TLS through the proxy of a workstation, with the real check."""

import contextlib
import os
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.harness import RecordingUpstream
from tests.e2e.harness.live import LiveUpstream, serving
from tests.e2e.harness.raw import Answer, answers, refusal
from tests.e2e.odd import KEPT, MARKERS, TEXT
from tests.e2e.odd_bad import BAD
from tests.e2e.odd_broken import BROKEN
from tests.e2e.odd_good import GOOD, STRUCTURED
from tests.proxy.standins import World

# The command, with names that lead to the stand-in.
_SCRIPT = """
import os
from avec_proxy.proxy import addresses
port = int(os.environ["STAND_IN"])
addresses.system_lookup = lambda host, _: [("127.0.0.1", port)]
from avec_proxy.cli import app
if __name__ == "__main__":
    app()
"""
_START_S = 60
OPENAI, ANTHROPIC = "api.openai.com", "api.anthropic.com"


@dataclass(frozen=True)
class Run:
    """The running command, and the service behind it."""

    port: int
    trusted: ssl.SSLContext
    upstream: LiveUpstream


@pytest.fixture(scope="module")
def _run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("run")
    world = World(folder)
    upstream = RecordingUpstream(tls=world.certificate(OPENAI, ANTHROPIC))
    with serving(upstream) as live:
        process = _started(folder, world.anchors, upstream.port)
        try:
            yield Run(_port(process, folder / "err.txt"), _trust(folder / "ca" / "ca.pem"), live)
        finally:
            process.terminate()
            process.wait(15)
        assert not [m for m in MARKERS if m.casefold() in (folder / "err.txt").read_text().casefold()]


def _started(folder: Path, anchors: Path, port: int) -> subprocess.Popen[bytes]:
    script = folder / "avec.py"
    script.write_text(_SCRIPT)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AVEC_")}
    allowed = f'["{OPENAI}", "{ANTHROPIC}"]'
    with (folder / "err.txt").open("wb") as err:
        return subprocess.Popen(
            [
                *(sys.executable, str(script), "run", "--port", "0", "--workers", "2"),
                *("--confdir", str(folder / "ca"), "--upstream-ca", str(anchors)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=err,
            env={
                **kept,
                "PYTHONPATH": os.pathsep.join(sys.path),
                "HOME": str(folder),
                "AVEC_ALLOW_PRIVATE": allowed,
                "STAND_IN": str(port),
            },
        )


def _port(process: subprocess.Popen[bytes], said: Path) -> int:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(r"listening on http://127\.0\.0\.1:(\d+)\n", said.read_text()):
            return int(found[1])
        time.sleep(0.05)
    raise AssertionError(said.read_text()[-2000:])


def _trust(root: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(root)
    return context


@pytest.fixture
def run(_run: Run) -> Run:
    """Give the proxy with a stand-in that is as new."""
    _run.upstream.forget()
    return _run


def host_of(data: bytes) -> str:
    """Return the provider that a request is for."""
    return ANTHROPIC if b" /v1/messages" in data[:60] else OPENAI


def exchange(run: Run, data: bytes, *, end: bool = False) -> bytes:
    """Send bytes over TLS in a tunnel to their provider, and then the `end`; return all that comes back."""
    host = host_of(data)
    data = data.replace(b"host: gateway", b"host: " + host.encode(), 1)
    with socket.create_connection(("127.0.0.1", run.port), 30) as tunnel:
        tunnel.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nhost: {host}:443\r\n\r\n".encode())
        opened = b""
        while b"\r\n\r\n" not in opened:
            opened += tunnel.recv(1)
        assert opened.startswith(b"HTTP/1.1 200")
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = run.trusted.wrap_bio(incoming, outgoing, server_hostname=host)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                tunnel.sendall(outgoing.read())
                incoming.write(tunnel.recv(65536))
        received, ended = bytearray(), False
        for step in (lambda: tls.write(data), *((tls.unwrap,) if end else ())):
            with contextlib.suppress(ssl.SSLWantReadError):
                step()
            try:
                tunnel.sendall(outgoing.read())
            except OSError:
                break  # refused before everything was sent
        while not ended:
            try:
                got = tunnel.recv(65536)
            except ConnectionResetError:
                break
            ended = not got
            incoming.write(got) if got else incoming.write_eof()
            try:
                while piece := tls.read(65536):
                    received += piece
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError:
                break
        return bytes(received)


def one(run: Run, data: bytes) -> Answer:
    """Send one request and return its one answer."""
    found = answers(exchange(run, data))
    assert len(found) == 1
    return found[0]


_OTHER_HOST = "name in host"  # through a proxy this is a request that asks for two hosts
_SERVED = {name: data for name, data in GOOD.items() if name != _OTHER_HOST}


@pytest.mark.parametrize("data", _SERVED.values(), ids=_SERVED)
def test_a_good_request_leaves_once_without_a_marker_and_comes_back_exactly(data: bytes, run: Run) -> None:
    """Encodings, framings and fields that are in order: placeholders leave, clinical words too, the echo is exact."""
    answer = one(run, data)
    assert answer.status == 200, answer
    run.upstream.assert_clean(MARKERS)
    (received,) = run.upstream.requests
    assert received.headers["host"] == host_of(data)
    assert "[PERSONNE_" in received.prompt
    for words in KEPT:
        assert words in received.prompt
    assert answer.said == TEXT


@pytest.mark.parametrize("data", STRUCTURED.values(), ids=STRUCTURED)
def test_data_in_json_is_read_at_every_depth(data: bytes, run: Run) -> None:
    """Keys, values, numbers and JSON inside strings: no marker leaves."""
    assert one(run, data).status == 200
    run.upstream.assert_clean([*MARKERS, "639984421"])


def test_a_request_that_asks_for_two_hosts_is_refused(run: Run) -> None:
    """The tunnel's host and the Host header must agree."""
    assert refusal(one(run, GOOD[_OTHER_HOST]))["code"] == "request_malformed"
    run.upstream.assert_untouched()


@pytest.mark.parametrize(("data", "code"), BAD.values(), ids=BAD)
def test_what_cannot_be_checked_is_refused_and_nothing_leaves(data: bytes, code: str, run: Run) -> None:
    """One French refusal in the provider's shape; the service is not even connected to."""
    answer = one(run, data)
    run.upstream.assert_untouched()
    error = refusal(answer, anthropic=host_of(data) == ANTHROPIC)
    assert error["code"] == code
    assert not [marker for marker in MARKERS if marker.casefold() in answer.body.decode().casefold()]


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_no_whole_request_ends_and_leaks_nothing(data: bytes, run: Run) -> None:
    """The connection ends, and at most cleared bytes reached the service."""
    received = exchange(run, data, end=True)
    run.upstream.assert_clean(MARKERS)
    found = answers(received)
    served = sum(answer.status == 200 for answer in found)
    assert len(run.upstream.requests) == served
    if not served:
        run.upstream.assert_untouched()
    for answer in found:
        if answer.status != 200:
            refusal(answer)
