"""The words for a placeholder's kind are data, and each of them is usable."""

import pytest

from avec_proxy.mapping import fold
from avec_proxy.policy import Policy, aliases, reply_mapping


def test_every_kind_but_those_without_a_translation_has_words() -> None:
    """A kind that the policy issues has its words, and no line is for a kind that nobody issues."""
    assert set(aliases()) == Policy.load().kinds


@pytest.mark.parametrize(("kind", "word"), [(kind, word) for kind, words in aliases().items() for word in words])
def test_each_word_restores_its_kind(kind: str, word: str) -> None:
    """Alone under its number, a translated kind gives the value back; a word is never another kind itself."""
    assert word == fold(word)
    assert reply_mapping({f"{kind}_3": "valeur"}).restore(f"[{word}_3]") == "valeur"


def test_a_word_for_two_kinds_restores_neither_when_both_are_issued() -> None:
    """An «Ort» may be the commune or the place."""
    text = "[ORT_1]"
    assert reply_mapping({"VILLE_1": "Givors", "LIEU_1": "Le Bois"}).restore(text) == text
    assert reply_mapping({"VILLE_1": "Givors"}).restore(text) == "Givors"
