"""`avec-proxy gateway`: the proxy between programs and a provider, until it is told to stop."""

import asyncio
import contextlib
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from avec_proxy.model import Politeness, Strictness, Switch
from avec_proxy.settings import Settings, SettingsProblem, load

USAGE = 2  # wrong settings, or something that keeps the gateway from running


def gateway(
    listen: Annotated[str | None, typer.Option(help="Where to listen, HOST:PORT. Default: 127.0.0.1:8081.")] = None,
    upstream: Annotated[
        str | None,
        typer.Option(help="Base URL of the service behind it, for all vendors."),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file (TOML).")] = None,
    politeness: Annotated[Politeness | None, typer.Option(help="Remove politeness addressed to the machine.")] = None,
    coach: Annotated[Switch | None, typer.Option(help="Hint at what a prompt lacks.")] = None,
    strictness: Annotated[Strictness | None, typer.Option(help="How eagerly to hide and refuse.")] = None,
    scan_timeout: Annotated[float | None, typer.Option(help="Seconds for one check, waiting included.")] = None,
    max_body: Annotated[str | None, typer.Option(help="Longest request, for example 20MB.")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes.")] = None,
    queue: Annotated[int | None, typer.Option(help="Requests that may wait for a worker.")] = None,
    upstream_ca: Annotated[Path | None, typer.Option(help="Authorities to trust upstream (PEM).")] = None,
) -> None:
    """Run the gateway: point an SDK at it by its base URL. Stops on Ctrl+C or SIGTERM."""
    given = {
        "listen": listen,
        "upstream": upstream,
        "politeness": politeness,
        "coach": coach,
        "strictness": strictness,
        "scan_timeout": scan_timeout,
        "max_body": max_body,
        "workers": workers,
        "queue": queue,
        "upstream_ca": upstream_ca,
    }
    try:
        settings = load(config, given)
    except SettingsProblem as problem:
        _give_up(str(problem))
    raise typer.Exit(asyncio.run(_serve(settings)))


def _give_up(line: str) -> None:
    print(f"avec-proxy: {line}", file=sys.stderr)
    raise typer.Exit(USAGE)


async def _serve(settings: Settings) -> int:
    from avec_proxy.proxy import logs
    from avec_proxy.proxy.errors import GatewayError
    from avec_proxy.proxy.master import Gateway
    from avec_proxy.workers.pool import PoolError

    logs.install()  # kept to the very end of the process
    stop = asyncio.Event()
    _on_signals(stop)
    running = Gateway(settings)
    asked = asyncio.create_task(stop.wait())
    starting = asyncio.create_task(running.start())
    await asyncio.wait([asked, starting], return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        await asyncio.wait([starting])
        return 0
    try:
        await starting
    except (GatewayError, PoolError) as error:
        print(f"avec-proxy: {error}", file=sys.stderr)
        return USAGE
    print(f"avec-proxy gateway listening on {running.url}", file=sys.stderr, flush=True)
    ended = asyncio.create_task(running.ended())
    await asyncio.wait([asked, ended], return_when=asyncio.FIRST_COMPLETED)
    failed = not asked.done()
    await running.stop()
    return USAGE if failed else 0


def _on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is None:
            continue
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            with contextlib.suppress(ValueError, OSError):
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
