"""`avec-proxy lists build` writes hashes, never names."""

import os
from pathlib import Path

import pytest

from avec_proxy import lists
from avec_proxy.detect.listed import Lists
from tests.cli.calling import call
from tests.own.folders import SECRET, put

EXPORT = "Nom;Prénom;IPP\nLEFEBVRE;Jeanne;8001\nLE GOFF;Yann;8002\nX;;8003\n"


def found(path: Path, text: str) -> list[str]:
    """Return what the list of a file finds in a text."""
    key = lists.parse_key(path.with_suffix(".key").read_bytes())
    marks = Lists([lists.parse_hashed(path.stem, path.read_bytes(), key)]).read(text)
    return [text[f.start : f.end] for f in marks.findings]


def test_a_list_is_written_with_its_key(tmp_path: Path) -> None:
    """Both for their owner alone; what is left out is counted by line, and no name is printed or written."""
    source, out = put(tmp_path, "export.csv", EXPORT), tmp_path / "patients.hashed"
    said = call("lists", "build", str(source), str(out))
    assert (said.code, said.out) == (0, "2 lines, 2 forms written\n")
    assert said.err == "1 left out (too short or too long), lines 4\n"
    assert found(out, "Vu Yann Le Goff et jeanne lefebvre") == ["Yann Le Goff", "jeanne lefebvre"]
    if os.name == "posix":
        assert [path.stat().st_mode & 0o777 for path in (out, out.with_suffix(".key"))] == [0o600, 0o600]
    assert b"efebvre" not in out.read_bytes().lower()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export.csv", "patients.hashed", "patients.key"]


def test_a_key_is_kept(tmp_path: Path) -> None:
    """A list that is written again keeps its key; several may share one."""
    out, other = tmp_path / "patients.hashed", tmp_path / "staff.hashed"
    for said in (
        call("lists", "build", "-", str(out), stdin="MARTIN Paul\n"),
        call("lists", "build", "-", str(out), stdin=EXPORT),
        call("lists", "build", "-", str(other), "--key", str(out.with_suffix(".key")), stdin="MARTIN Paul\n"),
    ):
        assert said.code == 0
    assert found(out, "LE GOFF Yann, MARTIN Paul") == ["LE GOFF Yann"]
    (tmp_path / "staff.key").write_bytes(out.with_suffix(".key").read_bytes())
    assert found(other, "LE GOFF Yann, MARTIN Paul") == ["MARTIN Paul"]


@pytest.mark.parametrize(
    ("name", "arguments", "raw", "said"),
    [
        ("patients.txt", [], b"", "LIST is a file NAME.hashed"),
        ("Mme Dupont.hashed", [], b"", "LIST is a file NAME.hashed"),
        ("patients.hashed", ["--kind", SECRET], b"", "--kind is one of person"),
        ("patients.hashed", [], b"\xff\xfe", "not text in utf-8"),
        ("nowhere/patients.hashed", [], b"", "the key cannot be read or written"),
        ("patients.hashed", ["--key", "open.key"], b"", "the key must be for its owner alone"),
        ("patients.hashed", ["--key", "wrong.key"], b"", "a key is 64 hexadecimal digits"),
    ],
)
def test_what_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, arguments: list[str], raw: bytes, said: str
) -> None:
    """One line, exit code 2, nothing written."""
    monkeypatch.chdir(tmp_path)
    put(tmp_path, "open.key", "0" * 64).chmod(0o644)
    put(tmp_path, "wrong.key", SECRET).chmod(0o600)
    answer = call("lists", "build", "-", name, *arguments, stdin=raw)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert answer.err.startswith(f"avec-proxy lists: {said}")
    assert SECRET not in answer.err
    assert not (tmp_path / name).exists()


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    """One line that does not repeat its name."""
    answer = call("lists", "build", str(tmp_path / SECRET), str(tmp_path / "patients.hashed"))
    assert (answer.code, answer.err) == (2, "avec-proxy lists: FILE cannot be read\n")
