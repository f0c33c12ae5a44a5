"""Protected spans hold back guesses, never what a title, a label or a checksum says."""

import pytest

from avec_proxy.detect import protect
from avec_proxy.model import Finding


def _dropped(text: str, surface: str, rule: str, score: float) -> bool:
    at = text.index(surface)
    return protect.find(text).drops(Finding(at, at + len(surface), "PERSON", rule, score))


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("une maladie de Parkinson", "Parkinson"),
        ("le syndrome de Ramsay Hunt", "Ramsay Hunt"),
        ("prend du Modopar", "Modopar"),
        ("selon Cockcroft et Gault", "Cockcroft"),
        ("(Singer et al., 2016)", "Singer"),
        ("sous Zzzomycine", "Zzzomycine"),
    ],
)
def test_a_guess_yields(text: str, surface: str) -> None:
    """Eponyms after their head word, drugs, authors, drug-like stems; the name model is told of them beforehand."""
    assert _dropped(text, surface, "position.first_name", 0.7)
    at = text.index(surface)
    assert any(start <= at < end for start, end in protect.find(text).spans)
    assert not _dropped(text, surface, "model.person", 0.6)


def test_a_title_wins_over_a_bare_eponym() -> None:
    """«M. Parkinson» is a patient."""
    assert not _dropped("M. Parkinson est là", "Parkinson", "position.title", 0.95)


def test_rules_never_yield() -> None:
    """A checksum or a label is no guess."""
    assert not _dropped("une maladie de Parkinson", "Parkinson", "ipp", 0.5)


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("une trisomie 18 libre", "18"),
        ("il faut appeler le 3114 ce soir", "3114"),
        ("sur un matelas Zéphyria", "Zéphyria"),
        ("après le cyclone Fantala", "Fantala"),
        ("méthotrexate UNE FOIS PAR SEMAINE", "SEMAINE"),
        ("1 cp MATIN ET SOIR", "MATIN"),
        ("diazépam 7 mg IR. Puis", "IR"),
        ("groupe A Rh neg", "Rh"),
        ("M. Even (88 a), OAP", "88 a"),
        ("HGPO 0,98/1,92/1,60", "98/1,92/1"),
    ],
)
def test_what_is_no_person_is_not_left_to_the_model(text: str, surface: str) -> None:
    """Chromosomes, helplines, makers' and storms' names: the name model is not asked."""
    at = text.index(surface)
    assert any(start <= at < end for start, end in protect.find(text).cited)


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("le fauteuil M. Zéphyria", "Zéphyria"),
        ("le tél 18 04 22", "18"),
        ("le matelas Jeanne", "Jeanne"),
        ("on sort le 17 mai", "17"),
    ],
)
def test_what_may_be_a_person_or_a_number_is_left_to_the_model(text: str, surface: str) -> None:
    """A title, a longer number, a first name: none of these is a maker's name or a helpline."""
    at = text.index(surface)
    assert not any(start <= at < end for start, end in protect.find(text).cited)
