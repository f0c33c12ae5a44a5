"""One marked text against what would leave: what leaked, what was damaged, as counts that add up."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from avec_proxy.evaluate.align import ISSUED, Word, align
from avec_proxy.evaluate.marks import Kind, Mark, Record

_AROUND = 25  # characters shown on each side of an error
_HINT_MAY_SAY = ("AGE", "HEALTH_ORG")  # «90 ans ou plus», «EHPAD»: less than the value, with some of its words


class Figure(StrEnum):
    """What is measured; each is a share, 1 being perfect."""

    SPAN_RECALL = "span_recall"
    TOKEN_RECALL = "token_recall"  # noqa: S105 - no password
    DOCS_CLEAN = "docs_clean"
    KEEP_INTACT = "keep_intact"
    ORDINARY_INTACT = "ordinary_intact"
    FLUFF_REMOVED = "fluff_removed"


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many are as they should be."""

    good: int = 0
    of: int = 0

    @property
    def ratio(self) -> float | None:
        """The share, or None where there is nothing to measure."""
        return self.good / self.of if self.of else None

    def __add__(self, other: "Share") -> "Share":
        return Share(self.good + other.good, self.of + other.of)


class ErrorKind(StrEnum):
    """A leak, a protected term that did not stay whole, an ordinary passage that did not."""

    LEAK = "leak"
    KEEP = "keep"
    ORDINARY = "ordinary"


@dataclass(frozen=True, slots=True)
class Error:
    """Something that leaked or was damaged, with its words: it is the user's own text, shown on demand only."""

    record: str
    kind: ErrorKind
    label: str
    before: str
    surface: str
    after: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over texts; they add up."""

    texts: int = 0
    blocked: int = 0
    figures: dict[Figure, Share] = field(default_factory=dict)
    labels: dict[str, Share] = field(default_factory=dict)

    def __getitem__(self, figure: Figure) -> Share:
        return self.figures.get(figure, Share())

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.texts + other.texts,
            self.blocked + other.blocked,
            {figure: self[figure] + other[figure] for figure in Figure},
            {
                label: self.labels.get(label, Share()) + other.labels.get(label, Share())
                for label in sorted({*self.labels, *other.labels})
            },
        )


@dataclass(frozen=True, slots=True)
class Scored:
    """One text's counts and errors."""

    style: str
    tally: Tally
    errors: tuple[Error, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """All texts together, and apart by style; errors with the gravest kind first."""

    total: Tally
    styles: dict[str, Tally]
    errors: tuple[Error, ...]


def gather(scored: Iterable[Scored]) -> Scores:
    """Add texts up."""
    total, styles, errors = Tally(), dict[str, Tally](), list[Error]()
    for one in scored:
        total += one.tally
        styles[one.style] = styles.get(one.style, Tally()) + one.tally
        errors += one.errors
    order = list(ErrorKind)
    return Scores(total, dict(sorted(styles.items())), tuple(sorted(errors, key=lambda e: order.index(e.kind))))


def score(record: Record, outgoing: str, *, blocked: bool = False, placeholder: re.Pattern[str] = ISSUED) -> Scored:
    """Return what of `record` leaked and what was damaged in `outgoing`.

    Where the text is blocked, nothing leaves: nothing leaks, and everything that should stay is lost.
    """
    alignment = align(record.text, "" if blocked else outgoing, placeholder)
    owned: dict[Mark, list[Word]] = {mark: [] for mark in record.marks}
    ordinary: list[Word] = []
    for word, mark in _owners(alignment.words, record.marks):
        (ordinary if mark is None else owned[mark]).append(word)
    shares: dict[Figure, Share] = dict.fromkeys(Figure, Share())
    labels: dict[str, Share] = {}
    errors: list[Error] = []
    leaks = 0
    for mark, words in owned.items():
        if mark.kind is Kind.MUST:
            leaked = _leaked(words, alignment.hinted if mark.label not in _HINT_MAY_SAY else frozenset())
            found = Share(int(not leaked), 1)
            shares[Figure.SPAN_RECALL] += found
            shares[Figure.TOKEN_RECALL] += Share(len(words) - leaked, len(words))
            labels[mark.label] = labels.get(mark.label, Share()) + found
            if leaked:
                leaks += 1
                errors.append(_error(record, ErrorKind.LEAK, mark.start, mark.end, mark.label))
        elif mark.kind is Kind.KEEP:
            whole = all(word.left for word in words)
            shares[Figure.KEEP_INTACT] += Share(int(whole), 1)
            if not whole:
                errors.append(_error(record, ErrorKind.KEEP, mark.start, mark.end))
        elif mark.kind is Kind.FLUFF:
            shares[Figure.FLUFF_REMOVED] += Share(sum(not word.left for word in words), len(words))
    shares[Figure.ORDINARY_INTACT] = Share(sum(word.left for word in ordinary), len(ordinary))
    errors += [_error(record, ErrorKind.ORDINARY, start, end) for start, end in _damaged(ordinary, record.text)]
    if labels:
        shares[Figure.DOCS_CLEAN] = Share(int(not leaks), 1)
    return Scored(record.style, Tally(1, int(blocked), shares, labels), tuple(errors))


def _owners(words: Sequence[Word], marks: Sequence[Mark]) -> Iterable[tuple[Word, Mark | None]]:
    """Give each word with the first mark that it touches; words and marks stand in the order of the text."""
    at = 0
    for word in words:
        while at < len(marks) and marks[at].end <= word.start:
            at += 1
        yield word, marks[at] if at < len(marks) and marks[at].start < word.end else None


def _leaked(words: Sequence[Word], hinted: frozenset[str]) -> int:
    """Return how many words of a span that must be hidden say it to whoever reads what leaves.

    A particle or a lone letter («de», «J») finds a twin by chance anywhere in a text: it tells nothing, unless the
    span is hardly more than that, or is there as a whole.
    """
    left = [word for word in words if word.left]
    letters = all(len(word.folded) == 1 for word in words)
    short = len(words) <= 2
    telling = {
        word
        for word in left
        if len(word.folded) > 2 or word.folded.isdigit() or (short and (letters or len(word.folded) == 2))
    }
    if len(left) == len(words):
        telling = telling or set(left)
    return len(telling | {word for word in words if len(word.folded) > 3 and word.folded in hinted})


def _damaged(ordinary: Sequence[Word], text: str) -> Iterable[tuple[int, int]]:
    """Give the passages of ordinary words that are gone: neighbours on a line together."""
    begin = end = -1
    for word in ordinary:
        if word.left:
            continue
        if begin >= 0 and not any(c.isalnum() or c == "\n" for c in text[end : word.start]):
            end = word.end
            continue
        if begin >= 0:
            yield begin, end
        begin, end = word.start, word.end
    if begin >= 0:
        yield begin, end


def _error(record: Record, kind: ErrorKind, start: int, end: int, label: str = "") -> Error:
    before, after = record.text[max(0, start - _AROUND) : start], record.text[end : end + _AROUND]
    return Error(record.id, kind, label, before, record.text[start:end], after)
