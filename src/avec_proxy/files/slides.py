"""PPTX: PresentationML. A slide reads shape by shape, tables by rows; notes, comments and masters are texts too."""

import re
from collections.abc import Mapping
from dataclasses import replace

from avec_proxy.files import ooxml
from avec_proxy.files.ooxml import Package
from avec_proxy.files.opened import OpenFile
from avec_proxy.files.word import DRAWING_CHARACTERS, DRAWING_ROLES, DRAWING_SPACES, A, tagged
from avec_proxy.files.xml_flow import Role, Style

_STYLE = Style(
    # a field («date», «slide number») fills itself
    roles={**DRAWING_ROLES, **tagged(A, {"fld": Role.FILLED})},
    characters=DRAWING_CHARACTERS,
    spaces=DRAWING_SPACES,
    known=ooxml.known,
    # texts outside of shapes: comments, cells of charts, names of sections
    lines=frozenset(("text", "v", "cm", "author", "cmAuthor", "pt", "f")),
)
_TEMPLATE = re.compile(r"(?i)master|layout")
_NUMBER = re.compile(r"(\d+)\.xml$")


def open_pptx(members: Mapping[str, bytes]) -> OpenFile:
    """Return a presentation. Raises Refusal: `ooxml.Package`."""

    def read(package: Package) -> None:
        for name in sorted(ooxml.parts(package), key=_place):
            package.flow(name, replace(_STYLE, template=_TEMPLATE.search(name) is not None))

    return ooxml.opened("pptx", members, read)


def _place(name: str) -> tuple[int, int]:
    """Return where a part stands in the reading: slides in their order, then notes and comments, masters at the end."""
    folders = ("ppt/slides/", "ppt/notesSlides/", "ppt/comments/")
    rank = next((i for i, folder in enumerate(folders) if name.startswith(folder)), len(folders))
    number = _NUMBER.search(name)
    return rank, int(number[1]) if number and rank < len(folders) else 0
