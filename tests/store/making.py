"""Requests to be counted, made up from a seed; and how a test looks into the log."""

import random
import sqlite3
from pathlib import Path

from avec_proxy.usage import Outcome, UsageEvent, advice_codes, endpoints, entity_types, systems

NOW = 1_795_000_000  # in November 2026
MODELS = ("gpt-4o-mini", "claude-sonnet-4-5-20250929", "mistral-small-latest", "other", "none")


def event(time: int = NOW, **given: object) -> UsageEvent:
    """Return an answered request of a chat."""
    usual: dict[str, object] = {
        "outcome": Outcome.SENT,
        "endpoint": "openai_chat",
        "system": "openai",
        "model": "gpt-4o-mini",
        "hidden": {"PERSON": 2, "DATE_TIME": 1},
        "warnings": {"context.audience": 1},
        "politeness": 3,
        "tokens_in": 120,
        "tokens_out": 80,
        "bytes_in": 900,
        "bytes_out": 4000,
        "scan_ms": 40,
        "first_byte_ms": 300,
        "total_ms": 1200,
        "ner": "3.8.0",
    }
    return UsageEvent(time=time, **{**usual, **given})  # type: ignore[arg-type]


def events(count: int, seed: int = 1, days: int = 12) -> list[UsageEvent]:
    """Return so many requests of all kinds, of the last days before `NOW`."""
    dice = random.Random(seed)

    def some(words: frozenset[str], most: int) -> dict[str, int]:
        return {word: dice.randint(1, 5) for word in dice.sample(sorted(words), dice.randint(0, most))}

    def maybe(most: int) -> int | None:
        return dice.randrange(most) if dice.random() < 0.8 else None

    made = []
    for _ in range(count):
        outcome = dice.choice(list(Outcome))
        refusal = {
            Outcome.SENT: None,
            Outcome.REFUSED: dice.choice(["overloaded", "scan_timeout", "endpoint_unknown"]),
            Outcome.FAILED: dice.choice([None, "upstream_unreachable"]),
        }[outcome]
        made.append(
            UsageEvent(
                time=NOW - dice.randrange(days * 86_400),
                outcome=outcome,
                refusal=refusal,
                endpoint=dice.choice(sorted(endpoints())),
                system=dice.choice(sorted(systems())[:6]),
                model=dice.choice(MODELS),
                hidden=some(entity_types(), 4),
                warnings=some(advice_codes(), 2),
                politeness=dice.randrange(4),
                tokens_in=maybe(2000),
                tokens_out=maybe(2000),
                tokens_estimated=dice.random() < 0.3,
                bytes_in=dice.randrange(100_000),
                bytes_out=dice.randrange(100_000),
                scan_ms=maybe(500),
                first_byte_ms=maybe(3000),
                total_ms=maybe(20_000),
                ner="3.8.0",
            )
        )
    return made


def rows(path: Path, query: str = "SELECT count(*) FROM request") -> list[tuple[object, ...]]:
    """Return what a query finds, asked with the standard library alone."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()
