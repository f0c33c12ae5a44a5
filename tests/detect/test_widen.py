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


@pytest.mark.parametrize(
    ("text", "surface", "entity", "whole"),
    [
        ("reçu le,31/07/2025,CP", "07/2025", "DATE_TIME", "31/07/2025"),
        ("avant vendredi 14/11 midi", "14/11", "DATE_TIME", "vendredi 14/11"),
        ("le 14/11/2024.", "14/11", "DATE_TIME", "14/11/2024"),
        ("les 3-4 mars", "mars", "DATE_TIME", "mars"),
        (
            "quartier Les Lilas, tour 4 ; ses mains",
            "quartier Les Lilas, tour",
            "STREET_ADDRESS",
            "quartier Les Lilas, tour 4",
        ),
        ("cité Les Lilas, tour 4,5 m", "cité Les Lilas, tour", "STREET_ADDRESS", "cité Les Lilas, tour"),
        ("quartier Les Lilas 4 cp", "quartier Les Lilas", "STREET_ADDRESS", "quartier Les Lilas"),
        ("adhérente R 5520118", "5520118", "OTHER_ID", "R 5520118"),
        ("il a 5520118", "5520118", "OTHER_ID", "5520118"),
    ],
)
def test_a_figure_goes_whole(text: str, surface: str, entity: str, whole: str) -> None:
    """No day of a hidden year, no number of a hidden tower, no letter of a hidden number stays."""
    assert _wide(text, surface, entity) == (whole, entity)


def test_what_another_finding_holds_of_a_figure_is_left_to_it() -> None:
    """Findings do not come to overlap."""
    assert _wide("31/07/2025", "07/2025", "DATE_TIME", "31/") == ("07/2025", "DATE_TIME")


def test_an_institution_may_bear_a_name() -> None:
    """What the model took for a person after «lycée» is the institution's name."""
    (found,) = widen("au lycée Fernand Bélisaire", [Finding(9, 26, "PERSON", "model.person", 0.6)])
    assert (found.start, found.end, found.entity_type) == (3, 26, "ORGANIZATION")
