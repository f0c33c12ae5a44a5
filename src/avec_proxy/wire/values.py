"""What the formats ask of a request's or a reply's JSON, whatever stands there: no shape that nobody expects raises."""

from collections.abc import Hashable, Mapping
from typing import Any

from avec_proxy.model import Role


def members(value: Any, key: str) -> list[Any]:
    """Return the list that `value` holds under `key`, empty if there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def speakers(value: Any, key: str, roles: Mapping[str, Role]) -> list[Role]:
    """Return who says each message of the list under `key`, by its `role`; `Role.OTHER` where `roles` has no such."""
    return [
        roles.get(str(message.get("role")), Role.OTHER) if isinstance(message, dict) else Role.OTHER
        for message in members(value, key)
    ]


def number_of(element: Any, position: int) -> Hashable:
    """Return the `index` that an element of a list carries, else where it stands: events need not hold all of them."""
    index = element.get("index") if isinstance(element, dict) else None
    return index if isinstance(index, int) else position


def count_of(value: Any, key: str) -> int | None:
    """Return the number of tokens that `value` tells under `key`, None if it tells none."""
    count = value.get(key) if isinstance(value, dict) else None
    return count if isinstance(count, int) and count >= 0 else None
