"""Amazon Bedrock's InvokeModel, plain and streamed: the body is the model maker's own (API reference, read 2026-11).

Which it is shows in the body: Anthropic's says `anthropic_version`, Nova's is Converse's, one with other `messages` is
OpenAI's (Mistral, gpt-oss, Jamba, Qwen, DeepSeek). What is left (Titan, Llama, Command, Mistral's and Claude's older
completions) is flat: every leaf is scanned but a few numbers. Streamed events stand in frames, as base64.
"""

from collections.abc import Hashable, Iterator
from typing import Any

from avec_proxy.model import Role
from avec_proxy.wire import anthropic_messages, bedrock_converse, openai_chat
from avec_proxy.wire.format import BodyReader, Conversation, WireFormat
from avec_proxy.wire.json_text import JsonDocument, Kind, Path
from avec_proxy.wire.replies import Dialect, Field
from avec_proxy.wire.segments import RoleOf
from avec_proxy.wire.shape import ATTACHMENT, NUMBER, SEALED, TEXT, Shape, place_of, words
from avec_proxy.wire.values import count_of, members, number_of

_SPOKEN = dict.fromkeys(("prompt", "inputText", "message"), Role.USER) | dict.fromkeys(
    ("system", "preamble", "system_prompt"), Role.SYSTEM
)
_CHATTING = {"USER": Role.USER, "CHATBOT": Role.ASSISTANT, "SYSTEM": Role.SYSTEM, "TOOL": Role.TOOL}
_NUMBERS = (
    *("temperature", "top_p", "topP", "top_k", "topK", "p", "k", "seed", "dimensions", "num_generations"),
    *("max_tokens", "maxTokens", "max_tokens_to_sample", "max_gen_len", "maxTokenCount", "max_completion_tokens"),
    *("frequency_penalty", "presence_penalty"),
)
_PICTURES = ("image", "images", "inputImage", "init_image", "mask_image", "audio", "video", "bytes", "s3Location")
_FLAT: dict[str, Shape] = dict.fromkeys(_NUMBERS, NUMBER) | dict.fromkeys(_PICTURES, ATTACHMENT)
_REQUEST = Shape(
    fields=_FLAT
    | {
        "textGenerationConfig": Shape(fields=_FLAT | {"stopSequences": TEXT}),
        "chat_history": Shape(item=Shape(fields={"role": words(*_CHATTING), "message": TEXT})),
        "embeddingTypes": Shape(item=words("binary", "float")),
    }
    | dict.fromkeys((*_SPOKEN, "texts", "documents", "suffix"), TEXT)
    | dict.fromkeys(("stop", "stop_sequences", "stream", "normalize", "return_prompt", "raw_prompting"), TEXT)
)

_SEALED = (
    *("id", "generation_id", "response_id", "index", "event_type", "finish_reason", "stop_reason", "completionReason"),
    *("embedding", "embeddings", "amazon-bedrock-trace", "amazon-bedrock-guardrailAction"),
)
_ANSWER = Shape(
    fields={
        "outputs": Shape(item=Shape(fields={"stop_reason": SEALED})),
        "results": Shape(item=Shape(fields={"completionReason": SEALED})),
        "generations": Shape(item=Shape(fields=dict.fromkeys(("id", "finish_reason"), SEALED))),
    }
    | dict.fromkeys(_SEALED, SEALED)
)
_METRICS = "amazon-bedrock-invocationMetrics"


def _maker(value: dict[str, Any]) -> BodyReader | None:
    """Return what reads a body that is not flat, None for one that is."""
    if "anthropic_version" in value:
        return anthropic_messages.FORMAT.request
    if "schemaVersion" in value or "inferenceConfig" in value or "toolConfig" in value:
        return bedrock_converse.FORMAT.request
    turns = members(value, "messages")
    if any("text" in block and "type" not in block for turn in turns for block in _objects(members(turn, "content"))):
        return bedrock_converse.FORMAT.request
    return openai_chat.FORMAT.request if "messages" in value else None


def _objects(found: list[Any]) -> list[dict[str, Any]]:
    return [member for member in found if isinstance(member, dict)]


def _roles(value: dict[str, Any]) -> RoleOf:
    history = members(value, "chat_history")
    spoken = [_CHATTING.get(str(turn.get("role")), Role.OTHER) for turn in _objects(history)]

    def role_of(path: Path) -> tuple[Role, int]:
        if len(path) == 1:
            role = _SPOKEN.get(str(path[0]), Role.OTHER)
            return role, len(history) if role is Role.USER else -1
        if path[0] == "chat_history" and isinstance(path[1], int) and len(spoken) == len(history):
            return spoken[path[1]], path[1]
        return Role.OTHER, -1

    return role_of


