"""The values that reading the log gives: no table, no connection, nothing heavy to import."""

from dataclasses import dataclass, field
from enum import StrEnum

# what is told of one request, in the order of a spreadsheet
COLUMNS = (
    "time",
    "endpoint",
    "system",
    "model",
    "outcome",
    "refusal",
    "politeness",
    "tokens_in",
    "tokens_out",
    "tokens_estimated",
    "bytes_in",
    "bytes_out",
    "scan_ms",
    "first_byte_ms",
    "total_ms",
    "product",
    "ner",
)


class By(StrEnum):
    """What the figures are grouped by; days are those of this machine's clock."""

    DAY = "day"
    SYSTEM = "system"
    OUTCOME = "outcome"
    ENDPOINT = "endpoint"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Latency:
    """Median and 95th percentile, nearest rank, in milliseconds; None where nothing was measured."""

    p50: int | None = None
    p95: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over the requests of one group; `estimated` counts those whose tokens are an estimate."""

    key: str = ""
    requests: int = 0
    sent: int = 0
    refused: int = 0
    failed: int = 0
    hidden: int = 0
    politeness: int = 0
    warnings: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    scan: Latency = field(default_factory=Latency)
    first_byte: Latency = field(default_factory=Latency)
    total: Latency = field(default_factory=Latency)


@dataclass(frozen=True, slots=True)
class Usage:
    """All that the report tells; `first` and `last` are the times (seconds since 1970) of the rows, None if none.

    `hidden` counts by entity type, `warnings` and `refusals` by code, most frequent first.
    """

    since: int | None
    first: int | None
    last: int | None
    totals: Figures
    hidden: dict[str, int]
    warnings: dict[str, int]
    refusals: dict[str, int]
    groups: dict[By, list[Figures]]
    lost: int


def nothing(since: int | None = None) -> Usage:
    """Return the figures of a log without rows."""
    return Usage(since, None, None, Figures(), {}, {}, {}, {by: [] for by in By}, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One request, as it was written; `values` are those of `COLUMNS`."""

    values: dict[str, int | str | bool | None]
    hidden: dict[str, int]
    warnings: dict[str, int]
