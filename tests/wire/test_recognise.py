"""Requests to a language model, told by their bodies from others."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avec_proxy.wire.recognise import speaks

CHAT: dict[str, Any] = {
    "openai": {"model": "m", "messages": [{"role": "user", "content": "Bonjour"}]},
    "parts": {"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
    "gemini": {"contents": [{"parts": [{"text": "x"}]}]},
    "responses": {"model": "m", "input": "Bonjour"},
    "completion": {"model": "m", "prompt": "Bonjour"},
    "hugging face": {"inputs": "Bonjour", "parameters": {"max_new_tokens": 9}},
    "duck": {"model": "m", "messages": [{"author": "me", "text": "x"}], "other": 1},
    "wrapped": {"data": {"payload": json.dumps({"messages": [{"role": "user", "content": "x"}]})}},
    "cohere": {"message": "x", "chat_history": [{"role": "USER", "message": "y"}]},
    "a list": [{"messages": [{"role": "user", "content": "x"}]}],
}
OTHER: dict[str, Any] = {
    "a form of a site": {"name": "Calvarin", "message": "Bonjour", "email": "a@b.fr"},
    "a ticket": {"title": "x", "text": "y", "tags": ["a"]},
    "a message without speaker": {"messages": [{"id": 1, "text": "x"}]},
    "a roster": {"users": [{"role": "admin", "name": "x"}]},
    "rpc": {"jsonrpc": "2.0", "method": "status", "params": {"model": "x"}},
    "numbers": [1, 2, 3],
    "nothing": {},
    "a car": {"model": "clio", "year": 2020},
}


@pytest.mark.parametrize("value", CHAT.values(), ids=CHAT)
def test_a_chat_is_recognised_wherever_it_is_sent(value: Any) -> None:
    """By its turns, or by a question beside a model's settings; as lines too."""
    assert speaks("/x", json.dumps(value).encode())
    assert speaks("/x", json.dumps({"a": 1}).encode() + b"\n" + json.dumps(value).encode())


@pytest.mark.parametrize("value", OTHER.values(), ids=OTHER)
def test_other_json_is_not(value: Any) -> None:
    """Sites send JSON of their own."""
    assert not speaks("/x", json.dumps(value).encode())


def test_a_path_that_only_such_apis_have_is_enough() -> None:
    """With any JSON object behind it."""
    assert speaks("/llm/v1/chat/completions", b'{"q":"x"}')
    assert not speaks("/llm/v1/chat/completions", b"q=x")


@settings(deadline=None)
@given(st.binary(max_size=60) | st.sampled_from([b"[" * 5000, b'{"a":' * 3000, b"", b"\n\n"]))
def test_noise_is_no_chat(body: bytes) -> None:
    """Nothing raises."""
    assert not speaks("/x", body)