# The texts of a flat event that go on in the next one: of the whole event, or of one of several answers.
_PIECES = (("generation",), ("outputText",), ("completion",), ("text",))
_OF_ANSWER = {"outputs": (("text",),), "choices": (("text",), ("message", "content"))}


def _flat_fields(document: JsonDocument) -> Iterator[Field]:
    for leaf in document.leaves:
        if leaf.kind is Kind.NUMBER or place_of(_ANSWER, leaf).shape.sealed:
            continue
        first = str(leaf.path[0]) if leaf.path else ""
        piece = leaf.path in _PIECES or leaf.path[2:] in _OF_ANSWER.get(first, ())
        if leaf.kind is Kind.STRING and piece:
            yield Field(leaf, (_answer_of(document.value, leaf.path), *leaf.path[-1:]))
        elif "[" in leaf.text:
            yield Field(leaf)


def _answer_of(value: Any, path: Path) -> Hashable:
    """Return which of several answers a text belongs to."""
    if len(path) == 1:
        return number_of(value, 0)
    return number_of(value[path[0]][path[1]], int(path[1]))


_REASONS = ("stop_reason", "finish_reason", "completionReason")


def _flat_ends(value: Any) -> frozenset[Hashable] | None:
    if not isinstance(value, dict):
        return frozenset()
    if "message" in value or value.get("is_finished") is True or value.get("event_type") == "stream-end":
        return None
    ended: set[Hashable] = {number_of(value, 0)} if any(value.get(reason) for reason in _REASONS) else set()
    for answers in _OF_ANSWER:
        for position, answer in enumerate(members(value, answers)):
            if isinstance(answer, dict) and any(answer.get(reason) for reason in _REASONS):
                ended.add(number_of(answer, position))
    return frozenset(ended)


def _flat_carrier(value: Any, path: Path, text: str) -> tuple[bytes, Any]:
    """Return an event with this one piece of text."""
    kept = {key: value[key] for key in ("index", "event_type") if key in value}
    if len(path) == 1:
        return b"", kept | {str(path[0]): text}
    said: Any = text
    for step in reversed(path[2:]):
        said = {str(step): said}
    return b"", kept | {str(path[0]): [{"index": _answer_of(value, path), **said}]}


def _flat_counts(value: Any) -> tuple[int | None, int | None]:
    if isinstance(value, dict) and "usage" in value:
        return openai_chat.DIALECT.counted(value)
    asked = count_of(value, "prompt_token_count")
    said = count_of(value, "generation_token_count")
    results = [count_of(result, "tokenCount") or 0 for result in members(value, "results")]
    return (
        count_of(value, "inputTextTokenCount") if asked is None else asked,
        said if said is not None else sum(results) if results else count_of(value, "totalOutputTextTokenCount"),
    )


_FLAT_DIALECT = Dialect(_ANSWER, _flat_fields, _flat_ends, _flat_carrier, _flat_counts)
_OF_ANTHROPIC = ("message", "ping", "error")


def _spoken(value: Any) -> Dialect:
    """Return how a reply, or an event of one, is to be read."""
    dialect: Dialect | None = _FLAT_DIALECT
    if isinstance(value, dict):
        kind = str(value.get("type"))
        if kind in _OF_ANTHROPIC or kind.startswith(("message_", "content_block_")):
            dialect = anthropic_messages.FORMAT.dialect
        elif any("delta" in choice for choice in _objects(members(value, "choices"))):
            dialect = openai_chat.DIALECT
        elif "output" in value or any(name in value for name in bedrock_converse.EVENTS):
            dialect = bedrock_converse.DIALECT
    return dialect or _FLAT_DIALECT


def _fields(document: JsonDocument) -> Iterator[Field]:
    return _spoken(document.value).fields(document)


def _ends(value: Any) -> frozenset[Hashable] | None:
    return _spoken(value).ends(value)


def _carrier(value: Any, path: Path, text: str) -> tuple[bytes, Any]:
    return _spoken(value).carrier(value, path, text)


def _counts(value: Any) -> tuple[int | None, int | None]:
    metrics = value.get(_METRICS) if isinstance(value, dict) else None
    if isinstance(metrics, dict):  # what is billed, in the last event of every model's stream
        return count_of(metrics, "inputTokenCount"), count_of(metrics, "outputTokenCount")
    return _spoken(value).counted(value)


def _answers() -> Shape:
    """Return the shape of a plain reply of any maker: their fields do not collide."""
    known = dict(_ANSWER.fields)
    for dialect in (openai_chat.DIALECT, bedrock_converse.DIALECT, anthropic_messages.FORMAT.dialect):
        known |= dict(dialect.answer.fields) if dialect is not None else {}
    return Shape(fields=known)


FORMAT = WireFormat(
    "bedrock_invoke",
    Conversation(_REQUEST, _roles, other=_maker, untyped=True),
    Dialect(_answers(), _fields, _ends, _carrier, _counts),
    bedrock_converse.error_body,
)
