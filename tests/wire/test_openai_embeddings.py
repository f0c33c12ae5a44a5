"""OpenAI embeddings: texts are scanned, tokens refused, vectors pass."""

import json
from typing import Any

import pytest

from avec_proxy.mapping import Mapping
from avec_proxy.model import Refusal, Role
from avec_proxy.wire import FORMATS

EMBEDDINGS = FORMATS["openai_embeddings"]


def _texts(**fields: Any) -> list[tuple[str, Role, int]]:
    body = json.dumps({"model": "text-embedding-3-small", **fields}, ensure_ascii=False).encode()
    return [(s.text, s.role, s.turn) for s in EMBEDDINGS.outbound(body).document.segments]


def test_a_text_and_each_of_a_list_are_scanned() -> None:
    """They are nobody's speech, so that no courtesy is cut from them; settings are not scanned."""
    settings = {"encoding_format": "base64", "dimensions": 15360, "output_dimension": 10240, "output_dtype": "int8"}
    assert _texts(input="Mme Zoé Dû", **settings) == [("Mme Zoé Dû", Role.OTHER, -1)]
    assert _texts(input=["Zoé", "", "IPP 800123456"]) == [("Zoé", Role.OTHER, -1), ("IPP 800123456", Role.OTHER, -1)]
    found = _texts(inputs=["Zoé"], user="u1", demain={"x": "Dû"})
    assert [text for text, _, _ in found] == ["Zoé", "u1", "demain", "x", "Dû"]


@pytest.mark.parametrize("setting", ["encoding_format", "output_dtype", "input_type", "dimensions"])
def test_a_setting_that_is_none_is_scanned(setting: str) -> None:
    """Words that the format does not know are somebody's."""
    assert ("Dupont", Role.OTHER, -1) in _texts(input="x", **{setting: "Dupont"})


@pytest.mark.parametrize(
    "given",
    [
        [1, 2, 3],
        [[1, 2], [3]],
        7,
        ["Zoé", 5],
        [["Zoé"]],
        [[[1]]],
        {"tokens": [1, 2]},
        [{"text": "Zoé"}],
        [{"tokens": [1]}],
        "data:image/png;base64,iVBORw0K",
    ],
)
@pytest.mark.parametrize("field", ["input", "inputs"])
def test_what_is_no_text_is_refused(field: str, given: Any) -> None:
    """Tokens spell a text that cannot be read here, in whatever list or object they come."""
    with pytest.raises(Refusal, match="attachment_unreadable"):
        _texts(**{field: given})


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"{"])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    """Nothing of it can be placed."""
    with pytest.raises(Refusal):
        EMBEDDINGS.outbound(body)


def test_the_reply_passes_byte_for_byte() -> None:
    """Vectors hold no placeholder: not a byte changes, however the reply is cut."""
    body = b'{"data":[{"embedding":"[PERSONNE_1]AAA=" , "index":0}],\n "usage":{"prompt_tokens":5}}'
    reply = EMBEDDINGS.reply(Mapping({"PERSONNE_1": "Zoé"}), "application/json")
    assert b"".join(reply.feed(body[at : at + 7]) for at in range(0, len(body), 7)) + reply.close() == body
