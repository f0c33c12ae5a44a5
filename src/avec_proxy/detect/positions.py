"""What depends on where a word stands: people and places by position.

Position decides, not a list: «Mme Parkinson» is a patient, «maladie de Parkinson» is not (see `protect`).
"""

from avec_proxy.detect import people, places
from avec_proxy.model import Finding

TITLES: dict[str, str] = {**people.TITLES, **places.TITLES}
DETECTORS = (*people.DETECTORS, *places.DETECTORS)


def find(text: str) -> list[Finding]:
    """Return the findings of every positional detector, in no particular order, overlaps included."""
    return [finding for detector in DETECTORS for finding in detector(text)]
