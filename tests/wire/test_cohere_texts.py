"""Cohere's embeddings and reranking: texts are scanned, the reply may say them again."""

import json

import pytest

from avec_proxy.mapping import Mapping
from avec_proxy.model import Refusal, Role
from avec_proxy.wire import FORMATS
from avec_proxy.wire.replies import Usage
from tests.wire.readings import found

COHERE = FORMATS["cohere_texts"]
MAPPING = Mapping({"PERSONNE_1": "Zoé Dû"})


@pytest.mark.parametrize(
    "body",
    [
        {"texts": ["Patient Zoé", "b"]},
        {"inputs": [{"content": [{"type": "text", "text": "Patient Zoé"}, {"type": "text", "text": "b"}]}]},
        {"query": "Patient Zoé", "documents": ["b"]},
        {"query": "b", "documents": [{"text": "Patient Zoé"}]},
    ],
)
def test_each_text_is_scanned_as_nobodys_speech(body: dict[str, object]) -> None:
    """Wherever a text stands; the model and its settings are not."""
    settings = {"model": "embed-v4.0", "input_type": "search_query", "embedding_types": ["float"], "top_n": 123456}
    texts = found(COHERE, settings | body)
    assert {text for text, *_ in texts} - {"text"} == {"Patient Zoé", "b"}
    assert {role for _, _, role, _, _ in texts} == {Role.OTHER}


@pytest.mark.parametrize(
    "body",
    [
        {"texts": [[101, 2023]]},
        {"images": ["data:image/png;base64,aGVsbG8="]},
        {"inputs": [{"content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
    ],
)
def test_what_cannot_be_read_is_refused(body: dict[str, object]) -> None:
    """Tokens and images."""
    with pytest.raises(Refusal) as refused:
        COHERE.outbound(json.dumps(body).encode())
    assert refused.value.code.startswith(("attachment_", "file_"))


def test_texts_that_a_reply_says_again_are_restored() -> None:
    """Vectors and scores stay byte for byte, tokens are counted."""
    body = b'{"id":"[PERSONNE_1]", "embeddings":[[0.250,-1.5e3]],"texts":["[PERSONNE_1]"],"results":[{"index":0,'
    body += b'"relevance_score":0.10,"document":{"text":"[PERSONNE_1]"}}],"meta":{"billed_units":{"input_tokens":7}}}'
    reply = COHERE.reply(MAPPING, "application/json")
    assert reply.feed(body) == b""
    shown = reply.close()
    assert shown == body.replace(b'["[PERSONNE_1]"]', '["Zoé Dû"]'.encode()).replace(
        b'"text":"[PERSONNE_1]"', '"text":"Zoé Dû"'.encode()
    )
    assert reply.usage == Usage(7, 0)
