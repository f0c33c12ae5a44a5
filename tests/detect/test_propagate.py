"""A value found once is hidden wherever it comes back."""

import pytest

from avec_proxy.detect import propagate
from avec_proxy.model import Finding


def _recur(text: str, surface: str, entity: str = "PERSON", other: str = "") -> list[str]:
    at = text.index(surface)
    found = [[Finding(at, at + len(surface), entity, "r", 0.9)], []]
    first, second = propagate.find([text, other], found)
    return [text[f.start : f.end] for f in first] + [other[f.start : f.end] for f in second]


def test_a_name_recurs_in_any_case_and_accents() -> None:
    """Capitals, no accents, lower case, in another text of the request too."""
    assert _recur("Mme Trévidic, TREVIDIC et trévidic", "Trévidic", other="trevidic sort") == [
        "Trévidic",
        "TREVIDIC",
        "trévidic",
        "trevidic",
    ]


def test_a_half_of_a_double_name_recurs_whole() -> None:
    """«Lefebvre» found, «Lefebvre-Morel» is covered whole; and the other way round."""
    assert "Kervadec-Morvan" in _recur("Mme Kervadec puis Kervadec-Morvan", "Kervadec")
    assert "Kervadec" in _recur("Mme Kervadec-Morvan puis Kervadec", "Kervadec-Morvan")


def test_a_name_that_is_a_word_does_not_eat_the_word() -> None:
    """«Petit» the patient and «petit» the adjective; a capital inside a sentence is the patient."""
    text = "M. Petit prend un petit déjeuner. Petit appétit. Hier Petit a chuté, PETIT est suivi."
    assert _recur(text, "Petit") == ["Petit", "Petit", "PETIT"]


def test_an_eponym_stays_though_a_patient_bears_it() -> None:
    """«M. Parkinson» is hidden, «maladie de Parkinson» is not."""
    text = "M. Parkinson a une maladie de Parkinson. Depuis, Parkinson va mieux."
    assert _recur(text, "Parkinson") == ["Parkinson", "Parkinson"]


def test_a_number_recurs_with_other_separators() -> None:
    """A phone number written otherwise is the same number; a longer number is another one."""
    text = "Tel 06 39 98 12 34, soit 0639981234 ou 06.39.98.12.34, pas 063998123499"
    assert _recur(text, "06 39 98 12 34", "PHONE_NUMBER") == ["06 39 98 12 34", "0639981234", "06.39.98.12.34"]


def test_short_and_common_pieces_are_not_learnt() -> None:
    """Particles, civilities and two-letter pieces stay what they are."""
    name = "de La Tour-Maubray"
    assert set(_recur(f"M. {name} et la tour de contrôle", name)) == {"Tour-Maubray", name}


def test_a_full_name_and_a_birth_date_recur_as_one() -> None:
    """A reply that quotes them comes back without title or label: they keep the placeholder they had."""
    assert "Bréal Anne" in _recur("Mme Bréal Anne", "Bréal Anne", other="Vu Bréal Anne hier.")
    assert "Bréal (Anne" not in _recur("Mme Bréal Anne", "Bréal Anne", other="le petit Bréal (Anne, sa mère)")
    assert _recur("née le 14/02/1948", "14/02/1948", "BIRTH_DATE", other="le 14/02/1948")[-1] == "14/02/1948"


def test_a_town_and_an_establishment_recur_as_phrases() -> None:
    """A place of several words recurs as a whole."""
    text = "EHPAD Les Acacias Bleus ; aux ACACIAS BLEUS, les acacias ; Les acacias bleus"
    assert _recur(text, "Les Acacias Bleus", "HEALTH_FACILITY") == ["Les Acacias Bleus", "Les acacias bleus"]


def test_a_number_keeps_the_name_that_its_label_gave() -> None:
    """An IPP that a reply quotes without its label is still that IPP."""
    texts = ["IPP 8005551234", "Vu : 8005551234."]
    found = [[Finding(4, 14, "FR_IPP", "ipp", 0.9)], [Finding(5, 15, "OTHER_ID", "long_number", 0.6)]]
    assert {f.entity_type for f in propagate.find(texts, found)[1]} == {"FR_IPP"}


@pytest.mark.parametrize(
    ("text", "surface", "kept"),
    [
        # also words: the first alone is hidden
        ("Mme Rose, puis Rose la rose et Rose", "Rose", ["Rose"]),
        ("M. Pascal mesure en pascal", "Pascal", ["Pascal"]),
        # in small letters, or after the head of a term
        ("M. Kervadec dit kervadec", "Kervadec", ["Kervadec"]),
        ("Mme Trévidic, score de Trévidic", "Trévidic", ["Trévidic"]),
        # all other names come back
        ("Mme Trévidic, puis Trévidic", "Trévidic", ["Trévidic", "Trévidic"]),
    ],
)
def test_a_denied_recurrence_of_a_word_is_the_word(text: str, surface: str, kept: list[str]) -> None:
    """Where the name model sees nobody, only a name in a name's form that is no word is believed to come back."""
    at = text.index(surface)
    found = [Finding(at, at + len(surface), "PERSON", "r", 0.9)]
    (again,) = propagate.find([text], [found], [lambda start, _: start > at])
    assert [text[f.start : f.end] for f in again] == kept


def test_a_denied_place_of_one_word_does_not_recur() -> None:
    """«tours de taille» beside somebody who lives in Tours; a place of several words comes back all the same."""
    for surface, times in (("Quimper", 1), ("Les Acacias Bleus", 2)):
        text = f"vit à {surface}, puis {surface}"
        found = [Finding(6, 6 + len(surface), "CITY", "r", 0.9)]
        (again,) = propagate.find([text], [found], [lambda start, _: start > 6])
        assert len(again) == times


@pytest.mark.parametrize(
    ("value", "again", "comes"),
    [
        ("AB-47-1902", "dossier AB471902 clos", ["AB471902"]),
        ("AB-47-1902", "dossier ab 47 1902, clos", ["ab 47 1902"]),
        ("AB-47-1902", "xAB-47-19024", []),
        ("AB-47-1902", "AB --- 47 1902", []),
    ],
)
def test_a_value_of_any_own_type_recurs_by_its_letters_and_digits(value: str, again: str, comes: list[str]) -> None:
    """A hospital's own kind of number comes back with other separators, at most two of them, as a whole."""
    assert _recur(f"réf. {value}", value, "HOSPITAL_CODE", again)[1:] == comes
