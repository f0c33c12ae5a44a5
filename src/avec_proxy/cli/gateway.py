"""`avec-proxy gateway`: the proxy between programs and a provider, until it is told to stop."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from avec_proxy.cli import serving
from avec_proxy.model import Politeness, Strictness, Switch
from avec_proxy.settings import Settings

if TYPE_CHECKING:
    from avec_proxy.proxy.master import Gateway, Proxy


def gateway(
    listen: Annotated[str | None, typer.Option(help="Where to listen, HOST:PORT. Default: 127.0.0.1:8081.")] = None,
    upstream: Annotated[
        str | None,
        typer.Option(help="Base URL of the service behind it, for all vendors."),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file (TOML).")] = None,
    own_rules: Annotated[
        Path | None, typer.Option(help="Folder of your own rules and lists; its changes are taken while it runs.")
    ] = None,
    politeness: Annotated[Politeness | None, typer.Option(help="Remove politeness addressed to the machine.")] = None,
    coach: Annotated[Switch | None, typer.Option(help="Hint at what a prompt lacks.")] = None,
    strictness: Annotated[Strictness | None, typer.Option(help="How eagerly to hide and refuse.")] = None,
    scan_timeout: Annotated[float | None, typer.Option(help="Seconds for one check, waiting included.")] = None,
    max_body: Annotated[str | None, typer.Option(help="Longest request, for example 20MB.")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes.")] = None,
    queue: Annotated[int | None, typer.Option(help="Requests that may wait for a worker.")] = None,
    upstream_ca: Annotated[Path | None, typer.Option(help="More authorities to trust upstream (PEM).")] = None,
    verify_token_file: Annotated[
        Path | None, typer.Option(help="File with the word that opens the door of `avec-proxy verify`.")
    ] = None,
) -> None:
    """Run the gateway: point an SDK at it by its base URL. Stops on Ctrl+C or SIGTERM."""
    given = {
        "listen": listen,
        "upstream": upstream,
        "own_rules": own_rules,
        "politeness": politeness,
        "coach": coach,
        "strictness": strictness,
        "scan_timeout": scan_timeout,
        "max_body": max_body,
        "workers": workers,
        "queue": queue,
        "verify_token_file": verify_token_file,
        "upstream_ca": upstream_ca,
    }
    raise typer.Exit(serving.run(config, given, _made, _told))


def _made(settings: Settings) -> "Gateway":
    from avec_proxy.proxy.master import Gateway

    return Gateway(settings)


def _told(running: "Proxy") -> str:
    return f"avec-proxy gateway listening on {running.url}"
