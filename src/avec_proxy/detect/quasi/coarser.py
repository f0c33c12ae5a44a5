"""What may be said with less of a person, at the red level: exact ages as bands, words as more general ones.

Both are found in the texts as they leave, and then wherever the same words stand again: one mention left would tell
what the others do not.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from avec_proxy.detect.quasi import person
from avec_proxy.detect.quasi.left import Left
from avec_proxy.detect.quasi.vocabulary import Vocabulary
from avec_proxy.model import Edit, Finding, Proposal
from avec_proxy.scan import reading

RULE_AGE = "indirect.age"
RULE_WIDER = "indirect.wording"
TITLES = {
    RULE_AGE: "âge en tranche de cinq ans, parce que peu de personnes ressemblent à ce cas",
    RULE_WIDER: "formulation plus générale que vous avez choisie",
}
# «depuis 45 ans», «il y a 45 ans», «45 ans plus tard» are durations, whatever the patient's age; «à 45 ans» is an event
_DURATION_BEFORE = re.compile(
    r"(?:depuis|pendant|durant|il y a|dans|sur|après|avant|tous les|toutes les|pour|pr[eè]s de|plus de|moins de|à|vers|dès)"
    r" (?:environ |l['’]âge de )?$",
    re.IGNORECASE,
)
_DURATION_AFTER = re.compile(r" (?:plus tard|avant|après|auparavant|d['’]|des? )")


def ages(texts: Sequence[str], edits: Sequence[Sequence[Edit]]) -> list[list[Finding]]:
    """Return the exact ages under 90 that `texts` tell, per text; none overlaps an edit."""
    found = [{_here(left, *span) for span in person.ages(left.text)} for left in map(Left, texts, edits)]
    told = {text[start:end].casefold() for text, own in zip(texts, found, strict=True) for start, end in own - _NOWHERE}
    again = _words(age for age in told if not age.isdigit())
    result: list[list[Finding]] = []
    for text, own, changed in zip(texts, found, edits, strict=True):
        more = {span for span in _again(text, again) if _is_age(text, *span)}
        free = _free((own | more) - _NOWHERE, changed)
        result.append([Finding(start, end, "AGE", RULE_AGE, 1.0) for start, end in free])
    return result


def wider(texts: Sequence[str], edits: Sequence[Sequence[Edit]]) -> list[list[Proposal]]:
    """Return more general words for what `texts` tell, per text and in order; none overlaps an edit or another."""
    told: dict[str, Proposal] = {}  # by what is said
    found: list[dict[tuple[int, int], Proposal]] = []
    for text, own in zip(texts, edits, strict=True):
        left = Left(text, own)
        found.append({})
        with reading(left.text):
            for proposal in (*person.wider_places(left.text), *Vocabulary.load().wider(left.text)):
                span = _here(left, proposal.start, proposal.end)
                found[-1][span] = proposal
                if span not in _NOWHERE and proposal.kind != "place":  # «le Nord» is not «au nord»
                    told.setdefault(text[slice(*span)].casefold(), proposal)
    again = _words(told)
    result: list[list[Proposal]] = []
    for text, known, changed in zip(texts, found, edits, strict=True):
        known |= {span: told[text[slice(*span)].casefold()] for span in _again(text, again)}
        free = _free(known.keys() - _NOWHERE, changed)
        result.append([replace(known[span], start=span[0], end=span[1]) for span in free])
    return result


_NOWHERE = {(-1, -1)}


def _here(left: Left, start: int, end: int) -> tuple[int, int]:
    """Return the span of the input that a span of the text that leaves comes from, (-1, -1) if an edit made it."""
    return left.origin(start, end) if left.untouched(start, end) else (-1, -1)


def _words(words: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.I) if longest_first else None


def _again(text: str, words: re.Pattern[str] | None) -> Iterator[tuple[int, int]]:
    return (match.span() for match in words.finditer(text)) if words else iter(())


def _is_age(text: str, start: int, end: int) -> bool:
    return not (_DURATION_BEFORE.search(text[max(0, start - 30) : start]) or _DURATION_AFTER.match(text, end))


def _free(spans: Iterable[tuple[int, int]], edits: Sequence[Edit]) -> Iterator[tuple[int, int]]:
    """Yield the spans, in order and the longest first, that overlap neither an edit nor one yielded before."""
    last = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= last and not any(edit.start < end and start < edit.end for edit in edits):
            yield start, end
            last = end
