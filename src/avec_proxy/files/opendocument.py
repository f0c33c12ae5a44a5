"""ODT, ODS, ODP: OpenDocument (ISO/IEC 26300). The same reading as Office's, with its own elements."""

import re
from collections.abc import Callable, Iterator, Mapping

from avec_proxy.files import archive
from avec_proxy.files.blobs import is_blob
from avec_proxy.files.limits import MAX_CELLS
from avec_proxy.files.opened import OpenFile, Piece, Places, Unit, Words, grid
from avec_proxy.files.own_words import own
from avec_proxy.files.xml_attributes import Attributes
from avec_proxy.files.xml_flow import Flow, Role, Style
from avec_proxy.files.xml_tree import Element, Slots, bare, local, namespace, parse, serialise, stands_in
from avec_proxy.model import Refusal

KINDS = {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}
_MIMETYPE = re.compile(rb"application/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)\s*")
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_NAMESPACES = (
    "urn:oasis:names:tc:opendocument:",
    "urn:org:documentfoundation:",
    "urn:openoffice:",
    "http://openoffice.org/",
    "http://www.w3.org/",
    "http://purl.org/dc/",
)
_MANIFEST = "META-INF/manifest.xml"
# What only serves one computer or the looks, or shows the text as a picture: left out.
_DROPPED = re.compile(
    r"Thumbnails/.*|Configurations2/.*|(?:.*/)?settings\.xml|layout-cache|META-INF/(?!manifest\.xml).*|manifest\.rdf"
    r"|ObjectReplacements/.*|Pictures/TablePreview\d*\.svm"
)
_REFUSED = {
    "file_with_macro": r"Basic/|Scripts/|Dialogs/",
    "file_with_image": r"(?:.*/)?Pictures/|.*\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svm|svg|webp)$",
    "file_with_sound": r"(?:.*/)?Media/|.*\.(?:mp3|mp4|wav|ogg|avi|mov)$",
}
_T, _B, _D, _O = (f"{{{_ODF}{name}:1.0}}" for name in ("text", "table", "drawing", "office"))
_DC, _META = "{http://purl.org/dc/elements/1.1/}", f"{{{_ODF}meta:1.0}}"
# A document says of itself who wrote it, when, from what: the format does not ask for it.
_FORGOTTEN = frozenset(
    "initial-creator creator printed-by creation-date date print-date template user-defined editing-cycles "
    "editing-duration auto-reload hyperlink-behaviour".split()
)
_FORGOTTEN_ATTRIBUTES = frozenset((f"{_T}date-value", f"{_T}time-value"))
_SHAPES = "text-box custom-shape rect ellipse circle line polygon polyline path connector caption measure".split()
_ROLES = {
    **dict.fromkeys((f"{_T}p", f"{_T}h"), Role.LINE),
    f"{_B}table-row": Role.ROW,
    **dict.fromkeys((f"{_B}table-cell", f"{_B}covered-table-cell"), Role.CELL),
    **dict.fromkeys((f"{_T}note-body", f"{_O}annotation", f"{_T}changed-region"), Role.ASIDE),
    **dict.fromkeys((f"{_DC}creator", f"{_META}creator-initials"), Role.AUTHOR),
    f"{_T}change": Role.REMOVED,
    f"{_T}note-citation": Role.FILLED,
    f"{{{_ODF}datastyle:1.0}}text": Role.CODE,
    # when somebody changed something: it was replaced by a day that says nothing
    **dict.fromkeys((f"{_DC}date", f"{_META}date-string", f"{_META}generator"), Role.ELSEWHERE),
}
_CELL = frozenset(
    (
        *(f"{_O}{name}" for name in ("value-type", "value", "date-value", "time-value", "boolean-value", "currency")),
        *(f"{_B}{name}" for name in ("style-name", "number-columns-repeated", "number-columns-spanned")),
        *(f"{_B}{name}" for name in ("number-rows-spanned", "number-rows-repeated", "visibility")),
        "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type",
    )
)
_PLAIN = {f"{_B}{name}": _CELL for name in ("table-cell", "covered-table-cell", "table-row")}
_NO_DAY = "1970-01-01T00:00:00"


def known(namespace_: str) -> bool:
    """Tell whether a namespace belongs to the format."""
    return namespace_.startswith(_NAMESPACES)


