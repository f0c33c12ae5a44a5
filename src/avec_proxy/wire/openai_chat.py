"""OpenAI chat completions, and what its many compatible servers send (API reference, Chat, read 2026-11).

A chunk's unknown string under `delta` or `message` is text to restore: `reasoning_content`, `reasoning`…
"""

import re
from collections.abc import Hashable, Iterator
from typing import Any

from avec_proxy.model import Role
from avec_proxy.refusals import ERROR_TYPE
from avec_proxy.wire.format import Conversation, WireFormat
from avec_proxy.wire.json_text import JsonDocument, Kind, Path
from avec_proxy.wire.replies import Dialect, Field
from avec_proxy.wire.segments import RoleOf
from avec_proxy.wire.shape import (
    ATTACHMENT,
    COUNTRY,
    ID,
    MODEL,
    NAME,
    NUMBER,
    SCHEMA,
    SEALED,
    SIGNATURE,
    TEXT,
    TIMEZONE,
    Shape,
    pattern,
    place_of,
    words,
)

_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}

_CACHE = Shape(fields={"type": words("ephemeral"), "ttl": pattern(r"[0-9]{1,3}[smh]")})
_UNREADABLE = ("image_url", "input_audio", "file", "file_id", "audio_url", "video_url", "file_url", "pdf_url")
_PART = Shape(
    fields={
        "type": words("text", "refusal", "image_url", "input_audio", "file", "thinking"),
        "text": TEXT,
        "refusal": TEXT,
        "cache_control": _CACHE,
    }
    | dict.fromkeys((*_UNREADABLE, "document_url", "input_image", "input_file", "image", "audio", "video"), ATTACHMENT)
)
_CONTENT = Shape(item=_PART)
_FUNCTION_CALL = Shape(fields={"name": NAME, "arguments": TEXT})
_TOOL_CALL = Shape(
    fields={
        "id": ID,
        "index": NUMBER,
        "type": words("function", "custom"),
        "function": _FUNCTION_CALL,
        "custom": Shape(fields={"name": NAME, "input": TEXT}),
        "extra_content": Shape(fields={"google": Shape(fields={"thought_signature": SIGNATURE})}),
    }
)
_REASONING = Shape(
    fields={
        "type": words("reasoning.text", "reasoning.summary", "reasoning.encrypted"),
        "format": words("unknown", "anthropic-claude-v1", "openai-responses-v1", "xai-responses-v1"),
        "id": ID,
        "index": NUMBER,
        "signature": SIGNATURE,
        "data": SIGNATURE,
        "text": TEXT,
        "summary": TEXT,
    }
)
_MESSAGE = Shape(
    fields={
        "role": words(*_ROLES),
        "content": _CONTENT,
        "name": TEXT,
        "refusal": TEXT,
        "tool_call_id": ID,
        "tool_calls": Shape(item=_TOOL_CALL),
        "function_call": _FUNCTION_CALL,
        "audio": ATTACHMENT,
        "annotations": TEXT,
        "prefix": TEXT,
        "reasoning": TEXT,
        "reasoning_content": TEXT,
        "reasoning_details": Shape(item=_REASONING),
        "cache_control": _CACHE,
    }
)
_FUNCTION = Shape(fields={"name": NAME, "description": TEXT, "parameters": SCHEMA, "strict": TEXT})
_GRAMMAR = Shape(fields={"definition": TEXT, "syntax": words("lark", "regex")})
_TOOL = Shape(
    fields={
        "type": words("function", "custom"),
        "function": _FUNCTION,
        "custom": Shape(
            fields={
                "name": NAME,
                "description": TEXT,
                "format": Shape(fields={"type": words("text", "grammar"), "grammar": _GRAMMAR}),
            }
        ),
        "cache_control": _CACHE,
    }
)
_CHOICE_FIELDS: dict[str, Shape] = {
    "type": words("function", "custom", "allowed_tools"),
    "function": Shape(fields={"name": NAME}),
    "custom": Shape(fields={"name": NAME}),
    "name": NAME,
    "mode": words("auto", "required"),
}
_CHOICE_FIELDS["allowed_tools"] = Shape(
    fields={"mode": words("auto", "required"), "tools": Shape(item=Shape(fields=_CHOICE_FIELDS))}
)
_TOOL_CHOICE = Shape(opaque=re.compile("none|auto|required|any"), fields=_CHOICE_FIELDS)
_RESPONSE_FORMAT = Shape(
    fields={
        "type": words("text", "json_object", "json_schema"),
        "json_schema": Shape(fields={"name": NAME, "description": TEXT, "schema": SCHEMA, "strict": TEXT}),
    }
)
_LOCATION = Shape(fields={"country": COUNTRY, "city": TEXT, "region": TEXT, "timezone": TIMEZONE})
_SEARCH = Shape(
    fields={
        "search_context_size": words("low", "medium", "high"),
        "user_location": Shape(fields={"type": words("approximate"), "approximate": _LOCATION}),
    }
)
_TEXT_ONLY = re.compile("text")
_REQUEST = Shape(
    fields={
        "model": MODEL,
        "messages": Shape(item=_MESSAGE),
        "tools": Shape(item=_TOOL),
        "tool_choice": _TOOL_CHOICE,
        "functions": Shape(item=_FUNCTION),
        "function_call": _TOOL_CHOICE,
        "response_format": _RESPONSE_FORMAT,
        "prediction": Shape(fields={"type": words("content"), "content": _CONTENT}),
        "audio": ATTACHMENT,
        "modalities": Shape(item=Shape(only=_TEXT_ONLY, opaque=_TEXT_ONLY)),
        "web_search_options": _SEARCH,
        "stream_options": Shape(fields={"include_usage": TEXT, "include_obfuscation": TEXT}),
        "logit_bias": Shape(keys=re.compile("[0-9]{1,6}"), rest=NUMBER),
        "reasoning_effort": words("none", "minimal", "low", "medium", "high", "xhigh"),
        "verbosity": words("low", "medium", "high"),
        "service_tier": words("auto", "default", "flex", "priority", "scale", "on_demand", "performance"),
        "prompt_cache_retention": words("in-memory", "in_memory", "24h"),
    }
    | dict.fromkeys(("stream", "store", "logprobs", "parallel_tool_calls", "safe_prompt"), TEXT)
    | dict.fromkeys(("stop", "metadata", "user", "safety_identifier", "prompt_cache_key"), TEXT)
    | dict.fromkeys(("temperature", "top_p", "top_k", "n", "seed", "random_seed", "top_logprobs"), NUMBER)
    | dict.fromkeys(("max_tokens", "max_completion_tokens", "presence_penalty", "frequency_penalty"), NUMBER)
)

