"""What a workstation's proxy does not open, and what it does when something inside it breaks."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from mitmproxy import exceptions
from mitmproxy.connection import Server as ServerConnection
from mitmproxy.proxy import server_hooks
from mitmproxy.test import tflow

from avec_proxy.proxy import addresses, forward, master, seal
from avec_proxy.proxy.doors import Doors
from avec_proxy.proxy.errors import GatewayError
from avec_proxy.proxy.options import unsafe
from tests.e2e.harness import RecordingUpstream
from tests.proxy.conftest import CHAT, head, prompt, refused
from tests.proxy.standins import Station, World, station
from tests.proxy.test_engine import HOLES
from tests.proxy.test_run_passes import mirror

BODY = json.dumps(prompt("MARQUEUR")).encode()
INSIDE = {
    "mapped.example": "::ffff:127.0.0.1",
    "loop.example": "127.0.0.1",
    "six.example": "::1",
    "ula.example": "fd12::1",
    "lan.example": "192.168.1.10",
    "link.example": "169.254.1.1",
    "meta.example": "169.254.169.254",
    "cgnat.example": "100.64.0.7",
    "zero.example": "0.0.0.0",
    "all.example": "255.255.255.255",
    "multi.example": "224.0.0.1",
}


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Station]:
    """Give a proxy in a world whose names also lead inside."""
    world = World(tmp_path)
    await world.serve("api.openai.com", "chatgpt.com")
    site = await world.serve("site.example", upstream=RecordingUpstream(answer=mirror))
    for name, ip in INSIDE.items():
        world.names[name] = [(ip, site.port)]
    world.names["both.example"] = [("8.8.8.8", 443), ("127.0.0.1", site.port)]
    async with station(world) as made:
        yield made


ADDRESSES = (
    "127.0.0.1 8.8.8.8 127.1 0.0.0.0 0 2130706433 0x7f000001 0x7f.0.0.1 017700000001 0177.0.0.1 169.254.169.254 "
    "[::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [fe80::1] [2606:4700::1111] [64:ff9b::7f00:1] 1.2.3.4."
).split()


@pytest.mark.parametrize("address", ADDRESSES)
async def test_addresses_are_no_names(here: Station, address: str) -> None:
    """However an IP address is written, and whatever it is: no tunnel and no plain http."""
    for answer in (
        (await here.connect(f"{address}:443"))[0],
        (await here.connect(f"{address}:{here.world.services['site.example'].port}"))[0],
        await here.raw(head("GET", f"http://{address}/latest/meta-data/", {"host": address})),
    ):
        assert answer.startswith((b"HTTP/1.1 403", b"HTTP/1.1 400")), answer
        assert b"x-avec-refusal" in answer
    here.world.assert_untouched()
    assert here.world.asked == []


@pytest.mark.parametrize("name", [*INSIDE, "both.example"])
async def test_names_that_lead_inside_are_refused(here: Station, name: str) -> None:
    """Loopback, private, link-local, metadata, shared, unspecified, multicast: by tunnel or in plain http."""
    refused((await here.connect(f"{name}:443"))[0], "address_refused")
    refused(await here.raw(head("GET", f"http://{name}/", {"host": name})), "site_unreachable")
    here.world.assert_untouched()


async def test_an_ai_that_resolves_inside_is_not_contacted(here: Station) -> None:
    """A forged answer for a known service leads nowhere, not even with its certificate; so for other names later."""
    here.world.names["chatgpt.com"] = here.world.names["api.anthropic.com"] = [("169.254.169.254", 443)]
    async with here.client() as client:
        answer = await client.post("https://api.anthropic.com/v1/messages", json=prompt("MARQUEUR"))
    refused(answer, "upstream_unreachable")
    here.world.assert_untouched()


async def test_a_name_that_changes_its_mind_gains_nothing(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that was judged is the one that is connected to, though the name leads elsewhere by then."""
    monkeypatch.setattr(addresses, "_KEPT_S", 0)
    answers = [[("8.8.8.8", 443)], [("127.0.0.1", here.world.services["site.example"].port)]]
    monkeypatch.setattr(here.world, "lookup", lambda *_: answers.pop(0) if len(answers) > 1 else answers[0])
    resolver = addresses.Resolver((), here.world.lookup)
    assert here.proxy._engine is not None
    here.proxy._engine.doors._resolver = resolver  # type: ignore[union-attr]
    here.proxy._engine.guard._route._resolver = resolver  # type: ignore[attr-defined]
    refused((await here.connect("rebinding.example:443"))[0], "site_unreachable")
    here.world.assert_untouched()


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("elevenlabs.io:443", "service_refused"),
        ("bedrock-runtime.zz-west-3.amazonaws.com:443", "service_refused"),
        ("chatgpt.com:80", "port_refused"),
        ("chatgpt.com:8443", "port_refused"),
        ("site.example:22", "port_refused"),
        ("site.example:25", "port_refused"),
        ("site.example:8080", "port_refused"),
        ("unknown.example:443", "site_unreachable"),
    ],
)
async def test_what_is_not_opened_is_said_so(here: Station, target: str, code: str) -> None:
    """Other AI services, services that no certificate can be made for, ports, names that nobody knows."""
    refused((await here.connect(target))[0], code)
    here.world.assert_untouched()


