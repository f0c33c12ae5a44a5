"""`avec-proxy verify`: plants invented values through a running gateway or proxy, for a person or for monitoring."""

import json
import secrets
import sys
from pathlib import Path
from typing import Annotated, NoReturn
from urllib.parse import urlsplit

import typer

from avec_proxy.model import Switch

USAGE = 2


def verify(
    gateway: Annotated[str | None, typer.Option(help="A running gateway, for example http://127.0.0.1:8081.")] = None,
    proxy: Annotated[str | None, typer.Option(help="A running `run`, for example http://127.0.0.1:8080.")] = None,
    ca: Annotated[Path | None, typer.Option(help="Certificate of the proxy's authority (with --proxy).")] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="The file of the target's setting verify_token_file: it is verified as it runs.")
    ] = None,
    upstream_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Instead: the port of this machine that the gateway's upstream points to."),
    ] = None,
    politeness: Annotated[
        Switch | None, typer.Option(help="What is promised; by default what the target says.")
    ] = None,
    coach: Annotated[Switch | None, typer.Option(help="What is promised; by default what the target says.")] = None,
    search: Annotated[
        list[Path] | None, typer.Option(help="File or folder where no invented value may stand afterwards (logs).")
    ] = None,
    own_rules: Annotated[
        Path | None, typer.Option(help="The target's folder of own rules. Default: the setting own_rules.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Only what is not clean, and the verdict.")] = False,
    new_token: Annotated[Path | None, typer.Option(help="Write a new token to this file, and do nothing else.")] = None,
) -> None:
    """Plant invented names and numbers through a running gateway or proxy, and say LEAK or clean.

    Exit code 0: clean; 1: something left, or a promise is broken; 2: it could not be verified. No invented value,
    and nothing of anybody's prompts, is ever printed.
    """
    if new_token is not None:
        write_token(new_token)
        return
    if (gateway is None) == (proxy is None):
        _give_up("give --gateway URL or --proxy URL")
    if proxy is not None and ca is None:
        _give_up("--proxy needs --ca FILE (avec-proxy ca show tells where it is)")
    if token_file is None and (upstream_port is None or proxy is not None):
        _give_up(
            "what leaves cannot be seen: give --token-file FILE (setting verify_token_file of the target)"
            + ("" if proxy is not None else ", or --upstream-port PORT if its upstream points there")
        )
    from avec_proxy import own_set
    from avec_proxy.cli import own
    from avec_proxy.verify.client import Gateway, Station
    from avec_proxy.verify.run import Plan
    from avec_proxy.verify.run import verify as verified

    try:
        taken = own.taken(own_rules)
    except own.Problems as problems:
        _give_up(str(problems))
    if taken is not None:  # what the target should be made of
        own_set.use(taken.own)
    target = Station(_url(proxy), ca) if proxy is not None and ca is not None else Gateway(_url(gateway or ""), ca)
    plan = Plan(
        target,
        None if token_file is None else _token(token_file),
        upstream_port or 0 if token_file is None else 0,
        None if politeness is None else politeness is Switch.ON,
        None if coach is None else coach is Switch.ON,
        search or (),
    )
    outcome = verified(plan)
    if as_json:
        print(json.dumps(outcome.as_json(), ensure_ascii=False))
    else:
        for result in outcome.results:
            if not quiet or result.verdict != "clean":
                print(result.line())
        print(outcome.summary())
    raise typer.Exit(outcome.exit_code)


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        well = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        well = False
    if not well:
        _give_up("the URL must start with http:// or https:// and name a host")
    return text


def _token(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        _give_up("the token file cannot be read")


def write_token(file: Path) -> None:
    """Write a token that its owner alone may read; a group may be given it afterwards."""
    try:
        file.touch(mode=0o600, exist_ok=False)
        file.write_text(secrets.token_urlsafe(32) + "\n", encoding="ascii")
    except OSError as error:
        _give_up(f"the token cannot be written there ({type(error).__name__})")


def _give_up(line: str) -> NoReturn:
    sys.stderr.write(f"avec-proxy verify: {line}\n")
    raise typer.Exit(USAGE)
