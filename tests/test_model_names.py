"""A model's name is written down only if nothing in it could come from a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.model_names import OTHER, SHAPE, plain

PUBLISHED = """
gpt-4o gpt-4o-2024-08-06 gpt-4.1-nano gpt-5-mini-2025-08-07 gpt-3.5-turbo-0125 gpt-oss:20b openai/gpt-oss-120b o1
o4-mini-2025-04-16 chatgpt-4o-latest claude-sonnet-4-5-20250929 claude-3-5-haiku-latest
eu.anthropic.claude-3-5-sonnet-20241022-v2:0 mistral-large-latest ministral-8b-latest codestral-2508
magistral-medium-2506 pixtral-12b-2409 devstral-small-2507 open-mistral-nemo open-mixtral-8x22b mistral llama3.2:1b
llama3.1:8b-instruct-q4_k_m gemma3:27b qwen3:30b-a3b-instruct-2507 phi4 deepseek-r1:8b command-r-plus-08-2024
gemini-2.5-flash models/gemini-1.5-pro-002 mistral.mistral-large-2407-v1:0 text-embedding-3-small
deepseek-ai/deepseek-r1-distill-llama-70b
""".split()

TELLING = """
gpt-jeannine-lefebvre claude-marie mistral/paul-ferrand mme-martin o1-dupont ft:gpt-4o-mini:chu-nantes::abc123
gpt-0612345678 gpt-06-12-34-56-78 gpt-0612-3456-78 claude-2850578006084 gpt-19540312 gpt-1954-03-12 llama-12031954
gpt-12-03-54 qwen-285-057-800 gpt-2024-08-06-2023-01-01 anthropic openai/ gpt--4 claude. azure/deployment-du-samu
""".split()


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_name_is_kept(name: str) -> None:
    """Names as their makers write them, with version, size, date and vendor."""
    assert plain(name) == name


@pytest.mark.parametrize("name", TELLING)
def test_a_name_that_could_tell_something_is_other(name: str) -> None:
    """A word of another kind, a phone number, a date of birth, a vendor without a model: «other»."""
    assert plain(name) == OTHER


def test_capitals_are_folded() -> None:
    """What a hub writes with capitals is the same model."""
    assert plain("meta-llama/Llama-3.1-8B-Instruct") == "meta-llama/llama-3.1-8b-instruct"


@pytest.mark.parametrize("name", ["", "gpt 4", "gpt-4\n", "gpt-4o\x00", "gpt-４o", "claude-é", "gpt-4o" + "-mini" * 20])
def test_a_name_of_another_shape_is_other(name: str) -> None:
    """Blanks, control characters, accents, digits of other scripts, a long name."""
    assert plain(name) == OTHER


@given(st.text(max_size=80) | st.from_regex(r"(gpt|claude)-[a-z]{2,12}-[a-z]{2,12}", fullmatch=True))
def test_what_is_kept_is_plain_and_stays(name: str) -> None:
    """Whatever comes, the answer has the strict shape, and is its own answer unless it is «other»."""
    kept = plain(name)
    assert SHAPE.fullmatch(kept)
    assert kept == OTHER or plain(kept) == kept == name.lower()


@given(st.from_regex(r"\d{9,20}", fullmatch=True), st.sampled_from(["gpt-", "gpt-4o-", "llama", "claude-3-"]))
def test_no_long_number_is_kept(number: str, before: str) -> None:
    """A number long enough to be somebody's is never part of a name."""
    assert plain(before + number) == OTHER


@pytest.mark.parametrize("shape", ["{}-{}-{}-{}-{}", "{}{}-{}{}-{}", "{}.{}.{}.{}.{}", "{}{}{}{}{}", "{} {} {} {} {}"])
def test_no_phone_number_is_kept(shape: str) -> None:
    """A telephone number, however it is cut."""
    assert plain("gpt-4-" + shape.format("06", "12", "34", "56", "78")) == OTHER
