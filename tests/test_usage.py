"""An event holds numbers and words of closed lists, or does not exist."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy import usage
from avec_proxy.refusals import WORDS
from avec_proxy.usage import Outcome, UsageEvent
from avec_proxy.wire.endpoints import endpoints, vendors

PROMPT = "Mme Rozenn Calvarin, née le 12/03/1954, IPP 8451200"
FIELDS = [field.name for field in dataclasses.fields(UsageEvent)]
USUAL = {"time": 1_795_000_000, "outcome": Outcome.SENT}


class Text(str):
    """A text that calls itself equal to anything."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True


def test_every_shipped_word_can_be_counted() -> None:
    """Endpoints and vendors of the rule files, entity types of the policy, codes of coach and refusals."""
    for rule in endpoints():
        UsageEvent(**USUAL, endpoint=rule.id, system=rule.vendor)  # type: ignore[arg-type]
    for entity_type in usage.entity_types():
        UsageEvent(**USUAL, hidden={entity_type: 1})  # type: ignore[arg-type]
    for code in WORDS:
        UsageEvent(time=1, outcome=Outcome.REFUSED, refusal=code)
    assert vendors() <= usage.systems()
    assert {"context.objective", "context.audience", "context.rules", "context.sources"} <= usage.advice_codes()
    assert {"PERSON", "FR_NIR"} <= usage.entity_types()


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize(
    "value",
    [PROMPT, PROMPT.encode(), [PROMPT], {PROMPT: 1}, {"PERSON": PROMPT}, {"context.rules": PROMPT}, Text(PROMPT), -1],
    ids=["text", "bytes", "list", "key", "count", "advice", "subclass", "negative"],
)
def test_no_field_takes_a_text(name: str, value: object) -> None:
    """A piece of prompt, however wrapped, is refused in every field, and the error does not repeat it."""
    with pytest.raises(ValueError, match=f"cannot be counted: {name}") as caught:
        UsageEvent(**{**USUAL, name: value})  # type: ignore[arg-type]
    assert "Calvarin" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("name", FIELDS)
def test_a_short_word_is_no_way_in(name: str) -> None:
    """A name in small letters has the shape of a code, but stands in no list."""
    for value in ("calvarin", "CALVARIN", {"calvarin": 1}, {"CALVARIN": 1}):
        with pytest.raises(ValueError, match="cannot be counted"):
            UsageEvent(**{**USUAL, name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["time", "politeness", "bytes_in", "tokens_in", "total_ms"])
@pytest.mark.parametrize("value", [10**15, 1.5, True, float("nan")])
def test_a_number_is_whole_and_bounded(name: str, value: object) -> None:
    """No fraction, no truth value, and no number so large that its digits could be a message."""
    with pytest.raises(ValueError, match=name):
        UsageEvent(**{**USUAL, name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcome", "refusal"),
    [(Outcome.REFUSED, None), (Outcome.SENT, "overloaded"), (Outcome.FAILED, "calvarin")],
)
def test_outcome_and_refusal_go_together(outcome: Outcome, refusal: str | None) -> None:
    """A refused request says why; a sent one does not."""
    with pytest.raises(ValueError, match="refusal"):
        UsageEvent(time=1, outcome=outcome, refusal=refusal)


def test_the_counts_are_the_events_own() -> None:
    """What becomes of the caller's dictionary afterwards changes nothing, and nobody can write into the event's."""
    mine = {"PERSON": 1}
    event = UsageEvent(**USUAL, hidden=mine)  # type: ignore[arg-type]
    mine[PROMPT] = 1
    assert event.hidden == {"PERSON": 1}
    with pytest.raises(TypeError):
        event.hidden["DATE_TIME"] = 1  # type: ignore[index]


def test_counted_turns_unknown_words_into_other() -> None:
    """What the proxy knows becomes an event: unknown words are «other», seconds milliseconds, pairs columns."""
    event = UsageEvent.counted(
        time=12.9,
        outcome=Outcome.SENT,
        endpoint="calvarin",
        system="calvarin",
        model="calvarin",
        hidden={"PERSON": 2, "NEW_TYPE": 1, "OTHER_NEW": 2, "DATE_TIME": 0},
        warnings=("context.rules", "calvarin", "context.rules"),
        tokens=(10, None),
        sizes=(-5, 7),
        seconds=(0.0126, None, 99_999_999.0),
        refusal="overloaded",
        ner="fr_core_news_md",
    )
    assert event == UsageEvent(
        time=12,
        outcome=Outcome.SENT,
        endpoint="none",
        system="other",
        model="other",
        hidden={"PERSON": 2, "OTHER": 3},
        warnings={"context.rules": 2, "other": 1},
        tokens_in=10,
        bytes_in=0,
        bytes_out=7,
        scan_ms=13,
        total_ms=usage.MAX_MS,
    )


@given(
    outcome=st.sampled_from(Outcome),
    words=st.tuples(*[st.text(max_size=70)] * 5),
    hidden=st.dictionaries(st.text(max_size=20), st.integers(-3, 10**12)),
    numbers=st.tuples(*[st.integers()] * 3),
    seconds=st.floats(),
)
def test_counted_never_fails(
    outcome: Outcome,
    words: tuple[str, ...],
    hidden: dict[str, int],
    numbers: tuple[int, int, int],
    seconds: float,
) -> None:
    """Whatever texts and numbers come, there is an event, and no text of theirs is in it."""
    endpoint, system, model, code, ner = words
    event = UsageEvent.counted(
        time=seconds,
        outcome=outcome,
        endpoint=endpoint,
        system=system,
        model=model,
        hidden=hidden,
        warnings=[code],
        politeness=numbers[0],
        tokens=(numbers[1], None),
        sizes=(numbers[2], 0),
        seconds=(seconds, None, None),
        refusal=code,
        ner=ner,
    )
    assert event.endpoint in usage.endpoints()
    assert event.system in usage.systems()
    assert set(event.hidden) <= usage.entity_types()
    assert set(event.warnings) <= usage.advice_codes()


def test_tokens_are_estimated_from_a_length() -> None:
    """Four characters a token, rounded up."""
    assert [usage.estimated_tokens(n) for n in (0, 1, 4, 5, 4000)] == [0, 1, 1, 2, 1000]