@pytest.mark.parametrize(
    "target", ["site.example", "site.example:", "site.example:0", "site.example:99999", "site.example:443x", ":443"]
)
async def test_a_connect_without_a_plain_target_is_refused(here: Station, target: str) -> None:
    """Name and port, or nothing."""
    assert (await here.raw(f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())).startswith(b"HTTP/1.1 400")
    assert (await here.raw(b"CONNECT site.example:443 HTTP/1.1\r\ncontent-length: 8\r\n\r\nMARQUEUR")).startswith(
        b"HTTP/1.1 400"
    )
    here.world.assert_untouched()


async def test_other_services_pass_by_setting(tmp_path: Path) -> None:
    """`other_ai = tunnel` opens them unread; `ports` opens other ports; what is read stays read."""
    world = World(tmp_path)
    await world.serve("elevenlabs.io", "chatgpt.com", upstream=RecordingUpstream(answer=mirror))
    async with station(world, other_ai="tunnel", ports=[443, 8443]) as here:
        async with here.client(world.anchors) as client:
            assert (await client.post("https://elevenlabs.io:8443/x", content=b"MARQUEUR")).content == b"MARQUEUR"
        refused((await here.connect("elevenlabs.io:80"))[0], "port_refused")
        async with here.client() as client:
            refused(await client.post("https://chatgpt.com/x", content=b"MARQUEUR"), "endpoint_unknown")


@pytest.mark.parametrize(
    "said",
    [
        b"MARQUEUR ceci n'est pas du TLS\r\n\r\n",
        b"SSH-2.0-MARQUEUR\r\n",
        b"\x05\x01\x00MARQUEUR\n",
        b"\x16\x03\x01\x00\x0a\x01\x00\x00\x06MARQUE",
        head("POST", CHAT, {"host": "api.openai.com"}, BODY),
        head("POST", "http://api.openai.com:443" + CHAT, {"host": "api.openai.com"}, BODY),
        head("GET", "/proxy.pac", {"host": "api.openai.com"}),
    ],
)
async def test_only_tls_is_heard_in_a_tunnel_to_an_ai(here: Station, said: bytes) -> None:
    """Anything else is answered or closed, and relayed to nobody."""
    answer, reader, writer = await here.connect("api.openai.com:443")
    assert answer.startswith(b"HTTP/1.1 200")
    writer.write(said)
    answer = await asyncio.wait_for(reader.read(), 10)
    assert answer[:1] in (b"", b"\x15") or answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 403")), answer
    writer.close()
    here.world.assert_untouched()


@pytest.mark.parametrize("greeted", ["chatgpt.com", "site.example", "x.invalid"])
async def test_tls_for_another_name_is_closed(here: Station, greeted: str) -> None:
    """In a tunnel to an AI only that AI can be greeted."""
    _, _, writer = await here.connect("api.openai.com:443")
    with pytest.raises((OSError, EOFError)):
        await writer.start_tls(here.trust(), server_hostname=greeted)
    here.world.assert_untouched()


async def test_tls_towards_the_proxy_itself_is_refused(here: Station) -> None:
    """No certificate is made for the proxy's own address."""
    with pytest.raises((OSError, EOFError)):
        await asyncio.open_connection("127.0.0.1", here.port, ssl=here.trust(), server_hostname="localhost")
    here.world.assert_untouched()


