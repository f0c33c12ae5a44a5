"""What the documents say is true of the code."""

import re
import runpy
import tomllib
from pathlib import Path

import pytest

from avec_proxy.settings import Settings
from avec_proxy.wire.endpoints import endpoints

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: p.name)
def test_links_and_files_exist(document: Path) -> None:
    """Every relative link, and every path in code that looks like one of ours, leads somewhere."""
    text = document.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#:]+)\)", text) if "://" not in link]
    paths = re.findall(r"`((?:src|rules|tests|docs|benchmarks|lexicons|\.ci)/[\w./-]+)`", text)
    missing = [name for name in links if not (document.parent / name).exists()]
    missing += [name for name in paths if "<" not in name and not (ROOT / name).exists()]
    assert missing == []


def test_the_settings_of_the_readme_are_accepted() -> None:
    """The TOML that the README shows loads as it stands."""
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        assert Settings(**tomllib.loads(block)).listen


def test_every_module_has_its_room_in_the_architecture() -> None:
    """ARCHITECTURE.md names each top-level module or package."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = [p for p in (ROOT / "src" / "avec_proxy").iterdir() if not p.name.startswith("_") and p.name != "data"]
    missing = [p.name for p in rooms if f"`{p.name}`" not in text and f"`{p.name}/`" not in text]
    assert missing == []


def test_make_targets_named_in_the_documents_exist() -> None:
    """No document sends a reader to a target that is not there."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {
        t for d in DOCUMENTS for t in re.findall(r"(?:`|^)make ([a-z]+)", d.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert named
    assert named <= targets


def test_the_table_of_endpoints_is_what_the_rules_say() -> None:
    """docs/endpoints.md is what docs/endpoints.py writes today, and no endpoint is missing in it."""
    made = runpy.run_path(str(ROOT / "docs" / "endpoints.py"))["table"]()
    assert (ROOT / "docs" / "endpoints.md").read_text(encoding="utf-8") == made, "run: python docs/endpoints.py"
    assert sum(line.startswith("| `") for line in made.splitlines()) == len(endpoints())
    assert all(f"`{host}`" in made.replace("`*.", "`.") for rule in endpoints() for host in rule.hosts)
