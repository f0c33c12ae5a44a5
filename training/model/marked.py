"""Marked texts (the corpus's annotation) as plain text and spans, and the classes that the model learns."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.texts.marks import HIDE, KEEP, MAY, pieces

_SEPARATOR = "====="
_CLASSES = {
    "PERSON": "PER",
    "INITIALS": "INI",
    "DATE": "DATE",
    "ADDRESS": "ADR",
    "POSTCODE": "ADR",
    "CITY": "LOC",
    "HEALTH_ORG": "HORG",
    "ORG": "ORG",
    "ROOM": "ROOM",
    "AGE": "AGE",
}
OTHER = "ID"  # every number and technical identifier: rules tell them apart, the model only finds them
PROTECTED = "PROT"
HIDDEN = ("PER", "INI", "DATE", "ADR", "LOC", "HORG", "ORG", "ROOM", "AGE", OTHER)
# begin and inside for what is hidden, so that neighbours stay two; protected text needs no such parting
LABELS = ("O", PROTECTED, *(f"{part}-{name}" for name in HIDDEN for part in "BI"))
NUMBER = {label: index for index, label in enumerate(LABELS)}
IGNORED = -100


def class_of(label: str) -> str:
    """The class of a label of the corpus."""
    return _CLASSES.get(label, OTHER)


@dataclass(frozen=True)
class Span:
    """``kind`` is the mark's opening sign; ``label`` is the corpus's, empty but for what must be hidden."""

    start: int
    end: int
    kind: str
    label: str


@dataclass(frozen=True)
class Record:
    """One text of a marked file."""

    name: str
    style: str
    text: str
    spans: tuple[Span, ...]

    def of(self, kind: str) -> list[Span]:
        """The spans of one kind of mark."""
        return [span for span in self.spans if span.kind == kind]


def parse(marked: str, name: str = "", style: str = "") -> Record:
    """A record out of one marked text."""
    text, spans = "", []
    for piece in pieces(marked):
        if piece.kind:
            spans.append(Span(len(text), len(text) + len(piece.text), piece.kind, piece.label))
        text += piece.text
    return Record(name, style, text, tuple(spans))


def read_marked(path: Path) -> Iterator[Record]:
    """The records of a marked file, in order."""
    block: list[str] = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.rstrip("\n") == _SEPARATOR:
                if any(part.strip() for part in block):
                    yield _record("".join(block))
                block = []
            else:
                block.append(line)
    if any(part.strip() for part in block):
        yield _record("".join(block))


def _record(block: str) -> Record:
    head, _, body = block.lstrip("\n").partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    return parse(body.removesuffix("\n"), fields.get("id", ""), fields.get("style", ""))


def piece_labels(record: Record, places: list[tuple[int, int]]) -> list[int]:
    """One class number a piece; ``IGNORED`` for what may be hidden or kept.

    A piece belongs to the span that it overlaps first; white space is ``O``, or inside when the span runs on after it.
    """
    labels = []
    spans = [span for span in record.spans if span.kind in (HIDE, KEEP, MAY)]
    at = 0
    seen = None  # the hidden span that has begun
    for start, end in places:
        while at < len(spans) and spans[at].end <= start:
            at += 1
        span = spans[at] if at < len(spans) and spans[at].start < max(end, start + 1) else None
        if span is None:
            labels.append(NUMBER["O"])
        elif span.kind == MAY:
            labels.append(IGNORED)
        elif span.kind == KEEP:
            labels.append(NUMBER[PROTECTED])
        else:
            labels.append(NUMBER[("I-" if span is seen else "B-") + class_of(span.label)])
            seen = span
    return labels
