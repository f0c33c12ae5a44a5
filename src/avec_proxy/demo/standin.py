"""A stand-in LLM on loopback: it speaks OpenAI chat completions and Anthropic messages, plain and streamed.

It knows nothing of medicine: it quotes the sentences of the last user message that hold a placeholder, or its
first sentence, so that what comes back can be compared with what was typed. It remembers what it received and
what it answered, in memory, for the demonstration to show. Streams go out a few characters a chunk.
"""

import asyncio
import contextlib
import json
import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import tornado.httpserver
import tornado.iostream
import tornado.netutil
import tornado.web

from avec_proxy.mapping import PLACEHOLDER

HEADING = "Bien reçu. Points retenus\u00a0:"
BULLET = "- "
_CHUNK = 3  # characters: shorter than any placeholder, so that every one is cut
_PAUSE = 0.004  # seconds between chunks


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it arrived: method and target, headers, body."""

    line: str
    headers: str
    body: bytes


def sentences(text: str) -> list[str]:
    """Return the sentences and lines of `text`, as `answer` quotes them."""
    return [piece.strip() for piece in re.split(r"(?<=[.!?])\s+|\n+", text) if piece.strip()]


def answer(text: str) -> str:
    """Return the stand-in's reply to a user message: a heading, and quoted sentences of the message."""
    pieces = sentences(text)
    quoted = [p for p in pieces if PLACEHOLDER.search(p)][:6] or pieces[:1]
    return "\n".join([HEADING, *(f"{BULLET}{p}" for p in quoted)])


class StandIn:
    """Start it, read `url`, `received` and `sent` (requests and answers, oldest first), stop it.

    `reply` makes the answer to a message. Nothing is kept while `recording` is off.
    """

    def __init__(self, reply: Callable[[str], str] = answer) -> None:
        self.received: list[Received] = []
        self.sent: list[str] = []
        self.recording = True
        self.reply = reply
        self.url = ""
        self._server: tornado.httpserver.HTTPServer | None = None

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1 (`port` 0: any free one)."""
        self._listen(port, None)

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Listen on any free port of 127.0.0.1, behind TLS."""
        self._listen(0, context)

    def _listen(self, port: int, context: ssl.SSLContext | None) -> None:
        application = tornado.web.Application(
            [
                (r"/v1/chat/completions", _Chat, {"owner": self}),
                (r"/v1/messages", _Messages, {"owner": self}),
                (r"/v1/models", _Models),
            ],
            log_function=lambda handler: None,  # its access log would hold the path
        )
        sockets = tornado.netutil.bind_sockets(port, "127.0.0.1")
        self._server = tornado.httpserver.HTTPServer(application, ssl_options=context)
        self._server.add_sockets(sockets)
        self.url = f"http{'' if context is None else 's'}://127.0.0.1:{sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Close the port."""
        if self._server is not None:
            self._server.stop()
            await self._server.close_all_connections()


class _Handler(tornado.web.RequestHandler):
    def initialize(self, owner: StandIn) -> None:
        self.owner = owner

    async def post(self) -> None:
        """Record, answer, whole or in pieces."""
        body = json.loads(self.request.body)
        text = self.owner.reply(_last_user_text(body))
        if self.owner.recording:
            request = self.request
            headers = "\n".join(f"{name}: {value}" for name, value in request.headers.get_all())
            self.owner.received.append(Received(f"{request.method} {request.uri}", headers, request.body))
            self.owner.sent.append(text)
        if not body.get("stream"):
            self.set_header("Content-Type", "application/json")
            self.finish(json.dumps(self.whole(body, text), ensure_ascii=False))
            return
        self.set_header("Content-Type", "text/event-stream")
        with contextlib.suppress(tornado.iostream.StreamClosedError):  # the client went away
            for event in self.stream(body, text):
                self.write(event)
                await self.flush()
                await asyncio.sleep(_PAUSE)
            self.finish()

    def whole(self, body: dict[str, Any], text: str) -> dict[str, Any]:
        """Return the reply as one object."""
        raise NotImplementedError

    def stream(self, body: dict[str, Any], text: str) -> Iterator[bytes]:
        """Yield the reply's events."""
        raise NotImplementedError


class _Chat(_Handler):
    def whole(self, body: dict[str, Any], text: str) -> dict[str, Any]:
        return {
            "id": "chatcmpl-standin",
            "object": "chat.completion",
            "created": 1,
            "model": body.get("model", "standin"),
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
            "usage": {"prompt_tokens": 1, "completion_tokens": len(text) // 4, "total_tokens": 1 + len(text) // 4},
        }

    def stream(self, body: dict[str, Any], text: str) -> Iterator[bytes]:
        def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
            event = {
                "id": "chatcmpl-standin",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": body.get("model", "standin"),
                "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
            }
            return b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"

        yield chunk({"role": "assistant", "content": ""})
        for piece in _pieces(text):
            yield chunk({"content": piece})
        yield chunk({}, "stop")
        yield b"data: [DONE]\n\n"


class _Messages(_Handler):
    def whole(self, body: dict[str, Any], text: str) -> dict[str, Any]:
        return {
            "id": "msg_standin",
            "type": "message",
            "role": "assistant",
            "model": body.get("model", "standin"),
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": len(text) // 4},
        }

    def stream(self, body: dict[str, Any], text: str) -> Iterator[bytes]:
        def event(name: str, **data: Any) -> bytes:
            return (
                f"event: {name}\ndata: ".encode()
                + json.dumps({"type": name, **data}, ensure_ascii=False).encode()
                + b"\n\n"
            )

        message = {**self.whole(body, text), "content": [], "stop_reason": None}
        yield event("message_start", message=message)
        yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
        yield event("ping")
        for piece in _pieces(text):
            yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
        yield event("content_block_stop", index=0)
        yield event(
            "message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": 1}
        )
        yield event("message_stop")


class _Models(tornado.web.RequestHandler):
    def get(self) -> None:
        """List the one model there is."""
        self.finish(
            {"object": "list", "data": [{"id": "standin", "object": "model", "created": 1, "owned_by": "avec"}]}
        )


def _pieces(text: str) -> Iterator[str]:
    for at in range(0, len(text), _CHUNK):
        yield text[at : at + _CHUNK]


def _last_user_text(body: dict[str, Any]) -> str:
    for message in reversed(body.get("messages", [])):
        if message.get("role") == "user":
            content = message.get("content")
            if isinstance(content, str):
                return content
            return "\n".join(str(part.get("text", "")) for part in content or [] if isinstance(part, dict))
    return ""
