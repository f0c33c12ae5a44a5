"""The objects that others script against: frozen, closed, and described by their schema."""

import json

import pytest
from pydantic import ValidationError

from avec_proxy.contract import CheckResult, LineError

RESULT = {
    "id": "a",
    "sanitized": "M. [PERSONNE_1]",
    "findings": [
        {
            "start": 3,
            "end": 7,
            "entity_type": "PERSON",
            "rule": "position.title",
            "score": 0.95,
            "placeholder": "[PERSONNE_1]",
            "action": "hide",
        }
    ],
    "politeness": [{"start": 0, "end": 0, "rule": "greeting"}],
    "warnings": [{"code": "context.rules", "message": "Dites le format."}],
    "risk": {
        "k_estimate": 8,
        "level": "red",
        "attributes": [{"kind": "age", "bits": 6.4, "start": 4, "end": 9}],
        "coarsen_first": {"kind": "age", "noun": "l'âge", "advice": "dites une tranche"},
        "leaving": {"k_estimate": 40, "level": "orange"},
        "withheld": ["places", "ages"],
        "proposals": [{"kind": "role", "start": 0, "end": 2, "wording": "responsable"}],
        "proposals_used": False,
    },
    "health": {
        "categories": ["vih"],
        "tied_to_person": True,
        "narrative": True,
        "severity": "red",
        "facts": [{"category": "vih", "start": 4, "end": 7, "relative": False}],
    },
    "blocked": False,
    "reason": "",
    "tokens": {"before": 2, "after": 4},
    "ms": 3.5,
    "kept": [{"start": 9, "end": 17, "rule": "never_hide.units"}],
}


def test_a_result_is_written_as_it_is_read() -> None:
    """Names, order and values survive the way to JSON and back."""
    written = CheckResult.model_validate(RESULT).model_dump_json()
    assert json.loads(written) == RESULT
    assert list(json.loads(written)) == list(RESULT)


@pytest.mark.parametrize("id_", ["", "a", 0, 7, None])
def test_an_id_stays_what_it_was(id_: str | int | None) -> None:
    """A number stays a number, and no id is null."""
    assert json.loads(CheckResult.model_validate({**RESULT, "id": id_}).model_dump_json())["id"] == id_
    assert json.loads(LineError(id=id_, error="e").model_dump_json()) == {"id": id_, "error": "e"}


@pytest.mark.parametrize("change", [{"more": 1}, {"findings": [{"start": 1}]}, {"id": 1.5}, {"ms": -1}])
def test_nothing_else_fits(change: dict[str, object]) -> None:
    """An unknown key, half a finding, another type of id, a negative time."""
    with pytest.raises(ValidationError):
        CheckResult.model_validate({**RESULT, **change})


def test_a_result_cannot_be_changed() -> None:
    """What was checked is what is printed."""
    with pytest.raises(ValidationError):
        CheckResult.model_validate(RESULT).sanitized = "M. Riou"  # type: ignore[misc]
