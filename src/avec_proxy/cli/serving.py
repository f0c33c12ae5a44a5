"""What `gateway` and `run` share: settings that are read or told wrong in one line, and running until a signal."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from avec_proxy.settings import Settings, SettingsProblem, load

if TYPE_CHECKING:
    from avec_proxy.proxy.master import Proxy

USAGE = 2  # wrong settings, or something that keeps the proxy from running


def run(
    config: Path | None,
    given: Mapping[str, Any],
    make: Callable[[Settings], "Proxy"],
    told: Callable[["Proxy"], str],
) -> int:
    """Run what `make` returns until SIGINT or SIGTERM, `told` on standard error once it listens; return the exit code.

    Whatever keeps it from running is one line on standard error and 2. Takes 15 seconds at most to end.
    """
    try:
        made = _made(config, given, make)
    except SettingsProblem as problem:
        print(f"avec-proxy: {problem}", file=sys.stderr)
        return USAGE
    return asyncio.run(_serve(made, told))


def _made(config: Path | None, given: Mapping[str, Any], make: Callable[[Settings], "Proxy"]) -> "Proxy":
    settings = load(config, given)
    from avec_proxy.proxy.errors import GatewayError

    try:
        return make(settings)
    except GatewayError as error:
        raise SettingsProblem(str(error)) from None


async def _serve(running: "Proxy", told: Callable[["Proxy"], str]) -> int:
    from avec_proxy.proxy import logs
    from avec_proxy.proxy.errors import GatewayError
    from avec_proxy.workers.pool import PoolError

    logs.install()  # kept to the very end of the process
    stop = asyncio.Event()
    _on_signals(stop)
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
    print(told(running), file=sys.stderr, flush=True)
    for line in running.off:
        print(f"  ATTENTION, règle livrée désactivée : {line}", file=sys.stderr, flush=True)
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
