"""Attributes of office documents that hold words: authors, descriptions, names of shapes and styles, and what is new.

A format has thousands of attributes for looks and links. Those that are known to hold words are read whatever they
say; the others only if they look like words; what belongs to no known format is read whole. What is not read here is
compared with what was hidden before a file is written (`xml_tree.stands_in`).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from avec_proxy.files.opened import Piece, Unit
from avec_proxy.files.own_words import own
from avec_proxy.files.xml_flow import author, keyword
from avec_proxy.files.xml_tree import Element, Slot, Slots, local, namespace

# Attributes that hold words, by name alone: a name in small letters («dupont») looks like a value of the format.
_WORDS = frozenset(
    "descr title alt tooltip caption longDesc prompt promptTitle errorTitle error help helpText statusText "
    "default text email instr string-value current-value label option condition string comment displayText "
    "displayValue".split()
)
# Elements whose `val` is a person's words.
_WORDY = frozenset(
    "alias tag title description docVar default result helpText statusText listItem listEntry entryMacro text "
    "placeholder category docPart author subject filter customFilter sheetName s tblCaption tblDescription".split()
)
# Elements whose `name` is a person's word, or a person.
_NAMED = frozenset(
    "bookmarkStart definedName tableColumn cacheField docVar tag section sheetView sheet table named-range "
    "named-expression database-range bookmark bookmark-start variable-decl user-field-decl cNvPr docPr cSld "
    "custShow chgData cellStyle scenario protectedRange frame page custom-shape rect g control form text textarea "
    "listbox combobox checkbox button variable-set user-field-get".split()
)
# Styles, fonts and other ids that only point to something.
_POINTERS = frozenset(
    "typeface ascii hAnsi cs eastAsia styleId panose script prst Ignorable Requires ContentType Extension "
    "PartName Id Type appName lastEdited lowestEdited action macro embed link id uri formatCode fmla path rsidR "
    "schemeClr font-family font-name style-name fontname font-family-generic svg-font-family font-family-asian "
    "font-family-complex language country rfc-language-tag language-asian country-asian language-complex "
    "country-complex style-name-asian style-name-complex".split()
)
_POINTING = frozenset(
    "pStyle rStyle tblStyle basedOn next link numStyleLink styleLink altName latentStyles lsdException font "
    "compat compatSetting rFonts clrSchemeMapping themeFontLang lang sz family rFont scheme numFmt mathFont".split()
)
# Elements of ODF whose `name` others refer to.
_STYLES = frozenset(
    "style list-style page-layout master-page font-face default-style marker gradient hatch fill-image stroke-dash "
    "opacity date-style number-style text-style time-style currency-style percentage-style boolean-style "
    "table-template presentation-page-layout outline-style sequence-decl list-level-style "
    "annotation annotation-end".split()
)
# In ODF, what ends with «-name» points to something, but for these; borders are looks.
_POINTING_NAME = re.compile(r"(?!display-name|target-frame-name).*-name$|border|font-")
# Names of fonts: a patient may be called Georgia.
_FONTS = frozenset("typeface ascii hAnsi cs eastAsia font altName family font-name font-family rFont".split())
# Where a link leads within a workbook: it follows the names of its sheets (`workbook`).
_FOLLOWING = frozenset((("hyperlink", "location"),))
# Elements and attributes that say who somebody is.
_PEOPLE = ("cmAuthor", "author")
_AUTHORS = frozenset(("author", "authorName", "initials", "displayName", "userName", "userId", "user"))
_SCHEMA = re.compile(r"(?:https?://(?:schemas\.|purl\.oc?lc\.|www\.w3\.org/|ns\.adobe\.)|urn:(?:schemas|oasis))")
_HEX = re.compile(r"\{?[0-9A-Fa-f]{2,}(?:-[0-9A-Fa-f]+)*\}?")
_NAME_LIKE = re.compile(r"(?<![^\W_])[A-ZÀ-ÖØ-Þ][^\W\d_]+|[^\W\d_]{2,}\s+[^\W\d_]{2,}|@|%[0-9A-Fa-f]{2}|://|\\")
_LETTER = re.compile(r"[^\W\d_]{2}|\d{5}")


@dataclass
class Attributes:
    """Collects the attributes of one part that hold words: one unit, a line for each value."""

    known: Callable[[str], bool]
    slots: Slots
    write: Callable[[str, str], Callable[[str], str]]  # by element and attribute
    pieces: list[Piece] = field(default_factory=list)
    authors: list[Unit] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    _said: dict[tuple[str, str, str], bool] = field(default_factory=dict)
    _lines: dict[tuple[str, str], int] = field(default_factory=dict)

    def read(self, root: Element, plain: Mapping[str, frozenset[str]]) -> None:
        """Take the attributes of a tree; an element in `plain` that has none but those given there is passed by."""
        for element in root.iter():
            if element.tag in plain and plain[str(element.tag)].issuperset(map(str, element.attrib)):
                continue
            ours = self.known(namespace(element.tag))
            if not ours:
                self.unread.append(local(element.tag))
            for name, value in element.attrib.items():
                if (local(element.tag), local(name)) in _FOLLOWING:
                    continue
                if self._words(element, str(name), str(value), ours=ours):
                    self._add(Slot(element, str(name)), local(name), str(value))
                elif (
                    local(name) not in _FONTS
                    and not local(name).startswith("font-")
                    and local(element.tag) not in _FONTS
                ):
                    self.slots.ids.append(Slot(element, str(name)))

    def _words(self, element: Element, name: str, value: str, *, ours: bool) -> bool:
        """Tell whether an attribute holds words; equal ones are asked about once, for a document repeats them."""
        if local(element.tag) == "name":  # what it is the name of counts
            return _tells(element, local(name), value, ours=ours)
        key = (str(element.tag), name, value)
        known = self._said.get(key)
        if known is None:
            known = self._said[key] = _tells(element, local(name), value, ours=ours)
        return known

    def _add(self, slot: Slot, name: str, value: str) -> None:
        known = self._lines.get((name, value))
        if known is not None:
            self.slots.join(known, slot)
            return
        number = self._lines[name, value] = self.slots.place(slot, self.write(local(slot.element.tag), name))
        if name in _AUTHORS or (name == "name" and local(slot.element.tag) in _PEOPLE):
            self.authors.append(author(value, number))
            return
        skipped = keyword(value) if name == "instr" else 0
        self.pieces += (Piece(value[skipped:], number, skipped), Piece("\n"))

    def units(self) -> Iterator[Unit]:
        """Yield the authors, then all other words in one unit."""
        yield from self.authors
        if self.pieces:
            yield Unit(tuple(self.pieces))


def _tells(holder: Element, name: str, value: str, *, ours: bool) -> bool:
    if not value.strip() or (name == "name" and value.startswith("_")):  # «_GoBack», «_Toc12»: made by Word
        return False
    if not ours:
        return _LETTER.search(value) is not None and not _SCHEMA.match(value)
    element = local(holder.tag)
    if name == "val" and element == "name" and _built_in(holder):
        return False
    if name in _AUTHORS or (name == "name" and element in _PEOPLE):
        return _LETTER.search(value) is not None
    if name == "value" and element == "listItem":
        return _LETTER.search(value) is not None
    if name in _WORDS or (name in ("val", "v") and element in _WORDY) or (name == "name" and element in _NAMED):
        return _LETTER.search(value) is not None and not own(value)
    if name in _POINTERS or element in _POINTING or _POINTING_NAME.match(name):
        return False
    if (name == "name" and element in _STYLES) or _HEX.fullmatch(value) or _SCHEMA.match(value):
        return False
    return _NAME_LIKE.search(value) is not None and not own(value)


def _built_in(name: Element) -> bool:
    """Tell whether a name is that of a style that Word itself defines, or of a font: nobody typed it."""
    style = name.getparent()
    if style is None or local(style.tag) != "style":
        return style is not None and local(style.tag) == "font"
    return not any(local(key) == "customStyle" for key in style.attrib)
