"""From probabilities to spans: whole words, a threshold by class, neighbours of one class joined.

A word is as suspect as its most suspect piece. Inside a soft zone (a drug, a dose, a score, a code, an eponym) the
threshold rises; where the model itself sees a protected term, it must be sure of the opposite.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from avec_proxy.detect.names.artefact import OUTSIDE, PROTECTED, Meta
from avec_proxy.detect.names.session import Floats, Pieces

_WORD = re.compile(r"\w+(?:-\w+)*")
# what may stand between two words of one span; a line's end parts them
_GAP = re.compile(r"[^\w\n]{0,3}")


@dataclass(frozen=True, slots=True)
class Span:
    """A span of the text that the model would hide."""

    start: int
    end: int
    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    name: str
    probability: float
    begins: bool


class Decoder:
    """Reads the probabilities of one model."""

    def __init__(self, meta: Meta) -> None:
        self._meta = meta
        labels = len(meta.labels)
        # one column per class: a matrix product adds B- and I- up
        self._sum: Floats = np.zeros((labels, len(meta.classes)), dtype=np.float32)
        for rank, name in enumerate(meta.classes):
            self._sum[meta.columns(name), rank] = 1
        self._outside = meta.columns(OUTSIDE)
        self._protected = meta.columns(PROTECTED)
        self._begin = {name: meta.columns(name, ("B-",)) for name in meta.classes}
        self._inside = {name: meta.columns(name, ("I-", "")) for name in meta.classes}
        self._least = min((meta.threshold, *meta.thresholds.values()))

    def spans(self, text: str, pieces: Pieces, zones: Iterable[tuple[int, int]] = ()) -> list[Span]:
        """Return what is to be hidden of `text`, in order, without overlaps. `zones` are its soft zones."""
        if not len(pieces.starts):
            return []
        hide = self._hide(pieces.probabilities)
        if float(hide.max()) < self._least:
            return []
        return [_span(words) for words in _joined(text, self._words(text, pieces, hide, zones))]

    def possible(self, pieces: Pieces) -> list[tuple[int, int]]:
        """Return the spans of which the model does not deny that they identify somebody, neighbours joined."""
        return _runs(pieces, self._raw(pieces.probabilities) >= self._meta.denied_below)

    def plausible(self, pieces: Pieces) -> list[tuple[int, int]]:
        """Return, of these, the spans that it does not rather take for a protected term."""
        hide = self._hide(pieces.probabilities)
        return _runs(pieces, (hide > 0) & (hide >= self._meta.denied_below))

    def _raw(self, probabilities: Floats) -> Floats:
        outside: Floats = probabilities[:, [*self._outside, *self._protected]].sum(axis=1)
        return 1 - outside

    def _hide(self, probabilities: Floats) -> Floats:
        outside: Floats = probabilities[:, self._outside].sum(axis=1)
        protected: Floats = probabilities[:, self._protected].sum(axis=1)
        hide: Floats = 1 - outside - protected
        hide[hide < self._meta.protect_ratio * protected] = 0
        return hide

    def _words(self, text: str, pieces: Pieces, hide: Floats, zones: Iterable[tuple[int, int]]) -> list[_Word]:
        bounds: npt.NDArray[np.int64] = np.array([m.span() for m in _WORD.finditer(text)], dtype=np.int64).reshape(
            -1, 2
        )
        first = np.searchsorted(pieces.ends, bounds[:, 0], side="right")
        after = np.searchsorted(pieces.starts, bounds[:, 1], side="left")
        # no more than a few pieces are suspect: only the words that hold one are looked at
        suspect = np.concatenate([[0], np.cumsum(hide >= self._least)])
        chosen = np.nonzero(suspect[after] > suspect[np.minimum(first, after)])[0]
        soft = _mask(len(text), zones)
        words = []
        for at in chosen.tolist():
            start, end = bounds[at].tolist()
            a, b = int(first[at]), int(after[at])
            probability = float(hide[a:b].max())
            scores: Floats = (pieces.probabilities[a:b] @ self._sum).sum(axis=0)
            name = self._meta.classes[int(scores.argmax())]
            least = self._meta.threshold_of(name)
            if soft.find(1, start, end) >= 0:
                least = max(least, self._meta.soft_threshold)
            if probability >= least:
                begin, inside = self._begin[name], self._inside[name]
                row = pieces.probabilities[a]
                begins = bool(begin) and float(row[begin].sum()) > float(row[inside].sum())
                words.append(_Word(start, end, name, probability, begins))
        return words


def _runs(pieces: Pieces, chosen: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for at in np.nonzero(chosen)[0].tolist():
        start, end = int(pieces.starts[at]), int(pieces.ends[at])
        if spans and start <= spans[-1][1]:
            start = spans.pop()[0]
        spans.append((start, end))
    return spans


def _mask(length: int, zones: Iterable[tuple[int, int]]) -> bytearray:
    mask = bytearray(length)
    for start, end in zones:
        mask[start:end] = b"\1" * (end - start)
    return mask


def _joined(text: str, words: list[_Word]) -> Iterable[list[_Word]]:
    """Yield the words of each span: neighbours of one class, unless the model begins a new one."""
    group: list[_Word] = []
    for word in words:
        if group and (
            word.begins or word.name != group[-1].name or not _GAP.fullmatch(text, group[-1].end, word.start)
        ):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _span(words: list[_Word]) -> Span:
    return Span(words[0].start, words[-1].end, words[0].name, max(w.probability for w in words))
