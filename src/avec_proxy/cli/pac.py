"""`avec-proxy pac`: the proxy configuration file, for a browser or a whole system."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from avec_proxy.settings import SettingsProblem, load

USAGE = 2


def pac(
    port: Annotated[
        int | None, typer.Option(help="The port that `run` listens on. Default: the setting, 8080.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file (TOML).")] = None,
) -> None:
    """Print a PAC file: AI services go to the proxy on this machine, everything else goes directly."""
    from avec_proxy.proxy.pac import pac as text

    try:
        chosen = load(config, {"port": port}).port
        print(text("127.0.0.1", chosen), end="")
    except SettingsProblem as problem:
        _give_up(str(problem))
    except ValueError:  # port 0: the system chooses one, which nobody knows before
        _give_up("--port takes the port that `avec-proxy run` listens on")


def _give_up(line: str) -> None:
    print(f"avec-proxy: {line}", file=sys.stderr)
    raise typer.Exit(USAGE)
