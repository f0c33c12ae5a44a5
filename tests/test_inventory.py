"""What detection is made of is told by digests: a rule that changes, goes or comes is seen."""

import base64
import hashlib
from importlib import metadata
from pathlib import Path

import pytest

from avec_proxy import inventory
from avec_proxy.pipeline import about
from avec_proxy.rulebook import Rulebook


def test_what_runs_is_what_is_installed() -> None:
    """A fresh detector tells the digests that the files give, rule by rule, and the model's."""
    told = about()
    assert told == {"made_of": inventory.installed(), "own": [], "off": []}
    assert {rule.id for rule in Rulebook.load().identifiers} | {inventory.MODEL} == inventory.installed().keys()


def test_a_changed_rule_has_another_digest() -> None:
    """One digest changes, and no other."""
    one, *others = Rulebook.load().identifiers
    changed = Rulebook(identifiers=(one.model_copy(update={"title": "autre titre"}), *others))
    before, after = (inventory.of(book, "0" * 64) for book in (Rulebook.load(), changed))
    assert [name for name in before if before[name] != after[name]] == [one.id]


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an installed wheel with one rule, and its record."""
    rule = tmp_path / "avec_proxy" / "rules" / "identifiers" / "nir.yaml"
    rule.parent.mkdir(parents=True)
    rule.write_text("id: nir\n")
    written = base64.urlsafe_b64encode(hashlib.sha256(rule.read_bytes()).digest()).rstrip(b"=").decode()
    info = tmp_path / "avec_proxy-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: avec-proxy\nVersion: 0\n")
    (info / "RECORD").write_text(f"avec_proxy/rules/identifiers/nir.yaml,sha256={written},8\n")
    monkeypatch.setattr(metadata, "distribution", lambda _name: metadata.Distribution.at(info))
    return rule


def test_a_wheel_is_compared_with_its_record(wheel: Path) -> None:
    """As shipped: nothing; changed or gone: named."""
    assert inventory.altered() == []
    wheel.write_text("id: nir2\n")
    assert inventory.altered() == ["rules/identifiers/nir.yaml"]
    wheel.unlink()
    assert inventory.altered() == ["rules/identifiers/nir.yaml"]


def test_a_checkout_has_no_record() -> None:
    """Then nothing is claimed of what was shipped."""
    listed = [str(file) for file in metadata.files("avec-proxy") or []]
    if any(name.startswith("avec_proxy/rules/") for name in listed):
        pytest.skip("installed from a wheel")
    assert inventory.altered() is None
