"""The loader refuses what would be found out too late, names the place, and quotes nothing."""

import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from avec_proxy.rulebook import (
    CLOSE,
    OPEN,
    SEPARATOR,
    IdentifierRule,
    Rulebook,
    RuleFileError,
    check_rule,
    load_folder,
    rules_dir,
    unmark,
)

SECRET = "Zebulon7788"  # stands in every field that a test spoils, and must stand in no error


def good() -> dict[str, Any]:
    """Return the content of a rule file that loads."""
    return {
        "id": "badge",
        "title": "numéro de badge",
        "why": "Désigne un agent.",
        "source": "usages",
        "entity_type": "BADGE",
        "placeholder": "BADGE",
        "noun": ["badge", "badges"],
        "level": 1,
        "define": {"N": r"\d{4}"},
        "pattern": [r"(?<!\d)B(?P<id>{{N}})(?!\d)"],
        "examples": {
            "match": ["Badge B⟦1234⟧ perdu"],
            "no_match": [{"text": "B12", "why": "trop court"}, {"text": "1234", "why": "sans lettre"}],
        },
    }


def write(folder: Path, content: dict[str, Any], name: str = "badge.yaml") -> Path:
    """Write a rule file under `folder`, as a hospital would, and return the folder of all rules."""
    target = folder / "identifiers" / name
    target.parent.mkdir(exist_ok=True)
    target.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


def refused(folder: Path) -> RuleFileError:
    """Return the loader's error, after checking that it quotes nothing."""
    with pytest.raises(RuleFileError) as caught:
        Rulebook.load(folder)
    error = caught.value
    assert SECRET not in "".join(traceback.format_exception(error))  # nor in what it would print of its causes
    assert str(error).startswith(f"{error.file}: {error.field}: ")
    return error


def test_a_good_file_loads(tmp_path: Path) -> None:
    """The specimen that the other tests spoil is itself fit for use."""
    (rule,) = Rulebook.load(write(tmp_path, good())).identifiers
    assert rule.id == "badge"
    assert rule.compiled["pattern"][0].search("B1234")
    check_rule(rule)


