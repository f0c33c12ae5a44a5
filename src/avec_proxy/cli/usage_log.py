"""`avec-proxy usage`: what the local log says of the requests, and taking it away."""

import os
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from avec_proxy.cli.quiet import drop
from avec_proxy.store.figures import By, Usage, nothing

if TYPE_CHECKING:
    from avec_proxy.report import Names

OK, ERROR = 0, 2
_DAYS = re.compile(r"([1-9]\d{0,3})d")
_PROBLEMS = {
    "newer": "le relevé vient d'une version plus récente d'avec-proxy.",
    "damaged": "le relevé est abîmé et illisible ; «\u00a0avec-proxy usage purge --all\u00a0» repart à zéro.",
    "unusable": "le relevé n'est pas accessible en ce moment.",
}

app = typer.Typer(invoke_without_command=True, add_completion=False)


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Leave it to the command: rich would end the process as if something had gone wrong."""
        raise BrokenPipeError


def start(text: str) -> int:
    """Return when a period starts, in seconds since 1970: a date, or «7d», seven days with today.

    Days start at midnight on this machine's clock. Raises ValueError.
    """
    if match := _DAYS.fullmatch(text):
        day = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=int(match[1]) - 1)
    elif re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        day = datetime.strptime(text, "%Y-%m-%d")
    else:
        raise ValueError("neither YYYY-MM-DD nor Nd")
    if not 1970 < day.year < 2200:
        raise ValueError("out of range")
    return int(day.timestamp())


_File = Annotated[Path | None, typer.Option("--file", help="The log, if it is not in its usual place.")]


@app.callback()
def usage(
    context: typer.Context,
    since: Annotated[
        int | None, typer.Option(parser=start, metavar="DATE|Nd", help="From 2026-11-01 on, or the last 7d.")
    ] = None,
    by: Annotated[By | None, typer.Option(help="One table, by this.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print one row a request.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    file: _File = None,
) -> None:
    """Show the local log of usage: numbers only, no text of any request is ever in it.

    Exit codes: 0; 2 for wrong usage or a log that cannot be read.
    """
    if context.invoked_subcommand is not None:
        return
    if as_csv and as_json:
        _give_up("--csv or --json, not both")
    from avec_proxy.store.database import StoreError

    try:
        code = _show(file, since, by, as_csv=as_csv, as_json=as_json)
    except StoreError as error:
        _give_up(_PROBLEMS[error.code])
    except BrokenPipeError:  # the reader has what it wanted (`| head -1`)
        drop(sys.stdout)
        code = OK
    raise typer.Exit(code)


def _show(file: Path | None, since: int | None, by: By | None, *, as_csv: bool, as_json: bool) -> int:
    from sqlalchemy.exc import SQLAlchemyError

    from avec_proxy import report
    from avec_proxy.store import database, queries

    path = file or database.default_path()
    try:
        engine = database.open_to_read(path)
        with engine.begin() as connection:  # one moment for all figures, whoever writes meanwhile
            if as_csv:
                report.write_csv(queries.lines(connection, since), sys.stdout)
            else:
                _print(queries.usage(connection, since), by, as_json=as_json)
    except (SQLAlchemyError, database.StoreError) as error:
        if (code := database.code_of(error)) != "missing":
            raise database.StoreError(code) from None
        if as_csv:
            report.write_csv((), sys.stdout)
        else:
            _print(nothing(since), by, as_json=as_json)
        return OK
    if not as_csv and not as_json and not os.access(path, os.W_OK):
        print("Attention\u00a0: le relevé ne peut pas être écrit, les nouvelles requêtes n'y entrent pas.")
    return OK


def _print(figures: Usage, by: By | None, *, as_json: bool) -> None:
    from avec_proxy import report

    if as_json:
        print(report.as_json(figures))
        return
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # an old terminal without «é» still gets the rest
    screen = _Console(highlight=False, emoji=False, markup=False)
    for part in report.render(figures, _names(), by):
        screen.print(part)


def _names() -> "Names":
    from avec_proxy.coach.rules import ContextRule
    from avec_proxy.detect.health.advice import SecrecyRule
    from avec_proxy.policy import Policy
    from avec_proxy.report import Names
    from avec_proxy.rulebook import load_folder
    from avec_proxy.usage import entity_types

    policy = Policy.load()
    nouns = {entity_type: policy.line(entity_type).nouns for entity_type in entity_types()}
    advice = {rule.code: rule.title for rule in load_folder("context", ContextRule)}
    return Names(nouns, advice | {rule.code: rule.title for rule in load_folder("secrecy", SecrecyRule)})


@app.command()
def purge(
    before: Annotated[
        int | None, typer.Option(parser=start, metavar="DATE|Nd", help="What is older than 2026-11-01, or than 90d.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of it.")] = False,
    file: _File = None,
) -> None:
    """Delete from the local log of usage, for good."""
    if (before is None) is not everything:
        _give_up("give either --before or --all")
    from avec_proxy.store import database

    path = file or database.default_path()
    try:
        print(_purged(path, before))
    except database.StoreError as error:
        _give_up(_PROBLEMS[error.code])


def _purged(path: Path, before: int | None) -> str:
    from sqlalchemy.exc import SQLAlchemyError

    from avec_proxy.store import database, writing

    try:
        database.open_to_read(path).dispose()  # a log that is not there is not made
        engine = database.open_to_write(path)
        with engine.begin() as connection:
            count = writing.purge(connection, before)
    except (SQLAlchemyError, database.StoreError) as error:
        code = database.code_of(error)
        if code == "missing":
            return "Aucune donnée."
        if code == "damaged" and before is None:
            database.remove(path)
            return "Le relevé, abîmé, a été effacé."
        raise database.StoreError(code) from None
    return f"{count}\u00a0requête{'s' * (count > 1)} effacée{'s' * (count > 1)}."


def _give_up(line: str) -> NoReturn:
    print(f"avec-proxy usage: {line}", file=sys.stderr)
    raise typer.Exit(ERROR)
