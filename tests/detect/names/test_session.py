"""Windows over a text: every piece once, from the window where it stands best."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.detect.names import tiny

from avec_proxy.detect.names import artefact
from avec_proxy.detect.names.session import Session, spread


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """The tiny model, with windows of eight pieces."""
    return Session(artefact.load(tiny.build(tmp_path_factory.mktemp("tiny"))))


@given(st.integers(0, 3000), st.integers(8, 300), st.integers(0, 100))
def test_windows_cover_everything(length: int, window: int, overlap: int) -> None:
    """No window is too long, each shares enough with the next, and together they hold every piece."""
    overlap = min(overlap, window // 2)
    windows = spread(length, window, overlap)
    assert all(0 <= a < b <= length and b - a <= window for a, b in windows)
    assert not windows if length == 0 else (windows[0][0] == 0 and windows[-1][1] == length)
    assert all(b1 - a2 >= overlap and a1 < a2 for (a1, b1), (a2, _) in pairwise(windows))


def test_a_text_within_a_window_is_one() -> None:
    """Nothing is cut that need not be."""
    assert spread(250, 250, 40) == [(0, 250)]
    assert spread(251, 250, 40) == [(0, 146), (105, 251)] or len(spread(251, 250, 40)) == 2


def test_a_piece_is_read_once_whatever_the_window(session: Session) -> None:
    """The tiny model has no context, so a long text must give each word what it gets alone."""
    text = " ".join(["Mme Kervadec vit à Quimper et Yann a Crohn."] * 12)
    pieces = session.read(text)
    assert [text[a:b].strip() for a, b in zip(pieces.starts, pieces.ends, strict=True)].count("Quimper") == 12
    alone = session.read("Quimper").probabilities[0]
    rows = [
        pieces.probabilities[i]
        for i in range(len(pieces.starts))
        if "Quimper" in text[pieces.starts[i] : pieces.ends[i]]
    ]
    assert len(rows) == 12
    assert all(np.array_equal(row, alone) for row in rows)


def test_probabilities_add_up(session: Session) -> None:
    """Logits become probabilities."""
    assert session.read("Mme Kervadec").probabilities.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u200b", "日本語", "a" * 3000])
def test_odd_texts_are_read(session: Session, text: str) -> None:
    """Nothing, blanks, unknown letters, one endless word."""
    pieces = session.read(text)
    assert len(pieces.starts) == len(pieces.ends) == len(pieces.probabilities)


def test_readers_change_nothing(tmp_path: Path) -> None:
    """A long text gives the same bytes whether one thread reads its windows or three."""
    loaded = artefact.load(tiny.build(tmp_path))
    text = "Mme Kervadec vit à Quimper et Yann a Crohn. " * 40
    one, three = Session(loaded, 1).read(text), Session(loaded, 3).read(text)
    assert np.array_equal(one.probabilities, three.probabilities)
    assert np.array_equal(one.starts, three.starts)
