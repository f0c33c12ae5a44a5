"""Marks of the corpus in a text: read, write, check."""

import re
from dataclasses import dataclass

LABELS = frozenset(
    "PERSON INITIALS DATE AGE ADDRESS POSTCODE CITY PHONE EMAIL NIR IPP NDA RPPS ADELI FINESS IBAN PLATE ID_DOC URL IP"
    " USERNAME OTHER_ID HEALTH_ORG ROOM ORG".split()
)
# kinds of marks by their opening sign
HIDE, MAY, KEEP, POLITE = "⟦", "⟪", "⦃", "‹"
CLOSING = {HIDE: "⟧", MAY: "⟫", KEEP: "⦄", POLITE: "›"}
_MARK = re.compile(r"⟦([A-Z_]+)\|([^⟦⟧⟪⟫⦃⦄‹›]*)⟧|⟪([^⟦⟧⟪⟫⦃⦄‹›]*)⟫|⦃([^⟦⟧⟪⟫⦃⦄‹›]*)⦄|‹([^⟦⟧⟪⟫⦃⦄‹›]*)›")
_SIGN = re.compile(r"[⟦⟧⟪⟫⦃⦄‹›]")


@dataclass(frozen=True)
class Piece:
    """A run of text under one mark, or under none (`kind` empty)."""

    kind: str
    label: str
    text: str

    def __str__(self) -> str:
        if not self.kind:
            return self.text
        return f"{self.kind}{self.label + '|' if self.label else ''}{self.text}{CLOSING[self.kind]}"


def pieces(marked: str) -> list[Piece]:
    """Return the marked text as pieces in order; raises ValueError where marks are broken or nested."""
    out: list[Piece] = []
    at = 0
    for match in _MARK.finditer(marked):
        _plain(marked[at : match.start()], out)
        label, hide, may, keep, polite = match.groups()
        if label is not None:
            if label not in LABELS:
                raise ValueError(f"unknown label {label}")
            out.append(Piece(HIDE, label, hide))
        elif may is not None:
            out.append(Piece(MAY, "", may))
        elif keep is not None:
            out.append(Piece(KEEP, "", keep))
        else:
            out.append(Piece(POLITE, "", polite))
        at = match.end()
    _plain(marked[at:], out)
    return out


def _plain(text: str, out: list[Piece]) -> None:
    if match := _SIGN.search(text):
        around = text[max(0, match.start() - 30) : match.end() + 30].replace("\n", "⏎")
        raise ValueError(f"broken or nested mark near «{around}»")
    if text:
        out.append(Piece("", "", text))


def marked(parts: list[Piece]) -> str:
    """Return the pieces as a marked text; empty pieces vanish."""
    return "".join(str(part) for part in parts if part.text)


def unmarked(text: str) -> str:
    """Return the text without its marks."""
    return "".join(part.text for part in pieces(text))
