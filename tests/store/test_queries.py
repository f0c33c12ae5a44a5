"""The figures, recomputed from the recording by other means, are those of the report."""

import csv
import io
import json
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from avec_proxy import report
from avec_proxy.store import database, queries
from avec_proxy.store.figures import COLUMNS, By, Figures, Latency, nothing
from avec_proxy.store.recorder import Recorder
from avec_proxy.store.schema import request
from avec_proxy.usage import Outcome, UsageEvent
from tests.store.making import NOW, event, events

RECORDED = events(5000)
KEYS: dict[By, Callable[[UsageEvent], str]] = {
    By.DAY: lambda e: time.strftime("%Y-%m-%d", time.localtime(e.time)),
    By.SYSTEM: lambda e: e.system,
    By.OUTCOME: lambda e: e.outcome.value,
    By.ENDPOINT: lambda e: e.endpoint,
    By.MODEL: lambda e: e.model,
}
SINCE = NOW - 3 * 86_400


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a log to which 5,000 requests were recorded the usual way, while they came."""
    path = tmp_path_factory.mktemp("log") / "usage.sqlite3"
    # what is recorded here is older than any retention could want, if clocks differ
    with Recorder(path, retention_days=36_500, capacity=6000, gather=0) as recorder:
        for one in RECORDED:
            recorder.record(one)
        assert recorder.flush(60)
    assert recorder.lost == 0
    return path


@pytest.fixture
def connection(log: Path) -> Iterator[Connection]:
    """Give the log, open for reading."""
    with database.open_to_read(log).begin() as connection:
        yield connection


def latency(values: list[int | None]) -> Latency:
    """Return median and 95th percentile by nearest rank."""
    found = sorted(value for value in values if value is not None)
    if not found:
        return Latency()
    return Latency(*(found[math.ceil(p * len(found) / 100) - 1] for p in (50, 95)))


def figures(key: str, group: list[UsageEvent]) -> Figures:
    """Return what the figures of a group must be."""
    outcomes = Counter(e.outcome for e in group)
    return Figures(
        key=key,
        requests=len(group),
        sent=outcomes[Outcome.SENT],
        refused=outcomes[Outcome.REFUSED],
        failed=outcomes[Outcome.FAILED],
        hidden=sum(sum(e.hidden.values()) for e in group),
        politeness=sum(e.politeness for e in group),
        warnings=sum(sum(e.warnings.values()) for e in group),
        tokens_in=sum(e.tokens_in or 0 for e in group),
        tokens_out=sum(e.tokens_out or 0 for e in group),
        estimated=sum(e.tokens_estimated for e in group),
        bytes_in=sum(e.bytes_in for e in group),
        bytes_out=sum(e.bytes_out for e in group),
        scan=latency([e.scan_ms for e in group]),
        first_byte=latency([e.first_byte_ms for e in group]),
        total=latency([e.total_ms for e in group]),
    )


@pytest.mark.parametrize("since", [None, SINCE])
def test_the_figures_are_those_of_the_recording(connection: Connection, since: int | None) -> None:
    """Totals, and every group of every grouping: sums, outcomes, median and 95th percentile."""
    kept = [e for e in RECORDED if since is None or e.time >= since]
    usage = queries.usage(connection, since)
    assert usage.totals == figures("", kept)
    assert (usage.first, usage.last) == (min(e.time for e in kept), max(e.time for e in kept))
    for by, key in KEYS.items():
        groups: dict[str, list[UsageEvent]] = {}
        for e in kept:
            groups.setdefault(key(e), []).append(e)
        assert usage.groups[by] == [figures(name, groups[name]) for name in sorted(groups)]


@pytest.mark.parametrize("since", [None, SINCE])
def test_the_counts_by_kind_are_those_of_the_recording(connection: Connection, since: int | None) -> None:
    """Entity types, warnings and refusals, greatest first."""
    kept = [e for e in RECORDED if since is None or e.time >= since]
    usage = queries.usage(connection, since)
    hidden, warnings = Counter[str](), Counter[str]()
    for e in kept:
        hidden.update(e.hidden)
        warnings.update(e.warnings)
    refusals = Counter(e.refusal for e in kept if e.refusal)
    for told, counted in ((usage.hidden, hidden), (usage.warnings, warnings), (usage.refusals, refusals)):
        assert list(told.items()) == sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def test_the_spreadsheet_and_json_add_up(connection: Connection) -> None:
    """One row a request; the sums of its columns are the totals that JSON tells."""
    out = io.StringIO()
    report.write_csv(queries.lines(connection), out)
    told = list(csv.DictReader(io.StringIO(out.getvalue())))
    totals = json.loads(report.as_json(queries.usage(connection)))["totals"]
    assert len(told) == len(RECORDED) == totals["requests"]
    for name in ("hidden", "politeness", "warnings", "tokens_in", "tokens_out", "bytes_in", "bytes_out"):
        assert sum(int(row[name] or 0) for row in told) == totals[name]
    assert sum(int(row["tokens_estimated"]) for row in told) == totals["estimated"]
    assert sum(int(row["hidden_PERSON"]) for row in told) == sum(e.hidden.get("PERSON", 0) for e in RECORDED)
    assert Counter(row["outcome"] for row in told) == {o.value: totals[o.value] for o in Outcome}


def test_a_period_without_requests_is_empty(connection: Connection) -> None:
    """Nothing since tomorrow: the figures of an empty log."""
    assert queries.usage(connection, NOW + 1) == nothing(NOW + 1)
    assert list(queries.lines(connection, NOW + 1)) == []


def test_every_column_is_told() -> None:
    """The spreadsheet has all columns of a row, in an order of its own."""
    assert sorted(COLUMNS) == sorted(column.name for column in request.columns if column.name != "id")


def test_a_single_request_is_its_own_median(tmp_path: Path) -> None:
    """One value: every percentile; a stage that was not reached: none."""
    path = tmp_path / "usage.sqlite3"
    with Recorder(path, retention_days=36_500, gather=0) as recorder:
        recorder.record(event(scan_ms=7, first_byte_ms=None))
        assert recorder.flush(20)
    with database.open_to_read(path).begin() as connection:
        totals = queries.usage(connection).totals
    assert (totals.scan, totals.first_byte) == (Latency(7, 7), Latency())
