"""A folder is read whole and at one moment; what is odd about a file is told, and nothing is read from elsewhere."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from avec_proxy.own import files
from avec_proxy.own.files import OWN, read, signature
from avec_proxy.rulebook import MAX_SIZE
from tests.own.folders import PEOPLE, SECRET, folder, put

posix = pytest.mark.skipif(os.name != "posix", reason="modes and links")


def problems(base: Path) -> list[str]:
    """Return what is said of a folder, a line each."""
    said = [f"{problem.file}: {problem.problem}" for problem in read(base, OWN).problems]
    assert not any(SECRET in line for line in said)
    return said


def test_every_file_is_read(tmp_path: Path) -> None:
    """By folder, sorted, as bytes; hidden files are left alone."""
    put(folder(tmp_path), "always_hide/.patients.txt.swp", b"\xff")
    contents = read(tmp_path, OWN)
    assert contents.problems == []
    assert contents.files["always_hide"] == [("patients.txt", PEOPLE.encode())]
    assert contents.count(*OWN) == 3


def test_a_digest_is_of_names_and_contents(tmp_path: Path) -> None:
    """The same files give the same one; a changed, renamed or moved file another."""
    put(tmp_path, "off/nir.yaml", "a")
    before = read(tmp_path, OWN).digest(*OWN)
    assert read(tmp_path, OWN).digest(*OWN) == before
    put(tmp_path, "off/nir.yaml", "b")
    changed = read(tmp_path, OWN).digest(*OWN)
    (tmp_path / "off" / "nir.yaml").rename(tmp_path / "off" / "nib.yaml")
    renamed = read(tmp_path, OWN).digest(*OWN)
    assert len({before, changed, renamed}) == 3


@posix
def test_a_link_may_not_lead_out(tmp_path: Path) -> None:
    """A link within the folder is followed; one that leads out, nowhere or to itself is a problem."""
    base = folder(tmp_path / "own")
    outside = put(tmp_path, "secret.txt", SECRET)
    lists = base / "always_hide"
    (lists / "inside.txt").symlink_to(lists / "patients.txt")
    assert problems(base) == []
    (lists / "out.txt").symlink_to(outside)
    (lists / "nowhere.txt").symlink_to(base / "nowhere")
    (lists / "self.txt").symlink_to("self.txt")
    (base / "quasi").symlink_to(tmp_path)
    said = problems(base)
    assert "always_hide/out.txt: file: leads out of the folder" in said
    assert "always_hide/nowhere.txt: file: cannot be read" in said
    assert "always_hide/self.txt: file: cannot be read" in said
    assert "quasi/secret.txt: file: leads out of the folder" in said


@posix
def test_what_is_no_plain_file(tmp_path: Path) -> None:
    """A pipe holds nobody up, a folder is none; a file beside the folders is read by nobody."""
    base = folder(tmp_path)
    os.mkfifo(base / "always_hide" / "tube.txt")
    (base / "never_hide" / "sub.txt").mkdir()
    put(base, "patients.txt", SECRET)
    put(base, "allways_hide/patients.txt", SECRET)
    said = problems(base)
    assert "always_hide/tube.txt: file: is no plain file" in said
    assert [line for line in said if line.startswith("never_hide/sub.txt: file: ")]
    assert [line for line in said if line.startswith("allways_hide: is none of the folders that are read")]
    assert [line for line in said if line.startswith("patients.txt: is none of the folders that are read")]


@posix
def test_who_may_write_and_who_may_read(tmp_path: Path) -> None:
    """A file or folder that everybody may write, and a key that others may read, are refused."""
    base = folder(tmp_path)
    put(base, "always_hide/patients.key", SECRET).chmod(0o640)
    (base / "always_hide" / "patients.txt").chmod(0o666)
    (base / "never_hide").chmod(0o777)
    assert problems(base) == [
        "never_hide: everybody may write it (chmod o-w)",
        "always_hide/patients.key: file: a key must be for its owner alone (chmod 600)",
        "always_hide/patients.txt: file: everybody may write it (chmod o-w)",
    ]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """Its mode forbids it: one line."""
    put(folder(tmp_path), "off/nir.yaml", SECRET).chmod(0)
    assert problems(tmp_path) == ["off/nir.yaml: file: cannot be read"]


def test_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A huge rule, a huge list, too many files, too much together: refused without being kept."""
    base = folder(tmp_path)
    put(base, "quasi/huge.yaml", b"#" * (MAX_SIZE + 1))
    monkeypatch.setattr(files, "MAX_LIST", 10)
    assert problems(base) == [
        "always_hide/patients.txt: file: more than 0 kB",
        "never_hide/units.txt: file: more than 0 kB",
        "quasi/huge.yaml: file: more than 128 kB",
    ]
    monkeypatch.setattr(files, "MAX_LIST", 10_000)
    monkeypatch.setattr(files, "MAX_TOTAL", 20)
    assert any("the folder holds more than" in line for line in problems(base))


def test_a_hundred_thousand_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many rule files are counted, not read."""
    monkeypatch.setattr(files, "MAX_RULES", 20)
    for n in range(100):
        put(tmp_path, f"identifiers/rule{n}.yaml", SECRET)
    assert problems(tmp_path) == ["identifiers: more than 20 files"]


def _swapping(path: Path, how: Callable[[Path], None], times: int) -> Callable[..., bytes]:
    """Return what reads a file and spoils it meanwhile, the first `times`."""
    left = [times]
    before = files._all

    def reading(descriptor: int, most: int) -> bytes:
        raw = before(descriptor, most)
        if left[0]:
            left[0] -= 1
            how(path)
        return raw

    return reading


def _grow(path: Path) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("MARTIN Paul\n")


def _replace(path: Path) -> None:
    other = put(path.parent.parent.parent, "other.txt", "# kind: person\nMARTIN Paul\n")
    other.replace(path)


@pytest.mark.parametrize("how", [_grow, _replace])
def test_a_file_that_is_swapped_mid_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: Callable[[Path], None]
) -> None:
    """It is read again, whole; one that never rests is a problem, and nothing of the folder is used."""
    base = tmp_path / "own"
    path = put(base, "always_hide/patients.txt", PEOPLE)
    monkeypatch.setattr(files, "_PAUSE_S", 0)
    with monkeypatch.context() as patch:
        patch.setattr(files, "_all", _swapping(path, how, 1))
        contents = read(base, OWN)
    assert (contents.problems, contents.files) == ([], {"always_hide": [("patients.txt", path.read_bytes())]})
    assert b"MARTIN" in path.read_bytes()
    monkeypatch.setattr(files, "_all", _swapping(path, how, 99))
    assert problems(base) == ["folder: its files change while they are read"]


def test_a_signature_tells_any_change(tmp_path: Path) -> None:
    """Another content, another name, another mode, a file more or less; hidden files count for nothing."""
    base = folder(tmp_path)
    seen = [signature(base, OWN)]
    assert signature(base, OWN) == seen[0]
    put(base, "always_hide/.hidden", "a")
    assert signature(base, OWN) == seen[0]
    path = put(base, "always_hide/more.txt", "a")
    seen.append(signature(base, OWN))
    put(base, "always_hide/more.txt", "bb")
    seen.append(signature(base, OWN))
    path.rename(path.with_name("other.txt"))
    seen.append(signature(base, OWN))
    path.with_name("other.txt").unlink()
    assert len(set(seen)) == 4
