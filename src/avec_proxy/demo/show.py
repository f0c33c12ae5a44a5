"""The demonstration from end to end: start both servers, play the scenes, say how it went."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from avec_proxy.demo import workstation
from avec_proxy.demo.play import Door, play
from avec_proxy.demo.scenes import SCENES, Scene
from avec_proxy.demo.screen import show
from avec_proxy.demo.standin import StandIn
from avec_proxy.proxy.master import Gateway
from avec_proxy.settings import Settings

PIPELINE = "avec_proxy.pipeline"
OK, FAULTY, INTERRUPTED = 0, 1, 130
_WHAT = "avec-proxy\u00a0: une aide à appliquer les clefs d'usage A.V.E.C. (outil non évalué ni validé par la HAS)."


def console(out: TextIO) -> Console:
    """Return a console on `out`, with styles if it is a terminal that has them."""
    if hasattr(out, "reconfigure"):
        out.reconfigure(errors="replace")  # an old terminal without «é» still gets the rest
    return Console(file=out, highlight=False, emoji=False, markup=False)


async def run(
    *,
    serve: bool,
    port: int,
    pipeline: str = PIPELINE,
    standin: StandIn | None = None,
    scenes: Sequence[Scene] = SCENES,
    through_proxy: Sequence[Scene] = (),
    out: Console | None = None,
) -> int:
    """Return the exit code: 0 if no identifier left and every reply was restored exactly, else 1.

    `scenes` are played through the gateway, `through_proxy` through a workstation's proxy, by a program that is
    given its address and certificate. `pipeline` and `standin` are what is demonstrated; tests put broken ones there.
    Raises GatewayError or PoolError if a proxy cannot start.
    """
    screen = out or console(sys.stdout)
    _end_on_signals()
    standin = standin or StandIn()
    code = INTERRUPTED
    try:
        _print(screen, _WHAT)
        _print(screen, "Personnes et numéros inventés. Démarrage de la passerelle…", "dim")
        await standin.start()
        settings = Settings.model_validate({"listen": f"127.0.0.1:{port}", "upstream": standin.url, "usage": "off"})
        with _quiet(), _no_proxies():
            async with Gateway(settings, pipeline) as gateway:
                faults = await _play(screen, scenes, Door(gateway.url), standin)
                if serve:
                    code = _verdict(screen, faults)
                    await _serve(screen, gateway.url, standin)
            if through_proxy:
                await standin.stop()
                _print(screen, "La même chose par le proxy du poste de travail (avec-proxy run)…", "dim")
                async with workstation.opened(standin, pipeline) as door:
                    faults += await _play(screen, through_proxy, door, standin)
            code = _verdict(screen, faults)
    except asyncio.CancelledError:  # Ctrl-C or SIGTERM: everything is closed by now
        pass
    finally:
        await standin.stop()
    return code


async def _play(screen: Console, scenes: Sequence[Scene], door: Door, standin: StandIn) -> int:
    """Return the number of faults."""
    faults = 0
    for scene in scenes:
        played = await play(scene, door, standin)
        show(screen, played)
        faults += len(dict.fromkeys(played.faults))
    return faults


def _verdict(screen: Console, faults: int) -> int:
    if faults:
        plural = "s" * (faults > 1)
        _print(screen, f"{faults}\u00a0point{plural} en échec.", "bold red")
        return FAULTY
    _print(screen, "Tout est conforme.", "bold green")
    return OK


async def _serve(screen: Console, url: str, standin: StandIn) -> None:
    """Stay until a signal comes. From now on the stand-in remembers nothing."""
    standin.recording = False
    standin.received.clear()
    standin.sent.clear()
    _print(screen, f"\nLa passerelle reste ouverte\u00a0: {url}", "bold")
    _print(screen, f"(modèle d'essai derrière elle\u00a0: {standin.url} ; modèle\u00a0: standin)")
    for line in (
        f"openai.OpenAI(base_url='{url}/v1', api_key='demo')",
        f"anthropic.Anthropic(base_url='{url}', api_key='demo')",
        f"OPENAI_BASE_URL={url}/v1 OPENAI_API_KEY=demo",
        f"ANTHROPIC_BASE_URL={url} ANTHROPIC_API_KEY=demo",
    ):
        screen.print(Text(f"  {line}", "cyan"), soft_wrap=True)  # to be copied: never cut
    _print(screen, "Ctrl-C pour arrêter.")
    await asyncio.Event().wait()


def _print(screen: Console, text: str, style: str = "") -> None:
    screen.print(Text(text, style))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep lines of the log from the middle of the screen; warnings and errors still come."""
    log = logging.getLogger("avec_proxy")
    before = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(before)


@contextlib.contextmanager
def _no_proxies() -> Iterator[None]:
    """Keep the SDKs from asking a proxy, of the environment or of the system, for this machine's own ports."""
    before = {name: os.environ.get(name) for name in ("NO_PROXY", "no_proxy")}
    os.environ.update(dict.fromkeys(before, "*"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _end_on_signals() -> None:
    task = asyncio.current_task()
    assert task is not None
    for name in ("SIGINT", "SIGTERM"):
        # Windows has no signal handlers on its loop; Ctrl-C cancels the task there by itself
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
            asyncio.get_running_loop().add_signal_handler(getattr(signal, name), task.cancel)
