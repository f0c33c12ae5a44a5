"""Amazon Bedrock's Converse, ConverseStream and CountTokens (service model of botocore 1.44, read 2026-11).

A stream's frames carry one event each, as `frames` reads them. Amazon's own Nova models answer InvokeModel with the
same events, each under its name. Reasoning is signed, and what comes back changed is refused by the model: it is never
restored, and goes back as the model wrote it, with placeholders.
"""

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
    AUDIO,
    ID,
    IMAGE,
    NAME,
    NUMBER,
    SCHEMA,
    SEALED,
    SIGNATURE,
    TEXT,
    VIDEO,
    FileField,
    Shape,
    pattern,
    place_of,
    words,
)
from avec_proxy.wire.values import count_of

_ROLES = {"system": Role.SYSTEM, "user": Role.USER, "assistant": Role.ASSISTANT}
# What an account of Amazon's calls its own things: an address, not prose.
_ARN = r"arn:aws(?:-[a-z-]{1,12})?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:"
_OWN_ID = r"(?=[a-z]*[0-9])[a-z0-9]{10,16}"
_LATENCY = words("standard", "optimized")


def _each(fields: dict[str, Shape]) -> Shape:
    """Return the shape of a list of objects."""
    return Shape(item=Shape(fields=fields))


_TEXTS = _each({"text": TEXT})
_CACHE = Shape(fields={"type": words("default"), "ttl": words("5m", "1h")})
_CITED = Shape(fields={"enabled": TEXT})
_FILE = Shape(
    fields={
        "bytes": Shape(attachment=True, file=FileField(extension="format")),
        "s3Location": ATTACHMENT,
        "text": TEXT,
        "content": _TEXTS,
    }
)
_DOCUMENT = Shape(
    fields={
        "format": words("pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"),
        "source": _FILE,
        "citations": _CITED,
    }
    | dict.fromkeys(("name", "context"), TEXT)
)
_FOUND = Shape(fields={"source": TEXT, "title": TEXT, "content": _TEXTS, "citations": _CITED})
_GUARDED = Shape(
    fields={
        "text": Shape(
            fields={"text": TEXT, "qualifiers": Shape(item=words("grounding_source", "query", "guard_content"))}
        ),
        "image": IMAGE,
    }
)
_SPAN = Shape(fields=dict.fromkeys(("documentIndex", "searchResultIndex", "start", "end"), NUMBER))
_CITATIONS = _each(
    {"title": TEXT, "source": TEXT, "sourceContent": _TEXTS}
    | {
        "location": Shape(
            fields=dict.fromkeys(("documentChar", "documentPage", "documentChunk", "searchResultLocation"), _SPAN)
            | {"web": Shape(fields={"url": TEXT, "domain": TEXT})}
        )
    }
)
_MEDIA = {"image": IMAGE, "video": VIDEO, "audio": AUDIO}
_TOLD: dict[str, Shape] = {"text": TEXT, "document": _DOCUMENT, "searchResult": _FOUND}
_RESULT = Shape(
    fields={
        "toolUseId": ID,
        "content": _each(_TOLD | {"json": TEXT} | _MEDIA),
        "status": words("success", "error"),
        "type": TEXT,
    }
)
_BLOCK = (
    _TOLD
    | _MEDIA
    | {
        "toolUse": Shape(fields={"toolUseId": ID, "name": NAME, "input": TEXT, "type": words("server_tool_use")}),
        "toolResult": _RESULT,
        "guardContent": _GUARDED,
        "cachePoint": _CACHE,
        "reasoningContent": Shape(
            fields={
                "reasoningText": Shape(fields={"text": TEXT, "signature": SIGNATURE}),
                "redactedContent": SIGNATURE,
            }
        ),
        "citationsContent": Shape(fields={"content": _TEXTS, "citations": _CITATIONS}),
    }
)
_TOOL = {
    "toolSpec": Shape(
        fields={"name": NAME, "description": TEXT, "inputSchema": Shape(fields={"json": SCHEMA}), "strict": TEXT}
    ),
    "systemTool": Shape(fields={"name": NAME}),
    "cachePoint": _CACHE,
}
_CHOICE = Shape(fields={"auto": TEXT, "any": TEXT, "tool": Shape(fields={"name": NAME})})
_GUARDRAIL = Shape(
    fields={
        "guardrailIdentifier": pattern(rf"(?:{_ARN}guardrail/)?{_OWN_ID}"),
        "guardrailVersion": pattern("[1-9][0-9]{0,7}|DRAFT"),
        "trace": words("enabled", "disabled", "enabled_full"),
        "streamProcessingMode": words("sync", "async"),
    }
)
_SAMPLING = ("maxTokens", "max_new_tokens", "temperature", "topP", "topK", "top_p", "top_k")
_INFERENCE = Shape(fields=dict.fromkeys(_SAMPLING, NUMBER) | {"stopSequences": TEXT})
_THINKING = Shape(
    fields={
        "type": words("enabled", "disabled", "adaptive"),
        "budget_tokens": NUMBER,
        "maxReasoningEffort": words("low", "medium", "high"),
    }
)
# What only one maker's models take.
_ADDED = Shape(
    fields=dict.fromkeys(("top_k", "topK", "k", "seed", "max_tokens"), NUMBER)
    | dict.fromkeys(("thinking", "reasoning_config", "reasoningConfig"), _THINKING)
    | {"inferenceConfig": _INFERENCE}
)
_FORMAT = Shape(
    fields={
        "type": words("json_schema"),
        "structure": Shape(
            fields={"jsonSchema": Shape(fields={"name": NAME} | dict.fromkeys(("schema", "description"), TEXT))}
        ),
    }
)
_ASKED: dict[str, Shape] = {
    "messages": _each({"role": words(*_ROLES), "content": _each(_BLOCK)}),
    "system": _each({"text": TEXT, "guardContent": _GUARDED, "cachePoint": _CACHE}),
    "inferenceConfig": _INFERENCE,
    "toolConfig": Shape(fields={"tools": _each(_TOOL), "toolChoice": _CHOICE}),
    "guardrailConfig": _GUARDRAIL,
    "projectIdentifier": pattern(rf"(?:{_ARN}project/)?{_OWN_ID}"),
    "additionalModelRequestFields": _ADDED,
    "promptVariables": Shape(rest=Shape(fields={"text": TEXT})),
    "performanceConfig": Shape(fields={"latency": _LATENCY}),
    "serviceTier": Shape(fields={"type": words("priority", "default", "flex", "reserved")}),
    "outputConfig": Shape(fields={"textFormat": _FORMAT, "effort": words("low", "medium", "high", "max")}),
    "schemaVersion": words("messages-v1"),
} | dict.fromkeys(("additionalModelResponseFieldPaths", "requestMetadata"), TEXT)
_COUNTED = Shape(
    fields={"converse": Shape(fields=_ASKED), "invokeModel": Shape(fields={"body": ATTACHMENT})},
)
REQUEST = Shape(fields=_ASKED | {"input": _COUNTED})

