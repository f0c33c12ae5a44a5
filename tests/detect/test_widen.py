"""A named place takes the word for its kind with it."""

import pytest

from avec_proxy.detect.widen import widen
from avec_proxy.model import Finding


def _wide(text: str, surface: str, entity: str, *others: str) -> tuple[str, str]:
    found = [Finding(text.index(s), text.index(s) + len(s), entity, "r", 0.6) for s in (surface, *others)]
    first = widen(text, found)[0]
    return text[first.start : first.end], first.entity_type


@pytest.mark.parametrize(
    ("text", "surface", "wide", "entity"),
    [
        ("suivi au cmp nogent", "nogent", "cmp nogent", "HEALTH_FACILITY"),
        ("foyer rural de Saint-Mercy", "Saint-Mercy", "foyer rural de Saint-Mercy", "HEALTH_FACILITY"),
        ("vit en EHPAD des Acacias", "Acacias", "EHPAD des Acacias", "HEALTH_FACILITY"),
        ("au lp mongy", "mongy", "lp mongy", "ORGANIZATION"),
        ("au lycée de l'Oise", "Oise", "lycée de l'Oise", "ORGANIZATION"),
        ("vit à Nogent", "Nogent", "Nogent", "CITY"),
        ("le cmp suit Nogent", "Nogent", "Nogent", "CITY"),
        ("un gros-ch Nogent", "Nogent", "Nogent", "CITY"),
    ],
)
def test_the_kind_before_a_place(text: str, surface: str, wide: str, entity: str) -> None:
    """It joins a neighbouring place, with or without «de», and says what the place is."""
    assert _wide(text, surface, "CITY") == (wide, entity)


def test_a_person_has_no_kind() -> None:
    """«cabinet Kervadec» names the person."""
    assert _wide("cabinet Kervadec", "Kervadec", "PERSON") == ("Kervadec", "PERSON")


def test_what_another_finding_holds_is_left_to_it() -> None:
    """Findings do not come to overlap."""
    assert _wide("cmp de Nogent", "Nogent", "CITY", "cmp") == ("Nogent", "CITY")
