"""What a rule only guesses and the name model denies is dropped: «Alois Alzheimer» the physician, «Apgar 9/10/10».

What is sure by itself (a title, a label, a checksum) is never asked about.
"""

from avec_proxy.detect.cover import Cover
from avec_proxy.detect.models import Named
from avec_proxy.model import Finding

_NAMES = frozenset(
    f"position.{name}" for name in ("full_name", "first_name", "carer", "establishment", "town", "birth_name")
)
_OTHERS = frozenset(("table.column", "date", "username", "initials", "postcode", "postal_town", "plate"))


class Doubt:
    """What the model says of the guesses in one text."""

    def __init__(self, named: Named) -> None:
        self._possible = Cover(named.possible)
        self._plausible = Cover(named.plausible)

    def denies(self, finding: Finding) -> bool:
        """Return whether a finding is a guess that the model is sure against, or takes for a protected term."""
        if finding.rule in _NAMES:
            return not self._plausible.touches(finding.start, finding.end)
        return finding.rule in _OTHERS and not self._possible.touches(finding.start, finding.end)
