"""The proxy, as gateway or on a workstation: workers first, then the port; everything closed again in order."""

import asyncio
import logging
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from avec_proxy.model import Switch
from avec_proxy.proxy import logs
from avec_proxy.proxy.errors import GatewayError
from avec_proxy.settings import Settings
from avec_proxy.wire import endpoints
from avec_proxy.workers.hardening import no_dumps
from avec_proxy.workers.pool import Pool

if TYPE_CHECKING:
    from avec_proxy.proxy.addresses import Lookup
    from avec_proxy.proxy.ca import Authority
    from avec_proxy.proxy.engine import Engine
    from avec_proxy.proxy.notify import Notifier
    from avec_proxy.proxy.own_rules import OwnRules
    from avec_proxy.store.recorder import Recorder

log = logging.getLogger(__name__)

DRAIN_S = 10.0
_running: set[int] = set()  # mitmproxy keeps its master in a global: one at a time


def _nothing() -> None:
    pass


def _recorder(settings: Settings) -> "Recorder":
    """Return the log of usage, open or not: a log that cannot be written holds nothing up."""
    from avec_proxy.store import database
    from avec_proxy.store.recorder import Recorder

    return Recorder(database.default_path(), retention_days=settings.usage_retention)


class Proxy(ABC):
    """The proxy in this process: `async with Gateway(settings) as gateway: …`.

    `pipeline` names the module whose `warm(strictness)`, or `warm(strictness, own)` if there are own rules, and
    `clear(request, options)` run in the workers, and `relist(strictness, own)` when lists change. One proxy runs at a
    time; one after another is fine.
    """

    def __init__(self, settings: Settings, pipeline: str = "avec_proxy.pipeline") -> None:
        self.settings = settings
        self._pipeline = pipeline
        self._engine: Engine | None = None
        self._undo_logs: Callable[[], None] = _nothing
        self._recorder: Recorder | None = None
        self._own: OwnRules | None = None
        self.pool = Pool(
            f"{pipeline}:warm", (settings.strictness,), settings.workers, settings.queue, settings.scan_timeout
        )

    async def start(self) -> None:
        """Warm the workers, then open the port.

        Raises GatewayError (settings, own rules, or a gateway that runs already), PoolError (workers) or ListenError
        (port); nothing is left running then. Contacts nobody.
        """
        self._check()
        _running.add(id(self))
        self._undo_logs = logs.install()
        no_dumps()
        warming = asyncio.create_task(self._warm())
        try:
            await asyncio.sleep(0)
            import avec_proxy.proxy.engine  # noqa: F401 - a second of imports, while the workers warm up

            await warming
            built = self._build(f"{self._pipeline}:clear")
            self._engine = built
            if self.settings.usage is Switch.ON:
                self._recorder = _recorder(self.settings)
                built.guard.record = self._recorder.record
            await built.open(self._where)
            if self._own is not None:
                self._own.tell = self._told
                self._own.follow()
        except BaseException:
            warming.cancel()
            await asyncio.gather(warming, return_exceptions=True)
            await self.stop()
            raise
        log.info("started")

    async def _warm(self) -> None:
        if self.settings.own_rules is not None:
            from avec_proxy.proxy.own_rules import OwnRules

            self._own = OwnRules(
                self.settings.own_rules, self.pool, self.settings.strictness, f"{self._pipeline}:relist"
            )
            await self._own.first()
        await self.pool.start()

    @property
    def off(self) -> list[str]:
        """Which shipped rules the folder of own rules puts out of use, and why, a line each."""
        return [] if self._own is None else self._own.off

    def _told(self, sentence: str) -> None:
        """Tell whoever sits before the machine, where somebody does."""
        del sentence

    def _check(self) -> None:
        if _running:
            raise GatewayError("a gateway already runs in this process")
        if self.settings.upstream_ca is not None:
            from avec_proxy.proxy.tls import check_anchors

            check_anchors(self.settings.upstream_ca)

    @abstractmethod
    def _build(self, clear: str) -> "Engine": ...

    @property
    @abstractmethod
    def _where(self) -> str: ...

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Host and port of each open port."""
        return [] if self._engine is None else self._engine.addresses

    @property
    def url(self) -> str:
        """Scheme, host and port, as a client uses them. Raises GatewayError if no port is open."""
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
        own, self._own = self._own, None
        try:
            if own is not None:
                await own.stop()
            if engine is not None:
                await engine.drain(drain)
        finally:
            try:
                if engine is not None:
                    await engine.close()
            finally:
                await self.pool.stop()
                recorder, self._recorder = self._recorder, None
                if recorder is not None:
                    await asyncio.to_thread(recorder.close)
                self._undo_logs()
                _running.discard(id(self))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop(drain=0 if sys.exc_info()[0] is not None else DRAIN_S)


class Gateway(Proxy):
    """For programs that are given its base URL: each vendor's requests go to the upstream that is set for it."""

    def _check(self) -> None:
        super()._check()
        if self.settings.upstream is None and not self.settings.upstreams:
            raise GatewayError("no upstream is set: give --upstream URL, or [upstreams] in the settings file")
        if unknown := sorted(set(self.settings.upstreams) - endpoints.vendors()):
            raise GatewayError(f"unknown setting: upstreams.{unknown[0]}")

    def _build(self, clear: str) -> "Engine":
        from avec_proxy.proxy import engine

        return engine.gateway(self.settings, self.pool, clear)

    @property
    def _where(self) -> str:
        return str(self.settings.listen)


class Workstation(Proxy):
    """For the browsers and programs of one machine, as their proxy. `authority` vouches for what is read.

    `lookup` resolves names, by default as the system does.
    """

    def __init__(
        self,
        settings: Settings,
        authority: "Authority",
        pipeline: str = "avec_proxy.pipeline",
        lookup: "Lookup | None" = None,
    ) -> None:
        super().__init__(settings, pipeline)
        self._authority = authority
        self._lookup = lookup
        self._notifier: Notifier | None = None

    def _build(self, clear: str) -> "Engine":
        from avec_proxy.proxy import addresses, engine

        lookup = self._lookup or addresses.system_lookup
        built = engine.workstation(self.settings, self.pool, clear, self._authority, lookup)
        if self.settings.notify is Switch.ON:
            from avec_proxy.proxy.notify import Notifier

            built.guard.notify = self._notifier = Notifier()
        return built

    def _told(self, sentence: str) -> None:
        if self._notifier is not None:
            self._notifier.say(sentence)

    @property
    def _where(self) -> str:
        return f"127.0.0.1:{self.settings.port}"
