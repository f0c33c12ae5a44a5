"""Words of APIs: what programs name is told from what people type."""

import pytest

from avec_proxy import lexicons
from avec_proxy.wire.vocabulary import is_word, words


@pytest.mark.parametrize(
    "text",
    ["messages", "max_tokens", "maxOutputTokens", "top_p", "topK", "image-generation", "tools[0]", "vector_store_ids"],
)
def test_names_of_fields_are_words(text: str) -> None:
    """However programs join them."""
    assert is_word(text)


@pytest.mark.parametrize(
    "text",
    ["", "x", "Calvarin", "calvarin", "MESSAGES", "messages calvarin", "max_calvarin", "text_80417733", "né", "a" * 200,
     "text text", "thread_8f3k", "thread_abc", "t1", "patient", "nom", "80417733", "text\n"],
)  # fmt: skip
def test_what_people_type_is_none(text: str) -> None:
    """One unknown piece, a long number, a space or a capital, and it is scanned or refused."""
    assert not is_word(text)


def test_no_word_is_first_of_all_a_first_name() -> None:
    """A key that is somebody's name must be scanned: common first names are none of the words."""
    names = {word for word in words() if lexicons.first_names().get(word, 0) >= 500}
    assert names <= {"alpha", "any", "line", "max"}  # settings of every API
