"""mitmproxy is set up safely, stays so, and what we replace in it is still there."""

import inspect
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import mitmproxy.net.tls
import mitmproxy.proxy.layers.http as http_layer
import pytest
from mitmproxy import exceptions
from mitmproxy.addonmanager import AddonManager
from mitmproxy.addons.tlsconfig import TlsConfig
from mitmproxy.connection import Server as ServerConnection
from mitmproxy.proxy import server_hooks
from mitmproxy.proxy.layers.http import _http1
from mitmproxy.proxy.layers.http._hooks import HttpRequestHeadersHook, HttpRequestHook
from mitmproxy.test import tflow, tutils

from avec_proxy import settings
from avec_proxy.proxy import http1, seal
from avec_proxy.proxy.layers import Stream
from avec_proxy.proxy.options import SAFE, unsafe
from avec_proxy.proxy.route import GatewayRoute
from tests.proxy.conftest import Rig, refused

HOLES: dict[str, Any] = {
    "rawtcp": True,
    "websocket": True,
    "http2": True,
    "http3": True,
    "stream_large_bodies": "1m",
    "store_streamed_bodies": True,
    "ssl_insecure": True,
    "validate_inbound_headers": False,
    "show_ignored_hosts": True,
    "upstream_cert": True,
    "connection_strategy": "eager",
    "ignore_hosts": ["x"],
    "allow_hosts": ["x"],
    "tcp_hosts": ["x"],
    "block_global": False,
    "body_size_limit": None,
    "mode": ["regular"],
    "client_certs": "x",
}


def master(rig: Rig) -> Any:
    """Return the running mitmproxy master."""
    assert rig.gateway._engine is not None
    return rig.gateway._engine.master


async def test_a_hole_cannot_be_opened_while_running(rig: Rig) -> None:
    """Every change of an option that matters is refused and taken back."""
    options = master(rig).options
    assert unsafe(options, SAFE) == []
    for name, value in HOLES.items():
        before = getattr(options, name)
        with pytest.raises(exceptions.OptionsError):
            options.update(**{name: value})
        assert getattr(options, name) == before, name
    assert (await rig.chat("Bonjour")).status_code == 200


async def test_what_could_save_replay_or_script_is_not_there(rig: Rig) -> None:
    """Options of addons that we do not load do not exist."""
    for name in ("scripts", "save_stream_file", "hardump", "client_replay", "server_replay", "proxyauth", "onboarding"):
        assert name not in master(rig).options
    names = [getattr(addon, "name", type(addon).__name__.lower()) for addon in master(rig).addons.chain]
    assert names[-2:] == ["avec_guard", "avec_seal"]
    assert mitmproxy.net.tls.log_master_secret is None


