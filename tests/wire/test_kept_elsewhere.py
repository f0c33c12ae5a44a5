"""Requests that lean on what a provider keeps."""

from typing import Any

import pytest

from avec_proxy.wire import kept_elsewhere


@pytest.mark.parametrize(
    "value",
    [
        {"previous_response_id": "r1"},
        {"previousInteractionId": "i1"},
        {"input": [{"content": [{"type": "input_file", "file_id": "f"}]}]},
        {"a": {"b": [{"thread-id": 7}]}},
        {"conversation": {"id": "c"}},
    ],
)
def test_an_earlier_exchange_is_seen_at_any_depth(value: Any) -> None:
    """Whatever joins the words of its name."""
    assert kept_elsewhere.leans(value)


@pytest.mark.parametrize(
    "value", [{"previous_response_id": None, "file_ids": []}, {"text": "conversation_id"}, [], "x", 3]
)
def test_nothing_is_no_earlier_exchange(value: Any) -> None:
    """An empty field leans on nothing, and words of a text are no fields."""
    assert not kept_elsewhere.leans(value)


def test_an_address_that_goes_on_with_a_conversation_is_seen() -> None:
    """Making one leans on nothing; adding to one does, in the path or in the query."""
    assert kept_elsewhere.address("/v1/threads/thread_1/messages", [])
    assert kept_elsewhere.address("/v1/completions", ["session_id"])
    assert not kept_elsewhere.address("/v1/conversations", [""])