_SAID = Shape(
    fields={
        "tool_calls": Shape(
            item=Shape(
                fields=dict.fromkeys(("id", "type", "extra_content"), SEALED)
                | {"function": Shape(fields={"name": SEALED})}
            )
        ),
        "function_call": Shape(fields={"name": SEALED}),
        "audio": Shape(fields={"id": SEALED, "data": SEALED}),
        "reasoning_details": Shape(
            item=Shape(fields=dict.fromkeys(("type", "id", "format", "signature", "data"), SEALED))
        ),
        "content": Shape(item=Shape(fields={"type": SEALED, "signature": SEALED})),
    }
    | dict.fromkeys(("role", "id", "tool_call_id", "signature", "encrypted_content"), SEALED)
)
_ANSWER = Shape(
    fields={
        "choices": Shape(
            item=Shape(fields={"delta": _SAID, "message": _SAID, "finish_reason": SEALED, "logprobs": SEALED})
        ),
    }
    | dict.fromkeys(("id", "object", "model", "system_fingerprint", "service_tier", "usage", "x_groq"), SEALED)
)


def _roles(value: dict[str, Any]) -> RoleOf:
    messages = value.get("messages")
    spoken = [
        _ROLES.get(str(message.get("role")), Role.OTHER) if isinstance(message, dict) else Role.OTHER
        for message in (messages if isinstance(messages, list) else [])
    ]

    def role_of(path: Path) -> tuple[Role, int]:
        if len(path) > 1 and path[0] == "messages" and isinstance(path[1], int):
            return spoken[path[1]], path[1]
        return Role.OTHER, -1

    return role_of


