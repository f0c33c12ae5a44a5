"""The demonstration from end to end: start both servers, play the scenes, say how it went."""

import asyncio
import contextlib
import os
import signal

from rich.console import Console
from rich.text import Text

from avec_proxy.demo.play import play
from avec_proxy.demo.scenes import SCENES
from avec_proxy.demo.screen import show
from avec_proxy.demo.standin import StandIn
from avec_proxy.proxy.master import Gateway
from avec_proxy.settings import Settings


async def run(*, serve: bool, port: int) -> int:
    """Return the exit code: 0 if no identifier left and every reply was restored exactly, else 1."""
    # the SDKs read proxies from the environment; the demonstration stays on loopback
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        os.environ.pop(name, None)
    out = Console(highlight=False, emoji=False, markup=False)
    out.print(Text("avec-proxy : une aide à appliquer les clefs d'usage A.V.E.C. (outil non évalué ni validé par la HAS)."))
    out.print(Text("Personnes et numéros inventés. Démarrage de la passerelle…", style="dim"))
    standin = StandIn()
    await standin.start()
    try:
        async with Gateway(Settings(listen=f"127.0.0.1:{port}", upstream=standin.url)) as gateway:
            host, bound = gateway.addresses[0][:2]
            base_url = f"http://{host}:{bound}"
            faults = 0
            for scene in SCENES:
                played = await play(scene, base_url, standin)
                show(out, played)
                faults += len(played.faults)
            verdict = "Tout est conforme." if not faults else f"{faults} point(s) en échec."
            out.print(Text(verdict, style="bold green" if not faults else "bold red"))
            if serve:
                await _serve(out, base_url, standin)
            return 1 if faults else 0
    finally:
        await standin.stop()


async def _serve(out: Console, base_url: str, standin: StandIn) -> None:
    out.print(
        Text(
            f"\nPasserelle : {base_url}   (modèle d'essai : {standin.url})\n"
            f"  openai.OpenAI(base_url='{base_url}/v1', api_key='demo')\n"
            f"  anthropic.Anthropic(base_url='{base_url}', api_key='demo')\n"
            "  model='standin'. Ctrl-C pour arrêter."
        )
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM"):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers on its loop
            loop.add_signal_handler(getattr(signal, name), stop.set)
    await stop.wait()
