"""Commands use a folder of one's own: named on the command line, in the environment or in the settings file."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from avec_proxy.rulebook import rules_dir
from tests.cli.calling import call
from tests.own.folders import BADGE, SECRET, folder, put

OFF = {"id": "plate", "title": "Plaques gardées", "folder": "identifiers", "why": "Notre parc les cite."}
TEXT = "Note de jeanne lefebvre, code zqtrfv, immatriculé AB-123-CD, pour l'unité Verlaine."


def check(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Check `TEXT` in a process of its own: rules are chosen once for each."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AVEC_")}
    return subprocess.run(
        [sys.executable, "-m", "avec_proxy", "check", "--json", *arguments],
        input=TEXT,
        capture_output=True,
        text=True,
        env={**kept, "PYTHONPATH": os.pathsep.join(sys.path), "XDG_CONFIG_HOME": str(home), **environment},
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("way", ["option", "environment", "file"])
def test_check_uses_the_folder(tmp_path: Path, way: str) -> None:
    """Its rule and its lists have their say; what a never-hide list let stay is told."""
    base = folder(tmp_path / "own")
    code = {"match": ["Code ⟦zqabcd⟧ donné"], "no_match": BADGE["examples"]["no_match"]}
    put(base, "identifiers/code.yaml", BADGE | {"id": "code", "pattern": ["zq[a-z]{4}"], "examples": code})
    if way == "option":
        done = check(tmp_path, "--own-rules", str(base))
    elif way == "environment":
        done = check(tmp_path, AVEC_OWN_RULES=str(base))
    else:
        put(tmp_path, "mine.toml", f"own_rules = '{base}'\n")
        done = check(tmp_path, "--config", str(tmp_path / "mine.toml"))
    assert (done.returncode, done.stderr) == (1, "")
    result = json.loads(done.stdout)
    rules = {TEXT[f["start"] : f["end"]]: f["rule"] for f in result["findings"]}
    assert rules["jeanne lefebvre"] == "always_hide.patients"
    assert rules["zqtrfv"] == "code"
    assert [(TEXT[k["start"] : k["end"]], k["rule"]) for k in result["kept"]] == [
        ("unité Verlaine", "never_hide.units")
    ]
    assert "unité Verlaine" in result["sanitized"]


def test_a_rule_that_is_off_is_told_and_finds_nothing(tmp_path: Path) -> None:
    """On standard error, with its reason, whenever it is so."""
    base = folder(tmp_path / "own")
    assert "AB-123-CD" not in json.loads(check(tmp_path, "--own-rules", str(base)).stdout)["sanitized"]
    put(base, "off/plate.yaml", OFF)
    done = check(tmp_path, "--own-rules", str(base))
    assert "règle livrée désactivée\u00a0: identifiers/plate\u00a0: Notre parc les cite." in done.stderr
    assert "plate" not in {f["rule"] for f in json.loads(done.stdout)["findings"]}


def test_a_wrong_folder_checks_nothing(tmp_path: Path) -> None:
    """One line a file, quoting nothing, exit code 2; so does a folder that is none."""
    base = folder(tmp_path / "own")
    put(base, "always_hide/patients.txt", SECRET)
    done = check(tmp_path, "--own-rules", str(base))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("avec-proxy check: own_rules: always_hide/patients.txt: file: begin it with a line")
    assert SECRET not in done.stderr
    done = check(tmp_path, "--own-rules", str(tmp_path / SECRET))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("avec-proxy check: setting own_rules: ")
    assert SECRET not in done.stderr


def test_rules_and_lists_are_listed(tmp_path: Path) -> None:
    """Beside the shipped rules, of which one that is off is marked."""
    base = folder(tmp_path)
    put(base, "off/plate.yaml", OFF)
    listed = call("rules", "list", "--json", "--own-rules", str(base)).object["rules"]
    titles = {(row["folder"], row["id"]): row["title"] for row in listed}
    assert len(listed) == len(list(rules_dir().glob("*/*.yaml"))) + 3
    assert titles["identifiers", "badge"] == "numéro de badge"
    assert titles["identifiers", "plate"].startswith("[règle livrée désactivée] ")
    assert titles["always_hide", "always_hide.patients"] == "toujours masquer\u00a0: 1 forme"
    assert titles["never_hide", "never_hide.units"] == "ne jamais masquer\u00a0: 1 forme"


def test_rules_and_lists_are_explained(tmp_path: Path) -> None:
    """An own rule as a shipped one; a list by what it can and cannot do; a rule that is off says so."""
    base = folder(tmp_path)
    put(base, "off/plate.yaml", OFF)
    own = ("--own-rules", str(base))
    assert "Badge B⟦1234⟧ perdu" in call("rules", "explain", "badge", *own).out
    assert "Désactivée\u00a0: " in call("rules", "explain", "plate", *own).out
    hiding = call("rules", "explain", "always_hide.patients", *own).out
    assert ("Type\u00a0: PERSON" in hiding, "Elle l'emporte" in hiding, "lefebvre" in hiding.lower()) == (
        True,
        True,
        False,
    )
    keeping = call("rules", "explain", "never_hide.units", *own).out
    assert ("Elle ne libère ni numéro" in keeping, "Verlaine" in keeping) == (True, False)
    assert call("rules", "explain", "always_hide.patient", *own).err.endswith("close: always_hide.patients\n")


def test_a_folder_with_lists_alone_is_checked(tmp_path: Path) -> None:
    """What it holds is told by count, what is off by name."""
    put(tmp_path, "never_hide/units.txt", "unité Verlaine\n")
    assert call("rules", "check", str(tmp_path)).out.splitlines() == [
        "never_hide.units\u00a0: ne jamais masquer\u00a0: 1 forme",
        "1 list: all right",
    ]
    put(tmp_path, "off/plate.yaml", OFF)
    assert call("rules", "check", str(tmp_path)).out.splitlines() == [
        "règle livrée désactivée\u00a0: identifiers/plate\u00a0: Notre parc les cite.",
        "never_hide.units\u00a0: ne jamais masquer\u00a0: 1 forme",
        "1 rule file, 1 list: all right",
    ]
