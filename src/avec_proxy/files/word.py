"""DOCX: WordprocessingML, with its headers, notes, comments, text boxes, fields and tracked changes."""

from collections.abc import Mapping

from avec_proxy.files import ooxml
from avec_proxy.files.ooxml import Package
from avec_proxy.files.opened import OpenFile
from avec_proxy.files.xml_flow import Role, Style

_W = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
A = ("http://schemas.openxmlformats.org/drawingml/2006/main", "http://purl.oclc.org/ooxml/drawingml/main")


def tagged[T](namespaces: tuple[str, ...], named: Mapping[str, T]) -> dict[str, T]:
    """Return what belongs to each name in each of the namespaces (transitional and strict)."""
    return {f"{{{space}}}{name}": what for space in namespaces for name, what in named.items()}


# DrawingML: the text of shapes, in any of the three formats.
DRAWING_ROLES = tagged(A, {"p": Role.LINE, "tr": Role.ROW, "tc": Role.CELL})
DRAWING_CHARACTERS = tagged(A, {"br": "\n", "tab": "\t"})
DRAWING_SPACES = frozenset(tagged(A, {"t": ""}))

STYLE = Style(
    roles={
        **DRAWING_ROLES,
        **tagged(
            _W,
            {
                "p": Role.LINE,
                "tr": Role.ROW,
                "tc": Role.CELL,
                "txbxContent": Role.ASIDE,
                "footnote": Role.ASIDE,
                "endnote": Role.ASIDE,
                "comment": Role.ASIDE,
                "instrText": Role.CODE,
                "delInstrText": Role.CODE,
                "del": Role.DELETED,
                "moveFrom": Role.DELETED,
                "ins": Role.INSERTED,
                "moveTo": Role.INSERTED,
            },
        ),
    },
    characters={
        **DRAWING_CHARACTERS,
        **tagged(
            _W, {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "", "sym": " "}
        ),
    },
    lines=frozenset(("v", "pt", "f")),  # of charts
    spaces=DRAWING_SPACES | frozenset(tagged(_W, {"t": "", "delText": "", "instrText": ""})),
    known=ooxml.known,
)


def open_docx(members: Mapping[str, bytes]) -> OpenFile:
    """Return a Word document. Raises Refusal: `ooxml.Package`."""

    def read(package: Package) -> None:
        for name in ooxml.parts(package):
            package.flow(name, STYLE)

    return ooxml.opened("docx", members, read)
