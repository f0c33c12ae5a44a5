"""The name of a file: what it says, and what stays of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.files import names
from avec_proxy.model import Edit


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("CR_KERVADEC_Maelle.pdf", "CR KERVADEC Maelle"),
        ("bilan-Mme-Kervadec.xlsx", "bilan Mme Kervadec"),
        ("IRM Jean-Pierre Riou.pdf", "IRM Jean-Pierre Riou"),
        ("2026-03-12_CRH.docx", "2026-03-12 CRH"),
        ("Mme Kervadec", "Mme Kervadec"),
        ("CR.2", "CR.2"),
        ("M. Riou", "M. Riou"),
        (".bashrc", ".bashrc"),
        ("", ""),
    ],
)
def test_a_name_reads_as_words(name: str, said: str) -> None:
    """Without its extension, with spaces for the signs between words."""
    assert names.spoken(name) == said


def test_what_is_hidden_is_hidden_in_the_name_itself() -> None:
    """Signs between words and the extension stay, a hint loses its colon."""
    assert names.written("CR_KERVADEC_Maelle.pdf", [Edit(3, 18, "[PERSONNE_1]")]) == "CR_[PERSONNE_1].pdf"
    assert names.written("CR Lyon.pdf", [Edit(3, 7, "[VILLE_1 : Rhône]")]) == "CR [VILLE_1 Rhône].pdf"


@given(st.text(max_size=30))
def test_offsets_are_those_of_the_name(name: str) -> None:
    """What reads at a place stands at that place."""
    said = names.spoken(name)
    assert len(said) <= len(name)
    assert all(a == b or (a == " " and b in "_+-") for a, b in zip(said, name, strict=False))
