"""Ollama's own chat and generate (API documentation, read 2026-08; official SDK 0.6): lines of JSON, or one.

A tool's arguments are an object, whole in one line. A `context` is the earlier conversation as the model's tokens:
what it says cannot be read here, so a request with one is refused (send the text, or use chat).
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
# Generate's texts that are said by someone; `prompt` is the first turn.
_SPOKEN = {"prompt": (Role.USER, 0), "system": (Role.SYSTEM, -1)}

_CALL = Shape(
    fields={
        "id": ID,
        "type": words("function"),
        "function": Shape(fields={"name": NAME, "index": NUMBER, "arguments": TEXT}),
    }
)
_MESSAGE = Shape(
    fields={
        "role": words(*_ROLES),
        "content": TEXT,
        "thinking": TEXT,
        "images": IMAGE,
        "tool_calls": Shape(item=_CALL),
        "tool_call_id": ID,
        "tool_name": NAME,
    }
)
_TOOL = Shape(
    fields={
        "type": words("function"),
        "function": Shape(fields={"name": NAME, "description": TEXT, "parameters": SCHEMA}),
    }
)
OPTIONS = Shape(
    fields=dict.fromkeys(("stop", "numa", "low_vram", "f16_kv", "logits_all", "vocab_only", "use_mmap"), TEXT)
    | dict.fromkeys(("use_mlock", "embedding_only", "penalize_newline"), TEXT)
    | dict.fromkeys(("num_ctx", "num_batch", "num_gpu", "main_gpu", "num_thread", "num_keep", "num_predict"), NUMBER)
    | dict.fromkeys(("seed", "top_k", "top_p", "min_p", "tfs_z", "typical_p", "temperature"), NUMBER)
    | dict.fromkeys(("repeat_last_n", "repeat_penalty", "presence_penalty", "frequency_penalty"), NUMBER)
    | dict.fromkeys(("mirostat", "mirostat_tau", "mirostat_eta", "draft_num_predict"), NUMBER)
)
# How long a model stays loaded: a number of seconds, or a time with its unit.
KEEP_ALIVE = Shape(opaque=re.compile(r"-?[0-9]{1,6}(?:\.[0-9]{1,3})?(?:ns|us|µs|ms|s|m|h)?"), parameter=True)
_REQUEST = Shape(
    fields={
        "model": MODEL,
        "messages": Shape(item=_MESSAGE),
        "tools": Shape(item=_TOOL),
        "format": Shape(opaque=re.compile("json|"), fields=SCHEMA.fields),
        "options": OPTIONS,
        "keep_alive": KEEP_ALIVE,
        "think": words("low", "medium", "high", "max"),
        "images": IMAGE,
        "context": ATTACHMENT,
    }
    | dict.fromkeys(("prompt", "suffix", "system", "template"), TEXT)
    | dict.fromkeys(("stream", "raw", "logprobs", "truncate", "shift"), TEXT)
    | dict.fromkeys(("top_logprobs", "width", "height", "steps"), NUMBER)
)

_SAID = Shape(
    fields={
        "role": SEALED,
        "images": SEALED,
        "tool_calls": Shape(
            item=Shape(fields={"id": SEALED, "type": SEALED, "function": Shape(fields={"name": SEALED})})
        ),
    }
    | dict.fromkeys(("tool_name", "tool_call_id"), SEALED)
)
_ANSWER = Shape(
    fields={"message": _SAID}
    | dict.fromkeys(("model", "created_at", "done_reason", "remote_model", "remote_host"), SEALED)
    | dict.fromkeys(("logprobs", "context", "image"), SEALED)
)
_ADDED = ("model", "created_at", "remote_model", "remote_host")


def _roles(value: dict[str, Any]) -> RoleOf:
    spoken = speakers(value, "messages", _ROLES)

    def role_of(path: Path) -> tuple[Role, int]:
        if len(path) > 1 and path[0] == "messages" and isinstance(path[1], int):
            return spoken[path[1]], path[1]
        return _SPOKEN.get(str(path[0]), (Role.OTHER, -1)) if len(path) == 1 else (Role.OTHER, -1)

    return role_of


def _fields(document: JsonDocument) -> Iterator[Field]:
    for leaf in document.leaves:
        path = leaf.path
        if leaf.kind is Kind.NUMBER or place_of(_ANSWER, leaf).shape.sealed:
            continue
        piece = path == ("response",) or path == ("thinking",) or (len(path) == 2 and path[0] == "message")
        if "arguments" in path[:-1]:
            yield Field(leaf)  # an object: its keys are the model's words too
        elif leaf.kind is Kind.STRING:
            yield Field(leaf, (_thread(path), *path)) if piece else Field(leaf)


def _thread(path: Path) -> str:
    return "thinking" if path[-1] == "thinking" else "text" if path[-1] in ("content", "response") else "other"


def _ends(value: Any) -> frozenset[Hashable] | None:
    """A model thinks, then speaks: what was held of one goes out before the other."""
    if not isinstance(value, dict) or value.get("done") is True or value.get("error"):
        return None if isinstance(value, dict) else frozenset()
    message = value.get("message")
    said = message if isinstance(message, dict) else value
    if said.get("content") or said.get("response"):
        return frozenset(("thinking",))
    return frozenset(("text",)) if said.get("thinking") else frozenset()


def _carrier(value: Any, path: Path, text: str) -> tuple[bytes, Any]:
    """Return a line with this one piece of text."""
    line: dict[str, Any] = {key: value[key] for key in _ADDED if key in value}
    if path[0] == "message":
        role = value["message"].get("role", "assistant")
        line["message"] = {"role": role, "content": "", str(path[1]): text}
    else:
        line |= {"response": "", str(path[0]): text}
    return b"", line | {"done": False}


def _counted(value: Any) -> tuple[int | None, int | None]:
    return count_of(value, "prompt_eval_count"), count_of(value, "eval_count")


def _error_body(code: str, message: str, status: int) -> dict[str, Any]:
    return {"error": message, "code": code, "type": ERROR_TYPE}


FORMAT = WireFormat(
    "ollama_chat",
    Conversation(_REQUEST, _roles),
    Dialect(_ANSWER, _fields, _ends, _carrier, _counted, lines=True),
    _error_body,
)
