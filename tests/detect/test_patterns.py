"""Labels, checksums, neighbourhood and strictness, on small rules made for the test."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.detect.patterns import CERTAIN, CONFIRMED, MISTYPED, PatternMatcher
from avec_proxy.model import Finding
from avec_proxy.rulebook import IdentifierRule, Rulebook, unmark

NIR, TYPO = "185057800608491", "185057800608490"


def rule(name: str, **fields: Any) -> IdentifierRule:
    """Return a rule called `name` of the entity type NAME; the rest is as in a file."""
    return IdentifierRule.model_validate(
        {
            "id": name,
            "title": "essai",
            "why": "essai",
            "source": "essai",
            "entity_type": name.upper(),
            "placeholder": "ESSAI",
            "noun": ["essai", "essais"],
            "level": 1,
            "examples": {"match": ["⟦x⟧"], "no_match": [{"text": "y", "why": "essai"}] * 2},
        }
        | fields
    )


def found(text: str, *rules: IdentifierRule, strict: bool = False) -> list[tuple[str, str]]:
    """Return what the rules find in `text`, as surfaces and rule ids."""
    return [(text[f.start : f.end], f.rule) for f in PatternMatcher(rules, strict=strict).find(text)]


SOCIAL = rule(
    "social", pattern=r"(?<!\d)\d{15}(?!\d)", checksum="nir_key", labels=["NIR"], labelled_pattern=r"\d{13,15}(?!\d)"
)
LONG = rule("long", pattern=r"(?<!\d)\d{15}(?!\d)")
BADGE = rule("badge", labels=["(?i:badge|carte)"], labelled_pattern=r"\d{15}|\d{4}")


def _scores(text: str, *rules: IdentifierRule) -> list[tuple[str, float]]:
    return [(f.rule, f.score) for f in PatternMatcher(rules).find(text)]


def test_with_its_label_a_number_is_found_whatever_its_key() -> None:
    """A typo is still that person: the wrong key only lowers the score."""
    assert _scores(f"NIR : {NIR}", SOCIAL) == [("social", CERTAIN)]
    assert _scores(f"NIR : {TYPO}", SOCIAL) == [("social", MISTYPED)]
    assert _scores("NIR : 1850578006084", SOCIAL) == [("social", MISTYPED)]


def test_without_label_the_key_decides() -> None:
    """A number with a wrong key and no label is any number."""
    assert _scores(f"vu {NIR} ici", SOCIAL) == [("social", CONFIRMED)]
    assert _scores(f"vu {TYPO} ici", SOCIAL) == []


def test_a_key_that_must_be_right_gates_the_label_too() -> None:
    """`checksum_when: always` is for labels that are ordinary words."""
    always = rule(
        "social", labels=["NIR"], labelled_pattern=r"\d{15}(?!\d)", checksum="nir_key", checksum_when="always"
    )
    assert found(f"NIR {NIR}", always) == [(NIR, "social")]
    assert found(f"NIR {TYPO}", always) == []


def test_a_label_silences_a_look_alike() -> None:
    """After its label a number is of the label's kind alone, also where another rule's shape fits."""
    assert found(f"{TYPO}", LONG, BADGE) == [(TYPO, "long")]
    assert found(f"badge {TYPO}", LONG, BADGE) == [(TYPO, "badge")]


def test_a_key_silences_a_look_alike() -> None:
    """A right key says more than a shape."""
    assert found(NIR, LONG, SOCIAL) == [(NIR, "social")]
    assert found(TYPO, LONG, SOCIAL) == [(TYPO, "long")]


def test_what_sticks_out_of_a_sure_finding_is_kept() -> None:
    """Only a look-alike inside is silenced: characters that nothing else covers stay found."""
    longer = rule("longer", pattern=r"\d{15}-\d{3}")
    assert found(f"badge {NIR}-007", BADGE, longer) == [(NIR, "badge"), (f"{NIR}-007", "longer")]


def test_a_long_sure_finding_covers_what_follows_a_short_one_in_it() -> None:
    """Two sure findings of one kind, one inside the other: the longer still silences to its end."""
    outer = rule("outer", labels=["bloc"], labelled_pattern=r"\d{4} \d{4} \d{4}")
    inner = rule("inner", entity_type="OUTER", labels=["1111"], labelled_pattern="2222")
    tail = rule("tail", pattern="3333")
    assert found("bloc 1111 2222 3333", outer, inner, tail) == [("1111 2222 3333", "outer"), ("2222", "inner")]


def test_two_sure_kinds_are_both_reported() -> None:
    """A label of one kind and a key of another: which name wins is for the merge to say."""
    assert found(f"badge {NIR}", BADGE, SOCIAL) == [(NIR, "badge"), (NIR, "social")]


def test_a_value_is_reported_once() -> None:
    """Label and shape agree on the same characters, so there is one finding, with the better score."""
    assert _scores(f"NIR {NIR} et {NIR}", SOCIAL) == [("social", CERTAIN), ("social", CONFIRMED)]


@pytest.mark.parametrize("text", ["unbadge 1234", "2badge 1234", "écobadge : 1234"])
def test_a_label_is_a_whole_word(text: str) -> None:
    """The end of another word is no label, nor is its beginning."""
    assert found(text, BADGE) == []
    assert found("badgeur12", rule("word", labels=["badge"], labelled_pattern=r"[a-z]+\d+")) == []


@pytest.mark.parametrize("text", ["_badge_ : 1234", '{"badge":"1234"}', "<badge>1234</badge>", "sous-badge 1234"])
def test_a_label_may_touch_punctuation(text: str) -> None:
    """Markdown, JSON, XML and a hyphen stand around a label as a space does."""
    assert found(text, BADGE) == [("1234", "badge")]


def test_a_word_nearby_is_needed() -> None:
    """A rule of level 2 speaks only with one of its words within its distance, on either side."""
    bed = rule("bed", level=2, pattern=r"(?<!\d)\d{3}(?!\d)", near=[r"(?i)\blit\b"], near_distance=12)
    assert found("le lit au 204", bed) == [("204", "bed")]
    assert found("204, son lit", bed) == [("204", "bed")]
    assert found("204", bed) == []
    assert found("lit" + " " * 10 + "204", bed) == []


def test_a_word_cut_by_the_distance_is_no_word() -> None:
    """The end of « délit » at the edge of the window is not « lit »."""
    bed = rule("bed", level=2, pattern=r"\d{3}", near=[r"\blit\b"], near_distance=7)
    assert found("délit du 204", bed) == []
    assert found("204 de litige", bed) == []
    assert found("un lit d 204", bed) == [("204", "bed")]


def test_unless_reads_the_line_around_a_match() -> None:
    """What stands before and after on the same line may silence a rule; other lines may not."""
    dose = rule("dose", pattern=r"(?<!\d)\d{2}(?!\d)", unless=[r"⟧\s?mg", r"score\s⟦", "⟦99⟧"])
    assert found("12 mg, score 34, 99 et 56", dose) == [("56", "dose")]
    assert found("12\nmg", dose) == [("12", "dose")]
    assert found("score\n12", dose) == [("12", "dose")]


def test_unless_also_silences_a_labelled_value() -> None:
    """« badge 1234 mg » is a dose, whatever the word before."""
    dose = rule("badge", labels=["badge"], labelled_pattern=r"\d{4}", unless=["⟧ mg"])
    assert found("badge 1234 mg, badge 5678", dose) == [("5678", "badge")]


def test_level_three_waits_for_strict_mode() -> None:
    """Eager rules are silent unless the administrator chose the strict mode."""
    eager = rule("eager", level=3, pattern=r"\d{3}")
    assert found("204", eager) == []
    assert found("204", eager, strict=True) == [("204", "eager")]


def test_cheap_tests_come_first() -> None:
    """`requires` compares with the lower-cased text, and `digit` wants a digit of any script."""
    guarded = rule("guarded", pattern=r"\w+", requires=["nir"], digit=True)
    assert found("NIR", guarded) == []
    assert found("5", guarded) == []
    assert found("NIR 5", guarded) == [("NIR", "guarded"), ("5", "guarded")]


def test_the_group_id_is_the_identifier() -> None:
    """What the pattern needs around the value stays in the text."""
    assert found("vu <42>", rule("tag", pattern=r"<(?P<id>\d+)>")) == [("42", "tag")]
    assert found("vu <42>", rule("tag", pattern=r"<\d+>")) == [("<42>", "tag")]


def test_an_empty_match_is_no_finding() -> None:
    """A pattern that may match nothing does not hide nothing."""
    assert found("ab1", rule("maybe", pattern=r"\d*")) == [("1", "maybe")]


BOOK = Rulebook.load().identifiers
WHOLE = PatternMatcher(BOOK, strict=True)
_SAMPLES = [unmark(text)[0] for r in BOOK for text in r.examples.match]
_TEXT = st.lists(
    st.one_of(st.sampled_from(_SAMPLES), st.text(max_size=12), st.from_regex(r"[0-9 ./:-]{1,16}", fullmatch=True)),
    max_size=4,
).map(" ".join)


@given(_TEXT)
def test_findings_lie_in_the_text_in_order(text: str) -> None:
    """Whatever the text: offsets cut out something, places ascend, scores are between 0 and 1."""
    findings = WHOLE.find(text)
    assert all(0 <= f.start < f.end <= len(text) and 0 < f.score <= 1 for f in findings)
    assert findings == sorted(findings, key=lambda f: (f.start, f.end, f.rule))


@given(_TEXT)
def test_find_is_deterministic(text: str) -> None:
    """The same text gives the same findings, from any matcher: the same history must give the same bytes."""
    assert WHOLE.find(text) == WHOLE.find(text) == PatternMatcher(BOOK, strict=True).find(text)


@given(_TEXT)
def test_without_a_digit_no_rule_of_digits_fires(text: str) -> None:
    """A rule that says `digit: true` costs nothing on prose, and finds nothing there."""
    prose = "".join(c for c in text if not c.isdecimal())
    wants_digit = {r.id for r in BOOK if r.digit}
    assert not any(f.rule in wants_digit for f in WHOLE.find(prose))


_HITS = st.lists(st.sampled_from(["badge 1234", "1234", NIR, TYPO, f"NIR {TYPO}", f"badge {NIR}", "x"]), max_size=8)


@given(_HITS)
def test_silencing_agrees_with_its_definition(pieces: list[str]) -> None:
    """What the fast search silences is what comparing every pair would silence."""
    text = " ; ".join(pieces)
    rules = (SOCIAL, BADGE, LONG)
    alone = {r.id: PatternMatcher([r]).find(text) for r in rules}
    sure: list[Finding] = [*alone["social"], *alone["badge"]]  # by key or by label, always
    expected = sure + [f for f in alone["long"] if not any(s.start <= f.start and f.end <= s.end for s in sure)]
    assert PatternMatcher(rules).find(text) == sorted(expected, key=lambda f: (f.start, f.end, f.rule))
