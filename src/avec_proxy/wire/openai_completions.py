"""OpenAI's legacy completions, which compatible servers still speak (API reference, Completions, read 2026-11).

A prompt may be a text or a list of texts; as the model's tokens it cannot be read here, and such a request is refused.
The text of a reply is `choices[].text`, in pieces where it is streamed: choices run beside one another, and with
several prompts each has its own.
"""

from collections.abc import Hashable, Iterator
from typing import Any

from avec_proxy.model import Role
from avec_proxy.wire.format import Conversation, WireFormat
from avec_proxy.wire.json_text import JsonDocument, Kind, Path
from avec_proxy.wire.openai_chat import DIALECT as _CHAT
from avec_proxy.wire.openai_chat import REQUEST as _CHAT_REQUEST
from avec_proxy.wire.openai_chat import error_body
from avec_proxy.wire.replies import Dialect, Field
from avec_proxy.wire.segments import RoleOf
from avec_proxy.wire.shape import ATTACHMENT, NUMBER, PROMPTS, SEALED, TEXT, Shape, place_of
from avec_proxy.wire.values import members, number_of

# What chat completions declare too, with the same meaning.
_SHARED = (
    *("model", "stream", "stream_options", "stop", "user", "logit_bias", "temperature", "top_p", "top_k", "n", "seed"),
    *("max_tokens", "presence_penalty", "frequency_penalty", "response_format", "service_tier"),
)
_REQUEST = Shape(
    fields={key: _CHAT_REQUEST.fields[key] for key in _SHARED}
    | {"prompt": PROMPTS, "suffix": TEXT, "echo": TEXT}
    | dict.fromkeys(("best_of", "logprobs", "min_p", "min_tokens", "repetition_penalty", "prompt_logprobs"), NUMBER)
    # vLLM's ways to give a prompt that is no text
    | dict.fromkeys(("prompt_token_ids", "prompt_embeds"), ATTACHMENT)
)

_CHOICE = Shape(
    fields=dict.fromkeys(("finish_reason", "logprobs", "prompt_logprobs", "token_ids", "prompt_token_ids"), SEALED)
)
_ANSWER = Shape(
    fields={"choices": Shape(item=_CHOICE)}
    | dict.fromkeys(("id", "object", "model", "system_fingerprint", "service_tier", "usage"), SEALED)
)


def _roles(value: dict[str, Any]) -> RoleOf:
    def role_of(path: Path) -> tuple[Role, int]:
        if path[0] != "prompt":
            return Role.OTHER, -1
        return Role.USER, path[1] if len(path) > 1 and isinstance(path[1], int) else 0

    return role_of


def _fields(document: JsonDocument) -> Iterator[Field]:
    choices = members(document.value, "choices")
    for leaf in document.leaves:
        path = leaf.path
        if leaf.kind is not Kind.STRING or place_of(_ANSWER, leaf).shape.sealed:
            continue
        if len(path) == 3 and path[0] == "choices" and path[2] == "text" and isinstance(path[1], int):
            yield Field(leaf, (number_of(choices[path[1]], path[1]), "text"))
        else:
            yield Field(leaf)  # an error that quotes the prompt, a field that nobody knows yet


def _ends(value: Any) -> frozenset[Hashable] | None:
    if isinstance(value, dict) and value.get("error"):
        return None
    return frozenset(
        number_of(choice, position)
        for position, choice in enumerate(members(value, "choices"))
        if isinstance(choice, dict) and choice.get("finish_reason") is not None
    )


def _carrier(value: Any, path: Path, text: str) -> tuple[bytes, Any]:
    """Return a chunk with this one piece of text."""
    chunk = {key: member for key, member in value.items() if key not in ("choices", "usage")}
    index = number_of(value["choices"][path[1]], int(path[1]))
    chunk["choices"] = [{"index": index, "text": text, "logprobs": None, "finish_reason": None}]
    return b"", chunk


FORMAT = WireFormat(
    "openai_completions",
    Conversation(_REQUEST, _roles),
    Dialect(_ANSWER, _fields, _ends, _carrier, _CHAT.counted),
    error_body,
)
