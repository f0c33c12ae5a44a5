"""A text in pieces is restored for other programs as the proxy restores it."""

import doctest

from hypothesis import given
from hypothesis import strategies as st

from avec_proxy import restore
from avec_proxy.mapping import Mapping
from avec_proxy.policy import reply_mapping
from avec_proxy.restore import restore_stream

VALUES = {"PERSONNE_1": "Zoé Dû", "VILLE_1": "Givors"}


def test_the_example_of_the_docstring_holds() -> None:
    """What the function shows of itself is what it does."""
    assert doctest.testmod(restore) == (0, 1)


@given(st.lists(st.sampled_from(["[PERSONNE_1]", "[CITY", "_1]", "PERSONNE_1", " ", "x", "[", "&#91;NAME_1&#93;"])))
def test_pieces_add_up_to_the_whole(pieces: list[str]) -> None:
    """Each cut gives the text that restoring the whole gives, and no empty piece."""
    shown = list(restore_stream(VALUES, ["mot ", *pieces]))
    assert "".join(shown) == reply_mapping(VALUES).restore("".join(["mot ", *pieces]))
    assert "" not in shown


def test_text_without_placeholders_comes_at_once() -> None:
    """Each piece of prose is yielded before the next one is asked for."""
    asked: list[int] = []

    def pieces() -> list[str]:
        return ["Le patient ", "va bien [voir", " la note 1]. ", "PERSONNE ne vient."]

    stream = restore_stream(VALUES, (asked.append(n) or piece for n, piece in enumerate(pieces())))
    for n, piece in enumerate(pieces()):
        assert next(stream) == piece
        assert asked[-1] == n


def test_a_mapping_keeps_its_own_rules() -> None:
    """A `Mapping` without aliases restores no translation."""
    assert list(restore_stream(Mapping(VALUES), ["[CITY_1]"])) == ["[CITY_1]"]
    assert list(restore_stream({}, ["[CITY_1]"])) == ["[CITY_1]"]
