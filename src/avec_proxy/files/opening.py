"""Opens a file as what its content is."""

from avec_proxy.files import csv_table, kinds, markup, ooxml, opendocument, plain, slides, word, workbook
from avec_proxy.files.archive import unpack
from avec_proxy.files.encodings import decode
from avec_proxy.files.limits import MAX_BYTES, MAX_CHARACTERS
from avec_proxy.files.opened import OpenFile
from avec_proxy.model import Refusal

_TABLE_TYPES = ("text/csv", "text/tab-separated-values", "application/csv")


def open_file(data: bytes, name: str = "", declared: str = "") -> OpenFile:
    """Return the file as it can be read and written back, whatever `name` and `declared` (a media type) say it is.

    They only tell apart what is text either way: a table from lines with commas, a page from a text with tags.
    Raises Refusal for what cannot be read whole; its code says why (`refusals.WORDS`, those that begin with "file_").
    """
    if len(data) > MAX_BYTES:
        raise Refusal("file_too_big")
    kind = kinds.of(data)
    opened = _zip(data) if kind == "zip" else _text(data, name.lower(), declared.partition(";")[0].strip().lower())
    if sum(len(text.text) for text in opened.texts) > MAX_CHARACTERS:
        raise Refusal("file_too_big")
    return opened


def _text(data: bytes, name: str, declared: str) -> OpenFile:
    decoded = decode(data)
    text = decoded.text
    if plain.is_json(text):
        return plain.open_json(decoded)
    if markup.is_html(text, told=name.endswith((".html", ".htm", ".xhtml")) or declared == "text/html"):
        return markup.open_html(decoded)
    if markup.is_xml(text):
        return markup.open_xml(decoded)
    told = name.endswith((".csv", ".tsv", ".tab")) or declared in _TABLE_TYPES
    separator = csv_table.separator_of(text, told=told)
    return csv_table.open_csv(decoded, separator) if separator else plain.open_text(decoded)


def _zip(data: bytes) -> OpenFile:
    members = unpack(data)
    main = ooxml.main_part(members)
    if "macroenabled" in main:
        raise Refusal("file_with_macro")
    if "wordprocessingml" in main:
        return word.open_docx(members)
    if "spreadsheetml" in main:
        return workbook.open_xlsx(members)
    if "presentationml" in main:
        return slides.open_pptx(members)
    kind = opendocument.kind_of(members)
    if kind:
        return opendocument.open_document(members, kind)
    raise Refusal("file_unreadable" if "mimetype" in members or main else "file_archive")