async def test_a_hook_that_fails_leaves_the_refusal(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """mitmproxy forwards when a hook raises; the refusal that is already in the flow stops it."""
    guard = master(rig).addons.get("avec_guard")
    for broken in ("_admit", "_pass", "_body", "_scan"):
        with monkeypatch.context() as patch:

            def fail(*_: object) -> None:
                raise KeyError("MARQUEUR")

            patch.setattr(guard, broken, fail)
            refused(await rig.chat("MARQUEUR"), "scan_failed")
    rig.assert_nothing_left()


async def test_without_the_guard_nothing_leaves(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last addon refuses what no guard has seen, and what was changed after the guard."""
    addons: AddonManager = master(rig).addons
    for event in (HttpRequestHeadersHook, HttpRequestHook):
        flow = tflow.tflow(req=tutils.treq())
        addons.chain, chain = (
            [addon for addon in addons.chain if getattr(addon, "name", "") != "avec_guard"],
            addons.chain,
        )
        await addons.trigger_event(event(flow))
        addons.chain = chain
        if event is HttpRequestHook:
            assert flow.response is not None
            assert flow.response.headers["x-avec-refusal"] == "scan_failed"
    original = seal.put

    def tamper(flow: Any) -> None:
        original(flow)
        flow.request.headers["x-late"] = "MARQUEUR"

    monkeypatch.setattr(seal, "put", tamper)
    refused(await rig.chat("MARQUEUR"), "scan_failed")
    rig.assert_nothing_left()


async def test_only_upstreams_can_be_contacted(rig: Rig) -> None:
    """Any other address is denied before a connection is tried."""
    guard = master(rig).addons.get("avec_guard")
    allowed = rig.gateway.settings.upstream
    assert allowed is not None
    for address, denied in (
        (allowed.address, False),
        ((allowed.host, allowed.port + 1), True),
        (("169.254.169.254", 80), True),
        (("avec-proxy.invalid", 9), True),
        (None, True),
    ):
        data = server_hooks.ServerConnectionHookData(
            client=tflow.tclient_conn(), server=ServerConnection(address=address)
        )
        await guard.server_connect(data)
        assert bool(data.server.error) == denied, address


async def test_what_is_not_http_is_ended(rig: Rig) -> None:
    """Raw TCP, UDP and WebSocket messages are emptied or dropped, and their flow is killed."""
    guard = master(rig).addons.get("avec_guard")
    for flow in (tflow.ttcpflow(), tflow.tudpflow()):
        flow.live = True
        (guard.tcp_message if flow.type == "tcp" else guard.udp_message)(flow)
        assert all(message.content == b"" for message in flow.messages)
        assert flow.error is not None
    socket = tflow.twebsocketflow()
    socket.live = True
    guard.websocket_message(socket)
    assert socket.websocket is not None
    assert socket.websocket.messages[-1].dropped


def test_what_we_replace_in_mitmproxy_is_what_we_think() -> None:
    """Our HTTP/1 rests on these inner names and their shape; if mitmproxy changes them, this fails first."""
    http1.install(GatewayRoute(settings.load(overrides={"upstream": "http://localhost:9"})))
    assert http_layer.Http1Server is http1.Server
    assert http_layer.Http1Client is http1.Client
    assert http_layer.HttpStream is Stream
    assert inspect.getsource(http_layer.HttpLayer).count("HttpStream(") == 1
    stream = inspect.getsource(Stream.__mro__[1])
    assert "yield from self.handle_connect_regular()" in stream
    assert stream.count("self.check_body_size(") == 4
    assert "net_tls.create_proxy_server_context(" in inspect.getsource(TlsConfig.tls_start_server)
    source = inspect.getsource(http_layer.HttpLayer) + inspect.getsource(http_layer.HttpClient)
    assert source.count("Http1Server(") == 1
    assert source.count("Http1Client(") == 2
    inner = inspect.getsource(_http1)
    assert inner.count("make_error_response(") == 3  # its definition, a bad head, a protocol error
    assert 'raise NotImplementedError(f"HTTP trailers' in inner
    assert inspect.signature(_http1.Http1Server.__mro__[1].read_body).parameters.keys() == {"self", "event"}
    assert _http1.make_error_response(502, "MARQUEUR").startswith(b"HTTP/1.1 502 ")
    assert b"MARQUEUR" not in _http1.make_error_response(400, "MARQUEUR")


_SCRIPT = """
import asyncio, os, sys
async def main():
    from avec_proxy import settings
    from avec_proxy.proxy.master import Gateway
    given = {"listen": "127.0.0.1:0", "upstream": "http://localhost:9", "workers": 1}
    async with Gateway(settings.load(overrides=given), pipeline="tests.proxy.fake_pipeline") as gateway:
        import httpx, mitmproxy.net.tls
        assert mitmproxy.net.tls.log_master_secret is None
        async with httpx.AsyncClient() as client:
            answer = await client.post(gateway.url + "/v1/chat/completions", json={"messages": []})
        assert answer.status_code == 502, answer
if __name__ == "__main__":
    asyncio.run(main())
"""


def test_nothing_is_written(tmp_path: Path) -> None:
    """Neither a certificate authority, nor TLS keys, nor any other file: homes and folders stay empty."""
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    script = tmp_path / "script.py"
    script.write_text(_SCRIPT)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(home),
        "SSLKEYLOGFILE": str(work / "keys"),
        "MITMPROXY_SSLKEYLOGFILE": str(work / "keys"),
        "AVEC_USAGE": "off",
    }
    subprocess.run([sys.executable, str(script)], cwd=work, env=environment, check=True, timeout=60)
    assert [path for folder in (home, work) for path in folder.rglob("*")] == []