def kind_of(members: Mapping[str, bytes]) -> str:
    """Return "odt", "ods" or "odp", "" for another archive."""
    found = _MIMETYPE.fullmatch(members.get("mimetype", b""))
    return KINDS[found[1].decode()] if found else ""


def open_document(members: Mapping[str, bytes], kind: str) -> OpenFile:
    """Return the document. Raises Refusal where a part of it cannot be read."""
    document = _Document(members, kind)
    if any(is_blob(unit.text) for unit in document.units):
        raise Refusal("file_with_file")
    return OpenFile(kind, tuple(document.units), lambda places, words: _Document(members, kind).write(places, words))


class _Document:
    """The XML parts of a document as trees, and the places of their texts."""

    def __init__(self, members: Mapping[str, bytes], kind: str) -> None:
        if b"encryption-data" in members.get(_MANIFEST, b""):
            raise Refusal("file_encrypted")
        kept = {name: data for name, data in members.items() if not _DROPPED.fullmatch(name)}
        for code, pattern in _REFUSED.items():
            if any(re.match(pattern, name, re.IGNORECASE) for name in kept):
                raise Refusal(code)
        if _MANIFEST not in kept or any(n != "mimetype" and not n.endswith(".xml") for n in kept):
            raise Refusal("file_with_file")
        self._kind = kind
        self._mimetype = members["mimetype"]
        self._trees = {name: parse(data) for name, data in kept.items() if name != "mimetype"}
        self._slots = Slots()
        self._unread = [name for name in kept if not own(name)]
        self.units: list[Unit] = []
        self._drop(frozenset(members) - frozenset(kept))
        for name, tree in sorted(self._trees.items(), key=lambda part: not part[0].endswith("content.xml")):
            _forget(tree)
            if name != _MANIFEST:
                self._read(tree)
        self._sheets = {e: str(e.get(f"{_B}name", "")) for e in self._all() if e.tag == f"{_B}table"}

    def _all(self) -> Iterator[Element]:
        return (element for tree in self._trees.values() for element in tree.iter())

    def _drop(self, dropped: frozenset[str]) -> None:
        """Take away what points to parts that are left out."""
        folders = {name.partition("/")[0] + "/" for name in dropped if "/" in name}
        gone = dropped | {f for f in folders if f not in ("META-INF/",) and not f.startswith("Object ")}
        for element in list(self._all()):
            path = str(element.get(f"{{{_ODF}manifest:1.0}}full-path", ""))
            href = str(element.get("{http://www.w3.org/1999/xlink}href", "")).removeprefix("./")
            parent = element.getparent()
            listed = local(element.tag) == "file-entry" and (path in gone or path.startswith(tuple(folders & gone)))
            shown = local(element.tag) == "image" and (href in dropped or href.startswith("ObjectReplacements/"))
            if parent is not None and (listed or shown):
                parent.remove(element)

    def _read(self, tree: Element) -> None:
        style = _style(self._kind)
        if any(local(e.tag) == "script" and namespace(e.tag) == _O[1:-1] for e in tree.iter()):
            raise Refusal("file_with_macro")
        if self._kind == "ods":
            self._tables(tree, style)
        self.units += Flow(style, self._slots).read(tree)
        attributes = Attributes(known, self._slots, lambda _element, _name: bare)
        attributes.read(tree, _PLAIN)
        self.units += attributes.units()
        self._unread += attributes.unread

    def _tables(self, tree: Element, style: Style) -> None:
        """Read the sheets: their cells as a table each, and what hangs at the cells apart."""
        cells = 0
        for table in (e for e in tree.iter() if e.tag == f"{_B}table"):
            rows: list[dict[int, list[Piece]]] = []
            asides: list[Unit] = []
            for row in (r for r in table.iter(f"{_B}table-row") if _holder(r, f"{_B}table") is table):
                found: dict[int, list[Piece]] = {}
                column = 0
                for cell in (c for c in row if c.tag in _PLAIN):
                    cells += 1
                    if len(cell):
                        pieces, more = Flow(style, self._slots).cell(cell)
                        found.update({column: pieces} if pieces else {})
                        asides += more
                    column += _count(cell)
                if found:
                    rows.append(found)
            if cells > MAX_CELLS:
                raise Refusal("file_too_big")
            unit = grid(rows)
            self.units += [*([unit] if unit else []), *asides]

    def write(self, places: Places, words: Words) -> bytes:
        """Return the archive with edits made. Raises Refusal("identifier_misplaced"): `stands_in`."""
        self._slots.apply(places)
        self._slots.follow(words)
        self._follow()
        if stands_in(words, self._unread):
            raise Refusal("identifier_misplaced")
        parts = {name: serialise(tree) for name, tree in self._trees.items()}
        return archive.pack({"mimetype": self._mimetype, **parts})

    def _follow(self) -> None:
        """Let formulas, links and areas follow the names of sheets that were changed; no two get the same one."""
        renamed: dict[str, str] = {}
        now = [str(e.get(f"{_B}name", "")) for e in self._sheets]
        taken = {old.casefold() for old, new in zip(self._sheets.values(), now, strict=True) if old == new}
        for (element, old), new in zip(self._sheets.items(), now, strict=True):
            if old != new:
                name, number = new, 1
                while name.casefold() in taken:
                    number += 1
                    name = f"{new}_{number}"
                taken.add(name.casefold())
                element.set(f"{_B}name", name)
                renamed[old] = name
        for old, new in renamed.items():
            quoted = old.replace("'", "''")
            reference = re.compile(rf"'{re.escape(quoted)}'(?=\.)|(?<!\w){re.escape(old)}(?=\.)")
            for element in self._all():
                for key, value in list(element.attrib.items()):
                    if old in str(value) or quoted in str(value):
                        element.set(str(key), reference.sub(f"'{new}'", str(value)))


