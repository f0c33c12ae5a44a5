"""What is read from the log: figures by group, computed in SQL, and the rows themselves."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Label, Table, case, func, literal, select

from avec_proxy.store.figures import COLUMNS, By, Figures, Latency, Line, Usage
from avec_proxy.store.schema import hidden, lost, request, warning
from avec_proxy.usage import Outcome

_KEYS: dict[By, Label[str]] = {
    By.DAY: func.date(request.c.time, "unixepoch", "localtime").label("key"),
    By.SYSTEM: request.c.system.label("key"),
    By.OUTCOME: request.c.outcome.label("key"),
    By.ENDPOINT: request.c.endpoint.label("key"),
    By.MODEL: request.c.model.label("key"),
}
_ALL: Label[str] = literal("").label("key")
_LATENCIES = (request.c.scan_ms, request.c.first_byte_ms, request.c.total_ms)


def usage(connection: Connection, since: int | None = None) -> Usage:
    """Return the figures of all requests from `since` (seconds since 1970) on."""
    first, last = connection.execute(_from(select(func.min(request.c.time), func.max(request.c.time)), since)).one()
    missing = select(func.coalesce(func.sum(lost.c.count), 0))
    return Usage(
        since=since,
        first=first,
        last=last,
        totals=next(iter(_grouped(connection, _ALL, since)), Figures()),
        hidden=_by_code(connection, hidden.c.entity_type, since),
        warnings=_by_code(connection, warning.c.code, since),
        refusals=_refusals(connection, since),
        groups={by: _grouped(connection, key, since) for by, key in _KEYS.items()},
        lost=connection.scalar(missing if since is None else missing.where(lost.c.time >= since)) or 0,
    )


def lines(connection: Connection, since: int | None = None) -> Iterator[Line]:
    """Yield the requests from `since` on, oldest first."""
    columns = [request.c[name] for name in COLUMNS]
    kinds = func.json_group_object(hidden.c.entity_type, hidden.c.count)
    codes = func.json_group_object(warning.c.code, warning.c.count)
    query = select(
        *columns,
        select(kinds).where(hidden.c.request_id == request.c.id).correlate(request).scalar_subquery(),
        select(codes).where(warning.c.request_id == request.c.id).correlate(request).scalar_subquery(),
    ).order_by(request.c.time, request.c.id)
    for row in connection.execution_options(yield_per=1000).execute(_from(query, since)):
        *values, kinds_json, codes_json = row
        yield Line(dict(zip(COLUMNS, values, strict=True)), json.loads(kinds_json), json.loads(codes_json))


def _from(query: Any, since: int | None) -> Any:
    return query if since is None else query.where(request.c.time >= since)


def _grouped(connection: Connection, key: Label[str], since: int | None) -> list[Figures]:
    c = request.c
    sums = {
        "requests": func.count(),
        **{outcome.value: func.sum(case((c.outcome == outcome.value, 1), else_=0)) for outcome in Outcome},
        "politeness": func.sum(c.politeness),
        "tokens_in": func.coalesce(func.sum(c.tokens_in), 0),
        "tokens_out": func.coalesce(func.sum(c.tokens_out), 0),
        "estimated": func.sum(case((c.tokens_estimated, 1), else_=0)),
        "bytes_in": func.sum(c.bytes_in),
        "bytes_out": func.sum(c.bytes_out),
    }
    query = _from(select(key, *(total.label(name) for name, total in sums.items())).select_from(request), since)
    masked = _by_key(connection, key, hidden, since)
    warned = _by_key(connection, key, warning, since)
    scan, first_byte, total = (_latency(connection, key, column, since) for column in _LATENCIES)
    return [
        Figures(
            **row,
            hidden=masked.get(row["key"], 0),
            warnings=warned.get(row["key"], 0),
            scan=scan.get(row["key"], Latency()),
            first_byte=first_byte.get(row["key"], Latency()),
            total=total.get(row["key"], Latency()),
        )
        for row in connection.execute(query.group_by("key").order_by("key")).mappings()
    ]


def _latency(connection: Connection, key: Label[str], column: Column[int], since: int | None) -> dict[str, Latency]:
    """Return median and 95th percentile by group: the first value that so many percent do not exceed."""
    inner = select(
        key,
        column.label("ms"),
        func.row_number().over(partition_by=key.element, order_by=column).label("rank"),
        func.count().over(partition_by=key.element).label("all"),
    ).where(column.is_not(None))
    ranked = _from(inner, since).subquery()
    at = {p: func.min(case((ranked.c.rank * 100 >= ranked.c.all * p, ranked.c.ms))) for p in (50, 95)}
    query = select(ranked.c.key, at[50], at[95]).group_by(ranked.c.key)
    return {group: Latency(p50, p95) for group, p50, p95 in connection.execute(query)}


def _by_key(connection: Connection, key: Label[str], table: Table, since: int | None) -> dict[str, int]:
    """Return the sum of a table of counts, by a group of requests."""
    query = _from(select(key, func.sum(table.c.count)).select_from(table.join(request)), since)
    return dict(connection.execute(query.group_by("key")).all())


def _refusals(connection: Connection, since: int | None) -> dict[str, int]:
    code, total = request.c.refusal, func.count()
    query = _from(select(code, total).where(code.is_not(None)), since)
    return dict(connection.execute(query.group_by(code).order_by(total.desc(), code)).all())


def _by_code(connection: Connection, code: Column[str], since: int | None) -> dict[str, int]:
    """Return the sums of a table of counts by its code, greatest first."""
    table = code.table
    total = func.sum(table.c.count)
    query = _from(select(code, total).select_from(table.join(request)), since)
    return dict(connection.execute(query.group_by(code).order_by(total.desc(), code)).all())
