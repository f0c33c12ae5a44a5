"""Edits in texts become edits at places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.files import open_file
from avec_proxy.files.opened import OpenFile, Piece, Unit, spread
from avec_proxy.model import Edit
from avec_proxy.transform import spliced
from tests.files.test_mail import message
from tests.files.test_word import letter

PIECES = st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=6)


@given(PIECES, st.data())
def test_edits_appear_exactly(parts: list[str], data: st.DataObject) -> None:
    """However a text is cut into runs, the runs together say the text with the edits made."""
    text = "".join(parts)
    unit = Unit(tuple(Piece(part, number) for number, part in enumerate(parts)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=6)))
    edits = [Edit(a, b, "X") for a, b in zip(cuts[::2], cuts[1::2], strict=False) if a < b]
    placed = spread([unit], [edits])
    assert "".join(spliced(part, placed.get(n, [])) for n, part in enumerate(parts)) == spliced(text, edits)


def test_glue_is_never_written() -> None:
    """An edit over a line end stands in the first piece; one of glue alone has nothing to replace."""
    unit = Unit((Piece("Jean", 0), Piece("\n"), Piece("Riou", 1)))
    assert spread([unit], [[Edit(0, 9, "[P]")]]) == {0: [Edit(0, 4, "[P]")], 1: [Edit(0, 4, "")]}
    assert spread([unit], [[Edit(4, 5, "-")]]) == {}
    assert spread([unit], [[Edit(4, 4, "-")]]) == {0: [Edit(4, 4, "-")]}


def test_texts_that_share_a_place_agree() -> None:
    """Equal edits are made once; those that overlap become one, with the words of the first."""
    units = [Unit((Piece("Mme Riou", 0),)), Unit((Piece("Riou", 0, 4), Piece("x", 1)))]
    assert spread(units, [[Edit(4, 8, "[P]")], [Edit(0, 4, "[P]")]]) == {0: [Edit(4, 8, "[P]")]}
    assert spread(units, [[Edit(0, 6, "[P]")], [Edit(0, 4, "[Q]")]]) == {0: [Edit(0, 8, "[P]")]}


@pytest.mark.parametrize(
    "edits", [[[]], [[Edit(0, 9, "")], []], [[Edit(0, 3, ""), Edit(2, 4, "")], []], [[Edit(3, 2, "")], []]]
)
def test_edits_that_do_not_fit_are_an_error(edits: list[list[Edit]]) -> None:
    """Another number of texts, outside, overlapping, backwards."""
    with pytest.raises(ValueError):  # noqa: PT011 - zip has its own words
        spread([Unit((Piece("Riou", 0),)), Unit((Piece("x", 1),))], edits)


@pytest.mark.parametrize(
    ("kind", "rewritten", "name", "renamed"),
    [
        ("pdf", "text", "CR.pdf", "CR.txt"),
        ("pdf", "text", "CR.v2", "CR.v2.txt"),
        ("docx", "", "CR.docx", "CR.docx"),
        ("docx", "", "CR.doc", "CR.docx"),
        ("docx", "", "CR", "CR.docx"),
        ("html", "", "liste.xls", "liste.html"),
        ("text", "", "notes.org", "notes.org"),
        ("text", "", "photo.jpg", "photo.txt"),
        ("csv", "", "A.CSV", "A.CSV"),
        ("text", "", "", ""),
    ],
)
def test_a_name_says_what_the_file_becomes(kind: str, rewritten: str, name: str, renamed: str) -> None:
    """A PDF becomes text; a wrong extension is put right; an unknown one of a text stays."""
    assert OpenFile(kind, (), lambda _: b"", rewritten).renamed(name) == renamed


def test_what_may_not_leave_as_it_came() -> None:
    """A text without edits is itself; a document says who wrote it."""
    assert not open_file(b"Mme Kervadec").cleans
    assert open_file(letter()).cleans
    assert open_file(message().as_bytes()).cleans
