"""What a conversation's history costs, one worker's memory, and how long `check` takes to start.

`make bench-history` (or `python -m benchmarks.history`). Every request of a chat carries the whole conversation. The
conversations here grow to 50 kB in ten turns and go through the pool of workers as the gateway does it, the bytes of
each request through `pipeline.clear`. Prints each turn (median over the conversations), the ratio of the tenth to the
second, resident memory, and the time of a `check` of one line from its start to its end.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from avec_proxy.model import Options, Request, Strictness
from avec_proxy.settings import Settings
from avec_proxy.workers.pool import Pool
from benchmarks.latency import prompt

TURNS = 10
SIZE = 50_000
STARTS = 5
_MESSAGES = 2 * TURNS - 1  # the last turn has no answer yet


def conversation(seed: int) -> list[dict[str, str]]:
    """Return the messages of a whole conversation; none is like another, of this one or of other seeds."""
    size = SIZE // _MESSAGES
    return [
        {"role": "assistant" if n % 2 else "user", "content": prompt(size, seed * _MESSAGES + n)}
        for n in range(_MESSAGES)
    ]


def request(messages: Sequence[dict[str, str]]) -> Request:
    """Return a request as the gateway hands it to a worker."""
    body = {"model": "gpt-4o-mini", "messages": list(messages)}
    return Request("openai_chat", b"/v1/chat/completions", json.dumps(body, ensure_ascii=False).encode())


async def turns(pool: Pool, seed: int) -> list[float]:
    """Return the milliseconds of each turn of one conversation."""
    messages, out = conversation(seed), []
    for turn in range(1, TURNS + 1):
        asked = request(messages[: 2 * turn - 1])
        begun = time.perf_counter()
        await pool.run("avec_proxy.pipeline:clear", asked, Options())
        out.append((time.perf_counter() - begun) * 1000)
    return out


async def history(workers: int, conversations: int) -> None:
    """Measure with a number of workers and print it."""
    settings = Settings(_env_file=None)
    pool = Pool("avec_proxy.pipeline:warm", (Strictness.STANDARD,), workers, settings.queue, 60)
    begun = time.perf_counter()
    await pool.start()
    started = time.perf_counter() - begun
    try:
        fresh = [psutil.Process(pid).memory_info().rss / 1e6 for pid in pool.pids]
        await turns(pool, 0)  # what is compiled on first use
        measured = [await turns(pool, seed) for seed in range(1, conversations + 1)]
        used = [psutil.Process(pid).memory_info().rss / 1e6 for pid in pool.pids]
    finally:
        await pool.stop()
    medians = [statistics.median(of_turn) for of_turn in zip(*measured, strict=True)]
    ratios = [one[9] / one[1] for one in measured]
    plural = "s" * (workers > 1)
    print(f"\n{workers} worker{plural}, {conversations} conversations of {SIZE // 1000} kB in {TURNS} turns")
    print("turn           " + "".join(f"{turn:8d}" for turn in range(1, TURNS + 1)))
    print("ms (median)    " + "".join(f"{ms:8.0f}" for ms in medians))
    print(f"tenth / second  median {statistics.median(ratios):.2f}   worst {max(ratios):.2f}")
    print(
        f"warm after {started:.1f} s   memory of a worker: {max(fresh):.0f} MB warm, "
        f"{max(used):.0f} MB after {conversations + 1} conversations"
    )


def check_start() -> None:
    """Print how long a `check` of one line takes, all of it."""
    command = [str(Path(sys.executable).with_name("avec-proxy")), "check", "--json"]
    times = []
    for _ in range(STARTS):
        begun = time.perf_counter()
        subprocess.run(command, input=b"Mme Exemple tousse.", capture_output=True, check=False)
        times.append(time.perf_counter() - begun)
    print(f"\n`check` of one line, from start to end: median {statistics.median(times):.1f} s, best {min(times):.1f} s")


def main() -> None:
    """Run every measurement and print it."""
    parser = argparse.ArgumentParser(prog="benchmarks.history", description="What a conversation's history costs.")
    parser.add_argument("--conversations", type=int, default=5)
    conversations = parser.parse_args().conversations
    for workers in (1, 2):
        asyncio.run(history(workers, conversations))
    check_start()


if __name__ == "__main__":
    main()
