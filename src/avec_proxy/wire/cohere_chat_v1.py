"""Cohere's chat, version 1 (official SDK 7.3, read 2026-11): one message, its history beside it; streamed as lines.

A conversation that the provider keeps (`conversation_id`) is refused. A citation's places move with the text.
"""

from collections.abc import Hashable, Iterator
from typing import Any

from avec_proxy.model import Refusal, Role
from avec_proxy.wire.cohere_chat import counted as _counted_v2
from avec_proxy.wire.cohere_chat import error_body
from avec_proxy.wire.format import Conversation, WireFormat
from avec_proxy.wire.json_text import JsonDocument, Kind, Path
from avec_proxy.wire.offsets import Mark
from avec_proxy.wire.replies import Dialect, Field
from avec_proxy.wire.segments import RoleOf
from avec_proxy.wire.shape import ID, MODEL, NAME, NUMBER, SCHEMA, SEALED, TEXT, Shape, pattern, place_of, words
from avec_proxy.wire.values import speakers

_ROLES = {"USER": Role.USER, "CHATBOT": Role.ASSISTANT, "SYSTEM": Role.SYSTEM, "TOOL": Role.TOOL}

_CALL = Shape(fields={"name": NAME, "parameters": TEXT})
_RESULTS = Shape(item=Shape(fields={"call": _CALL, "outputs": TEXT}))
_REQUEST = Shape(
    fields={
        "model": MODEL,
        "message": TEXT,
        "preamble": TEXT,
        "chat_history": Shape(
            item=Shape(
                fields={
                    "role": words(*_ROLES),
                    "message": TEXT,
                    "tool_calls": Shape(item=_CALL),
                    "tool_results": _RESULTS,
                }
            )
        ),
        "documents": Shape(item=Shape(fields={"id": ID, "_excludes": TEXT})),
        "connectors": Shape(item=Shape(fields={"id": pattern("web-search"), "options": TEXT})),
        "tools": Shape(
            item=Shape(
                fields={
                    "name": NAME,
                    "description": TEXT,
                    "parameter_definitions": Shape(
                        rest=Shape(
                            fields={
                                "description": TEXT,
                                "type": pattern(r"(?i)str|string|int|integer|float|bool|boolean|number|list|dict"),
                                "required": TEXT,
                            }
                        )
                    ),
                }
            )
        ),
        "tool_results": _RESULTS,
        "prompt_truncation": words("OFF", "AUTO", "AUTO_PRESERVE_ORDER"),
        "citation_quality": words("fast", "accurate", "off"),
        "safety_mode": words("CONTEXTUAL", "STRICT", "NONE"),
        "response_format": Shape(fields={"type": words("text", "json_object"), "schema": SCHEMA}),
    }
    | dict.fromkeys(("stream", "search_queries_only", "raw_prompting", "force_single_step", "stop_sequences"), TEXT)
    | dict.fromkeys(("temperature", "max_tokens", "max_input_tokens", "k", "p", "seed"), NUMBER)
    | dict.fromkeys(("frequency_penalty", "presence_penalty"), NUMBER)
)
_SAID_CALLS = Shape(item=Shape(fields={"name": SEALED}))
_SAID: dict[str, Shape] = dict.fromkeys(("generation_id", "response_id", "finish_reason", "meta"), SEALED)
_SAID |= {"tool_calls": _SAID_CALLS, "chat_history": Shape(item=Shape(fields={"role": SEALED}))}
_ANSWER = Shape(
    fields=_SAID
    | {"event_type": SEALED, "response": Shape(fields=_SAID), "tool_call_delta": Shape(fields={"name": SEALED})}
)


def _admit(value: dict[str, Any]) -> None:
    if value.get("conversation_id") is not None:
        raise Refusal("history_elsewhere")


def _roles(value: dict[str, Any]) -> RoleOf:
    spoken = speakers(value, "chat_history", _ROLES)

    def role_of(path: Path) -> tuple[Role, int]:
        if len(path) > 1 and path[0] == "chat_history" and isinstance(path[1], int):
            return spoken[path[1]], path[1]
        if path == ("message",):
            return Role.USER, len(spoken)
        if path == ("preamble",):
            return Role.SYSTEM, -1
        return (Role.TOOL, -1) if path[0] in ("documents", "tool_results") else (Role.OTHER, -1)

    return role_of


_TEXT = (("text",), "text")


def _kind(value: Any) -> Any:
    return value.get("event_type") if isinstance(value, dict) else None


def _fields(document: JsonDocument) -> Iterator[Field]:
    kind = _kind(document.value)
    for leaf in document.leaves:
        path = leaf.path
        if leaf.kind is Kind.NUMBER or place_of(_ANSWER, leaf).shape.sealed:
            continue
        if leaf.kind is Kind.KEY:
            if "parameters" in path[:-1] or "documents" in path[:-1]:
                yield Field(leaf)  # the client's own keys
        elif kind == "text-generation" and path == ("text",):
            yield Field(leaf, _TEXT)
        elif path == ("tool_call_delta", "parameters"):
            yield Field(leaf, (("call", _call(document.value)), "parameters"), json=True)
        elif path == ("tool_call_delta", "text"):
            yield Field(leaf, (("plan",), "text"))
        else:
            yield Field(leaf)


def _call(value: Any) -> Hashable:
    index = value["tool_call_delta"].get("index")
    return index if isinstance(index, int | float) else 0


def _marks(document: JsonDocument) -> Iterator[Mark]:
    """Yield a citation's places in the text; the last event of a stream says text and citations again."""
    for leaf in document.leaves:
        *way, _, last = ("", *leaf.path)
        if leaf.kind is Kind.NUMBER and last in ("start", "end") and way[-1:] == ["citations"]:
            yield Mark(leaf, _TEXT if _kind(document.value) else ("text",), last == "end")


def _ends(value: Any) -> frozenset[Hashable] | None:
    kind = _kind(value)
    if kind in ("stream-end", None):
        return None
    if kind == "tool-calls-chunk":
        delta = value.get("tool_call_delta")
        return frozenset() if isinstance(delta, dict) and delta.get("text") else frozenset((("plan",),))
    if kind == "tool-calls-generation":
        return None
    return frozenset()


def _carrier(value: Any, path: Path, text: str) -> tuple[bytes, Any]:
    """Return an event with this one piece of text."""
    if path == ("text",):
        return b"text-generation", {"is_finished": False, "event_type": "text-generation", "text": text}
    delta = {"index": value["tool_call_delta"].get("index"), str(path[-1]): text}
    event = {"is_finished": False, "event_type": "tool-calls-chunk", "tool_call_delta": delta}
    return b"tool-calls-chunk", event


def _counted(value: Any) -> tuple[int | None, int | None]:
    response = value.get("response") if isinstance(value, dict) else None
    return _counted_v2(response if isinstance(response, dict) else value)


FORMAT = WireFormat(
    "cohere_chat_v1",
    Conversation(_REQUEST, _roles, _admit),
    Dialect(_ANSWER, _fields, _ends, _carrier, _counted, lines=True, marks=_marks),
    error_body,
)
