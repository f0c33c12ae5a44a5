"""The file is private, brought up to date in process, and readable while it is written."""

import sqlite3
import stat
import sys
import threading
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from avec_proxy.store import database, queries, writing
from avec_proxy.store.database import StoreError
from avec_proxy.store.schema import HEAD, metadata
from tests.store.making import event, events, rows

SCHEMA = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%' ORDER BY name"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a place whose folder is not there yet, with a name that a URL would have to quote."""
    return tmp_path / "a b%20é#?" / "usage.sqlite3"


def fill(path: Path, count: int = 3) -> None:
    """Write some requests."""
    engine = database.open_to_write(path)
    with engine.begin() as connection:
        writing.write(connection, events(count))


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
def test_the_file_is_its_users_alone(path: Path) -> None:
    """Mode 0600 in a folder 0700, SQLite's own files beside it too; a file left open to others is closed to them."""
    engine = database.open_to_write(path)
    with engine.connect() as connection:
        writing.write(connection, [event()])
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes) == {"usage.sqlite3", "usage.sqlite3-wal", "usage.sqlite3-shm"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o644)
    database.open_to_write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_usual_place_is_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Under the user's folder for state, and there a folder of ours."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    path = database.default_path()
    assert (path.parent.name, path.name) == ("avec-proxy", "usage.sqlite3")


def test_the_migrations_lead_to_the_tables(path: Path) -> None:
    """What the steps make is what `schema` says, to the letter, and the last step is its HEAD."""
    database.open_to_write(path)
    wanted = create_engine("sqlite://")
    metadata.create_all(wanted)
    with wanted.connect() as connection:
        assert [tuple(row) for row in connection.exec_driver_sql(SCHEMA)] == rows(path, SCHEMA)
    steps = ScriptDirectory(str(Path(database.__file__).parent / "migrations"))
    assert steps.get_current_head() == HEAD
    assert rows(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_an_open_log_is_wal(path: Path) -> None:
    """Readers and the writer do not wait for each other."""
    database.open_to_write(path)
    assert rows(path, "PRAGMA journal_mode") == [("wal",)]


def test_opening_again_keeps_the_rows(path: Path) -> None:
    """A second opening finds the tables up to date."""
    fill(path)
    fill(path)
    assert rows(path) == [(6,)]


def test_many_may_open_at_once(path: Path) -> None:
    """The first makes the tables, in one transaction; the others wait and find them."""
    problems: list[Exception] = []

    def open_it() -> None:
        try:
            database.open_to_write(path)
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # one that had to wait too long says so; none leaves half a schema
    assert all(isinstance(problem, StoreError) for problem in problems)
    fill(path)
    assert rows(path) == [(3,)]


def test_logs_may_be_made_side_by_side(tmp_path: Path) -> None:
    """Alembic keeps its state in globals; two threads that make two logs do not mix them up."""
    paths = [tmp_path / f"{n}.sqlite3" for n in range(6)]
    threads = [threading.Thread(target=database.open_to_write, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for path in paths:
        fill(path)
        assert rows(path) == [(3,)]


def test_a_failed_migration_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are made whole or not at all."""
    from alembic import op

    made = op.create_table

    def fails(name: str, *columns: object, **options: object) -> object:
        if name == "lost":
            raise RuntimeError
        return made(name, *columns, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(op, "create_table", fails)
    with pytest.raises(StoreError):
        database.open_to_write(path)
    assert rows(path, "SELECT count(*) FROM sqlite_master") == [(0,)]
    monkeypatch.undo()
    fill(path)
    assert rows(path) == [(3,)]


@pytest.mark.parametrize("open_it", [database.open_to_write, database.open_to_read])
def test_a_later_versions_log_is_left_alone(path: Path, open_it: object) -> None:
    """An older program says so and touches nothing."""
    fill(path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="newer"):
        open_it(path)  # type: ignore[operator]
    assert rows(path) == [(3,)]


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\x00" + b"\xff" * 4000])
def test_a_damaged_log_is_said_to_be(path: Path, content: bytes) -> None:
    """Bytes that are no log are neither read nor written over."""
    path.parent.mkdir()
    path.write_bytes(content)
    for open_it in (database.open_to_write, database.open_to_read):
        with pytest.raises(StoreError, match="damaged"):
            open_it(path)
    assert path.read_bytes() == content


def test_reading_makes_no_file(path: Path) -> None:
    """A log that is not there is not there after looking either."""
    with pytest.raises(StoreError, match="missing"):
        database.open_to_read(path)
    assert not path.parent.exists()


def test_an_empty_file_is_brought_up_to_date_for_reading(path: Path) -> None:
    """A file without tables, as a stopped first opening leaves it, reads as a log without rows."""
    path.parent.mkdir()
    path.touch()
    with database.open_to_read(path).begin() as connection:
        assert queries.usage(connection).totals.requests == 0


def test_reading_works_while_another_writes(path: Path) -> None:
    """A transaction under way is not seen, and not waited for."""
    fill(path)
    writer = database.open_to_write(path)
    with writer.begin() as writing_connection:
        writing.write(writing_connection, events(5))
        with database.open_to_read(path).begin() as connection:
            assert queries.usage(connection).totals.requests == 3
    with database.open_to_read(path).begin() as connection:
        assert queries.usage(connection).totals.requests == 8


def test_a_reader_cannot_write(path: Path) -> None:
    """What is opened for reading refuses to change."""
    fill(path)
    with (
        pytest.raises(Exception, match="readonly"),
        database.open_to_read(path).begin() as connection,
    ):
        writing.purge(connection)
    assert rows(path) == [(3,)]


def test_purging_takes_the_counts_along_and_overwrites(path: Path) -> None:
    """What is older than the limit goes, with its counts; its bytes are gone from the file."""
    engine = database.open_to_write(path)
    with engine.begin() as connection:
        writing.write(connection, [event(1000, model="codestral-2508"), event(2000), event(3000)])
        writing.write_lost(connection, 7, 1000)
    assert b"codestral-2508" in path.read_bytes()
    with engine.begin() as connection:
        assert writing.purge(connection, before=2000) == 1
    assert rows(path) == [(2,)]
    assert rows(path, "SELECT DISTINCT request_id FROM hidden ORDER BY 1") == [(2,), (3,)]
    assert rows(path, "SELECT count(*) FROM lost") == [(0,)]
    assert b"codestral-2508" not in path.read_bytes()
    with engine.begin() as connection:
        assert writing.purge(connection) == 2
    assert rows(path, "SELECT (SELECT count(*) FROM hidden) + (SELECT count(*) FROM warning)") == [(0,)]


def test_a_removed_log_is_gone(path: Path) -> None:
    """With the files beside it."""
    fill(path)
    path.with_name(path.name + "-wal").touch()
    database.remove(path)
    assert list(path.parent.iterdir()) == []
    database.remove(path)
