"""The demonstration's exit code is honest: whatever breaks a promise turns it red."""

import io
import logging
import os
import signal
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from avec_proxy.demo import judge, show
from avec_proxy.demo.scenes import Scene
from avec_proxy.demo.standin import StandIn, answer
from tests.cli.guarded import Guarded

TURNS = ("Résume : Maëlle Kervadec tousse sous furosémide.", "Ajoute que Goulven Riou est son aidant.")
NAMES = ("Maëlle", "Kervadec", "Goulven", "Riou")


def scene(sdk: str, *, stream: bool) -> Scene:
    """Return a conversation about the two persons whom the simple pipeline knows."""
    return Scene("Essai", sdk, stream, TURNS, NAMES, ("furosémide",))  # type: ignore[arg-type]


OPENAI, ANTHROPIC = scene("openai", stream=True), scene("anthropic", stream=False)


async def played(
    pipeline: str, reply: Callable[[str], str] = answer, *scenes: Scene, through_proxy: tuple[Scene, ...] = ()
) -> tuple[int, str]:
    """Return exit code and screen of a demonstration of `tests.demo.PIPELINE`."""
    stream = io.StringIO()
    out = Console(file=stream, width=80, highlight=False, emoji=False, markup=False)
    code = await show.run(
        serve=False,
        port=0,
        pipeline=f"tests.demo.{pipeline}",
        standin=StandIn(reply),
        scenes=scenes or (OPENAI,),
        through_proxy=through_proxy,
        out=out,
    )
    return code, stream.getvalue()


async def test_kept_promises_are_green() -> None:
    """Both SDKs, plain and streamed: exit code 0, the hint of the coach, 2 persons counted once each."""
    both = [scene(sdk, stream=stream) for sdk in ("openai", "anthropic") for stream in (False, True)]
    code, screen = await played("simple", answer, *both)
    assert code == 0, screen
    assert screen.count("Vérifié\u00a0: 2\u00a0informations masquées") == 4
    assert "Conseil" in screen
    assert screen.rstrip().endswith("Tout est conforme.")
    assert max(map(len, screen.splitlines())) <= 80


@pytest.mark.parametrize(
    ("pipeline", "fault"),
    [
        ("leaking", judge.LEFT),
        ("swapping", judge.NOT_EXACT),
        ("forgetting", judge.NOT_RESTORED),
        ("refusing", "identifier_misplaced"),
    ],
)
async def test_a_pipeline_that_breaks_a_promise_is_red(pipeline: str, fault: str) -> None:
    """It hides nothing, restores wrong or not at all, or refuses: exit code 1, and the screen says which."""
    code, screen = await played(pipeline, answer, OPENAI, ANTHROPIC)
    assert code == 1
    assert screen.count(fault) == 2
    assert "Tout est conforme" not in screen
    assert "Vérifié" not in screen


@pytest.mark.parametrize(("pipeline", "code", "word"), [("simple", 0, "Vérifié"), ("leaking", 1, judge.LEFT)])
async def test_the_workstation_s_proxy_is_judged_alike(pipeline: str, code: int, word: str) -> None:
    """The same promises through `run`, with its certificate and under a vendor's real name."""
    got, screen = await played(pipeline, answer, OPENAI, through_proxy=(OPENAI,))
    assert got == code, screen
    assert "avec-proxy run" in screen
    assert screen.count(word) == 2


async def test_an_answer_with_unknown_placeholders_is_red() -> None:
    """A stand-in that makes a number up gets it back unrestored: the demonstration does not call that exact."""
    code, screen = await played("simple", lambda text: answer(text).replace("PERSONNE_1", "PERSONNE_8"))
    assert code == 1
    assert judge.NOT_RESTORED in screen


async def test_it_leaves_the_process_as_it_was() -> None:
    """Log level and proxy settings are put back."""
    before = logging.getLogger("avec_proxy").level, os.environ.get("NO_PROXY")
    await played("simple")
    assert (logging.getLogger("avec_proxy").level, os.environ.get("NO_PROXY")) == before


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_the_command_as_a_user_runs_it(tmp_path: Path) -> None:
    """`avec-proxy demo --serve` behind a proxy variable and without network: green, serves, ends on SIGTERM.

    Its screen fits 80 columns, says how to point an SDK at it, and is free of log lines; no process stays.
    """
    nowhere = "http://127.0.0.1:9"
    with Guarded(
        tmp_path, "demo", "--serve", loopback=True, HTTP_PROXY=nowhere, HTTPS_PROXY=nowhere, http_proxy=nowhere
    ) as command:
        out, err = command.process.stdout, command.process.stderr
        assert out is not None
        assert err is not None
        lines = []
        for raw in out:
            lines.append(raw.decode().rstrip("\n"))
            if "Ctrl-C" in lines[-1]:
                break
        screen = "\n".join(lines)
        assert "Tout est conforme." in screen
        url = next(line.split("'")[1] for line in lines if "openai.OpenAI(" in line)
        assert f"anthropic.Anthropic(base_url='{url.removesuffix('/v1')}'" in screen
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{url}/models", timeout=30) as models:
            assert b"standin" in models.read()
        workers = psutil.Process(command.process.pid).children(recursive=True)
        assert workers
        command.process.send_signal(signal.SIGTERM)
        assert command.process.wait(15) == 0
        assert out.read() == b""
        assert err.read() == b""
        _, alive = psutil.wait_procs(workers, timeout=5)
        assert alive == []
        assert command.noted == {"guarded"}
        assert list(command.empty.iterdir()) == []
        shown = [line for line in lines if not line.startswith("  ")]
        assert max(map(len, shown)) <= 80
