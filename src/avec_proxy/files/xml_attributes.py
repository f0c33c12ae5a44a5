"""Attributes of office documents that hold words: authors, descriptions, names of shapes and styles, and what is new.

A format has thousands of attributes for looks and links. Those that are known to hold words are read whatever they
say; the others only if they look like words; what belongs to no known format is read whole. What is not read here is
compared with what was hidden before a file is written (`xml_tree.stands_in`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from avec_proxy.files.opened import Piece, Unit
from avec_proxy.files.xml_tree import Element, Slot, Slots, local, namespace

# Attributes that hold words, by name alone: a name in small letters («dupont») looks like a value of the format.
_WORDS = frozenset(
    "author authorName initials descr title alt tooltip displayName caption userName longDesc prompt promptTitle "
    "errorTitle error help helpText statusText default text email userId instr string-value".split()
)
# Elements whose `val` is a person's words.
_WORDY = frozenset(
    "alias tag title description docVar default result helpText statusText listItem listEntry entryMacro text "
    "placeholder category docPart author subject".split()
)
# Styles, fonts and other ids that only point to something.
_POINTERS = frozenset(
    "typeface ascii hAnsi cs eastAsia styleId panose script prst Ignorable Requires ContentType Extension PartName Id "
    "Type embed link id uri formatCode fmla path rsidR schemeClr font-family font-name style-name fontname "
    "font-family-generic svg-font-family".split()
)
_POINTING = frozenset(
    "pStyle rStyle tblStyle basedOn next link numStyleLink styleLink altName latentStyles lsdException font compat "
    "compatSetting rFonts lvlText clrSchemeMapping themeFontLang lang sz family rFont scheme numFmt mathFont".split()
)
_SCHEMA = re.compile(r"(?:https?://(?:schemas\.|purl\.oc?lc\.|www\.w3\.org/|ns\.adobe\.)|urn:(?:schemas|oasis))")
_HEX = re.compile(r"\{?[0-9A-Fa-f]{2,}(?:-[0-9A-Fa-f]+)*\}?")
_NAME_LIKE = re.compile(r"(?<![^\W_])[A-ZÀ-ÖØ-Þ][^\W\d_]+|[^\W\d_]{2,}\s+[^\W\d_]{2,}|@|%[0-9A-Fa-f]{2}|://|\\")
_LETTER = re.compile(r"[^\W\d_]{2}|\d{5}")


@dataclass
class Attributes:
    """Collects the attributes of one part that hold words: one unit, a line for each value, and what was not read."""

    known: Callable[[str], bool]
    slots: Slots
    pieces: list[Piece] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    _lines: dict[tuple[str, str], int] = field(default_factory=dict)

    def read(self, root: Element, skip: frozenset[str] = frozenset()) -> None:
        """Take the attributes of a tree; those with a (full) name in `skip` are read elsewhere."""
        for element in root.iter():
            ours = self.known(namespace(element.tag))
            if not ours:
                self.unread.append(local(element.tag))
            for name, value in element.attrib.items():
                if str(name) in skip or not str(value).strip():
                    continue
                if _tells(element, local(name), str(value), ours=ours):
                    self._add(Slot(element, str(name)), local(name), str(value))
                else:
                    self.unread.append(str(value))

    def _add(self, slot: Slot, name: str, value: str) -> None:
        known = self._lines.get((name, value))
        if known is not None:
            self.slots.join(known, slot)
            return
        number = self._lines[name, value] = self.slots.place(slot)
        self.pieces += (Piece(f"{_LABELS.get(name, name)} : "), Piece(value, number), Piece("\n"))

    def units(self) -> Iterator[Unit]:
        """Yield the unit, if there is any word."""
        if self.pieces:
            yield Unit(tuple(self.pieces))


_LABELS = {"author": "auteur", "authorName": "auteur", "displayName": "nom", "userName": "utilisateur"}


def _tells(holder: Element, name: str, value: str, *, ours: bool) -> bool:
    if not ours:
        return _LETTER.search(value) is not None and not _SCHEMA.match(value)
    element = local(holder.tag)
    if name == "val" and element == "name" and _built_in(holder):
        return False
    if name in _WORDS or (name == "val" and element in _WORDY) or (name == "name" and element in ("bookmarkStart",)):
        return _LETTER.search(value) is not None
    if name in _POINTERS or element in _POINTING or _HEX.fullmatch(value) or _SCHEMA.match(value):
        return False
    return _NAME_LIKE.search(value) is not None


def _built_in(name: Element) -> bool:
    """Tell whether a name is that of a style that Word itself defines: nobody typed it."""
    style = name.getparent()
    return (
        style is not None and local(style.tag) == "style" and not any(local(k) == "customStyle" for k in style.attrib)
    )
