"""`avec-proxy rules`: the shipped rules are listed and explained; a hospital's own are checked, however odd."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from avec_proxy import rule_folders
from avec_proxy.detect.engine import TITLES
from avec_proxy.own import files
from avec_proxy.rulebook import MAX_SIZE, rules_dir
from tests.cli.calling import Said, call
from tests.own.folders import BADGE, SECRET, put


def wrong(base: Path) -> list[str]:
    """Return the lines of a check that finds something wrong, after looking that nothing is quoted or thrown."""
    said = call("rules", "check", str(base))
    assert (said.code, said.err) == (1, "")
    assert SECRET not in said.out
    assert "Traceback" not in said.out
    return said.out.splitlines()


def test_the_list_holds_every_file() -> None:
    """One line a shipped file, and the same in JSON: id, folder, title."""
    shipped = sorted((path.parent.name, path.stem) for path in rules_dir().glob("*/*.yaml"))
    listed = call("rules", "list", "--json").object["rules"]
    assert sorted((row["folder"], row["id"]) for row in listed) == shipped
    said = call("rules", "list")
    assert (said.code, said.err) == (0, "")
    assert [line.split(maxsplit=2) for line in said.out.splitlines()] == [
        [row["id"], row["folder"], row["title"]] for row in listed
    ]


def test_a_rule_is_explained_whole() -> None:
    """Title, reason, source, level, pattern, examples, counter-examples and why they are none."""
    said = call("rules", "explain", "nir")
    assert (said.code, said.err) == (0, "")
    for part in (
        "numéro de sécurité sociale (NIR, INS)",
        "Pourquoi\u00a0: Désigne une seule personne, à vie.",
        "Source\u00a0: INSEE",
        "Niveau\u00a0: 1, ",
        r"(?P<id>{{BODY}}{{KEY}})",
        "Sécu : ⟦1850578006084⟧",
        "TA 185/78 puis 160/80 (constantes)",
    ):
        assert part in said.out


def test_every_id_that_check_shows_is_explained() -> None:
    """Detectors written in Python have their title, a warning answers to its code, each folder to its ids."""
    for rule_id, title in TITLES.items():
        assert f"{rule_id}\u00a0: {title}" in call("rules", "explain", rule_id).out
    assert "Règles à suivre" in call("rules", "explain", "context.rules").out
    for folder, rule in rule_folders.shipped():
        assert f"{rule.id} ({folder})\u00a0: {rule.title}" in call("rules", "explain", rule.id).out


def test_an_unknown_id_gets_a_suggestion() -> None:
    """Exit code 2, one line that does not repeat what was typed, which could be a prompt."""
    near = call("rules", "explain", "birthdate")
    assert (near.code, near.out, near.err.count("\n")) == (2, "", 1)
    assert near.err.startswith("avec-proxy rules: no rule has this ID; close: birth_date")
    far = call("rules", "explain", f"Que faire de {SECRET} ?")
    assert (far.code, far.out, far.err.count("\n"), SECRET in far.err) == (2, "", 1, False)


def test_the_shipped_rules_are_all_right(tmp_path: Path) -> None:
    """What ships passes its own check, as a hospital would run it on a copy."""
    shutil.copytree(rules_dir(), tmp_path / "rules")
    count = len(list(rules_dir().glob("*/*.yaml")))
    assert call("rules", "check", str(tmp_path / "rules")) == Said(0, f"{count} rule files: all right\n", "")


def test_a_good_rule_of_ones_own_is_all_right(tmp_path: Path) -> None:
    """With the shipped policy's words, or with a line of policy of its own; hidden files are left alone."""
    put(tmp_path, "identifiers/badge.yaml", BADGE)
    put(tmp_path, "identifiers/.badge.yaml.swp", b"\xff")
    assert call("rules", "check", str(tmp_path)) == Said(0, "1 rule file: all right\n", "")
    put(
        tmp_path,
        "identifiers/badge.yaml",
        BADGE | {"entity_type": "BADGE", "placeholder": "BADGE", "noun": ["badge", "badges"]},
    )
    (line,) = wrong(tmp_path)
    assert line.startswith("identifiers/badge.yaml: placeholder: policy calls this entity type IDENTIFIANT")
    lines = {"BADGE": {"kind": "BADGE", "nouns": ["badge", "badges"]}}
    put(tmp_path, "policy/ours.yaml", {"id": "ours", "title": "La nôtre", "entities": lines})
    assert call("rules", "check", str(tmp_path)).code == 0


