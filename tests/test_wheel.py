"""The wheel holds everything that it needs, and works from an empty folder without the checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, without isolation: no network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_it_holds_rules_data_and_licences(wheel: Path) -> None:
    """Every rule file and every list, and nothing of the tests."""
    names = zipfile.ZipFile(wheel).namelist()
    rules = [p.relative_to(ROOT).as_posix() for p in (ROOT / "rules").rglob("*.yaml")]
    data = [p.relative_to(ROOT / "src").as_posix() for p in (ROOT / "src/avec_proxy/data").rglob("*") if p.is_file()]
    assert len(rules) > 30
    assert len(data) > 5
    assert {f"avec_proxy/{name}" for name in rules} | set(data) <= set(names)
    assert {Path(name).name for name in names if ".dist-info/" in name} >= {"METADATA", "LICENSE", "NOTICE"}
    assert {name.split("/")[0].split("-")[0] for name in names} == {"avec_proxy"}


def test_it_works_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    """Installed beside its dependencies, `check` and the recognizer find a name, in `rules` and lists of its own."""
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-index", "--no-deps", "--target", str(site), str(wheel)], check=True)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(site), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    # -S: no .pth files, so the checkout cannot be imported; -P: nor can the current folder
    python = [sys.executable, "-S", "-P"]
    where = subprocess.run(
        [*python, "-c", "import sys, avec_proxy; print(avec_proxy.__file__, *sys.path, sep='\\n')"],
        env=environment,
        cwd=empty,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert Path(where[0]).is_relative_to(site)
    assert str(ROOT / "src") not in where
    said = subprocess.run(
        [*python, "-m", "avec_proxy", "check", "--json"],
        env=environment,
        cwd=empty,
        input="Mme Maëlle Kervadec, née le 14/02/1948, vit à Quimper.".encode(),
        capture_output=True,
        check=False,
    )
    assert (said.returncode, said.stderr) == (1, b"")
    assert json.loads(said.stdout)["sanitized"].startswith("Mme [PERSONNE_1], née le [NAISSANCE_1")
    assert "[VILLE_1 : Finistère]" in json.loads(said.stdout)["sanitized"]
    assert list(empty.iterdir()) == []
    program = (
        "from avec_proxy.presidio import recognizers\n"
        "print([(r.entity_type, r.start, r.end) for r in recognizers()[0].analyze('Mme Le Bihan est sortie.', [])])"
    )
    found = subprocess.run([*python, "-c", program], env=environment, cwd=empty, capture_output=True, check=True)
    assert found.stdout.decode().strip() == "[('PERSON', 4, 12)]"
