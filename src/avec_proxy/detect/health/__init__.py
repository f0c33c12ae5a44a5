"""Medical secrecy: what a request says of somebody's health or care, and of what the law protects beyond.

It reads the text as it was typed, every turn, and never what the model said. Medical secrecy covers a fact of health or
care that a person can be linked to: by an identifier, or because a case is told («la dame du 12»). General knowledge is
not covered: it has categories and nothing more. Sources: CSP L1110-4 and R4127-4; RGPD 4(15) and 9.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from avec_proxy.detect.health import narrative
from avec_proxy.detect.health.flat import flatten
from avec_proxy.detect.health.vocabulary import Vocabulary
from avec_proxy.model import Finding, Health, HealthFact, Level
from avec_proxy.scan import reading

# who has such a thing is one person, or is reached by it
_PERSONAL = frozenset(
    "PERSON INITIALS BIRTH_DATE FR_NIR FR_IPP FR_NDA PHONE_NUMBER EMAIL_ADDRESS STREET_ADDRESS ID_DOCUMENT IBAN_CODE"
    " FR_LICENSE_PLATE USERNAME".split()
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text says by itself: facts and their places, never words. It may be remembered."""

    facts: tuple[HealthFact, ...]
    told: narrative.Told

    @property
    def size(self) -> int:
        """How much it holds, for `memory.Memory`."""
        return 1 + len(self.facts)


def read(text: str) -> Reading:
    """Return what `text` says: one fact of each category, and whether somebody's case is told."""
    flat = flatten(text)
    with reading(flat.text):
        return Reading(tuple(Vocabulary.load().first(flat)), narrative.told(flat))


def personal(text: str, findings: Iterable[Finding]) -> bool:
    """Tell whether one of the findings in `text` identifies a person who is not named as a professional."""
    return any(
        f.entity_type in _PERSONAL and not text[max(f.start - 12, 0) : f.start].rstrip().endswith(_PROFESSIONAL)
        for f in findings
    )


_PROFESSIONAL = ("Dr", "Dr.", "DR", "Docteur", "docteur", "Docteure", "Pr", "Pr.", "Professeur", "professeur", "Prof.")


def together(readings: Sequence[Reading], shifts: Sequence[int], *, tied: bool) -> Health:
    """Return what the texts of a request say together; `shifts` are added to the offsets of each.

    `tied`: whether something in the request identifies a person.
    """
    first: dict[str, HealthFact] = {}
    for own, shift in zip(readings, shifts, strict=True):
        for f in own.facts:
            first.setdefault(
                f.category, HealthFact(f.category, f.start + shift, f.end + shift, f.protected, f.relative)
            )
    facts = tuple(sorted(first.values(), key=lambda f: (f.start, f.end, f.category)))
    case = any(own.told.case and (first or own.told.care) for own in readings)
    linked = tied and bool(facts)
    categories = tuple(sorted(f.category for f in facts if f.protected))
    severity = Level.GREEN if not (case or linked) else Level.RED if categories else Level.ORANGE
    return Health(categories, linked, case, severity, facts)
