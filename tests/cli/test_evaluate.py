"""`avec-proxy eval`: figures, gates, and errors that name the record."""

from pathlib import Path
from typing import Any

import pytest

from avec_proxy import checking
from tests.cli.calling import call

TEXT = (
    "id: n-1\nstyle: note\n\n"
    "‹Bonjour,› résume : Mme ⟦PERSON|Maëlle Kervadec⟧, ⟪76 ans⟫, a une ⦃maladie de Parkinson⦄.\n"
    "=====\nid: n-2\nstyle: chat\n\nLe mot ⟦OTHER_ID|voilà⟧ passe, lui.\n"
)


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    """A marked file with one leak."""
    path = tmp_path / "marked.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_json_holds_figures_and_no_word(marked: Path) -> None:
    """One object: shares, counts, labels, styles; no word of a text unless it is asked for."""
    said = call("eval", str(marked), "--json")
    assert (said.code, said.err) == (0, "")
    assert said.object["texts"] == 2
    assert said.object["blocked"] == 0
    assert [said.object[k] for k in ("span_recall", "docs_clean", "keep_intact", "fluff_removed")] == [0.5, 0.5, 1, 1]
    assert said.object["counts"]["token_recall"] == {"good": 2, "of": 3}
    assert said.object["by_label"] == {
        "OTHER_ID": {"spans": 1, "found": 0, "missed": 1},
        "PERSON": {"spans": 1, "found": 1, "missed": 0},
    }
    assert said.object["by_style"]["note"]["span_recall"] == 1
    assert said.object["by_style"]["note"]["texts"] == 1
    assert "errors" not in said.object
    assert "voilà" not in said.out


def test_errors_on_demand(marked: Path) -> None:
    """`--errors` gives leaks and damage with their words, as many as asked for."""
    (error,) = call("eval", str(marked), "--json", "--errors", "9").object["errors"]
    assert (error["record"], error["kind"], error["label"], error["surface"]) == ("n-2", "leak", "OTHER_ID", "voilà")
    said = call("eval", str(marked), "--errors", "1")
    assert "n-2\u00a0: Fuite OTHER_ID\u00a0: …Le mot ⟦voilà⟧ passe, lui.…" in said.out


def test_a_person_reads_french(marked: Path) -> None:
    """Tables of figures, labels and styles; no word of a text."""
    said = call("eval", str(marked))
    assert said.code == 0
    assert "2\u00a0textes marqués, dont 2 avec au moins un identifiant" in said.out
    assert "50,0\u00a0%" in said.out
    assert "OTHER_ID (autre identifiant)" in said.out
    assert "voilà" not in said.out


def test_what_a_file_holds_does_not_command_the_terminal(tmp_path: Path) -> None:
    """Escape sequences in a surface are shown, not obeyed."""
    path = tmp_path / "m.txt"
    path.write_text("id: a\n\nLe ⟦OTHER_ID|voilà\x1b[31m⟧ passe.\n", encoding="utf-8")
    assert "\x1b" not in call("eval", str(path), "--errors", "3").out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--min-span-recall", "0.5"], 0),
        (["--min-span-recall", "0.51"], 1),
        (["--min-keep-intact", "1", "--min-docs-clean", "0.5", "--min-ordinary-intact", "0.9"], 0),
        (["--min-docs-clean", "0.9", "--min-token-recall", "0.5"], 1),
        (["--politeness", "off", "--min-fluff-removed", "0.1"], 1),
    ],
)
def test_gates(marked: Path, arguments: list[str], code: int) -> None:
    """A share below its minimum is exit code 1, and is said in both outputs."""
    said = call("eval", str(marked), "--json", *arguments)
    assert said.code == code
    assert bool(said.object["below"]) == code
    assert ("Seuil non tenu" in call("eval", str(marked), *arguments).out) == code


def test_a_gate_without_anything_to_measure_fails(tmp_path: Path) -> None:
    """A corpus without marks cannot pass for perfect."""
    path = tmp_path / "m.txt"
    path.write_text("id: a\n\nRien à dire.\n", encoding="utf-8")
    assert call("eval", str(path), "--json").object["span_recall"] is None
    assert call("eval", str(path), "--min-span-recall", "0").code == 1


def test_folders_and_several_files(marked: Path, tmp_path: Path) -> None:
    """A folder stands for its *.txt; ids are unique over all files."""
    assert call("eval", str(tmp_path), "--json").object["texts"] == 2
    other = tmp_path / "other.txt"
    other.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("n-", "o-").replace("\n", "\r\n").encode())
    assert call("eval", str(tmp_path), "--json").object["texts"] == 4
    said = call("eval", str(marked), str(marked))
    assert said.code == 2
    assert "record n-1" in said.err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id: a-3\n\nMme ⟦PERSON|Kervadec", "m.txt: record a-3 (line 3): a mark is not closed (⟧ is awaited)"),
        ("id: a-3\n\nMme ⟦NOM|Kervadec⟧", "m.txt: record a-3 (line 3): an unknown label"),
        ("id: a-3\n\n⟦PERSON|Mme ⟪Kervadec⟫⟧", "m.txt: record a-3 (line 3): a mark inside a mark"),
        ("", "no record in what was given"),
        (None, "m.txt: cannot be read"),
    ],
)
def test_bad_input_is_one_line(content: str | None, message: str, tmp_path: Path) -> None:
    """Exit code 2, nothing on standard output, one line on standard error that quotes no text."""
    path = tmp_path / "m.txt"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    said = call("eval", str(path))
    assert (said.code, said.out) == (2, "")
    assert message in said.err
    assert said.err.count("\n") == 1
    assert "Kervadec" not in said.err


@pytest.mark.parametrize("arguments", [[], ["--min-span-recall", "2"], ["--errors", "-1"], ["--errors", "x"]])
def test_wrong_usage(arguments: list[str], marked: Path) -> None:
    """Exit code 2."""
    assert call("eval", *([str(marked)] if arguments else []), *arguments).code == 2


def test_an_internal_error_tells_its_type_only(marked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its text may quote what it worked on."""

    def broken(segments: Any, *_: Any) -> Any:
        raise KeyError(segments[0].text)

    monkeypatch.setattr(checking, "check_segments", broken)
    said = call("eval", str(marked))
    assert (said.code, said.out, said.err) == (2, "", "avec-proxy eval: internal error (KeyError)\n")
