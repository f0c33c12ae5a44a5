"""OpenAI chat completions, and what its many compatible servers send (API reference, Chat, read 2026-11).

A chunk's unknown string under `delta` or `message` is text to restore: `reasoning_content`, `reasoning`… Mistral's
ways (content as a list of chunks, thinking among them, arguments as an object) are read here too, because one
upstream may serve every vendor; `mistral_chat` builds on this module.
"""

import re
from collections.abc import Hashable, Iterator
from typing import Any

from avec_proxy.model import Role
from avec_proxy.refusals import ERROR_TYPE
from avec_proxy.wire.format import Conversation, WireFormat
from avec_proxy.wire.json_text import JsonDocument, Kind, Path
from avec_proxy.wire.offsets import Mark
from avec_proxy.wire.replies import Dialect, Field
from avec_proxy.wire.segments import RoleOf
from avec_proxy.wire.shape import (
    ACCOUNT,
    AREA,
    ATTACHMENT,
    AUDIO,
    CACHE,
    FILE_NAME,
    ID,
    IMAGE,
    MODEL,
    NAME,
    NUMBER,
    SCHEMA,
    SEALED,
    SIGNATURE,
    SPEAKER,
    TEXT,
    UPLOADED,
    VIDEO,
    FileField,
    Shape,
    place_of,
    words,
)
from avec_proxy.wire.values import count_of, members, number_of, speakers

# who speaks in OpenAI's newer APIs too; functions are of chat completions alone
SPEAKERS = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
}
_ROLES = SPEAKERS | {"function": Role.TOOL}

