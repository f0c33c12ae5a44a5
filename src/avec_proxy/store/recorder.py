"""Writing usage down, off the path of requests.

`Recorder.record` puts an event in a short queue and returns. One thread writes the queue in batches; while it cannot,
events wait and are tried again, and when the queue is full they are lost, counted and, as soon as that is possible
again, written down as lost.
"""

import contextlib
import logging
import threading
import time
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, OperationalError

from avec_proxy.store import database, writing
from avec_proxy.usage import UsageEvent

log = logging.getLogger(__name__)

RETENTION_DAYS = 400
CAPACITY = 2000  # events that may wait: a few megabytes
BATCH = 500
GATHER_S = 0.2  # what comes within it is written in one transaction
CLOSE_S = 2.0
BUSY_S = 0.5  # a short wait, so that closing is not held up; what fails is tried again
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0


class Recorder:
    """Writes events to the log at `path` until `close`; rows older than `retention_days` are deleted daily.

    `record` may be called from any thread, also before the log can be opened and after it can no longer be.
    Raises ValueError for a retention below one day, and nothing else ever.
    """

    def __init__(
        self, path: Path, *, retention_days: int = RETENTION_DAYS, capacity: int = CAPACITY, gather: float | None = None
    ) -> None:
        if retention_days < 1:
            raise ValueError("retention: at least one day")
        self._path = path
        self._retention = retention_days
        self._capacity = capacity
        self._gather = GATHER_S if gather is None else gather
        self._queue: deque[UsageEvent] = deque()
        self._change = threading.Condition()  # held for as long as it takes to move events, never while writing
        self._closing = threading.Event()
        self._lost = 0
        self._lost_unsaid = 0  # of these, not yet written down
        self._failing = False
        self._engine: Engine | None = None
        self._purged_at = 0.0
        self._thread = threading.Thread(target=self._run, name="avec-usage", daemon=True)
        with contextlib.suppress(RuntimeError):  # no thread can be had: events are lost, and counted
            self._thread.start()

    @property
    def lost(self) -> int:
        """How many requests will never be written."""
        return self._lost

    @property
    def waiting(self) -> int:
        """How many requests are not written yet."""
        return len(self._queue)

    @property
    def failing(self) -> bool:
        """Whether the last try to write failed."""
        return self._failing

    def record(self, event: UsageEvent) -> None:
        """Take note of a request. Never waits for the disk, never raises."""
        with self._change:
            held = isinstance(event, UsageEvent) and not self._closing.is_set() and self._thread.is_alive()
            if held and len(self._queue) < self._capacity:
                self._queue.append(event)
                self._change.notify_all()
            else:
                self._lose(1)

    def flush(self, timeout: float = CLOSE_S) -> bool:
        """Wait until everything recorded so far is written; return whether it is."""
        with self._change:
            return self._change.wait_for(lambda: not self._queue, timeout)

    def close(self, timeout: float = CLOSE_S) -> None:
        """Write what waits, for `timeout` seconds at most; what is left is lost. May be called twice."""
        with self._change:
            self._closing.set()
            self._change.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout)
        with self._change:
            left = len(self._queue)
            self._queue.clear()
            self._lose(left)
        if left:
            log.warning("usage_lost", extra={"detail": str(left)})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- the thread

    def _run(self) -> None:
        pause = 0.0
        while True:
            closing = self._closing.is_set()
            if pause:
                closing = self._closing.wait(pause)
            try:
                self._work()
                pause = 0.0
            except Exception as error:
                self._failed(error)
                pause = min(max(_FIRST_PAUSE_S, pause * 2), _LONGEST_PAUSE_S)
            if closing and (pause or not self._queue):
                break
            if not pause:
                self._wait()
        self._drop_engine()

    def _wait(self) -> None:
        """Return when there is something to write, or when the day's old rows are due."""
        with self._change:
            self._change.wait_for(
                lambda: bool(self._queue or self._lost_unsaid) or self._closing.is_set(), writing.DAY_S / 24
            )
        self._closing.wait(self._gather)

    def _work(self) -> None:
        """Write one batch, and what is due besides. Raises what SQLAlchemy and `database` raise."""
        now = time.time()
        engine = self._opened()
        if now - self._purged_at >= writing.DAY_S:
            with engine.begin() as connection:
                writing.retire(connection, self._retention, int(now))
            self._purged_at = now
        with self._change:
            batch = [self._queue[i] for i in range(min(BATCH, len(self._queue)))]
            unsaid = self._lost_unsaid
        if not batch and not unsaid:
            self._failing = False
            return
        try:
            with engine.begin() as connection:
                if batch:
                    writing.write(connection, batch)
                if unsaid:
                    writing.write_lost(connection, unsaid, int(now))
        except Exception as error:
            if not batch or _is_files_fault(error):
                raise
            # an event that cannot be written will never be: the others are saved from it
            self._one_by_one(engine, batch)
            return
        self._succeeded(len(batch), unsaid)

    def _one_by_one(self, engine: Engine, batch: list[UsageEvent]) -> None:
        for event in batch:
            try:
                with engine.begin() as connection:
                    writing.write(connection, [event])
            except Exception as error:
                if _is_files_fault(error):
                    raise
                with self._change:
                    self._lose(1)
            self._succeeded(1, 0)

    def _opened(self) -> Engine:
        if self._engine is None:
            self._engine = database.open_to_write(self._path, BUSY_S)
        return self._engine

    def _succeeded(self, written: int, unsaid: int) -> None:
        with self._change:
            for _ in range(min(written, len(self._queue))):
                self._queue.popleft()
            self._lost_unsaid -= unsaid
            self._failing = False
            self._change.notify_all()

    def _failed(self, error: Exception) -> None:
        if not self._failing:
            log.warning("usage_unwritable", extra={"detail": database.code_of(error)})
        self._failing = True
        self._drop_engine()  # the next try opens anew: the file may have been replaced or taken away

    def _drop_engine(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            with contextlib.suppress(Exception):
                engine.dispose()

    def _lose(self, count: int) -> None:
        self._lost += count
        self._lost_unsaid += count


def _is_files_fault(error: Exception) -> bool:
    """Return whether the file could not be written; else the event is at fault."""
    # SQLAlchemy's own subclasses of DatabaseError (integrity, data, programming) speak of what was to be written
    return type(error) in (OperationalError, DatabaseError) or isinstance(error, database.StoreError | OSError)
