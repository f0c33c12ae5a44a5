"""Files inside a JSON body: found where a format says, opened, and their texts made segments like any other.

A file that may not leave as it came (a document says who wrote it, a PDF leaves as its text) changes the body first:
what says its type, its name and its encoding changes with it. Then it is rewritten in place like every other.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import unquote_to_bytes

from avec_proxy import transform
from avec_proxy.files import OpenFile, open_file
from avec_proxy.model import Edit, Refusal
from avec_proxy.wire.codecs import JsonString, Slice
from avec_proxy.wire.json_text import JsonDocument, Kind, Leaf, Path, read
from avec_proxy.wire.shape import FileField, Shape, place_of

# What each kind of file is called in a header (IANA). A text keeps the type that it came with, if it is one of text.
MEDIA = {
    "text": "text/plain",
    "csv": "text/csv",
    "json": "application/json",
    "html": "text/html",
    "xml": "application/xml",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "eml": "message/rfc822",
    "pdf": "application/pdf",
}
_TEXTS = ("text/plain", "text/markdown", "text/csv", "text/tab-separated-values", "application/json", "text/xml",
          "application/xml", "text/html", "application/x-ndjson", "application/jsonl")  # fmt: skip
_PLAIN = ("text", "csv", "json", "html", "xml")
_URI = re.compile(
    r"(?is)data:(?P<media>[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,100})?(?P<rest>(?:;[^,]*)?),(?P<data>.*)"
)
_STANDARD = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_URL_SAFE = re.compile(r"[A-Za-z0-9_-]*={0,2}")
_JSON_STRING = JsonString()


def media_of(opened: OpenFile, declared: str) -> str:
    """Return the media type to tell for what `opened` is: the declared one where it may be right."""
    if opened.kind in _PLAIN and declared in _TEXTS:
        return declared
    return MEDIA[opened.kind]


@dataclass(frozen=True, slots=True)
class Leaving:
    """A file as it may leave before anything is hidden in its texts: without who wrote it and when, a PDF as its text.

    `converted`: it became text.
    """

    opened: OpenFile
    data: bytes
    name: str
    converted: bool = False


def leaving(data: bytes, name: str, declared: str) -> Leaving:
    """Open a file and return it as it may leave; `data` and `name` themselves where nothing had to go.

    Raises Refusal as `open_file` does, and for what is said to be an image, a sound or a film, whatever it is.
    """
    for family in ("image", "audio", "video"):
        if declared.startswith(f"{family}/"):
            raise Refusal(f"file_{family}")
    opened = open_file(data, name, declared)
    if not opened.cleans:
        return Leaving(opened, data, name)
    renamed = opened.renamed(name)
    written = opened.rewrite([()] * len(opened.texts))
    again = open_file(written, renamed, MEDIA[opened.rewritten_kind])
    return Leaving(again, written, renamed, opened.rewritten_kind != opened.kind)


@dataclass(frozen=True, eq=False)
class FileLayer:
    """An opened file as a layer between the raw characters of a string and the texts in it, joined.

    `prefix` stands before the base64; `url_safe` is its alphabet, `padded` whether it fills its last group.
    """

    # A file cannot be changed in part: any edit writes all of it again (see `transform`).
    whole: ClassVar[bool] = True

    opened: OpenFile
    prefix: str = ""
    url_safe: bool = False
    padded: bool = True

    @property
    def text(self) -> str:
        """All texts of the file, one after the other."""
        return "".join(part.text for part in self.opened.texts)

    def slices(self) -> Iterator[tuple[Slice, str]]:
        """Yield where each text stands in `text`, with its label."""
        at = 0
        for part in self.opened.texts:
            yield Slice(at, at + len(part.text)), part.label
            at += len(part.text)

    def decode(self, raw: str) -> str:
        """Return the texts, joined."""
        return self.text

    def locate(self, raw: str, positions: list[int]) -> list[int]:
        """Return `positions`: nothing of `raw` stands for a character of the texts alone."""
        return list(positions)

    def encode(self, text: str) -> str:
        """Return `text`: it is never written by itself."""
        return text

    def rewritten(self, changes: list[transform.Change]) -> bytes:
        """Return the file with ascending `changes` of `text` made."""
        edits: list[list[Edit]] = []
        for part, _ in self.slices():
            inside = [c for c in changes if part.start <= c[0] and c[1] <= part.end and part.start < part.end]
            edits.append([Edit(start - part.start, end - part.start, new) for start, end, new in inside])
        return self.opened.rewrite(edits)

    def rewrite(self, raw: str, changes: list[transform.Change]) -> str:
        """Return what stands in place of `raw` once `changes` of `text` are made."""
        data = self.rewritten(changes)
        return self.prefix + encoded(data, url_safe=self.url_safe, padded=self.padded)


@dataclass(frozen=True, eq=False)
class BinaryFile(FileLayer):
    """An opened file as a layer over its bytes in a container that is no text (a form)."""

    # see `transform`: the container's bytes are not read as UTF-8 here
    binary: ClassVar[bool] = True


def encoded(data: bytes, *, url_safe: bool, padded: bool) -> str:
    """Return base64 of `data`."""
    text = (base64.urlsafe_b64encode if url_safe else base64.b64encode)(data).decode("ascii")
    return text if padded else text.rstrip("=")


@dataclass(frozen=True)
class Body:
    """A body as it is scanned: changed where a file leaves in another form, and the opened files by their paths."""

    raw: bytes
    document: JsonDocument
    layers: Mapping[Path, FileLayer]
    converted: bool = False


def opened(body: bytes, document: JsonDocument, shape: Shape) -> Body:
    """Open every file that `shape` says a string of `document` (which `body` holds) may be.

    Raises Refusal: as `open_file` does, and "attachment_unreadable" for what is no base64, or stands elsewhere.
    """
    found = [
        (leaf, field)
        for leaf in document.leaves
        if leaf.kind is Kind.STRING and (field := place_of(shape, leaf).shape.file) is not None
    ]
    if not found:
        return Body(body, document, {})
    strings = {leaf.path: leaf for leaf in document.leaves if leaf.kind is Kind.STRING}
    patches: dict[Path, str] = {}
    layers: dict[Path, FileLayer] = {}
    converted = False
    for leaf, field in found:
        file = _file(leaf, field, strings)
        if file is None:
            continue
        patches |= file.patches
        converted = converted or file.converted
        if file.layer is not None:
            layers[leaf.path] = file.layer
    if not patches:
        return Body(body, document, layers)
    changed = ((strings[path], _JSON_STRING.encode(text).encode()) for path, text in patches.items())
    raw = transform.patch(body, sorted((leaf.start, leaf.end, new) for leaf, new in changed))
    return Body(raw, read(raw), layers, converted)


@dataclass(frozen=True)
class _File:
    """What becomes of one file: its layer (None where its text stands plainly), and the strings that change."""

    layer: FileLayer | None
    patches: dict[Path, str]
    converted: bool


def _file(leaf: Leaf, field: FileField, strings: Mapping[Path, Leaf]) -> _File | None:
    beside = leaf.path[:-1]
    if field.when is not None and _told(strings, beside, (field.when[0],))[1] != field.when[1]:
        return None
    uri = _URI.fullmatch(leaf.text) if field.uri else None
    if uri is None and field.optional:
        return None
    name_at, name = _told(strings, beside, field.names)
    media_at, media = _told(strings, beside, field.media)
    declared = (uri["media"] or "text/plain" if uri else media).lower()
    data, url_safe, padded = _bytes(leaf.text, uri)
    extension_at, extension = _told(strings, beside[:-1], (field.extension,) if field.extension else ())
    now = leaving(data, name or (extension and f"file.{extension}"), declared)
    told = media_of(now.opened, declared)
    patches: dict[Path, str] = {}
    if name_at is not None and now.name != name:
        patches[name_at] = now.name
    if extension_at is not None and now.converted:
        patches[extension_at] = now.name.rpartition(".")[2]
    if media_at is not None and told != media:
        patches[media_at] = told
    if now.converted and field.plain is not None:
        # the format has a place for plain text: the file becomes it
        key, word = field.plain
        return _File(None, patches | {leaf.path: now.data.decode(), (*beside, key): word}, converted=True)
    prefix = f"data:{told};base64," if uri else ""
    layer = FileLayer(now.opened, prefix, url_safe, padded)
    if now.data is not data or (uri and leaf.text != prefix + uri["data"]):
        patches[leaf.path] = prefix + encoded(now.data, url_safe=url_safe, padded=padded)
    return _File(layer, patches, now.converted)


def _told(strings: Mapping[Path, Leaf], beside: Path, keys: tuple[str, ...]) -> tuple[Path | None, str]:
    """Return path and text of the first string that stands beside a file under one of `keys`."""
    for key in keys:
        path = (*beside, key)
        if path in strings:
            return path, strings[path].text
    return None, ""


def _bytes(text: str, uri: re.Match[str] | None) -> tuple[bytes, bool, bool]:
    """Return the bytes of a file, and how they are to be written: alphabet of base64, padding."""
    if uri is not None and not uri["rest"].lower().endswith(";base64"):
        return unquote_to_bytes(uri["data"]), False, True
    written = uri["data"] if uri is not None else text
    url_safe = "-" in written or "_" in written
    padded = len(written) % 4 == 0
    data: bytes | None = None
    if (_URL_SAFE if url_safe else _STANDARD).fullmatch(written):
        try:
            filled = written if padded else written.rstrip("=") + "=" * (-len(written.rstrip("=")) % 4)
            data = base64.b64decode(filled, b"-_" if url_safe else None, validate=True)
        except binascii.Error:
            data = None
    if data is None or encoded(data, url_safe=url_safe, padded=False) != written.rstrip("="):
        raise Refusal("attachment_unreadable")  # nothing may hide in what a decoder skips
    return data, url_safe, padded
