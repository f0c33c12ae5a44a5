"""Marked texts: what must be hidden, may be, must stay and should go, written into the text itself (docs/marks.md)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

LABELS = (
    "PERSON INITIALS DATE AGE ADDRESS POSTCODE CITY PHONE EMAIL NIR IPP NDA RPPS ADELI FINESS IBAN PLATE ID_DOC URL IP "
    "USERNAME OTHER_ID HEALTH_ORG ROOM ORG"
).split()
NO_STYLE = "none"
_HEADER = ("id", "style", "fluff", "context")
_NAME = re.compile(r"[\w.-]{1,80}")
_SEPARATOR = re.compile(r"^=====[ \t]*$", re.MULTILINE)
_SIGNS = re.compile("[⟦⟧⟪⟫⦃⦄‹›]")
_BOM = "\ufeff"


class Kind(StrEnum):
    """What a mark asks for."""

    MUST = "must"  # hidden, or it is a leak
    MAY = "may"  # not counted
    KEEP = "keep"  # stays as it is
    FLUFF = "fluff"  # politeness that goes


_OPENERS = {"⟦": ("⟧", Kind.MUST), "⟪": ("⟫", Kind.MAY), "⦃": ("⦄", Kind.KEEP), "‹": ("›", Kind.FLUFF)}


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of a record's text and what it asks for; `label` says what it identifies, for `Kind.MUST` only."""

    start: int
    end: int
    kind: Kind
    label: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One text without its marks, and the marks in the order of the text."""

    id: str
    style: str
    text: str
    marks: tuple[Mark, ...]


class MarksProblem(Exception):  # noqa: N818 - it is told to a person, in one line
    """A file is not marked as it should be; the text names the record and the line, and quotes nothing of them."""


def read(raw: bytes) -> Iterator[Record]:
    """Give the records of one file, one after the other. Raises MarksProblem.

    A byte order mark and Windows line ends, as some editors write them, are no part of the text.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise MarksProblem(f"line {line}: not UTF-8") from None
    seen: set[str] = set()
    for number, (chunk, line) in enumerate(_chunks(text.replace("\r\n", "\n")), 1):
        record = _Reader(chunk, line, number).record()
        if record.id in seen:
            raise MarksProblem(f"record {record.id} (line {line}): another record has the same id")
        seen.add(record.id)
        yield record


def _chunks(text: str) -> Iterator[tuple[str, int]]:
    """Give what stands between the separators, blank pieces aside, with the line on which it begins."""
    at = 0
    for end, following in [*((m.start(), m.end()) for m in _SEPARATOR.finditer(text)), (len(text), len(text))]:
        # files that were put together carry a byte order mark each
        chunk = text[at:end].lstrip("\n" + _BOM)
        if chunk.strip():
            yield chunk.rstrip("\n"), text.count("\n", 0, end - len(chunk)) + 1
        at = following


class _Reader:
    """One record: its header, an empty line, its text."""

    def __init__(self, chunk: str, line: int, number: int) -> None:
        self._head, _, self._body = chunk.partition("\n\n")
        self._line = line
        self._body_line = line + self._head.count("\n") + 2
        self._name = f"number {number}"

    def record(self) -> Record:
        header = self._header()
        text, marks = self._marks()
        if not text.strip():
            self._give_up("no text after the header (an empty line stands between them)", self._line)
        return Record(self._name, header.get("style", NO_STYLE), text, tuple(marks))

    def _header(self) -> dict[str, str]:
        header: dict[str, str] = {}
        for line, content in enumerate(self._head.split("\n"), self._line):
            key, colon, value = (part.strip() for part in content.partition(":"))
            if not colon or key not in _HEADER:
                self._give_up(f"the header holds {', '.join(_HEADER)}, then an empty line", line)
            if key in header:
                self._give_up(f"{key} is given twice", line)
            if key in ("id", "style") and not _NAME.fullmatch(value):
                self._give_up(f"{key} is letters, digits, dots and hyphens", line)
            header[key] = value
            if key == "id":
                self._name = value
        if "id" not in header:
            self._give_up("the header gives no id", self._line)
        return header

    def _marks(self) -> tuple[str, list[Mark]]:
        text, marks = "", []
        opened: tuple[str, Kind, int] | None = None  # the sign that closes it, what it asks, where it was opened
        begin = at = 0
        for sign in _SIGNS.finditer(self._body):
            inner, here = self._body[at : sign.start()], sign.start()
            at = sign.end()
            if opened is None:
                text += inner
                if sign[0] not in _OPENERS:
                    self._give_up(f"{sign[0]} closes a mark that is not open", self._at(here))
                opened, begin = (*_OPENERS[sign[0]], here), len(text)
            elif sign[0] != opened[0]:
                problem = "a mark inside a mark" if sign[0] in _OPENERS else f"{sign[0]} closes another mark"
                self._give_up(f"{problem} ({opened[0]} is awaited)", self._at(here))
            else:
                label, surface = self._labelled(inner, here) if opened[1] is Kind.MUST else ("", inner)
                text += surface
                if not surface.strip():
                    self._give_up("an empty mark", self._at(here))
                marks.append(Mark(begin, len(text), opened[1], label))
                opened = None
        if opened is not None:
            self._give_up(f"a mark is not closed ({opened[0]} is awaited)", self._at(opened[2]))
        return text + self._body[at:], marks

    def _labelled(self, inner: str, here: int) -> tuple[str, str]:
        label, bar, surface = inner.partition("|")
        if not bar:
            self._give_up("a mark without its label (⟦LABEL|…⟧)", self._at(here))
        if label not in LABELS:
            self._give_up(f"an unknown label; the labels are {', '.join(LABELS)}", self._at(here))
        if not any(c.isalnum() for c in surface):  # what has no word cannot be looked for in what leaves
            self._give_up("a mark without a letter or a digit", self._at(here))
        return label, surface

    def _at(self, position: int) -> int:
        return self._body_line + self._body.count("\n", 0, position)

    def _give_up(self, problem: str, line: int) -> None:
        raise MarksProblem(f"record {self._name} (line {line}): {problem}")
