"""What changes the log: requests written in one transaction, old rows taken away."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from avec_proxy.store.schema import hidden, lost, request, warning
from avec_proxy.usage import MAX_COUNT, UsageEvent

DAY_S = 86_400


def write(connection: Connection, events: Sequence[UsageEvent]) -> None:
    """Write requests, whole or not at all: the caller's transaction holds them with their counts.

    The transaction has begun IMMEDIATE, so that nobody else takes the same ids. Raises ValueError for an event that
    holds what it must not, however it came by it.
    """
    first = (connection.scalar(select(func.max(request.c.id))) or 0) + 1
    kinds: list[dict[str, Any]] = []
    codes: list[dict[str, Any]] = []
    checked = [replace(event) for event in events]  # makes it again, so checks it again
    for id_, event in enumerate(checked, first):
        kinds += [{"request_id": id_, "entity_type": name, "count": count} for name, count in event.hidden.items()]
        codes += [{"request_id": id_, "code": code, "count": count} for code, count in event.warnings.items()]
    connection.execute(insert(request), [_row(id_, event) for id_, event in enumerate(checked, first)])
    for table, rows in ((hidden, kinds), (warning, codes)):
        if rows:
            connection.execute(insert(table), rows)


def _row(id_: int, event: UsageEvent) -> dict[str, Any]:
    values = {name: getattr(event, name) for name in request.c.keys() if name != "id"}  # noqa: SIM118 - not a dict
    return {**values, "id": id_, "outcome": event.outcome.value}


def write_lost(connection: Connection, count: int, now: int) -> None:
    """Write down that `count` requests are missing."""
    connection.execute(insert(lost), {"time": now, "count": min(count, MAX_COUNT)})


def purge(connection: Connection, before: int | None = None) -> int:
    """Delete what is older than `before` (seconds since 1970), or everything; return the number of requests."""
    for table in (lost, request):  # the counts of a request go with it
        rows = delete(table) if before is None else delete(table).where(table.c.time < before)
        done = connection.execute(rows)
    return done.rowcount


def retire(connection: Connection, days: int, now: int) -> int:
    """Delete what is older than `days` days; return the number of requests."""
    return purge(connection, now - days * DAY_S)
