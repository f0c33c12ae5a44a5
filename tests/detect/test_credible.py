"""How far the name model is believed."""

import pytest

from avec_proxy.detect import credible
from avec_proxy.detect.names.decode import Span


def _kept(text: str, *seen: tuple[str, str, float]) -> list[str]:
    spans, at = [], 0
    for surface, name, probability in seen:
        at = text.index(surface, at)
        spans.append(Span(at, at + len(surface), name, probability))
        at += len(surface)
    return [text[s.start : s.end] for s in credible.kept(text, spans)]


@pytest.mark.parametrize(
    ("text", "surface", "probability", "believed"),
    [
        ("vu la fatigue ce matin", "fatigue", 0.97, False),
        ("vu la fatigue ce matin", "fatigue", 0.99, True),
        ("vu Fatigue ce matin", "Fatigue", 0.89, False),
        ("vu Fatigue ce matin", "Fatigue", 0.92, True),
        # a name that is a word too: its capital is enough
        ("vu petit ce matin", "petit", 0.5, False),
        ("vu petit ce matin", "petit", 0.7, True),
        ("vu Petit ce matin", "Petit", 0.3, True),
        # what no list knows is left to the model
        ("vu trévidic ce matin", "trévidic", 0.3, True),
    ],
)
def test_a_word_of_the_language_needs_a_surer_model(
    text: str, surface: str, probability: float, believed: bool
) -> None:
    """In small letters surer than with a capital; a known name needs less, an unknown word nothing."""
    assert _kept(text, (surface, "PER", probability)) == ([surface] if believed else [])


@pytest.mark.parametrize("surface", ["Lasilix", "Crohn", "IPA"])
@pytest.mark.parametrize(
    ("before", "believed"), [("vu ", False), ("M. ", True), ("Mme ", True), ("le Dr ", True), ("née ", True)]
)
def test_a_term_is_a_name_after_a_civility_alone(before: str, surface: str, believed: bool) -> None:
    """Drugs, eponyms and terms: a model that is nearly sure is not enough."""
    assert _kept(f"{before}{surface} sort", (surface, "PER", 0.99)) == ([surface] if believed else [])


@pytest.mark.parametrize(
    ("surface", "name", "left"),
    [
        ("dans Kervadec", "PER", "Kervadec"),
        ("Kervadec avec", "PER", "Kervadec"),
        ("est Kervadec fatigue", "PER", "Kervadec"),
        ("le Kervadec", "PER", "le Kervadec"),
        ("la Chapelle", "LOC", "la Chapelle"),
        ("vers Quimper", "LOC", "Quimper"),
        ("dans", "PER", None),
    ],
)
def test_what_is_no_name_is_cut_from_the_edges(surface: str, name: str, left: str | None) -> None:
    """Function words and verbs go, a particle of a name and an article of a place stay."""
    assert _kept(f"hier {surface} ici", (surface, name, 0.8)) == ([left] if left else [])


@pytest.mark.parametrize(
    ("text", "surfaces", "name", "kept"),
    [
        ("vit à Fort de France ici", ("Fort", "France"), "LOC", ["Fort de France"]),
        ("Kervadec de la Rozenn", ("Kervadec", "Rozenn"), "PER", ["Kervadec de la Rozenn"]),
        ("Kervadec puis Rozenn", ("Kervadec", "Rozenn"), "PER", ["Kervadec", "Rozenn"]),
        ("12/03/2024 en 05/2024", ("12/03/2024", "05/2024"), "DATE", ["12/03/2024", "05/2024"]),
    ],
)
def test_a_particle_joins_two_halves(text: str, surfaces: tuple[str, str], name: str, kept: list[str]) -> None:
    """A name or a place in two pieces becomes one; other words and other classes part."""
    assert _kept(text, *((s, name, 0.9) for s in surfaces)) == kept


