"""A folder of one's own makes a set, or says what is wrong: it adds, and loosens nothing in silence."""

from pathlib import Path
from typing import Any

import pytest

from avec_proxy.own.taking import take
from avec_proxy.rulebook import rules_dir
from tests.own.folders import BADGE, PEOPLE, SECRET, folder, put

OFF = {"id": "plate", "title": "Plaques gardées", "folder": "identifiers", "why": "Notre parc les cite."}


def problems(base: Path, *, thorough: bool = False) -> list[str]:
    """Return what is said of a folder, a line each."""
    said = [f"{problem.file}: {problem.problem}" for problem in take(base, thorough=thorough).problems]
    assert not any(SECRET in line for line in said)
    return said


def test_a_right_folder_makes_a_set(tmp_path: Path) -> None:
    """Rules as they were read, lists without a word in clear, nothing off."""
    taken = take(folder(tmp_path))
    assert taken.problems == []
    assert [name for name, _ in taken.own.rules["identifiers"]] == ["badge.yaml"]
    assert [(data.name, data.hide, data.count) for data in taken.own.lists] == [
        ("patients", True, 1),
        ("units", False, 1),
    ]
    assert (taken.own.off, taken.off, taken.files) == (frozenset(), [], 1)
    assert b"lefebvre" not in repr(taken.own).lower().encode()


def test_the_same_files_have_the_same_digests(tmp_path: Path) -> None:
    """A list changes that of the lists alone, a rule that of the rules alone."""
    first, same = take(folder(tmp_path), thorough=False), take(tmp_path, thorough=False)
    assert (first.rules, first.lists) == (same.rules, same.lists)
    put(tmp_path, "always_hide/patients.txt", PEOPLE + "MARTIN Paul\n")
    listed = take(tmp_path, thorough=False)
    assert (listed.rules == first.rules, listed.lists == first.lists) == (True, False)
    put(tmp_path, "identifiers/badge.yaml", BADGE | {"title": "badge d'agent"})
    ruled = take(tmp_path, thorough=False)
    assert (ruled.rules == first.rules, ruled.lists == listed.lists) == (False, True)


def test_a_shipped_rule_is_not_replaced_in_silence(tmp_path: Path) -> None:
    """Another rule of the same id is refused, a copy of the shipped one changes nothing."""
    shipped = (rules_dir() / "identifiers" / "plate.yaml").read_text(encoding="utf-8")
    put(tmp_path, "identifiers/plate.yaml", shipped)
    taken = take(tmp_path, thorough=False)
    assert (taken.problems, taken.own.rules.get("identifiers", ())) == ([], ())
    put(tmp_path, "identifiers/plate.yaml", shipped.replace("title:", "title: Autre,"))
    assert problems(tmp_path) == [
        "identifiers/plate.yaml: id: a shipped rule has it; take another, or put the shipped one in off/"
    ]
    put(tmp_path, "off/plate.yaml", OFF)
    taken = take(tmp_path, thorough=False)
    assert taken.problems == []
    assert taken.own.off == {("identifiers", "plate")}
    assert taken.off == ["identifiers/plate\u00a0: Notre parc les cite."], "it is told"
    assert [name for name, _ in taken.own.rules["identifiers"]] == ["plate.yaml"]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"id": "none", "folder": "identifiers"}, "id: must be the file's name"),
        ({"folder": "context"}, "id: no shipped rule of this folder has it"),
        ({"folder": "policy"}, "folder: Input should be"),
        ({"folder": "hosts"}, "folder: Input should be"),
        ({"why": ""}, "why: String should have at least 3 characters"),
        ({"keep": SECRET}, "keep: Extra inputs are not permitted"),
    ],
)
def test_what_is_off_is_said_rightly(tmp_path: Path, change: dict[str, Any], line: str) -> None:
    """A shipped rule that exists, in a folder that may be thinned, with a reason."""
    put(tmp_path, "off/plate.yaml", OFF | change)
    (said,) = problems(tmp_path)
    assert said.startswith(f"off/plate.yaml: {line}")


HOSTS = {"id": "ours", "title": "Les nôtres", "class": "api", "source": "nous", "groups": {"a": ["x.example"]}}


def _words(*noun: str) -> dict[str, Any]:
    return {"placeholder": noun[0].upper(), "noun": [*noun]}


