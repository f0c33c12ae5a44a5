"""Moderation: every form of an input is scanned, the scores pass."""

import json

import pytest

from avec_proxy.mapping import Mapping
from avec_proxy.model import Refusal, Role
from avec_proxy.wire import FORMATS
from tests.wire.readings import found

MODERATIONS = FORMATS["moderations"]


@pytest.mark.parametrize(
    "given",
    [
        "Patient Zoé",
        ["Patient Zoé"],
        [{"type": "text", "text": "Patient Zoé"}],
        [{"role": "user", "content": "Patient Zoé"}],
        [[{"role": "user", "content": [{"type": "text", "text": "Patient Zoé"}]}]],
        {"messages": [{"role": "user", "content": "Patient Zoé"}]},
    ],
)
def test_every_form_of_an_input_is_scanned(given: object) -> None:
    """A text, a list of them, parts, messages, conversations."""
    texts = found(MODERATIONS, {"model": "omni-moderation-latest", "input": given})
    assert [text for text, *_ in texts if text not in ("messages", "role", "user", "content")] == ["Patient Zoé"]
    assert {role for _, _, role, _, _ in texts} == {Role.OTHER}


def test_an_image_is_refused() -> None:
    """It cannot be read."""
    body = {"input": [{"type": "image_url", "image_url": {"url": "https://exemple.fr/a.png"}}]}
    with pytest.raises(Refusal) as refused:
        MODERATIONS.outbound(json.dumps(body).encode())
    assert refused.value.code.startswith(("attachment_", "file_"))


def test_the_scores_pass() -> None:
    """Byte for byte, as they come."""
    reply = MODERATIONS.reply(Mapping({"VILLE_1": "Givors"}), "application/json")
    assert reply.feed(b'{"results": [[VILLE_1]') + reply.close() == b'{"results": [[VILLE_1]'
