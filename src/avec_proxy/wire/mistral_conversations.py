"""Mistral's conversations (official SDK 3.7, read 2026-11): the beginning of one, and what goes on with it by its name.

What a conversation hid is remembered for a time under its name, so that numbers go on. A library of documents is
refused: what is in it cannot be read here.
"""

from collections.abc import Hashable, Iterator
from typing import Any

from avec_proxy.model import Role
from avec_proxy.wire.format import Conversation, WireFormat
from avec_proxy.wire.json_text import JsonDocument, Kind, Path
from avec_proxy.wire.kept import Asked, Kept
from avec_proxy.wire.mistral_chat import AGENT
from avec_proxy.wire.mistral_chat import FORMAT as _CHAT
from avec_proxy.wire.openai_chat import CONTENT, SAID_CONTENT, SPEAKERS
from avec_proxy.wire.openai_chat import REQUEST as _CHAT_REQUEST
from avec_proxy.wire.replies import Dialect, Field
from avec_proxy.wire.segments import RoleOf
from avec_proxy.wire.shape import (
    ATTACHMENT,
    ID,
    MODEL,
    NAME,
    NUMBER,
    SCHEMA,
    SEALED,
    TEXT,
    TIMESTAMP,
    Shape,
    place_of,
    words,
)
from avec_proxy.wire.values import count_of

_ENTRIES = ("message.input", "message.output", "function.call", "function.result", "tool.execution", "agent.handoff")
_ENTRY = Shape(
    fields={
        "object": words("entry"),
        "type": words(*_ENTRIES),
        "role": words("user", "assistant"),
        "content": CONTENT,
        "name": NAME,
        "model": MODEL,
        "confirmation_status": words("pending", "allowed", "denied"),
    }
    | dict.fromkeys(("id", "tool_call_id"), ID)
    | dict.fromkeys(("agent_id", "previous_agent_id", "next_agent_id"), AGENT)
    | dict.fromkeys(("created_at", "completed_at"), TIMESTAMP)
    | dict.fromkeys(("arguments", "result", "info", "prefix", "previous_agent_name", "next_agent_name"), TEXT)
)
_TOOL = Shape(
    fields={
        "type": words(
            *("function", "web_search", "web_search_premium", "code_interpreter", "image_generation", "connector")
        ),
        "function": Shape(fields={"name": NAME, "description": TEXT, "parameters": SCHEMA, "strict": TEXT}),
        "library_ids": ATTACHMENT,
    }
)
# What chat completions declare too, with the same meaning.
_SHARED = (
    *("stop", "presence_penalty", "frequency_penalty", "temperature", "top_p", "max_tokens", "random_seed"),
    *("prediction", "response_format", "tool_choice", "reasoning_effort"),
)
_REQUEST = Shape(
    fields={
        "inputs": Shape(item=_ENTRY),
        "model": MODEL,
        "agent_id": AGENT,
        "agent_version": NUMBER,
        "handoff_execution": words("client", "server"),
        "tools": Shape(item=_TOOL),
        "completion_args": Shape(fields={key: _CHAT_REQUEST.fields[key] for key in _SHARED}),
    }
    | dict.fromkeys(("instructions", "name", "description", "metadata", "stream", "store", "guardrails"), TEXT)
)

_SAID: dict[str, Shape] = {"content": Shape(item=SAID_CONTENT.item, fields=(SAID_CONTENT.item or TEXT).fields)}
_SAID |= dict.fromkeys(
    (
        *("id", "object", "type", "role", "name", "model", "agent_id", "tool_call_id", "created_at", "completed_at"),
        *("previous_agent_id", "next_agent_id", "confirmation_status", "output_index", "content_index"),
    ),
    SEALED,
)
_ANSWER = Shape(
    fields=_SAID | {"outputs": Shape(item=Shape(fields=_SAID))} | dict.fromkeys(("conversation_id", "usage"), SEALED)
)


