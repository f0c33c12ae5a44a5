"""OpenAI responses (API reference, Responses, and official SDK 3.57, read 2026-11), plain and streamed.

A request may lean on an answer or a conversation that the provider keeps, if what that one hid is still known. A
compacted history is refused, for the numbers of its placeholders could meet those of other people.
A stream says its text twice, in deltas and again in whole; both are restored, and encrypted content never changes.
"""

from collections.abc import Hashable, Iterator
from typing import Any

from avec_proxy.model import Refusal, Role
from avec_proxy.wire.format import Conversation, WireFormat
from avec_proxy.wire.json_text import JsonDocument, Kind, Path
from avec_proxy.wire.kept import Asked, Kept, name_of
from avec_proxy.wire.openai_chat import SPEAKERS, error_body
from avec_proxy.wire.openai_events import INDEXES, item_of, kind_of, marks, part_of
from avec_proxy.wire.replies import Dialect, Field
from avec_proxy.wire.segments import RoleOf
from avec_proxy.wire.shape import (
    ACCOUNT,
    ATTACHMENT,
    AUDIO,
    FILE_NAME,
    ID,
    IMAGE,
    LOCATION,
    MODEL,
    NAME,
    NUMBER,
    SCHEMA,
    SEALED,
    SIGNATURE,
    TEXT,
    UPLOADED,
    VIDEO,
    FileField,
    Shape,
    pattern,
    place_of,
    words,
)
from avec_proxy.wire.values import count_of

# Items that stand for what the provider keeps, or for a history that only it can read.
_KEPT_ELSEWHERE = ("item_reference", "compaction", "compaction_summary", "compaction_trigger")

