"""Google Gemini: generateContent, streamGenerateContent and countTokens (API reference v1beta, read 2026-11).

The bodies are proto3 JSON: each field may be written in camelCase or snake_case, and one element may stand for a list.
A stream's events are whole answers whose texts are the next pieces; they come as server-sent events, or as the elements
of one JSON array. What the service keeps (files, caches, stores of documents) cannot be read here, so a request that
names one is refused. Vertex AI takes and gives the same (official SDK 2.8, read 2026-11).
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
    AUDIO,
    FILE_NAME,
    ID,
    MIME,
    NAME,
    NUMBER,
    SCHEMA,
    SEALED,
    SIGNATURE,
    TEXT,
    VIDEO,
    FileField,
    Shape,
    place_of,
    words,
)
from avec_proxy.wire.values import count_of, members, number_of


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])[A-Z]", lambda match: "_" + match[0].lower(), name)


def both(fields: dict[str, Shape]) -> dict[str, Shape]:
    """Return the fields under both their spellings."""
    return {_snake(name): shape for name, shape in fields.items()} | fields


def _message(fields: dict[str, Shape]) -> Shape:
    """Return the shape of a message of these fields, or of a list of them."""
    known = both(fields)
    return Shape(fields=known, item=Shape(fields=known))


def _schema() -> Shape:
    """Return Google's schema: JSON Schema with types in capitals, a few formats of its own, both spellings."""
    fields: dict[str, Shape] = {}
    schema = Shape(fields=fields, item=Shape(fields=fields))
    for keyword, shape in SCHEMA.fields.items():
        fields[keyword] = schema if shape is SCHEMA else Shape(rest=schema) if shape.rest is SCHEMA else shape
    types = ("object", "array", "string", "number", "integer", "boolean", "null")
    type_name = words(*types, *map(str.upper, types), "TYPE_UNSPECIFIED")
    fields["type"] = Shape(opaque=type_name.opaque, item=type_name)
    fields["format"] = words("date-time", "date", "time", "enum", "float", "double", "int32", "int64", "email", "uuid")
    fields["propertyOrdering"] = TEXT
    fields |= both(fields)
    return schema


_ROLES = {
    "user": Role.USER,
    "model": Role.ASSISTANT,
    "system": Role.SYSTEM,
    "function": Role.TOOL,
    "tool": Role.TOOL,
}
_SYSTEM = ("systemInstruction", "system_instruction")
_NESTED = ("generateContentRequest", "generate_content_request")
_GIVEN_BACK = frozenset(
    name for field in ("functionResponse", "toolResponse", "codeExecutionResult") for name in (field, _snake(field))
)

