"""Office Open XML (ECMA-376): the parts of a package, what is dropped from it, and its properties.

Every part must be XML that is read, or something known that is dropped; anything else refuses the file.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from avec_proxy.files import archive
from avec_proxy.files.blobs import is_blob
from avec_proxy.files.opened import OpenFile, Piece, Places, Unit, Words
from avec_proxy.files.own_words import own
from avec_proxy.files.xml_attributes import Attributes
from avec_proxy.files.xml_flow import Flow, Style
from avec_proxy.files.xml_tree import TEXT, Element, Slot, Slots, bare, local, namespace, parse, serialise, stands_in
from avec_proxy.model import Refusal

_TYPES = "[Content_Types].xml"
_NAMESPACES = (
    "http://schemas.openxmlformats.org/",
    "http://schemas.microsoft.com/",
    "http://purl.oclc.org/ooxml/",
    "http://purl.org/dc/",
    "http://www.w3.org/",
    "urn:schemas-microsoft-com:",
)
_XML_PART = re.compile(r"(?i).*\.(?:xml|rels|vml)")
# Parts that only serve the looks or one computer, and may name somebody: they are left out.
_DROPPED = re.compile(
    r"(?i)docProps/(?:thumbnail\..*|custom\.xml)|.*/printerSettings/.*|.*/fonts/[^/]*|word/people\.xml|xl/calcChain\.xml"
    r"|xl/pivotTables/.*|xl/pivotCache/.*|docMetadata/.*|.*/webextensions?/.*|_xmlsignatures/.*|.*\.(?:odttf|fntdata)|xl/revisions/.*|xl/volatileDependencies\.xml"
    r"|xl/customProperty\d*\.bin|\[trash\]/.*|.*/userCustomization/.*|customUI/.*|ppt/changesInfos/.*|ppt/revisionInfo\.xml"
)
_REFUSED = {
    "file_with_macro": r".*vba|.*/activeX/|.*/macrosheets/|.*/attachedToolbars|.*\.bin\.rels",
    "file_with_file": r".*/(?:embeddings|afchunk|ink|model3d)"
    r"|.*\.(?:docx|xlsx|pptx|html?|mht|rtf|txt|pdf|zip|bin)",
    "file_with_image": r".*\.(?:png|jpe?g|jfif|gif|bmp|dib|tiff?|emf|wmf|emz|wmz|svg|ico|webp|heic|wdp|jp2|pict|eps)",
    "file_with_sound": r".*/media/|.*\.(?:mp3|mp4|m4a|m4v|wav|wma|wmv|avi|mov|mpe?g|aac|ogg|flac)",
}
# Attributes that say when or where somebody worked, or repeat a drawing: the format does not need them.
_FORGOTTEN_ATTRIBUTES = frozenset(("date", "dateUtc", "fullDate", "gfxdata", "dT"))
# Elements likewise; in Word's settings and in the properties of any document.
_FORGOTTEN = frozenset(
    "attachedTemplate mailMerge creator lastModifiedBy created modified lastPrinted revision Company Manager Template "
    "HyperlinkBase TitlesOfParts HeadingPairs HLinks DigSig TotalTime embedRegular embedBold embedItalic "
    "embedBoldItalic embedTrueTypeFonts saveSubsetFonts embeddedFontLst fileSharing readOnlyRecommended "
    "smartTagPr absPath pivotCaches rPh phoneticPr".split()
)
_FORGOTTEN_RELATIONS = ("attachedTemplate", "mailMergeSource", "mailMergeHeaderSource", "recipientData")


def known(namespace_: str) -> bool:
    """Tell whether a namespace belongs to the format: its attributes are mostly looks and links."""
    return namespace_.startswith(_NAMESPACES)


def _write(element: str, name: str) -> Callable[[str], str]:
    """Return how a replacement is written in an attribute: a name that others refer to holds no brackets.

    But for a table's column: Excel wants its name to be what the cell above it says.
    """
    return bare if element != "tableColumn" and name in ("name", "displayName", "anchor") else str


@dataclass
class Package:
    """The XML parts of a document as trees, in the archive's order, and the places of their texts."""

    trees: dict[str, Element]
    slots: Slots = field(default_factory=Slots)
    units: list[Unit] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    before: dict[Element, str] = field(default_factory=dict)  # the names of what others refer to, as they were
    finish: list[Callable[[], None]] = field(default_factory=list)

    @classmethod
    def of(cls, members: Mapping[str, bytes]) -> "Package":
        """Return the package without what is dropped. Raises Refusal where a part cannot be read."""
        for code, pattern in _REFUSED.items():
            if any(re.match(pattern, name, re.IGNORECASE) for name in members if not _DROPPED.fullmatch(name)):
                raise Refusal(code)
        kept = {name: data for name, data in members.items() if not _DROPPED.fullmatch(_owner(name))}
        if any(not _XML_PART.fullmatch(name) for name in kept):
            raise Refusal("file_with_file")
        package = cls({name: parse(data) for name, data in kept.items()})
        package._drop(frozenset(members) - frozenset(kept))
        for name, tree in package.trees.items():
            _forget(tree)
            if not own(name):
                package.unread.append(name)
        return package

    def _drop(self, dropped: frozenset[str]) -> None:
        """Take away what points to parts that are left out."""
        for element in [e for e in self.trees[_TYPES] if str(e.get("PartName", "")).lstrip("/") in dropped]:
            self.trees[_TYPES].remove(element)
        for name, tree in self.trees.items():
            if not name.endswith(".rels"):
                continue
            gone: set[str] = set()
            for relation in list(tree):
                kind = str(relation.get("Type", "")).rpartition("/")[2]
                external = relation.get("TargetMode") == "External"
                if kind in _FORGOTTEN_RELATIONS or (not external and _target(name, relation) in dropped):
                    gone.add(str(relation.get("Id")))
                    tree.remove(relation)
            source = self.trees.get(_source(name))
            if source is not None and gone:
                for element in source.iter():
                    for key in [k for k, v in element.attrib.items() if v in gone and "relationships" in str(k)]:
                        del element.attrib[key]

    def relations(self) -> None:
        """Read where the parts lead outside: addresses of links; what is replaced in one stays an address."""
        for name, tree in self.trees.items():
            if not name.endswith(".rels"):
                continue
            for relation in tree:
                if relation.get("TargetMode") == "External":
                    place = self.slots.place(Slot(relation, "Target"), bare)
                    self.units.append(Unit((Piece(str(relation.get("Target", "")), place),), "lien"))
                else:
                    if not own(target := str(relation.get("Target", ""))):
                        self.unread.append(target)

    def flow(self, name: str, style: Style, plain: Mapping[str, frozenset[str]] = MappingProxyType({})) -> None:
        """Read the text of a part, then its attributes."""
        self.units += Flow(style, self.slots).read(self.trees[name])
        self.attributes(name, plain)

    def attributes(self, name: str, plain: Mapping[str, frozenset[str]] = MappingProxyType({})) -> None:
        """Read the attributes of a part."""
        attributes = Attributes(known, self.slots, _write)
        attributes.read(self.trees[name], plain)
        self.units += attributes.units()
        self.unread += attributes.unread

    def write(self, places: Places, words: Words) -> bytes:
        """Return the archive with edits made. Raises Refusal("identifier_misplaced"): `stands_in`."""
        self.slots.apply(places)
        self.slots.follow(words)
        for finish in self.finish:
            finish()
        if stands_in(words, self.unread):
            raise Refusal("identifier_misplaced")
        return archive.pack({name: serialise(tree) for name, tree in self.trees.items()})


