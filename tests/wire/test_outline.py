"""What an exchange is made of, without a word of it."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avec_proxy.wire import multipart, outline
from avec_proxy.wire.vocabulary import is_word

BODY = {
    "model": "m",
    "messages": [{"role": "user", "content": "Mme Calvarin"}, {"role": "assistant", "content": [{"type": "text"}]}],
    "Rozenn Calvarin": 3,
    "patient": {"ipp": 80417733, "poids": 61.5, "sortie": None, "dcd": False},
    "payload": json.dumps({"text": "x"}),
    "seed_1951": "",
}


def test_keys_of_programs_types_and_counts_are_told() -> None:
    """Any other key is a star, and what stands behind several of them is told together."""
    assert outline.of_body(json.dumps(BODY).encode(), "application/json; charset=utf-8") == {
        "media": "application/json",
        "empty": False,
        "json": {
            "model": "string",
            "messages": {
                "list": "2-5",
                "of": [
                    {"role": "string", "content": "string"},
                    {"role": "string", "content": {"list": "1", "of": [{"type": "string"}]}},
                ],
            },
            "*": {"any of": ["integer", {"*": {"any of": ["integer", "number", "null", "boolean"]}}]},
            "payload": {"json in a string": {"text": "string"}},
            "seed_#": "empty string",
        },
    }


@pytest.mark.parametrize(
    ("body", "content_type", "told"),
    [
        (b'data: {"delta":"a"}\n\ndata: {"delta":"b"}\n\ndata: [DONE]\n\n', "text/event-stream",
         {"events": {"list": "2-5", "of": [{"delta": "string"}, "no json"]}}),
        (b'{"text":"a"}\n{"text":"b"}\n', "application/x-ndjson",
         {"lines": {"list": "2-5", "of": [{"text": "string"}]}}),
        (b"Bonjour", "text/plain", {"form": "text"}),
        (b"\x00\xff", "application/octet-stream", {"form": "binary"}),
        (b"prompt=a&nom=b", "application/x-www-form-urlencoded", {"form": {"prompt": "string", "*": "string"}}),
        (b"", "application/calvarin", {"media": "*", "empty": True}),
        (b"x", "image/calvarin", {"media": "*"}),
        (b"--b", "multipart/form-data; boundary=b", {"parts": "unreadable"}),
    ],
)  # fmt: skip
def test_every_form_of_body_is_told(body: bytes, content_type: str, told: dict[str, Any]) -> None:
    """Streams by the shapes of their events, forms by their fields."""
    found = outline.of_body(body, content_type)
    assert {key: found[key] for key in told} == told


def test_the_parts_of_a_form_are_told() -> None:
    """Names of programs, whether it is a file, and what is in it."""
    parts = [multipart.Part("purpose", b"x"), multipart.Part("calvarin", b"{}", "cr.json", "application/json")]
    body, content_type, _ = multipart.written(parts)
    assert outline.of_body(body, content_type)["parts"] == [
        {"name": "purpose", "file": False, "media": "text/plain", "empty": False, "form": "text"},
        {"name": "*", "file": True, "media": "application/json", "empty": False, "json": {}},
    ]


def test_an_address_is_told_without_what_people_write() -> None:
    """Ids, numbers and names are stars."""
    path = "/v1/chat/thread-Ab3dEf6hIj9kLm2nOp/calvarin/42/models/gpt-4o:generate"
    assert outline.of_path(path) == "/v1/chat/*/*/*/models/*"
    assert outline.of_query("q=calvarin&limit=3&calvarin=1&query=x") == ["*", "limit", "query"]


# no letter of these stands in what we write ourselves
_SECRET = st.text("QXZJKW", min_size=3, max_size=12)
_KEY = _SECRET | st.sampled_from(["messages", "content", "max_tokens", "input"])
_LEAF = _SECRET | st.integers(10**6, 10**9) | st.booleans() | st.none() | st.floats(allow_nan=False)
_VALUE = st.recursive(
    _LEAF,
    lambda v: st.lists(v, max_size=4) | st.dictionaries(_KEY, v, max_size=4) | st.builds(json.dumps, v),
    max_leaves=15,
)


def _framed(value: Any, secret: str) -> list[tuple[bytes, str]]:
    text = json.dumps(value)
    parts = [multipart.Part(secret, text.encode(), f"{secret}.csv", "text/csv")]
    return [
        (text.encode(), "application/json"),
        (f"data: {text}\n\nevent: {secret}\ndata: {secret}\n\n".encode(), "text/event-stream"),
        (f"{text}\n{text}\n".encode(), f"application/x-ndjson; {secret}=1"),
        (urlencode({secret: text, "prompt": secret}).encode(), "application/x-www-form-urlencoded"),
        (multipart.written(parts)[0], multipart.written(parts)[1]),
        (text.encode(), f"application/{secret.lower()}"),
        (secret.encode(), "text/plain"),
        (secret.encode("utf-16"), secret),
    ]


@settings(deadline=None)
@given(_VALUE, _SECRET)
def test_no_value_and_no_unusual_key_is_told(value: Any, secret: str) -> None:
    """Whatever the form of body: of the letters that only the exchange has, none is in what support gets."""
    for body, content_type in _framed(value, secret):
        told = json.dumps(outline.of_body(body, content_type))
        told += outline.of_path(f"/v1/{secret}/chat:{secret}") + "".join(outline.of_query(f"{secret}={secret}"))
        assert not set("QXZJKW") & set(told)
        counts = re.compile(r'"(?:0|1|2-5|6-20|21-100|over 100)"|/v1/')
        assert not re.search("[0-9]", counts.sub("", told))


@given(st.text(max_size=30))
def test_a_key_that_is_told_is_made_of_words_of_apis(key: str) -> None:
    """Any other is a star."""
    told = outline.of_value({key: 1})
    assert told in ({"*": "integer"}, *([{k: "integer"} for k in told] if is_word(key) else []))


@given(st.binary(max_size=60), st.text(max_size=30))
def test_noise_is_told_too(body: bytes, content_type: str) -> None:
    """Nothing raises."""
    assert outline.of_body(body, content_type)["empty"] == (not body)
