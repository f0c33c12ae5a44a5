"""Every rule file of the coach, alone, on its own examples and counter-examples."""

import re
import time

import pytest
from pydantic import ValidationError

from avec_proxy.coach import Coach, context, politeness
from avec_proxy.coach.rules import ContextRule, PolitenessRule, expand, unmark
from avec_proxy.model import Politeness

COACH = Coach.load()


def ids(rules: tuple[PolitenessRule, ...] | tuple[ContextRule, ...]) -> list[str]:
    """Return the ids of rules, to name the cases."""
    return [rule.id for rule in rules]


def mode_of(rule: PolitenessRule) -> Politeness:
    """Return the mode in which a rule works."""
    return Politeness.REWRITE if rule.mode == "rewrite" else Politeness.ON


def after(text: str, rules: tuple[PolitenessRule, ...], mode: Politeness) -> str:
    """Return a text once its cuts are made."""
    return politeness.apply(text, politeness.find(text, mode=mode, rules=rules))


def squeezed(text: str) -> str:
    """Return a text without its spacing and capitals."""
    return re.sub(r"\s+", " ", text).strip().casefold()


@pytest.mark.parametrize("rule", COACH.politeness_rules, ids=ids(COACH.politeness_rules))
def test_politeness_rule_removes_what_its_examples_mark(rule: PolitenessRule) -> None:
    """A rule alone takes away exactly what ‹ › bound, a capital aside."""
    for example in rule.examples.match:
        text, left = unmark(example)
        assert squeezed(after(text, (rule,), mode_of(rule))) == squeezed(left)
    for example in rule.examples.rewritten:
        assert after(example.text, (rule,), mode_of(rule)) == example.result


@pytest.mark.parametrize("rule", COACH.politeness_rules, ids=ids(COACH.politeness_rules))
def test_politeness_rule_is_silent_on_counter_examples(rule: PolitenessRule) -> None:
    """Neither a rule alone nor all rules together touch a rule's counter-examples."""
    for example in rule.examples.no_match:
        assert after(example.text, (rule,), mode_of(rule)) == example.text, example.why
        assert after(example.text, COACH.politeness_rules, mode_of(rule)) == example.text, example.why


@pytest.mark.parametrize("rule", COACH.context_rules, ids=ids(COACH.context_rules))
def test_context_rule_warns_and_stays_silent_as_its_examples_say(rule: ContextRule) -> None:
    """A rule alone warns where its element is missing, and not where a cue stands."""
    for text in rule.examples.warned:
        assert [w.code for w in context.warnings(text, first_turn=True, rules=(rule,))] == [rule.code]
    for example in rule.examples.silent:
        assert context.warnings(example.text, first_turn=True, rules=(rule,)) == [], example.why


def test_the_four_elements_have_one_rule_each() -> None:
    """Every code of the contract has its rule, and every message is gentle French without a question of identity."""
    assert sorted(rule.code for rule in COACH.context_rules) == sorted(context.CODES)


HOSTILE = [
    "a",
    "a ",
    "merci ",
    "s'",
    ", ",
    "stp ",
    "bonjour et ",
    "pour le ",
    "dans un ",
    "\n",
    " ",
    "é",
    "ttt",
    "5 ",
    "A",
]


@pytest.mark.parametrize(
    "rule", [*COACH.politeness_rules, *COACH.context_rules], ids=ids(COACH.politeness_rules) + ids(COACH.context_rules)
)
def test_no_pattern_is_slow_on_hostile_text(rule: PolitenessRule | ContextRule) -> None:
    """A long repeated text costs every pattern less than a fifth of a second of processor time."""
    patterns = [
        re.compile(expand(p), re.IGNORECASE) for p in (*getattr(rule, "pattern", ()), *getattr(rule, "cues", ()))
    ]
    for pattern in patterns:
        for unit in HOSTILE:
            text = (unit * 20_000)[:20_000]
            before = time.thread_time()
            sum(1 for _ in pattern.finditer(text))
            assert time.thread_time() - before < 0.2, (pattern.pattern[:60], unit)


def valid() -> dict[str, object]:
    """Return the content of a rule that loads."""
    return COACH.politeness_rules[0].model_dump()


@pytest.mark.parametrize(
    "change",
    [
        {"pattern": ["(unclosed"]},
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
