"""An opened file: its texts as a person reads them, and where each of their characters is kept.

A text is made of pieces. A piece either stands at a place of the file (the text of a run, a cell, an attribute) and
can be changed there, or is glue that only shows how the pieces follow each other: a line end between two
paragraphs, a tab between two cells.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import PurePosixPath

from avec_proxy.model import Edit

# Which extensions a kind goes by, the usual one first.
EXTENSIONS: dict[str, tuple[str, ...]] = {
    "text": (".txt", ".md", ".markdown", ".log", ".text", ".yaml", ".yml", ".py", ".r", ".sql", ".ini", ".hl7"),
    "csv": (".csv", ".tsv", ".tab", ".txt"),
    "json": (".json", ".jsonl", ".ndjson", ".geojson", ".ipynb"),
    "html": (".html", ".htm", ".xhtml"),
    "xml": (".xml",),
    "docx": (".docx", ".dotx"),
    "xlsx": (".xlsx", ".xltx"),
    "pptx": (".pptx", ".potx", ".ppsx"),
    "odt": (".odt",),
    "ods": (".ods",),
    "odp": (".odp",),
    "eml": (".eml",),
    "pdf": (".pdf",),
}  # fmt: skip
# Kinds whose name need not show one: any program opens them as text.
_PLAIN = ("text", "csv", "json", "html", "xml")

Places = Mapping[int, Sequence[Edit]]
# What is replaced, as it stands in the texts, and what by.
Words = Mapping[str, str]
# Makes edits at places; the words serve what cannot hold an edit of its own (ids that repeat a name).
Write = Callable[[Places, Words], bytes]


@dataclass(frozen=True, slots=True)
class FileText:
    """One text of a file as a person reads it, and what it is («auteur», a column's header); "" where that is plain."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: characters `start` and on of the place with this number, or glue (no place)."""

    text: str
    place: int | None = None
    start: int = 0


@dataclass(frozen=True, slots=True)
class Unit:
    """A text in pieces."""

    pieces: tuple[Piece, ...]
    label: str = ""

    @property
    def text(self) -> str:
        """All pieces joined."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class OpenFile:
    """A file that could be read whole.

    `kind` is what its content is, whatever its name says; `rewritten_kind` is what `rewrite` gives: the kind itself,
    or "text" for a PDF. `cleans`: `rewrite` leaves something out even without edits (who wrote the file, and when), so
    that the file itself may not leave. `write` makes edits at places; it leaves this value as it is.
    """

    kind: str
    units: tuple[Unit, ...] = field(repr=False)
    write: Write = field(repr=False)
    rewritten_kind: str = ""
    cleans: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "rewritten_kind", self.rewritten_kind or self.kind)
        object.__setattr__(self, "texts", tuple(FileText(unit.text, unit.label) for unit in self.units))

    texts: tuple[FileText, ...] = field(init=False, repr=False, default=())

    def rewrite(self, edits: Sequence[Sequence[Edit]]) -> bytes:
        """Return the file with `edits` made, one sequence for each of `texts`, and all that is not text kept.

        An edit over several runs is written in the first and takes the characters away from the others. Raises
        ValueError if the numbers differ, or an edit lies outside its text or over another; Refusal if something
        that is hidden in a text also stands where nothing can be changed.
        """
        words = {t.text[e.start : e.end]: e.text for t, own in zip(self.texts, edits, strict=True) for e in own}
        return self.write(spread(self.units, edits), words)

    def renamed(self, name: str) -> str:
        """Return `name` with an extension that says what `rewrite` gives; `name` itself where it already does."""
        if not name:
            return ""
        suffix = PurePosixPath(name).suffix
        if suffix.lower() in EXTENSIONS[self.rewritten_kind]:
            return name
        if self.rewritten_kind == self.kind and self.kind in _PLAIN and suffix.lower() not in _known():
            return name
        stem = name.removesuffix(suffix) if suffix.lower() in _known() else name
        return stem + EXTENSIONS[self.rewritten_kind][0]


def _known() -> frozenset[str]:
    other = (".doc", ".xls", ".ppt", ".rtf", ".bin", ".png", ".jpg", ".jpeg", ".gif", ".zip", ".dat")
    return frozenset((*other, *(suffix for suffixes in EXTENSIONS.values() for suffix in suffixes)))


def spread(units: Sequence[Unit], edits: Sequence[Sequence[Edit]]) -> dict[int, list[Edit]]:
    """Return the edits at each place, ascending and without overlaps, that make `edits` in the texts of `units`.

    Texts may share places (a paragraph as it is and as it was before its tracked changes): edits that then overlap
    become one, with the words of the first.
    """
    found: dict[int, list[Edit]] = {}
    for unit, own in zip(units, edits, strict=True):
        if not own:
            continue
        starts = list(accumulate((len(piece.text) for piece in unit.pieces), initial=0))
        at = 0
        for edit in sorted(own, key=lambda e: (e.start, e.end)):
            if not at <= edit.start <= edit.end <= starts[-1]:
                raise ValueError("an edit lies outside its text, or over another")
            at = edit.end
            _place(unit.pieces, starts, edit, found)
    return {place: _united(changes) for place, changes in found.items()}


def _place(pieces: Sequence[Piece], starts: Sequence[int], edit: Edit, found: dict[int, list[Edit]]) -> None:
    text = edit.text
    first = bisect_right(starts, edit.start) - 1
    for index in range(first, len(pieces)):
        begin, piece = starts[index], pieces[index]
        low, high = max(edit.start, begin), min(edit.end, begin + len(piece.text))
        if begin >= edit.end:
            break
        if piece.place is None or low >= high:
            continue
        shift = piece.start - begin
        found.setdefault(piece.place, []).append(Edit(low + shift, high + shift, text))
        text = ""
    if text and edit.start == edit.end:  # an insertion between places goes with the nearest
        _insert(pieces, starts, min(first, len(pieces) - 1), Edit(edit.start, edit.start, text), found)


def _insert(
    pieces: Sequence[Piece], starts: Sequence[int], near: int, edit: Edit, found: dict[int, list[Edit]]
) -> None:
    for index in (*range(near, -1, -1), *range(near + 1, len(pieces))):
        piece = pieces[index]
        if piece.place is not None:
            at = min(max(edit.start - starts[index], 0), len(piece.text)) + piece.start
            found.setdefault(piece.place, []).append(Edit(at, at, edit.text))
            return


def _united(changes: list[Edit]) -> list[Edit]:
    result: list[Edit] = []
    for change in sorted(dict.fromkeys(changes), key=lambda e: (e.start, e.end)):
        last = result[-1] if result else None
        if last is not None and change.start < last.end:
            result[-1] = Edit(last.start, max(last.end, change.end), last.text or change.text)
        else:
            result.append(change)
    return result


def grid(rows: Sequence[Mapping[int, Sequence[Piece]]]) -> Unit | None:
    """Return a table as it would be pasted, from the pieces of its cells by column; None if it holds none.

    Columns without any cell are left out, and every line has all the others: a header stands over its column.
    """
    columns = sorted({column for cells in rows for column in cells})
    pieces: list[Piece] = []
    for cells in rows:
        for column in columns:
            pieces += cells.get(column, ())
            pieces.append(Piece("\n" if column == columns[-1] else "\t"))
    return Unit(tuple(pieces)) if any(piece.place is not None for piece in pieces) else None
