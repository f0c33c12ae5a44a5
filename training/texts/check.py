"""Check templates: `python -m training.texts.check [--show] FILE…` parses each, expands it, and says what is wrong."""

import argparse
import sys
from pathlib import Path
from random import Random

from .grammar import Template, TemplateError, read
from .marks import LABELS, pieces
from .scene import validate, write

EXPANSIONS = 5


def problems(template: Template, rng: Random, times: int = EXPANSIONS) -> list[str]:
    """Return what is wrong with a template, each message once."""
    try:
        validate(template)
    except TemplateError as error:
        return [str(error)]
    found: dict[str, None] = {}
    for _ in range(times):
        text = write(template, rng)
        try:
            parts = pieces(text)
        except ValueError as error:
            found[f"{template.place}: {error}"] = None
            continue
        if not text.strip():
            found[f"{template.place}: expands to nothing"] = None
        for part in parts:
            if part.kind and (not part.text.strip() or part.text != part.text.strip()):
                found[f"{template.place}: a mark is empty or opens or ends with a space: {part}"] = None
    return list(found)


def main() -> None:
    """Print the errors by file; exit with 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--show", action="store_true", help="print one expansion of each template")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    failed = False
    for path in options.files:
        rng = Random(options.seed)  # noqa: S311 - texts, not secrets
        templates, errors = read(path)
        for template in templates:
            wrong = problems(template, rng)
            errors += wrong
            if options.show and not wrong:
                print(f"--- {template.place} ({template.style}, weight {template.weight:g})\n{write(template, rng)}\n")
        print(f"{path.name}: {len(templates)} templates, {len(errors)} errors")
        for error in errors:
            print(f"  {error}")
        failed |= bool(errors)
    if failed:
        print(f"Labels: {', '.join(sorted(LABELS))}. The language: training/templates/README.md", file=sys.stderr)
    sys.exit(failed)


if __name__ == "__main__":
    main()
