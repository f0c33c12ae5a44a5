"""What the name model's classes mean to the product."""

from pathlib import Path

import pytest
from tests.detect.names import tiny

from avec_proxy.detect import models, protect
from avec_proxy.detect.engine import TITLES, Detector, Labelled
from avec_proxy.detect.names.artefact import ArtefactError
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
