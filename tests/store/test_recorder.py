"""Writing never holds up a request: what cannot be written waits, is tried again, and is counted when it is lost."""

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from avec_proxy.store import database, queries, recorder, writing
from avec_proxy.store.recorder import Recorder
from avec_proxy.usage import UsageEvent
from tests.store.making import NOW, event, events, rows

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0


@pytest.fixture(autouse=True)
def _eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again soon."""
    monkeypatch.setattr(recorder, "_FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr(recorder, "_LONGEST_PAUSE_S", 0.05)
    monkeypatch.setattr(recorder, "GATHER_S", 0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the log's place."""
    return tmp_path / "log" / "usage.sqlite3"


def until(met: Callable[[], bool]) -> None:
    """Wait for something that another thread or process does."""
    end = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_what_is_recorded_can_be_read(path: Path) -> None:
    """Rows come back as the events went in, counts included."""
    made = events(40)
    with Recorder(path) as writer:
        for one in made:
            writer.record(one)
        assert writer.flush(PATIENCE)
        with database.open_to_read(path).begin() as connection:
            lines = list(queries.lines(connection))
    again = [UsageEvent(hidden=x.hidden, warnings=x.warnings, **_typed(x.values)) for x in lines]  # type: ignore[arg-type]
    assert again == sorted(made, key=lambda one: one.time)
    assert (writer.lost, writer.waiting, writer.failing) == (0, 0, False)


def _typed(values: dict[str, object]) -> dict[str, object]:
    from avec_proxy.usage import Outcome

    return {**values, "outcome": Outcome(values["outcome"])}


def test_closing_writes_what_waits(path: Path) -> None:
    """Nothing that was recorded before is missing afterwards, and what comes after is lost."""
    writer = Recorder(path)
    for one in events(1200):
        writer.record(one)
    writer.close(PATIENCE)
    writer.close()
    assert rows(path) == [(1200,)]
    writer.record(event())
    assert writer.lost == 1


