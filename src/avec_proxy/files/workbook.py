"""XLSX: SpreadsheetML. A sheet reads as it would be pasted: cells between tabs, as they are shown."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from avec_proxy.files import formulas, number_formats, ooxml
from avec_proxy.files.limits import MAX_CELLS
from avec_proxy.files.ooxml import Package
from avec_proxy.files.opened import OpenFile, Piece, Unit, grid
from avec_proxy.files.own_words import own
from avec_proxy.files.word import DRAWING_CHARACTERS, DRAWING_ROLES, DRAWING_SPACES, tagged
from avec_proxy.files.xml_flow import Role, Style
from avec_proxy.files.xml_tree import Element, Slot, bare, local, namespace
from avec_proxy.model import Refusal

_S = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
_FORMULAS = frozenset(
    "f formula formula1 formula2 definedName calculatedColumnFormula totalsRowFormula oldFormula".split()
)
_HEADERS = frozenset("oddHeader oddFooter evenHeader evenFooter firstHeader firstFooter".split())
# «&C», «&"Arial,Gras"», «&12», «&K01+000», «&P»: how a header is laid out, and what fills itself (18.3.1.46)
_LAYOUT = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{2}[+-][0-9]{3}|K[0-9A-Fa-f]{6}|[0-9]{1,3}|[A-Z&])')
_STYLE = Style(
    roles={
        **DRAWING_ROLES,
        **tagged(_S, {"si": Role.ELSEWHERE, "sheetData": Role.ELSEWHERE, "comment": Role.ASIDE, "author": Role.AUTHOR}),
        **tagged(_S, dict.fromkeys((*_FORMULAS, *_HEADERS), Role.ELSEWHERE)),
    },
    characters=DRAWING_CHARACTERS,
    spaces=DRAWING_SPACES | frozenset(tagged(_S, {"t": ""})),
    known=ooxml.known,
    lines=frozenset(("v", "text", "threadedComment", "pt", "f")),
)
# Attributes of cells and rows, too many to look at one by one.
_PLAIN = tagged(
    _S,
    {
        "c": frozenset("r s t cm vm ph".split()),
        "v": frozenset[str](),
        "f": frozenset("t ref si ca aca".split()),
        "row": frozenset(
            "r spans s customFormat ht hidden customHeight outlineLevel collapsed thickTop thickBot ph "
            "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac}dyDescent".split()
        ),
    },
)
_MAX_NAME = 31  # characters of a sheet's name
_FLAT = str.maketrans("\r\n\t\v\f", "     ")


def open_xlsx(members: Mapping[str, bytes]) -> OpenFile:
    """Return a workbook. Raises Refusal: `ooxml.Package`, "file_too_big" for too many cells."""
    return ooxml.opened("xlsx", members, lambda package: _Workbook(package).read())


@dataclass(frozen=True)
class _Number:
    """A number in a cell, as it is shown; what replaces it is a text."""

    cell: Element
    text: str

    def set(self, text: str) -> None:
        """Make the cell a text."""
        _without_formula(self.cell)()
        for attribute in {"cm", "vm"}.intersection(map(str, self.cell.attrib)):
            del self.cell.attrib[attribute]
        name = str(self.cell.tag)
        for child in list(self.cell):
            self.cell.remove(child)
        self.cell.set("t", "inlineStr")
        holder = self.cell.makeelement(name.replace("}c", "}is"))
        inner = holder.makeelement(name.replace("}c", "}t"))
        inner.text = text
        holder.append(inner)
        self.cell.append(holder)


@dataclass
class _Workbook:
    package: Package
    shared: list[list[Element]] = field(default_factory=list)
    formats: list[tuple[int, str]] = field(default_factory=list)
    since_1904: bool = False
    cells: int = 0
    sheets: list[Element] = field(default_factory=list)
    ranges: list[Element] = field(default_factory=list)
    formulas: list[Element] = field(default_factory=list)

    def read(self) -> None:
        package = self.package
        if any(re.match(r"(?i)xl/(?:slicers|slicerCaches|timelines|timelineCaches)/", name) for name in package.trees):
            raise Refusal("file_with_file")
        for tree in package.trees.values():
            kind = local(tree.tag)
            if kind == "sst":
                self.shared = [[t for t in si.iter() if local(t.tag) == "t"] for si in tree if local(si.tag) == "si"]
            elif kind == "styleSheet":
                self.formats = list(_formats(tree))
            elif kind == "workbook":
                self._names(tree)
        for name in ooxml.parts(package):
            tree = package.trees[name]
            if local(tree.tag) in ("worksheet", "dialogsheet", "macrosheet"):
                package.units += self._sheet(tree)
            self._formulas(tree)
            self._headers(tree)
            if local(tree.tag) == "workbook":
                self._book(name)
            else:
                package.flow(name, _STYLE, _PLAIN)
        self._unused()
        package.finish.append(self._finish)

    def _names(self, tree: Element) -> None:
        for element in tree.iter():
            if local(element.tag) == "workbookPr":
                self.since_1904 = str(element.get("date1904")) in ("1", "true")
            elif local(element.tag) == "sheet":
                self.sheets.append(element)
                self.package.before[element] = str(element.get("name", ""))
            elif local(element.tag) == "definedName":
                self.ranges.append(element)
                self.package.before[element] = str(element.get("name", ""))

    def _book(self, name: str) -> None:
        """Read the workbook's own part: names of sheets and of ranges, which formulas refer to."""
        package = self.package
        pieces: list[Piece] = []
        for element in (*self.sheets, *(e for e in self.ranges if not str(e.get("name", "")).startswith("_xlnm."))):
            if element.get("name"):
                place = package.slots.place(Slot(element, "name"), bare)
                pieces += (Piece(str(element.get("name")), place), Piece("\n"))
        if pieces:
            package.units.append(Unit(tuple(pieces)))
        known = frozenset("name sheetId state localSheetId hidden function vbProcedure xlm functionGroupId".split())
        relation = {f"{{{namespace(key)}}}id" for e in self.sheets for key in e.attrib if local(key) == "id"}
        package.flow(name, _STYLE, {str(e.tag): known | relation for e in (*self.sheets, *self.ranges)})

    def _sheet(self, tree: Element) -> Iterator[Unit]:
        """Yield a sheet's cells."""
        rows: list[dict[int, list[Piece]]] = []
        for row in (r for data in tree if local(data.tag) == "sheetData" for r in data):
            cells: dict[int, list[Piece]] = {}
            column = -1
            for cell in row:
                column = _column(str(cell.get("r", ""))) if cell.get("r") else column + 1
                pieces = self._cell(cell)
                if pieces:
                    cells[column] = pieces
            if cells:
                rows.append(cells)
        unit = grid(rows)
        if unit is not None:
            yield unit

    def _cell(self, cell: Element) -> list[Piece]:
        """Return what a cell shows."""
        self.cells += 1
        if self.cells > MAX_CELLS:
            raise Refusal("file_too_big")
        kind = str(cell.get("t", "n"))
        value = next((child for child in cell if local(child.tag) == "v"), None)
        if kind == "s" and value is not None:
            index = int(value.text) if value.text and value.text.isdecimal() else len(self.shared)
            if index >= len(self.shared):
                raise Refusal("file_malformed")
            return self._texts(self.shared[index], None)
        if kind == "inlineStr":
            return self._texts([t for t in cell.iter() if local(t.tag) == "t"], cell)
        if value is None or not value.text:
            return []
        if kind == "str":
            return self._texts([value], cell)
        if kind in ("b", "e"):
            return [Piece(value.text)]
        style = str(cell.get("s", "0"))
        number, code = self.formats[int(style)] if style.isdecimal() and int(style) < len(self.formats) else (0, "")
        text = number_formats.shown(value.text, number, code, since_1904=self.since_1904)
        if kind == "d":
            text = re.sub(r"^(\d{4})-(\d\d)-(\d\d)(?:T00:00:00(?:\.0+)?Z?)?$", r"\3/\2/\1", value.text)
        return [Piece(text, self.package.slots.place(_Number(cell, text)))]

    def _texts(self, elements: list[Element], cell: Element | None) -> list[Piece]:
        after = None if cell is None else _without_formula(cell)
        pieces = []
        for element in elements:
            if element.text:
                place = self.package.slots.place(Slot(element), after=after)
                pieces.append(Piece(element.text.translate(_FLAT), place))
        return pieces

    def _unused(self) -> None:
        """Read the shared texts that no cell shows any more: they are in the file all the same."""
        slots = self.package.slots
        for elements in self.shared:
            pieces = [Piece(t.text, slots.place(Slot(t))) for t in elements if t.text and not slots.has(Slot(t))]
            if pieces:
                self.package.units.append(Unit(tuple(pieces)))

    def _formulas(self, tree: Element) -> None:
        """Read the quoted words of formulas, a line each."""
        pieces: list[Piece] = []
        for element in tree.iter():
            if local(element.tag) not in _FORMULAS or not element.text:
                continue
            self.formulas.append(element)
            for start, end in formulas.words(element.text):
                place = self.package.slots.place(Slot(element), _doubled)
                pieces += (Piece(element.text[start:end], place, start), Piece("\n"))
        if pieces:
            self.package.units.append(Unit(tuple(pieces)))

    def _headers(self, tree: Element) -> None:
        """Read printed headers and footers without the codes that lay them out."""
        for element in (e for e in tree.iter() if local(e.tag) in _HEADERS and e.text):
            text = str(element.text)
            place = self.package.slots.place(Slot(element))
            pieces: list[Piece] = []
            at = 0
            for code in _LAYOUT.finditer(text):
                pieces += (Piece(text[at : code.start()], place, at), Piece(" "))
                at = code.end()
            pieces.append(Piece(text[at:], place, at))
            if not own("".join(p.text for p in pieces)):
                self.package.units.append(Unit(tuple(p for p in pieces if p.text)))

    def _finish(self) -> None:
        """Let formulas, links and print areas follow the names that were changed, and compare what is left in them."""
        names = self._renamed()
        for element in self.formulas:
            if element.getparent() is not None and element.text:
                element.text = formulas.renamed(element.text, names)
                self.package.unread.append(formulas.rest(element.text))
        for tree in self.package.trees.values():
            for element in tree.iter():
                if local(element.tag) == "hyperlink" and element.get("location"):
                    element.set("location", formulas.renamed(str(element.get("location")), names))
                    self.package.unread.append(str(element.get("location")))

    def _renamed(self) -> dict[str, str]:
        """Return the new names of what was renamed; two sheets never get the same one."""
        names: dict[str, str] = {}
        taken: set[str] = set()
        for element in (*self.sheets, *self.ranges):
            old, new = self.package.before.get(element, ""), str(element.get("name", ""))
            if old == new:
                taken.add(new.casefold())
        for element in (*self.sheets, *self.ranges):
            old, new = self.package.before.get(element, ""), str(element.get("name", ""))
            if old in ("", new):
                continue
            name, number = new[:_MAX_NAME], 1
            while name.casefold() in taken:
                number += 1
                name = f"{new[: _MAX_NAME - 4]}_{number}"
            taken.add(name.casefold())
            element.set("name", name)
            names[old] = name
        return names


