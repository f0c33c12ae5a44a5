"""`avec-proxy eval`: measure detection on texts of one's own, marked by hand. Nothing is sent anywhere."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from avec_proxy.cli.quiet import Problem, told
from avec_proxy.model import Options, Politeness, Strictness, Switch

if TYPE_CHECKING:
    from avec_proxy.evaluate.marks import Record
    from avec_proxy.evaluate.score import Scores

OK, BELOW = 0, 1


def evaluate(
    files: Annotated[
        list[Path],
        typer.Argument(help="Marked UTF-8 texts (docs/marks.md), or folders of them (*.txt).", metavar="FILE…"),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    errors: Annotated[
        int, typer.Option("--errors", min=0, help="Show this many leaks and damages, with the words of your texts.")
    ] = 0,
    politeness: Annotated[Politeness, typer.Option(help="Politeness addressed to the machine.")] = Politeness.ON,
    strictness: Annotated[
        Strictness, typer.Option(help="How eager detection is, and what is refused.")
    ] = Strictness.STANDARD,
    span_recall: Annotated[
        float | None, typer.Option("--min-span-recall", min=0, max=1, help="Exit 1 below: identifying spans hidden.")
    ] = None,
    token_recall: Annotated[
        float | None, typer.Option("--min-token-recall", min=0, max=1, help="Exit 1 below: identifying words hidden.")
    ] = None,
    docs_clean: Annotated[
        float | None,
        typer.Option("--min-docs-clean", min=0, max=1, help="Exit 1 below: identifying texts without a leak."),
    ] = None,
    keep_intact: Annotated[
        float | None, typer.Option("--min-keep-intact", min=0, max=1, help="Exit 1 below: protected terms left whole.")
    ] = None,
    ordinary_intact: Annotated[
        float | None, typer.Option("--min-ordinary-intact", min=0, max=1, help="Exit 1 below: other words left.")
    ] = None,
    fluff_removed: Annotated[
        float | None, typer.Option("--min-fluff-removed", min=0, max=1, help="Exit 1 below: politeness removed.")
    ] = None,
) -> None:
    """Measure on texts that you marked yourself what would leak and what would be damaged.

    Prints counts and shares; --errors alone prints words of your texts.

    Exit codes: 0 measured; 1 a share is below its minimum or cannot be measured; 2 bad file, usage or internal error.
    """
    options = Options(politeness, Switch.OFF, strictness)
    minimums = {
        "span_recall": span_recall,
        "token_recall": token_recall,
        "docs_clean": docs_clean,
        "keep_intact": keep_intact,
        "ordinary_intact": ordinary_intact,
        "fluff_removed": fluff_removed,
    }
    raise typer.Exit(told("eval", lambda out: _measure(files, options, minimums, errors, out, as_json=as_json)))


def _measure(
    files: Sequence[Path],
    options: Options,
    minimums: Mapping[str, float | None],
    shown: int,
    out: TextIO,
    *,
    as_json: bool,
) -> int:
    records = list(_records(files))  # a mistake in the last file is told before the first is worked on
    scores = _scores(records, options)
    from avec_proxy.evaluate.score import Figure

    below = {
        figure: minimum
        for figure in Figure
        if (minimum := minimums[figure.value]) is not None
        and ((ratio := scores.total[figure].ratio) is None or ratio < minimum)
    }
    errors = scores.errors[:shown]
    if as_json:
        from avec_proxy.evaluate import report

        out.buffer.write(report.as_json(scores, below, errors if shown else None).encode("utf-8") + b"\n")
        out.buffer.flush()
    else:
        from avec_proxy.cli import scores as screen

        screen.scores(scores, below, errors, out)
    return BELOW if below else OK


def _records(files: Sequence[Path]) -> Iterator["Record"]:
    from avec_proxy.evaluate.marks import MarksProblem, read

    owners: dict[str, Path] = {}
    for file in _texts(files):
        try:
            for record in read(file.read_bytes()):
                if record.id in owners:
                    raise Problem(f"{file}: record {record.id}: {owners[record.id]} has a record with the same id")
                owners[record.id] = file
                yield record
        except MarksProblem as problem:
            raise Problem(f"{file}: {problem}") from None
        except OSError:
            raise Problem(f"{file}: cannot be read") from None
    if not owners:
        raise Problem("no record in what was given")


def _texts(files: Sequence[Path]) -> Iterator[Path]:
    """Give the files, and those of the folders: a shell of Windows expands no «*.txt»."""
    for file in files:
        if file.is_dir():
            yield from sorted(file.glob("*.txt"))
        else:
            yield file


def _scores(records: Sequence["Record"], options: Options) -> "Scores":
    from avec_proxy import checking
    from avec_proxy.evaluate.score import gather, score

    results = ((record, checking.check(record.text, options)) for record in records)
    return gather(score(record, result.sanitized, blocked=result.blocked) for record, result in results)
