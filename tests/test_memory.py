"""A text is read once, and nothing of it is kept."""

import gc

import pytest

from avec_proxy.detect import models
from avec_proxy.detect.engine import Detector, Labelled
from avec_proxy.detect.look import Look
from avec_proxy.detect.protect import Shield
from avec_proxy.memory import Memory
from avec_proxy.model import Finding
from avec_proxy.rulebook import Rulebook


class _Counting:
    """A source of names that finds none and counts the texts that it is asked about."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def find(self, text: str, shield: Shield) -> models.Named:
        self.texts.append(text)
        return models.Named([], [(0, len(text))], [(0, len(text))])


@pytest.fixture
def names() -> _Counting:
    """A fresh source."""
    return _Counting()


@pytest.fixture
def detector(names: models.Finder) -> Detector:
    """A detector that has read nothing."""
    return Detector(Rulebook.load(), names=names)


def test_history_is_read_once(detector: Detector, names: _Counting) -> None:
    """The second turn reads what is new, and finds in the first what it found before."""
    first, second = Labelled("Mme Kervadec a chuté le 12/03/2024."), Labelled("Kervadec va mieux.")
    once = detector.find([first])
    assert detector.find([first, second])[0] == once[0]
    assert names.texts == [first.text, second.text]


def test_order_and_memory_change_nothing(detector: Detector) -> None:
    """A text gives the same findings whether it was read before, alone or beside others."""
    texts = [Labelled("Dr Le Bihan, 29000 Quimper"), Labelled("80041297", "ipp"), Labelled("vu par le dr le bihan")]
    fresh = Detector(Rulebook.load(), names=_Counting()).find(texts)
    detector.find(texts[::-1])
    detector.find(texts[1:])
    assert detector.find(texts) == fresh


def test_a_late_name_hides_its_earlier_occurrences(detector: Detector) -> None:
    """What is remembered is what a text says by itself: the rest of the request still counts."""
    early, late = Labelled("kervadec va mieux"), Labelled("Le nom est Mme Kervadec.")
    assert detector.find([early]) == [[]]
    assert [(f.start, f.end) for f in detector.find([early, late])[0]] == [(0, 8)]


def test_a_label_is_part_of_the_key(detector: Detector) -> None:
    """«Petit» is a name under «nom» and a size elsewhere."""
    assert detector.find([Labelled("Petit", "taille")]) == [[]]
    assert len(detector.find([Labelled("Petit", "nom")])[0]) == 1


def test_text_in_disguise_is_remembered(detector: Detector, names: _Counting) -> None:
    """An encoded name is found again without being read again."""
    text = Labelled("voir TWFkYW1lIEplYW5uaW5lIEtlcnZhZGVj ici")
    once = detector.find([text])
    assert len(once[0]) == 1
    read = len(names.texts)
    assert detector.find([text]) == once
    assert len(names.texts) == read


def test_the_oldest_is_forgotten() -> None:
    """Bounded by entries and by what they hold; what was asked for lately stays."""
    memory = Memory(entries=3, findings=20)
    look = Look((Finding(0, 1, "PERSON", "x", 1.0),) * 4)
    keys = [memory.key("", str(n)) for n in range(5)]
    for key in keys[:3]:
        memory.keep(key, look)
    assert memory.recall(keys[0]) is look
    memory.keep(keys[3], look)
    assert [memory.recall(k) is not None for k in keys[:4]] == [True, False, True, True]
    memory.keep(keys[4], Look((Finding(0, 1, "PERSON", "x", 1.0),) * 50))
    assert [memory.recall(k) for k in keys] == [None] * 5, "what is too large for itself leaves no room"


def test_keys_tell_labels_from_texts_and_processes_apart() -> None:
    """«a» under «b» is not «b» under «a»; another process has other keys."""
    memory = Memory()
    assert memory.key("a", "b") != memory.key("b", "a") != memory.key("", "ab")
    assert memory.key("a", "b") == memory.key("a", "b")
    assert memory.key("a", "b") != Memory().key("a", "b")


def test_nothing_of_a_text_is_kept(detector: Detector, names: _Counting) -> None:
    """After a request no object of the process holds its words."""
    word = "zzeuqcedavreK"[::-1]  # no constant of this file
    detector.find([Labelled(f"Mme {word} va mieux. " * 30)])
    names.texts.clear()
    gc.collect()
    held = [o for o in gc.get_objects() if isinstance(o, (dict, list, tuple, set))]
    assert not any(isinstance(i, str) and word in i for o in held if len(o) < 100_000 for i in list(o))
