"""Anthropic messages (API reference, Messages, read 2026-11).

Thinking: a thinking block that comes back changed is answered with 400, so a reply's thinking is never restored
and goes back as the model wrote it, with placeholders. On the way out it is scanned as any text: where a later turn
shows that a word in it is a name, hiding wins and the provider may refuse. Its signature is never touched.
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
    ACCOUNT,
    ATTACHMENT,
    CACHE,
    ID,
    LOCATION,
    MIME,
    MODEL,
    NAME,
    NUMBER,
    SCHEMA,
    SEALED,
    SIGNATURE,
    TEXT,
    TIMESTAMP,
    TITLE,
    UPLOADED,
    FileField,
    Shape,
    pattern,
    place_of,
    words,
)
from avec_proxy.wire.values import count_of

_ROLES = {"system": Role.SYSTEM, "user": Role.USER, "assistant": Role.ASSISTANT}

_TOOLS_OF_THEIRS = (
    r"(?:web_search|web_fetch|code_execution|bash_code_execution|text_editor_code_execution|mcp|tool_search)"
)
_SOURCES = re.compile("text|content|base64|url|file")
_BLOCK_FIELDS: dict[str, Shape] = {}
_BLOCK = Shape(fields=_BLOCK_FIELDS)
_CONTENT = Shape(item=_BLOCK, fields=_BLOCK_FIELDS)
_SOURCE = Shape(
    fields={
        "type": Shape(only=_SOURCES, opaque=_SOURCES),
        "media_type": MIME,
        # the API takes a PDF alone as base64, and a plain text as it is
        "data": Shape(file=FileField(media=("media_type",), when=("type", "base64"), plain=("type", "text"))),
        "content": _CONTENT,
        "url": ATTACHMENT,
        "file_id": UPLOADED,
    }
)
_CITATION = Shape(
    fields={
        "type": pattern("char_location|page_location|content_block_location|(?:web_)?search_result_location"),
        "encrypted_index": SIGNATURE,
        "file_id": ID,
    }
    | dict.fromkeys(("cited_text", "document_title", "title", "url", "source", "enabled"), TEXT)
    | dict.fromkeys(("document_index", "search_result_index", "start_char_index", "end_char_index"), NUMBER)
    | dict.fromkeys(("start_page_number", "end_page_number", "start_block_index", "end_block_index"), NUMBER)
)
_CITATIONS = Shape(fields={"enabled": TEXT}, item=_CITATION)
_BLOCK_FIELDS |= {
    "type": pattern(
        "text|image|document|search_result|thinking|redacted_thinking|tool_use|server_tool_use|tool_result"
        rf"|{_TOOLS_OF_THEIRS}(?:_tool)?(?:_result|_use|_tool_result|_tool_result_error|_output)?|container_upload"
    ),
    "id": ID,
    "tool_use_id": ID,
    "name": NAME,
    "content": _CONTENT,
    "source": _SOURCE,
    "file_id": UPLOADED,
    "signature": SIGNATURE,
    "data": SIGNATURE,
    "encrypted_content": SIGNATURE,
    "encrypted_stdout": SIGNATURE,
    "cache_control": CACHE,
    "title": TITLE,
    "citations": _CITATIONS,
    "retrieved_at": TIMESTAMP,
    "return_code": NUMBER,
} | dict.fromkeys(
    ("text", "context", "thinking", "input", "is_error", "url", "page_age", "stdout", "stderr", "caller"), TEXT
)
_TOOL = Shape(
    fields={
        "type": pattern(r"custom|[a-z]+(?:_[a-z]+){0,4}_20[0-9]{6}"),
        "name": NAME,
        "description": TEXT,
        "input_schema": SCHEMA,
        "cache_control": CACHE,
        "user_location": LOCATION,
        "citations": _CITATIONS,
    }
    | dict.fromkeys(("allowed_domains", "blocked_domains", "input_examples", "allowed_callers", "strict"), TEXT)
    | dict.fromkeys(("defer_loading", "eager_input_streaming"), TEXT)
    | dict.fromkeys(("max_uses", "max_content_tokens", "max_characters", "display_number"), NUMBER)
    | dict.fromkeys(("display_width_px", "display_height_px"), NUMBER)
)
_EFFORT = words("low", "medium", "high", "xhigh", "max")
_OUTPUT_FORMAT = Shape(fields={"type": words("json_schema"), "schema": SCHEMA})
_REQUEST = Shape(
    fields={
        "model": MODEL,
        "messages": Shape(item=Shape(fields={"role": words(*_ROLES), "content": _CONTENT})),
        "system": _CONTENT,
        "tools": Shape(item=_TOOL),
        "tool_choice": Shape(
            fields={
                "type": words("auto", "any", "tool", "none"),
                "name": NAME,
                "disable_parallel_tool_use": TEXT,
            }
        ),
        "thinking": Shape(
            fields={
                "type": words("enabled", "disabled", "adaptive"),
                "budget_tokens": NUMBER,
                "display": words("summarized", "omitted"),
            }
        ),
        "output_config": Shape(fields={"effort": _EFFORT, "format": _OUTPUT_FORMAT}),
        "output_format": _OUTPUT_FORMAT,
        "service_tier": words("auto", "standard_only"),
        "container": ID,
        "metadata": Shape(fields={"user_id": ACCOUNT}),
        "stop_sequences": TEXT,
        "mcp_servers": TEXT,
        "stream": TEXT,
        "anthropic_version": pattern(r"(?:bedrock|vertex)?-?20[0-9]{2}-[0-9]{2}-[0-9]{2}"),
    }
    | dict.fromkeys(("max_tokens", "temperature", "top_k", "top_p"), NUMBER)
)

_SAID_FIELDS: dict[str, Shape] = dict.fromkeys(
    (
        *("type", "id", "tool_use_id", "name", "thinking", "signature", "data", "encrypted_content"),
        *("encrypted_stdout", "file_id", "retrieved_at", "caller"),
    ),
    SEALED,
)
_SAID_FIELDS["citations"] = Shape(item=Shape(fields=dict.fromkeys(("type", "encrypted_index", "file_id"), SEALED)))
_SAID_FIELDS["citation"] = Shape(fields=dict.fromkeys(("type", "encrypted_index", "file_id"), SEALED))
_SAID_FIELDS["content"] = Shape(item=Shape(fields=_SAID_FIELDS), fields=_SAID_FIELDS)
_SAID = Shape(fields=_SAID_FIELDS)
_MESSAGE_FIELDS = {"content": _SAID_FIELDS["content"]} | dict.fromkeys(
    ("id", "type", "role", "model", "stop_reason", "usage", "container", "request_id"), SEALED
)
_ANSWER = Shape(
    fields=_MESSAGE_FIELDS
    | {
        "message": Shape(fields=_MESSAGE_FIELDS),
        "content_block": _SAID,
        "delta": Shape(fields=_SAID_FIELDS | {"stop_reason": SEALED, "container": SEALED}),
    }
)


def _roles(value: dict[str, Any]) -> RoleOf:
    messages = value.get("messages")
    turns: list[Any] = messages if isinstance(messages, list) else []

    def role_of(path: Path) -> tuple[Role, int]:
        if path[0] == "system":
            return Role.SYSTEM, -1
        if len(path) < 2 or path[0] != "messages" or not isinstance(path[1], int):
            return Role.OTHER, -1
        turn = turns[path[1]]
        if not isinstance(turn, dict):
            return Role.OTHER, path[1]
        if len(path) > 4 and path[2] == "content" and isinstance(path[3], int):
            block = turn["content"][path[3]]
            if isinstance(block, dict) and str(block.get("type")).endswith("tool_result"):
                return Role.TOOL, path[1]
        return _ROLES.get(str(turn.get("role")), Role.OTHER), path[1]

    return role_of


def _kind(value: Any) -> str:
    return str(value.get("type")) if isinstance(value, dict) else ""


def _fields(document: JsonDocument) -> Iterator[Field]:
    value = document.value
    kind = _kind(value)
    if kind not in ("message_start", "message_delta", "content_block_start", "content_block_delta"):
        return
    for leaf in document.leaves:
        if (
            leaf.kind is not Kind.STRING
            or len(leaf.path) < 2
            or leaf.path[0] not in ("message", "content_block", "delta")
        ):
            continue
        if place_of(_ANSWER, leaf).shape.sealed:
            continue
        piece = (kind == "content_block_delta" and leaf.path[1] != "citation") or leaf.path == ("content_block", "text")
        if piece:
            channel = (value.get("index"), *leaf.path[1:])
            yield Field(leaf, channel, json=leaf.path[-1] == "partial_json")
        else:
            yield Field(leaf)


def _ends(value: Any) -> frozenset[Hashable] | None:
    kind = _kind(value)
    if kind in ("message_stop", "error"):
        return None
    return frozenset((value.get("index"),)) if kind == "content_block_stop" else frozenset()


def _carrier(value: Any, path: Path, text: str) -> tuple[bytes, Any]:
    """Return a delta with this one piece of text; the text that a block starts with goes on as its delta."""
    if path[0] == "content_block":
        delta: dict[str, Any] = {"type": "text_delta", "text": text}
    else:
        delta = {"type": value["delta"].get("type")}
        inner = delta
        for step in path[1:-1]:
            inner[str(step)] = inner = {}
        inner[str(path[-1])] = text
    return b"content_block_delta", {"type": "content_block_delta", "index": value.get("index"), "delta": delta}


def _counted(value: Any) -> tuple[int | None, int | None]:
    if not isinstance(value, dict):
        return None, None
    message = value.get("message")
    usage = message.get("usage") if isinstance(message, dict) else value.get("usage")
    read = (count_of(usage, f"{of}input_tokens") for of in ("", "cache_creation_", "cache_read_"))
    known = [count for count in read if count is not None]
    return sum(known) if known else None, count_of(usage, "output_tokens")


def _error_body(code: str, message: str, status: int) -> dict[str, Any]:
    return {"type": "error", "error": {"type": ERROR_TYPE, "code": code, "message": message}}


FORMAT = WireFormat(
    "anthropic_messages",
    Conversation(_REQUEST, _roles),
    Dialect(_ANSWER, _fields, _ends, _carrier, _counted),
    _error_body,
)
