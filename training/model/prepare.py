"""Unpacks the source encoder, prunes its vocabulary and writes the base that every training starts from.

The vocabulary is pruned before the fine-tuning, so that the model only ever learns on the pieces that it will meet.
"""

import argparse
import json
from pathlib import Path

from training.model import encoder, tokens
from training.model.bundle import read_bundle
from training.model.marked import read_marked

BASE = Path("training/work/base")
LISTS = Path("src/avec_proxy/data")
PIECES = 30_000
POSITIONS = 256  # windows hold 252 pieces, their two ends included


def prepare(texts: list[Path], out: Path, size: int = PIECES, *, lines: bool = True) -> int:
    """Write encoder, tokenizer and a note of how they were made into ``out``; returns the number of pieces."""
    bundle = read_bundle()
    bodies = (record.text for path in texts for record in read_marked(path))
    words = tokens.words_of(LISTS)
    kept = tokens.kept_pieces(bundle.pieces, bundle.scores, bodies, words, size, lines=lines)
    encoder.save(encoder.from_bundle(bundle, kept, POSITIONS), out)
    pruned = tokens.build([bundle.pieces[i] for i in kept], [bundle.scores[i] for i in kept], lines=lines)
    pruned.save(str(out / tokens.FILE))
    note = {"pieces": len(kept), "lines": lines, "texts": [path.name for path in texts]}
    (out / "base.json").write_text(json.dumps(note, indent=1) + "\n", encoding="utf-8")
    return len(kept)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path, nargs="+", help="marked training texts")
    parser.add_argument("--out", type=Path, default=BASE)
    parser.add_argument("--pieces", type=int, default=PIECES)
    parser.add_argument("--no-lines", action="store_true", help="turn line breaks into spaces, as the source does")
    options = parser.parse_args()
    count = prepare(options.texts, options.out, options.pieces, lines=not options.no_lines)
    print(f"{count} pieces -> {options.out}")


if __name__ == "__main__":
    main()
