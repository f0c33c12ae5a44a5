"""The gateway: workers first, then the port; and everything closed again in order."""

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from avec_proxy.proxy import logs
from avec_proxy.proxy.errors import GatewayError
from avec_proxy.settings import Settings
from avec_proxy.wire import endpoints
from avec_proxy.workers.hardening import no_dumps
from avec_proxy.workers.pool import Pool

if TYPE_CHECKING:
    from avec_proxy.proxy.engine import Engine

log = logging.getLogger(__name__)

DRAIN_S = 10.0
_running: set[int] = set()  # mitmproxy keeps its master in a global: one at a time


def _nothing() -> None:
    pass


class Gateway:
    """The proxy in this process: `async with Gateway(settings) as gateway: …`.

    `pipeline` names the module whose `warm(strictness)` and `clear(request, options)` run in the workers. One
    gateway runs at a time; one after another is fine.
    """

    def __init__(self, settings: Settings, pipeline: str = "avec_proxy.pipeline") -> None:
        self.settings = settings
        self._pipeline = pipeline
        self._engine: Engine | None = None
        self._undo_logs: Callable[[], None] = _nothing
        self.pool = Pool(
            f"{pipeline}:warm", (settings.strictness,), settings.workers, settings.queue, settings.scan_timeout
        )

    async def start(self) -> None:
        """Warm the workers, then open the port.

        Raises GatewayError (settings, or a gateway that runs already), PoolError (workers) or ListenError (port);
        nothing is left running then. Contacts nobody.
        """
        self._check()
        _running.add(id(self))
        self._undo_logs = logs.install()
        no_dumps()
        warming = asyncio.create_task(self.pool.start())
        try:
            await asyncio.sleep(0)
            from avec_proxy.proxy import engine  # a second of imports, while the workers warm up

            await warming
            built = engine.build(self.settings, self.pool, f"{self._pipeline}:clear")
            self._engine = built
            await built.open(str(self.settings.listen))
        except BaseException:
            warming.cancel()
            await asyncio.gather(warming, return_exceptions=True)
            await self.stop()
            raise
        log.info("started")

    def _check(self) -> None:
        if _running:
            raise GatewayError("a gateway already runs in this process")
        if self.settings.upstream is None and not self.settings.upstreams:
            raise GatewayError("no upstream is set: give --upstream URL, or [upstreams] in the settings file")
        if unknown := sorted(set(self.settings.upstreams) - endpoints.vendors()):
            raise GatewayError(f"unknown setting: upstreams.{unknown[0]}")

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Host and port of each open port."""
        return [] if self._engine is None else self._engine.addresses

    @property
    def url(self) -> str:
        """What a client uses as base URL (without a version). Raises GatewayError if no port is open."""
        if not self.addresses:
            raise GatewayError("the gateway is not running")
        host, port = self.addresses[0]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def ended(self) -> None:
        """Return when mitmproxy ends by itself, which it should not."""
        if self._engine is not None and self._engine.task is not None:
            await asyncio.wait([self._engine.task])

    async def stop(self, drain: float = DRAIN_S) -> None:
        """Close the port, let exchanges end for `drain` seconds at most, then end everything, workers too."""
        engine, self._engine = self._engine, None
        try:
            if engine is not None:
                await engine.drain(drain)
        finally:
            try:
                if engine is not None:
                    await engine.close()
            finally:
                await self.pool.stop()
                self._undo_logs()
                _running.discard(id(self))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop(drain=0 if sys.exc_info()[0] is not None else DRAIN_S)
