"""The tables, as they are now; `migrations/` leads there from any earlier version.

SQLite lets any column hold any type and any length, so each column carries its own check: a whole number within
bounds, or a short code that begins with a letter (a version: with a digit, or it is «none») and has neither blank nor
accent, nor a capital where none belongs. `usage.UsageEvent` has checked against closed lists before; this is the
second lock.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, String, Table

from avec_proxy.usage import MAX_BYTES, MAX_COUNT, MAX_MS, MAX_TIME, MAX_TOKENS, Outcome

HEAD = "0001"  # the newest migration

metadata = MetaData()


def _number(name: str, most: int, *, least: int = 0, nullable: bool = False) -> Column[int]:
    held = f"typeof({name}) = 'integer' AND {name} BETWEEN {least} AND {most}"
    return Column(name, Integer, CheckConstraint(f"{name} IS NULL OR {held}" if nullable else held), nullable=nullable)


def _code(
    name: str, first: str, characters: str, longest: int, *, nullable: bool = False, primary_key: bool = False
) -> Column[str]:
    # GLOB and length() stop at a NUL, the length in bytes does not
    held = (
        f"typeof({name}) = 'text' AND length(CAST({name} AS BLOB)) = length({name})"
        f" AND length({name}) BETWEEN 1 AND {longest}"
        f" AND {name} GLOB '[{first}]*' AND {name} NOT GLOB '*[^{characters}]*'"
    )
    check = CheckConstraint(f"{name} IS NULL OR {held}" if nullable else held)
    return Column(name, String(longest), check, nullable=nullable, primary_key=primary_key)


def _owner() -> Column[int]:
    whole = CheckConstraint("typeof(request_id) = 'integer'")
    return Column("request_id", Integer, ForeignKey("request.id", ondelete="CASCADE"), whole, primary_key=True)


_OUTCOMES = ", ".join(f"'{outcome.value}'" for outcome in Outcome)

request = Table(
    "request",
    metadata,
    Column("id", Integer, primary_key=True),
    _number("time", MAX_TIME),
    _code("endpoint", "a-z", "a-z0-9_", 40),
    _code("system", "a-z", "a-z0-9_", 40),
    _code("model", "a-z", "a-z0-9._:/-", 64),
    _number("politeness", MAX_COUNT),
    _number("tokens_in", MAX_TOKENS, nullable=True),
    _number("tokens_out", MAX_TOKENS, nullable=True),
    Column("tokens_estimated", Boolean, CheckConstraint("tokens_estimated IN (0, 1)"), nullable=False),
    _number("bytes_in", MAX_BYTES),
    _number("bytes_out", MAX_BYTES),
    _number("scan_ms", MAX_MS, nullable=True),
    _number("first_byte_ms", MAX_MS, nullable=True),
    _number("total_ms", MAX_MS, nullable=True),
    Column("outcome", String(8), CheckConstraint(f"outcome IN ({_OUTCOMES})"), nullable=False),
    _code("refusal", "a-z", "a-z0-9_", 40, nullable=True),
    _code("product", "0-9n", "a-z0-9.", 24),
    _code("ner", "0-9n", "a-z0-9.", 24),
    Index("request_time", "time"),
)

hidden = Table(
    "hidden",
    metadata,
    _owner(),
    _code("entity_type", "A-Z", "A-Z0-9_", 40, primary_key=True),
    _number("count", MAX_COUNT, least=1),
    sqlite_with_rowid=False,
)

warning = Table(
    "warning",
    metadata,
    _owner(),
    _code("code", "a-z", "a-z0-9_.", 40, primary_key=True),
    _number("count", MAX_COUNT, least=1),
    sqlite_with_rowid=False,
)

# How many requests could not be written, and when that was noticed.
lost = Table(
    "lost",
    metadata,
    Column("id", Integer, primary_key=True),
    _number("time", MAX_TIME),
    _number("count", MAX_COUNT, least=1),
)
