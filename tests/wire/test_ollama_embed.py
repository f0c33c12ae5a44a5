"""Ollama's embeddings: texts are scanned, vectors pass."""

import json

import pytest

from avec_proxy.model import Refusal, Role
from avec_proxy.wire import FORMATS
from tests.wire.readings import found

EMBED = FORMATS["ollama_embed"]


@pytest.mark.parametrize("body", [{"input": "Zoé"}, {"input": ["Zoé"]}, {"prompt": "Zoé"}])
def test_each_text_is_scanned(body: dict[str, object]) -> None:
    """In both forms; the model and how it is loaded are not."""
    settings = {"model": "bge-m3", "keep_alive": "5m", "options": {"num_ctx": 16384}, "truncate": True}
    assert found(EMBED, settings | body) == [("Zoé", "", Role.OTHER, -1, False)]


def test_tokens_are_refused() -> None:
    """They cannot be read here."""
    with pytest.raises(Refusal) as refused:
        EMBED.outbound(json.dumps({"input": [[101, 2023]]}).encode())
    assert refused.value.code == "attachment_unreadable"
    assert EMBED.dialect is None
