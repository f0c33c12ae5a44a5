"""`avec-proxy lists`: a list whose file holds no word, only hashes made with a key."""

import os
import secrets
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from avec_proxy.lists import KINDS

USAGE = 2
_SHOWN = 5

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Always-hide lists that hold keyed hashes instead of names."
)


@app.callback()
def _group() -> None:
    """Keep `build` a command of its own."""


@app.command()
def build(
    source: Annotated[str, typer.Argument(metavar="FILE", help="Text or CSV, an entry a line; - is standard input.")],
    out: Annotated[Path, typer.Argument(metavar="LIST", help="always_hide/NAME.hashed in your folder.")],
    kind: Annotated[str, typer.Option(help=f"What its entries are: {', '.join(KINDS)}.")] = "person",
    key: Annotated[
        Path | None, typer.Option(help="File of the key, made if there is none. Default: NAME.key beside LIST.")
    ] = None,
    encoding: Annotated[str, typer.Option(help="Of FILE: utf-8, cp1252…")] = "utf-8",
) -> None:
    """Write an always-hide list as keyed hashes (HMAC-SHA-256): LIST holds no entry that could be read.

    People are found in either order of their names. With columns titled nom, nom de naissance, prénom…, each family
    name is listed with the first given name and with all of them. Entries of fewer than 3 letters or more than 12
    words are left out, and counted.

    Exit codes: 0 written; 2 wrong usage. No entry is ever printed.
    """
    from avec_proxy import lists
    from avec_proxy.lists_source import entries_of

    if out.suffix != lists.HASHED or not lists.NAME.fullmatch(out.stem):
        _give_up(f"LIST is a file NAME{lists.HASHED}, NAME of lower-case letters, digits and underscores")
    if kind not in KINDS:
        _give_up(f"--kind is one of {', '.join(KINDS)}")
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError:
        _give_up("FILE cannot be read")
    left_out: list[int] = []
    lines = 0
    person = kind == "person"

    def good() -> "list[tuple[str, ...]]":
        nonlocal lines
        kept = []
        last = 0
        for number, entry in entries_of(raw, encoding, person=person):
            if lists.problem_of(entry, hide=True):
                left_out.append(number)
            else:
                kept.append(entry)
                lines += number != last
                last = number
        return kept

    try:
        secret = _key(key or out.with_suffix(lists.KEY))
        data = lists.build(out.stem, good(), KINDS[kind], secret)
    except lists.ListError as error:
        _give_up(str(error))
    _write(out, lists.written(data))
    print(f"{lines} line{'s' * (lines > 1)}, {data.count} form{'s' * (data.count > 1)} written")
    if left_out:
        shown = ", ".join(map(str, left_out[:_SHOWN])) + ("…" if len(left_out) > _SHOWN else "")
        print(f"{len(left_out)} left out (too short or too long), lines {shown}", file=sys.stderr)


def _key(path: Path) -> bytes:
    """Return the key of a file, which is made for its owner alone if it is not there. Raises ListError."""
    from avec_proxy.lists import KEY_BYTES, ListError, parse_key

    try:
        if path.exists():
            if os.name == "posix" and path.stat().st_mode & 0o077:
                raise ListError("the key must be for its owner alone (chmod 600)")
            return parse_key(path.read_bytes())
        key = secrets.token_bytes(KEY_BYTES)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")
    except OSError:
        raise ListError("the key cannot be read or written") from None
    return key


def _write(path: Path, content: bytes) -> None:
    """Write a file at one moment, so that a proxy that runs reads it whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")  # hidden: not read as a list
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        _give_up("LIST cannot be written")


def _give_up(line: str) -> NoReturn:
    print(f"avec-proxy lists: {line}", file=sys.stderr)
    raise typer.Exit(USAGE)
