"""The first tables: request, hidden, warning, lost."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _number(name: str, most: int, *, least: int = 0, nullable: bool = False) -> "sa.Column[int]":
    held = f"typeof({name}) = 'integer' AND {name} BETWEEN {least} AND {most}"
    check = sa.CheckConstraint(f"{name} IS NULL OR {held}" if nullable else held)
    return sa.Column(name, sa.Integer, check, nullable=nullable)


def _code(
    name: str, first: str, characters: str, longest: int, *, nullable: bool = False, key: bool = False
) -> "sa.Column[str]":
    held = (
        f"typeof({name}) = 'text' AND length(CAST({name} AS BLOB)) = length({name})"
        f" AND length({name}) BETWEEN 1 AND {longest}"
        f" AND {name} GLOB '[{first}]*' AND {name} NOT GLOB '*[^{characters}]*'"
    )
    check = sa.CheckConstraint(f"{name} IS NULL OR {held}" if nullable else held)
    return sa.Column(name, sa.String(longest), check, nullable=nullable, primary_key=key)


def _owner() -> "sa.Column[int]":
    whole = sa.CheckConstraint("typeof(request_id) = 'integer'")
    owner = sa.ForeignKey("request.id", ondelete="CASCADE")
    return sa.Column("request_id", sa.Integer, owner, whole, primary_key=True)


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "request",
        sa.Column("id", sa.Integer, primary_key=True),
        _number("time", 8589934592),
        _code("endpoint", "a-z", "a-z0-9_", 40),
        _code("system", "a-z", "a-z0-9_", 40),
        _code("model", "a-z", "a-z0-9._:/-", 64),
        _number("politeness", 10_000_000),
        _number("tokens_in", 1_000_000_000, nullable=True),
        _number("tokens_out", 1_000_000_000, nullable=True),
        sa.Column("tokens_estimated", sa.Boolean, sa.CheckConstraint("tokens_estimated IN (0, 1)"), nullable=False),
        _number("bytes_in", 10_000_000_000),
        _number("bytes_out", 10_000_000_000),
        _number("scan_ms", 86_400_000, nullable=True),
        _number("first_byte_ms", 86_400_000, nullable=True),
        _number("total_ms", 86_400_000, nullable=True),
        sa.Column(
            "outcome", sa.String(8), sa.CheckConstraint("outcome IN ('sent', 'refused', 'failed')"), nullable=False
        ),
        _code("refusal", "a-z", "a-z0-9_", 40, nullable=True),
        _code("product", "0-9n", "a-z0-9.", 24),
        _code("ner", "0-9n", "a-z0-9.", 24),
    )
    op.create_index("request_time", "request", ["time"])
    for name, code, first, characters in (
        ("hidden", "entity_type", "A-Z", "A-Z0-9_"),
        ("warning", "code", "a-z", "a-z0-9_."),
    ):
        op.create_table(
            name,
            _owner(),
            _code(code, first, characters, 40, key=True),
            _number("count", 10_000_000, least=1),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "lost",
        sa.Column("id", sa.Integer, primary_key=True),
        _number("time", 8589934592),
        _number("count", 10_000_000, least=1),
    )