def test_many_threads_may_record(path: Path) -> None:
    """No event is lost or doubled between threads."""
    with Recorder(path) as writer:
        threads = [threading.Thread(target=lambda: [writer.record(event()) for _ in range(100)]) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert writer.flush(PATIENCE)
    assert rows(path) == [(500,)]


def test_two_recorders_share_a_log(path: Path) -> None:
    """A gateway and a workstation proxy of the same user write to one file."""
    with Recorder(path) as one, Recorder(path) as other:
        for made in events(200):
            one.record(made)
            other.record(made)
        assert one.flush(PATIENCE)
        assert other.flush(PATIENCE)
    assert rows(path) == [(400,)]


def test_a_locked_log_is_waited_for_by_the_thread_alone(path: Path) -> None:
    """While another process holds the file, recording goes on; nothing is lost once it lets go."""
    with Recorder(path) as writer:
        writer.record(event())
        assert writer.flush(PATIENCE)
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        for one in events(50):
            writer.record(one)
        until(lambda: writer.failing)
        assert writer.waiting == 50
        holder.execute("ROLLBACK")
        holder.close()
        assert writer.flush(PATIENCE)
        assert (writer.lost, writer.failing) == (0, False)
    assert rows(path) == [(51,)]


def test_a_read_only_log_costs_rows_not_requests(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Events wait, then are lost and counted; when the log can be written again, the loss itself is written down."""
    database.open_to_write(path)
    with path.open("r+b") as file:  # the format's own way to say «read only», which binds root too
        file.seek(18)
        file.write(b"\x03")
    writer = Recorder(path, capacity=10)
    for one in events(25):
        writer.record(one)
    until(lambda: writer.failing)
    assert (writer.waiting, writer.lost) == (10, 15)
    assert [record.msg for record in caplog.records] == ["usage_unwritable"]
    with path.open("r+b") as file:
        file.seek(18)
        file.write(b"\x02")
    assert writer.flush(PATIENCE)
    writer.close()
    assert rows(path) == [(10,)]
    assert rows(path, "SELECT sum(count) FROM lost") == [(15,)]


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\x00" + b"\xff" * 4000])
def test_a_damaged_log_is_left_alone_and_written_once_it_is_gone(path: Path, content: bytes) -> None:
    """What is there is not written over; a fresh start is taken up without a restart."""
    path.parent.mkdir()
    path.write_bytes(content)
    with Recorder(path) as writer:
        writer.record(event())
        until(lambda: writer.failing)
        assert path.read_bytes() == content
        database.remove(path)
        assert writer.flush(PATIENCE)
    assert rows(path) == [(1,)]


def test_a_folder_that_cannot_be_made_is_tried_again(path: Path) -> None:
    """A file stands where the folder should; then it does not."""
    path.parent.write_text("")
    with Recorder(path) as writer:
        writer.record(event())
        until(lambda: writer.failing)
        path.parent.unlink()
        assert writer.flush(PATIENCE)
    assert rows(path) == [(1,)]


def test_a_folder_taken_away_is_made_again(path: Path) -> None:
    """The log goes on in a new file."""
    with Recorder(path) as writer:
        writer.record(event())
        assert writer.flush(PATIENCE)
        database.remove(path)
        path.parent.rmdir()
        writer.record(event())
        assert writer.flush(PATIENCE)
    assert rows(path) == [(1,)]


def test_what_is_left_at_the_end_is_lost_and_told(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A log that stays unusable: closing counts what waits, as a number in a log line."""
    path.parent.write_text("")
    writer = Recorder(path)
    for one in events(7):
        writer.record(one)
    writer.close()
    assert (writer.lost, writer.waiting) == (7, 0)
    told = [record for record in caplog.records if record.msg == "usage_lost"]
    assert [record.detail for record in told] == ["7"]  # type: ignore[attr-defined]
    assert not [record for record in caplog.records if record.args or record.levelno > logging.WARNING]


def test_recording_without_a_thread_loses_and_counts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that gives no thread: no error reaches the caller."""

    def refuse(_self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    writer = Recorder(path)
    writer.record(event())
    writer.close()
    assert writer.lost == 1


def test_a_disk_that_hangs_holds_up_nobody(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread hangs in the system: recording goes on, and closing gives up on it."""
    released = threading.Event()
    monkeypatch.setattr(database, "open_to_write", lambda *_: released.wait(PATIENCE))
    writer = Recorder(path)
    for one in events(5):
        writer.record(one)
    writer.close(timeout=0.05)
    assert writer.lost == 5
    released.set()
    until(lambda: not any(thread.name == "avec-usage" for thread in threading.enumerate()))


def test_old_rows_go_when_the_log_is_opened(path: Path) -> None:
    """Retention is in days; what is younger stays."""
    now = int(time.time())
    day = writing.DAY_S
    with database.open_to_write(path).begin() as connection:
        writing.write(connection, [event(now - 31 * day), event(now - 29 * day)])
    with Recorder(path, retention_days=30) as writer:
        until(lambda: rows(path) == [(1,)])
        assert not writer.failing
    with pytest.raises(ValueError, match="retention"):
        Recorder(path, retention_days=0)


_FULL = """
import resource, sys, time
from pathlib import Path
from avec_proxy.store import recorder
from avec_proxy.store.recorder import Recorder
from tests.store.making import events, event
recorder._FIRST_PAUSE_S = recorder._LONGEST_PAUSE_S = 0.02
path = Path(sys.argv[1])
writer = Recorder(path, capacity=5000)
writer.record(event())
assert writer.flush(20)
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 8192, resource.RLIM_INFINITY))
for one in events(2000):
    writer.record(one)
end = time.monotonic() + 20
while not writer.failing and time.monotonic() < end:
    time.sleep(0.01)
assert writer.failing and writer.waiting
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert writer.flush(20)
writer.close()
print(writer.lost)
"""

_KILLED = """
import os, signal, sys
from pathlib import Path
from avec_proxy.store import database, writing
from avec_proxy.store.recorder import Recorder
from tests.store.making import event, events
path = Path(sys.argv[1])
writer = Recorder(path, gather=0)
for _ in range(3):
    writer.record(event())
assert writer.flush(20)
if sys.argv[2] == "inside":
    with database.open_to_write(path).begin() as connection:
        connection.exec_driver_sql("PRAGMA cache_size = 1")  # so that half of it reaches the disk
        writing.write(connection, [event() for _ in range(3000)])
        os.kill(os.getpid(), signal.SIGKILL)
print("ready", flush=True)
while True:
    if writer.waiting < 500:
        writer.record(event())
"""


def _start(script: str, *arguments: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments], env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_full_disk_keeps_events_waiting(path: Path) -> None:
    """No write beyond a size is possible, then it is: all rows are there, each once."""
    process = _start(_FULL, str(path))
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out.strip()) == (0, "0")
    assert rows(path) == [(2001,)]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("moment", ["inside", "anywhere"])
def test_rows_are_whole_after_a_kill(path: Path, moment: str) -> None:
    """Killed inside a transaction, or while it writes: every row that is there has all its counts, the rest is not."""
    process = _start(_KILLED, str(path), moment)
    if moment == "anywhere":
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        until(lambda: rows(path)[0][0] > 400)  # type: ignore[operator]
        process.kill()
    assert process.wait(60) == -signal.SIGKILL
    assert process.stdout is not None
    process.stdout.close()
    (count,) = rows(path)[0]
    assert count == 3 if moment == "inside" else count > 400  # type: ignore[operator]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    assert rows(path, "SELECT count(*), sum(count) FROM hidden") == [(2 * count, 3 * count)]  # type: ignore[operator]
    assert rows(path, "SELECT count(*) FROM warning") == [(count,)]
    with Recorder(path) as writer:
        writer.record(event(NOW))
        assert writer.flush(PATIENCE)
    assert rows(path) == [(count + 1,)]  # type: ignore[operator]
