"""Mistral's completion of what stands between two texts (official SDK 3.7, read 2026-11); its reply is a chat's."""

from typing import Any

from avec_proxy.model import Role
from avec_proxy.wire.format import Conversation, WireFormat
from avec_proxy.wire.mistral_chat import FORMAT as _CHAT
from avec_proxy.wire.openai_chat import DIALECT
from avec_proxy.wire.segments import RoleOf
from avec_proxy.wire.shape import MODEL, NUMBER, TEXT, Shape

_REQUEST = Shape(
    fields={"model": MODEL}
    | dict.fromkeys(("prompt", "suffix", "stop", "stream", "metadata", "prompt_cache_key"), TEXT)
    | dict.fromkeys(("temperature", "top_p", "max_tokens", "min_tokens", "random_seed"), NUMBER)
)


def _roles(_value: dict[str, Any]) -> RoleOf:
    return lambda path: (Role.USER, 0) if path in (("prompt",), ("suffix",)) else (Role.OTHER, -1)


FORMAT = WireFormat("mistral_fim", Conversation(_REQUEST, _roles), DIALECT, _CHAT.error_body)
