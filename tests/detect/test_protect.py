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