def _choices(value: Any) -> list[Any]:
    found = value.get("choices") if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _number(choice: Any, position: int) -> Hashable:
    index = choice.get("index") if isinstance(choice, dict) else None
    return index if isinstance(index, int) else position


def _fields(document: JsonDocument) -> Iterator[Field]:
    choices = _choices(document.value)
    for leaf in document.leaves:
        path = leaf.path
        if leaf.kind is not Kind.STRING or len(path) < 4 or path[0] != "choices" or not isinstance(path[1], int):
            continue
        if path[2] not in ("delta", "message") or place_of(_ANSWER, leaf).shape.sealed:
            continue
        if path[2] == "message":  # some servers repeat all of it beside the deltas
            yield Field(leaf)
        else:
            steps = _steps(choices[path[1]]["delta"], path[3:])
            yield Field(leaf, (_number(choices[path[1]], path[1]), *steps), json=path[-1] == "arguments")


def _steps(value: Any, path: Path) -> Iterator[Hashable]:
    """Yield a path with the `index` that elements carry in place of where they stand in this event."""
    for step in path:
        value = value[step]
        yield _number(value, step) if isinstance(step, int) else step


def _ends(value: Any) -> frozenset[Hashable] | None:
    if isinstance(value, dict) and value.get("error"):
        return None
    return frozenset(
        _number(choice, position)
        for position, choice in enumerate(_choices(value))
        if isinstance(choice, dict) and choice.get("finish_reason") is not None
    )


def _carrier(value: Any, path: Path, text: str) -> tuple[bytes, Any]:
    """Return a chunk with this one piece of text: ids and names that a client would add up are not said twice."""
    choice = value["choices"][path[1]]
    dropped = ("choices", "usage", "x_groq", "obfuscation")
    chunk = {key: member for key, member in value.items() if key not in dropped}
    delta = _only(choice["delta"], path[3:], text)
    chunk["choices"] = [{"index": _number(choice, int(path[1])), "delta": delta, "finish_reason": None}]
    return b"", chunk


def _only(value: Any, path: Path, text: str) -> Any:
    if not path:
        return text
    step, inner = path[0], value[path[0]]
    if not isinstance(step, int):
        return {step: _only(inner, path[1:], text)}
    element = _only(inner, path[1:], text)
    if isinstance(inner, dict):
        kept = "index" if "index" in inner else "type"
        element = ({kept: inner[kept]} if kept in inner else {}) | element
    return [element]


def _counted(value: Any) -> tuple[int | None, int | None]:
    usage = None
    if isinstance(value, dict):
        usage = value.get("usage")
        if usage is None and isinstance(value.get("x_groq"), dict):
            usage = value["x_groq"].get("usage")
    if not isinstance(usage, dict):
        return None, None
    counts = (usage.get("prompt_tokens"), usage.get("completion_tokens"))
    tokens_in, tokens_out = (count if isinstance(count, int) and count >= 0 else None for count in counts)
    return tokens_in, tokens_out


def error_body(code: str, message: str, status: int) -> dict[str, Any]:
    """Return OpenAI's error shape."""
    return {"error": {"message": message, "type": ERROR_TYPE, "param": None, "code": code}}


FORMAT = WireFormat(
    "openai_chat",
    Conversation(_REQUEST, _roles),
    Dialect(_ANSWER, _fields, _ends, _carrier, _counted),
    error_body,
)
