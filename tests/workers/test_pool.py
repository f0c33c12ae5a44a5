"""The pool gives results or refusals, in bounded time, whatever its workers do."""

# ruff: noqa: ASYNC109, ASYNC110, ASYNC240 - tests wait by polling

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from avec_proxy.model import Refusal
from avec_proxy.workers import child
from avec_proxy.workers.pool import Pool, PoolError
from tests.workers import targets

T = "tests.workers.targets:"
posix = pytest.mark.skipif(os.name != "posix", reason="signals")


@contextlib.asynccontextmanager
async def pool(size: int = 1, queue: int = 8, timeout: float = 20.0) -> AsyncIterator[Pool]:
    """Give a warm pool, stopped after."""
    made = Pool(T + "warm", (), size, queue, timeout)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def code(awaitable: asyncio.Future[object] | object) -> str:
    """Return the code of the refusal that awaiting raises."""
    with pytest.raises(Refusal) as caught:
        await awaitable  # type: ignore[misc]
    return caught.value.code


async def warm_again(made: Pool) -> None:
    """Wait until the pool has a warm worker."""
    while not made.alive:
        await asyncio.sleep(0.02)


async def test_it_works_apart_and_gives_each_caller_its_own_result() -> None:
    """Results come from other processes, and none is given to the wrong caller."""
    async with pool(size=2, queue=64) as made:
        assert await asyncio.gather(*(made.run(T + "double", n) for n in range(60))) == [2 * n for n in range(60)]
        assert await made.run(T + "pid") in made.pids
        assert os.getpid() not in made.pids


async def test_a_refusal_crosses_by_its_code_and_nothing_else_does(caplog: pytest.LogCaptureFixture) -> None:
    """A refusal keeps its code; any other exception is `scan_failed`, its text stays in the worker."""
    async with pool() as made:
        assert await code(made.run(T + "refuse", "attachment_unreadable")) == "attachment_unreadable"
        for target in ("fail", "leave", "nowhere", "unpicklable"):
            args = (targets.SECRET,) if target in ("fail", "leave") else ()
            assert await code(made.run(T + target, *args)) == "scan_failed", target
        before = made.pids
        assert await made.run(T + "double", 4) == 8
        assert made.pids == before, "a worker that raised is kept"
    assert "MARQUEUR" not in caplog.text
    assert all("MARQUEUR" not in str(record.__dict__) for record in caplog.records)


async def test_a_dead_worker_refuses_its_job_and_is_replaced() -> None:
    """The job of a worker that dies is `scan_failed`; the next one is served by another."""
    async with pool() as made:
        (before,) = made.pids
        assert await code(made.run(T + "die")) == "scan_failed"
        assert await made.run(T + "pid") != before


async def test_a_worker_that_dies_idle_is_replaced() -> None:
    """Nobody need ask for a dead worker to be replaced."""
    async with pool() as made:
        (before,) = made.pids
        psutil.Process(before).kill()
        while made.alive:
            await asyncio.sleep(0.01)
        await warm_again(made)
        assert made.pids != [before]
        assert await made.run(T + "double", 1) == 2


async def test_a_job_outlasts_the_replacement_of_the_only_worker() -> None:
    """With every worker gone the next request waits for a new one, longer than its own time, and is served."""
    async with pool(timeout=0.3) as made:
        [before] = made.pids
        psutil.Process(before).kill()
        while made.alive:
            await asyncio.sleep(0.01)
        assert await made.run(T + "double", 21) == 42


async def test_a_hung_worker_is_killed_and_replaced() -> None:
    """A job that never ends is `scan_timeout`, and its worker does not survive it."""
    async with pool(timeout=2.5) as made:
        (before,) = made.pids
        assert await code(made.run(T + "hang")) == "scan_timeout"
        while True:
            with contextlib.suppress(Refusal):
                assert await made.run(T + "pid") != before
                break
        assert not psutil.pid_exists(before)


@posix
async def test_a_stopped_worker_is_killed_even_while_it_is_being_sent_to() -> None:
    """A frozen process with a full pipe holds nobody longer than the timeout."""
    async with pool(timeout=2.5) as made:
        (before,) = made.pids
        os.kill(before, signal.SIGSTOP)
        assert await code(made.run(T + "size", b"x" * 5_000_000)) == "scan_timeout"
        await warm_again(made)
        assert await made.run(T + "size", b"x" * 5_000_000) == 5_000_000


async def test_waiting_counts_and_a_late_job_is_never_run(tmp_path: Path) -> None:
    """The time in the queue is part of the timeout; what expired there is dropped."""
    async with pool(timeout=2.5) as made:
        busy = asyncio.create_task(code(made.run(T + "hang")))
        await asyncio.sleep(0)
        assert await code(made.run(T + "touch", str(tmp_path / "late"))) == "scan_timeout"
        assert await busy == "scan_timeout"
        await warm_again(made)
        assert await made.run(T + "double", 1) == 2
    assert not (tmp_path / "late").exists()


async def test_a_full_queue_refuses_at_once_and_a_caller_who_leaves_frees_its_place() -> None:
    """Overflow is `overloaded`; cancelling a waiting call makes room for another."""
    async with pool(queue=1) as made:
        running = asyncio.create_task(made.run(T + "sleep", 1.0, 1))
        await asyncio.sleep(0)
        waiting = asyncio.create_task(made.run(T + "double", 2))
        await asyncio.sleep(0)
        assert await code(made.run(T + "double", 3)) == "overloaded"
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await made.run(T + "double", 4) == 8
        assert await running == 1


