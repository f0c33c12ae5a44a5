"""`avec-proxy check`: test a prompt offline. Standard output carries the result and nothing else."""

import json
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from avec_proxy.cli.quiet import ERROR, Problem, tell, told
from avec_proxy.loading import loading
from avec_proxy.model import Action, Options, Politeness, Site, Strictness, Switch
from avec_proxy.populations import DEPARTMENTS, FACILITIES

if TYPE_CHECKING:
    from avec_proxy.contract import CheckResult, Id, LineError

OK, HIDDEN = 0, 1
_STDIN = "-"
_PROMPTS = ("", ".txt", ".md")
_BREAKS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def check(
    prompt: Annotated[
        str | None,
        typer.Argument(
            help="The prompt. Other users of this machine can see it in the list of processes: prefer standard input.",
            show_default=False,
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            "-f",
            help="Read the prompt from a text file in UTF-8, or check a document: "
            "office, OpenDocument, PDF, e-mail, CSV, JSON, HTML, XML.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="With --file, write what would leave of the document to a new file, or into a folder under its name "
            "with what identifies somebody hidden. Never over an existing file.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read {"id","text"} objects, one a line, and print one object a line.')
    ] = False,
    schema: Annotated[
        bool,
        typer.Option("--schema", help="Print the JSON Schema of the object (with --file, of a document's) and stop."),
    ] = False,
    politeness: Annotated[Politeness, typer.Option(help="Politeness addressed to the machine.")] = Politeness.ON,
    coach: Annotated[Switch, typer.Option(help="Warnings about missing context.")] = Switch.ON,
    strictness: Annotated[
        Strictness, typer.Option(help="How eager detection is, and what is refused.")
    ] = Strictness.STANDARD,
    generalise: Annotated[
        bool,
        typer.Option(
            "--generalise", help="Use the more general words that are proposed where few people are like a case."
        ),
    ] = False,
    site_population: Annotated[
        int,
        typer.Option(min=0, envvar="AVEC_SITE_POPULATION", help="People whom your establishment serves; 0: not told."),
    ] = 0,
    site_department: Annotated[
        str, typer.Option(envvar="AVEC_SITE_DEPARTMENT", help="Its département, for example Finistère.")
    ] = "",
    site_facility: Annotated[
        str, typer.Option(envvar="AVEC_SITE_FACILITY", help="Its type where people live in it, for example EHPAD.")
    ] = "",
    own_rules: Annotated[
        Path | None, typer.Option(help="Folder of your own rules and lists. Default: the setting own_rules.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file (TOML), read for own_rules alone.")] = None,
) -> None:
    """Test a prompt offline: what would be hidden, why, and what would leave.

    Reads standard input, unless --file or an argument gives the prompt. The text is UTF-8. A document (--file) is
    read as what its content is; --output writes the copy that may leave.

    Exit codes: 0 nothing to hide; 1 something hidden or blocked; 2 wrong usage, a bad line or an internal error.
    """

    def work(out: TextIO) -> int:
        options = Options(
            politeness,
            coach,
            strictness,
            Switch.ON if generalise else Switch.OFF,
            _site(site_population, site_department, site_facility),
        )
        if schema:
            return _schema(out, document=file is not None)
        _use(own_rules, config)
        if output is not None and (file is None or str(file) == _STDIN or prompt is not None or jsonl):
            raise Problem("--output goes with --file alone")
        if jsonl:
            return _lines(out, prompt, file, options, as_json=as_json)
        if file is not None and prompt is None and (output is not None or _is_document(file)):
            return _document(out, file, output, options, as_json=as_json)
        return _one(out, prompt, file, options, as_json=as_json)

    raise typer.Exit(told("check", work))


def _site(population: int, department: str, facility: str) -> Site:
    if department and department not in DEPARTMENTS:
        raise Problem("--site-department: no département of this name")
    if facility and facility not in FACILITIES:
        raise Problem(f"--site-facility: one of {', '.join(FACILITIES)}")
    return Site(population, department, facility)


def _use(given: Path | None, config: Path | None) -> None:
    """Choose the hospital's own rules for this process, if a folder of them is set."""
    from avec_proxy import own_set
    from avec_proxy.cli import own

    try:
        taken = own.taken(given, config)
    except own.Problems as problems:
        raise Problem(str(problems)) from None
    if taken is not None:
        own_set.use(taken.own)
        for line in taken.off:
            tell("check", f"règle livrée désactivée\u00a0: {line}")


def _one(out: TextIO, prompt: str | None, file: Path | None, options: Options, *, as_json: bool) -> int:
    text = _text(prompt, file)
    result = _checker(options)(text, options)
    if as_json:
        _print(out, result.model_dump_json())
    else:
        from avec_proxy.cli import show

        show.result(text, result, out)
    return code_of(result)


def _is_document(file: Path) -> bool:
    """Tell whether a file is checked as a document: in a file called so, a text in UTF-8 is a prompt."""
    if str(file) == _STDIN:
        return False
    try:
        return file.suffix.lower() not in _PROMPTS or not _is_utf8(file.read_bytes())
    except OSError:
        return False  # said where it is read


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _document(out: TextIO, file: Path, output: Path | None, options: Options, *, as_json: bool) -> int:
    try:
        data = file.read_bytes()
    except OSError:
        raise Problem("the file cannot be read") from None
    _checker(options)
    from avec_proxy.checking import check_file

    checked = check_file(data, file.name, options)
    if checked.copy is not None and output is not None:
        _write(output, checked.copy, checked.result.name)
    if as_json:
        _print(out, checked.result.model_dump_json())
    else:
        from avec_proxy.cli import show

        show.file(checked.text, checked.result, file.name, out)
    return code_of(checked.result)


def _write(output: Path, copy: bytes, name: str) -> None:
    """Write the copy to a new file; in a folder, under the name that may leave. An oversight is possible in it, so
    nobody else of this machine may read it.
    """
    path = output / name if output.is_dir() else output
    try:
        with open(path, "xb", opener=lambda file, flags: os.open(file, flags, 0o600)) as opened:
            opened.write(copy)
    except FileExistsError:
        raise Problem("the copy is not written: a file of that name exists") from None
    except OSError:
        raise Problem("the copy cannot be written") from None


@cache
def _checker(options: Options) -> Callable[..., "CheckResult"]:
    """Return what checks a prompt, loaded."""
    with loading():
        from avec_proxy import checking

        checking.warm(options)
    return checking.check


def _text(prompt: str | None, file: Path | None) -> str:
    if prompt is not None and file is not None:
        raise Problem("give the prompt as an argument or as --file, not both")
    if prompt is not None and prompt != _STDIN:
        return _utf8(prompt.encode("utf-8", "surrogateescape"))
    if file is not None and str(file) != _STDIN:
        try:
            return _utf8(file.read_bytes())
        except OSError:
            raise Problem("the file cannot be read") from None
    if sys.stdin is None or sys.stdin.isatty():
        raise Problem("no prompt: pipe it to standard input, or use --file")
    return _utf8(sys.stdin.buffer.read())


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem("the prompt is not UTF-8") from None


def _lines(out: TextIO, prompt: str | None, file: Path | None, options: Options, *, as_json: bool) -> int:
    if prompt not in (None, _STDIN):
        raise Problem("--jsonl reads standard input or --file")
    if as_json:
        raise Problem("--json or --jsonl, not both")
    with ExitStack() as opened:
        if file is not None and str(file) != _STDIN:
            try:
                source: Iterable[bytes] = opened.enter_context(file.open("rb"))
            except OSError:
                raise Problem("the file cannot be read") from None
        elif sys.stdin is None:
            raise Problem("standard input is closed")
        else:
            source = sys.stdin.buffer
        worst = OK
        for number, raw in enumerate(source):
            # some editors of Windows begin a file with a byte order mark
            line = raw.removeprefix(b"\xef\xbb\xbf") if number == 0 else raw
            if line.strip():
                answer, code = _line(line, options)
                _print(out, answer.model_dump_json())
                worst = max(worst, code)
        return worst


def _line(raw: bytes, options: Options) -> tuple["CheckResult | LineError", int]:
    """Return the object of one line, and its exit code; an error never quotes the line."""
    from avec_proxy.contract import LineError

    id_, text, error = _parse(raw)
    if text is None:
        return LineError(id=id_, error=error), ERROR
    try:
        result = _checker(options)(text, options, id_)
    except Exception as failed:
        return LineError(id=id_, error=f"internal error ({type(failed).__name__})"), ERROR
    return result, code_of(result)


def _parse(raw: bytes) -> tuple["Id", str | None, str]:
    """Return (id, text, error) of one line; no text if there is an error."""
    try:
        value = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return None, None, "the line is not UTF-8"
    except (ValueError, RecursionError):
        return None, None, "the line is not JSON"
    if not isinstance(value, dict):
        return None, None, "the line is not an object"
    id_ = value.get("id")
    if not (id_ is None or isinstance(id_, str) or type(id_) is int):  # True is an int to Python
        return None, None, "id must be a string or a whole number"
    if isinstance(id_, str) and any("\ud800" <= c <= "\udfff" for c in id_):
        return None, None, "id is not Unicode text"
    text = value.get("text")
    if not isinstance(text, str):
        return id_, None, "text must be a string"
    return id_, text, ""


def code_of(result: "CheckResult") -> int:
    """Return the exit code of a result: politeness alone is 0."""
    changed = any(finding.action is not Action.KEEP for finding in result.findings)
    return HIDDEN if result.blocked or changed else OK


def _schema(out: TextIO, *, document: bool) -> int:
    from avec_proxy.contract import CheckResult, FileResult

    shape = FileResult if document else CheckResult
    _print(out, json.dumps(shape.model_json_schema(mode="serialization"), ensure_ascii=False, indent=2))
    return OK


def _print(out: TextIO, line: str) -> None:
    """Write one line of UTF-8, whatever the machine's own encoding, and hand it over at once.

    What Unicode calls line breaks, and JSON does not, is escaped: many readers would split the line there.
    """
    line = line.translate(_BREAKS)
    out.buffer.write(line.encode("utf-8") + b"\n")
    out.buffer.flush()
