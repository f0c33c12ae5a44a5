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
    told: bool = False  # the pool's own


class Pool:
    """`size` spawned workers, each warmed by `initializer(*initargs)` before it gets a job.

    `initializer` and targets are `module:function`, resolved in the worker. At most `queue` jobs wait; waiting
    and work together may take `timeout` seconds, and `RESPAWN_S` more while every worker is being replaced.
    `initargs` may be changed until `start`; then `renew` does it.
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
        self.initargs = initargs
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
        self._coming: list[Worker] = []  # of the next generation, and which of them are warm
        self._ready: set[Worker] = set()
        self._renewed: asyncio.Future[None] | None = None
        self._told: dict[Worker, _Job] = {}  # what each is told before its next job
        self._leaving: set[Worker] = set()  # of the last one: each ends with the job it has
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open = False

    async def start(self) -> None:
        """Return when every worker is warm. Raises PoolError, with everything stopped, if one cannot be."""
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.create_future()
        self._open = True
        self._workers = self._made(self.initargs)
        try:
            await self._started
        except BaseException:
            await self.stop()
            raise

    async def renew(self, initargs: tuple[Any, ...]) -> None:
        """Warm as many new workers with `initargs`, then give every job that is not begun to them.

        A job that is under way ends where it is, and its worker with it. Until all are warm nothing changes; if one
        cannot be, nothing does: raises PoolError. One at a time: raises PoolError while another is under way.
        """
        if not self._open or self._loop is None or self._coming:
            raise PoolError("the workers cannot be renewed now")
        renewed = self._renewed = self._loop.create_future()
        coming = self._coming = self._made(initargs)
        try:
            await renewed
        finally:
            if self._coming is coming:  # they never came
                self._coming, self._renewed = [], None
                self._ready.clear()
                for worker in coming:
                    worker.close()
        self.initargs = initargs

    async def tell(self, target: str, args: tuple[Any, ...], initargs: tuple[Any, ...]) -> None:
        """Return when `target(*args)` has run in every worker, before any job that was not begun when this was called.

        A worker that fails at it or is late is killed; it, and any other that is replaced, begins with `initargs`.
        Nobody waits for one that cannot be made ready: it is told when it is.
        Raises PoolError while the workers are renewed.
        """
        if not self._open or self._loop is None or self._coming:
            raise PoolError("the workers cannot be told now")
        self.initargs = initargs
        jobs = []
        for worker in self._workers:
            worker.begin_with(initargs)
            job = self._told[worker] = _Job(next(self._numbers), target, args, self._loop.create_future(), told=True)
            jobs.append(job)
            if worker in self._idle:
                self._idle.remove(worker)
                self._free(worker)
        await asyncio.gather(*(job.outcome for job in jobs), return_exceptions=True)

    def _give(self, worker: Worker, job: _Job) -> None:
        job.worker = worker
        self._working[worker] = job
        worker.give(job.number, job.target, job.args)
        job.args = ()  # a prompt is not kept longer than it takes

    def _made(self, initargs: tuple[Any, ...]) -> list[Worker]:
        made = [Worker(self._initializer, initargs, self._warm_up, self._from_thread) for _ in range(self._size)]
        for worker in made:
            worker.start()
        return made

    def _replace(self) -> None:
        """Put the next generation, which is warm, in the place of the one at work."""
        before, self._workers, self._coming = self._workers, self._coming, []
        for job in self._told.values():  # who is told leaves instead
            _settle(job, None)
        self._told.clear()
        self._ready.clear()
        self._idle = list(self._workers)
        self._warm = set(self._workers)
        self._doomed.clear()
        for worker in before:
            self._affinity.forget(worker)
            if worker in self._working:
                self._leaving.add(worker)
            else:
                worker.close()
        if self._renewed is not None and not self._renewed.done():
            self._renewed.set_result(None)
        self._dispatch()

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
        for job in [*self._waiting, *self._working.values(), *self._told.values()]:
            _settle(job, Refusal("scan_failed"))
        self._waiting.clear()
        workers = [*self._workers, *self._coming, *self._leaving]
        self._workers, self._coming = [], []
        self._leaving.clear()
        if self._renewed is not None and not self._renewed.done():
            self._renewed.set_exception(PoolError("the workers were stopped"))
        for worker in workers:
            worker.close()
        await asyncio.gather(*(asyncio.to_thread(worker.join, STOP_S) for worker in workers))
        self._warm.clear()
        self._idle.clear()
        self._working.clear()
        self._doomed.clear()
        self._told.clear()

    @property
    def alive(self) -> bool:
        """Whether a worker is warm: a job given now would be worked on."""
        return self._open and bool(self._warm)

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers that run now, those that come or leave included."""
        workers = (*self._workers, *self._coming, *self._leaving)
        return [worker.pid for worker in workers if worker.pid is not None]

    def _dispatch(self) -> None:
        while self._idle and self._waiting:
            job = self._waiting.popleft()
            if job.outcome.done():
                continue
            worker = self._affinity.choose(job.beginnings, self._idle) or self._idle[-1]
            self._idle.remove(worker)
            self._affinity.remember(job.beginnings, worker)
            self._give(worker, job)

    def _expire(self, job: _Job) -> None:
        _settle(job, Refusal("scan_timeout"))
        if job.worker is not None and self._working.get(job.worker) is job:
            log.warning("worker_hung")
            if job.worker in self._leaving:
                self._leave(job.worker)
            else:
                self._doomed.add(job.worker)
                job.worker.kill()

    def _from_thread(self, worker: Worker, number: int, event: str, value: Any) -> None:
        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._on_event, worker, number, event, value)

    def _on_event(self, worker: Worker, number: int, event: str, value: Any) -> None:
        if not self._open:
            return
        if worker in self._coming:
            self._on_coming(worker, event, value)
        elif worker not in self._workers and worker not in self._leaving:
            return  # one of a generation before
        elif event in (LOST, UNFIT):
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
            if job.told and event != child.DONE:  # it would go on with what it was not told
                self._doomed.add(worker)
                worker.kill()
            self._free(worker)

    def _on_coming(self, worker: Worker, event: str, value: Any) -> None:
        if event == child.READY:
            self._ready.add(worker)
            if len(self._ready) == len(self._coming):
                self._replace()
        elif self._renewed is not None and not self._renewed.done():
            self._renewed.set_exception(PoolError(f"a worker could not be made ready: {value or event}"))

    def _leave(self, worker: Worker) -> None:
        self._leaving.discard(worker)
        self._working.pop(worker, None)
        worker.close()

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
        if worker in self._leaving:
            self._leave(worker)
        if event == UNFIT and (told := self._told.get(worker)) is not None:
            _settle(told, None)  # it is told when it is warm, if ever: nobody waits for that
        if event == UNFIT and self._started is not None and not self._started.done():
            self._started.set_exception(PoolError(f"a worker could not be made ready: {value}"))

    def _free(self, worker: Worker) -> None:
        if worker in self._leaving:
            self._leave(worker)
        elif (told := self._told.pop(worker, None)) is not None and self._loop is not None:
            told.timer = self._loop.call_later(self._timeout, self._expire, told)
            self._give(worker, told)
        elif worker not in self._doomed and worker not in self._idle:
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
