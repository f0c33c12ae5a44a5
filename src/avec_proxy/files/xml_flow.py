"""The reading order of an XML part: which elements are lines, cells, asides, and which are only formatting."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from avec_proxy.files.opened import Piece, Unit
from avec_proxy.files.own_words import own
from avec_proxy.files.xml_tree import TAIL, Element, Slot, Slots, local, namespace

_ID = re.compile(r"\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")


# What begins a field's instruction, and is none of its words («HYPERLINK "mailto:…"»).
_KEYWORD = re.compile(r"\s*=?[A-Z]{2,}(?=[\s\\]|$)")
_TITLE = re.compile(r"\s*(?:(?:Dr|Pr|M|Mr|Mme|Mlle|Docteure?|Professeure?|Monsieur|Madame)\b\.?\s+)+")


def keyword(instruction: str) -> int:
    """Return where the words of a field's instruction begin."""
    found = _KEYWORD.match(instruction)
    return found.end() if found else 0


def author(text: str, place: int) -> Unit:
    """Return who wrote something as a text of its own, without title: its label says that it is somebody."""
    found = _TITLE.match(text)
    start = found.end() if found and found.end() < len(text) else 0
    return Unit((Piece(text[start:], place, start),), "auteur")


class Role(Enum):
    """What an element is to a reader."""

    INLINE = "inline"  # formatting: changes nothing
    LINE = "line"  # ends a line
    ROW = "row"
    CELL = "cell"
    ASIDE = "aside"  # a text of its own (a text box, a note), read apart
    FILLED = "filled"  # a text that a program fills in (a page's number, today), each read apart
    CODE = "code"  # a field's instruction, read apart
    DELETED = "deleted"
    INSERTED = "inserted"
    AUTHOR = "author"  # who wrote something, read apart
    REMOVED = "removed"  # stands where something was deleted that is kept elsewhere (`Style.removed`)
    ELSEWHERE = "elsewhere"  # read by somebody else


@dataclass(frozen=True)
class Style:
    """How the elements of a format read: roles and single characters by tag; in other namespaces all are lines.

    `spaces`: elements whose text counts even if it is nothing but spaces; `known`: namespaces of the format.
    """

    roles: Mapping[str, Role]
    characters: Mapping[str, str]
    spaces: frozenset[str]
    known: Callable[[str], bool]
    lines: frozenset[str] = frozenset()  # local names of elements that are lines, in any namespace
    template: bool = False  # lines made of the program's own words are prompts, not read
    after: Callable[[Element], Callable[[], None] | None] = lambda _element: None
    removed: Callable[[Element], Element | None] = lambda _element: None

    def role(self, tag: str) -> Role:
        """Return what an element with this tag is."""
        found = self.roles.get(tag)
        if found is None:
            inline = self.known(namespace(tag)) and local(tag) not in self.lines
            return Role.INLINE if inline else Role.LINE
        return found


@dataclass
class _Stream:
    """A text that is being put together: what separates two pieces is written when the second comes."""

    pieces: list[Piece] = field(default_factory=list)
    pending: str = ""
    cells: int = 0  # how many cells we are in

    def add(self, piece: Piece) -> None:
        if self.pending:
            if self.pieces:
                self.pieces.append(Piece(self.pending))
            self.pending = ""
        self.pieces.append(piece)

    def line(self) -> None:
        self.pending = self.pending or (" " if self.cells else "\n")

    @property
    def unit(self) -> Unit | None:
        return Unit(tuple(self.pieces)) if any(piece.place is not None for piece in self.pieces) else None


class Flow:
    """Reads a part: its main text, then what stands apart, then how paragraphs read before their tracked changes."""

    def __init__(self, style: Style, slots: Slots) -> None:
        self._style = style
        self._slots = slots
        self._asides: list[_Stream] = []
        self._authors: list[Unit] = []
        self._codes = _Stream()
        self._before = _Stream()

    def read(self, root: Element) -> list[Unit]:
        """Return the texts of the part."""
        main = _Stream()
        self._walk(root, main, original=False)
        streams = (main, *self._asides, self._codes, self._before)
        return [*(unit for stream in streams if (unit := stream.unit) is not None), *self._authors]

    def cell(self, element: Element) -> tuple[list[Piece], list[Unit]]:
        """Return what a cell shows, on one line, and what hangs at it (a comment)."""
        main = _Stream(cells=1)
        self._children(element, main, original=False)
        others = [unit for stream in self._asides if (unit := stream.unit) is not None]
        return main.pieces, [*others, *self._authors]

    def _walk(self, element: Element, stream: _Stream, *, original: bool) -> None:
        """Read an element and what it holds; `original`: without what was inserted, with what was deleted."""
        role = self._style.role(str(element.tag))
        if role is Role.ASIDE and not original:
            self._asides.append(aside := _Stream())
            self._children(element, aside, original=False)
            return
        if role is Role.REMOVED:
            region = self._style.removed(element) if original else None
            if region is not None:
                self._children(region, stream, original=True)
                stream.pending = " "
            return
        if role is Role.FILLED and not original:
            self._children(element, self._codes, original=False)
            self._codes.line()
            return
        if role is Role.CODE:
            if not original and element.text and element.text.strip():
                skipped = keyword(element.text)
                self._codes.add(Piece(element.text[skipped:], self._slots.place(Slot(element)), skipped))
                self._codes.line()
            return
        if role is Role.LINE and self._style.template and own("".join(map(str, element.itertext()))):
            return
        if role is Role.ELSEWHERE:
            return
        if role is Role.AUTHOR:
            if element.text and element.text.strip() and not original:
                self._authors.append(author(element.text, self._slots.place(Slot(element))))
            return
        if (role is Role.DELETED and not original) or (role in (Role.INSERTED, Role.ASIDE) and original):
            return
        if role is Role.CELL:
            if not _first_cell(element, self._style):
                stream.add(Piece("\t"))
            stream.cells += 1
        self._children(element, stream, original=original)
        if role is Role.CELL:
            stream.cells -= 1
            stream.pending = stream.pending.strip(" ")
        elif role in (Role.LINE, Role.ROW):
            stream.line()
            if role is Role.LINE and not original and self._changed(element):
                self._walk(element, self._before, original=True)
                self._before.line()

    def _children(self, element: Element, stream: _Stream, *, original: bool) -> None:
        character = self._style.characters.get(str(element.tag))
        if character is not None:
            stream.add(Piece(character))
        self._text(element, stream)
        for child in element:
            self._walk(child, stream, original=original)
            if (child.tail and child.tail.strip()) or (child.tail and str(element.tag) in self._style.spaces):
                stream.add(Piece(child.tail, self._slots.place(Slot(child, TAIL))))

    def _text(self, element: Element, stream: _Stream) -> None:
        text = element.text
        if text and _ID.fullmatch(text.strip()):
            return
        if text and (text.strip() or str(element.tag) in self._style.spaces):
            after = self._style.after(element)
            stream.add(Piece(text, self._slots.place(Slot(element), after=after)))

    def _changed(self, paragraph: Element) -> bool:
        """Tell whether a paragraph holds something deleted."""
        return any(
            self._style.role(str(inner.tag)) in (Role.DELETED, Role.REMOVED)
            for inner in paragraph.iter()
            if inner is not paragraph and isinstance(inner.tag, str)
        )


def _first_cell(element: Element, style: Style) -> bool:
    return not any(style.role(str(sibling.tag)) is Role.CELL for sibling in element.itersiblings(preceding=True))