def _changed(**values: Any) -> Callable[[], object]:
    return lambda: BADGE | values


def _examples(**values: Any) -> Callable[[], object]:
    return lambda: BADGE | {"examples": BADGE["examples"] | values}


def _bomb() -> bytes:
    lines = [f"a0: &a0 [{SECRET}]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40))]
    return "\n".join(lines).encode()


DOUBLING = {"A0": "x" * 40} | {f"A{n}": f"{{{{A{n - 1}}}}}" * 2 for n in range(1, 60)}

HOSTILE: list[tuple[str, Callable[[], object], str]] = [
    ("unknown key", _changed(patern=SECRET), "patern: Extra inputs are not permitted"),
    ("a key that commands a terminal", _changed(**{"\x1b[2J\n": SECRET}), r"\x1b[2J\n: Extra inputs are not permitted"),
    ("an id that is not the file's name", _changed(id="zebulon"), "id: must be the file's name"),
    ("no marks", _examples(match=[SECRET]), "examples.match: "),
    ("one counter-example", _examples(no_match=[{"text": SECRET, "why": "rien"}]), "examples.no_match: "),
    ("a list for a text", _changed(title=[SECRET]), "title: Input should be a valid string"),
    ("a text for a number", _changed(level=SECRET), "level: "),
    ("no mapping", lambda: [SECRET], "file: Input should be a valid dictionary"),
    ("an empty file", lambda: b"", "file: Input should be a valid dictionary"),
    ("an expression that does not compile", _changed(pattern=[f"({SECRET}"]), "pattern.0: does not compile"),
    ("a quadratic expression", _changed(near=[r"\s*\d\s*:"], level=2), "near.0: too slow"),
    ("an exponential expression", _changed(pattern=["x", "(?:a+)+b"]), "pattern.1: too slow"),
    ("pieces that double", _changed(define=DOUBLING, pattern="{{A59}}"), "define: makes an expression too long"),
    ("not UTF-8", lambda: b"id: \xff\xfe", "file: not YAML in UTF-8"),
    ("UTF-16", lambda: f"id: {SECRET}".encode("utf-16"), "file: not YAML in UTF-8"),
    ("a huge file", lambda: b"#" * (MAX_SIZE + 1), "file: more than 128 kB"),
    ("a bomb of aliases", _bomb, "file: aliases (*name) are not taken"),
    ("an alias of itself", lambda: b"id: &a [*a]", "file: aliases (*name) are not taken"),
    ("a nest", lambda: b"id: " + b"[" * 60 + b"]" * 60, "file: more than 40 levels"),
    ("a bottomless nest", lambda: b"[" * 60_000, "file: not YAML in UTF-8"),
    ("many keys", lambda: b"".join(b"a%d: 1\n" % n for n in range(12_000)), "id: Field required"),
    ("a key twice", lambda: f"id: badge\nid: {SECRET}".encode(), "file: not YAML in UTF-8"),
    ("a Python object", lambda: b"!!python/object/apply:os.system [id]", "file: not YAML in UTF-8"),
    ("an empty number", lambda: b'id: !!int ""', "file: a value that is not of the type it claims"),
    ("no moment", lambda: f"id: !!timestamp {SECRET}".encode(), "file: a value that is not of the type it claims"),
    ("a list as a key", lambda: b"? [a, b]\n: c", "file: not YAML in UTF-8"),
    (
        "a wrong span",
        _examples(match=["Badge ⟦B1234⟧"]),
        "examples.match.0: marks characters 7-11, the rule finds 8-11",
    ),
    (
        "an example not found",
        _examples(match=["Le ⟦12⟧"]),
        "examples.match.0: marks characters 4-5, the rule finds none",
    ),
    (
        "a counter-example found",
        _examples(no_match=[{"text": "rien", "why": "rien"}, {"text": f"{SECRET} B1234", "why": "rien"}]),
        "examples.no_match.1: the rule should find nothing, it finds characters 14-17",
    ),
]


@pytest.mark.parametrize(("made", "line"), [h[1:] for h in HOSTILE], ids=[h[0] for h in HOSTILE])
def test_a_wrong_file_is_one_line_and_the_next_is_looked_at(
    tmp_path: Path, made: Callable[[], object], line: str
) -> None:
    """The line names file and place and quotes no content; a second wrong file, after it, has its own line."""
    put(tmp_path, "identifiers/badge.yaml", made())
    put(tmp_path, "identifiers/zone.yaml", BADGE)
    first, second = wrong(tmp_path)
    assert first.startswith(f"identifiers/badge.yaml: {line}")
    assert second == "identifiers/zone.yaml: id: must be the file's name"


def test_an_expression_that_would_never_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one step already costs hours, an alarm ends it in the middle, and the next file is looked at."""
    monkeypatch.setattr(rule_folders, "LIMIT_S", 1)
    monkeypatch.setattr("avec_proxy.rulebook._HOSTILE", ("a" * 60 + "!",))
    put(tmp_path, "identifiers/badge.yaml", BADGE | {"pattern": ["(?:a+)+b", *BADGE["pattern"]]})
    put(tmp_path, "identifiers/zone.yaml", BADGE)
    assert wrong(tmp_path) == [
        "identifiers/badge.yaml: file: takes more than 1 s to check, an expression is too slow",
        "identifiers/zone.yaml: id: must be the file's name",
    ]


def test_what_is_no_rule_file_is_told(tmp_path: Path) -> None:
    """A rule in no folder, a folder of no kind, another suffix, a link to nowhere, a folder for a file."""
    put(tmp_path, "badge.yaml", BADGE)
    put(tmp_path, "identifier/badge.yaml", BADGE)
    put(tmp_path, "identifiers/badge.yml", BADGE)
    (tmp_path / "identifiers" / "gone.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "identifiers" / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "identifiers" / "sub.yaml").mkdir()
    os.mkfifo(tmp_path / "identifiers" / "tube.yaml")
    told = [line.partition(": ")[0] for line in wrong(tmp_path)]
    inside = ["badge.yml", "gone.yaml", "loop.yaml", "sub.yaml", "tube.yaml"]
    assert told == ["badge.yaml", "identifier", *(f"identifiers/{name}" for name in inside)]


def test_an_unreadable_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, whatever the system said of it."""
    put(tmp_path, "identifiers/badge.yaml", BADGE)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, SECRET)

    with monkeypatch.context() as patch:
        patch.setattr(files, "_content", refuse)
        said = call("rules", "check", str(tmp_path))
    assert (said.code, said.out) == (1, "identifiers/badge.yaml: file: cannot be read\n")