_CALLED = Shape(fields=dict.fromkeys(("toolUseId", "name", "type", "status"), SEALED))
_SAID = Shape(
    fields={"toolUse": _CALLED, "toolResult": _CALLED}
    | dict.fromkeys(("reasoningContent", "image", "video", "audio"), SEALED)
)
_EVENT = {
    "output": Shape(fields={"message": Shape(fields={"role": SEALED, "content": Shape(item=_SAID)})}),
    "start": _SAID,
    "delta": _SAID,
} | dict.fromkeys(
    ("role", "stopReason", "usage", "metrics", "performanceConfig", "serviceTier", "p", "originalStatusCode"), SEALED
)
EVENTS = ("messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata")
ANSWER = Shape(fields=_EVENT | dict.fromkeys(EVENTS, Shape(fields=_EVENT)))


def roles(value: dict[str, Any]) -> RoleOf:
    """Return who speaks at a path; what a tool gives back is the tool's."""
    nested = value.get("input")
    inside = nested.get("converse") if isinstance(nested, dict) else None
    asked, skipped = (inside, 2) if isinstance(inside, dict) else (value, 0)
    found = asked.get("messages")
    turns: list[Any] = found if isinstance(found, list) else []

    def role_of(path: Path) -> tuple[Role, int]:
        steps = path[skipped:]
        if steps[:1] == ("system",):
            return Role.SYSTEM, -1
        if len(steps) < 2 or steps[0] != "messages" or not isinstance(steps[1], int):
            return Role.OTHER, -1
        turn = turns[steps[1]]
        if "toolResult" in steps:
            return Role.TOOL, steps[1]
        role = turn.get("role") if isinstance(turn, dict) else None
        return _ROLES.get(str(role), Role.OTHER), steps[1]

    return role_of


