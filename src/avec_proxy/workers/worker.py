"""One worker process and the thread that talks to it.

The thread does what blocks (starting, sending, receiving) and tells the event loop; it decides nothing. Each
worker has a pipe of its own, so that a killed one holds no lock that another needs. Killing the process is how
everything that takes too long is stopped, whatever it is doing: the pipe then ends and the thread goes on.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from avec_proxy.workers import child

log = logging.getLogger(__name__)

# Spawned, never forked: a fork copies the parent's threads and locks half-way, and Windows has none.
_CONTEXT = get_context("spawn")
_BACKOFF_S = (0.0, 0.2, 1.0, 2.0, 5.0)
_SHORT_LIFE_S = 5.0

Report = Callable[["Worker", int, str, Any], None]
LOST = "lost"  # the process ended
UNFIT = "unfit"  # it could not be started or warmed


class Worker:
    """A worker process that is started again whenever it ends, until `close`.

    `report(worker, number, event, value)` is called from the worker's thread; the event is `child.READY`, `LOST`
    or `UNFIT` (number 0), or the outcome of the job with that number: `child.DONE`, `REFUSED` or `FAILED`.
    """

    def __init__(self, initializer: str, initargs: tuple[Any, ...], warm_up: float, report: Report) -> None:
        self._start_with = (initializer, initargs)
        self._warm_up = warm_up
        self._report = report
        self._process: SpawnProcess | None = None
        self._job: tuple[int, str, tuple[Any, ...]] | None = None
        self._closed = threading.Event()
        # A pipe rather than a condition: the thread waits for a job and for the end of its process at once.
        self._bell_in, self._bell_out = _CONTEXT.Pipe(duplex=False)
        self._thread = threading.Thread(target=self._run, name="avec-worker", daemon=True)

    def start(self) -> None:
        """Start the thread, which starts the process."""
        self._thread.start()

    def begin_with(self, initargs: tuple[Any, ...]) -> None:
        """Warm the next process, should this one end, with other arguments."""
        self._start_with = (self._start_with[0], initargs)

    def give(self, number: int, target: str, args: tuple[Any, ...]) -> None:
        """Hand the idle worker job `number` (from 1); its outcome, or the worker's loss, is reported."""
        self._job = (number, target, args)
        with contextlib.suppress(OSError):
            self._bell_out.send_bytes(b"!")

    def kill(self) -> None:
        """End the process at once; it is replaced unless the worker is closed."""
        process = self._process
        if process is not None:
            with contextlib.suppress(OSError, ValueError, AttributeError):
                process.kill()

    def close(self) -> None:
        """End the process and do not replace it."""
        self._closed.set()
        self.kill()
        with contextlib.suppress(OSError):
            self._bell_out.send_bytes(b"!")

    def join(self, timeout: float) -> bool:
        """Wait for the thread (and thus the process) to end; returns whether it did within `timeout` seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def pid(self) -> int | None:
        """The process's id, if there is a process."""
        process = self._process
        return None if process is None else process.pid

    def _run(self) -> None:
        failures = 0
        while not self._closed.is_set():
            self._closed.wait(_BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)])
            started = time.monotonic()
            warm = False
            with contextlib.suppress(EOFError, OSError):
                warm = self._live()
            self._job = None
            if self._closed.is_set():
                break
            # one that cannot be warmed, or dies at once, is not restarted in a tight loop
            failures = int(time.monotonic() - started < _SHORT_LIFE_S) if warm else failures + 1
            if warm:
                self._report(self, 0, LOST, None)
        for end in (self._bell_in, self._bell_out):
            end.close()

    def _live(self) -> bool:
        """Run one process from start to end; returns whether it ever became ready."""
        ours, theirs = _CONTEXT.Pipe()
        try:
            process = _CONTEXT.Process(target=child.main, args=(theirs, *self._start_with), daemon=True)
            process.start()
            self._process = process
        except Exception as error:
            ours.close()
            self._report(self, 0, UNFIT, type(error).__name__)
            return False
        finally:
            theirs.close()
        warm = False
        try:
            if self._closed.is_set():
                return False
            if not self._warm(ours):
                return False
            warm = True
            self._report(self, 0, child.READY, None)
            self._serve(ours)
        except (EOFError, OSError):
            pass  # the process ended: killed, crashed, or out of memory
        finally:
            ours.close()
            process.kill()
            process.join()
            self._process = None
            with contextlib.suppress(ValueError):  # another thread is just reaping it
                process.close()
        return warm

    def _warm(self, connection: Connection) -> bool:
        event, value = child.FAILED, "no answer in time"
        try:
            if connection.poll(self._warm_up):
                _, event, value = connection.recv()
        except (EOFError, OSError):
            event, value = child.FAILED, "ended"
        if event == child.READY:
            return True
        self._report(self, 0, UNFIT, value)
        return False

    def _serve(self, connection: Connection) -> None:
        while True:
            ready = wait([connection, self._bell_in])
            if connection in ready:  # idle workers say nothing: this is the end of the pipe
                return
            self._bell_in.recv_bytes()
            if self._closed.is_set():
                return
            job, self._job = self._job, None
            if job is None:  # the bell of a job that was given as the previous process ended
                continue
            number = job[0]
            connection.send(job)
            del job
            answered, event, value = connection.recv()
            if answered != number:
                return
            self._report(self, number, event, value)
