"""HTML and XML files: text between tags, attributes, comments and scripts, read in place."""

import html
import re
from collections.abc import Iterator

from avec_proxy.files.blobs import DATA_URI, is_blob
from avec_proxy.files.encodings import Decoded
from avec_proxy.files.opened import OpenFile, Piece, Unit
from avec_proxy.files.own_words import own
from avec_proxy.files.written import AS_IT_IS, Escapes, Reader, opened
from avec_proxy.model import Refusal

_ENTITY = re.compile(r"&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};)")


def _entity(raw: str) -> str:
    return html.unescape(raw)


TEXT = Escapes(_ENTITY, _entity, lambda text: html.escape(text, quote=False))
ATTRIBUTE = Escapes(_ENTITY, _entity, html.escape)
_BARE_ATTRIBUTE = Escapes(_ENTITY, _entity, lambda text: re.sub(r"[\s\"'=<>`]", "_", html.escape(text)))

# Raw text elements end at their own end tag alone (HTML, 13.1.2.6); whatever is no token here is text.
_TOKEN = re.compile(
    r"<!--(?P<comment>.*?)(?:-->|\Z)"
    r"|<!\[CDATA\[(?P<cdata>.*?)(?:\]\]>|\Z)"
    r"|<(?P<raw>script|style)\b(?P<rawattributes>[^<>]*)>(?P<rawtext>.*?)(?=</(?P=raw)|\Z)"
    r"|<[!?](?P<other>[^<>]*)>"
    r"|<(?P<end>/?)(?P<tag>[A-Za-z][^\s/>]*)(?P<attributes>(?:[^\"'<>]++|\"[^\"]*+\"|'[^']*+')*+)>",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s\"'>/=]+)(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'=<>`]+)))?"
)
_IN_STYLE = re.compile(
    r"font(?:-family)?\s*:[^;{}]*|/\*(?P<words>.*?)\*/|\"(?P<double>[^\"\n]*)\"|'(?P<single>[^'\n]*)'|url\(\s*(?P<bare>[^\s'\")]+)",
    re.DOTALL | re.IGNORECASE,
)
_OTHER = ("comment", "cdata", "rawtext", "other")
# What begins or ends a line as it is shown; a cell ends with a tab; all other tags change nothing in the reading.
_CELLS = frozenset(("td", "th"))
_LINES = frozenset(
    "address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 head header hr html legend li main nav ol option p pre section select summary table "
    "tbody textarea tfoot thead title tr ul".split()
)
# Attributes that hold the looks of a page, or the place of an element, and no word of its text.
_LOOKS = frozenset(
    "align bgcolor border cellpadding cellspacing charset class color colspan dir face height http-equiv lang rel "
    "rowspan size style type valign width xmlns".split()
)
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:[^-]|-(?!->))*+-->\s*+)*+<(?:!doctype\s+html|html|head|body|meta|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_ANY_TAG = re.compile(
    r"</(?:p|div|table|tr|td|span|a|b|i|ul|ol|li|h[1-6]|strong|em|font|html|body)\s*>|<br\s*/?>", re.IGNORECASE
)
_SVG = re.compile(r"\s*+(?:<[?!][^>]*+>\s*+)*+<(?:\w+:)?svg\b")
# An office document in one XML file: pictures in base64 and thousands of looks, read by no one here.
_FLAT = re.compile(r"<(?:office:document|pkg:package|w:wordDocument|ss:Workbook|Workbook)\b")
_XML = re.compile(r"\s*(?:<\?xml\b|<!--|<(?P<name>[A-Za-z_][\w.:-]*)(?:\s[^<>]*)?/?>)")


def is_html(text: str, *, told: bool) -> bool:
    """Tell whether `text` is a page; `told`: its name or its sender says so, and a few tags are enough."""
    return _HTML.match(text) is not None or (told and _ANY_TAG.search(text) is not None)


def is_xml(text: str) -> bool:
    """Tell whether `text` is XML by the way it begins and ends."""
    return _XML.match(text) is not None and text.rstrip().endswith(">")


def open_html(decoded: Decoded) -> OpenFile:
    """Return a page: its text as it is shown, then its attributes, comments and scripts.

    Raises Refusal("file_with_image") for a picture, "file_unreadable" for another file, that is written into it.
    """
    text = decoded.text
    reader = Reader(text)
    hidden: list[Unit] = []
    attributes: list[Piece] = []
    at = 0
    for token in _TOKEN.finditer(text):
        reader.span(at, token.start(), TEXT)
        at = token.end()
        for name in _OTHER:
            if (token[name] or "").strip():
                style = name == "rawtext" and (token["raw"] or "").lower() == "style" and "<" not in token[name]
                pieces = list(_said(reader, *token.span(name))) if style else [reader.place(*token.span(name))]
                hidden += [Unit(tuple(pieces))] if pieces else []
        for group in ("attributes", "rawattributes"):
            if token[group]:
                attributes += _attributes(reader, *token.span(group))
        if token["tag"]:
            _leave(reader, *token.span("tag"))
        tag = (token["tag"] or "").lower()
        if tag in _CELLS:
            reader.glue("\t" if token["end"] else "")
        elif tag in _LINES:
            reader.glue("\n")
    reader.span(at, len(text), TEXT)
    reader.close()
    reader.pieces = attributes
    reader.close()
    reader.units += hidden
    _no_file_in(reader.units)
    return opened("html", decoded, reader)


def open_xml(decoded: Decoded) -> OpenFile:
    """Return an XML file as one unit: as it is written, so that an element's name says what it holds; entities read.

    Raises Refusal("file_unreadable") for a file written into it, or for entities of its own (they may hold anything),
    "file_image" for a drawing; an office document as one XML file is not read.
    """
    text = decoded.text
    if _SVG.match(text):
        raise Refusal("file_image")
    if _FLAT.search(text, 0, 4096):
        raise Refusal("file_unreadable")
    if re.search(r"(?i)<!(?:ENTITY|DOCTYPE[^>\[]*\[)", text):
        raise Refusal("file_unreadable")
    reader = Reader(text)
    at = 0
    for token in _TOKEN.finditer(text):
        reader.span(at, token.start(), TEXT)
        at = token.start()
        spans = [(*token.span(name), AS_IT_IS) for name in _OTHER if token[name] is not None]
        for group in ("attributes", "rawattributes"):
            if token[group]:
                spans += [
                    (start, end, how)
                    for name, start, end, how in _values(text, *token.span(group))
                    if not name.startswith("xmlns") and not name.endswith(":schemaLocation")
                ]
        for start, end, how in sorted(spans, key=lambda span: span[:2]):
            reader.glue(text[at:start])
            reader.span(start, end, how)
            at = end
        reader.glue(text[at : token.end()])
        at = token.end()
    reader.span(at, len(text), TEXT)
    reader.close()
    _no_file_in(reader.units)
    return opened("xml", decoded, reader)


def _attributes(reader: Reader, start: int, end: int) -> Iterator[Piece]:
    """Yield the attributes that hold text, a line each; all else between a tag's signs is left unread."""
    at = start
    for name, first, last, how in _values(reader.raw, start, end):
        style = name.lower() == "style"
        looks = name.lower() in _LOOKS or name.lower().startswith("xmlns")
        _leave(reader, at, first if style or not looks else last)
        at = last
        if style:
            yield from _said(reader, first, last, how)
        elif not looks and not own(reader.raw[first:last]):
            yield from (reader.place(first, last, how), Piece("\n"))
    _leave(reader, at, end)


def _leave(reader: Reader, start: int, end: int) -> None:
    if not own(text := reader.raw[start:end]):
        reader.unread.append(text)


def _said(reader: Reader, start: int, end: int, how: Escapes = AS_IT_IS) -> Iterator[Piece]:
    """Yield what a style sheet, or an element's own style, says in words: comments, quoted texts, addresses.

    Names of fonts are looks.
    """
    reader.unread.append(_IN_STYLE.sub(" ", reader.raw[start:end]))
    for found in _IN_STYLE.finditer(reader.raw, start, end):
        group = found.lastgroup
        if group is not None and found[group].strip():
            yield from (reader.place(*found.span(group), how), Piece("\n"))


def _values(text: str, start: int, end: int) -> Iterator[tuple[str, int, int, Escapes]]:
    for match in _ATTRIBUTE.finditer(text, start, end):
        for group in ("double", "single", "bare"):
            if match[group]:
                yield match["name"], *match.span(group), _BARE_ATTRIBUTE if group == "bare" else ATTRIBUTE


def _no_file_in(units: list[Unit]) -> None:
    for text in (unit.text for unit in units):
        found = DATA_URI.search(text)
        if found is not None:
            raise Refusal("file_with_image" if "image" in found[0].lower() else "file_unreadable")
        if is_blob(text):
            raise Refusal("file_unreadable")
