"""No text can be written to the log: not by an event, not by SQL, not by any way that we know."""

import dataclasses
import sqlite3
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from sqlalchemy import Boolean, Integer, String

from avec_proxy.store import database
from avec_proxy.store.recorder import Recorder
from avec_proxy.store.schema import metadata
from avec_proxy.usage import UsageEvent
from tests.store.making import NOW, event, rows

ROOT = Path(__file__).parents[2]
PROMPT = "Mme Rozenn Calvarin, née le 12/03/1954, IPP 8451200"
PIECES = (b"Rozenn", b"rozenn", b"Calvarin", b"calvarin", b"CALVARIN", b"8451200", "née".encode())
COLUMNS = [(table.name, column.name) for table in metadata.sorted_tables for column in table.columns]
SMUGGLED = [PROMPT, PROMPT.encode(), f"openai\0{PROMPT}", "Calvarin Rozenn", "née", "", 0.5, "x" * 65, -1, 10**18]
NUMBERS = (0.5, 10**18)


def bytes_of(folder: Path) -> bytes:
    """Return every byte of the log and of the files beside it."""
    return b"".join(file.read_bytes() for file in folder.iterdir())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a log with one request."""
    path = tmp_path / "log" / "usage.sqlite3"
    with Recorder(path, gather=0) as recorder:
        recorder.record(event())
        assert recorder.flush(10)
    return path


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(UsageEvent)])
def test_a_prompt_in_any_field_of_an_event_reaches_no_byte_of_the_file(path: Path, name: str) -> None:
    """Neither through the constructor nor forced into a finished event: the row is lost instead, and counted."""
    shapes: list[object] = [PROMPT, PROMPT.encode(), {PROMPT: 1}, {"PERSON": PROMPT}, [PROMPT]]
    with Recorder(path, gather=0) as recorder:
        for value in shapes:
            with pytest.raises(ValueError, match="cannot be counted"):
                recorder.record(event(**{"time": NOW, name: value}))  # type: ignore[arg-type]
            forged = event()
            object.__setattr__(forged, name, value)
            recorder.record(forged)
            recorder.record(event())
        assert recorder.flush(10)
        assert recorder.lost == len(shapes)
    found = bytes_of(path.parent)
    assert not [piece for piece in PIECES if piece in found]
    assert rows(path) == [(1 + len(shapes),)]


@pytest.mark.parametrize("thing", [PROMPT, PROMPT.encode(), {"text": PROMPT}, None])
def test_what_is_no_event_is_lost(path: Path, thing: object) -> None:
    """The recorder takes events alone."""
    with Recorder(path) as recorder:
        recorder.record(thing)  # type: ignore[arg-type]
        assert recorder.lost == 1
    assert b"Calvarin" not in bytes_of(path.parent)
    assert rows(path) == [(1,)]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_the_tables_themselves_refuse(path: Path, table: str, column: str) -> None:
    """SQL written by hand, without us: each column refuses text with a blank, an accent, a NUL; bytes; fractions."""
    connection = sqlite3.connect(path, isolation_level=None)
    if table == "lost":
        connection.execute("INSERT INTO lost (id, time, count) VALUES (1, 1, 1)")
    for value in SMUGGLED:
        if (column in ("id", "request_id") and type(value) is int) or (
            column in ("product", "ner") and value in NUMBERS
        ):
            continue  # ids are numbers, and a number can be a version
        with pytest.raises(sqlite3.Error):
            connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
    connection.close()
    found = bytes_of(path.parent)
    assert not [piece for piece in PIECES if piece in found]


def test_every_column_is_a_number_or_a_short_code_under_a_check() -> None:
    """A column of another type, or a code without check, does not get in."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            checks = [str(check.sqltext) for check in column.constraints if hasattr(check, "sqltext")]  # type: ignore[attr-defined]
            if column.primary_key and column.name == "id":
                assert type(column.type) is Integer
            elif isinstance(column.type, String):
                assert column.type.length <= 64
                assert len(checks) == 1
                assert "GLOB" in checks[0] or " IN " in checks[0]
            else:
                assert type(column.type) in (Integer, Boolean)
                assert len(checks) == 1


@pytest.mark.parametrize("module", ["store/recorder.py", "report.py", "usage.py", "model_names.py"])
@pytest.mark.parametrize("line", ["from avec_proxy.model import Segment", "import avec_proxy.wire.segments"])
def test_the_build_fails_if_the_log_learns_of_texts(tmp_path: Path, module: str, line: str) -> None:
    """The import contract: a type that can hold a prompt is out of reach, and reaching for it is reported."""
    package = tmp_path / "src" / "avec_proxy"
    for file in (ROOT / "src" / "avec_proxy").rglob("*.py"):
        copy = package / file.relative_to(ROOT / "src" / "avec_proxy")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    for section in set(contracts.sections()) - {"importlinter", "importlinter:contract:the-log-holds-no-prompt"}:
        contracts.remove_section(section)
    with (tmp_path / ".importlinter").open("w", encoding="utf-8") as kept:
        contracts.write(kept)
    with (package / module).open("a", encoding="utf-8") as broken:
        broken.write(f"\n{line}\n")
    result = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert "What is written down cannot hold a text BROKEN" in result.stdout


def test_the_folder_of_the_log_is_where_it_was_told(path: Path) -> None:
    """Nothing is written beside the log but SQLite's own files."""
    assert {file.name for file in path.parent.iterdir()} <= {"usage.sqlite3", "usage.sqlite3-wal", "usage.sqlite3-shm"}
    assert database.default_path() != path
