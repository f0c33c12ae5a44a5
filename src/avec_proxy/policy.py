"""Entity × strictness → action, read from `rules/policy`; detectors score, only this decides.

An entity type that no line names is hidden: the default is the safe one. The other words that a model writes for a
placeholder's kind are read from `rules/placeholders`.
"""

from collections.abc import Mapping as MappingABC
from functools import cache, cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from avec_proxy.mapping import Mapping
from avec_proxy.model import Action, Strictness
from avec_proxy.rulebook import Rule, load_folder, rules_of

Hint = Literal["none", "age", "interval", "town", "establishment", "old_age", "band", "wording"]


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


# The form in which keys are compared (mapping.fold), without separators.
Word = Annotated[str, Field(pattern=r"^[A-Z]{2,24}$")]


class WordsRule(Rule):
    """One file of translations: by kind of placeholder, the words that a model may write for it."""

    words: dict[Word, tuple[Word, ...]]


@cache
def aliases() -> MappingABC[str, tuple[str, ...]]:
    """Return the shipped words that mean a kind, by kind. Raises `RuleFileError` for a file that cannot be used."""
    words: dict[str, tuple[str, ...]] = {}
    for rule in load_folder("placeholders", WordsRule):
        for kind, own in rule.words.items():
            words[kind] = (*words.get(kind, ()), *own)
    return words


def reply_mapping(values: MappingABC[str, str]) -> Mapping:
    """Return what restores the reply to a request whose placeholders stand for `values` (key → value)."""
    return Mapping(values, aliases(), bare=True)


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
        """Return the shipped policy, with the lines of one's own for other entity types."""
        return cls(rules_of("policy", PolicyRule))

    def line(self, entity_type: str) -> Line:
        """Return the line of an entity type, or the default."""
        return self._lines.get(entity_type, self._DEFAULT)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of placeholder that may be issued."""
        return frozenset(line.kind for line in (self._DEFAULT, *self._lines.values()))

    @cached_property
    def readable(self) -> frozenset[str]:
        """The words that are restored as a placeholder's kind: the kinds, their plurals, their translations."""
        words = {word for kind in self.kinds for word in aliases().get(kind, ())}
        return self.kinds | {f"{kind}S" for kind in self.kinds} | words

    def action(self, entity_type: str, strictness: Strictness) -> Action:
        """Return what becomes of a finding of this type."""
        line = self.line(entity_type)
        return line.strict if strictness is Strictness.STRICT else line.standard