@pytest.mark.parametrize(
    ("text", "surface", "believed"),
    [
        ("EVA 7/10 ce matin", "7/10", False),
        ("douleur cotée à 7/10", "7/10", False),
        ("Apgar 9/10", "9/10", False),
        ("TA 120/80", "120/80", False),
        ("revu le 7/10 en salle", "7/10", True),
        ("DDN : 7/10", "7/10", True),
        ("EVA 12/03/2024", "12/03/2024", True),
        ("12/03", "12/03", True),
        # a part of a figure is judged with the whole
        ("Posologie 10-0-10", "10", False),
        ("revu le 14 mars", "14 mars", True),
        ("revu mardi", "mardi", True),
        ("revu bientôt", "bientôt", False),
    ],
)
def test_a_score_is_no_date(text: str, surface: str, believed: bool) -> None:
    """A figure is a date where it can be one and no score's or dose's word stands before it."""
    assert _kept(text, (surface, "DATE", 0.9)) == ([surface] if believed else [])


@pytest.mark.parametrize(
    ("text", "surface", "name", "believed"),
    [
        ("codé I50 ce jour", "I50", "ID", False),
        ("codé F32.1 ce jour", "F32.1", "ROOM", False),
        ("ATC N02BE01", "N02BE01", "ID", False),
        ("acte HBGD036", "HBGD036", "ID", False),
        ("chambre A12", "A12", "ROOM", True),
        ("lit n°B04", "B04", "ROOM", True),
        ("au 214 porte", "214", "ROOM", True),
        ("compte kervadec.y", "kervadec.y", "ID", True),
    ],
)
def test_a_code_of_care_is_no_room(text: str, surface: str, name: str, believed: bool) -> None:
    """What has the form of a classification's code stays, unless the word for a room stands before it."""
    assert _kept(text, (surface, name, 0.95)) == ([surface] if believed else [])


@pytest.mark.parametrize(
    ("surface", "probability", "believed"),
    [("YK", 0.4, True), ("yk", 0.8, False), ("yk", 0.95, True)],
)
def test_initials_in_small_letters_need_a_surer_model(surface: str, probability: float, believed: bool) -> None:
    """Capitals say what they are."""
    assert _kept(f"vu {surface} ici", (surface, "INI", probability)) == ([surface] if believed else [])


@pytest.mark.parametrize(
    ("text", "probability", "believed"),
    [("k", 1.0, False), ("kind", 0.9, False), ("tool_choice", 0.993, False), ("soizic_kervella", 0.998, True)],
)
def test_a_word_alone_is_a_key(text: str, probability: float, believed: bool) -> None:
    """Nothing around a JSON key says what it is: a small word must be nearly sure."""
    assert bool(credible.kept(text, [Span(0, len(text), "PER", probability)])) is believed


def test_a_value_behind_a_date_is_no_part_of_it() -> None:
    """«12 nov 2,6» is a date and what was measured then; a year stays."""
    assert _kept("INR 12 nov 2,6 puis", ("12 nov 2,6", "DATE", 0.99)) == ["12 nov"]
    assert _kept("INR 12 nov 2026 puis", ("12 nov 2026", "DATE", 0.99)) == ["12 nov 2026"]


def test_a_side_in_capitals_is_left_and_a_person_so_called_is_not() -> None:
    """«fémur GAUCHE» against «Mme GAUCHE», «Jean DROIT»."""
    assert _kept("fracture du fémur GAUCHE ce jour", ("GAUCHE", "PER", 0.99)) == []
    assert _kept("vu avec Mme GAUCHE ce jour", ("GAUCHE", "PER", 0.99)) == ["GAUCHE"]
    assert _kept("vu avec Jean DROIT ce jour", ("Jean DROIT", "PER", 0.99)) == ["Jean DROIT"]


def test_sides_doses_and_drugs_are_no_places() -> None:
    """A single letter, what is given of a drug, a drug's name; a town that is called like one needs no surer model."""
    assert _kept("clou gamma D posé", ("D", "HORG", 0.99)) == []
    assert _kept("épanchement D > G ce jour", ("D", "PER", 0.99), ("G", "PER", 0.99)) == []
    assert _kept("clou gamma D, 22/05 sortie", ("D", "HORG", 0.99), ("22/05", "DATE", 0.99)) == ["22/05"]
    assert _kept("vu Paul D ce jour", ("Paul", "PER", 0.99), ("D", "PER", 0.99)) == ["Paul", "D"]
    assert _kept("vous étiez à 48 unités de Lantus", ("48 unités de", "ADR", 0.9), ("Lantus", "LOC", 0.9)) == []
    assert _kept("il vit 48 rue Haute", ("48 rue Haute", "ADR", 0.9)) == ["48 rue Haute"]
