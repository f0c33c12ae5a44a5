"""A place in a text is where it was once the text around it has changed length."""

from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.model import Edit
from avec_proxy.wire.offsets import Moved


def _moved(*pieces: tuple[str, list[Edit]]) -> Moved:
    moved = Moved()
    for text, edits in pieces:
        moved.add(len(text), edits)
    return moved


def test_a_place_before_between_and_behind_edits() -> None:
    """What stands before stays; each edit moves what follows by what it adds or takes."""
    moved = _moved(("Mme [P_1] et [P_2].", [Edit(4, 9, "Zoé Dû-Le Goff"), Edit(13, 18, "A")]))
    assert [moved.place(at) for at in (0, 4, 9, 13, 18, 19)] == [0, 4, 18, 22, 23, 24]


def test_a_place_inside_is_the_values_edge() -> None:
    """A mark that cuts a placeholder begins or ends with its value."""
    moved = _moved(("[P_1]", [Edit(0, 5, "Zoé")]))
    assert (moved.place(3), moved.place(3, end=True)) == (0, 3)


def test_pieces_add_up() -> None:
    """An edit of a later piece counts from the text's start."""
    moved = _moved(("a ", []), ("[P_1]", [Edit(0, 5, "Zoé")]), (" b", []))
    assert [moved.place(at) for at in (0, 2, 7, 9)] == [0, 2, 5, 7]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3)), max_size=8))
def test_the_marked_text_is_the_same(parts: list[tuple[str, int]]) -> None:
    """Wherever an unchanged character stood, its new place holds it."""
    before, after, edits = "", "", []
    kept: list[tuple[int, int]] = []
    for letter, length in parts:
        kept.append((len(before), len(after)))
        before, after = before + letter, after + letter
        edits.append(Edit(len(before), len(before) + 2, "x" * length))
        before, after = before + "[]", after + "x" * length
    moved = _moved((before, edits))
    assert [moved.place(old) for old, _ in kept] == [new for _, new in kept]
    assert moved.place(len(before), end=True) == len(after)
