"""Placeholders are written by presidio-anonymizer, exactly where they were decided."""

import pytest
from presidio_anonymizer import AnonymizerEngine

from avec_proxy import hide
from avec_proxy.model import Action, Decision, Edit, Finding

TEXT = "Mme Rozenn Calvarin, née le 3 mai 1941, vue par le Dr Ozanne."


def _decision(surface: str, placeholder: str, action: Action = Action.HIDE) -> Decision:
    start = TEXT.index(surface)
    return Decision(Finding(start, start + len(surface), "PERSON", "r", 0.9), action, placeholder)


def test_what_is_hidden_gets_its_placeholder_and_what_is_kept_stays() -> None:
    """One edit for each hidden decision, in order, with its offsets; the same when asked again."""
    decisions = [
        _decision("Rozenn Calvarin", "[PERSONNE_1]"),
        _decision("3 mai 1941", "", Action.KEEP),
        _decision("Ozanne", "[PERSONNE_2]"),
    ]
    edits = [Edit(4, 19, "[PERSONNE_1]"), Edit(54, 60, "[PERSONNE_2]")]
    assert hide.edits(TEXT, decisions) == edits
    assert hide.edits(TEXT, decisions) == edits


def test_what_the_anonymizer_leaves_out_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """If Presidio did not replace what was decided nothing may leave, whatever was written before."""
    assert hide.edits(TEXT, [_decision("Ozanne", "[PERSONNE_1]")])

    class Nothing:
        items: tuple[()] = ()

    monkeypatch.setattr(AnonymizerEngine, "anonymize", lambda *_, **__: Nothing())
    with pytest.raises(ValueError, match="skipped") as error:
        hide.edits(TEXT, [_decision("Ozanne", "[PERSONNE_7]")])
    assert "Ozanne" not in str(error.value)
