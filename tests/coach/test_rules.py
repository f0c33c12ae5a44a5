"""Every rule file of the coach, alone, on its own examples and counter-examples."""

import re

import pytest
from pydantic import ValidationError

from avec_proxy.coach import Coach, context
from avec_proxy.coach.examples import after, check_patterns, context_problems, mode_of, politeness_problems
from avec_proxy.coach.rules import ContextRule, PolitenessRule, expand

COACH = Coach.load()


def ids(rules: tuple[PolitenessRule, ...] | tuple[ContextRule, ...]) -> list[str]:
    """Return the ids of rules, to name the cases."""
    return [rule.id for rule in rules]


@pytest.mark.parametrize("rule", COACH.politeness_rules, ids=ids(COACH.politeness_rules))
def test_politeness_rule_does_what_its_examples_say(rule: PolitenessRule) -> None:
    """A rule alone takes away exactly what ‹ › bound, a capital aside, and nothing of its counter-examples."""
    assert list(politeness_problems(rule)) == []


@pytest.mark.parametrize("rule", COACH.politeness_rules, ids=ids(COACH.politeness_rules))
def test_all_rules_together_are_silent_on_counter_examples(rule: PolitenessRule) -> None:
    """Nor do all rules together touch a rule's counter-examples."""
    for example in rule.examples.no_match:
        assert after(example.text, COACH.politeness_rules, mode_of(rule)) == example.text, example.why


@pytest.mark.parametrize("rule", COACH.context_rules, ids=ids(COACH.context_rules))
def test_context_rule_warns_and_stays_silent_as_its_examples_say(rule: ContextRule) -> None:
    """A rule alone warns where its element is missing, and not where a cue stands."""
    assert list(context_problems(rule)) == []


def test_the_four_elements_have_one_rule_each() -> None:
    """Every code of the contract has its rule, and every message is gentle French without a question of identity."""
    assert sorted(rule.code for rule in COACH.context_rules) == sorted(context.CODES)


@pytest.mark.parametrize(
    "rule", [*COACH.politeness_rules, *COACH.context_rules], ids=ids(COACH.politeness_rules) + ids(COACH.context_rules)
)
def test_no_pattern_is_slow_on_hostile_text(rule: PolitenessRule | ContextRule) -> None:
    """A long repeated text costs every pattern less than a fifth of a second of processor time."""
    check_patterns(rule)


def valid() -> dict[str, object]:
    """Return the content of a rule that loads."""
    return COACH.politeness_rules[0].model_dump()


@pytest.mark.parametrize(
    "change",
    [
        {"pattern": ["(unclosed"]},
        {"pattern": ["a{99999999999999999999}"]},
        {"pattern": []},
        {"position": ["somewhere"]},
        {"unknown": 1},
        {"examples": {"match": ["sans marque"], "no_match": [{"text": "a", "why": "abc"}] * 2}},
        {"examples": {"match": ["‹a› b"], "no_match": [{"text": "a", "why": "abc"}]}},
        {"examples": {"no_match": [{"text": "a", "why": "abc"}] * 2}},
    ],
)
def test_an_unusable_rule_is_refused(change: dict[str, object]) -> None:
    """A rule with a broken pattern, an unknown key, or without marked examples does not load."""
    assert PolitenessRule.model_validate(valid())
    with pytest.raises(ValidationError):
        PolitenessRule.model_validate(valid() | change)


def test_pattern_words_read_typography_loosely() -> None:
    """An apostrophe and a space of a pattern stand for every apostrophe and blank."""
    assert re.fullmatch(expand("s'il te plaît"), "s’il\u00a0te\u202fplaît")
