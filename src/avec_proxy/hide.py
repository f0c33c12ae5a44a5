"""Hiding, through presidio-anonymizer with an operator of ours.

The operator only looks a placeholder up: numbers are given beforehand, in reading order, while Presidio
replaces from the end. Restoring does not go through Presidio: its deanonymizer needs exact positions, and a
reply has none (`docs/decisions/0001-presidio.md`).
"""

from typing import Any

from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import ConflictResolutionStrategy, OperatorConfig, RecognizerResult
from presidio_anonymizer.operators import Operator, OperatorType

from avec_proxy.model import Action, Decision, Edit


class _Hide(Operator):  # type: ignore[misc] # the package carries no types
    """Return the placeholder issued for a surface; the parameter `placeholders` is keyed (entity type, surface)."""

    def operate(self, text: str | None = None, params: dict[str, Any] | None = None) -> str:
        """Return the placeholder of `text`. Raises KeyError, without the text, if none was issued."""
        assert params is not None
        placeholder = params["placeholders"].get((params["entity_type"], text))
        if placeholder is None:
            raise KeyError("no placeholder")
        return str(placeholder)

    def validate(self, params: dict[str, Any] | None = None) -> None:
        """Nothing to check: the parameters are ours."""

    def operator_name(self) -> str:
        """Return the name under which Presidio knows the operator."""
        return "avec_hide"

    def operator_type(self) -> OperatorType:
        """Return the direction: towards the model."""
        return OperatorType.Anonymize


# Presidio compares every decision with every other: a few at a time
_BATCH = 100
_ENGINE = AnonymizerEngine()
_ENGINE.add_anonymizer(_Hide)


def edits(text: str, decisions: list[Decision]) -> list[Edit]:
    """Return the edits that put the placeholders of `decisions` (sorted, not overlapping) into `text`.

    Raises ValueError, without any text, if Presidio did not replace exactly what was decided.
    """
    hidden = [d for d in decisions if d.action is Action.HIDE]
    if not hidden:
        return []
    placeholders = {(d.finding.entity_type, text[d.finding.start : d.finding.end]): d.placeholder for d in hidden}
    written = [
        w for at in range(0, len(hidden), _BATCH) for w in _written(text, hidden[at : at + _BATCH], placeholders)
    ]
    if written != [d.placeholder for d in hidden]:
        raise ValueError("the anonymizer skipped a decision")
    return [Edit(d.finding.start, d.finding.end, new) for d, new in zip(hidden, written, strict=True)]


def _written(text: str, hidden: list[Decision], placeholders: dict[tuple[str, str], str]) -> list[str]:
    """Return what the anonymizer writes for each decision, in order; it sees only the text that they span."""
    start, end = hidden[0].finding.start, hidden[-1].finding.end
    result = _ENGINE.anonymize(
        text[start:end],
        [RecognizerResult(d.finding.entity_type, d.finding.start - start, d.finding.end - start, 1.0) for d in hidden],
        {d.finding.entity_type: OperatorConfig("avec_hide", {"placeholders": placeholders}) for d in hidden},
        conflict_resolution=ConflictResolutionStrategy.REMOVE_INTERSECTIONS,
        merge_entities_with_spaces=False,
    )
    return [item.text for item in sorted(result.items, key=lambda item: item.start)]
