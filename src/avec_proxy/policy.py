"""Entity × strictness → action, read from `rules/policy`; detectors score, only this decides.

An entity type that no line names is hidden: the default is the safe one.
"""

from functools import cache, cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

from avec_proxy.model import Action, Strictness
from avec_proxy.rulebook import Rule, load_folder

Hint = Literal["none", "age", "interval", "town", "establishment", "old_age"]


class Line(BaseModel):
    """What becomes of one entity type: its placeholder's kind, its hint, its French nouns, its actions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    nouns: tuple[str, str]
    hint: Hint = "none"
    standard: Action = Action.HIDE
    strict: Action = Action.HIDE


class PolicyRule(Rule):
    """One policy file: lines by entity type."""

    entities: dict[str, Line]


class Policy:
    """The table, with a safe default."""

    _DEFAULT = Line(kind="IDENTIFIANT", nouns=("identifiant", "identifiants"))

    def __init__(self, rules: tuple[PolicyRule, ...]) -> None:
        self._lines: dict[str, Line] = {}
        for rule in rules:
            self._lines.update(rule.entities)

    @classmethod
    @cache
    def load(cls) -> "Policy":
        """Return the shipped policy."""
        return cls(load_folder("policy", PolicyRule))

    def line(self, entity_type: str) -> Line:
        """Return the line of an entity type, or the default."""
        return self._lines.get(entity_type, self._DEFAULT)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of placeholder that may be issued."""
        return frozenset(line.kind for line in (self._DEFAULT, *self._lines.values()))

    def action(self, entity_type: str, strictness: Strictness) -> Action:
        """Return what becomes of a finding of this type."""
        line = self.line(entity_type)
        return line.strict if strictness is Strictness.STRICT else line.standard
