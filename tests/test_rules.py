"""Every shipped identifier rule, on its own examples, beside all others, and against hostile texts."""

import pytest

from avec_proxy.detect import examples
from avec_proxy.detect.patterns import PatternMatcher
from avec_proxy.policy import Policy
from avec_proxy.rulebook import IdentifierRule, Rulebook, check_rule, unmark

RULES = Rulebook.load().identifiers
WHOLE = PatternMatcher(RULES)
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


each_match = pytest.mark.parametrize(
    ("rule", "marked"),
    [(rule, text) for rule in RULES for text in rule.examples.match],
    ids=[f"{rule.id}-{n}" for rule in RULES for n in range(len(rule.examples.match))],
)


def test_there_is_a_rule_for_each_item_of_the_guideline() -> None:
    """Guideline 2.4 lists dates, initials, addresses, e-mail, phones and the social-security number."""
    wanted = {"DATE_TIME", "BIRTH_DATE", "INITIALS", "STREET_ADDRESS", "POSTCODE", "EMAIL_ADDRESS", "PHONE_NUMBER"}
    assert wanted | {"FR_NIR", "FR_IPP", "FR_NDA", "FR_RPPS", "IBAN_CODE"} <= {rule.entity_type for rule in RULES}


@each_match
def test_alone_it_finds_what_its_examples_mark(rule: IdentifierRule, marked: str) -> None:
    """The marks bound exactly what the rule finds: no character less, none more."""
    alone = PatternMatcher([rule], strict=True)
    assert examples.misfound(alone, marked) == ""
    assert {(f.entity_type, f.rule) for f in alone.find(unmark(marked)[0])} == {(rule.entity_type, rule.id)}


@pytest.mark.parametrize(
    ("rule", "text"),
    [(r, c.text) for r in RULES for c in r.examples.no_match],
    ids=[f"{r.id}-{n}" for r in RULES for n in range(len(r.examples.no_match))],
)
def test_alone_it_is_silent_on_its_counter_examples(rule: IdentifierRule, text: str) -> None:
    """Not even a strict matcher finds anything there."""
    assert examples.unsilent(PatternMatcher([rule], strict=True), text) == ""


@each_match
def test_beside_all_others_no_other_kind_fires(rule: IdentifierRule, marked: str) -> None:
    """Outside the marks, only the entity types that the rule announces in `also` may be found."""
    text, spans = unmark(marked)
    others = [
        (text[f.start : f.end], f.rule)
        for f in WHOLE.find(text)
        if not any(start <= f.start and f.end <= end for start, end in spans) and f.entity_type not in rule.also
    ]
    assert others == []
    found = {(f.start, f.end) for f in WHOLE.find(text) if f.entity_type == rule.entity_type}
    assert set(spans) <= found or rule.level == 3, "a neighbour silenced the rule"


@each_rule
def test_its_patterns_are_fast_on_hostile_texts(rule: IdentifierRule) -> None:
    """No pattern needs more than the allowed processor time, even on a text made to slow it."""
    check_rule(rule)


@each_rule
def test_policy_knows_its_entity_type(rule: IdentifierRule) -> None:
    """The policy's line writes the rule's placeholder and speaks of it with the rule's nouns."""
    line = Policy.load().line(rule.entity_type)  # the default's kind is no rule's placeholder
    assert (line.kind, line.nouns) == (rule.placeholder, rule.noun)


@each_rule
def test_its_digit_test_agrees_with_its_examples(rule: IdentifierRule) -> None:
    """A rule that wants a digit marks no span in a text without one; its `requires` stand in every example."""
    for marked in rule.examples.match:
        text = unmark(marked)[0]
        assert not rule.digit or any(c.isdigit() for c in text)
        assert not rule.requires or any(needle in text.lower() for needle in rule.requires)
