"""What is taken from the name model, and how its spans are cleaned: it knows names, not care."""

import re

from avec_proxy import lexicons
from avec_proxy.detect import grammar
from avec_proxy.lexicons import fold
from avec_proxy.model import Finding

TITLES = {
    "model.person": "nom repéré par le modèle de langue",
    "model.location": "lieu repéré par le modèle de langue",
    "model.organization": "organisme repéré par le modèle de langue",
}
_BIRTHPLACE = re.compile(r"(?:\b[Nn]ée?|[Oo]riginaire|[Hh]abite|[Vv]it|[Dd]omiciliée?|[Ff]ait) (?:à|de|au|en|aux) $")
_CIVILITY = re.compile(
    r"(?:M\.|MM\.|Mr\.?|Mme|Mmes|Mlle|Melle|Madame|Monsieur|Mademoiselle|Dr\.?|Docteure?|Pr\.?|Professeure?|Me|Maître)[ ]+"
)


def keep(text: str, finding: Finding) -> list[Finding]:
    """Return what is kept of a model's finding: trimmed, split at line ends, or nothing."""
    kept = []
    at = finding.start
    for line in text[finding.start : finding.end].split("\n"):
        kept.extend(_clean(text, at, at + len(line), finding))
        at += len(line) + 1
    return kept


def _clean(text: str, start: int, end: int, finding: Finding) -> list[Finding]:
    while start < end and not text[start].isalpha():
        start += 1
    while end > start and not (text[end - 1].isalnum() or text[end - 1] == "."):
        end -= 1
    civility = _CIVILITY.match(text, start, end)
    if civility:
        start = civility.end()
    words = [(fold(w[0]), w[0]) for w in grammar.WORD.finditer(text, start, end)]
    if not words or not any(w[0].isupper() for _, w in words):
        return []
    if finding.entity_type == "PERSON":
        span = grammar.trim(text, start, end)
        if span is None or not _person(text, *span):
            return []
        return [Finding(*span, "PERSON", finding.rule, finding.score)]
    if finding.entity_type == "LOCATION":
        place = text[start:end]
        folded = fold(place)
        town = lexicons.commune(place)
        wordlike = (
            folded in lexicons.common_words() or folded in lexicons.clinical_terms() or folded in lexicons.eponyms()
        )
        if (town and not wordlike and not text[start:end].isupper()) or _BIRTHPLACE.search(
            text[max(0, start - 30) : start]
        ):
            return [Finding(start, end, "CITY", finding.rule, finding.score)]
    return []


def _person(text: str, start: int, end: int) -> bool:
    """A lone word of the model's is believed if a list knows it as a name; several if one of them is."""
    words = [(fold(w[0]), w[0]) for w in grammar.WORD.finditer(text, start, end)]
    names, surnames, common = lexicons.first_names(), lexicons.surnames(), lexicons.common_words()
    if not all(w[0].isupper() or len(w) <= 3 for _, w in words):
        return False
    strong = [f for f, w in words if len(f) > 2 and w[0].isupper()]
    if any(f in lexicons.drugs() or f in lexicons.clinical_terms() for f in strong):
        return False
    known = [f for f in strong if (f in names or f in surnames) and f not in common]
    unknown = [f for f in strong if f not in common]
    return bool(known) if len(strong) == 1 else bool(known) or len(unknown) >= 2
