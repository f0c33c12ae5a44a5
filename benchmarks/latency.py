"""What the gateway adds, as ratios against a mitmproxy without addon, measured in turn in one run.

`make bench` (or `python -m benchmarks.latency`). Prints: time to open the port, memory, added latency of a
200-character and a 4 kB prompt (p50, p95), delay per streamed chunk. Clocks are monotonic and system-wide.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil

ROUNDS = 60
STREAMS = 3
_SENTENCE = (
    "Mme {name}, {age} ans, est suivie pour une insuffisance cardiaque sous furosémide 40 mg et bisoprolol 2,5 mg ; "
    "sa fille {first} est joignable au 06 39 98 {a:02d} {b:02d}, prochain contrôle le {d:02d}/03/2026. "
)
_NAMES = ["Kervadec", "Trévidic", "Bourdelle", "Castagnet", "Delahaye", "Fournival", "Gaudreau", "Hamonic"]
_FIRST = ["Maëlle", "Solène", "Inès", "Agathe", "Clémence", "Rozenn"]


def prompt(size: int, seed: int) -> str:
    """Return a clinical text of about `size` characters that differs with `seed`, so that no cache answers."""
    text = ""
    i = seed * 7
    while len(text) < size:
        text += _SENTENCE.format(
            name=_NAMES[i % 8] + "ac" * (seed % 3),
            age=40 + i % 49,
            first=_FIRST[i % 6],
            a=i % 100,
            b=seed % 100,
            d=1 + i % 27,
        )
        i += 1
    return text[:size]


@contextlib.contextmanager
def _process(*command: str, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})}
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def _memory(pid: int) -> tuple[float, list[float]]:
    """Return the resident memory, in MB, of a process and of each of its children."""
    process = psutil.Process(pid)
    return process.memory_info().rss / 1e6, [c.memory_info().rss / 1e6 for c in process.children(recursive=True)]


def _ask(client: httpx.Client, text: str) -> float:
    begun = time.perf_counter()
    reply = client.post("/v1/chat/completions", json={"model": "m", "messages": [{"role": "user", "content": text}]})
    reply.raise_for_status()
    return (time.perf_counter() - begun) * 1000


def _delays(client: httpx.Client, text: str) -> list[float]:
    """Return, per chunk, the milliseconds between leaving the upstream and reaching the client."""
    out = []
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": text}]}
    with client.stream("POST", "/v1/chat/completions", json=body) as reply:
        for line in reply.iter_lines():
            if line.startswith("data: {"):
                sent = int(json.loads(line[6:])["choices"][0]["delta"]["content"])
                out.append((time.monotonic_ns() - sent) / 1e6)
    return out


def _line(what: str, plain: list[float], ours: list[float]) -> None:
    def at(values: list[float], q: int) -> float:
        return statistics.quantiles(values, n=100)[q - 1]

    for q in (50, 95):
        a, b = at(plain, q), at(ours, q)
        print(
            f"{what:34s} p{q}: mitmproxy {a:8.2f} ms   avec-proxy {b:8.2f} ms   added {b - a:8.2f} ms   ratio {b / a:6.1f}"
        )


def main() -> None:
    """Run every measurement and print it."""
    python = sys.executable
    gateway = str(Path(python).with_name("avec-proxy"))
    with _process(python, "-m", "benchmarks.upstream") as upstream:
        url = f"http://127.0.0.1:{_port(upstream)}"
        begun = time.perf_counter()
        with _process(python, "-m", "benchmarks.plain_mitmproxy", url) as plain:
            plain_port = _port(plain)
            plain_start = time.perf_counter() - begun
            begun = time.perf_counter()
            with _process(gateway, "gateway", "--listen", "127.0.0.1:0", "--upstream", url) as ours:
                assert ours.stderr is not None
                ours_port = next(
                    int(line.rsplit(":", 1)[1].strip(" /\n")) for line in ours.stderr if "listening" in line
                )
                ours_start = time.perf_counter() - begun
                print(
                    f"time to open the port              mitmproxy {plain_start:.1f} s   avec-proxy {ours_start:.1f} s   ratio {ours_start / plain_start:.1f}"
                )
                with (
                    httpx.Client(base_url=f"http://127.0.0.1:{plain_port}", timeout=60, trust_env=False) as a,
                    httpx.Client(base_url=f"http://127.0.0.1:{ours_port}", timeout=60, trust_env=False) as b,
                ):
                    for size in (200, 4000):
                        _ask(a, prompt(size, 999)), _ask(b, prompt(size, 999))
                        pairs = [(_ask(a, prompt(size, i)), _ask(b, prompt(size, i))) for i in range(ROUNDS)]
                        _line(f"prompt of {size} characters", [p for p, _ in pairs], [o for _, o in pairs])
                    streamed = [(_delays(a, prompt(200, i)), _delays(b, prompt(200, i))) for i in range(STREAMS)]
                    _line(
                        "delay of a streamed chunk",
                        [d for p, _ in streamed for d in p],
                        [d for _, o in streamed for d in o],
                    )
                base, _ = _memory(plain.pid)
                main_, workers = _memory(ours.pid)
                total = main_ + sum(workers)
                print(
                    f"resident memory                    mitmproxy {base:.0f} MB   avec-proxy {main_:.0f} MB + workers "
                    f"{', '.join(f'{w:.0f}' for w in workers)} MB   ratio {total / base:.1f}"
                )


if __name__ == "__main__":
    main()