def properties(package: Package) -> None:
    """Read what the document says of itself; who wrote it, when and where is left out already."""
    for name in [n for n in package.trees if n.startswith("docProps/")]:
        for element in package.trees[name].iter():
            if element.text and element.text.strip() and not len(element):
                label = _PROPERTIES.get(local(element.tag), "")
                if label or local(element.tag) not in _COUNTS:
                    place = package.slots.place(Slot(element, TEXT))
                    package.units.append(Unit((Piece(element.text, place),), label))
        package.attributes(name)


_PROPERTIES = {
    "title": "titre",
    "subject": "objet",
    "description": "commentaire",
    "keywords": "mots-clés",
    "category": "catégorie",
}
_COUNTS = frozenset(
    "Application AppVersion Pages Words Characters CharactersWithSpaces Lines Paragraphs DocSecurity ScaleCrop "
    "LinksUpToDate SharedDoc HyperlinksChanged Slides Notes HiddenSlides MMClips PresentationFormat language".split()
)


def opened(kind: str, members: Mapping[str, bytes], read: Callable[[Package], None]) -> OpenFile:
    """Return the open document; `read` fills the texts of a package, and does the same each time."""

    def fresh() -> Package:
        package = Package.of(members)
        read(package)
        properties(package)
        package.relations()
        return package

    units = tuple(fresh().units)
    if any(is_blob(unit.text) for unit in units):
        raise Refusal("file_with_file")
    return OpenFile(kind, units, lambda places, words: fresh().write(places, words))


def parts(package: Package) -> Iterator[str]:
    """Yield the names of the parts with content, what a person reads before what only gives it its looks."""
    names = (n for n in package.trees if n != _TYPES and not n.endswith(".rels") and not n.startswith("docProps/"))
    return iter(sorted(names, key=lambda name: _LOOKS.search(name) is not None))


_LOOKS = re.compile(
    r"(?i)/(?:theme|styles|settings|fontTable|numbering|webSettings|slideMaster|slideLayout|handoutMaster)"
)


def main_part(members: Mapping[str, bytes]) -> str:
    """Return the content type of the document's main part, "" if it has none."""
    if _TYPES not in members:
        return ""
    for element in parse(members[_TYPES]):
        found = re.fullmatch(r"(?i)application/(?:vnd\.[\w.-]+)\.main\+xml", str(element.get("ContentType", "")))
        if found:
            return found[0].lower()
    return ""


def _forget(tree: Element) -> None:
    for element in list(tree.iter()):
        for name in [n for n in element.attrib if namespace(n) and local(n) in _FORGOTTEN_ATTRIBUTES]:
            del element.attrib[name]
        for name in [n for n in element.attrib if local(n) in ("dT", "dateUtc")]:
            del element.attrib[name]
        parent = element.getparent()
        if local(element.tag) in _FORGOTTEN and known(namespace(element.tag)) and parent is not None:
            parent.remove(element)


def _owner(name: str) -> str:
    """Return the part that relations belong to, another part itself."""
    return _source(name) if name.endswith(".rels") else name


def _source(name: str) -> str:
    folder, file = posixpath.split(name)
    return posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))


def _target(name: str, relation: Element) -> str:
    target = str(relation.get("Target", ""))
    base = posixpath.dirname(_source(name))
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(base, target))
