"""CSV: one text for the whole table, cells between tabs, whatever separates and quotes them in the file."""

import re
from dataclasses import dataclass

from avec_proxy.files.blobs import is_blob
from avec_proxy.files.encodings import Decoded
from avec_proxy.files.limits import MAX_CELLS
from avec_proxy.files.opened import OpenFile, Piece
from avec_proxy.files.written import AS_IT_IS, Escapes, Reader, opened
from avec_proxy.model import Refusal

_SEPARATORS = (";", "\t", ",", "|")
_LINES_TRIED = 50
# A cell shows on one line: its own line ends and tabs would be taken for the table's.
_FLAT = str.maketrans("\r\n\t\v\f", "     ")
QUOTED = Escapes(re.compile('""'), lambda _raw: '"', lambda text: text.replace('"', '""'))


@dataclass(frozen=True, slots=True)
class _Cell:
    start: int
    end: int
    quoted: bool


def separator_of(text: str, *, told: bool) -> str:
    """Return what separates the cells of `text`, "" if it is no table.

    `told`: its name or its sender says that it is one, so that lines need not have the same number of cells.
    """
    best, most = "", (False, False, 0)
    for separator in _SEPARATORS:
        rows = [row for row in _rows(text, separator, _LINES_TRIED) if len(row) > 1 or row[0].end > row[0].start]
        widths = [len(row) for row in rows]
        # commas regular by chance are found in prose
        table = told or (len(rows) >= 2 and len(set(widths)) == 1 and separator in ";\t|")
        if not table or max(widths, default=1) == 1:
            continue
        # a quote in the middle of a cell: that is not what separates them
        quoted = not any('"' in text[cell.start : cell.end] for row in rows for cell in row if not cell.quoted)
        how = (quoted, len(set(widths)) == 1, sum(widths))
        if how > most:
            best, most = separator, how
    return best


def open_csv(decoded: Decoded, separator: str) -> OpenFile:
    """Return the table. Raises Refusal("file_too_big") for too many cells, "file_unreadable" for a file in base64."""
    text = decoded.text
    if is_blob(text):
        raise Refusal("file_unreadable")
    reader = Reader(text)
    rows = _rows(text, separator, None)
    if sum(map(len, rows)) > MAX_CELLS:
        raise Refusal("file_too_big")
    for row in rows:
        for rank, cell in enumerate(row):
            reader.glue("\t" if rank else "")
            if cell.end > cell.start:
                piece = reader.place(cell.start, cell.end, QUOTED if cell.quoted else _bare(separator))
                reader.pieces.append(Piece(piece.text.translate(_FLAT), piece.place))
        reader.glue("\n")
    reader.close()
    return opened("csv", decoded, reader)


def _bare(separator: str) -> Escapes:
    """Return how a text is written in a cell without quotes: without what would end it."""
    ends = str.maketrans({separator: " ", "\n": " ", "\r": " "})
    return AS_IT_IS if separator == "|" else Escapes(None, str, lambda text: text.translate(ends))


def _rows(text: str, separator: str, most: int | None) -> list[list[_Cell]]:
    """Return the cells of each line (RFC 4180): quotes hold separators, line ends and doubled quotes."""
    rows: list[list[_Cell]] = []
    row: list[_Cell] = []
    cell = re.compile(
        rf'"(?P<quoted>(?:[^"]++|"")*+)"(?=[{re.escape(separator)}\r\n]|\Z)|(?P<bare>[^{re.escape(separator)}\r\n]*+)'
    )
    at = 0
    while at < len(text):
        match = cell.match(text, at)
        assert match is not None  # the second form matches nothing, too
        name = "quoted" if match["quoted"] is not None else "bare"
        row.append(_Cell(*match.span(name), name == "quoted"))
        at = match.end()
        if text.startswith(separator, at):
            at += 1
            if at == len(text):
                row.append(_Cell(at, at, quoted=False))
            continue
        rows.append(row)
        row = []
        if most is not None and len(rows) >= most:
            break
        at += 2 if text.startswith("\r\n", at) else 1
    return [*rows, row] if row else rows
