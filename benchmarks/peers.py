"""Time, leaks and damage of this project beside other tools, on marked texts (docs/marks.md), in one run.

`make bench-peers CORPUS="FILE…"`, or `python -m benchmarks.peers --corpus FILE…`. Every tool runs in a process (and,
but for ours, a virtual environment) of its own and gets each text once, in turn with the others, so that whatever
else the machine does falls on all alike: first all on one pinned core, then on two. Prints, per tool: milliseconds per
kB of UTF-8 (p50, p95 over the texts), the ratio of the p50 to ours, memory, and the figures of `avec-proxy eval`.
"""

import argparse
import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from avec_proxy.evaluate.align import ISSUED
from avec_proxy.evaluate.marks import Record
from avec_proxy.evaluate.score import Figure, Scores, gather, score
from benchmarks.marked import records_of

ROOT = Path(__file__).parent.parent
ENVIRONMENTS = Path(__file__).parent / ".venv-peers"
ADAPTERS = Path(__file__).parent / "adapters"
THEIRS = re.compile(r"<[A-Z][A-Z_]*>")
SHOWN = (Figure.SPAN_RECALL, Figure.DOCS_CLEAN, Figure.KEEP_INTACT, Figure.ORDINARY_INTACT)


@dataclass(frozen=True)
class Tool:
    """A tool: the adapter, its arguments, and what marks something hidden in what it gives back."""

    name: str
    adapter: str
    arguments: tuple[str, ...] = ()
    placeholder: re.Pattern[str] = THEIRS

    @property
    def lock(self) -> Path:
        """The pinned set that the adapter's environment is made of."""
        return ADAPTERS / f"{self.adapter}.lock"


OURS = Tool("avec-proxy", "ours", placeholder=ISSUED)
PEERS = (
    Tool("Presidio + fr_core_news_md", "presidio"),
    Tool("unpii", "unpii"),
    Tool("unpii paranoid", "unpii", ("paranoid",)),
    Tool("anonyfy", "anonyfy"),
)


class Unavailable(Exception):  # noqa: N818 - a row of the table
    """A tool cannot be measured here; the text says why."""


@dataclass
class Measured:
    """What one tool did on one number of cores."""

    ms_per_kb: list[float] = field(default_factory=list)
    answers: dict[str, tuple[str, bool]] = field(default_factory=dict)
    megabytes: float = 0.0


def python_of(tool: Tool) -> str:
    """Return the interpreter of a tool, its environment made anew if its lock has changed. Raises Unavailable."""
    if tool is OURS:
        return sys.executable
    folder = ENVIRONMENTS / tool.adapter
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "installed.lock"
    if not stamp.exists() or stamp.read_bytes() != tool.lock.read_bytes():
        install = (
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(tool.lock),
        )
        for command in ((sys.executable, "-m", "venv", "--clear", str(folder)), (str(python), *install)):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise Unavailable(f"cannot be installed ({_last(done.stderr)})")
        stamp.write_bytes(tool.lock.read_bytes())
    return str(python)


def _last(text: str) -> str:
    return next((line.strip()[:100] for line in reversed(text.splitlines()) if line.strip()), "no word of why")


