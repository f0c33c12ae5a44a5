"""Cohere's chat, version 2 (API reference and official SDK 7.3, read 2026-11), plain and streamed.

A citation says where in the reply it stands, in characters: restoring moves these places with the text. Documents that
are sent along, and a tool's results, are scanned key by key; a citation brings pieces of them back.
"""

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
    ID,
    IMAGE,
    MODEL,
    NAME,
    NUMBER,
    SCHEMA,
    SEALED,
    TEXT,
    Shape,
    place_of,
    words,
)
from avec_proxy.wire.values import count_of, speakers

_ROLES = {"system": Role.SYSTEM, "user": Role.USER, "assistant": Role.ASSISTANT, "tool": Role.TOOL}

_DOCUMENT = Shape(fields={"id": ID, "data": TEXT})
_PART = Shape(
    fields={
        "type": words("text", "image_url", "document", "thinking"),
        "text": TEXT,
        "thinking": TEXT,
        "document": _DOCUMENT,
        "image_url": IMAGE,
    }
)
_CITATION = Shape(
    fields={
        "type": words("TEXT_CONTENT", "THINKING_CONTENT", "PLAN"),
        "text": TEXT,
        "sources": Shape(
            item=Shape(fields={"type": words("tool", "document"), "id": ID, "document": _DOCUMENT, "tool_output": TEXT})
        ),
    }
    | dict.fromkeys(("start", "end", "content_index"), NUMBER)
)
_MESSAGE = Shape(
    fields={
        "role": words(*_ROLES),
        "content": Shape(item=_PART),
        "tool_plan": TEXT,
        "tool_call_id": ID,
        "tool_calls": Shape(
            item=Shape(
                fields={
                    "id": ID,
                    "type": words("function"),
                    "function": Shape(fields={"name": NAME, "arguments": TEXT}),
                }
            )
        ),
        "citations": Shape(item=_CITATION),
    }
)
_REQUEST = Shape(
    fields={
        "model": MODEL,
        "messages": Shape(item=_MESSAGE),
        "tools": Shape(
            item=Shape(
                fields={
                    "type": words("function"),
                    "function": Shape(fields={"name": NAME, "description": TEXT, "parameters": SCHEMA}),
                }
            )
        ),
        "tool_choice": words("REQUIRED", "NONE"),
        "documents": Shape(item=_DOCUMENT),
        "citation_options": Shape(fields={"mode": words("ENABLED", "DISABLED", "FAST", "ACCURATE", "OFF")}),
        "response_format": Shape(
            fields={"type": words("text", "json_object"), "json_schema": SCHEMA, "schema": SCHEMA}
        ),
        "safety_mode": words("CONTEXTUAL", "STRICT", "OFF"),
        "thinking": Shape(fields={"type": words("enabled", "disabled"), "token_budget": NUMBER}),
    }
    | dict.fromkeys(("stream", "strict_tools", "stop_sequences", "logprobs"), TEXT)
    | dict.fromkeys(("max_tokens", "temperature", "seed", "frequency_penalty", "presence_penalty"), NUMBER)
    | dict.fromkeys(("k", "p", "priority"), NUMBER)
)

_SAID_CALL = Shape(fields={"id": SEALED, "type": SEALED, "function": Shape(fields={"name": SEALED})})
_SAID_PART = Shape(fields={"type": SEALED})
_SAID_CITATION = Shape(fields={"type": SEALED, "sources": Shape(item=Shape(fields={"type": SEALED}))})
# A stream's events hold one of what a message holds several of.
_SAID = Shape(
    fields={
        "role": SEALED,
        "content": Shape(item=_SAID_PART, fields=_SAID_PART.fields),
        "tool_calls": Shape(item=_SAID_CALL, fields=_SAID_CALL.fields),
        "citations": Shape(item=_SAID_CITATION, fields=_SAID_CITATION.fields),
    }
)
_ANSWER = Shape(
    fields={"message": _SAID, "delta": Shape(fields={"message": _SAID, "finish_reason": SEALED, "usage": SEALED})}
    | dict.fromkeys(("id", "type", "finish_reason", "usage", "logprobs", "meta"), SEALED)
)


def _roles(value: dict[str, Any]) -> RoleOf:
    spoken = speakers(value, "messages", _ROLES)

    def role_of(path: Path) -> tuple[Role, int]:
        if len(path) > 1 and path[0] == "messages" and isinstance(path[1], int):
            return spoken[path[1]], path[1]
        return (Role.TOOL, -1) if path[0] == "documents" else (Role.OTHER, -1)

    return role_of


