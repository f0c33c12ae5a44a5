"""`avec-proxy usage` shows the local log, hands it on, and takes it away."""

import json
import time
from pathlib import Path

import pytest

from avec_proxy.cli import usage_log
from avec_proxy.store import database, writing
from avec_proxy.store.recorder import Recorder
from tests.cli.calling import Said, call
from tests.store.making import event, rows

TODAY = int(time.time())
DAY = writing.DAY_S


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give the usual place, in a folder of this test."""
    path = tmp_path / "avec-proxy" / "usage.sqlite3"
    monkeypatch.setattr(database, "default_path", lambda: path)
    return path


@pytest.fixture
def log(path: Path) -> Path:
    """Give a log with a request of today, one of twenty days ago, and two that were lost."""
    with database.open_to_write(path).begin() as connection:
        writing.write(connection, [event(TODAY), event(TODAY - 20 * DAY)])
        writing.write_lost(connection, 2, TODAY)
    return path


def usage(*arguments: str) -> Said:
    """Run `avec-proxy usage ARGUMENTS`; blanks that do not break become plain."""
    said = call("usage", *arguments)
    return Said(said.code, said.out.replace("\u202f", " ").replace("\u00a0", " "), said.err.replace("\u00a0", " "))


def test_the_log_is_shown(log: Path) -> None:
    """In French, with the nouns of the policy, the titles of the advice, and what is missing."""
    said = usage()
    assert (said.code, said.err) == (0, "")
    assert "Requêtes : 2 (2 envoyées)" in said.out
    assert "4  noms" in said.out
    assert "2  dates" in said.out
    assert "2 requêtes n'ont pas pu être notées" in said.out
    assert max(map(len, said.out.splitlines())) <= 80


def test_another_file_can_be_shown(path: Path, tmp_path: Path) -> None:
    """A log that stands elsewhere."""
    with database.open_to_write(tmp_path / "other.sqlite3").begin() as connection:
        writing.write(connection, [event(TODAY)])
    assert "Requêtes : 1" in usage("--file", str(tmp_path / "other.sqlite3")).out
    assert usage().out == "Aucune donnée.\n"


@pytest.mark.parametrize(("arguments", "start"), [((), "Aucune donnée."), (("--json",), "{"), (("--csv",), "time,")])
def test_no_log_is_no_error(path: Path, arguments: tuple[str, ...], start: str) -> None:
    """Nothing was recorded yet: no data in any form, and no file made."""
    said = usage(*arguments)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(start)
    assert not path.parent.exists()


def test_json_and_csv_hold_the_same(log: Path) -> None:
    """Two requests in one object, or in two rows."""
    told = json.loads(usage("--json").out)
    assert (told["totals"]["requests"], told["totals"]["hidden"], told["lost"]) == (2, 6, 2)
    assert len(usage("--csv").out.splitlines()) == 3


@pytest.mark.parametrize("since", ["7d", time.strftime("%Y-%m-%d", time.localtime(TODAY - DAY))])
def test_a_period_can_be_chosen(log: Path, since: str) -> None:
    """The last days, or from a date on."""
    assert json.loads(usage("--json", "--since", since).out)["totals"]["requests"] == 1
    assert len(usage("--csv", "--since", since).out.splitlines()) == 2


def test_one_table_can_be_chosen(log: Path) -> None:
    """By endpoint alone."""
    said = usage("--by", "endpoint")
    assert "openai_chat" in said.out
    assert "Système" not in said.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "Mme Calvarin"), "avec-proxy usage: invalid value for --since"),
        (("--since", "0d"), "invalid value for --since"),
        (("--since", "99999d"), "invalid value for --since"),
        (("--since", "2026-13-01"), "invalid value for --since"),
        (("--by", "Calvarin"), "--by takes 'day', 'system'"),
        (("--csv", "--json"), "--csv or --json, not both"),
        (("Calvarin",), "no such command"),
        (("purge",), "give either --before or --all"),
        (("purge", "--all", "--before", "7d"), "give either --before or --all"),
    ],
)
def test_a_wrong_command_line_is_told_in_one_line(path: Path, arguments: tuple[str, ...], said: str) -> None:
    """Exit code 2, and nothing of what was typed."""
    answer = usage(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert answer.err.count("\n") == 1
    assert "Calvarin" not in answer.err


def test_a_damaged_log_says_what_to_do(path: Path) -> None:
    """It cannot be read; `purge --all` makes room for a new one, `purge --before` does not."""
    path.parent.mkdir()
    path.write_bytes(b"not a log" * 500)
    for arguments in ((), ("--csv",), ("--json",), ("purge", "--before", "7d")):
        said = usage(*arguments)
        assert (said.code, said.out) == (2, "")
        assert "le relevé est abîmé" in said.err
    assert usage("purge", "--all").code == 0
    assert usage().out == "Aucune donnée.\n"


def test_a_folder_in_its_place_is_no_log(path: Path) -> None:
    """Something else stands there."""
    path.mkdir(parents=True)
    said = usage()
    assert (said.code, said.out) == (2, "")
    assert "avec-proxy usage: le relevé" in said.err


def test_old_rows_can_be_purged(log: Path) -> None:
    """What is older than a date, and only that."""
    said = usage("purge", "--before", "7d")
    assert (said.code, said.out) == (0, "1 requête effacée.\n")
    assert rows(log) == [(1,)]


def test_everything_can_be_purged_while_a_recorder_runs(log: Path) -> None:
    """The recorder goes on in the emptied log."""
    with Recorder(log, gather=0) as recorder:
        recorder.record(event(TODAY))
        assert recorder.flush(20)
        assert usage("purge", "--all").out == "3 requêtes effacées.\n"
        assert usage().out == "Aucune donnée.\n"
        recorder.record(event(TODAY))
        assert recorder.flush(20)
    assert rows(log) == [(1,)]
    assert rows(log, "SELECT count(*) FROM lost") == [(0,)]


def test_purging_what_is_not_there_is_no_error(path: Path) -> None:
    """No log, no file made."""
    assert usage("purge", "--all").out == "Aucune donnée.\n"
    assert not path.exists()


def test_days_start_at_midnight_here() -> None:
    """«1d» is today; a date is its first second on this machine's clock."""
    midnight = int(time.mktime((2026, 11, 1, 0, 0, 0, 0, 0, -1)))
    assert usage_log.start("2026-11-01") == midnight
    today = time.localtime(usage_log.start("1d"))
    assert (today.tm_hour, today.tm_min, today.tm_sec) == (0, 0, 0)
    assert 0 <= time.time() - usage_log.start("1d") < 90_000
