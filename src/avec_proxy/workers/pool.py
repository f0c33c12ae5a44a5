"""The pool: a bounded queue in front of worker processes, where every outcome is a result or a refusal.

All state lives on the event loop's thread, so nothing here is locked. A job that is late is refused and, if it
was being worked on, its worker is killed: no wait is longer than the timeout, whatever a worker does.
"""

import asyncio
import contextlib
import itertools
import logging
from collections import deque
from dataclasses import dataclass
from typing import Any

from avec_proxy.model import Refusal
from avec_proxy.workers import child
from avec_proxy.workers.affinity import Affinity
from avec_proxy.workers.worker import LOST, UNFIT, Worker

log = logging.getLogger(__name__)

WARM_UP_S = 60.0
RESPAWN_S = 20.0
STOP_S = 2.0


class PoolError(Exception):
    """The workers could not be started or warmed; its text is the type and place of what failed."""


@dataclass(eq=False, slots=True)
class _Job:
    number: int
    target: str
    args: tuple[Any, ...]
    outcome: asyncio.Future[Any]
    beginnings: tuple[bytes, ...] = ()
    timer: asyncio.TimerHandle | None = None
    worker: Worker | None = None


class Pool:
    """`size` spawned workers, each warmed by `initializer(*initargs)` before it gets a job.

    `initializer` and targets are `module:function`, resolved in the worker. At most `queue` jobs wait; waiting
    and work together may take `timeout` seconds, and `RESPAWN_S` more while every worker is being replaced.
    """

    def __init__(
        self,
        initializer: str,
        initargs: tuple[Any, ...],
        size: int,
        queue: int,
        timeout: float,
        warm_up: float = WARM_UP_S,
    ) -> None:
        self._initializer = initializer
        self._initargs = initargs
        self._size = size
        self._queue = queue
        self._timeout = timeout
        self._warm_up = warm_up
        self._workers: list[Worker] = []
        self._warm: set[Worker] = set()
        self._idle: list[Worker] = []
        self._waiting: deque[_Job] = deque()
        self._working: dict[Worker, _Job] = {}
        self._doomed: set[Worker] = set()
        self._affinity: Affinity[Worker] = Affinity()
        self._numbers = itertools.count(1)
        self._started: asyncio.Future[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open = False

    async def start(self) -> None:
        """Return when every worker is warm. Raises PoolError, with everything stopped, if one cannot be."""
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.create_future()
        self._open = True
        self._workers = [
            Worker(self._initializer, self._initargs, self._warm_up, self._from_thread) for _ in range(self._size)
        ]
        for worker in self._workers:
            worker.start()
        try:
            await self._started
        except BaseException:
            await self.stop()
            raise

    async def run(self, target: str, *args: Any, data: bytes = b"") -> Any:
        """Return `target(*args)`, run in a worker: if one is free that read the beginning of `data` before, there.

        Raises Refusal: `overloaded` when the queue is full, `scan_timeout` when waiting and work take too long,
        `scan_failed` when the worker died or raised; a Refusal raised there comes back with its own code.
        """
        if not self._open or self._loop is None:
            raise Refusal("scan_failed")
        if not self._idle and len(self._waiting) >= self._queue:
            raise Refusal("overloaded")
        beginnings = self._affinity.beginnings(data) if self._size > 1 else ()
        job = _Job(next(self._numbers), target, args, self._loop.create_future(), beginnings)
        # while no worker is warm, a job waits for one to be replaced before its own time begins
        grace = 0.0 if self._warm else RESPAWN_S
        job.timer = self._loop.call_later(self._timeout + grace, self._expire, job)
        self._waiting.append(job)
        self._dispatch()
        try:
            return await job.outcome
        finally:
            if job.worker is None:  # the caller left, or waited too long: its place is free at once
                job.timer.cancel()
                with contextlib.suppress(ValueError):
                    self._waiting.remove(job)

    async def stop(self) -> None:
        """Refuse what waits, kill every worker, and return when they are gone (2 s at most)."""
        self._open = False
        for job in [*self._waiting, *self._working.values()]:
            _settle(job, Refusal("scan_failed"))
        self._waiting.clear()
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.close()
        await asyncio.gather(*(asyncio.to_thread(worker.join, STOP_S) for worker in workers))
        self._warm.clear()
        self._idle.clear()
        self._working.clear()
        self._doomed.clear()

    @property
    def alive(self) -> bool:
        """Whether a worker is warm: a job given now would be worked on."""
        return self._open and bool(self._warm)

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers that run now."""
        return [worker.pid for worker in self._workers if worker.pid is not None]

    def _dispatch(self) -> None:
        while self._idle and self._waiting:
            job = self._waiting.popleft()
            if job.outcome.done():
                continue
            job.worker = self._affinity.choose(job.beginnings, self._idle) or self._idle[-1]
            self._idle.remove(job.worker)
            self._affinity.remember(job.beginnings, job.worker)
            self._working[job.worker] = job
            job.worker.give(job.number, job.target, job.args)
            job.args = ()  # a prompt is not kept longer than it takes

    def _expire(self, job: _Job) -> None:
        _settle(job, Refusal("scan_timeout"))
        if job.worker is not None and self._working.get(job.worker) is job:
            log.warning("worker_hung")
            self._doomed.add(job.worker)
            job.worker.kill()

    def _from_thread(self, worker: Worker, number: int, event: str, value: Any) -> None:
        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._on_event, worker, number, event, value)

    def _on_event(self, worker: Worker, number: int, event: str, value: Any) -> None:
        if not self._open:
            return
        if event in (LOST, UNFIT):
            self._on_end(worker, event, value)
        elif event == child.READY:
            self._warm.add(worker)
            if len(self._warm) == self._size and self._started is not None and not self._started.done():
                self._started.set_result(None)
            self._free(worker)
        elif (job := self._working.get(worker)) is not None and job.number == number:
            del self._working[worker]
            if event == child.FAILED:
                log.warning("scan_failed", extra={"detail": value})
            code = value if event == child.REFUSED else "scan_failed"
            _settle(job, value if event == child.DONE else Refusal(code))
            self._free(worker)

    def _on_end(self, worker: Worker, event: str, value: Any) -> None:
        self._warm.discard(worker)
        self._doomed.discard(worker)
        self._affinity.forget(worker)
        with contextlib.suppress(ValueError):
            self._idle.remove(worker)
        log.warning("worker_lost" if event == LOST else "worker_unfit")
        job = self._working.pop(worker, None)
        if job is not None:
            _settle(job, Refusal("scan_failed"))
        if event == UNFIT and self._started is not None and not self._started.done():
            self._started.set_exception(PoolError(f"a worker could not be made ready: {value}"))

    def _free(self, worker: Worker) -> None:
        if worker not in self._doomed and worker not in self._idle:
            self._idle.append(worker)
            self._dispatch()


def _settle(job: _Job, outcome: Any) -> None:
    if job.timer is not None:
        job.timer.cancel()
    if job.outcome.done():
        return
    if isinstance(outcome, Refusal):
        job.outcome.set_exception(outcome)
    else:
        job.outcome.set_result(outcome)
