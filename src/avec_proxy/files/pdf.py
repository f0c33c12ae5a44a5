"""PDF: its text layer, page by page. What leaves is that text alone, so that nothing else of the file can."""

import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

from pypdf import PdfReader
from pypdf.generic import IndirectObject

from avec_proxy.files.limits import MAX_PAGES
from avec_proxy.files.opened import OpenFile, Piece, Places, Unit, Words
from avec_proxy.model import Refusal
from avec_proxy.transform import spliced

# Fewer letters than that beside a picture: a stamp or a page number, and the text is in the picture.
_FEW_LETTERS = 20
_MAX_FORMS = 6  # forms within forms
_LETTER = re.compile(r"[^\W\d_]")
# A font without a table of its characters gives signs of private use, or names of glyphs.
_NO_TEXT = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f]|\\(cid:\\d+\\)|/(?:g|uni|C)[0-9A-F]{2,}")


def open_pdf(data: bytes) -> OpenFile:
    """Return the text of each page, of form fields and of notes; `rewrite` gives UTF-8 text with an empty line between.

    Raises Refusal: "file_encrypted", "file_malformed", "file_too_big" (pages), "file_scanned" where a page is a
    picture without text, "file_unreadable" where the letters behind the signs cannot be told.
    """
    texts: list[str] | str = "file_malformed"
    try:
        texts = _texts(data)
    except Refusal:
        raise
    except Exception:  # noqa: S110 - whatever a broken file makes the library raise; its words may quote the file
        pass
    if isinstance(texts, str):
        raise Refusal(texts)
    if sum(len(_NO_TEXT.findall(text)) for text in texts) * 20 > sum(map(len, texts)):
        raise Refusal("file_unreadable")

    def write(places: Places, _words: Words) -> bytes:
        return "\n\n".join(spliced(text, places.get(n, ())) for n, text in enumerate(texts)).encode()

    return OpenFile("pdf", tuple(_units(texts)), write, "text")


def _units(texts: Sequence[str]) -> Iterator[Unit]:
    """Yield one text for all pages: a sentence goes on over a page's end."""
    pieces: list[Piece] = []
    for number, text in enumerate(texts):
        if number:
            pieces.append(Piece("\n\n"))
        if text:
            pieces.append(Piece(text, number))
    if any(piece.place is not None for piece in pieces):
        yield Unit(tuple(pieces))


def _texts(data: bytes) -> list[str] | str:
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        return "file_encrypted"
    if len(reader.pages) > MAX_PAGES:
        return "file_too_big"
    texts: list[str] = []
    for page in reader.pages:
        text = _clean(page.extract_text() or "")
        if len(_LETTER.findall(text)) < _FEW_LETTERS and _shows_picture(page.get("/Resources"), 0):
            return "file_scanned"
        texts.append("\n".join(part for part in (text, *_notes(page)) if part))
    if not any(_LETTER.search(text) for text in texts):
        return "file_scanned"
    fields = _fields(reader)
    return [*texts, fields] if fields else texts


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n").encode("utf-8", "replace").decode()


def _notes(page: Any) -> Iterator[str]:
    """Yield what is written in the notes of a page."""
    for reference in _object(page.get("/Annots")) or ():
        note = _object(reference)
        contents = _object(note.get("/Contents")) if hasattr(note, "get") else None
        if contents is not None and str(contents).strip():
            yield _clean(str(contents))


def _fields(reader: PdfReader) -> str:
    """Return the fields of a form, «name : value» a line."""
    fields = reader.get_fields() or {}
    lines = (f"{name} : {value}" for name, field in fields.items() if (value := field.get("/V")) not in (None, ""))
    return _clean("\n".join(map(str, lines)))


def _shows_picture(resources: Any, depth: int) -> bool:
    """Tell whether a page can show a picture, in a form of it too; beyond some depth it may."""
    if depth > _MAX_FORMS:
        return True
    resources = _object(resources)
    shown = _object(resources.get("/XObject")) if hasattr(resources, "get") else None
    for reference in shown.values() if shown else ():
        thing = _object(reference)
        if thing.get("/Subtype") == "/Image":
            return True
        if thing.get("/Subtype") == "/Form" and _shows_picture(thing.get("/Resources"), depth + 1):
            return True
    return False


def _object(value: Any) -> Any:
    return value.get_object() if isinstance(value, IndirectObject) else value
