"""What the name model's classes mean to the product."""

from pathlib import Path

import pytest
from tests.detect.names import tiny

from avec_proxy.detect import models, protect
from avec_proxy.detect.engine import TITLES, Detector, Labelled
from avec_proxy.detect.names.artefact import ArtefactError
from avec_proxy.model import Finding
from avec_proxy.policy import Policy
from avec_proxy.rulebook import Rulebook


def _found(names: models.Finder, text: str) -> list[tuple[str, str, str]]:
    named = names.find(text, protect.find(text))
    return [(text[f.start : f.end], f.entity_type, f.rule) for f in named.findings]


def test_classes_become_entity_types(tmp_path: Path) -> None:
    """Each with a rule's id that has a French title, and a policy."""
    names = models.Names(tiny.build(tmp_path))
    assert _found(names, "Mme Kervadec vit à Quimper") == [
        ("Kervadec", "PERSON", "model.person"),
        ("Quimper", "CITY", "model.place"),
    ]
    assert {"model.person", "model.place", "model.identifier"} <= set(TITLES)
    assert all(Policy.load().line(entity).kind != "IDENTIFIANT" for entity in models.ENTITIES)


def test_a_drug_needs_more_than_a_suspicion(tmp_path: Path) -> None:
    """The protected spans of a text are soft zones."""
    names = models.Names(tiny.build(tmp_path, threshold=0.5))
    assert _found(names, "Yann a Lasilix") == [("Yann", "PERSON", "model.person")]


def test_a_class_that_nothing_is_known_of_is_refused(tmp_path: Path) -> None:
    """A model of another making would hide under a name that policy lacks."""
    with pytest.raises(ArtefactError, match="labels"):
        models.Names(tiny.build(tmp_path, labels=["O", "PER", "INI", "LOC", "ORG", "ZODIAC"]))


def test_the_detector_reads_it(tmp_path: Path) -> None:
    """The model's findings go through Presidio like all others, in a long text too."""
    detector = Detector(Rulebook.load(), names=models.Names(tiny.build(tmp_path)))
    text = "zz a zz. " * 600 + "vit à côté de Kerzz"
    (found,) = detector.find([Labelled(text)])
    assert [(text[f.start : f.end], f.rule) for f in found if f.rule.startswith("model.")] == [
        ("Kerzz", "model.person")
    ]


@pytest.mark.parametrize("padding", ["", "zz a zz. " * 600])
def test_what_a_shield_drops_does_not_take_the_models_name_with_it(tmp_path: Path, padding: str) -> None:
    """A rule sees «Yann Kervadec IPA» and is wrong about the nurse's grade; Presidio keeps the widest of one type."""
    detector = Detector(Rulebook.load(), names=models.Names(tiny.build(tmp_path)))
    text = f"{padding}Vu par Yann Kervadec IPA ce jour"
    (found,) = detector.find([Labelled(text)])
    hidden = {text[f.start : f.end] for f in found}
    assert "Kervadec" in " ".join(hidden)
    assert not any("IPA" in surface for surface in hidden)


def test_a_guess_that_the_model_denies_is_dropped(tmp_path: Path) -> None:
    """To the tiny model «Maëlle Trévidic» is nobody; after a title it is not asked."""
    detector = Detector(Rulebook.load(), names=models.Names(tiny.build(tmp_path)))
    guess, sure = detector.find([Labelled("Vu par Maëlle Lefebvre ce jour")]), detector.find([Labelled("Mme Lefebvre")])
    assert (len(guess[0]), len(sure[0])) == (0, 1)


def test_a_number_ends_with_its_cell() -> None:
    """Figures of neighbouring cells are not one number, and a short one is nobody's; a name in two cells is one."""
    text = "8456124\t02 98 00 11 22\t\t37.5\tPETIT\tRose"
    number = Finding(0, text.index("\tPETIT"), "OTHER_ID", "model.identifier", 0.6)
    assert [text[f.start : f.end] for f in models._in_cells(text, number)] == ["8456124", "02 98 00 11 22"]
    name = Finding(text.index("PETIT"), len(text), "PERSON", "model.person", 0.6)
    assert list(models._in_cells(text, name)) == [name]
    one = Finding(0, 7, "OTHER_ID", "model.identifier", 0.6)
    assert list(models._in_cells(text, one)) == [one]
