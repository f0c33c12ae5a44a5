"""Where a word stands decides what it is."""

import pytest

from avec_proxy.detect import people, positions
from avec_proxy.detect.merge import union


def _found(text: str, entity: str = "PERSON") -> set[str]:
    return {text[f.start : f.end] for f in union(positions.find(text)) if f.entity_type == entity}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Mme Trévidic sort demain.", {"Trévidic"}),
        ("M. de La Tour-Maubray est vu.", {"de La Tour-Maubray"}),
        ("Le Dr Yann Le Bihan confirme.", {"Yann Le Bihan"}),
        ("Monsieur Parkinson est suivi.", {"Parkinson"}),
        ("Docteur Petit, merci.", {"Petit"}),
        ("mme durand a chuté hier", {"durand"}),
        ("vu mr kerdoncuff paul ce matin", {"kerdoncuff paul"}),
        ("M. et Mme Margerie sont venus.", {"Margerie"}),
        ("Le jeune Timéo pleure.", {"Timéo"}),
        ("Dr A. Lestrade, M. A. Bouzidane et Pr Y. Coste", {"A. Lestrade", "A. Bouzidane", "Y. Coste"}),
        ("Interne : A. Lecocq", {"A. Lecocq"}),
        ("Madame, Monsieur, je vous écris.", set()),
        ("Monsieur le Directeur est absent.", set()),
        ("Docteur en médecine depuis longtemps.", set()),
    ],
)
def test_names_after_a_title(text: str, names: set[str]) -> None:
    """A civility makes a name, whatever the name looks like, and stays itself."""
    assert _found(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Patiente née SORIN, épouse Bréal.", {"SORIN", "Bréal"}),
        ("Sa fille Élodie passe le soir.", {"Élodie"}),
        ("son voisin, Marcel, a appelé", {"Marcel"}),
        ("L'infirmière, Soazig, est prévenue.", {"Soazig"}),
        ("AS : Jessica, Fatoumata et Kévin", {"Jessica", "Fatoumata", "Kévin"}),
        ("Nom : VERNHES   Prénom : Raymonde", {"VERNHES", "Raymonde"}),
        ("Rédigé par : Maud Herbretière", {"Maud Herbretière"}),
        ("Olive (IDE de nuit) a noté", {"Olive"}),
        ("Un homme prénommé Gaspard", {"Gaspard"}),
        ("Élodie Marsac a téléphoné.", {"Élodie Marsac"}),
        ("Vu avec PELLOUX Ghislaine hier", {"PELLOUX Ghislaine"}),
        ("Cordialement,\nSylviane Ottavi", {"Sylviane Ottavi"}),
        ("De : Sandrine Castag <s.castag@exemple.fr>", {"Sandrine Castag"}),
        ("sa fille aînée est prévenue", set()),
        ("Motif : Douleur thoracique", set()),
        ("Conclusion : Examen normal", set()),
    ],
)
def test_names_by_relation_label_and_signature(text: str, names: set[str]) -> None:
    """Kinship, roles, fields, signatures and senders announce a name."""
    assert _found(text) == names


@pytest.mark.parametrize(
    ("text", "entity", "expected"),
    [
        ("Il vit à Quimper.", "CITY", "Quimper"),
        ("opéré à Villefranche-sur-Saône", "CITY", "Villefranche-sur-Saône"),
        ("transféré au CHU de Valmorel", "HEALTH_FACILITY", "CHU de Valmorel"),
        ("Service de soins - Hôpital Vialatte", "HEALTH_FACILITY", "Hôpital Vialatte"),
        ("Appeler l'Ehpad Les Lauriers Roses", "HEALTH_FACILITY", "Ehpad Les Lauriers Roses"),
        ('vit à l\'ehpad "Le Clos Fleuri"', "HEALTH_FACILITY", 'ehpad "Le Clos Fleuri'),
        ("le juge des enfants de Lyon", "CITY", "Lyon"),
        ("Elle habite à Lyon.", "CITY", "Lyon"),
        ("résident de l'EHPAD Les Acacias", "HEALTH_FACILITY", "EHPAD Les Acacias"),
        ("scolarisé au collège Olympe-de-Gouges", "ORGANIZATION", "collège Olympe-de-Gouges"),
        ("Clinique des Trois Vallées, bloc 2", "HEALTH_FACILITY", "Clinique des Trois Vallées"),
    ],
)
def test_places(text: str, entity: str, expected: str) -> None:
    """Communes where a place is expected, establishments and organisms with their type."""
    assert expected in _found(text, entity)


@pytest.mark.parametrize(
    "text",
    [
        "maladie de Parkinson et signe de Babinski",
        "Hospitalisé au service de cardiologie",
        "Prescrire Doliprane à la patiente",
        "Traitement par Modopar et Eliquis",
        "adressé à l'hôpital de jour",
        "Aller vers la sortie, de nuit",
    ],
)
def test_ordinary_care_text_has_no_position(text: str) -> None:
    """No position, no finding."""
    assert positions.find(text) == []


def test_whose_wife_she_is_keeps_his_title() -> None:
    """«épouse de M. Luc Martin»: the name alone is his, and the title tells that he is a man."""
    text = "Mme Even (épouse de M. Luc Martin)"
    found = {text[f.start : f.end] for f in people.birth_names(text)}
    assert found == set()
    assert "Luc Martin" in {text[f.start : f.end] for f in people.titles(text)}