_CALLS = (
    *("function", "custom_tool", "file_search", "web_search", "computer", "code_interpreter", "local_shell", "shell"),
    *("apply_patch", "mcp", "image_generation", "tool_search"),
)
_TYPES = (
    *("message", "reasoning", "program", "program_output", "tool_search_output", "additional_tools"),
    *("mcp_list_tools", "mcp_approval_request", "mcp_approval_response"),
    *(f"{name}_call{end}" for name in _CALLS for end in ("", "_output")),
    *("input_text", "output_text", "refusal", "text", "summary_text", "reasoning_text"),
    *("input_image", "input_file", "input_audio", "computer_screenshot", "logs", "image"),
)
_ANNOTATION = Shape(
    fields={
        "type": words("file_citation", "url_citation", "container_file_citation", "file_path"),
        "file_id": ID,
        "container_id": ID,
    }
    | dict.fromkeys(("title", "url", "filename"), TEXT)
    | dict.fromkeys(("index", "start_index", "end_index"), NUMBER)
)
_TOKEN: dict[str, Shape] = {"token": TEXT, "logprob": NUMBER, "bytes": Shape(item=NUMBER)}
_TOKEN["top_logprobs"] = Shape(item=Shape(fields=_TOKEN))
_RESULT = Shape(
    fields={"file_id": ID, "score": NUMBER} | dict.fromkeys(("text", "filename", "attributes", "vector_store_id"), TEXT)
)
_ACTION = Shape(
    fields={
        "type": words(
            *("search", "open_page", "find", "find_in_page", "exec", "click", "double_click", "drag", "keypress"),
            *("move", "screenshot", "scroll", "type", "wait"),
        ),
        "button": words("left", "right", "wheel", "back", "forward"),
    }
    | dict.fromkeys(("query", "queries", "url", "pattern", "sources", "command", "commands", "text", "keys"), TEXT)
    | dict.fromkeys(("env", "user", "working_directory"), TEXT)
    | dict.fromkeys(("x", "y", "scroll_x", "scroll_y", "timeout_ms", "max_output_length"), NUMBER)
)
_TOOL_FIELDS: dict[str, Shape] = {}
_TOOLS = Shape(item=Shape(fields=_TOOL_FIELDS))
# An item of the history, or a part of one: their fields do not collide.
_BLOCK_FIELDS: dict[str, Shape] = {}
_BLOCK = Shape(fields=_BLOCK_FIELDS)
CONTENT = Shape(item=_BLOCK, fields=_BLOCK_FIELDS)
_BLOCK_FIELDS |= (
    {
        "type": words(*_TYPES),
        "role": words(*SPEAKERS),
        "phase": words("commentary", "final_answer"),
        "status": words(
            *("in_progress", "completed", "incomplete", "searching", "interpreting", "generating", "calling", "failed")
        ),
        "name": NAME,
        "namespace": NAME,
        "server_label": NAME,
        "encrypted_content": SIGNATURE,
        "annotations": Shape(item=_ANNOTATION),
        "logprobs": Shape(item=Shape(fields=_TOKEN)),
        "results": Shape(item=_RESULT),
        "action": _ACTION,
        "actions": Shape(item=_ACTION),
        "operation": Shape(
            fields={"type": words("create_file", "delete_file", "update_file"), "path": TEXT, "diff": TEXT}
        ),
        "outcome": Shape(fields={"type": words("exit", "timeout"), "exit_code": NUMBER}),
        "caller": Shape(fields={"type": words("direct", "program"), "caller_id": ID}),
        "tools": _TOOLS,
        "detail": words("low", "high", "auto", "original"),
        "execution": words("server", "client"),
        "max_output_length": NUMBER,
    }
    | dict.fromkeys(("id", "call_id", "approval_request_id", "container_id"), ID)
    | dict.fromkeys(("content", "summary", "output", "outputs"), CONTENT)
    | dict.fromkeys(("text", "refusal", "arguments", "input", "code", "logs", "reason", "queries", "result"), TEXT)
    | dict.fromkeys(("revised_prompt", "stdout", "stderr", "error", "approve", "fingerprint"), TEXT)
    | dict.fromkeys(("image_url", "input_image", "image", "images"), IMAGE)
    | dict.fromkeys(("input_audio", "audio"), AUDIO)
    | dict.fromkeys(("file_url", "input_file", "file"), ATTACHMENT)
    | {
        "file_data": Shape(attachment=True, file=FileField(uri=True, names=("filename",))),
        "filename": FILE_NAME,
        "file_id": UPLOADED,
        "video_url": VIDEO,
    }
)
_TOOL_TYPES = (
    *("function", "custom", "namespace", "file_search", "code_interpreter", "image_generation", "local_shell"),
    *("shell", "mcp", "apply_patch", "tool_search", "computer", "computer_use_preview", "web_search"),
    *("web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11", "allowed_tools"),
)
_TOOL_FIELDS |= (
    {
        "type": words(*_TOOL_TYPES),
        "name": NAME,
        "server_label": NAME,
        "parameters": SCHEMA,
        "input_schema": SCHEMA,
        "format": Shape(
            fields={"type": words("text", "grammar"), "definition": TEXT, "syntax": words("lark", "regex")}
        ),
        "container": Shape(
            opaque=ID.opaque,
            fields={"type": words("auto"), "file_ids": ATTACHMENT, "memory_limit": words("1g", "4g", "16g", "64g")},
        ),
        "input_image_mask": ATTACHMENT,
        "user_location": LOCATION,
        "search_context_size": words("low", "medium", "high"),
        "environment": Shape(opaque=words("windows", "mac", "linux", "ubuntu", "browser").opaque),
        "vector_store_ids": Shape(item=ID),
        "require_approval": Shape(opaque=words("always", "never").opaque),
        "tools": _TOOLS,
    }
    | dict.fromkeys(("description", "strict", "filters", "ranking_options", "server_url", "server_description"), TEXT)
    | dict.fromkeys(("headers", "authorization", "allowed_tools", "defer_loading"), TEXT)
    | dict.fromkeys(("max_num_results", "display_width", "display_height", "partial_images"), NUMBER)
)
_TOOL_CHOICE = Shape(
    opaque=words("none", "auto", "required").opaque,
    fields={
        "type": words(*_TOOL_TYPES),
        "mode": words("auto", "required"),
        "name": NAME,
        "server_label": NAME,
        "tools": _TOOLS,
    },
)
_TEXT_CONFIG = Shape(
    fields={
        "format": Shape(
            fields={
                "type": words("text", "json_object", "json_schema"),
                "name": NAME,
                "description": TEXT,
                "schema": SCHEMA,
                "strict": TEXT,
            }
        ),
        "verbosity": words("low", "medium", "high"),
    }
)
# Without a conversation of that name the request is refused, so it is the provider's own.
KEPT = pattern("[A-Za-z0-9_-]{1,256}")
_SUMMARY = words("auto", "concise", "detailed")
_REQUEST = Shape(
    fields={
        "model": MODEL,
        "input": CONTENT,
        "instructions": TEXT,
        "tools": _TOOLS,
        "tool_choice": _TOOL_CHOICE,
        "text": _TEXT_CONFIG,
        "reasoning": Shape(
            fields={
                "effort": words("none", "minimal", "low", "medium", "high", "xhigh"),
                "summary": _SUMMARY,
                "generate_summary": _SUMMARY,
            }
        ),
        "prompt": Shape(fields={"id": ID, "version": TEXT, "variables": Shape(rest=_BLOCK)}),
        "include": Shape(
            item=words(
                *("reasoning.encrypted_content", "message.output_text.logprobs", "file_search_call.results"),
                *("web_search_call.results", "web_search_call.action.sources", "code_interpreter_call.outputs"),
                *("message.input_image.image_url", "computer_call_output.output.image_url"),
            )
        ),
        "context_management": Shape(item=Shape(fields={"type": words("compaction"), "compact_threshold": NUMBER})),
        "stream_options": Shape(fields={"include_obfuscation": TEXT}),
        "service_tier": words("auto", "default", "flex", "priority", "scale"),
        "truncation": words("auto", "disabled"),
        "prompt_cache_retention": pattern("in[-_]memory|24h"),
    }
    | dict.fromkeys(("stream", "store", "background", "parallel_tool_calls", "metadata", "prompt_cache_key"), TEXT)
    | {"previous_response_id": KEPT, "conversation": Shape(opaque=KEPT.opaque, fields={"id": KEPT})}
    | dict.fromkeys(("user", "safety_identifier"), ACCOUNT)
    | dict.fromkeys(("temperature", "top_p", "top_logprobs", "max_output_tokens", "max_tool_calls"), NUMBER)
)