async def test_a_caller_who_leaves_does_not_leave_a_hung_worker_behind() -> None:
    """The timeout holds for a job whose caller is gone."""
    async with pool(timeout=2.5) as made:
        (before,) = made.pids
        gone = asyncio.create_task(made.run(T + "hang"))
        await asyncio.sleep(0.05)
        gone.cancel()
        while made.pids == [before]:
            await asyncio.sleep(0.05)
        await warm_again(made)
        assert await made.run(T + "double", 1) == 2


async def test_killed_workers_never_swap_results() -> None:
    """While workers are killed again and again, every caller gets its own result or a refusal."""
    async with pool(size=2, queue=200) as made:

        async def one(number: int) -> bool:
            try:
                return bool(await made.run(T + "sleep", 0.005, number) == number)
            except Refusal as refusal:
                return refusal.code == "scan_failed"

        async def killer() -> None:
            for _ in range(6):
                await asyncio.sleep(0.1)
                for pid in made.pids[:1]:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        psutil.Process(pid).kill()

        kills = asyncio.create_task(killer())
        assert all(await asyncio.gather(*(one(n) for n in range(150))))
        await kills


async def test_an_outcome_that_is_not_the_jobs_own_is_ignored() -> None:
    """A late answer to an earlier job, should one ever arrive, is given to nobody."""
    async with pool() as made:
        call = asyncio.create_task(made.run(T + "sleep", 0.3, 7))
        await asyncio.sleep(0.05)
        ((worker, job),) = made._working.items()
        made._on_event(worker, job.number - 1, child.DONE, "another's")
        made._on_event(worker, job.number - 1, child.REFUSED, "overloaded")
        assert await call == 7


async def test_warm_up_that_fails_stops_everything(caplog: pytest.LogCaptureFixture) -> None:
    """`start` raises, bounded in time, without the exception's text, and leaves no process."""
    for initializer, warm_up in (("warm_badly", 30.0), ("warm_forever", 1.0), ("nowhere", 30.0)):
        made = Pool(T + initializer, (), 2, 8, 10.0, warm_up=warm_up)
        with pytest.raises(PoolError) as caught:
            await made.start()
        assert "MARQUEUR" not in str(caught.value)
        assert made.pids == []
        assert await code(made.run(T + "double", 1)) == "scan_failed"
    assert "MARQUEUR" not in caplog.text


async def test_every_worker_is_warmed_with_its_arguments(tmp_path: Path) -> None:
    """When `start` returns, each worker has run the initializer."""
    made = Pool(T + "warm_marking", (str(tmp_path),), 2, 8, 10.0)
    await made.start()
    assert len(list(tmp_path.iterdir())) == 2
    await made.stop()


async def test_stop_kills_what_runs_and_refuses_what_waits() -> None:
    """Stopping needs no cooperation, and one pool after another works in one process."""
    for _ in range(2):
        made = Pool(T + "warm", (), 1, 8, 60.0)
        await made.start()
        pids = made.pids
        calls = [asyncio.create_task(code(made.run(T + "hang"))) for _ in range(3)]
        await asyncio.sleep(0.05)
        await made.stop()
        assert await asyncio.gather(*calls) == ["scan_failed"] * 3
        assert not any(psutil.pid_exists(pid) for pid in pids)
        assert not made.alive


async def test_a_worker_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither prints, nor tracebacks, nor raw writes of a worker reach a terminal."""
    async with pool() as made:
        assert await made.run(T + "shout", targets.SECRET) is None
    out, err = capfd.readouterr()
    assert "MARQUEUR" not in out + err


@posix
async def test_workers_dump_no_core() -> None:
    """A crash leaves no image of the memory."""
    async with pool() as made:
        assert await made.run(T + "no_core_dump") == (0, 0)


_PARENT = """
import asyncio, sys
from avec_proxy.workers import child
from avec_proxy.workers.pool import Pool
async def main():
    pool = Pool("tests.workers.targets:warm", (), 2, 8, 60.0)
    await pool.start()
    asyncio.create_task(pool.run("tests.workers.targets:hang"))
    await asyncio.sleep(0.2)
    print(*pool.pids, flush=True)
    await asyncio.sleep(600)
if __name__ == "__main__":
    asyncio.run(main())
"""


@posix
def test_workers_leave_with_their_parent_and_ignore_an_interrupt(tmp_path: Path) -> None:
    """Ctrl+C is the parent's; when the parent is killed, workers go, busy or idle."""
    script = tmp_path / "parent.py"
    script.write_text(_PARENT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment)
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(pids) == 2
    for pid in pids:
        os.kill(pid, signal.SIGINT)
    time.sleep(0.2)
    assert all(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in pids)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=10)
    assert not alive


async def test_a_conversation_stays_with_its_worker() -> None:
    """Each turn goes to the worker that read the turns before it, if it is free; else to any other."""
    async with pool(size=2) as made:
        first, second = b"a" * 3000, b"b" * 3000
        at_first = await made.run(T + "pid", data=first)
        other = made.run(T + "sleep", 0.4, data=first)
        blocking = asyncio.ensure_future(other)
        await asyncio.sleep(0.1)
        at_second = await made.run(T + "pid", data=second)
        assert at_second != at_first
        await blocking
        for turn in range(4):
            assert await made.run(T + "pid", data=first + b"x" * turn) == at_first
            assert await made.run(T + "pid", data=second + b"x" * turn) == at_second
