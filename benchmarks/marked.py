"""The marked texts (docs/marks.md) that a benchmark is given."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from avec_proxy.evaluate.marks import MarksProblem, Record, read


def records_of(files: Sequence[Path]) -> Iterator[Record]:
    """Yield the records of `files`, each under a name of its own; ends the run, in a line, at a mistake in one."""
    for number, file in enumerate(files):
        try:
            for record in read(file.read_bytes()):
                yield Record(f"{number}/{record.id}", record.style, record.text, record.marks)
        except MarksProblem as problem:
            raise SystemExit(f"{file}: {problem}") from None
