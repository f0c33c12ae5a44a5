"""Opens a file as what its content is."""

from avec_proxy.files import csv_table, kinds, mail, markup, ooxml, opendocument, pdf, plain, slides, word, workbook
from avec_proxy.files.archive import unpack
from avec_proxy.files.encodings import decode
from avec_proxy.files.limits import MAX_BYTES, MAX_CHARACTERS
from avec_proxy.files.opened import OpenFile
from avec_proxy.model import Refusal

_HEAD = 65_536  # bytes in which a message's fields end
_TABLE_TYPES = ("text/csv", "text/tab-separated-values", "application/csv")


def open_file(data: bytes, name: str = "", declared: str = "") -> OpenFile:
    """Return the file as it can be read and written back, whatever `name` and `declared` (a media type) say it is.

    They only tell apart what is text either way: a table from lines with commas, a page from a text with tags.
    Raises Refusal for what cannot be read whole; its code says why (`refusals.WORDS`, those that begin with "file_").
    """
    return _open(data, name, declared, 0)


def _open(data: bytes, name: str, declared: str, depth: int) -> OpenFile:
    """Open a file; `depth` counts the messages around it."""
    if len(data) > MAX_BYTES:
        raise Refusal("file_too_big")
    kind = kinds.of(data)
    if kind == "zip":
        opened = _zip(data)
    elif kind == "pdf":
        opened = pdf.open_pdf(data)
    else:
        opened = _text(data, name.lower(), declared.partition(";")[0].strip().lower(), depth)
    if sum(len(text.text) for text in opened.texts) > MAX_CHARACTERS:
        raise Refusal("file_too_big")
    return opened


def _text(data: bytes, name: str, declared: str, depth: int) -> OpenFile:
    if mail.is_mail(data[:_HEAD].decode("latin-1"), told=name.endswith(".eml") or declared == "message/rfc822"):
        return mail.open_eml(data, _open, depth)
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
    if ".binary." in main:
        raise Refusal("file_old_office")
    if "macroenabled" in main:
        raise Refusal("file_with_macro")
    if "wordprocessingml" in main:
        return word.open_docx(members)
    if "spreadsheetml" in main:
        return workbook.open_xlsx(members)
    if "presentationml" in main:
        return slides.open_pptx(members)
    if kind := opendocument.kind_of(members):
        return opendocument.open_document(members, kind)
    raise Refusal("file_unreadable" if "mimetype" in members or main else "file_archive")