_SAID_FIELDS: dict[str, Shape] = dict.fromkeys(
    (
        *("id", "type", "status", "role", "phase", "call_id", "name", "namespace", "server_label", "caller"),
        *("encrypted_content", "approval_request_id", "container_id", "fingerprint", "logprobs", "outcome"),
    ),
    SEALED,
)
_SAID_ANNOTATION = Shape(fields=dict.fromkeys(("type", "file_id", "container_id"), SEALED))
_SAID = Shape(fields=_SAID_FIELDS)
_SAID_FIELDS |= dict.fromkeys(("content", "summary", "output", "outputs"), Shape(item=_SAID, fields=_SAID_FIELDS))
_SAID_FIELDS["annotations"] = Shape(item=_SAID_ANNOTATION)
_SAID_FIELDS["results"] = Shape(item=Shape(fields={"file_id": SEALED}))
_RESPONSE = {"output": _SAID_FIELDS["output"], "error": Shape(fields={"code": SEALED, "type": SEALED})} | dict.fromkeys(
    (
        *("id", "object", "status", "model", "usage", "service_tier", "incomplete_details", "previous_response_id"),
        *("conversation", "reasoning", "truncation", "tool_choice", "billing", "prompt_cache_retention"),
    ),
    SEALED,
)
_ANSWER = Shape(
    fields=_RESPONSE
    | {
        "response": Shape(fields=_RESPONSE),
        "item": _SAID,
        "part": _SAID,
        "annotation": _SAID_ANNOTATION,
    }
    | dict.fromkeys(("type", "item_id", "obfuscation", "logprobs", "partial_image_b64"), SEALED)
)


def _admit(value: dict[str, Any]) -> None:
    """Refuse what leans on a history that nobody here can know, or an answer that would be fetched later."""
    if value.get("background") not in (None, False) or any(map(kept_elsewhere, _list(value.get("input")))):
        raise Refusal("history_elsewhere")


