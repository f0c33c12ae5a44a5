"""A gateway in front of a recording upstream, with the fake pipeline, and raw clients."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from avec_proxy import settings
from avec_proxy.proxy.master import Gateway
from tests.e2e.harness import RecordingUpstream, leaks
from tests.proxy.fake_pipeline import MARKER

FAKE = "tests.proxy.fake_pipeline"
CHAT = "/v1/chat/completions"
MESSAGES = "/v1/messages"


@dataclass
class Rig:
    """What a wire test needs."""

    gateway: Gateway
    upstream: RecordingUpstream

    def client(self) -> httpx.AsyncClient:
        """Return a client whose base URL is the gateway."""
        return httpx.AsyncClient(base_url=self.gateway.url, timeout=30)

    async def chat(self, text: str, path: str = CHAT, **more: Any) -> httpx.Response:
        """Post one user message."""
        async with self.client() as client:
            return await client.post(path, json=prompt(text, **more))

    async def raw(self, data: bytes, *, half_close: bool = False) -> bytes:
        """Send bytes on a new connection; return everything that comes back until it is closed."""
        host, port = self.gateway.addresses[0]
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(data)
        await writer.drain()
        if half_close:
            writer.write_eof()
        try:
            return await asyncio.wait_for(reader.read(), 20)
        finally:
            writer.close()

    def assert_nothing_left(self) -> None:
        """Nothing reached the upstream: not a byte, not a connection."""
        assert self.upstream.received == b""
        assert self.upstream.connections == 0

    def assert_clean(self, *markers: str) -> None:
        """No marker reached the upstream in any encoding."""
        assert leaks([MARKER, *markers], self.upstream.recorded) == []


def prompt(text: str, **more: Any) -> dict[str, Any]:
    """Return the body of a request with one user message."""
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


def head(
    method: str = "POST", path: str = CHAT, headers: dict[str, str] | None = None, body: bytes | None = None
) -> bytes:
    """Return a raw request; the connection is closed after it."""
    named = {"host": "gateway", "connection": "close", "content-type": "application/json", **(headers or {})}
    if body is not None and "content-length" not in named:
        named["content-length"] = str(len(body))
    lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in named.items() if v is not None)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (body or b"")


def refused(answer: bytes | httpx.Response, code: str) -> dict[str, Any]:
    """Check that an answer is the refusal `code`, in French, quoting nothing; return its JSON."""
    if isinstance(answer, bytes):
        start, _, content = answer.partition(b"\r\n\r\n")
        status = int(start.split()[1])
        headers = dict(line.lower().split(": ", 1) for line in start.decode().split("\r\n")[1:])
    else:
        status, headers, content = answer.status_code, dict(answer.headers), answer.content
    assert headers["x-avec-refusal"] == code, headers
    assert headers["content-type"].startswith("application/json")
    assert ("retry-after" in headers) == (status == 503)
    assert (headers.get("x-should-retry") == "false") == (status != 503)
    body: dict[str, Any] = json.loads(content)
    assert body["error"]["type"] == "avec_refusal"
    assert MARKER not in content.decode()
    return body


@pytest.fixture
async def make(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Rig]]]:
    """Give a function that starts a gateway with the settings it is given; all are stopped after the test."""
    monkeypatch.setattr(settings, "default_file", lambda: tmp_path / "none.toml")
    running: list[Gateway] = []
    upstreams: list[RecordingUpstream] = []

    async def start(
        upstream: RecordingUpstream | None = None, base: str = "", only: dict[str, str] | None = None, **options: Any
    ) -> Rig:
        upstream = upstream or RecordingUpstream()
        await upstream.__aenter__()
        upstreams.append(upstream)
        given = {"listen": "127.0.0.1:0", "upstream": upstream.url + base, "workers": 1, "scan_timeout": 20, **options}
        if only is not None:
            del given["upstream"]
            given["upstreams"] = only
        gateway = Gateway(settings.load(overrides=given), pipeline=FAKE)
        running.append(gateway)
        await gateway.start()
        return Rig(gateway, upstream)

    yield start
    for gateway in running:
        await gateway.stop(drain=0)
    for upstream in upstreams:
        await upstream.__aexit__()


@pytest.fixture
async def rig(make: Callable[..., Awaitable[Rig]]) -> Rig:
    """Give a gateway with one worker."""
    return await make()
