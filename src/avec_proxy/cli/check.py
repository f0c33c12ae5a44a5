"""`avec-proxy check`: test a prompt offline. Standard output carries the result and nothing else."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from avec_proxy.model import Action, Options, Politeness, Strictness, Switch

if TYPE_CHECKING:
    from avec_proxy.contract import CheckResult

OK, HIDDEN, ERROR = 0, 1, 2


def check(
    prompt: Annotated[
        str | None,
        typer.Argument(
            help="The prompt. Other users of this machine can see it in the list of processes: prefer standard input.",
            show_default=False,
        ),
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="Read the prompt from a UTF-8 file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read {"id","text"} objects, one a line, and print one object a line.')
    ] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the result and stop.")] = False,
    politeness: Annotated[Politeness, typer.Option(help="Politeness addressed to the machine.")] = Politeness.ON,
    coach: Annotated[Switch, typer.Option(help="Warnings about missing context.")] = Switch.ON,
    strictness: Annotated[Strictness, typer.Option(help="How eager detection is, and what is refused.")] = Strictness.STANDARD,
) -> None:
    """Test a prompt offline: what would be hidden, why, and what would leave.

    Reads standard input, or --file, or the argument. Exit codes: 0 nothing to hide, 1 something hidden or
    blocked, 2 usage or internal error.
    """
    options = Options(politeness, coach, strictness)
    try:
        if schema:
            _print_schema()
            code = OK
        elif jsonl:
            code = _lines(file, options) if prompt is None else _usage("--jsonl reads standard input or --file")
        else:
            code = _one(prompt, file, options, as_json=as_json)
    except BrokenPipeError:
        # the reader went away; nothing more to say, and no traceback with a prompt in it
        sys.stdout = None  # type: ignore[assignment]
        code = ERROR
    except Exception as error:
        # the type alone: an exception's text may quote the prompt
        code = _usage(f"internal error ({type(error).__name__})")
    raise typer.Exit(code)


def _one(prompt: str | None, file: Path | None, options: Options, *, as_json: bool) -> int:
    if prompt is not None and file is not None:
        return _usage("give the prompt as an argument or as --file, not both")
    if prompt is None and file is None and sys.stdin.isatty():
        return _usage("no prompt: pipe it to standard input, or use --file")
    try:
        text = prompt if prompt is not None else _read(file)
    except OSError:
        return _usage("the file cannot be read")
    except UnicodeDecodeError:
        return _usage("the prompt is not UTF-8")
    from avec_proxy import checking

    result = checking.check(text, options)
    if as_json:
        _out(result.model_dump_json())
    else:
        from avec_proxy.cli import show

        show.result(text, result)
    return code_of(result)


def _lines(file: Path | None, options: Options) -> int:
    from avec_proxy import checking

    worst = OK
    bad = False
    try:
        source = file.open("rb") if file is not None else sys.stdin.buffer
    except OSError:
        return _usage("the file cannot be read")
    with source:
        for raw in source:
            if not raw.strip():
                continue
            id_, text, error = _parse(raw)
            if error or text is None:
                bad = True
                _out(json.dumps({"id": id_, "error": error}, ensure_ascii=False))
                continue
            result = checking.check(text, options, id_)
            worst = max(worst, code_of(result))
            _out(result.model_dump_json())
    return ERROR if bad else worst


def _parse(raw: bytes) -> tuple[str | None, str | None, str]:
    """Return (id, text, error) of one line; the error never quotes the line."""
    try:
        value = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return None, None, "the line is not UTF-8"
    except (ValueError, RecursionError):
        return None, None, "the line is not JSON"
    if not isinstance(value, dict):
        return None, None, "the line is not an object"
    id_ = value.get("id")
    if id_ is not None and not isinstance(id_, str):
        id_ = str(id_) if isinstance(id_, int) else None
    text = value.get("text")
    if not isinstance(text, str):
        return id_, None, "no text"
    return id_, text, ""


def code_of(result: "CheckResult") -> int:
    """Return the exit code of a result; politeness alone is 0."""
    hidden = any(f.action is not Action.KEEP for f in result.findings)
    return HIDDEN if result.blocked or hidden else OK


def _read(file: Path | None) -> str:
    raw = file.read_bytes() if file is not None else sys.stdin.buffer.read()
    return raw.decode("utf-8")


def _print_schema() -> None:
    from avec_proxy.contract import CheckResult

    _out(json.dumps(CheckResult.model_json_schema(), ensure_ascii=False, indent=2))


def _out(line: str) -> None:
    sys.stdout.buffer.write(line.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


def _usage(message: str) -> int:
    sys.stderr.write(f"avec-proxy check: {message}\n")
    return ERROR
