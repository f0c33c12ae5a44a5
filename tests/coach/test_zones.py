"""The user's own words, and the material to be worked on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.coach import zones

LETTER = "Docteur,\nJe vous adresse cette patiente pour avis.\nBien confraternellement"


@pytest.mark.parametrize(
    "request_",
    [
        "Résume cette lettre :\n",
        "Corrige l'orthographe de cette lettre.\n\n",
        "Peux-tu reformuler ce courrier en plus simple ?\n\n",
    ],
)
def test_a_letter_below_the_request_is_material(request_: str) -> None:
    """What the user says ends where the letter begins."""
    (span,) = zones.read(request_ + LETTER).own
    assert span == (0, len(request_))


@pytest.mark.parametrize(
    "text",
    [
        LETTER,
        "De : Untel\nObjet : avis\n\nMerci de votre aide.",
        "Chère Madame,\nVotre rendez-vous est confirmé.\nMerci.",
    ],
)
def test_a_bare_letter_holds_no_words_of_the_user(text: str) -> None:
    """A letter pasted without a request is material from the first character."""
    assert zones.read(text).own == ()


def test_paragraphs_of_a_request_are_the_users() -> None:
    """Greeting, request and thanks in separate paragraphs are all the user's own."""
    text = "Bonjour,\n\nQuels sont les critères de Wells ?\n\nMerci d'avance"
    assert zones.read(text).own == ((0, len(text)),)


def test_apostrophes_open_no_quotation() -> None:
    """The apostrophes of ordinary French are not quotation marks; single quotes are."""
    assert zones.read("L'infirmière d'accueil n'est pas là aujourd'hui.").quoted == ()
    assert zones.read("Le mot 'merci' est écrit.").quoted == ((7, 14),)


def test_an_unclosed_quotation_reaches_the_end() -> None:
    """In doubt, what follows an opening quotation mark is quoted."""
    text = "Il a écrit « merci beaucoup et bonne journée"
    assert zones.read(text).is_quoted(len(text) - 1, len(text))


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from([*LETTER.split(), "\n", "\n\n", ":", "Résume", "«", "ce texte"])).map(" ".join)
)
def test_own_stretches_are_apart_and_inside_the_text(text: str) -> None:
    """Own stretches are sorted, never empty, in bounds."""
    at = 0
    for start, end in zones.read(text).own:
        assert at <= start < end <= len(text)
        at = end


def test_a_text_that_is_named_is_material() -> None:
    """«SMS : Coucou Martine… Bises» is a message to somebody, not words to the machine."""
    text = "SMS : Coucou Martine, je passe demain. Bises"
    assert zones.read(text).own == ((0, len("SMS : ")),)
