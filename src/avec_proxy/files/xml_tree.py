"""XML of office documents as trees, and the places of their texts: in an element, after one, in an attribute."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from lxml import etree

from avec_proxy.files.limits import MAX_XML_DEPTH
from avec_proxy.files.opened import Places, Words
from avec_proxy.model import Edit, Refusal
from avec_proxy.transform import spliced

Element = etree._Element
TEXT, TAIL = "#text", "#tail"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_PLACEHOLDER = re.compile(r"\[([^\W\d_]+(?:_[^\W\d_]+)*_\d+)[^\]]*\]")


def parse(data: bytes) -> Element:
    """Return the root of an XML part, comments and processing instructions left out.

    Raises Refusal("file_malformed") for anything but well-formed XML without a document type.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
    )
    root: Element | None = None
    with suppress(etree.XMLSyntaxError, ValueError):  # its words may quote the part
        root = etree.fromstring(data, parser)
    if root is None or root.getprevious() is not None or _typed(root) or _deep(root):
        raise Refusal("file_malformed")
    return root


def _typed(root: Element) -> bool:
    """Tell whether the part has a document type, which may define entities."""
    info: Any = root.getroottree().docinfo
    return info.internalDTD is not None or bool(info.doctype)


def _deep(root: Element) -> bool:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_XML_DEPTH:
            return True
    return False


def serialise(root: Element) -> bytes:
    """Return the part as UTF-8, declared as OPC and ODF want it."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def local(tag: object) -> str:
    """Return a tag or an attribute's name without its namespace."""
    return str(tag).rpartition("}")[2]


def namespace(tag: object) -> str:
    """Return the namespace of a tag or an attribute, "" if it has none."""
    return str(tag)[1:].partition("}")[0] if str(tag).startswith("{") else ""


def bare(text: str) -> str:
    """Return a replacement as it may stand in an address or a name of the format: placeholders without brackets."""
    return re.sub(r"[\[\]:*?/\\'\"<>\s]+", "_", _PLACEHOLDER.sub(r"\1", text)).strip("_")


@dataclass(frozen=True)
class Slot:
    """A text of a tree: of `element`, after it (`TAIL`), or of its attribute `name`."""

    element: Element
    name: str = TEXT

    @property
    def text(self) -> str:
        """What stands there."""
        if self.name == TEXT:
            return self.element.text or ""
        if self.name == TAIL:
            return self.element.tail or ""
        return str(self.element.get(self.name, ""))

    def set(self, text: str) -> None:
        """Put `text` there; spaces at its ends stay."""
        if self.name == TEXT:
            self.element.text = text or None
            if text != text.strip() and local(self.element.tag) in ("t", "delText", "instrText"):
                self.element.set(_SPACE, "preserve")
        elif self.name == TAIL:
            self.element.tail = text
        else:
            self.element.set(self.name, text)


class Spot(Protocol):
    """Where a text stands in a document: a slot, or something that shows otherwise than it is stored (a date)."""

    @property
    def text(self) -> str:
        """What a person reads there."""
        ...

    def set(self, text: str) -> None:
        """Put `text` there."""
        ...


@dataclass
class Slots:
    """The places of a file in the order in which they were met; a place may stand for several equal texts."""

    places: list[tuple[Spot, ...]] = field(default_factory=list)
    written: list[Callable[[str], str]] = field(default_factory=list)
    _known: dict[Spot, int] = field(default_factory=dict)
    after: dict[int, Callable[[], None]] = field(default_factory=dict)
    ids: list[Slot] = field(default_factory=list)  # what was not read as text

    def place(self, slot: Spot, write: Callable[[str], str] = str, after: Callable[[], None] | None = None) -> int:
        """Return the number of the place that `slot` is, a new one if it was not met before.

        `write` turns a replacement into what may stand there; `after` runs once something was replaced.
        """
        number = self._known.get(slot)
        if number is None:
            number = self._known[slot] = len(self.places)
            self.places.append((slot,))
            self.written.append(write)
            if after is not None:
                self.after[number] = after
        return number

    def has(self, slot: Spot) -> bool:
        """Tell whether a place was met before."""
        return slot in self._known

    def join(self, number: int, slot: Spot) -> None:
        """Let the place `number` stand for `slot` too, which says the same."""
        self.places[number] = (*self.places[number], slot)

    def apply(self, places: Places) -> None:
        """Make the edits in the trees."""
        for number, edits in places.items():
            if not edits:
                continue
            write = self.written[number]
            for slot in self.places[number]:
                slot.set(spliced(slot.text, [Edit(e.start, e.end, write(e.text)) for e in edits]))
        for number, edits in places.items():  # once all is written: a cell that becomes text loses attributes
            if edits and number in self.after:
                self.after[number]()

    def follow(self, words: Words) -> None:
        """Replace what is hidden elsewhere in ids too, everywhere alike, so that they still point to each other.

        A word in small letters («page») is left: values of the format look like it.
        """
        marks = {part: bare(mark) for word, mark in words.items() for part in _parts(word)}
        if not marks:
            return
        longest = sorted(marks, key=len, reverse=True)
        found = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, longest))})(?![^\W_])")
        for slot in self.ids:
            if found.search(slot.text):
                slot.set(found.sub(lambda match: marks[match[0]] or "_", slot.text))


def _parts(word: str) -> Iterator[str]:
    """Yield a replaced text and each of its words, as far as they say something by themselves."""
    for part in (word.strip(), *word.split()):
        if (len(part) >= 4 and part[0].isupper()) or sum(map(str.isdigit, part)) >= 6:
            yield part


def stands_in(words: Words, unread: Sequence[str]) -> bool:
    """Tell whether what was hidden is in what cannot be changed: names of members and of elements, formulas."""
    telling = {part.casefold() for word in words for part in _parts(word)}
    if not telling:
        return False
    text = "\n".join(unread).casefold()
    return any(
        part in text and re.search(rf"(?<![^\W_]){re.escape(part)}(?![^\W_])", text) is not None for part in telling
    )
