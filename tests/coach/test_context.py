"""Hints about what a request does not say: where they help, and where they would only disturb."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.coach import Coach
from avec_proxy.coach.context import CODES

COACH = Coach.load()


def codes(text: str, first_turn: bool = True) -> list[str]:
    """Return the codes of the hints for a text."""
    return [warning.code for warning in COACH.warnings(text, first_turn)]


VAGUE = "Propose quelque chose autour de la douleur chronique qui soit vraiment bien et assez complet dans l'ensemble."
COMPLETE = (
    "Je suis cadre en EHPAD. Rédige une fiche d'une page pour les aides-soignants sur la prévention des escarres, "
    "sans jargon, d'après les recommandations de la HAS."
)
# Guide A.V.E.C., 2.3: the example of the emergency department writing back to a nursing home.
GUIDE = (
    "Rédige le document de retour des urgences vers un EHPAD à intégrer dans la fiche de liaison, à destination des "
    "professionnels de l'EHPAD, en respectant le format recommandé, à partir des documents ci-joints."
)


def test_a_vague_request_gets_all_hints_in_order() -> None:
    """What a request leaves unsaid is hinted in the order objective, audience, rules, sources."""
    assert codes(VAGUE) == list(CODES)


@pytest.mark.parametrize("text", [COMPLETE, GUIDE])
def test_an_explicit_request_gets_none(text: str) -> None:
    """A request that says everything is left in peace."""
    assert codes(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Merci beaucoup pour ton aide",
        "Propose un titre.",
        "Plus court, et remplace le troisième paragraphe par une liste de points faciles à retenir pour tous.",
        "Oui, continue avec la suite du plan et développe un peu plus chacune des parties que tu as proposées.",
        "Traduis ce texte en espagnol et garde exactement les mêmes paragraphes du début jusqu'à la fin du document.",
        "Corrige l'orthographe du texte suivant sans en changer le sens :\nLa patiente va mieux et rentre demain.",
        "Écris une fonction python qui lit un fichier et compte les lignes vides, puis affiche le total obtenu.",
        "Calcule 12 + 13 + 14 + 15 + 16 + 17 + 18 + 19 + 20 + 21 + 22 + 23",
        "Quelle est la différence entre une bactérie à gram positif et une bactérie à gram négatif en microbiologie ?",
        "Parmi les propositions suivantes, lesquelles sont exactes ?\na) Le foie produit la bile\nb) Le pancréas aussi",
        "",
    ],
)
def test_out_of_place_hints_are_not_given(text: str) -> None:
    """Follow-ups, edits, translations, code, sums, short and general questions get no hint."""
    assert codes(text) == []


def test_later_turns_get_no_hint() -> None:
    """Hints open a conversation; they do not follow it."""
    assert codes(VAGUE, first_turn=False) == []


def test_supplied_text_is_a_source() -> None:
    """A pasted note says which document to use."""
    note = (
        "\n\nNuit calme. Pansement refait, plaie propre. Appétit moyen, deux verres bus. Fille prévenue par téléphone."
    )
    request = "Synthétise les transmissions pour la relève en cinq lignes, sans rien ajouter."
    assert "context.sources" in codes(request + " Merci d'avance à toi")
    assert codes(request + note) == []


def test_a_note_without_request_asks_for_one() -> None:
    """A pasted note in which nothing is asked gets the hint on the objective."""
    note = "Patient de 70 ans hospitalisé pour une pneumopathie du lobe inférieur droit. " * 5
    assert codes(note)[0] == "context.objective"
    assert "context.sources" not in codes(note)


def test_messages_ask_for_nothing_identifying() -> None:
    """The hint on the setting reminds that nothing identifying is wanted."""
    messages = {warning.code: warning.message for warning in COACH.warnings(VAGUE, first_turn=True)}
    assert "sans donnée identifiante" in messages["context.audience"]


@given(st.text(max_size=300) | st.lists(st.sampled_from(VAGUE.split() + COMPLETE.split()), max_size=60).map(" ".join))
def test_hints_are_known_codes_each_once_in_order(text: str) -> None:
    """Whatever the text, the hints are codes of the contract, in order, without repeats."""
    found = codes(text)
    assert found == [code for code in CODES if code in found]