def _inner(value: Any) -> tuple[Any, int]:
    """Return an event without the name that it may stand under, and how many steps deeper it is."""
    if isinstance(value, dict):
        for name in EVENTS:
            if isinstance(value.get(name), dict):
                return value[name], 1
    return value, 0


_PIECES = (("text",), ("toolUse", "input"), ("toolResult", 0, "text"))


def _fields(document: JsonDocument) -> Iterator[Field]:
    event, depth = _inner(document.value)
    for leaf in document.leaves:
        path = leaf.path[depth:]
        if leaf.kind is Kind.NUMBER or place_of(ANSWER, leaf).shape.sealed:
            continue
        if leaf.kind is Kind.STRING and path[:1] == ("delta",) and path[1:] in _PIECES:
            yield Field(leaf, (event.get("contentBlockIndex"), *path[1:]), json=path[1] == "toolUse")
        elif "[" in leaf.text:
            yield Field(leaf)


def _ends(value: Any) -> frozenset[Hashable] | None:
    event, _ = _inner(value)
    if not isinstance(event, dict):
        return frozenset()
    if "stopReason" in event or "usage" in event or "message" in event:
        return None
    stops = "contentBlockIndex" in event and "delta" not in event and "start" not in event
    return frozenset((event["contentBlockIndex"],)) if stops else frozenset()


def _carrier(value: Any, path: Path, text: str) -> tuple[bytes, Any]:
    """Return a delta with this one piece of text."""
    event, depth = _inner(value)
    delta: Any = text
    for step in reversed(path[depth + 1 :]):
        delta = [delta] if isinstance(step, int) else {step: delta}
    made: Any = {"contentBlockIndex": event.get("contentBlockIndex"), "delta": delta}
    return b"", {str(path[0]): made} if depth else made


def _counts(value: Any) -> tuple[int | None, int | None]:
    event, _ = _inner(value)
    if not isinstance(event, dict):
        return None, None
    if "inputTokens" in event:  # CountTokens
        return count_of(event, "inputTokens"), None
    usage = event.get("usage")
    read = (count_of(usage, f"{of}nputTokens") for of in ("i", "cacheReadI", "cacheWriteI"))
    known = [count for count in read if count is not None]
    return sum(known) if known else None, count_of(usage, "outputTokens")


_KINDS = {403: "AccessDeniedException", 502: "ModelErrorException", 503: "ServiceUnavailableException"}


def error_body(code: str, message: str, status: int) -> dict[str, Any]:
    """Return an error as the service writes it; the SDKs would take a `code` for the name of an exception."""
    kind = _KINDS.get(status, "ValidationException")
    return {"__type": kind, "message": message, "reason": code, "type": ERROR_TYPE}


DIALECT = Dialect(ANSWER, _fields, _ends, _carrier, _counts)
FORMAT = WireFormat("bedrock_converse", Conversation(REQUEST, roles), DIALECT, error_body)
