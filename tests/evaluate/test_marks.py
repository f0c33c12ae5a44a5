"""Marked files are read as they are meant, and each mistake is told with its record and line."""

import re
from pathlib import Path

import pytest

from avec_proxy.evaluate.marks import LABELS, NO_STYLE, Kind, Mark, MarksProblem, Record, read

GOOD = (
    "id: a-1\nstyle: note\nfluff: no\ncontext: objective=y\n\nMme ⟦PERSON|Riou⟧ a ⟪76 ans⟫,\n⦃Eliquis 5 mg⦄. ‹Merci›\n"
)


def records(text: str | bytes) -> list[Record]:
    """Return the records of a file."""
    return list(read(text.encode() if isinstance(text, str) else text))


def test_marks_leave_the_text_and_say_where_they_stood() -> None:
    """The text is without signs and labels; marks count its characters."""
    (record,) = records(GOOD)
    assert (record.id, record.style) == ("a-1", "note")
    assert record.text == "Mme Riou a 76 ans,\nEliquis 5 mg. Merci"
    assert [(record.text[m.start : m.end], m.kind, m.label) for m in record.marks] == [
        ("Riou", Kind.MUST, "PERSON"),
        ("76 ans", Kind.MAY, ""),
        ("Eliquis 5 mg", Kind.KEEP, ""),
        ("Merci", Kind.FLUFF, ""),
    ]


def test_records_are_apart() -> None:
    """Separators may be doubled, stand first or last; a record without a style has none."""
    text = f"=====\n{GOOD}\n=====\n\n=====  \nid: a-2\n\n\n  two\n\nparagraphs\n=====\n"
    first, second = records(text)
    assert first == records(GOOD)[0]
    assert (second.id, second.style, second.text) == ("a-2", NO_STYLE, "\n  two\n\nparagraphs")


def test_windows_files_read_the_same() -> None:
    """A byte order mark, also one of a file that was appended, and CRLF are no part of the text."""
    both = GOOD + "\n=====\n" + GOOD.replace("a-1", "a-2")
    windows = ("\ufeff" + GOOD + "\n=====\n\ufeff" + GOOD.replace("a-1", "a-2")).replace("\n", "\r\n")
    assert records(windows) == records(both)


def test_a_mark_inside_a_word() -> None:
    """«né en47»: a mark need not stand at a word's edge."""
    (record,) = records("id: a\n\nné en⟦DATE|47⟧")
    assert record.marks == (Mark(5, 7, Kind.MUST, "DATE"),)


def test_an_empty_file_has_no_record() -> None:
    """Nothing, or nothing but separators."""
    assert records("") == records("\ufeff\n\n=====\n") == []


@pytest.mark.parametrize(
    ("body", "line", "problem"),
    [
        ("Mme ⟦PERSON|Riou", 4, "a mark is not closed (⟧ is awaited)"),
        ("ok\nMme ⦃Riou\nfin", 5, "a mark is not closed (⦄ is awaited)"),
        ("Mme Riou⟧", 4, "⟧ closes a mark that is not open"),
        ("ok\n⟦PERSON|Mme ⦃Riou⦄⟧", 5, "a mark inside a mark (⟧ is awaited)"),
        ("⟦PERSON|Mme ⟦PERSON|Riou⟧⟧", 4, "a mark inside a mark"),
        ("⟦PERSON|Riou⟫", 4, "⟫ closes another mark (⟧ is awaited)"),
        ("⟦NAME|Riou⟧", 4, "an unknown label; the labels are PERSON, INITIALS"),
        ("⟦person|Riou⟧", 4, "an unknown label"),
        ("⟦Riou⟧", 4, "a mark without its label"),
        ("⟦PERSON|⟧", 4, "a mark without a letter or a digit"),
        ("⟦PERSON|—⟧", 4, "a mark without a letter or a digit"),
        ("Riou ⟪ ⟫", 4, "an empty mark"),
    ],
)
def test_a_wrong_mark_is_told_with_its_record_and_line(body: str, line: int, problem: str) -> None:
    """The message quotes nothing of the text."""
    text = f"{GOOD}=====\nid: b-7\nstyle: note\n\n{body}\n"
    with pytest.raises(MarksProblem) as caught:
        records(text)
    assert str(caught.value).startswith(f"record b-7 (line {line + GOOD.count(chr(10)) + 1}): {problem}")
    assert "Riou" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Mme Riou\n", "record number 1 (line 1): the header holds id, style, fluff, context, then an empty line"),
        ("id: a\nMme Riou tousse\n", "record a (line 2): the header holds"),
        ("id: a\nRiou: tousse\n", "record a (line 2): the header holds"),
        ("style: note\n\ntext", "record number 1 (line 1): the header gives no id"),
        ("id: a\nid: b\n\ntext", "record a (line 2): id is given twice"),
        ("id: Mme Riou\n\ntext", "record number 1 (line 1): id is letters"),
        ("id: a\nstyle:\n\ntext", "record a (line 2): style is letters"),
        ("id: a\nstyle: note\n", "record a (line 1): no text after the header"),
        (f"{GOOD}\n=====\n{GOOD}", "record a-1 (line 10): another record has the same id"),
        (b"id: a\n\nfi\xe8vre", "line 3: not UTF-8"),
        ("id: a\n\ntext".encode("utf-16"), "line 1: not UTF-8"),
    ],
)
def test_a_wrong_record_is_told_with_its_line(text: str | bytes, message: str) -> None:
    """A header that is none, a missing or doubled id, no text, another encoding."""
    with pytest.raises(MarksProblem) as caught:
        records(text)
    assert str(caught.value).startswith(message)
    assert "Riou" not in str(caught.value)


def test_the_document_is_true() -> None:
    """docs/marks.md shows a file that is read, and every label."""
    text = (Path(__file__).parents[2] / "docs" / "marks.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```\n(id: .*?)```", text, re.DOTALL)
    first, second = records(example)
    assert (first.style, len(first.marks), len(second.marks)) == ("letter", 5, 3)
    table = text.split("| label | marks |")[1].split("\n\n")[0]
    assert sorted(re.findall(r"`([A-Z_]+)`", table)) == sorted(LABELS)