_INLINE = _message(
    {
        "data": Shape(
            attachment=True,
            file=FileField(names=("displayName", "display_name"), media=("mimeType", "mime_type")),
        ),
        "mimeType": MIME,
        "displayName": FILE_NAME,
    }
)
_FILES = {"inlineData": _INLINE, "fileData": ATTACHMENT, "videoMetadata": VIDEO}
_OUTCOME = words("OUTCOME_OK", "OUTCOME_FAILED", "OUTCOME_DEADLINE_EXCEEDED", "OUTCOME_UNSPECIFIED")
_PART = _message(
    {
        "text": TEXT,
        "thought": TEXT,
        "thoughtSignature": SIGNATURE,
        "functionCall": _message({"id": ID, "name": NAME, "args": TEXT}),
        "functionResponse": _message({"id": ID, "name": NAME, "response": TEXT, "parts": _message(_FILES)}),
        "executableCode": _message({"id": ID, "language": words("PYTHON"), "code": TEXT}),
        "codeExecutionResult": _message({"id": ID, "outcome": _OUTCOME, "output": TEXT}),
        "toolCall": _message({"id": ID, "toolType": TEXT, "args": TEXT}),
        "toolResponse": _message({"id": ID, "toolType": TEXT, "response": TEXT}),
    }
    | _FILES
)
CONTENT = _message({"role": words(*_ROLES), "parts": _PART})
_SCHEMA = _schema()
_TOOL = _message(
    {
        "functionDeclarations": _message(
            {
                "name": NAME,
                "description": TEXT,
                "parameters": _SCHEMA,
                "parametersJsonSchema": SCHEMA,
                "response": _SCHEMA,
                "responseJsonSchema": SCHEMA,
                "behavior": words("UNSPECIFIED", "BLOCKING", "NON_BLOCKING"),
            }
        ),
        "googleSearch": TEXT,
        "codeExecution": TEXT,
        "urlContext": TEXT,
        "enterpriseWebSearch": TEXT,
        "fileSearch": ATTACHMENT,
        "retrieval": ATTACHMENT,
    }
)
_TOOL_CONFIG = _message(
    {
        "functionCallingConfig": _message(
            {
                "mode": words("MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"),
                "allowedFunctionNames": Shape(strict=True, item=NAME),
                "streamFunctionCallArguments": TEXT,
            }
        )
    }
)
_TEXT_ONLY = re.compile("TEXT|text|Text")
_GENERATION = _message(
    dict.fromkeys(("temperature", "topP", "topK", "candidateCount", "maxOutputTokens", "seed", "logprobs"), NUMBER)
    | dict.fromkeys(("presencePenalty", "frequencyPenalty"), NUMBER)
    | dict.fromkeys(("stopSequences", "responseLogprobs"), TEXT)
    | {
        "responseMimeType": MIME,
        "responseSchema": _SCHEMA,
        "responseJsonSchema": SCHEMA,
        "_responseJsonSchema": SCHEMA,
        "responseModalities": Shape(only=_TEXT_ONLY, opaque=_TEXT_ONLY, item=Shape(only=_TEXT_ONLY, opaque=_TEXT_ONLY)),
        "thinkingConfig": _message(
            {
                "includeThoughts": TEXT,
                "thinkingBudget": NUMBER,
                "thinkingLevel": words("minimal", "low", "medium", "high", "MINIMAL", "LOW", "MEDIUM", "HIGH"),
            }
        ),
        "speechConfig": AUDIO,
    }
)
_HARMS = ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT", "CIVIC_INTEGRITY", "UNSPECIFIED")
_SAFETY = _message(
    {
        "category": words(*(f"HARM_CATEGORY_{harm}" for harm in _HARMS)),
        "threshold": words("BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF"),
    }
)
_ASKED: dict[str, Shape] = {
    "model": NAME,  # the path names the model, as a part that is scanned
    "contents": CONTENT,
    "systemInstruction": CONTENT,
    "tools": _TOOL,
    "toolConfig": _TOOL_CONFIG,
    "generationConfig": _GENERATION,
    "safetySettings": _SAFETY,
    "cachedContent": ATTACHMENT,
    "store": TEXT,
    "labels": TEXT,
}
_REQUEST = _message(_ASKED | {"generateContentRequest": _message(_ASKED)})

_SAID_PART = _message(
    {
        "functionCall": _message(dict.fromkeys(("id", "name"), SEALED)),
        "functionResponse": _message(dict.fromkeys(("id", "name"), SEALED)),
        "executableCode": _message(dict.fromkeys(("id", "language"), SEALED)),
        "codeExecutionResult": _message(dict.fromkeys(("id", "outcome"), SEALED)),
        "toolCall": _message(dict.fromkeys(("id", "toolType"), SEALED)),
        "toolResponse": _message(dict.fromkeys(("id", "toolType"), SEALED)),
    }
    | dict.fromkeys(("thoughtSignature", "inlineData", "fileData"), SEALED)
)
_ANSWER = _message(
    {
        "candidates": _message(
            {
                "content": _message({"role": SEALED, "parts": _SAID_PART}),
                "groundingMetadata": _message({"searchEntryPoint": SEALED}),
            }
            | dict.fromkeys(("finishReason", "safetyRatings", "logprobsResult", "tokenCount"), SEALED)
        ),
        "promptFeedback": _message(dict.fromkeys(("blockReason", "safetyRatings"), SEALED)),
        "error": _message({"status": SEALED}),
    }
    | dict.fromkeys(("usageMetadata", "modelVersion", "responseId", "createTime", "modelStatus"), SEALED)
    | dict.fromkeys(("promptTokensDetails", "cacheTokensDetails"), SEALED)
)
_ADDED = ("modelVersion", "responseId", "createTime")


def _listed(value: Any) -> list[Any]:
    """Return the elements of a field that may hold one of them bare."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _roles(value: dict[str, Any]) -> RoleOf:
    """Return who speaks at a path: without a role it is the user, and what a tool gives back is the tool's."""

    def role_of(path: Path) -> tuple[Role, int]:
        asked, steps = value, path
        if len(path) > 1 and path[0] in _NESTED and isinstance(value[str(path[0])], dict):
            asked, steps = value[str(path[0])], path[1:]
        if steps[0] in _SYSTEM:
            return Role.SYSTEM, -1
        if steps[0] != "contents" or len(steps) < 2:
            return Role.OTHER, -1
        turn = steps[1] if isinstance(steps[1], int) else 0
        said = _listed(asked["contents"])[turn]
        if _GIVEN_BACK.intersection(steps):
            return Role.TOOL, turn
        role = said.get("role", "user") if isinstance(said, dict) else "user"
        return _ROLES.get(str(role), Role.OTHER), turn

    return role_of