def _set(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content.update(values)


def _examples(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content["examples"].update(values)


SPOILED: list[tuple[str, Callable[[dict[str, Any]], None], str]] = [
    ("unknown key", _set(patern=SECRET), "patern"),
    ("unknown key in an example", _examples(nomatch=[SECRET]), "examples.nomatch"),
    ("missing field", lambda content: content.pop("why"), "why"),
    ("id is not the file's name", _set(id="zebulon"), "id"),
    ("id is no slug", _set(id=f"{SECRET}!"), "id"),
    ("no example", _examples(match=[]), "examples.match"),
    ("example without marks", _examples(match=[f"Badge {SECRET}"]), "examples.match"),
    ("example with one mark", _examples(match=[f"Badge ⟦{SECRET}"]), "examples.match"),
    ("example with empty marks", _examples(match=[f"Badge ⟦⟧ {SECRET}"]), "examples.match"),
    ("example with nested marks", _examples(match=[f"Badge ⟦⟦{SECRET}⟧⟧"]), "examples.match"),
    ("one counter-example", _examples(no_match=[{"text": SECRET, "why": "rien"}]), "examples.no_match"),
    (
        "counter-example without why",
        _examples(no_match=[{"text": SECRET}, {"text": "b", "why": "rien"}]),
        "examples.no_match.0.why",
    ),
    ("pattern does not compile", _set(pattern=["ok", f"({SECRET}"]), "pattern.1"),
    ("one pattern as a string", _set(pattern=f"({SECRET}"), "pattern.0"),
    ("pattern too big", _set(pattern=SECRET + "a{99999999999999999999}"), "pattern.0"),
    ("near does not compile", _set(near=[f"[{SECRET}"]), "near.0"),
    ("unless does not compile", _set(unless=[f"*{SECRET}"]), "unless.0"),
    ("label does not compile", _set(labels=[f"({SECRET}"], labelled_pattern="x"), "labels"),
    ("undefined name", _set(pattern=["{{" + SECRET + "}}"]), "pattern.0"),
    ("undefined name in unless", _set(unless=["{{" + SECRET + "}}"]), "unless.0"),
    ("undefined name in a definition", _set(define={"N": "{{" + SECRET + "}}"}), "pattern.0"),
    ("unknown checksum", _set(checksum=SECRET), "checksum"),
    ("no pattern and no label", lambda content: content.pop("pattern"), "pattern"),
    ("labels without their pattern", _set(labels=[SECRET]), "labels"),
    ("labelled pattern without labels", _set(labelled_pattern=SECRET), "labels"),
    ("level 2 without near", _set(level=2), "near"),
    ("level 4", _set(level=4), "level"),
    ("capital in requires", _set(requires=[SECRET]), "requires"),
    ("unknown flag", _set(flags="z"), "flags"),
    ("score above one", _set(score=1.5), "score"),
    ("placeholder in lower case", _set(placeholder=SECRET), "placeholder"),
    ("one noun", _set(noun=[SECRET]), "noun.1"),
]


@pytest.mark.parametrize(("spoil", "field"), [s[1:] for s in SPOILED], ids=[s[0] for s in SPOILED])
def test_a_spoiled_file_is_refused(tmp_path: Path, spoil: Callable[[dict[str, Any]], None], field: str) -> None:
    """The error names the file and the field, and never quotes what stands there."""
    content = good()
    spoil(content)
    error = refused(write(tmp_path, content))
    assert (error.file, error.field) == ("badge.yaml", field)


@pytest.mark.parametrize(
    "raw",
    [
        f"id: [{SECRET}".encode(),
        f"id: {SECRET}\nid: badge\n".encode(),  # YAML would keep the last in silence
        f"define: {{A: {SECRET}, A: b}}\n".encode(),
        f"title: 2024-13-45 # {SECRET}".encode(),  # a date that does not exist
        f"title: numéro {SECRET}".encode("latin-1"),
        f"!!python/object/apply:os.system ['{SECRET}']".encode(),
        b"\x00",
        b"[" * 5000,
    ],
    ids=["broken", "key twice", "inner key twice", "bad date", "latin-1", "python object", "control", "too deep"],
)
def test_what_is_not_yaml_in_utf_8_is_refused(tmp_path: Path, raw: bytes) -> None:
    """The file as a whole is at fault, so its name is all that the error says."""
    write(tmp_path, good())
    (tmp_path / "identifiers" / "badge.yaml").write_bytes(raw)
    error = refused(tmp_path)
    assert (error.file, error.field) == ("badge.yaml", "file")


@pytest.mark.parametrize("raw", ["", "- a list", "just words"])
def test_yaml_that_is_no_rule_is_refused(tmp_path: Path, raw: str) -> None:
    """An empty file, a list or a sentence holds no rule."""
    write(tmp_path, good())
    (tmp_path / "identifiers" / "badge.yaml").write_text(raw)
    assert refused(tmp_path).field == "file"


def test_a_file_with_another_ending_is_refused(tmp_path: Path) -> None:
    """A rule saved as `.yml` must not be left out in silence; hidden files are none of ours."""
    write(tmp_path, good())
    (tmp_path / "identifiers" / ".badge.yaml.swp").write_bytes(b"\xff")
    assert len(Rulebook.load(tmp_path).identifiers) == 1
    (tmp_path / "identifiers" / "other.yml").write_text("id: other")
    assert refused(tmp_path).file == "other.yml"


def test_a_folder_that_is_missing_is_refused(tmp_path: Path) -> None:
    """No rules is not an empty rule book: it would hide nothing."""
    error = refused(tmp_path)
    assert (error.file, error.field) == ("identifiers", "folder")


def test_two_rules_of_one_id_are_refused() -> None:
    """A rule book put together by hand is checked too, and its error quotes no rule."""
    rule = IdentifierRule.model_validate(good() | {"title": SECRET})
    with pytest.raises(ValidationError, match="two rules share an id") as caught:
        Rulebook(identifiers=(rule, rule))
    assert SECRET not in str(caught.value)
    with pytest.raises(ValidationError) as caught:
        IdentifierRule.model_validate(good() | {"level": SECRET})
    assert SECRET not in str(caught.value)


def test_the_shipped_rules_load_once_and_in_order() -> None:
    """The shipped rule book is read a single time, sorted by id, from the folder that the package names."""
    book = Rulebook.load()
    assert Rulebook.load() is book
    ids = [rule.id for rule in book.identifiers]
    assert ids == sorted(path.stem for path in (rules_dir() / "identifiers").glob("*.yaml"))
    assert load_folder("identifiers", IdentifierRule) == book.identifiers


@pytest.mark.parametrize("pattern", [r"(?:a+)+b", r"(?:\d|\d\d)+x", r"\s*\d\s*:", r"(?:[a-z]+\s?)+\d"])
def test_a_slow_pattern_is_refused(pattern: str) -> None:
    """Exponential and quadratic patterns are seen, without waiting for them to end."""
    rule = IdentifierRule.model_validate(good() | {"pattern": ["fast", pattern]})
    with pytest.raises(RuleFileError, match=r"^badge\.yaml: pattern\.1: too slow"):
        check_rule(rule)


def test_definitions_may_use_earlier_ones() -> None:
    """`{{NAME}}` stands for a whole piece, whatever follows it, and a piece may hold earlier pieces."""
    content = good() | {"define": {"A": "x|y", "B": "{{A}}{2}"}, "pattern": "<(?P<id>{{B}})>"}
    pattern = IdentifierRule.model_validate(content).compiled["pattern"][0]
    assert pattern.fullmatch("<xy>")
    assert not pattern.fullmatch("<x>")


@pytest.mark.parametrize(
    "between",
    [
        *(
            " ",
            ":",
            " : ",
            " n° ",
            " n°",
            " N° : ",
            "=",
            " = ",
            " | ",
            " est le ",
            " numéro ",
            " (",
            " (n° ",
            " – ",
            "\t",
        ),
        *("\n", " :\n", " : \n  ", '": "', ">", "** : ", " du patient : ", " de la patiente : ", " de l'assuré : "),
    ],
)
def test_a_label_reaches_its_value(between: str) -> None:
    """Colons, « n° », tables, JSON, XML, Markdown, « du patient » and one new line stand between the two."""
    assert re.search(rf"(?:ipp){SEPARATOR}(?P<id>\d+)", f"ipp{between}8001")


@pytest.mark.parametrize("between", ["\n\n", " pendant ", " : 40 mg puis ", ". ", " " * 9])
def test_a_label_does_not_reach_further(between: str) -> None:
    """A paragraph, a sentence or other words end the label's reach."""
    assert not re.search(rf"(?:ipp){SEPARATOR}(?P<id>8001)", f"ipp{between}8001")


_PLAIN = st.text(alphabet="ab é\n1", min_size=1, max_size=8)


@given(st.lists(st.tuples(_PLAIN, _PLAIN), max_size=5))
def test_marks_say_where_a_text_is(pieces: list[tuple[str, str]]) -> None:
    """Without its marks a text is whole, and each span cuts out what was marked."""
    marked = "".join(f"{before}{OPEN}{inner}{CLOSE}" for before, inner in pieces)
    plain, spans = unmark(marked)
    assert plain == "".join(before + inner for before, inner in pieces)
    assert [plain[start:end] for start, end in spans] == [inner for _, inner in pieces]
