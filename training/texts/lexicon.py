"""The product's word lists, read without the product: what a capitalised word may be but a name."""

import gzip
import re
from functools import cache
from pathlib import Path

from .forms import without_accents

_DATA = Path(__file__).parents[2] / "src" / "avec_proxy" / "data"
_TOKEN = re.compile(r"[^\W\d_]+")
_MONTHS = frozenset("janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split())
_ACRONYM = 4
_CIVILITIES = frozenset("dr pr mr mme mlle melle drs mmes".split())
# clinical words that no list holds whole
_CLINICAL = re.compile(
    r"\w{2}(?:therapies?|emies?|ectomies?|scopies?|graphies?|logies?|pathies?|algies?|uries?|plasies?|iose|etiques?|neiques?|iques?|ments?|isation)\Z"
)


def fold(text: str) -> str:
    """Return the text as the lists hold it: lower case, no accents, no ligatures."""
    return without_accents(text.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'"))


@cache
def _words(name: str) -> frozenset[str]:
    data = (_DATA / name).read_bytes()
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8")
    return frozenset(line.partition("\t")[0] for line in text.splitlines())


@cache
def drug_words() -> frozenset[str]:
    """Return drug names of one word, long enough and no plain words."""
    return frozenset(name for name in _words("drugs.txt.gz") if len(name) > 4 and name.isalpha() and not is_word(name))


def is_word(token: str) -> bool:
    """Tell whether the token is a plain French or clinical word."""
    folded = fold(token)
    return folded in _words("common_words.txt.gz") or folded in _words("clinical_terms.txt") or folded in _MONTHS


def is_first_name(token: str) -> bool:
    """Tell whether the token is a listed first name."""
    return fold(token) in _words("first_names.txt.gz") or fold(token.split("-")[0]) in _words("first_names.txt.gz")


@cache
def _sexes() -> dict[str, bool]:
    text = gzip.decompress((Path(__file__).parent / "data" / "first_names.tsv.gz").read_bytes()).decode("utf-8")
    return {fold(name): sex == "M" for name, sex, _ in (line.split("\t") for line in text.splitlines())}


def is_man(first: str) -> bool | None:
    """Tell whether a first name is a man's; None if it isn't listed."""
    return _sexes().get(fold(first))


@cache
def _explained(token: str) -> bool:
    if not token[0].isupper() or (token.isupper() and len(token) <= _ACRONYM):
        return True
    folded = fold(token)
    if folded in _CIVILITIES or _CLINICAL.search(folded):
        return True
    return (
        is_word(token) or folded in drug_words() or folded in _words("drugs.txt.gz") or folded in _words("eponyms.txt")
    )


def explained(text: str) -> bool:
    """Tell whether a list explains every capitalised word of the text."""
    return all(_explained(token) for token in _TOKEN.findall(text))