class Adapter:
    """The process of one tool; it is warm once it has answered."""

    def __init__(self, tool: Tool, python: str) -> None:
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed with the adapter
        self._process = subprocess.Popen(
            [python, "-m", f"benchmarks.adapters.{tool.adapter}", *tool.arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
        )

    def ask(self, id_: str, text: str) -> tuple[str, bool, float]:
        """Return what would leave, whether nothing may, and the milliseconds. Raises Unavailable."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps({"id": id_, "text": text}) + "\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            raise Unavailable(f"ended ({_last(self._errors.read())})")
        answer = json.loads(line)
        return answer["sanitized"], answer["blocked"], answer["ms"]

    @property
    def megabytes(self) -> float:
        """Resident memory."""
        return psutil.Process(self._process.pid).memory_info().rss / 1e6

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._errors.close()


def measure(tools: dict[Tool, str], records: Sequence[Record], unavailable: dict[Tool, str]) -> dict[Tool, Measured]:
    """Give every text to every tool in turn; a tool that ends is added to `unavailable`."""
    measured = {tool: Measured() for tool in tools}
    with contextlib.ExitStack() as stack:
        running = {}
        for tool, python in tools.items():
            running[tool] = Adapter(tool, python)
            stack.callback(running[tool].close)
        warm = Record("warm", "", "Bonjour, que dire de la note de Mme Exemple ?", ())
        for number, record in enumerate([warm, *records]):
            size = len(record.text.encode()) / 1000
            for tool, adapter in list(running.items()):
                try:
                    sanitized, blocked, ms = adapter.ask(record.id, record.text)
                except Unavailable as reason:
                    unavailable[tool] = str(reason)
                    del running[tool], measured[tool]
                    continue
                if number:
                    measured[tool].ms_per_kb.append(ms / size)
                    measured[tool].answers[record.id] = (sanitized, blocked)
        for tool, adapter in running.items():
            measured[tool].megabytes = adapter.megabytes
    return measured


def scores_of(tool: Tool, records: Sequence[Record], measured: Measured) -> Scores:
    """Compare what a tool let through with the marks."""
    return gather(
        score(record, sanitized, blocked=blocked, placeholder=tool.placeholder)
        for record in records
        for sanitized, blocked in [measured.answers[record.id]]
    )


def cores() -> Iterator[tuple[str, set[int] | None]]:
    """Give what to pin to, in turn: one core, two; nothing where a process cannot be pinned."""
    if not hasattr(os, "sched_setaffinity"):
        yield "not pinned", None
        return
    allowed = sorted(os.sched_getaffinity(0))
    for count in (1, 2):
        if len(allowed) >= count:
            yield f"{count} core{'s' * (count > 1)}", set(allowed[:count])


def _version(tool: Tool) -> str:
    package = {"presidio": "presidio-analyzer"}.get(tool.adapter, tool.adapter)
    found = re.search(rf"^{re.escape(package)}==(\S+)", tool.lock.read_text(encoding="utf-8"), re.MULTILINE)
    return f" {found[1]}" if found else ""


def _row(name: str, base: float, p50: float, p95: float, megabytes: float, scores: Scores) -> str:
    shares = (scores.total[figure].ratio for figure in SHOWN)
    shown = "".join(f"{'–' if share is None else format(share, '.3f'):>9s}" for share in shares)
    return f"{name:36s}{p50:9.2f}{p95:9.2f}{p50 / base:8.2f}{megabytes:7.0f}{shown}"


def main() -> None:
    """Run everything and print it."""
    parser = argparse.ArgumentParser(prog="benchmarks.peers", description="Our figures beside those of other tools.")
    parser.add_argument("--corpus", nargs="+", required=True, type=Path, metavar="FILE", help="marked texts")
    records = list(records_of(parser.parse_args().corpus))
    if len(records) < 2:
        raise SystemExit("two texts at least")
    tools, unavailable = {OURS: python_of(OURS)}, dict[Tool, str]()
    for tool in PEERS:
        try:
            tools[tool] = python_of(tool)
        except Unavailable as reason:
            unavailable[tool] = str(reason)
    characters = sum(len(record.text) for record in records)
    print(
        f"{len(records)} texts, {characters / 1000:.0f} thousand characters, each once; load {os.getloadavg()[0]:.1f}"
    )
    for title, pinned in cores():
        if pinned is not None:
            os.sched_setaffinity(0, pinned)  # the tools inherit it
        measured = measure({t: p for t, p in tools.items() if t not in unavailable}, records, unavailable)
        head = "".join(f"{name:>9s}" for name in ("spans", "clean", "keep", "ordinary"))
        print(f"\n{title + ', ms per kB':36s}{'p50':>9s}{'p95':>9s}{'ratio':>8s}{'MB':>7s}{head}")
        if OURS not in measured:
            raise SystemExit(f"avec-proxy {unavailable[OURS]}")
        base = statistics.median(measured[OURS].ms_per_kb)
        for tool, one in measured.items():
            name = tool.name if tool is OURS else tool.name + _version(tool)
            p95 = statistics.quantiles(one.ms_per_kb, n=100)[94]
            print(_row(name, base, statistics.median(one.ms_per_kb), p95, one.megabytes, scores_of(tool, records, one)))
        for tool, reason in unavailable.items():
            print(f"{tool.name:36s}{reason}")


if __name__ == "__main__":
    main()
