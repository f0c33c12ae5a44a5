"""The two gentle warnings about told cases, one file each in `rules/secrecy`. Never a refusal, never for general knowledge."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from avec_proxy.model import Health, Level, Warning_
from avec_proxy.rulebook import CounterExample, Rule, load_folder


class SecrecyExamples(BaseModel):
    """Prompts that get the warning, and prompts that do not, with the reason."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    warned: tuple[str, ...] = Field(min_length=1)
    silent: tuple[CounterExample, ...] = Field(min_length=2)


class SecrecyRule(Rule):
    """What is said where a case is told: `health.case` where nobody is named, `health.protected` on what the law
    protects beyond medical secrecy, named or not."""

    why: str = Field(min_length=3)
    source: str = Field(min_length=3)
    code: Literal["health.case", "health.protected"]
    message: str = Field(min_length=10, max_length=160)
    examples: SecrecyExamples


@cache
def rules() -> tuple[SecrecyRule, ...]:
    """Return the shipped rules, read once. Raises `RuleFileError`."""
    return load_folder("secrecy", SecrecyRule)


def message(code: str) -> str:
    """Return the French sentence of a warning's code, "" if no rule has it."""
    return next((rule.message for rule in rules() if rule.code == code), "")


def warnings(health: Health, *, among: Sequence[SecrecyRule] | None = None) -> Iterator[Warning_]:
    """Yield the warning that `health` calls for: one at most; a named person's ordinary case gets none.

    `among`: the rules (default: the shipped ones).
    """
    code = _code(health)
    for rule in rules() if among is None else among:
        if rule.code == code:
            yield Warning_(rule.code, rule.message)


def _code(health: Health) -> str:
    if not health.narrative:
        return ""
    if health.severity is Level.RED:
        return "health.protected"
    return "" if health.tied_to_person else "health.case"