# The texts of a candidate, one after the other: thinking, words, and a tool's arguments where they come in pieces.
_THREADS = ("thought", "text", "args")
_PART_AT = 5  # candidates, which, content, parts, which


def _parts(candidate: Any) -> list[Any]:
    content = candidate.get("content") if isinstance(candidate, dict) else None
    return _listed(content.get("parts")) if isinstance(content, dict) else []


def _thread(part: Any) -> str:
    if isinstance(part, dict) and "text" in part:
        return "thought" if part.get("thought") is True else "text"
    return "args" if isinstance(part, dict) and ("functionCall" in part or "function_call" in part) else "other"


def _fields(document: JsonDocument) -> Iterator[Field]:
    for leaf in document.leaves:
        path = leaf.path
        if leaf.kind is Kind.NUMBER or place_of(_ANSWER, leaf).shape.sealed:
            continue
        if leaf.kind is Kind.KEY:
            if "args" in path[:-1] or "response" in path[:-1]:  # an object: its keys are the model's words too
                yield Field(leaf)
            continue
        yield Field(leaf, _channel(document.value, path))


def _channel(value: Any, path: Path) -> tuple[Hashable, ...] | None:
    """Return the text that a string continues, None if it is whole."""
    if len(path) <= _PART_AT or path[0] != "candidates" or path[2:4] != ("content", "parts"):
        return None
    position, at = path[1], path[4]
    if not isinstance(position, int) or not isinstance(at, int):
        return None
    candidate = value["candidates"][position]
    number = number_of(candidate, position)
    part = candidate["content"]["parts"][at]
    if path[_PART_AT:] == ("text",):
        return (number, _thread(part)), "text"
    if path[_PART_AT + 1 : _PART_AT + 2] == ("partialArgs",) and path[-1] == "stringValue":
        piece = part[path[_PART_AT]]["partialArgs"][path[-2]]
        return (number, "args"), str(piece.get("jsonPath"))
    return None


def _ends(value: Any) -> frozenset[Hashable] | None:
    """A candidate thinks, speaks, calls: what was held of one goes out before the next."""
    if isinstance(value, dict) and value.get("error"):
        return None
    ended: set[Hashable] = set()
    for position, candidate in enumerate(members(value, "candidates")):
        number = number_of(candidate, position)
        if isinstance(candidate, dict) and candidate.get("finishReason"):
            ended |= {(number, thread) for thread in _THREADS}
        elif parts := [part for part in _parts(candidate) if not isinstance(part, dict) or part.get("text") != ""]:
            last = parts[-1]
            going = _thread(last)
            if going == "args" and not last.get("functionCall", {}).get("willContinue"):
                going = ""
            ended |= {(number, thread) for thread in _THREADS if thread != going}
    return frozenset(ended)


def _carrier(value: Any, path: Path, text: str) -> tuple[bytes, Any]:
    """Return an answer with this one piece of text; counts and the reason of the end are not said twice."""
    position = int(path[1])
    candidate = value["candidates"][position]
    part = candidate["content"]["parts"][path[4]]
    if path[_PART_AT] == "text":
        said: dict[str, Any] = {"text": text} | ({"thought": True} if part.get("thought") is True else {})
    else:
        piece = part["functionCall"]["partialArgs"][path[-2]]
        partial = {"jsonPath": piece.get("jsonPath"), "stringValue": text}
        said = {"functionCall": {"partialArgs": [partial], "willContinue": True}}
    event = {"candidates": [{"content": {"parts": [said], "role": "model"}, "index": number_of(candidate, position)}]}
    return b"", event | {key: value[key] for key in _ADDED if key in value}


def _counted(value: Any) -> tuple[int | None, int | None]:
    usage = value.get("usageMetadata") if isinstance(value, dict) else None
    asked, said, thought = (count_of(usage, f"{of}TokenCount") for of in ("prompt", "candidates", "thoughts"))
    return asked, None if said is None and thought is None else (said or 0) + (thought or 0)


_STATUS = {403: "PERMISSION_DENIED", 502: "UNAVAILABLE", 503: "UNAVAILABLE"}


def error_body(code: str, message: str, status: int) -> dict[str, Any]:
    """Return Google's error shape."""
    detail = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": code, "domain": ERROR_TYPE}
    return {
        "error": {
            "code": status,
            "message": message,
            "status": _STATUS.get(status, "INVALID_ARGUMENT"),
            "details": [detail],
        }
    }


FORMAT = WireFormat(
    "gemini_content",
    Conversation(_REQUEST, _roles),
    Dialect(_ANSWER, _fields, _ends, _carrier, _counted, elements=True),
    error_body,
)
