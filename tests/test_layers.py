"""The architecture's contracts hold, and each of them can fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def _lint(cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=cwd,
        env={"PYTHONPATH": str(cwd / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_contracts_hold() -> None:
    """Layers, and where mitmproxy, spaCy and Presidio may be imported."""
    result = _lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("wire/sse.py", "import avec_proxy.detect", "Layers"),
        ("utils.py", "", "Layers"),
        ("workers/pool.py", "import mitmproxy", "mitmproxy stays in proxy"),
        ("hints.py", "import spacy", "spaCy and the Presidio analyzer stay in detect"),
    ],
)
def test_each_contract_can_be_broken(tmp_path: Path, module: str, line: str, contract: str) -> None:
    """A sibling import, a module without a layer, a library in the wrong room: each is reported."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    broken = tmp_path / "src" / "avec_proxy" / module
    broken.write_text((broken.read_text() if broken.exists() else "") + f"\n{line}\n", encoding="utf-8")
    result = _lint(tmp_path)
    assert result.returncode != 0
    assert contract in result.stdout
