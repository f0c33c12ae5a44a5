"""Indirect identification: how many people share what a text tells, estimated and not measured.

It reads the text as it would leave: what is hidden counts for nothing, what a placeholder says («[VILLE_1 : Rhône]»)
counts for that. Each attribute costs -log2 of the share of people who have it; the most telling one of each kind
counts (two rare diseases count as one), as if they were independent (they are not). A triage, never a proof: who knows the person knows more.
Method and thresholds: 11 people (CASD, SNIIRAM), WP29 opinion 05/2014; a text that tells of nobody has no risk.
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache

from avec_proxy.detect.quasi import person
from avec_proxy.detect.quasi.populations import FRANCE
from avec_proxy.detect.quasi.vocabulary import Vocabulary
from avec_proxy.model import Attribute, Edit, Level, Risk
from avec_proxy.scan import reading

RED = 11  # people
ORANGE = 100  # people

# noun and advice of the kinds that no rule file names
_WORDS = {
    "sex": ("le sexe", "retirez-le s'il n'est pas utile"),
    "age": ("l'âge", "dites une tranche de cinq ou dix ans, sans en calculer de score"),
    "place": ("le lieu", "dites la région, ou rien"),
}


def estimate(text: str, edits: Sequence[Edit] = ()) -> Risk:
    """Return the risk of `text` once `edits` (sorted, not overlapping) are made; spans are those of `text`."""
    left = _Left(text, edits)
    with reading(left.text):
        if not person.told(left.text):
            return Risk(FRANCE, Level.GREEN)
        best: dict[str, Attribute] = {}
        for forms in (person.sex, person.age, person.places, Vocabulary.load().find):
            for found in forms(left.text):
                known = best.get(found.kind)
                if known is None or (found.bits, found.override) > (known.bits, known.override):
                    best[found.kind] = found
    people = int(FRANCE / 2 ** sum(a.bits for a in best.values()))
    red = people <= RED or any(a.override for a in best.values())
    level = Level.RED if red else Level.ORANGE if people <= ORANGE else Level.GREEN
    spans = ((a, left.origin(a.start, a.end)) for a in best.values())
    found_ = (Attribute(a.kind, a.bits, start, end, a.override) for a, (start, end) in spans)
    return Risk(people, level, tuple(sorted(found_, key=lambda a: (a.start, a.end, a.kind))))


@cache
def words(kind: str) -> tuple[str, str]:
    """Return the French noun of a kind of attribute, and how to make it more general."""
    named = {rule.kind: (rule.noun, rule.advice) for rule in Vocabulary.load().rules}
    return (_WORDS | named)[kind]


class _Left:
    """The text that leaves, and where its pieces come from."""

    def __init__(self, text: str, edits: Sequence[Edit]) -> None:
        pieces: list[str] = []
        # where each piece starts here and there, and its end there; of a replacement, the whole span is the origin
        self._here: list[int] = []
        self._there: list[tuple[int, int, bool]] = []
        at = here = 0
        for start, end, new, copied in _pieces(text, edits, at):
            piece = text[start:end] if copied else new
            if piece:
                self._here.append(here)
                self._there.append((start, end, copied))
                pieces.append(piece)
                here += len(piece)
        self.text = "".join(pieces)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the input that [start, end) (not empty) of the text that leaves comes from."""
        first, last = bisect_right(self._here, start) - 1, bisect_right(self._here, end - 1) - 1
        begin, _, copied = self._there[first]
        begin += start - self._here[first] if copied else 0
        other, finish, copied = self._there[last]
        return begin, other + end - self._here[last] if copied else finish


def _pieces(text: str, edits: Sequence[Edit], at: int) -> list[tuple[int, int, str, bool]]:
    result: list[tuple[int, int, str, bool]] = []
    for edit in edits:
        result += [(at, edit.start, "", True), (edit.start, edit.end, edit.text, False)]
        at = edit.end
    return [*result, (at, len(text), "", True)]
