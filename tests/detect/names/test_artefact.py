"""The model's files are the measured ones, or nothing is served."""

from pathlib import Path

import pytest
from tests.detect.names import tiny

from avec_proxy.detect.names import artefact
from avec_proxy.detect.names.session import Session


def test_verified_files_are_loaded(tmp_path: Path) -> None:
    """Meta tells the classes and their thresholds."""
    loaded = artefact.load(tiny.build(tmp_path, thresholds={"LOC": 0.2}))
    assert loaded.meta.classes == ("PER", "LOC")
    assert (loaded.meta.threshold_of("PER"), loaded.meta.threshold_of("LOC")) == (0.5, 0.2)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_another_file_is_refused(tmp_path: Path, name: str) -> None:
    """One changed byte is enough; the error names the file."""
    folder = tiny.build(tmp_path)
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(artefact.ArtefactError, match=name):
        artefact.load(folder)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "meta.json"])
def test_a_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    """A folder that is only half there is no model."""
    (tiny.build(tmp_path) / name).unlink()
    with pytest.raises(artefact.ArtefactError, match=name):
        artefact.load(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"labels": ["B-PER", "I-PER"]},
        {"labels": ["O", "PER", "PER"]},
        {"files": {}},
        {"files": {"model.onnx": {"sha256": "0"}, "tokenizer.json": {"sha256": "0"}}},
        {"thresholds": {"ZZ": 0.2}},
        {"overlap": 7},
        {"window": "many"},
    ],
)
def test_a_meta_that_does_not_fit_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    """Labels without O, labels twice, no hash, a threshold for nothing."""
    with pytest.raises(artefact.ArtefactError, match=r"meta\.json"):
        artefact.load(tiny.build(tmp_path, **change))


def test_labels_and_network_must_agree(tmp_path: Path) -> None:
    """A network with another number of labels would name every span wrongly."""
    folder = tiny.build(tmp_path, labels=["O", "PER", "LOC"])
    with pytest.raises(artefact.ArtefactError, match="number of labels"):
        Session(artefact.load(folder))


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    """The right hash of the wrong bytes: the error is ours and quotes nothing."""
    folder = tiny.build(tmp_path)
    loaded = artefact.load(folder)
    (folder / "model.onnx").write_bytes(b"no model")
    with pytest.raises(artefact.ArtefactError, match="cannot be loaded"):
        Session(loaded)
