"""From probabilities to spans."""

from pathlib import Path

import numpy as np
import pytest
from tests.detect.names import tiny

from avec_proxy.detect.names import artefact
from avec_proxy.detect.names.decode import Decoder
from avec_proxy.detect.names.session import Pieces, Session


def _spans(folder: Path, text: str, zones: tuple[tuple[int, int], ...] = (), **meta: object) -> list[tuple[str, str]]:
    loaded = artefact.load(tiny.build(folder, **meta))
    spans = Decoder(loaded.meta).spans(text, Session(loaded).read(text), zones)
    return [(text[s.start : s.end], s.name) for s in spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mme Kervadec vit à Quimper", [("Kervadec", "PER"), ("Quimper", "LOC")]),
        # one suspect piece is enough for the word; hyphens bind
        ("Kerzz", [("Kerzz", "PER")]),
        ("Yann-Ro a", [("Yann-Ro", "PER")]),
        # neighbours of one class are one span, unless the model begins another
        ("Yann Kervadec", [("Yann", "PER"), ("Kervadec", "PER")]),
        ("Yann Lasilix", [("Yann Lasilix", "PER")]),
        ("Yann. Lasilix", [("Yann. Lasilix", "PER")]),
        # a line's end parts them
        ("Yann\nLasilix", [("Yann", "PER"), ("Lasilix", "PER")]),
        ("Yann a Lasilix", [("Yann", "PER"), ("Lasilix", "PER")]),
        ("Mme a", []),
        ("", []),
    ],
)
def test_spans(tmp_path: Path, text: str, expected: list[tuple[str, str]]) -> None:
    """Whole words, joined where they belong together."""
    assert _spans(tmp_path, text) == expected


def test_the_probabilities_of_a_class_add_up(tmp_path: Path) -> None:
    """P(hide) is all that is neither O nor protected, whatever the class."""
    assert _spans(tmp_path, "Ro") == []
    assert _spans(tmp_path, "Ro", threshold=0.4) == [("Ro", "PER")]


def test_a_class_may_have_its_own_threshold(tmp_path: Path) -> None:
    """A town needs more than a name."""
    assert _spans(tmp_path, "Quimper", thresholds={"LOC": 0.75}) == []
    assert _spans(tmp_path, "Quimper", threshold=0.9, thresholds={"LOC": 0.65}) == [("Quimper", "LOC")]


def test_inside_a_soft_zone_the_model_must_be_surer(tmp_path: Path) -> None:
    """«Lasilix» at .6 stays, a name at .95 does not."""
    assert _spans(tmp_path, "a Lasilix", ((2, 9),)) == []
    assert _spans(tmp_path, "a Yann", ((2, 6),)) == [("Yann", "PER")]


def test_a_protected_term_is_kept(tmp_path: Path) -> None:
    """What the model takes for a term is no name, even under a low threshold."""
    assert _spans(tmp_path, "Crohn", threshold=0.1) == []
    assert _spans(tmp_path, "Crohn", threshold=0.1, protect_ratio=0) == []


def test_labels_without_prefixes_are_classes_too(tmp_path: Path) -> None:
    """Without B- nothing begins, so neighbours are one."""
    plain = ["O", "PER", "INI", "LOC", "ORG", "PROT"]
    assert _spans(tmp_path, "Yann Kervadec", labels=plain) == [("Yann Kervadec", "PER")]


@pytest.mark.parametrize(
    ("denied_below", "possible", "plausible"),
    [(0.03, [(0, 6), (7, 9)], [(0, 6)]), (0.25, [(0, 6)], [(0, 6)]), (0.5, [(0, 3)], [(0, 3)])],
)
def test_what_the_model_does_not_deny(
    tmp_path: Path, denied_below: float, possible: list[tuple[int, int]], plausible: list[tuple[int, int]]
) -> None:
    """A guess may lie where P(hide) is not nothing; it is implausible where the model rather sees a protected term."""
    meta = artefact.load(tiny.build(tmp_path, denied_below=denied_below)).meta
    # O, B-PER, I-PER, B-LOC, I-LOC, PROT: two pieces of a name, a term, a word
    table = [[0.2, 0.8, 0, 0, 0, 0], [0.7, 0, 0.3, 0, 0, 0], [0.1, 0.1, 0.1, 0, 0, 0.7], [0.99, 0.01, 0, 0, 0, 0]]
    pieces = Pieces(np.array([0, 3, 7, 10]), np.array([3, 6, 9, 12]), np.array(table, dtype=np.float32))
    decoder = Decoder(meta)
    assert (decoder.possible(pieces), decoder.plausible(pieces)) == (possible, plausible)


def test_nothing_is_possible_in_an_empty_text(tmp_path: Path) -> None:
    """No piece, no span."""
    loaded = artefact.load(tiny.build(tmp_path))
    pieces = Session(loaded).read("")
    assert (Decoder(loaded.meta).possible(pieces), Decoder(loaded.meta).plausible(pieces)) == ([], [])
