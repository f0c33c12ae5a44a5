"""The verification door: who may ask for it, and where a request that is a test goes.

Closed unless a token is set. It opens for this machine alone, and leads to this machine alone: whoever has the token
could connect to these ports without it, so the door gives away nothing. What asks for it and may not is refused,
never sent to a provider.
"""

import asyncio
import hmac
import ipaddress
import os
import stat
from pathlib import Path

from mitmproxy import connection, http

from avec_proxy import __version__
from avec_proxy.model import Refusal
from avec_proxy.proxy.errors import GatewayError
from avec_proxy.proxy.probing import FACTS, MIN_TOKEN, SINK, TOKEN
from avec_proxy.settings import BaseUrl, Settings
from avec_proxy.workers.pool import Pool

HERE = "127.0.0.1"


def read_token(file: Path) -> bytes:
    """Return the token of a file. Raises GatewayError, in one line, for one that everybody may read or is too short."""
    try:
        if os.name == "posix" and file.stat().st_mode & stat.S_IROTH:
            raise GatewayError("setting verify_token_file: everybody may read it (chmod o-r)")
        token = file.read_bytes().strip()
    except OSError:
        raise GatewayError("setting verify_token_file: it cannot be read") from None
    if len(token) < MIN_TOKEN or not token.isascii() or not token.decode().isprintable() or b" " in token:
        raise GatewayError(f"setting verify_token_file: it must hold one word of {MIN_TOKEN} characters or more")
    return token


class Probe:
    """Judges what asks for the door. `token` None: it is closed."""

    def __init__(self, token: bytes | None) -> None:
        self._token = token
        self._open: dict[str, tuple[str, int]] = {}  # flow → the recorder that it goes to

    def asked(self, request: http.Request) -> bool:
        """Return whether a request calls itself a test."""
        return TOKEN in request.headers or SINK in request.headers

    def asks_facts(self, flow: http.HTTPFlow) -> bool:
        """Return whether a request asks what is set and loaded, and may. Raises Refusal if it may not."""
        request = flow.request
        if TOKEN not in request.headers or request.method != "GET" or request.path != FACTS:
            return False
        self._check(flow)
        return True

    def sink(self, flow: http.HTTPFlow) -> BaseUrl:
        """Return the recorder that a test is sent to, and let it be connected to. Raises Refusal if it may not."""
        self._check(flow)
        ports = flow.request.headers.get_all(SINK)
        if len(ports) != 1 or not ports[0].isascii() or not ports[0].isdigit() or not 1024 <= int(ports[0]) <= 65535:
            raise Refusal("verification_refused")
        base = BaseUrl("http", HERE, int(ports[0]))
        self._open[flow.id] = base.address
        return base

    def may_connect(self, server: connection.Server) -> bool:
        """Return whether a test that is under way goes to `server`."""
        address = server.address
        return address is not None and not server.tls and tuple(address[:2]) in self._open.values()

    def over(self, flow: http.HTTPFlow) -> None:
        """Take note that a flow has ended."""
        self._open.pop(flow.id, None)

    def _check(self, flow: http.HTTPFlow) -> None:
        given = flow.request.headers.get_all(TOKEN)
        peer = flow.client_conn.peername
        if self._token is None or len(given) != 1 or peer is None or not _is_here(peer[0]):
            raise Refusal("verification_refused")
        if not hmac.compare_digest(given[0].encode("utf-8", "surrogateescape"), self._token):
            raise Refusal("verification_refused")


async def about(settings: Settings, pool: Pool, clear: str) -> dict[str, object]:
    """Return what is set for every request, and what each worker says that it is made of (none if one does not)."""
    options = settings.options
    target = f"{clear.partition(':')[0]}:about"
    try:
        # asked at once, they go to as many workers as are idle
        told = await asyncio.gather(*(pool.run(target, options.strictness) for _ in range(settings.workers)))
    except Refusal:
        told = []
    return {
        "version": __version__,
        "politeness": str(options.politeness),
        "coach": str(options.coach),
        "strictness": str(options.strictness),
        "workers": settings.workers,
        "inventory": told,
    }


def _is_here(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback
