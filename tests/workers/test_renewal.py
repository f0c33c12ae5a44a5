"""Workers are replaced or told something without a job lost, and without one begun with what is not whole."""

# ruff: noqa: ASYNC109, ASYNC110 - tests wait by polling

import asyncio
import contextlib
from collections.abc import AsyncIterator

import psutil
import pytest

from avec_proxy.model import Refusal
from avec_proxy.workers.pool import Pool, PoolError

T = "tests.workers.targets:"


@contextlib.asynccontextmanager
async def pool(size: int = 2, timeout: float = 20.0, warm_up: float = 20.0) -> AsyncIterator[Pool]:
    """Give a warm pool whose workers are called «old»."""
    made = Pool(T + "warm_as", ("old",), size, 64, timeout, warm_up)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def names(made: Pool, count: int = 6) -> set[str]:
    """Return what several jobs at once say of their workers."""
    return set(await asyncio.gather(*(made.run(T + "name_after", 0.02) for _ in range(count))))


def running() -> set[int]:
    """Return the processes below this one that live."""
    return {child.pid for child in psutil.Process().children(recursive=True) if child.status() != "zombie"}


async def gone(pids: set[int]) -> None:
    """Wait until none of the processes lives."""
    async with asyncio.timeout(20):
        while pids & running():
            await asyncio.sleep(0.05)


async def test_a_new_generation_takes_over() -> None:
    """Jobs under way end where they are, those that wait and those that follow go to the new; the old processes end."""
    async with pool() as made:
        before = set(made.pids)
        under_way = [asyncio.create_task(made.run(T + "name_after", 3)) for _ in range(2)]
        await asyncio.sleep(0.1)
        renewing = asyncio.create_task(made.renew(("new",)))
        await asyncio.sleep(0)
        waiting = [asyncio.create_task(made.run(T + "name_after", 0)) for _ in range(4)]
        await renewing
        assert await made.run(T + "name_after", 0) == "new"
        assert await asyncio.gather(*under_way) == ["old", "old"]
        assert "new" in await asyncio.gather(*waiting)
        await gone(before)
        assert len(made.pids) == 2
        assert await names(made) == {"new"}


async def test_one_that_is_replaced_later_is_of_the_new_generation() -> None:
    """A worker that dies begins again as the last renewal said."""
    async with pool(size=1) as made:
        await made.renew(("new",))
        with contextlib.suppress(Refusal):
            await made.run(T + "die")
        assert await names(made, 1) == {"new"}


@pytest.mark.parametrize("name", ["bad", "hang"])
async def test_a_generation_that_cannot_be_warmed_changes_nothing(name: str) -> None:
    """The old workers work on; what was begun of the new is ended; the next renewal is free."""
    async with pool(warm_up=3) as made:
        before = running()
        with pytest.raises(PoolError) as caught:
            await made.renew((name,))
        assert "MARQUEUR" not in str(caught.value)
        assert await names(made) == {"old"}
        await gone(running() - before)
        await made.renew(("new",))
        assert await names(made) == {"new"}


async def test_one_renewal_at_a_time_and_none_of_a_stopped_pool() -> None:
    """A second one is refused, and one that is under way when the pool stops ends with it."""
    async with pool(size=1) as made:
        renewing = asyncio.create_task(made.renew(("hang",)))
        async with asyncio.timeout(20):
            while len(made.pids) < 2:
                await asyncio.sleep(0.02)
        for refused in (made.renew(("new",)), made.tell(T + "name_again", ("new",), ("new",))):
            with pytest.raises(PoolError):
                await refused
        pids = set(made.pids)
        assert len(pids) == 2
        await made.stop()
        with pytest.raises(PoolError):
            await renewing
        with pytest.raises(PoolError):
            await made.renew(("new",))
        await gone(pids)


async def test_a_hung_job_of_the_old_generation_is_ended() -> None:
    """It is late like any other, and its worker is not started again."""
    async with pool(size=1, timeout=2) as made:
        hung = asyncio.create_task(made.run(T + "hang"))
        await asyncio.sleep(0.1)
        before = set(made.pids)
        await made.renew(("new",))
        with pytest.raises(Refusal):
            await hung
        await gone(before)
        assert await names(made, 2) == {"new"}
        assert len(made.pids) == 1


async def test_all_workers_are_told_before_their_next_job() -> None:
    """A job under way ends as it began; every job that is given after is done by who knows, the waiting ones too."""
    async with pool() as made:
        before = set(made.pids)
        under_way = asyncio.create_task(made.run(T + "name_after", 1))
        await asyncio.sleep(0.1)
        telling = asyncio.create_task(made.tell(T + "name_again", ("new",), ("new",)))
        await asyncio.sleep(0)
        given = [asyncio.create_task(made.run(T + "name_after", 0)) for _ in range(8)]
        assert set(await asyncio.gather(*given)) == {"new"}
        assert await under_way == "old"
        await telling
        assert set(made.pids) == before, "nobody was replaced"


@pytest.mark.parametrize("name", ["bad", "die", "hang"])
async def test_one_that_cannot_be_told_is_replaced_by_one_that_knows(name: str) -> None:
    """It never works on as it was."""
    async with pool(size=1, timeout=2) as made:
        await made.tell(T + "name_again", (name,), ("new",))
        async with asyncio.timeout(20):
            while not made.alive:
                await asyncio.sleep(0.02)
        assert await names(made, 2) == {"new"}


async def test_a_worker_that_is_being_replaced_is_told_too() -> None:
    """One that died before, and that may have been begun as it was, is told when it is warm."""
    async with pool(size=2) as made:
        with pytest.raises(Refusal):
            await made.run(T + "die")
        await made.tell(T + "name_again", ("new",), ("new",))
        assert await names(made, 8) == {"new"}
