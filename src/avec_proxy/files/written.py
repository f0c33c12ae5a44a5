"""Files that are text: their spans, the escapes in them, and edits that leave every other character as it is."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from avec_proxy.files.encodings import Decoded
from avec_proxy.files.opened import OpenFile, Piece, Places, Unit, Words
from avec_proxy.files.xml_tree import stands_in
from avec_proxy.model import Edit, Refusal


@dataclass(frozen=True, slots=True)
class Escapes:
    """How characters are written in a span: `escape` matches one written escape, `read` says what it stands for.

    `write` returns a text as it may stand in the span.
    """

    escape: re.Pattern[str] | None = None
    read: Callable[[str], str] = str
    write: Callable[[str], str] = str

    def decode(self, raw: str) -> str:
        """Return what `raw` says."""
        return self.escape.sub(lambda m: self.read(m[0]), raw) if self.escape else raw

    def splice(self, raw: str, edits: Sequence[Edit]) -> str:
        """Return `raw` with ascending `edits` of what it says made; all else stays as it is written."""
        starts = self._starts(raw)
        pieces: list[str] = []
        at = 0
        for edit in edits:
            start, end = starts[edit.start], starts[edit.end]
            pieces += (raw[at:start], self.write(edit.text))
            at = end
        return "".join((*pieces, raw[at:]))

    def _starts(self, raw: str) -> Sequence[int]:
        """Return, for each character of the decoded text and its end, where in `raw` it is written."""
        if self.escape is None:
            return range(len(raw) + 1)
        starts: list[int] = []
        at = 0
        for match in self.escape.finditer(raw):
            starts += range(at, match.start())
            said = self.read(match[0])
            starts += [match.start()] * len(said)
            at = match.end()
        return [*starts, *range(at, len(raw) + 1)]


AS_IT_IS = Escapes()


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of a file's text; `quote`d as a whole once something is replaced (a JSON number)."""

    start: int
    end: int
    escapes: Escapes = AS_IT_IS
    quote: Callable[[str], str] = str


@dataclass
class Reader:
    """Collects spans and units while a text is read from its beginning to its end."""

    raw: str
    spans: list[Span] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def span(self, start: int, end: int, escapes: Escapes = AS_IT_IS, quote: Callable[[str], str] = str) -> None:
        """Add a piece that can be changed."""
        if end > start:
            self.pieces.append(self.place(start, end, escapes, quote))

    def place(self, start: int, end: int, escapes: Escapes = AS_IT_IS, quote: Callable[[str], str] = str) -> Piece:
        """Return a piece that can be changed, for another unit than the present one."""
        self.spans.append(Span(start, end, escapes, quote))
        return Piece(escapes.decode(self.raw[start:end]), len(self.spans) - 1)

    def glue(self, text: str) -> None:
        """Add characters that only show how pieces follow each other."""
        if text:
            self.pieces.append(Piece(text))

    def close(self, label: str = "") -> None:
        """End the present unit."""
        if any(piece.place is not None for piece in self.pieces):
            self.units.append(Unit(tuple(self.pieces), label))
        self.pieces = []


def opened(kind: str, decoded: Decoded, reader: Reader) -> OpenFile:
    """Return the open file of a text that was read; without edits it is written back byte for byte.

    Writing it raises Refusal("identifier_misplaced") if what is hidden also stands in what the reader left unread.
    """
    spans = tuple(reader.spans)

    def write(places: Places, words: Words) -> bytes:
        if reader.unread and stands_in(words, reader.unread):
            raise Refusal("identifier_misplaced")
        pieces: list[str] = []
        at = 0
        for number in sorted((n for n, edits in places.items() if edits), key=lambda n: spans[n].start):
            span = spans[number]
            raw = reader.raw[span.start : span.end]
            new = span.escapes.splice(raw, places[number])
            pieces += (reader.raw[at : span.start], span.quote(new))
            at = span.end
        return decoded.encode("".join((*pieces, reader.raw[at:]))) if pieces else decoded.data

    return OpenFile(kind, tuple(reader.units), write, cleans=False)
