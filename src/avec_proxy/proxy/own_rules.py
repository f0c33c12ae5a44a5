"""A hospital's own rules and lists while the proxy runs: a folder that changes is looked at, then taken whole or not.

Looking happens in a process made for it. Other lists are told to the workers between two requests; other rules go to
new workers, and until those are warm, or if anything is wrong, the set before stays. What is said of it names files
and counts, never what stands in them.
"""

import asyncio
import contextlib
import logging
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path

from avec_proxy.model import Strictness
from avec_proxy.own import apart
from avec_proxy.own.files import OWN, Signature, signature
from avec_proxy.own.outcome import Taken, told
from avec_proxy.proxy.errors import GatewayError
from avec_proxy.workers.pool import Pool, PoolError

log = logging.getLogger(__name__)

POLL_S = 1.0
SETTLE_S = 0.5  # a file that is still being copied is left for the next look
_ODD = re.compile(r"[^A-Za-z0-9_./-]")
REFUSED = (
    "Les nouvelles règles de l'établissement n'ont pas été prises : un fichier est à corriger. "
    "Les règles d'avant restent en place."
)


class OwnRules:
    """The set of a folder, and the task that follows it. `tell` gets a French sentence when a set is refused.

    `relist` («module:function») takes other lists in a worker, with its strictness and the set.
    """

    def __init__(self, folder: Path, pool: Pool, strictness: Strictness, relist: str) -> None:
        self._folder = folder
        self._pool = pool
        self._strictness = strictness
        self._relist = relist
        self._seen: Signature | None = None
        self._at_work: Taken | None = None
        self._given_up = threading.Event()
        self._task: asyncio.Task[None] | None = None
        self.tell: Callable[[str], None] | None = None
        self.off: list[str] = []

    async def first(self) -> None:
        """Give the pool, before it starts, the set of the folder. Raises GatewayError with what is wrong with it."""
        self._seen = await asyncio.to_thread(self._signature)
        taken = await self._take()
        if taken.problems:
            raise GatewayError(told(taken.problems))
        self._pool.initargs = (self._strictness, taken.own)
        self._took(taken)

    def follow(self) -> None:
        """Begin to follow the folder. Needs a running loop."""
        self._task = asyncio.get_running_loop().create_task(self._follow())

    async def stop(self) -> None:
        """Stop following."""
        self._given_up.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(POLL_S)
            try:
                if await self._changed():
                    await self._renew()
            except Exception as error:  # whatever it is, the set at work stays and the next change is looked at
                log.error("own_rules_failed", exc_info=error)

    async def _changed(self) -> bool:
        now = await asyncio.to_thread(self._signature)
        if now == self._seen:
            return False
        await asyncio.sleep(SETTLE_S)
        if await asyncio.to_thread(self._signature) != now:
            return False
        self._seen = now
        return True

    async def _renew(self) -> None:
        taken = await self._take()
        before = self._at_work
        if taken.problems:
            first = _ODD.sub("?", taken.problems[0].file)[:60]
            self._refused(f"{first}: {len(taken.problems)} wrong: see avec-proxy rules check")
            return
        if before is not None and (taken.rules, taken.lists) == (before.rules, before.lists):
            log.info("own_rules_as_before")  # touched, or put back as it was
            return
        given = (self._strictness, taken.own)
        try:
            if before is not None and taken.rules == before.rules:
                await self._pool.tell(self._relist, given, given)
            else:
                await self._pool.renew(given)
        except PoolError:
            self._refused("workers could not start")
        else:
            self._took(taken)

    def _refused(self, why: str) -> None:
        log.warning("own_rules_refused", extra={"detail": f"{why}: the set before stays"})
        if self.tell is not None:
            self.tell(REFUSED)

    def _took(self, taken: Taken) -> None:
        self._at_work = taken
        self.off = taken.off
        log.info("own_rules_taken", extra={"detail": f"{taken.files} rule files {len(taken.own.lists)} lists"})
        for folder, rule in sorted(taken.own.off):
            log.warning("shipped_rule_off", extra={"detail": f"{folder}/{rule}"})

    async def _take(self) -> Taken:
        return await asyncio.to_thread(apart.take, self._folder, self._at_work, given_up=self._given_up)

    def _signature(self) -> Signature:
        with contextlib.suppress(OSError):
            return signature(self._folder, OWN)
        return ((os.fspath(self._folder), -1, 0, 0, 0),)
