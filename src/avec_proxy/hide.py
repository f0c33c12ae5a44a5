"""Hiding, through presidio-anonymizer with an operator of ours.

The operator only writes a placeholder down: numbers are given beforehand, in reading order, while Presidio
replaces from the end. Restoring does not go through Presidio: its deanonymizer needs exact positions, and a
reply has none (`docs/decisions/0001-presidio.md`).
"""

from dataclasses import dataclass
from typing import Any

from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import ConflictResolutionStrategy, OperatorConfig, RecognizerResult
from presidio_anonymizer.operators import Operator, OperatorType

from avec_proxy.memory import Memory
from avec_proxy.model import Action, Decision, Edit


class _Hide(Operator):  # type: ignore[misc] # the package carries no types
    """Return the placeholder that was decided: it is what Presidio takes for the entity's type here, because one
    surface may stand for two people («M. Kervadec», «Mme Kervadec»)."""

    def operate(self, text: str | None = None, params: dict[str, Any] | None = None) -> str:
        """Return the placeholder of the span that `text` is."""
        assert params is not None
        return str(params["entity_type"])

    def validate(self, params: dict[str, Any] | None = None) -> None:
        """Nothing to check: the parameters are ours."""

    def operator_name(self) -> str:
        """Return the name under which Presidio knows the operator."""
        return "avec_hide"

    def operator_type(self) -> OperatorType:
        """Return the direction: towards the model."""
        return OperatorType.Anonymize


# Presidio compares every decision with every other: a few at a time
_BATCH = 10
_ENGINE = AnonymizerEngine()
_ENGINE.add_anonymizer(_Hide)


@dataclass(frozen=True, slots=True)
class _Made:
    """That the anonymizer wrote just these placeholders into a text: a turn's history asks it again and again."""

    size: int = 1


_MADE: Memory[_Made] = Memory()


def edits(text: str, decisions: list[Decision]) -> list[Edit]:
    """Return the edits that put the placeholders of `decisions` (sorted, not overlapping) into `text`.

    Raises ValueError, without any text, if Presidio did not replace exactly what was decided.
    """
    hidden = [d for d in decisions if d.action is Action.HIDE]
    if not hidden:
        return []
    new = [Edit(d.finding.start, d.finding.end, d.placeholder) for d in hidden]
    key = _MADE.key("\n".join(f"{edit.start} {edit.end} {edit.text}" for edit in new), text)
    if _MADE.recall(key) is not None:
        return new
    written = [w for at in range(0, len(hidden), _BATCH) for w in _written(text, hidden[at : at + _BATCH])]
    if written != [d.placeholder for d in hidden]:
        raise ValueError("the anonymizer skipped a decision")
    _MADE.keep(key, _Made())
    return new


def _written(text: str, hidden: list[Decision]) -> list[str]:
    """Return what the anonymizer writes for each decision, in order; it sees only the text that they span."""
    start, end = hidden[0].finding.start, hidden[-1].finding.end
    result = _ENGINE.anonymize(
        text[start:end],
        [RecognizerResult(d.placeholder, d.finding.start - start, d.finding.end - start, 1.0) for d in hidden],
        {d.placeholder: OperatorConfig("avec_hide") for d in hidden},
        conflict_resolution=ConflictResolutionStrategy.REMOVE_INTERSECTIONS,
        merge_entities_with_spaces=False,
    )
    return [item.text for item in sorted(result.items, key=lambda item: item.start)]