_FILE = Shape(
    fields={
        "file_data": Shape(attachment=True, file=FileField(uri=True, names=("filename",))),
        "filename": FILE_NAME,
        "file_id": UPLOADED,
    },
    only=re.compile("(?!)"),
    item=ATTACHMENT,
)
_PART_FIELDS: dict[str, Shape] = {
    "type": words("text", "refusal", "image_url", "input_audio", "file", "thinking", "reference", "document_url"),
    "text": TEXT,
    "refusal": TEXT,
    "cache_control": CACHE,
    "signature": SIGNATURE,
    "closed": TEXT,
    "reference_ids": Shape(item=Shape(opaque=ID.opaque, parameter=True)),
    "file": _FILE,
    "file_id": UPLOADED,
    # Mistral's, by a data: URI; an address is not followed
    "document_url": Shape(attachment=True, file=FileField(uri=True, names=("document_name",))),
    "document_name": FILE_NAME,
    "image_url": IMAGE,
    "input_image": IMAGE,
    "image": IMAGE,
    "input_audio": AUDIO,
    "audio_url": AUDIO,
    "audio": AUDIO,
    "video_url": VIDEO,
    "video": VIDEO,
} | dict.fromkeys(("file_url", "pdf_url", "input_file"), ATTACHMENT)
CONTENT = Shape(item=Shape(fields=_PART_FIELDS))
_PART_FIELDS["thinking"] = CONTENT
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
        "content": CONTENT,
        "name": SPEAKER,
        "refusal": TEXT,
        "tool_call_id": ID,
        "tool_calls": Shape(item=_TOOL_CALL),
        "function_call": _FUNCTION_CALL,
        "audio": AUDIO,
        "annotations": TEXT,
        "prefix": TEXT,
        "reasoning": TEXT,
        "reasoning_content": TEXT,
        "reasoning_details": Shape(item=_REASONING),
        "cache_control": CACHE,
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
        "cache_control": CACHE,
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
_SEARCH = Shape(
    fields={
        "search_context_size": words("low", "medium", "high"),
        "user_location": Shape(fields={"type": words("approximate"), "approximate": AREA}),
    }
)
_TEXT_ONLY = re.compile("text")
REQUEST = Shape(
    fields={
        "model": MODEL,
        "messages": Shape(item=_MESSAGE),
        "tools": Shape(item=_TOOL),
        "tool_choice": _TOOL_CHOICE,
        "functions": Shape(item=_FUNCTION),
        "function_call": _TOOL_CHOICE,
        "response_format": _RESPONSE_FORMAT,
        "prediction": Shape(fields={"type": words("content"), "content": CONTENT}),
        "audio": AUDIO,
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
    | dict.fromkeys(("stop", "metadata", "prompt_cache_key"), TEXT)
    | dict.fromkeys(("user", "safety_identifier"), ACCOUNT)
    | dict.fromkeys(("temperature", "top_p", "top_k", "n", "seed", "random_seed", "top_logprobs"), NUMBER)
    | dict.fromkeys(("max_tokens", "max_completion_tokens", "presence_penalty", "frequency_penalty"), NUMBER)
)

_SAID_CHUNK: dict[str, Shape] = dict.fromkeys(("type", "signature", "reference_ids"), SEALED)
SAID_CONTENT = Shape(item=Shape(fields=_SAID_CHUNK))
_SAID_CHUNK["thinking"] = SAID_CONTENT
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
        "content": SAID_CONTENT,
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


def roles(value: dict[str, Any]) -> RoleOf:
    """Return who speaks at a path of a request: each message's role is the speaker of all that is in it."""
    spoken = speakers(value, "messages", _ROLES)

    def role_of(path: Path) -> tuple[Role, int]:
        if len(path) > 1 and path[0] == "messages" and isinstance(path[1], int):
            return spoken[path[1]], path[1]
        return Role.OTHER, -1

    return role_of


# Where a citation begins and ends in the text, in OpenAI's APIs.
PLACES = ("start_index", "end_index")
# The texts of a choice: thinking and content follow one another, others run beside them.
_THREADS = ("thinking", "content", "other")


def _fields(document: JsonDocument) -> Iterator[Field]:
    choices = members(document.value, "choices")
    for leaf in document.leaves:
        path = leaf.path
        if leaf.kind is Kind.NUMBER or len(path) < 4 or path[0] != "choices" or not isinstance(path[1], int):
            continue
        as_object = "arguments" in path[3:-1]  # a tool's arguments, whole in one event, with keys of their own
        if leaf.kind is Kind.KEY and not as_object:
            continue
        if path[2] not in ("delta", "message") or place_of(_ANSWER, leaf).shape.sealed:
            continue
        if path[2] == "message" or as_object:  # some servers repeat all of the message beside the deltas
            yield Field(leaf)
            continue
        choice = choices[path[1]]
        thread, *steps = _thread(choice["delta"], path[3:])
        yield Field(leaf, ((number_of(choice, path[1]), thread), *steps), json=path[-1] == "arguments")


def _thread(delta: Any, path: Path) -> Iterator[Hashable]:
    """Yield which thread of a choice the text at a path of its delta continues, and which text of that thread."""
    if path[0] != "content":
        yield "other"
        yield from _steps(delta, path)
    elif "thinking" in path[1:-1]:
        yield from ("thinking", path[-1])
    else:  # content may come as a string or as a list of chunks, one after the other
        yield from ("content", "text" if len(path) == 1 else path[-1])


def _steps(value: Any, path: Path) -> Iterator[Hashable]:
    """Yield a path with the `index` that elements carry in place of where they stand in this event."""
    for step in path:
        value = value[step]
        yield number_of(value, step) if isinstance(step, int) else step


def _marks(document: JsonDocument) -> Iterator[Mark]:
    """Yield the places that citations of pages mark in a message's content."""
    choices = members(document.value, "choices")
    for leaf in document.leaves:
        path = leaf.path
        if leaf.kind is not Kind.NUMBER or path[-1] not in PLACES or path[-2:-1] != ("url_citation",):
            continue
        if path[2:3] == ("message",):
            yield Mark(leaf, (*path[:3], "content"), path[-1] == PLACES[1])
        elif path[2:3] == ("delta",) and isinstance(path[1], int):
            yield Mark(leaf, ((number_of(choices[path[1]], path[1]), "content"), "text"), path[-1] == PLACES[1])


def _ends(value: Any) -> frozenset[Hashable] | None:
    if isinstance(value, dict) and value.get("error"):
        return None
    ended: set[Hashable] = set()
    for position, choice in enumerate(members(value, "choices")):
        if isinstance(choice, dict):
            threads = _THREADS if choice.get("finish_reason") is not None else _left(choice.get("delta"))
            ended |= {(number_of(choice, position), thread) for thread in threads}
    return frozenset(ended)


def _left(delta: Any) -> tuple[str, ...]:
    """Return the thread that a delta leaves for another: a model thinks, then speaks."""
    content = delta.get("content") if isinstance(delta, dict) else None
    chunks = content if isinstance(content, list) else [{"text": content}]
    for chunk in reversed(chunks):
        if isinstance(chunk, dict) and chunk.get("thinking"):
            return ("content",)
        if isinstance(chunk, dict) and chunk.get("text"):
            return ("thinking",)
    return ()


def _carrier(value: Any, path: Path, text: str) -> tuple[bytes, Any]:
    """Return a chunk with this one piece of text: ids and names that a client would add up are not said twice."""
    choice = value["choices"][path[1]]
    dropped = ("choices", "usage", "x_groq", "obfuscation")
    chunk = {key: member for key, member in value.items() if key not in dropped}
    delta = _only(choice["delta"], path[3:], text)
    chunk["choices"] = [{"index": number_of(choice, int(path[1])), "delta": delta, "finish_reason": None}]
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
    return count_of(usage, "prompt_tokens"), count_of(usage, "completion_tokens")


def error_body(code: str, message: str, status: int) -> dict[str, Any]:
    """Return OpenAI's error shape."""
    return {"error": {"message": message, "type": ERROR_TYPE, "param": None, "code": code}}


DIALECT = Dialect(_ANSWER, _fields, _ends, _carrier, _counted, marks=_marks)
FORMAT = WireFormat("openai_chat", Conversation(REQUEST, roles), DIALECT, error_body)