def _style(kind: str) -> Style:
    # a slide is made of shapes; in a letter a shape stands amid a paragraph
    shapes = {} if kind == "odp" else {f"{_D}{name}": Role.ASIDE for name in _SHAPES}
    rows = {f"{_B}table-row": Role.ELSEWHERE} if kind == "ods" else {}
    return Style(
        roles={**_ROLES, **shapes, **rows},
        characters={f"{_T}s": " ", f"{_T}tab": "\t", f"{_T}line-break": "\n"},
        spaces=frozenset(f"{_T}{name}" for name in ("p", "h", "span", "a", "meta", "ruby-base")),
        known=known,
        lines=frozenset(("title", "subject", "description", "keyword", "desc", "title")),
        after=_as_text,
        removed=_removed,
    )


def _removed(change: Element) -> Element | None:
    """Return what was deleted where `change` stands."""
    number = change.get(f"{_T}change-id")
    for region in change.getroottree().getroot().iter(f"{_T}changed-region"):
        if number in (region.get(f"{_T}id"), region.get("{http://www.w3.org/XML/1998/namespace}id")):
            return next(region.iter(f"{_T}deletion"), None)
    return None


def _as_text(element: Element) -> Callable[[], None] | None:
    """Return what makes the cell of a text hold that text alone: its value or its formula would bring the text back."""
    cell = _holder(element, f"{_B}table-cell")
    if cell is None or not any(local(name) in ("value-type", "formula") for name in cell.attrib):
        return None

    def convert() -> None:
        for name in [n for n in cell.attrib if local(n) in _VALUES]:
            del cell.attrib[name]
        cell.set(f"{_O}value-type", "string")

    return convert


_VALUES = frozenset("value-type value date-value time-value boolean-value string-value currency formula".split())


def _holder(element: Element, tag: str) -> Element | None:
    return next((e for e in (element, *element.iterancestors()) if e.tag == tag), None)


def _count(cell: Element) -> int:
    """Return how many columns a cell stands for."""
    repeated = str(cell.get(f"{_B}number-columns-repeated", "1"))
    return int(repeated) if repeated.isdecimal() else 1


def _forget(tree: Element) -> None:
    for element in list(tree.iter()):
        for name in [n for n in element.attrib if n in _FORGOTTEN_ATTRIBUTES or local(n) == "current-date"]:
            del element.attrib[name]
        parent = element.getparent()
        if parent is None:
            continue
        if local(parent.tag) == "meta" and local(element.tag) in _FORGOTTEN:
            parent.remove(element)
        elif element.tag == f"{_DC}date" and element.text:
            element.text = _NO_DAY
        elif element.tag == f"{_META}date-string":
            element.text = None