_MESSAGE_AT = ("delta", "message")


def _index(value: Any) -> Hashable:
    index = value.get("index") if isinstance(value, dict) else None
    return index if isinstance(index, int) else 0


def _channel(value: Any, path: Path) -> tuple[Hashable, ...] | None:
    """Return the text that a string of an event continues, None if it is whole."""
    inner = path[2:] if path[:2] == _MESSAGE_AT else ()
    if len(inner) == 2 and inner[0] == "content" and inner[1] in ("text", "thinking"):
        return ("content", _index(value)), inner[1]
    if inner == ("tool_plan",):
        return ("plan",), "tool_plan"
    if inner == ("tool_calls", "function", "arguments"):
        return ("call", _index(value)), "arguments"
    return None


def _fields(document: JsonDocument) -> Iterator[Field]:
    for leaf in document.leaves:
        if leaf.kind is Kind.NUMBER or place_of(_ANSWER, leaf).shape.sealed:
            continue
        if leaf.kind is Kind.KEY:
            if "data" in leaf.path or "document" in leaf.path[:-1] or "tool_output" in leaf.path[:-1]:
                yield Field(leaf)  # the client's own keys
            continue
        yield Field(leaf, _channel(document.value, leaf.path), json=leaf.path[-1] == "arguments")


def _marks(document: JsonDocument) -> Iterator[Mark]:
    """Yield a citation's places: in the content that it names, else in the first; in a stream by its channel."""
    for leaf in document.leaves:
        *way, last = leaf.path
        if leaf.kind is not Kind.NUMBER or last not in ("start", "end") or "citations" not in way[-2:]:
            continue
        citation = _at(document.value, way)
        kind, index = citation.get("type"), citation.get("content_index")
        index = index if isinstance(index, int) else 0
        name = "thinking" if kind == "THINKING_CONTENT" else "text"
        if way[0] == "delta":
            yield Mark(leaf, (("plan",), "tool_plan") if kind == "PLAN" else (("content", index), name), last == "end")
        elif way[0] == "message":
            content: Path = ("message", "tool_plan") if kind == "PLAN" else ("message", "content", index, name)
            yield Mark(leaf, content, last == "end")


def _at(value: Any, path: list[str | int]) -> Any:
    for step in path:
        value = value[step]
    return value


def _ends(value: Any) -> frozenset[Hashable] | None:
    """A model plans, calls, speaks: a plan is over when something else begins."""
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "message-end" or (isinstance(value, dict) and kind is None and "message" in value):  # the latter: error
        return None
    if kind == "content-end":
        return frozenset((("content", _index(value)),))
    if kind == "tool-call-end":
        return frozenset((("call", _index(value)),))
    return frozenset((("plan",),)) if kind in ("content-start", "tool-call-start") else frozenset()


def _carrier(value: Any, path: Path, text: str) -> tuple[bytes, Any]:
    """Return an event with this one piece of text."""
    what = path[2]
    if what == "tool_plan":
        return b"tool-plan-delta", {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": text}}}
    event: dict[str, Any] = {"type": "content-delta", "index": _index(value)}
    if what == "content":
        return b"content-delta", event | {"delta": {"message": {"content": {str(path[3]): text}}}}
    call = {"tool_calls": {"function": {"arguments": text}}}
    return b"tool-call-delta", event | {"type": "tool-call-delta", "delta": {"message": call}}


def counted(value: Any) -> tuple[int | None, int | None]:
    """Return the tokens in and out that a reply or event of Cohere's tells: those of the model, else those billed."""
    if not isinstance(value, dict):
        return None, None
    delta = value.get("delta")
    holder = delta if isinstance(delta, dict) else value
    usage = holder.get("usage") or holder.get("meta")
    if not isinstance(usage, dict):
        return None, None
    tokens = usage.get("tokens") or usage.get("billed_units")
    return count_of(tokens, "input_tokens"), count_of(tokens, "output_tokens")


def error_body(code: str, message: str, status: int) -> dict[str, Any]:
    """Return Cohere's error shape."""
    return {"message": message, "code": code, "type": ERROR_TYPE}


FORMAT = WireFormat(
    "cohere_chat",
    Conversation(_REQUEST, _roles),
    Dialect(_ANSWER, _fields, _ends, _carrier, counted, marks=_marks),
    error_body,
)
