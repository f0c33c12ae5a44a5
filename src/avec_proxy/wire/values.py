"""What the formats ask of a reply's JSON, whatever stands there: nothing here raises on a shape that nobody expects."""

from collections.abc import Hashable
from typing import Any


def members(value: Any, key: str) -> list[Any]:
    """Return the list that `value` holds under `key`, empty if there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def number_of(element: Any, position: int) -> Hashable:
    """Return the `index` that an element of a list carries, else where it stands: events need not hold all of them."""
    index = element.get("index") if isinstance(element, dict) else None
    return index if isinstance(index, int) else position


def count_of(value: Any, key: str) -> int | None:
    """Return the number of tokens that `value` tells under `key`, None if it tells none."""
    count = value.get(key) if isinstance(value, dict) else None
    return count if isinstance(count, int) and count >= 0 else None