def _asked(value: dict[str, Any]) -> Asked:
    before, thread = name_of(value.get("previous_response_id")), name_of(value.get("conversation"))
    if before and thread:
        raise Refusal("history_elsewhere")
    # what belongs to a conversation is kept, whatever `store` says
    return Asked(before or thread, bool(thread), bool(thread) or value.get("store") is not False)


def _named(value: Any) -> Iterator[str]:
    """Yield the names of a response, and of the conversation that it belongs to."""
    response = value.get("response", value) if isinstance(value, dict) else None
    if not isinstance(response, dict) or response.get("object") != "response":
        return
    thread = response.get("conversation")
    for name in (response.get("id"), thread.get("id") if isinstance(thread, dict) else thread):
        if isinstance(name, str):
            yield name


def kept_elsewhere(item: Any) -> bool:
    """Tell whether an item stands for what only the provider can read."""
    # A reference may leave its type out (SDK 3.57, ItemReference); a message may too, but it has a role.
    return isinstance(item, dict) and (
        item.get("type") in _KEPT_ELSEWHERE or (item.get("type") is None and item.get("role") is None and "id" in item)
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _roles(value: dict[str, Any]) -> RoleOf:
    spoken = [speaker(item) for item in _list(value.get("input"))]

    def role_of(path: Path) -> tuple[Role, int]:
        if path[0] == "instructions":
            return Role.SYSTEM, -1
        if path == ("input",):  # all of it as one string
            return Role.USER, 0
        if len(path) > 1 and path[0] == "input" and isinstance(path[1], int):
            return spoken[path[1]], path[1]
        return Role.OTHER, -1

    return role_of


def speaker(item: Any) -> Role:
    """Return who speaks in an item."""
    if not isinstance(item, dict):
        return Role.OTHER
    if item.get("role") is not None:
        return SPEAKERS.get(str(item["role"]), Role.OTHER)
    kind = str(item.get("type"))
    if kind.endswith("_output"):
        return Role.TOOL
    return Role.ASSISTANT if kind.endswith("_call") or kind in ("reasoning", "program") else Role.OTHER


def _fields(document: JsonDocument) -> Iterator[Field]:
    value = document.value
    kind = kind_of(value)
    thread = kind.removesuffix(".delta")
    for leaf in document.leaves:
        if leaf.kind is Kind.NUMBER or place_of(_ANSWER, leaf).shape.sealed:
            continue
        if thread != kind and leaf.path[:1] == ("delta",) and leaf.kind is Kind.STRING:
            yield Field(leaf, (part_of(value), thread, *leaf.path), json=thread.endswith("arguments"))
        elif "[" in leaf.text:  # a text that is said again in whole, or only so
            yield Field(leaf)


def _ends(value: Any) -> frozenset[Hashable] | None:
    kind = kind_of(value)
    if kind in ("response.completed", "response.failed", "response.incomplete", "response.cancelled", "error"):
        return None
    if kind == "response.output_item.done":
        item = value.get("item")
        lists = [_list(part) for part in item.values()] if isinstance(item, dict) else []
        parts = range(max(map(len, lists), default=0))
        return frozenset(
            {(item_of(value), "", 0)} | {(item_of(value), name, part) for name in INDEXES for part in parts}
        )
    return frozenset((part_of(value),)) if kind.endswith(".done") else frozenset()


def _carrier(value: Any, path: Path, text: str) -> tuple[bytes, Any]:
    """Return a delta with this one piece of text; its `sequence_number` is that of the delta before."""
    event = {key: member for key, member in value.items() if key != "obfuscation"}
    if "logprobs" in event:
        event["logprobs"] = []
    event["delta"] = text if len(path) == 1 else {str(path[-1]): text}
    return kind_of(value).encode(), event


def _counted(value: Any) -> tuple[int | None, int | None]:
    if not isinstance(value, dict):
        return None, None
    response = value.get("response")
    usage = response.get("usage") if isinstance(response, dict) else value.get("usage")
    return count_of(usage, "input_tokens"), count_of(usage, "output_tokens")


FORMAT = WireFormat(
    "openai_responses",
    Conversation(_REQUEST, _roles, _admit),
    Dialect(_ANSWER, _fields, _ends, _carrier, _counted, marks=marks),
    error_body,
    Kept(_asked, _named),
)
