"""mitmproxy, built with the few addons that are needed and nothing that reads scripts, saves or replays."""

# mypy: allow-untyped-calls

import asyncio
import contextlib
import os
from dataclasses import dataclass, field

import mitmproxy.net.tls
from mitmproxy import connection
from mitmproxy.addons import block, next_layer, proxyserver
from mitmproxy.master import Master
from mitmproxy.options import Options

from avec_proxy.proxy import http1
from avec_proxy.proxy.addon import Guard
from avec_proxy.proxy.addresses import Lookup, Resolver, system_lookup
from avec_proxy.proxy.ca import Authority
from avec_proxy.proxy.doors import Doors
from avec_proxy.proxy.errors import ListenError
from avec_proxy.proxy.forward import ForwardRoute
from avec_proxy.proxy.options import SAFE, Watch, unsafe
from avec_proxy.proxy.probe import Probe, read_token
from avec_proxy.proxy.route import GatewayRoute, Route
from avec_proxy.proxy.scope import Scope
from avec_proxy.proxy.seal import Seal
from avec_proxy.proxy.tls import ClientTls, UpstreamTls
from avec_proxy.settings import Listen, Settings
from avec_proxy.workers.pool import Pool

# A model may think for long before its first word.
IDLE_S = 1800


class _Lifecycle:
    """Tells when mitmproxy has started, and closes what a client that is gone leaves open."""

    name = "avec_lifecycle"

    def __init__(self, server: proxyserver.Proxyserver) -> None:
        self.started = asyncio.Event()
        self._server = server

    def running(self) -> None:
        self.started.set()

    def client_disconnected(self, client: connection.Client) -> None:
        # mitmproxy forgets the socket if it decides to close it just while more data is waiting
        handler = self._server.connections.get(client.id)
        for io in [] if handler is None else list(handler.transports.values()):
            if io.writer is not None:
                io.writer.close()


@dataclass
class Engine:
    """A running mitmproxy."""

    master: Master
    guard: Guard
    server: proxyserver.Proxyserver
    lifecycle: _Lifecycle
    doors: Doors | None = None
    task: asyncio.Task[None] | None = field(default=None)

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Where clients can connect."""
        return [(address[0], address[1]) for address in self.server.listen_addrs()]

    async def open(self, where: str) -> None:
        """Open the port. Raises ListenError, naming `where`."""
        self.task = asyncio.create_task(self.master.run())
        ready = asyncio.create_task(self.lifecycle.started.wait())
        await asyncio.wait([self.task, ready], return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self.addresses:
            return
        errors = [instance.last_exception for instance in self.server.servers]
        reason = next((os.strerror(error.errno) for error in errors if isinstance(error, OSError) and error.errno), "")
        raise ListenError(f"cannot listen on {where}" + (f" ({reason})" if reason else ""))

    async def drain(self, seconds: float) -> None:
        """Close the port, let exchanges under way end for `seconds` at most, then disconnect the clients."""
        self.guard.draining = True
        if self.doors is not None:
            self.doors.draining = True
        self.master.options.update(server=False)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.guard.active or self.addresses:  # noqa: ASYNC110 - mitmproxy has no event for it
                    await asyncio.sleep(0.05)
        await asyncio.sleep(0.05)  # last bytes are on their way to the sockets
        for handler in list(self.server.connections.values()):
            await handler.on_timeout()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                while self.server.connections:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)

    async def close(self) -> None:
        """End mitmproxy, and forget what was hidden for later requests."""
        self.master.shutdown()
        if self.task is not None:
            await asyncio.wait([self.task], timeout=2)
            self.task.cancel()
        self.guard.conversations.clear()


def gateway(settings: Settings, pool: Pool, clear: str) -> Engine:
    """Return the gateway, as `build` does."""
    route = GatewayRoute(settings)
    return build(settings, Guard(settings, pool, clear, route, _probe(settings)), route, settings.listen)


def workstation(
    settings: Settings, pool: Pool, clear: str, authority: Authority, lookup: Lookup = system_lookup
) -> Engine:
    """Return the forward proxy of one machine, as `build` does. Raises CaError if the authority has changed."""
    scope = Scope(settings.other_ai, settings.ports)
    resolver = Resolver(settings.allow_private, lookup)
    route = ForwardRoute(settings, scope, resolver)
    doors = Doors(scope, resolver, authority)
    guard = Guard(settings, pool, clear, route, _probe(settings))
    return build(settings, guard, route, Listen("127.0.0.1", settings.port), doors, ClientTls(authority))


def _probe(settings: Settings) -> Probe:
    file = settings.verify_token_file
    return Probe(None if file is None else read_token(file))


def build(
    settings: Settings,
    guard: Guard,
    route: Route,
    listen: Listen,
    doors: Doors | None = None,
    tls: UpstreamTls | None = None,
) -> Engine:
    """Return mitmproxy ready to open its port. Needs a running loop; raises RuntimeError if it is not as it must be.

    With `doors` it is they who say what a connection speaks, else mitmproxy.
    """
    mitmproxy.net.tls.log_master_secret = None  # it may have been imported before its environment was cleaned
    http1.install(route)
    master = Master(Options())
    master._legacy_log_events.uninstall()  # it would format every log record, bodies included
    server = proxyserver.Proxyserver()
    lifecycle = _Lifecycle(server)
    required = {
        "mode": [route.mode],
        "body_size_limit": str(int(settings.max_body)),
        "ssl_verify_upstream_trusted_ca": str(settings.upstream_ca) if settings.upstream_ca else None,
    }
    watch = Watch(required)  # first, so that it refuses a change before another addon acts on it
    master.addons.add(watch, block.Block(), server, doors or next_layer.NextLayer(), tls or UpstreamTls())
    master.options.update(
        listen_host=listen.host,
        listen_port=listen.port,
        tcp_timeout=IDLE_S,
        **{name: value for name, value in {**SAFE, **required}.items() if name in master.options},
    )
    watch.armed = True
    last = [lifecycle, guard, Seal(route)]
    master.addons.add(*last)
    if unsafe(master.options, watch.required) or master.addons.chain[-len(last) :] != last:
        raise RuntimeError("mitmproxy could not be set up safely")
    return Engine(master, guard, server, lifecycle, doors)
