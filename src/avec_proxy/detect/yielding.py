"""Where a rule and the name model see the same, the rule's name for it stands: a postcode is no street.

The model's persons stay as they are: a name may stand in what a rule takes for a town or a mail address.
"""

from collections.abc import Sequence
from dataclasses import replace

from avec_proxy.detect.cover import Cover
from avec_proxy.detect.look import Look
from avec_proxy.model import Finding

_MODEL = "model."
_KEPT = frozenset({"PERSON", "INITIALS"})


def settle(text: str, findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings without those of the model that a rule holds, and its addresses up to the postcode."""
    ruled = [f for f in findings if not f.rule.startswith(_MODEL)]
    held = Cover((f.start, f.end) for f in ruled)
    postcodes = sorted(f.start for f in ruled if f.entity_type == "POSTCODE")
    kept = []
    for finding in findings:
        if not finding.rule.startswith(_MODEL) or finding.entity_type in _KEPT:
            kept.append(finding)
        elif not held.holds(finding.start, finding.end):
            kept.extend(_parts(text, finding, postcodes))
    return kept


def people_alone(look: Look) -> Look:
    """Return a look of which the model's persons stand alone: decoded text is full of addresses that it has not seen."""
    found = (f for f in look.findings if not f.rule.startswith(_MODEL) or f.entity_type in _KEPT)
    return replace(look, findings=tuple(found))


def _parts(text: str, finding: Finding, postcodes: Sequence[int]) -> list[Finding]:
    """Return an address in two where a postcode begins in it: the street, and the town."""
    at = next((p for p in postcodes if finding.start < p < finding.end), None)
    if finding.entity_type != "STREET_ADDRESS" or at is None:
        return [finding]
    parts = [replace(finding, end=at)]
    town = at
    while town < finding.end and not text[town].isalpha():
        town += 1
    if town < finding.end:
        parts.append(replace(finding, start=town, entity_type="CITY"))
    return [p for f in parts if (p := _trimmed(text, f)) is not None]


def _trimmed(text: str, finding: Finding) -> Finding | None:
    end = finding.end
    while end > finding.start and not text[end - 1].isalnum():
        end -= 1
    return replace(finding, end=end) if end > finding.start else None
