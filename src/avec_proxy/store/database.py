"""Opening the file: private to its user, shared with readers (WAL), its tables brought up to date.

Nothing here is for a request's path: opening may wait for another process.
"""

import contextlib
import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

import platformdirs
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from avec_proxy.store.schema import HEAD

BUSY_S = 5.0  # how long one statement waits for another process
_migrating = threading.Lock()  # Alembic keeps the migration under way in globals
_BAD = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


class StoreError(Exception):
    """The log cannot be used. `code`: "missing", "newer" (made by a later version), "damaged" or "unusable"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def default_path() -> Path:
    """Return where the log stands: in a folder of this user's own, for what a program notes of its own work."""
    return platformdirs.user_state_path("avec-proxy", appauthor=False) / "usage.sqlite3"


def open_to_write(path: Path, busy: float = BUSY_S) -> Engine:
    """Return the log, made and brought up to date if need be. Raises StoreError.

    `busy`: how many seconds one statement waits for another process.
    """
    try:
        _make(path)
    except OSError:
        raise StoreError("unusable") from None
    engine = _engine(path, "rw", "BEGIN IMMEDIATE", busy)
    try:
        with engine.begin() as connection:
            _upgrade(connection)
    except StoreError:
        engine.dispose()
        raise
    except Exception as error:
        engine.dispose()
        raise StoreError(code_of(error)) from None
    return engine


def open_to_read(path: Path) -> Engine:
    """Return the log for reading, while others may write. Raises StoreError.

    A log of an earlier version is brought up to date first.
    """
    try:
        if not path.exists():
            raise StoreError("missing")
    except OSError:  # a folder that may not be looked into
        raise StoreError("unusable") from None
    problem = "unusable"
    # «immutable» reads a log that stands in a folder where nothing may be written, not even WAL's index
    for mode in ("ro", "ro&immutable=1"):
        engine = _engine(path, mode, "BEGIN")
        try:
            with engine.begin() as connection:
                version = version_of(connection)
            if version == HEAD:
                return engine
        except SQLAlchemyError as error:
            engine.dispose()
            problem = code_of(error)
            if problem == "damaged":
                break
            continue
        engine.dispose()
        open_to_write(path).dispose()
        return _engine(path, "ro", "BEGIN")
    raise StoreError(problem)


def remove(path: Path) -> None:
    """Take the log away, readable or not, with SQLite's files beside it. Raises StoreError."""
    try:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    except OSError:
        raise StoreError("unusable") from None


def code_of(error: BaseException) -> str:
    """Return the code of StoreError for what went wrong."""
    if isinstance(error, StoreError):
        return error.code
    name = getattr(getattr(error, "orig", error), "sqlite_errorname", "") or ""
    return "damaged" if name.startswith(_BAD) else "unusable"


def version_of(connection: Connection) -> str:
    """Return the version of the tables, "" if there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _make(path: Path) -> None:
    """Make folder and file, for this user alone; a folder that was there keeps its mode unless it is ours."""
    folder = path.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path == default_path():
        folder.chmod(0o700)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _engine(path: Path, mode: str, begin: str, busy: float = BUSY_S) -> Engine:
    url = f"{path.absolute().as_uri()}?mode={mode}"

    def connect() -> sqlite3.Connection:
        # without an isolation level the driver begins nothing by itself, and DDL stays inside our transactions
        return sqlite3.connect(url, timeout=busy, isolation_level=None, check_same_thread=False, uri=True)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        if mode == "rw":
            connection.execute("PRAGMA secure_delete = ON")  # what is purged is overwritten
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _upgrade(connection: Connection) -> None:
    version = version_of(connection)
    if version == HEAD:
        return
    # half a second of imports, for the first run and for updates alone
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    with _migrating:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        steps = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
        if version and version not in steps:
            raise StoreError("newer")
        command.upgrade(config, "head")