async def test_a_client_that_distrusts_us_is_counted_and_not_let_through(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """No bypass after a failed handshake, however often; the log names nobody."""
    world = World(tmp_path)
    await world.serve("api.openai.com")
    async with station(world) as here:
        assert here.proxy._engine is not None
        for count in (1, 2, 3):
            with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
                await here.inside("api.openai.com:443", b"MARQUEUR", trusted=(world.anchors,))
            while here.proxy._engine.doors.distrusted < count:  # type: ignore[union-attr] # noqa: ASYNC110
                await asyncio.sleep(0.01)
    world.assert_untouched()
    err = capfd.readouterr()[1]
    assert err.count("client_tls_failed") == 3
    assert "openai" not in err


async def test_what_breaks_in_a_lock_leaves_it_locked(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """mitmproxy goes on when a hook raises: each decision that fails must have refused before."""

    def fail(*_: object, **__: object) -> Any:
        raise KeyError("MARQUEUR")

    for owner, broken in (
        (Doors, "_refusal"),
        (Doors, "_inside"),
        (addresses.Resolver, "pin"),
        (forward.ForwardRoute, "reach"),
        (forward.ForwardRoute, "way"),
        (forward.ForwardRoute, "passes"),
        (forward.ForwardRoute, "own"),
        (forward.ForwardRoute, "shape"),
        (seal, "_digest"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(owner, broken, fail)
            waiting = [
                asyncio.create_task(work)
                for work in (
                    _try(here, "https://api.openai.com" + CHAT),
                    *([] if owner is Doors else [_try(here, "http://api.openai.com" + CHAT)]),
                    *([_try(here, "https://site.example/x")] if owner in (Doors, addresses.Resolver) else []),
                )
            ]
            done = await asyncio.gather(*waiting)
        assert 200 not in done, broken
        here.world.assert_untouched()


async def _try(here: Station, url: str) -> int:
    trusted = [here.world.anchors] if "site" in url else []
    try:
        async with here.client(*trusted) as client:
            return (await client.post(url, json=prompt("MARQUEUR"), timeout=2)).status_code
    except (httpx.HTTPError, OSError):
        return 0


async def test_without_guard_or_doors_nothing_leaves(here: Station) -> None:
    """The last lock knows by itself what may pass; without the first, no tunnel speaks."""
    assert here.proxy._engine is not None
    addons = here.proxy._engine.master.addons
    whole = addons.chain
    for missing in ("avec_guard", "nextlayer"):
        addons.chain = [addon for addon in whole if getattr(addon, "name", "") != missing]
        for url in ("https://api.openai.com" + CHAT, "http://api.openai.com" + CHAT):
            assert await _try(here, url) != 200
        here.world.assert_untouched()
        addons.chain = whole


async def test_holes_cannot_be_opened(here: Station) -> None:
    """The same options as in the gateway, and the mode, are held."""
    assert here.proxy._engine is not None
    options = here.proxy._engine.master.options
    holes = {**HOLES, "mode": ["reverse:http://x.fr"]}
    for name, value in holes.items():
        with pytest.raises(exceptions.OptionsError):
            options.update(**{name: value})
    assert unsafe(options, {"mode": ["regular"]}) == []


@pytest.mark.parametrize(
    ("address", "tls", "sni", "denied"),
    [
        (("api.openai.com", 443), True, "api.openai.com", False),
        (("api.openai.com", 443), True, "chatgpt.com", True),
        (("api.openai.com", 443), True, None, True),
        (("api.openai.com", 443), False, None, True),  # a tunnel to an AI
        (("api.openai.com", 80), False, None, True),
        (("site.example", 443), False, None, False),
        (("site.example", 443), True, "site.example", True),  # opened by us: never
        (("site.example", 22), False, None, True),
        (("elevenlabs.io", 443), False, None, True),
        (("127.0.0.1", 443), False, None, True),
        (("lan.example", 80), False, None, True),
        (None, False, None, True),
    ],
)
async def test_each_connection_is_looked_at_once_more(
    here: Station, address: tuple[str, int] | None, tls: bool, sni: str | None, denied: bool
) -> None:
    """What is connected to must fit how: TLS of ours to AI services, tunnels to others, nothing inside."""
    assert here.proxy._engine is not None
    server = ServerConnection(address=address)
    server.tls, server.sni = tls, sni
    data = server_hooks.ServerConnectionHookData(client=tflow.tclient_conn(), server=server)
    await here.proxy._engine.guard.server_connect(data)
    assert bool(server.error) == denied
    if not denied:
        assert server.address is not None
        assert server.address[0] == "127.0.0.1"


async def test_an_anchor_that_is_none_is_said_before_the_port_opens(tmp_path: Path) -> None:
    """A file of authorities without a certificate is one line, not a refusal of every request."""
    file = tmp_path / "none.pem"
    file.write_text("MARQUEUR")
    with pytest.raises(GatewayError, match="upstream_ca"):
        async with station(World(tmp_path), upstream_ca=file):
            pass
    assert master._running == set()


_SCRIPT = """
import asyncio, pathlib, sys
async def main():
    from tests.proxy.standins import World, station
    from tests.proxy.conftest import prompt
    world = World(pathlib.Path(sys.argv[1]))
    await world.serve("api.openai.com")
    async with station(world) as here, here.client() as client:
        answer = await client.post("https://api.openai.com/v1/chat/completions", json=prompt("MARQUEUR"))
        assert answer.status_code == 200, answer
if __name__ == "__main__":
    asyncio.run(main())
"""


def test_nothing_is_written_but_the_authority(tmp_path: Path) -> None:
    """No store of mitmproxy's, no TLS keys: the authority's folder is all."""
    home, work, world = tmp_path / "home", tmp_path / "work", tmp_path / "world"
    for folder in (home, work, world):
        folder.mkdir()
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
    subprocess.run([sys.executable, str(script), str(world)], cwd=work, env=environment, check=True, timeout=60)
    assert [path for folder in (home, work) for path in folder.rglob("*")] == []
    kept = {path.name for path in world.rglob("*") if path.is_file()} - {"web.pem", "api.openai.com.pem"}
    assert kept == {path.name for path in (world / "confdir").iterdir()}
    assert not any("mitmproxy" in name or "dhparam" in name for name in kept)
