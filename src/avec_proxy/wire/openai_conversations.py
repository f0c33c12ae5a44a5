"""OpenAI conversations (API reference, Conversations, read 2026-11): made with their first items, in responses' shapes.

The reply names the conversation; a response goes on with it by that name.
"""

from collections.abc import Iterator
from typing import Any

from avec_proxy.model import Refusal, Role
from avec_proxy.wire.format import Conversation, WireFormat
from avec_proxy.wire.json_text import Path
from avec_proxy.wire.kept import Asked, Kept
from avec_proxy.wire.openai_chat import error_body
from avec_proxy.wire.openai_responses import CONTENT, kept_elsewhere, speaker
from avec_proxy.wire.openai_responses import FORMAT as RESPONSES
from avec_proxy.wire.segments import RoleOf
from avec_proxy.wire.shape import TEXT, Shape
from avec_proxy.wire.values import members

_REQUEST = Shape(fields={"items": CONTENT, "metadata": TEXT})


def _admit(value: dict[str, Any]) -> None:
    if any(map(kept_elsewhere, members(value, "items"))):
        raise Refusal("history_elsewhere")


def _roles(value: dict[str, Any]) -> RoleOf:
    spoken = [speaker(item) for item in members(value, "items")]

    def role_of(path: Path) -> tuple[Role, int]:
        if len(path) > 1 and path[0] == "items" and isinstance(path[1], int):
            return spoken[path[1]], path[1]
        return Role.OTHER, -1

    return role_of


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value.get("object") == "conversation" and isinstance(value.get("id"), str):
        yield value["id"]


FORMAT = WireFormat(
    "openai_conversations",
    Conversation(_REQUEST, _roles, _admit),
    RESPONSES.dialect,
    error_body,
    Kept(lambda _: Asked(), _named),
)