def _policy(**line: Any) -> dict[str, Any]:
    return {
        "id": "ours",
        "title": "La nôtre",
        "entities": {"BADGE": {"kind": "BADGE", "nouns": ["badge", "badges"]} | line},
    }


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("policy/ours.yaml", _policy(standard="keep"), "entities: a line may hide or refuse, not keep"),
        ("policy/ours.yaml", _policy(strict="keep"), "entities: a line may hide or refuse, not keep"),
        ("policy/ours.yaml", _policy(kind="A] [B"), "entities: a kind is 2 to 24 upper-case letters"),
        (
            "policy/ours.yaml",
            {**_policy(), "entities": {"PERSON": {"kind": "PERSONNE", "nouns": ["nom", "noms"], "standard": "hide"}}},
            "entities: the shipped policy has a line for one of them, which stays",
        ),
        ("identifiers/placeholder.yaml", BADGE | {"id": "placeholder"}, "id: is the proxy's own"),
        ("identifiers/propagation.yaml", BADGE | {"id": "propagation"}, "id: is the proxy's own"),
        (
            "identifiers/badge.yaml",
            BADGE | {"entity_type": "PLACEHOLDER"} | _words("identifiant", "identifiants"),
            "entity_type: is the proxy's own",
        ),
        ("hosts/ours.yaml", HOSTS, "file: hosts are not read from"),
    ],
)
def test_no_rule_loosens_what_ships(tmp_path: Path, name: str, content: object, line: str) -> None:
    """No line of policy changes a shipped type or keeps; no rule poses as the proxy's own; no host is added."""
    put(tmp_path, name, content)
    assert [said for said in problems(tmp_path) if said.startswith(f"{name}: {line}")], problems(tmp_path)


def test_a_type_of_ones_own(tmp_path: Path) -> None:
    """With its line of policy, a rule brings its own kind of placeholder."""
    own = {"entity_type": "BADGE", "placeholder": "BADGE", "noun": ["badge", "badges"]}
    put(tmp_path, "identifiers/badge.yaml", BADGE | own)
    assert len(problems(tmp_path)) == 1
    put(tmp_path, "policy/ours.yaml", _policy())
    assert problems(tmp_path, thorough=True) == []


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("always_hide/patients.csv", PEOPLE, "file: a list is a file NAME.txt or NAME.hashed"),
        ("never_hide/units.hashed", PEOPLE, "file: a list is a file NAME.txt"),
        ("always_hide/Mme_Dupont.txt", PEOPLE, "file: a list's name is lower-case letters"),
        ("always_hide/patients.hashed", b"", "file: its key patients.key does not stand beside it"),
        ("always_hide/patients.key", f"{SECRET}\n", "file: a key is 64 hexadecimal digits"),
        ("always_hide/patients.txt", SECRET, "file: begin it with a line"),
        ("never_hide/units.txt", "Paul\n", "file: line 1: a never-hide entry is more than a first name"),
    ],
)
def test_a_wrong_list_is_one_line(tmp_path: Path, name: str, content: object, line: str) -> None:
    """The line names the file and quotes no entry."""
    put(tmp_path, name, content).chmod(0o600)
    (said,) = problems(tmp_path)
    assert said.startswith(f"{name}: {line}")


def test_one_name_is_one_list(tmp_path: Path) -> None:
    """The same list in clear and hashed: nobody could tell which one is meant."""
    put(tmp_path, "always_hide/patients.txt", PEOPLE)
    put(tmp_path, "always_hide/patients.hashed", b"")
    assert "always_hide/patients.txt: file: patients.hashed stands beside it: one name, one list" in problems(tmp_path)


def test_the_shipped_folder_is_only_looked_at() -> None:
    """Its own rules are no addition to it."""
    taken = take(rules_dir(), thorough=False)
    assert (taken.problems, taken.own.rules, taken.own.lists) == ([], {}, ())
    assert taken.files > 50


def test_the_example_of_the_documents_is_right() -> None:
    """What docs/own-rules shows can be used as it is."""
    taken = take(Path(__file__).parents[2] / "docs" / "own-rules")
    assert (taken.problems, taken.files, len(taken.own.lists)) == ([], 1, 3)