def _shipped(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((rules_dir() / name).read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize(
    ("name", "change", "line"),
    [
        ("politeness/thanks.yaml", {"pattern": ["gracias"]}, "examples.match.0: the rule takes away something else"),
        ("politeness/thanks.yaml", {"pattern": [r"(?:m+)+b"]}, "pattern.0: too slow"),
        ("politeness/thanks.yaml", {"pattern": ["(?i)merci"]}, "file: the rule cannot be run"),
        ("context/rules.yaml", {"cues": ["."]}, "examples.warned.0: the rule should warn"),
        ("context/rules.yaml", {"cues": ["introuvable"]}, "examples.silent.0: the rule should stay silent"),
        ("endpoints/models.yaml", {"format": "telepathy"}, "format: unknown; there are "),
        ("endpoints/models.yaml", {"paths": ["/v1/other"]}, "example.request.path: is none of its paths"),
        ("endpoints/models.yaml", {"methods": ["POST"]}, "example.request.method: is none of its methods"),
        ("hosts/fr.yaml", {"groups": {"a": ["x.example"], "b": ["x.example"]}}, "groups: a pattern stands in two"),
        ("policy/default.yaml", {"entities": {"X": {"kind": "X"}}}, "entities.X.nouns: Field required"),
    ],
)
def test_the_other_folders_are_looked_at_too(tmp_path: Path, name: str, change: dict[str, Any], line: str) -> None:
    """Courtesies, context, endpoints, hosts and policy: a shipped file is right, and wrong once it is spoiled."""
    put(tmp_path, name, _shipped(name))
    assert call("rules", "check", str(tmp_path)).code == 0
    put(tmp_path, name, _shipped(name) | change)
    assert wrong(tmp_path)[0].startswith(f"{name}: {line}")


@pytest.mark.parametrize("arguments", [(), ("check",), ("check", "nowhere"), ("check", "."), ("explain",), ("lst",)])
def test_wrong_usage_is_told_on_standard_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    """Exit code 2 and nothing on standard output; a folder without a rule is no folder of rules."""
    monkeypatch.chdir(tmp_path)
    said = call("rules", *arguments)
    assert (said.code, "Traceback" in said.err) == (2, False)
    assert said.err
