"""The wire formats that are tried: what a program sends, what a model answers, what the program then reads.

Written apart from `wire`, on purpose: what is tried must not be judged by its own reading. Shapes are those of the
vendors' API references.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Messages = Sequence[Mapping[str, str]]
MODEL = "avec-verify"


@dataclass(frozen=True, slots=True)
class Format:
    """One endpoint of one vendor. `path` is as the vendor knows it, `host` where its API is.

    `reply` gives the bytes of a whole answer, `events` those of a streamed one piece by piece, `said` the text that
    a program makes of the bytes that have come so far, whole or streamed.
    """

    name: str
    vendor: str
    host: str
    path: str
    reply: Callable[[str], Any]
    events: Callable[[Iterable[str]], Iterator[bytes]]
    delta: Callable[[Any], str]
    text: Callable[[Any], str]
    media: str = "text/event-stream"
    more: Mapping[str, Any] = field(default_factory=dict)
    content: Callable[[str], Any] = str

    def request(self, messages: Messages, *, stream: bool) -> bytes:
        """Return the body of a request."""
        said = [{"role": message["role"], "content": self.content(message["content"])} for message in messages]
        body = {"model": MODEL, "messages": said, "stream": stream, **self.more}
        return json.dumps(body, ensure_ascii=False).encode()

    def said(self, body: bytes, *, stream: bool) -> str:
        """Return the text that `body` says, as far as it has come; "" for what is no answer of this format."""
        try:
            if not stream:
                return self.text(json.loads(body))
            return "".join(self.delta(event) for event in _events(body))
        except (ValueError, LookupError, TypeError, AttributeError):
            return ""


def prompts(body: bytes) -> list[str]:
    """Return the text of each message of a request, in order; empty if it is none."""
    try:
        return [_content(message["content"]) for message in json.loads(body)["messages"]]
    except (ValueError, LookupError, TypeError):
        return []


def of_path(path: str) -> Format | None:
    """Return the first format whose requests arrive at `path` (a query may follow)."""
    bare = path.partition("?")[0]
    return next((known for known in FORMATS if bare.endswith(known.path)), None)


def _content(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def _events(body: bytes) -> Iterator[Any]:
    """Yield the JSON of each whole line of an event stream or of lines of JSON."""
    for line in body.split(b"\n")[:-1]:
        data = line.removeprefix(b"data:").strip()
        if data.startswith(b"{"):
            yield json.loads(data)


def _line(event: Any, name: str = "") -> bytes:
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"


_CHAT = {"id": "chatcmpl-verify", "created": 1, "model": MODEL}
_USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


def _chat_reply(text: str) -> Any:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {**_CHAT, "object": "chat.completion", "choices": [choice], "usage": _USAGE}


def _chat_events(pieces: Iterable[str]) -> Iterator[bytes]:
    def chunk(delta: dict[str, str], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return _line({**_CHAT, "object": "chat.completion.chunk", "choices": [choice]})

    yield chunk({"role": "assistant", "content": ""})
    yield from (chunk({"content": piece}) for piece in pieces)
    yield chunk({}, "stop")
    yield b"data: [DONE]\n\n"


def _chat_delta(event: Any) -> str:
    return str(event["choices"][0]["delta"].get("content") or "") if event["choices"] else ""


def _chat_text(value: Any) -> str:
    return str(value["choices"][0]["message"]["content"])


def _messages_reply(text: str) -> Any:
    return {
        **{"id": "msg_verify", "type": "message", "role": "assistant", "model": MODEL, "stop_reason": "end_turn"},
        **{"content": [{"type": "text", "text": text}], "stop_sequence": None},
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


def _messages_events(pieces: Iterable[str]) -> Iterator[bytes]:
    def event(kind: str, **more: Any) -> bytes:
        return _line({"type": kind, **more}, kind)

    yield event("message_start", message={**_messages_reply(""), "content": [], "stop_reason": None})
    yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    for piece in pieces:
        yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
    yield event("content_block_stop", index=0)
    yield event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 1})
    yield event("message_stop")


def _messages_delta(event: Any) -> str:
    return str(event["delta"]["text"]) if event["type"] == "content_block_delta" else ""


def _messages_text(value: Any) -> str:
    return "".join(str(block["text"]) for block in value["content"])


_AT = "2026-01-01T00:00:00Z"


def _ollama_reply(text: str) -> Any:
    message = {"role": "assistant", "content": text}
    return {"model": MODEL, "created_at": _AT, "message": message, "done": True, "done_reason": "stop"}


def _ollama_events(pieces: Iterable[str]) -> Iterator[bytes]:
    for piece in pieces:
        yield json.dumps({**_ollama_reply(piece), "done": False}, ensure_ascii=False).encode() + b"\n"
    yield json.dumps(_ollama_reply("")).encode() + b"\n"


def _ollama_text(value: Any) -> str:
    return str(value["message"]["content"])


def _parts(text: str) -> Any:
    return [{"type": "text", "text": text}]


FORMATS = (
    Format(
        *("openai_chat", "openai", "api.openai.com", "/v1/chat/completions"),
        *(_chat_reply, _chat_events, _chat_delta, _chat_text),
    ),
    Format(
        *("anthropic_messages", "anthropic", "api.anthropic.com", "/v1/messages"),
        *(_messages_reply, _messages_events, _messages_delta, _messages_text),
        more={"max_tokens": 500},
    ),
    Format(
        *("mistral_chat", "mistral", "api.mistral.ai", "/v1/chat/completions"),
        *(_chat_reply, _chat_events, _chat_delta, _chat_text),
        content=_parts,
    ),
    Format(
        *("ollama_chat", "ollama", "ollama.com", "/api/chat"),
        *(_ollama_reply, _ollama_events, _ollama_text, _ollama_text),
        media="application/x-ndjson",
    ),
)
