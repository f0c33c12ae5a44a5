"""Invented people."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

ROLES = frozenset("pqrsdefnmocbtuvwxyz")


@dataclass(frozen=True)
class Person:
    """An invented person."""

    man: bool
    first: str
    last: str
    birth: str
    nick: str


def person_of(rng: Random, role: str, others: Mapping[str, Person]) -> Person:
    """Return a new person for a role."""
    return Person(rng.random() < 0.5, "Jeanne", "Martin", "Durand", "Mimi")
