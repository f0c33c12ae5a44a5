"""The demonstration's screen: side by side in 80 columns, one under the other in less, readable without styles."""

import io

import pytest
from rich.console import Console

from avec_proxy.demo import screen
from avec_proxy.demo.play import Played, Turn
from avec_proxy.demo.scenes import QUESTION

TYPED = "Bonjour, résume : Mme Kervadec, 92 ans, vit à Saint-Denis (06 39 98 12 34), s'il te plaît."
LEFT = "Résume : Mme [PERSONNE_1], [AGE_1 : 90 ans ou plus] ans, vit à [VILLE_1] ([TELEPHONE_1])."


def drawn(width: int, *faults: str) -> str:
    """Return a played scene as `width` columns of plain text."""
    stream = io.StringIO()
    out = Console(file=stream, width=width, highlight=False, emoji=False, markup=False)
    screen.show(out, Played(QUESTION, [Turn(TYPED, LEFT, LEFT, TYPED, ("context.rules",))], list(faults)))
    return stream.getvalue()


@pytest.mark.parametrize(("width", "beside"), [(80, True), (100, True), (60, False), (40, False)])
def test_it_fits_the_terminal(width: int, beside: bool) -> None:
    """Every line fits; the four panels stand two by two where there is room, and end on the same line."""
    lines = drawn(width).splitlines()
    assert max(map(len, lines)) <= width
    titles = [line for line in lines if "Vous tapez" in line]
    assert ("Ce qui part" in titles[0]) == beside
    if beside:
        assert all(line.count("╰") in (0, 2) for line in lines)


def test_what_is_hidden_and_what_is_cut_is_marked() -> None:
    """In what was typed: where the placeholders stand, and what simply went; in words and numbers, not letters."""
    text = screen.compared(TYPED, LEFT, signs=True).plain
    assert "⟦Kervadec⟧, ⟦92⟧ ans, vit à ⟦Saint-Denis⟧ (⟦06 39 98 12 34⟧)~, s'il te plaît~." in text
    assert text.startswith("~Bonjour, ~résume : Mme")


def test_styles_stand_where_signs_would() -> None:
    """The same places carry styles that stay visible without colours."""
    text = screen.compared(TYPED, LEFT)
    assert text.plain == TYPED
    hidden = [text.plain[s.start : s.end] for s in text.spans if s.style == screen.HIDDEN]
    assert hidden == ["Kervadec", "92", "Saint-Denis", "06 39 98 12 34"]
    assert "reverse" in screen.HIDDEN
    assert "strike" in screen.CUT


def test_the_verdict_is_one_or_the_other() -> None:
    """A scene with a fault is not called verified; a fault is told once."""
    assert "Vérifié\u00a0: 4\u00a0informations masquées" in drawn(100)
    bad = drawn(100, "une marque n'a pas été rétablie", "une marque n'a pas été rétablie")
    assert bad.count("ÉCHEC") == 1
    assert "Vérifié" not in bad
