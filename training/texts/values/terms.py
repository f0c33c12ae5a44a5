"""Lists of terms under `data/terms`; `{2-30}` in a term is a number between the two."""

import gzip
import re
from functools import cache
from pathlib import Path
from random import Random

_TERMS = Path(__file__).parent.parent / "data" / "terms"
# the product's own list of drugs, so that the model learns the words that its rules know
_DRUGS = Path(__file__).parents[3] / "src" / "avec_proxy" / "data" / "drugs.txt.gz"
_RANGE = re.compile(r"\{(\d+)-(\d+)\}")


@cache
def terms(name: str) -> tuple[str, ...]:
    """Return the terms of a list."""
    text = (_TERMS / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(entry.strip() for line in text.splitlines() for entry in line.split("|") if entry.strip())


@cache
def shipped_drugs() -> tuple[str, ...]:
    """Return the drug names of the product, folded."""
    return tuple(gzip.decompress(_DRUGS.read_bytes()).decode("utf-8").splitlines())


def term(name: str, rng: Random) -> str:
    """Return one term of a list, its numbers drawn."""
    return _RANGE.sub(lambda match: str(rng.randint(int(match[1]), int(match[2]))), rng.choice(terms(name)))
