"""What is cut between two parts of a message is found on both sides, and nothing is made up where a text ends."""

import pytest

from avec_proxy import analysis as analyses
from avec_proxy.detect import seams
from avec_proxy.model import Options, Role, Segment


def left(*texts: str) -> list[str]:
    """Return what would leave of the parts of a message."""
    segments = [Segment(text, 0, len(text.encode()), role=Role.USER, turn=0) for text in texts]
    analysis = analyses.check_segments(segments, [""] * len(texts), Options())
    out = []
    for text, edits in zip(texts, analysis.edits, strict=True):
        for edit in reversed(edits):
            text = text[: edit.start] + edit.text + text[edit.end :]
        out.append(text)
    return out


@pytest.mark.parametrize(
    ("texts", "gone"),
    [
        (("Il faut prévenir sa fille, Mme Solange ", "Kervadec, de la sortie."), ("Solange", "Kervadec")),
        (("Le traitement de Mme Kerva", "dec est inchangé depuis mars."), ("Kerva", "dec ")),
        (("On la joint au 06 39 98", "12 34 après 18 h."), ("06 39", "12 34")),
        (("Elle habite au 12 rue des ", "Korrigans, avec son chat."), ("12 rue", "Korrigans")),
    ],
)
def test_what_is_cut_is_hidden_on_both_sides(texts: tuple[str, ...], gone: tuple[str, ...]) -> None:
    """A name between or within its words, a number, an address."""
    sent = left(*texts)
    assert all(word not in part for word, part in zip(gone, sent, strict=True)), sent


@pytest.mark.parametrize(
    "texts",
    [
        ("Que dire de la maladie de ", "Parkinson chez la femme jeune ?"),
        ("Donner 5 mg de ", "furosémide le matin."),
        ("Le score de ", "Glasgow est à 15."),
    ],
)
def test_what_identifies_nobody_stays(texts: tuple[str, ...]) -> None:
    """An eponym, a dose, a score: cut or not."""
    assert left(*texts) == list(texts)


@pytest.mark.parametrize(
    ("roles", "labels", "follows"),
    [
        ((Role.USER, Role.USER), ("", ""), [False, True]),
        ((Role.USER, Role.ASSISTANT), ("", ""), [False, False]),
        ((Role.USER, Role.USER), ("", "nom"), [False, False]),
        ((Role.TOOL, Role.TOOL), ("", ""), [False, False]),
    ],
)
def test_a_user_s_prose_alone_goes_on(roles: tuple[Role, ...], labels: tuple[str, ...], follows: list[bool]) -> None:
    """An assistant's answer is no second half of a question, nor is a labelled value or a tool's result."""
    segments = [Segment("mot", 0, 3, role=role, turn=0) for role in roles]
    assert [text.follows for text in analyses._labelled(segments, labels)] == follows


def test_a_text_that_ends_has_no_seam() -> None:
    """A full stop, a new line, or nothing before."""
    parts = [("Fini.", False), ("Bonjour", True), ("Suite\n", True), ("Fin", True), ("x", False)]
    assert list(seams.between(parts)) == [(1, seams.Seam("Bonjour Suite\n", 7, 1))]


def test_a_request_of_a_thousand_texts_has_few_seams() -> None:
    """Reading them all would cost more than the texts themselves."""
    assert len(list(seams.between(("mot", True) for _ in range(1000)))) <= 40


def test_long_texts_are_read_near_the_cut_alone() -> None:
    """Whole words, eighty characters on each side."""
    ((_, seam),) = seams.between([("mot " * 1000 + "fin", False), ("Début " + "mot " * 1000, True)])
    assert len(seam.text) <= 161
    assert seam.text.startswith("mot ")
    assert seam.text[: seam.end].endswith("fin")
