"""Replies that are never streamed are restored whole, and one that comes as events after all is not lost."""

import json

from avec_proxy.mapping import Mapping
from avec_proxy.model import Role
from avec_proxy.wire.replies import open_reply
from avec_proxy.wire.shape import SEALED, Shape
from avec_proxy.wire.unstreamed import dialect, nobody_speaks

MAPPING = Mapping({"VILLE_1": "Givors"})
DIALECT = dialect(Shape(fields={"id": SEALED}))
VALUE = {"id": "[VILLE_1]", "texte": ["[VILLE_1]", {"[VILLE_1]": 1}]}
RESTORED = {"id": "[VILLE_1]", "texte": ["Givors", {"Givors": 1}]}


def test_every_string_that_is_not_sealed_is_restored() -> None:
    """Keys too; nothing is counted where the format tells no tokens."""
    reply = open_reply(DIALECT, MAPPING, "application/json")
    assert reply.feed(json.dumps(VALUE).encode()) == b""
    assert json.loads(reply.close()) == RESTORED
    assert reply.usage is None


def test_events_are_restored_each_for_itself() -> None:
    """A service that streams where its documentation says no is read all the same."""
    reply = open_reply(DIALECT, MAPPING, "text/event-stream")
    shown = reply.feed(b"data: " + json.dumps(VALUE).encode() + b"\n\n") + reply.close()
    assert json.loads(shown[6:]) == RESTORED


def test_nobody_speaks() -> None:
    """A text to be embedded is nobody's turn."""
    assert nobody_speaks({})(("input", 0)) == (Role.OTHER, -1)
