"""What detection loses when marked texts (docs/marks.md) are disguised, beside the same texts in plain, in one run.

`make bench-disguises CORPUS="FILE…"`, or `python -m benchmarks.disguises --corpus FILE…`. Each text is mutated in every
way of `benchmarks.mutations`, in turn with its plain form, so that whatever else the machine does falls on all alike.
Prints, per mutation: `span_recall` and `ordinary_intact`, what they lose against plain (points), and the median over
the texts of the time per kB of UTF-8 as a ratio to plain's. `--errors N` shows the first N spans that leak.

Spans are followed by their offsets: a span is found if every letter and digit of its telling words is hidden, a word
is intact if none is. What stands in an encoded run counts as found or not, never as intact: the run can only go whole.
"""

import argparse
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from avec_proxy import pipeline
from avec_proxy.analysis import check_segments, detector
from avec_proxy.evaluate.marks import Kind, Mark, Record
from avec_proxy.memory import Memory
from avec_proxy.model import Edit, Options, Politeness, Role, Segment, Switch
from benchmarks.marked import records_of
from benchmarks.mutations import MUTATIONS, WORD, Mutated, plain

_OPTIONS = Options(Politeness.OFF, Switch.OFF)
_LOSES_SPANS, _LOSES_ORDINARY, _TIMES = 2.0, 0.5, 1.5  # asked: points, points, ratio


@dataclass
class Tally:
    """Counts of one mutation, and the seconds per kB of each text."""

    spans: int = 0
    found: int = 0
    words: int = 0
    intact: int = 0
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def span_recall(self) -> float:
        """Share of the spans that must be hidden and are, in percent."""
        return 100 * self.found / max(self.spans, 1)

    @property
    def ordinary_intact(self) -> float:
        """Share of the unmarked words that are untouched, in percent."""
        return 100 * self.intact / max(self.words, 1)


def edits_of(texts: Sequence[str], *, turns: bool) -> tuple[list[list[Edit]], bool]:
    """Return what becomes of each text of one request, as parts of one message or as `turns`, and whether it leaves."""
    segments = [
        Segment(text, 0, len(text.encode()), role=Role.USER, turn=number if turns else 0)
        for number, text in enumerate(texts)
    ]
    analysis = check_segments(segments, [""] * len(texts), _OPTIONS)
    return analysis.edits, analysis.refused


def measure(tally: Tally, record: Record, mutated: Mutated, *, turns: bool) -> None:
    """Add one mutated text to `tally`."""
    # a worker remembers what a text says once its disguises are undone: every form is read as if it were the first
    detector(_OPTIONS.strictness)._memory = Memory()
    began = time.process_time()
    edits, refused = edits_of(mutated.texts, turns=turns)
    took = time.process_time() - began
    tally.seconds.append(took / (sum(len(text.encode()) for text in mutated.texts) / 1000))
    hidden = [_mask(len(text), own) for text, own in zip(mutated.texts, edits, strict=True)]
    for word, mark in _owned(record):
        if mark is None and not any(s < word[1] and word[0] < e for s, e in mutated.opaque):
            tally.words += 1
            tally.intact += not refused and not any(_hidden(mutated, hidden, word))
    for mark in record.marks:
        if mark.kind is Kind.MUST:
            tally.spans += 1
            found = refused or not _leaks(record, mutated, hidden, mark)
            tally.found += found
            if not found:
                shown = ["".join(mutated.texts[n][a:b]) for n, a, b in mutated.places(mark.start - 15, mark.end + 5)]
                tally.errors.append(f"{record.id} {mark.label} {shown}")


def _mask(length: int, edits: Sequence[Edit]) -> bytearray:
    mask = bytearray(length)
    for edit in edits:
        mask[edit.start : edit.end] = b"\1" * (edit.end - edit.start)
    return mask


def _owned(record: Record) -> Iterator[tuple[tuple[int, int], Mark | None]]:
    """Yield the words of a record with the mark that each touches."""
    for word in WORD.finditer(record.text):
        yield word.span(), next((m for m in record.marks if m.start < word.end() and word.start() < m.end), None)


def _hidden(mutated: Mutated, hidden: Sequence[bytearray], span: tuple[int, int]) -> Iterator[bool]:
    """Yield, for each letter and digit of a word as it stands now, whether it is hidden."""
    for number, start, end in mutated.places(*span):
        text = mutated.texts[number]
        yield from (bool(hidden[number][at]) for at in range(start, end) if text[at].isalnum())


def _leaks(record: Record, mutated: Mutated, hidden: Sequence[bytearray], mark: Mark) -> bool:
    """Return whether a telling word of a span is there; as in `evaluate.score`, a particle tells nothing by itself."""
    words = [(w.span(), w[0]) for w in WORD.finditer(record.text, mark.start, mark.end)]
    left = [word for span, word in words if not all(_hidden(mutated, hidden, span))]
    telling = [w for w in left if len(w) > 2 or w.isdigit() or (len(words) <= 2 and len(w) == 2)]
    return bool(telling) or len(left) == len(words)


def run(records: Sequence[Record], names: Sequence[str]) -> dict[str, Tally]:
    """Return the tally of each mutation, and of "plain"."""
    mutations = {"plain": plain, **{name: MUTATIONS[name] for name in names}}
    tallies = {name: Tally() for name in mutations}
    for record in records:
        for name, mutate in mutations.items():
            mutated = mutate(record, random.Random(record.id))
            measure(tallies[name], record, mutated, turns=name == "two messages")
    return tallies


def main() -> None:
    """Run everything and print it."""
    parser = argparse.ArgumentParser(prog="benchmarks.disguises", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpus", nargs="+", required=True, type=Path, metavar="FILE", help="marked texts")
    parser.add_argument("--only", nargs="+", choices=sorted(MUTATIONS), metavar="NAME", help="these mutations alone")
    parser.add_argument("--limit", type=int, help="the first N texts of all")
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="show spans that leak, words included")
    given = parser.parse_args()
    records = list(records_of(given.corpus))[: given.limit]
    pipeline.warm()
    tallies = run(records, given.only or list(MUTATIONS))
    base = tallies["plain"]
    typical = statistics.median(base.seconds)
    print(f"{len(records)} texts, {base.spans} spans; {1000 * typical:.1f} ms per kB in plain")
    print(f"\n{'':24s}{'spans':>8s}{'loses':>8s}{'ordinary':>10s}{'loses':>8s}{'time':>7s}")
    for name, one in tallies.items():
        lost, damaged = base.span_recall - one.span_recall, base.ordinary_intact - one.ordinary_intact
        ratio = statistics.median(s / b for s, b in zip(one.seconds, base.seconds, strict=True))
        short = [
            w
            for w, bad in (
                ("spans", lost > _LOSES_SPANS),
                ("ordinary", damaged > _LOSES_ORDINARY),
                ("time", ratio > _TIMES),
            )
            if bad
        ]
        print(
            f"{name:24s}{one.span_recall:8.2f}{lost:8.2f}{one.ordinary_intact:10.2f}{damaged:8.2f}{ratio:7.2f}"
            + (f"  falls short: {', '.join(short)}" if short else "")
        )
        for error in one.errors[: given.errors]:
            print(f"    {error!r}")


if __name__ == "__main__":
    main()
