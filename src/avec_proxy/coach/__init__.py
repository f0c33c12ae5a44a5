"""The coach: courtesies to remove, and hints for a more explicit request (HAS, guide A.V.E.C., 2.2 and 2.3)."""

from dataclasses import dataclass
from functools import cache

from avec_proxy.coach import context
from avec_proxy.coach import politeness as _politeness
from avec_proxy.coach.rules import ContextRule, PolitenessRule
from avec_proxy.model import Cut, Politeness, Warning_
from avec_proxy.rulebook import rules_of


@dataclass(frozen=True, slots=True)
class Coach:
    """The coach and its rules."""

    politeness_rules: tuple[PolitenessRule, ...]
    context_rules: tuple[ContextRule, ...]

    @staticmethod
    def load() -> "Coach":
        """Return the coach with the shipped rules and one's own, read once. Raises `RuleFileError`."""
        return _shipped()

    def politeness(self, text: str, mode: Politeness) -> list[Cut]:
        """Return the cuts that free a user's message from courtesies (see `politeness.find`)."""
        return _politeness.find(text, mode=mode, rules=self.politeness_rules)

    def message(self, code: str) -> str:
        """Return the French sentence of a warning's code, "" if no rule has it."""
        return next((rule.message for rule in self.context_rules if rule.code == code), "")

    def warnings(self, text: str, first_turn: bool) -> list[Warning_]:
        """Return the hints about what a user's message leaves unsaid (see `context.warnings`)."""
        return context.warnings(text, first_turn=first_turn, rules=self.context_rules)


@cache
def _shipped() -> Coach:
    return Coach(rules_of("politeness", PolitenessRule), rules_of("context", ContextRule))
