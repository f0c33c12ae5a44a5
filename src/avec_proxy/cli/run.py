"""`avec-proxy run`: the proxy of one workstation, for its browser and its programs, until it is told to stop."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from avec_proxy.cli import serving
from avec_proxy.model import Politeness, Strictness, Switch
from avec_proxy.settings import Settings

if TYPE_CHECKING:
    from avec_proxy.proxy.ca import Authority
    from avec_proxy.proxy.master import Proxy


def run(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port on 127.0.0.1. Default: 8080; 0 takes any free one.")
    ] = None,
    confdir: Annotated[Path | None, typer.Option(help="Folder of the certificate authority.")] = None,
    upstream_ca: Annotated[Path | None, typer.Option(help="More authorities to trust upstream (PEM).")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file (TOML).")] = None,
    own_rules: Annotated[
        Path | None, typer.Option(help="Folder of your own rules and lists; its changes are taken while it runs.")
    ] = None,
    politeness: Annotated[Politeness | None, typer.Option(help="Remove politeness addressed to the machine.")] = None,
    coach: Annotated[Switch | None, typer.Option(help="Hint at what a prompt lacks.")] = None,
    strictness: Annotated[Strictness | None, typer.Option(help="How eagerly to hide and refuse.")] = None,
    notify: Annotated[Switch | None, typer.Option(help="Show a desktop notification for what was hidden.")] = None,
    scan_timeout: Annotated[float | None, typer.Option(help="Seconds for one check, waiting included.")] = None,
    max_body: Annotated[str | None, typer.Option(help="Longest request, for example 20MB.")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes.")] = None,
    queue: Annotated[int | None, typer.Option(help="Requests that may wait for a worker.")] = None,
    verify_token_file: Annotated[
        Path | None, typer.Option(help="File with the word that opens the door of `avec-proxy verify`.")
    ] = None,
) -> None:
    """Run the proxy of this machine: AI services are read and checked, other sites pass. Stops on Ctrl+C or SIGTERM."""
    given = {
        "port": port,
        "confdir": confdir,
        "upstream_ca": upstream_ca,
        "own_rules": own_rules,
        "politeness": politeness,
        "coach": coach,
        "strictness": strictness,
        "notify": notify,
        "scan_timeout": scan_timeout,
        "max_body": max_body,
        "workers": workers,
        "queue": queue,
        "verify_token_file": verify_token_file,
    }
    authorities: list[Authority] = []

    def made(settings: Settings) -> "Proxy":
        from avec_proxy.proxy import ca
        from avec_proxy.proxy.master import Workstation

        authorities.append(ca.ensure(settings.confdir or ca.default_confdir(), settings.ca_file))
        return Workstation(settings, authorities[0])

    raise typer.Exit(serving.run(config, given, made, lambda running: _told(running, authorities[0])))


def _told(running: "Proxy", authority: "Authority") -> str:
    from avec_proxy.proxy.ca_files import shown

    lines = [
        f"avec-proxy run listening on {running.url}",
        f"  configuration automatique (PAC) : {running.url}/proxy.pac",
        f"  certificat à déclarer : {shown(authority.path_root)}",
        "  comment lui faire confiance : avec-proxy ca show",
    ]
    if authority.created:
        lines.append("  ce certificat vient d'être créé : sans lui, les services d'IA ne s'ouvrent pas.")
    if missing := authority.uncovered_domains:
        lines.append(
            f"  l'autorité donnée ne couvre pas {len(missing)} domaine(s) d'IA, qui restent fermés : avec-proxy ca show"
        )
    if authority.ends_soon():
        lines.append(f"  il expire le {authority.not_after:%d/%m/%Y} : préparez « avec-proxy ca renew ».")
    return "\n".join(lines)