def _doubled(text: str) -> str:
    return text.replace('"', '""')


def _without_formula(cell: Element) -> Callable[[], None]:
    """Return what makes a cell whose text was changed show just that: its formula would bring the text back."""

    def drop() -> None:
        for formula in [child for child in cell if local(child.tag) == "f"]:
            if formula.get("t") == "shared" and formula.get("ref"):
                _unshare(cell, str(formula.get("si")))
            else:
                cell.remove(formula)

    return drop


def _unshare(cell: Element, number: str) -> None:
    """Take a formula away from all cells that share it."""
    data = cell.getparent().getparent() if cell.getparent() is not None else None  # type: ignore[union-attr]
    for formula in [] if data is None else list(data.iter(str(cell.tag).replace("}c", "}f"))):
        holder = formula.getparent()
        if formula.get("si") == number and holder is not None:
            holder.remove(formula)


def _column(reference: str) -> int:
    """Return the number of the column of «AB12», from 0. Raises Refusal for another form."""
    found = re.fullmatch(r"\$?([A-Z]{1,3})\$?[0-9]{1,7}", reference)
    if found is None:
        raise Refusal("file_malformed")
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - 64
    return column - 1


def _formats(tree: Element) -> Iterator[tuple[int, str]]:
    """Yield the number and the code of the format of each cell style."""
    codes = {str(e.get("numFmtId")): str(e.get("formatCode", "")) for e in tree.iter() if local(e.tag) == "numFmt"}
    for styles in (e for e in tree if local(e.tag) == "cellXfs"):
        for style in styles:
            number = str(style.get("numFmtId", "0"))
            yield int(number) if number.isdecimal() else 0, codes.get(number, "")
