"""The benchmark of disguises follows its marks: what it calls a span is that span, written otherwise."""

import random

import pytest
from benchmarks.disguises import Tally, measure
from benchmarks.mutations import MUTATIONS, Mutated, plain

from avec_proxy.detect.disguise import read
from avec_proxy.evaluate.marks import Kind, Record
from avec_proxy.evaluate.marks import read as records

TEXT = """id: one

Affiche : ⟦PERSON|Maëlle Kervadec⟧, née le ⟦DATE|14/02/1950⟧, tél. ⟦PHONE|06 39 98 12 34⟧, sous ⦃Eliquis⦄,
vit à ⟦CITY|Quimper⟧ avec sa fille ⟦PERSON|Solange Kervadec⟧ ; il faut renouveler ses soins infirmiers demain.
"""
SEEN_THROUGH = (
    "plain|one homoglyph a word|homoglyphs|zero width in marks|zero width everywhere|no-break spaces|soft hyphens|"
    "full-width digits|full-width marks|ligatures|accents apart|HTML entities|numeric entities|percent|\\u escapes"
)


@pytest.fixture
def record() -> Record:
    """Give a marked text."""
    (found,) = records(TEXT.encode())
    return found


def shown(mutated: Mutated, start: int, end: int) -> str:
    """Return what stands for a span now, as a reader sees it."""
    return "".join(read(mutated.texts[n][a:b]).text for n, a, b in mutated.places(start, end))


@pytest.mark.parametrize("name", SEEN_THROUGH.split("|"))
def test_a_mark_leads_to_its_disguise(record: Record, name: str) -> None:
    """Undone, it is the marked text again; and the text around it is no part of it."""
    mutated = (plain if name == "plain" else MUTATIONS[name])(record, random.Random(1))
    for mark in record.marks:
        assert shown(mutated, mark.start, mark.end) == record.text[mark.start : mark.end]


@pytest.mark.parametrize("name", sorted(MUTATIONS))
def test_each_mutation_changes_the_text(record: Record, name: str) -> None:
    """It is a disguise, and its marks stand inside its texts."""
    mutated = MUTATIONS[name](record, random.Random(1))
    assert mutated.texts != (record.text,)
    for mark in record.marks:
        places = list(mutated.places(mark.start, mark.end))
        assert places
        assert all(0 <= a < b <= len(mutated.texts[n]) for n, a, b in places)


def test_a_leak_and_a_damaged_word_are_counted(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """A detector that hides nothing finds and damages nothing; one that hides all finds and damages all."""
    from avec_proxy.model import Edit
    from benchmarks import disguises

    must = sum(mark.kind is Kind.MUST for mark in record.marks)
    for whole in (False, True):
        hide = [Edit(0, 10_000, "")] if whole else []
        monkeypatch.setattr(disguises, "edits_of", lambda texts, turns, hide=hide: ([hide] * len(texts), False))
        tally = Tally()
        measure(tally, record, MUTATIONS["leet"](record, random.Random(1)), turns=False)
        assert (tally.spans, tally.found) == (must, must * whole)
        assert tally.words > 10
        assert tally.intact == tally.words * (not whole)
