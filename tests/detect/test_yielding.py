"""Rules name what they see; the model names the rest."""

import pytest

from avec_proxy.detect.yielding import settle
from avec_proxy.model import Finding

TEXT = "12 rue des Korrigans, 29000 Quimper"


def _model(surface: str, entity: str) -> Finding:
    at = TEXT.index(surface)
    return Finding(at, at + len(surface), entity, "model.x", 0.6)


POSTCODE = Finding(22, 27, "POSTCODE", "position.town", 0.9)


@pytest.mark.parametrize(
    ("model", "kept"),
    [
        (_model("29000", "STREET_ADDRESS"), []),
        (_model("12 rue des Korrigans, 29000", "STREET_ADDRESS"), [("12 rue des Korrigans", "STREET_ADDRESS")]),
        (_model(TEXT, "STREET_ADDRESS"), [("12 rue des Korrigans", "STREET_ADDRESS"), ("Quimper", "CITY")]),
        (_model("29000", "PERSON"), [("29000", "PERSON")]),
        (_model("Quimper", "CITY"), [("Quimper", "CITY")]),
        (_model(TEXT, "OTHER_ID"), [(TEXT, "OTHER_ID")]),
    ],
)
def test_beside_a_postcode(model: Finding, kept: list[tuple[str, str]]) -> None:
    """The rule's postcode stands, the model's address ends before it, its town is one."""
    settled = settle(TEXT, [POSTCODE, model])
    assert settled[0] == POSTCODE
    assert [(TEXT[f.start : f.end], f.entity_type) for f in settled[1:]] == kept
