"""`avec-proxy capture`: what an exchange with an AI is made of, for support, without a word of it."""

import base64
import binascii
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

OK, ERROR = 0, 2
_LARGEST = 200_000_000  # bytes
_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


class _Unreadable(Exception):  # noqa: N818 - it is told to a person, in one line
    """A file cannot be used; the text is one line that quotes nothing of it."""


def capture(
    har: Annotated[
        Path | None,
        typer.Argument(
            help="An exchange saved by a browser's developer tools or by mitmproxy (HAR).", show_default=False
        ),
    ] = None,
    request: Annotated[Path | None, typer.Option(help="A request's body, instead of a HAR.")] = None,
    reply: Annotated[Path | None, typer.Option(help="A reply's body, instead of a HAR.")] = None,
    request_type: Annotated[str, typer.Option(help="The request's content type.")] = "application/json",
    reply_type: Annotated[str, typer.Option(help="The reply's content type.")] = "application/json",
    url: Annotated[str, typer.Option(help="The address that was asked.", show_default=False)] = "",
    out: Annotated[Path | None, typer.Option(help="Write it to this file, too; it must not exist.")] = None,
) -> None:
    """Tell what an exchange is made of, so that support can write its endpoint file. No word of it is told.

    Prints JSON: the names of fields that programs use (any other stands as «*»), types, about how many. No value, no
    length, no header. With --out the same is written to a file; without it nothing is written.

    Exit codes: 0; 2 wrong usage, or a file that cannot be read or written.
    """
    try:
        if (har is None) == (request is None and reply is None):
            raise _Unreadable("give a HAR file, or --request and --reply")
        exchanges = _of_har(har) if har is not None else [_exchange("POST", url, (_read(request), request_type),
                                                                    (_read(reply), reply_type), None)]  # fmt: skip
        told = json.dumps({"exchanges": exchanges}, indent=1, ensure_ascii=True) + "\n"
        if out is not None:
            _write(out, told)
    except _Unreadable as problem:
        print(f"avec-proxy: {problem}", file=sys.stderr)
        raise typer.Exit(ERROR) from None
    print(told, end="")
    raise typer.Exit(OK)


def _exchange(
    method: str, url: str, asked: tuple[bytes, str], answered: tuple[bytes, str], status: int | None
) -> dict[str, Any]:
    from avec_proxy import hosts
    from avec_proxy.hosts import HostClass
    from avec_proxy.wire import outline

    rest = url.partition("://")[2] or url
    authority, _, tail = rest.partition("/")
    path, _, query = f"/{tail}".partition("?")
    host = authority.rpartition("@")[2].partition(":")[0].lower()
    # below a vendor's name, a customer's own may stand (Azure)
    known = outline.OTHER if hosts.classify(host) in (HostClass.UNKNOWN, HostClass.BROAD) else hosts.public(host)
    return {
        "method": method if method in _METHODS else outline.OTHER,
        "host": known if host else "",
        "path": outline.of_path(path.partition("#")[0]),
        "query": outline.of_query(query.partition("#")[0]),
        "request": outline.of_body(*asked),
        "status": status,
        "reply": outline.of_body(*answered),
    }


def _of_har(file: Path) -> list[dict[str, Any]]:
    """Return the exchanges of a HAR (W3C draft, version 1.2) that carry a body."""
    try:
        log = json.loads(_read(file))["log"]["entries"]
        return [told for entry in log if (told := _of_entry(entry)) is not None]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _Unreadable("the file is no HAR") from None


def _of_entry(entry: dict[str, Any]) -> dict[str, Any] | None:
    asked, answered = entry["request"], entry["response"]
    posted, content = asked.get("postData") or {}, answered.get("content") or {}
    body = str(posted.get("text") or "").encode("utf-8", "surrogatepass")
    if not body:
        return None
    said = str(content.get("text") or "")
    whole = said.encode("utf-8", "surrogatepass")
    if content.get("encoding") == "base64":
        try:
            whole = base64.b64decode(said, validate=True)
        except binascii.Error:
            whole = b"\x00"
    status = answered.get("status")
    return _exchange(
        str(asked["method"]),
        str(asked["url"]),
        (body, str(posted.get("mimeType") or "")),
        (whole, str(content.get("mimeType") or "")),
        status if isinstance(status, int) and 0 <= status < 1000 else None,
    )


def _read(file: Path | None) -> bytes:
    if file is None:
        return b""
    try:
        if file.stat().st_size > _LARGEST:
            raise _Unreadable("the file is too large")
        return file.read_bytes()
    except OSError:
        raise _Unreadable("the file cannot be read") from None


def _write(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="ascii") as out:
            out.write(text)
    except OSError:
        raise _Unreadable("the file cannot be written, or exists already") from None
