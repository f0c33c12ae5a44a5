"""Write training texts: `python -m training.texts.build --templates DIR --seed N --count N --out FILE`.

Each text has its own generator, seeded by the run's seed and the text's number: the same seed gives the same file.
"""

import argparse
import sys
from collections import Counter
from itertools import accumulate
from pathlib import Path
from random import Random

from . import noise, prose
from .grammar import Template, TemplateError, read
from .marks import POLITE, pieces
from .scene import validate, write

_JOINED, _CUT = 0.06, 0.08
# what can't be cut or joined and stay what it is
_WHOLE = frozenset({"json"})


def load(folder: Path) -> tuple[list[Template], list[str]]:
    """Return the usable templates of a folder, and what is wrong with the others."""
    good: list[Template] = []
    errors: list[str] = []
    for path in sorted(folder.glob("*.txt")):
        templates, wrong = read(path)
        errors += wrong
        for template in templates:
            try:
                validate(template)
                good.append(template)
            except TemplateError as error:
                errors.append(str(error))
    return good, errors


class Writer:
    """Draws templates by weight and writes texts of them; a template that fails is reported and never used again."""

    def __init__(self, templates: list[Template]) -> None:
        if not templates:
            raise SystemExit("no usable template")
        self.templates = templates
        self.errors: dict[str, str] = {}
        # a style of few templates is drawn more often than its number says, by the root
        totals: Counter[str] = Counter()
        for template in templates:
            totals[template.style] += template.weight
        self._weights = list(accumulate(template.weight / totals[template.style] ** 0.5 for template in templates))

    def one(self, rng: Random) -> tuple[str, str]:
        """Return (style, marked text) of one template, without noise."""
        for _ in range(100):
            template = rng.choices(self.templates, cum_weights=self._weights)[0]
            if template.place in self.errors:
                continue
            text = write(template, rng).strip()
            try:
                parts = pieces(text)
            except ValueError as error:
                self.errors[template.place] = f"{template.place}: {error}"
                continue
            if any(part.text.strip() for part in parts):
                return template.style, text
        raise SystemExit("hardly a template can be used")

    def text(self, rng: Random) -> tuple[str, str]:
        """Return (style, marked text), now and then two joined, or a part, with noise."""
        style, text = self.one(rng)
        if style not in _WHOLE:
            draw = rng.random()
            if draw < _JOINED:
                other, more = self.one(rng)
                if other not in _WHOLE:
                    text += rng.choice(("\n\n", "\n", "\n---\n", "\n\n***\n\n", "\n\n")) + more
            elif draw < _JOINED + _CUT and len(text) > 400:
                text = noise.window(text, rng)
        return style, noise.disturb(text, style, rng)


def record(identity: str, style: str, text: str) -> str:
    """Return a record of the corpus format of ANNOTATION.md."""
    fluff = "yes" if any(part.kind == POLITE for part in pieces(text)) else "no"
    # a line of the text must not read as the end of the record
    body = text.replace("\n=====\n", "\n====\n").strip("\n")
    return f"id: {identity}\nstyle: {style}\nfluff: {fluff}\n\n{body}\n"


def texts(writer: Writer, source: "prose.Prose | None", seed: int, count: int, share: float) -> list[tuple[str, str]]:
    """Return `count` (style, marked text)."""
    out: list[tuple[str, str]] = []
    for number in range(count):
        rng = Random(f"{seed}/{number}")  # noqa: S311 - texts, not secrets
        if source is not None and rng.random() < share:
            style, text = source.text(rng)
        else:
            style, text = writer.text(rng)
        out.append((style, text))
    return out


def report(written: list[tuple[str, str]]) -> str:
    """Return how many texts there are by style, and marks by label."""
    styles = Counter(style for style, _ in written)
    labels = Counter(part.label or part.kind for _, text in written for part in pieces(text) if part.kind)
    size = sum(len(text) for _, text in written)
    listed = [", ".join(f"{name} {number}" for name, number in counter.most_common()) for counter in (styles, labels)]
    return f"{len(written)} texts, {size / 1e6:.1f} M characters\nstyles: {listed[0]}\nmarks: {listed[1]}"


def main() -> None:
    """Write the file, and say on standard error what was left out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--templates", type=Path, default=Path("training/templates"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=12_000)
    parser.add_argument("--prose", type=Path, help="folder of parhaf_380.jsonl and frenchmedmcqa_2000.jsonl")
    parser.add_argument("--prose-share", type=float, default=0.25)
    parser.add_argument(
        "--prose-part", choices=("train", "held"), default="train", help="held: the part kept for trials"
    )
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    templates, errors = load(options.templates)
    source = prose.Prose(options.prose, options.prose_part) if options.prose else None
    writer = Writer(templates)
    written = texts(writer, source, options.seed, options.count, options.prose_share)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    records = (record(f"t{options.seed}-{n:05d}", style, text) for n, (style, text) in enumerate(written))
    options.out.write_text("\n=====\n".join(records), encoding="utf-8")
    print(report(written))
    for error in [*errors, *writer.errors.values()]:
        print(f"left out: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