def _roles(value: dict[str, Any]) -> RoleOf:
    entries = value.get("inputs")
    spoken = [_speaker(entry) for entry in (entries if isinstance(entries, list) else [])]

    def role_of(path: Path) -> tuple[Role, int]:
        if path == ("inputs",):  # all of it as one string
            return Role.USER, 0
        if len(path) > 1 and path[0] == "inputs" and isinstance(path[1], int):
            return spoken[path[1]], path[1]
        return (Role.SYSTEM, -1) if path[0] == "instructions" else (Role.OTHER, -1)

    return role_of


def _speaker(entry: Any) -> Role:
    if not isinstance(entry, dict):
        return Role.OTHER
    kind = entry.get("type", "message.input")
    if kind == "function.result":
        return Role.TOOL
    if kind in ("message.output", "function.call", "tool.execution"):
        return Role.ASSISTANT
    return SPEAKERS.get(str(entry.get("role", "user")), Role.OTHER)


def _kind(value: Any) -> str:
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else ""


def _index(value: Any) -> int:
    index = value.get("output_index")
    return index if isinstance(index, int) else 0


# The texts of one output: it thinks, then speaks, or it calls.
_THREADS = ("thinking", "text", "arguments")
_OPEN = 8  # outputs that may still be open when another begins


def _thread(value: Any, path: Path) -> str:
    """Return which text of its output a string of a delta continues, "" if it is whole."""
    kind = _kind(value)
    if kind == "message.output.delta" and path[:1] == ("content",):
        if "thinking" in path[1:-1]:
            return "thinking"
        return "text" if path[1:] in ((), ("text",)) else ""
    return "arguments" if kind.endswith((".call.delta", ".execution.delta")) and path == ("arguments",) else ""


def _fields(document: JsonDocument) -> Iterator[Field]:
    value = document.value
    for leaf in document.leaves:
        if leaf.kind is Kind.NUMBER or place_of(_ANSWER, leaf).shape.sealed:
            continue
        if leaf.kind is Kind.KEY:
            if "arguments" in leaf.path[:-1]:  # an object: its keys are the model's words too
                yield Field(leaf)
        elif thread := _thread(value, leaf.path):
            yield Field(leaf, ((_index(value), thread), thread), json=_kind(value) == "function.call.delta")
        else:
            yield Field(leaf)


def _ends(value: Any) -> frozenset[Hashable] | None:
    kind = _kind(value)
    if kind in ("conversation.response.done", "conversation.response.error"):
        return None
    if not kind or "output_index" not in value:
        return frozenset()
    index = _index(value)
    ended = {(before, thread) for before in range(max(0, index - _OPEN), index) for thread in _THREADS}
    content = value.get("content")
    if kind == "message.output.delta":
        thinks = isinstance(content, dict) and content.get("type") == "thinking"
        ended.add((index, "text" if thinks else "thinking"))
    elif kind.endswith(".done"):
        ended |= {(index, thread) for thread in _THREADS}
    return frozenset(ended)


def _carrier(value: Any, path: Path, text: str) -> tuple[bytes, Any]:
    """Return a delta with this one piece of text."""
    said: Any = text
    for step in reversed(path[1:]):
        said = [said] if isinstance(step, int) else {"type": "thinking" if step == "thinking" else "text", step: said}
    return _kind(value).encode(), value | {str(path[0]): said}


def _counted(value: Any) -> tuple[int | None, int | None]:
    usage = value.get("usage") if isinstance(value, dict) else None
    return count_of(usage, "prompt_tokens"), count_of(usage, "completion_tokens")


def _asked(value: dict[str, Any]) -> Asked:
    return Asked(stored=value.get("store") is not False)


def _named(value: Any) -> Iterator[str]:
    """Yield the conversation's name: a plain reply has it, and the first event of a streamed one."""
    name = value.get("conversation_id") if isinstance(value, dict) else None
    if isinstance(name, str):
        yield name


FORMAT = WireFormat(
    "mistral_conversations",
    Conversation(_REQUEST, _roles),
    Dialect(_ANSWER, _fields, _ends, _carrier, _counted),
    _CHAT.error_body,
    Kept(_asked, _named),
)
