"""Mistral's completion between two texts: both are the user's, and what comes back is a chat's reply."""

from avec_proxy.mapping import Mapping
from avec_proxy.model import Role
from avec_proxy.wire import FORMATS
from tests.wire.readings import found

FIM = FORMATS["mistral_fim"]


def test_both_texts_are_scanned() -> None:
    """Prompt and suffix, the words that stop; not the model and its numbers."""
    asked = {"model": "codestral-latest", "prompt": "avant", "suffix": "après", "stop": ["Zoé"], "max_tokens": 123456}
    assert found(FIM, asked) == [
        ("avant", "", Role.USER, 0, False),
        ("après", "", Role.USER, 0, False),
        ("Zoé", "", Role.OTHER, -1, False),
    ]


def test_a_stream_is_restored() -> None:
    """Deltas as in a chat."""
    event = b'data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n'
    reply = FIM.reply(Mapping({"VILLE_1": "Givors"}), "text/event-stream")
    shown = reply.feed(event % b"a [VIL") + reply.feed(event % b"LE_1]") + reply.close()
    assert shown == event % b"a " + event % b"Givors"
