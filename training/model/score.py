"""Measures an exported model against marked files, for a sweep of thresholds.

Prints figures, never a word of a text.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from training.model import decode, tokens
from training.model.export import predictor
from training.model.marked import read_marked

THRESHOLDS = (0.1, 0.15, 0.25, 0.35, 0.5, 0.65, 0.8)


def score(folder: Path, files: Sequence[Path], threads: int = 1) -> list[decode.Scored]:
    """The model's probabilities on the texts of the files."""
    records = [record for path in files for record in read_marked(path)]
    return decode.predict_all(records, tokens.load(folder), predictor(folder, threads))


def table(scored: Sequence[decode.Scored], thresholds: Sequence[float], lever: float = 0.0) -> str:
    """A Markdown table, one line a threshold."""
    names = list(decode.Tally().figures())
    lines = ["| threshold | " + " | ".join(names) + " |", "|" + "---|" * (len(names) + 1)]
    for threshold in thresholds:
        figures = decode.tally(scored, threshold, lever).figures()
        lines.append(f"| {threshold:g} | " + " | ".join(f"{figures[name]:.3f}" for name in names) + " |")
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="folder of an export")
    parser.add_argument("files", type=Path, nargs="+", help="marked texts")
    parser.add_argument("--at", type=float, default=0.25, help="threshold of the table by label")
    parser.add_argument("--lever", type=float, default=0.0, help="also keep where P(hide) < LEVER x P(PROT)")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    scored = score(options.model, options.files, options.threads)
    print(f"{len(scored)} texts\n\n{table(scored, THRESHOLDS, options.lever)}\n")
    print(f"| label at {options.at:g} | found | of | recall |\n|---|---|---|---|")
    for label, (found, asked) in decode.tally(scored, options.at, options.lever).by_label().items():
        print(f"| {label} | {found} | {asked} | {found / asked:.3f} |")


if __name__ == "__main__":
    main()
