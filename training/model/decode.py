"""From probabilities to hidden spans, and how well these spans answer a marked text.

The product decodes on its own side (it must not import this package); this is the reference that chooses models.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from tokenizers import Tokenizer

from training.model import data, tokens
from training.model.marked import LABELS, PROTECTED, Record, class_of
from training.texts.marks import HIDE, KEEP, MAY, POLITE

_WORD = re.compile(r"\w+")
_SHOWN = re.compile(r"[^\W_]")
# ids and mask, batch × length, to probabilities, batch × length × labels
Predict = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Scored:
    """A text with the probabilities of its pieces."""

    record: Record
    places: list[tuple[int, int]]
    probabilities: np.ndarray


def probabilities(ids: Sequence[int], predict: Predict) -> np.ndarray:
    """Probabilities of every piece of one text; where windows overlap, the one that sees more around it speaks."""
    cuts = data.cuts(len(ids))
    batch = data.collate([data.Window(np.asarray(ids[a:b]), np.zeros(b - a), a) for a, b in cuts])
    raw = predict(batch.ids.numpy(), batch.mask.numpy())
    out = np.zeros((len(ids), raw.shape[-1]), np.float32)
    done = 0
    for row, (first, end) in enumerate(cuts):
        stop = end if row + 1 == len(cuts) else (end + cuts[row + 1][0]) // 2
        out[done:stop] = raw[row, 1 + done - first : 1 + stop - first]
        done = stop
    return out


def predict_all(records: Sequence[Record], tokenizer: Tokenizer, predict: Predict) -> list[Scored]:
    """Run the model over the records."""
    out = []
    for record in records:
        ids, places = tokens.encode(tokenizer, record.text)
        out.append(Scored(record, places, probabilities(ids, predict)))
    return out


def hidden(scored: Scored, threshold: float, lever: float = 0.0) -> list[tuple[int, int]]:
    """Spans to hide: pieces with 1 - P(O) - P(PROT) at the threshold, and above ``lever`` × P(PROT); whole words."""
    table = scored.probabilities
    protected = table[:, LABELS.index(PROTECTED)]
    hide = 1.0 - table[:, 0] - protected
    text = scored.record.text
    chosen = np.zeros(len(text) + 1, bool)
    for (start, end), yes in zip(scored.places, (hide >= threshold) & (hide >= lever * protected), strict=True):
        if yes:
            chosen[start:end] = True
    for word in _WORD.finditer(text):
        if chosen[word.start() : word.end()].any():
            chosen[word.start() : word.end()] = True
    edges = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


@dataclass
class Tally:
    """Counts over texts; every figure is a share of what stood to be found or kept."""

    found: Counter = field(default_factory=Counter)
    asked: Counter = field(default_factory=Counter)
    protected_kept: int = 0
    protected: int = 0
    ordinary_kept: int = 0
    ordinary: int = 0
    clean: int = 0
    identifying: int = 0

    def add(self, record: Record, spans: Sequence[tuple[int, int]]) -> None:
        """Count one text."""
        covered = np.zeros(len(record.text) + 1, bool)
        for start, end in spans:
            covered[start:end] = True
        leaks = 0
        for span in record.of(HIDE):
            seen = all(covered[span.start + m.start()] for m in _SHOWN.finditer(record.text[span.start : span.end]))
            for key in (span.label, f"={class_of(span.label)}"):
                self.asked[key] += 1
                self.found[key] += seen
            leaks += not seen
        if record.of(HIDE):
            self.identifying += 1
            self.clean += not leaks
        marked = np.zeros(len(record.text) + 1, bool)
        for span in record.spans:
            if span.kind in (HIDE, MAY, POLITE, KEEP):
                marked[span.start : span.end] = True
            if span.kind == KEEP:
                self.protected += 1
                self.protected_kept += not covered[span.start : span.end].any()
        for word in _WORD.finditer(record.text):
            if not marked[word.start() : word.end()].any():
                self.ordinary += 1
                self.ordinary_kept += not covered[word.start() : word.end()].any()

    @property
    def recall(self) -> float:
        """Share of the spans to hide that are hidden whole."""
        asked = sum(value for key, value in self.asked.items() if key[0] != "=")
        return sum(value for key, value in self.found.items() if key[0] != "=") / max(asked, 1)

    def figures(self) -> dict[str, float]:
        """The four figures, and the recall of persons alone."""
        return {
            "recall": self.recall,
            "persons": self.found["PERSON"] / max(self.asked["PERSON"], 1),
            "clean": self.clean / max(self.identifying, 1),
            "protected": self.protected_kept / max(self.protected, 1),
            "ordinary": self.ordinary_kept / max(self.ordinary, 1),
        }

    def by_label(self) -> dict[str, tuple[int, int]]:
        """Found and asked for each label of the corpus."""
        return {key: (self.found[key], self.asked[key]) for key in sorted(self.asked) if key[0] != "="}


def tally(scored: Sequence[Scored], threshold: float, lever: float = 0.0) -> Tally:
    """Decode and count."""
    out = Tally()
    for item in scored:
        out.add(item.record, hidden(item, threshold, lever))
    return out
