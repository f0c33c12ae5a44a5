"""An upstream that records every byte it receives, and answers like OpenAI or Anthropic."""

import asyncio
import json
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass
class Received:
    """One request as it came: `head` holds the raw head, `body` the de-chunked bytes, `done` if it was answered."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    head: bytes = b""
    done: bool = False

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def prompt(self) -> str:
        """The text of the last user message."""
        content = [m for m in self.json["messages"] if m["role"] == "user"][-1]["content"]
        return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


@dataclass
class Reply:
    """What to answer: raw bytes of `body`, sent in pieces of `frame` bytes with `pause` seconds between."""

    body: bytes = b"{}"
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    frame: int = 0
    pause: float = 0.0
    chunked: bool = False
    cut: int | None = None  # close the connection after this many bytes of the body
    raw: bytes | None = None  # instead of everything else
    trailer: bytes = b""


@dataclass
class RecordingUpstream:
    """`async with RecordingUpstream() as upstream`; `upstream.recorded` holds every byte that came.

    By default it echoes the last user message in the shape that the path asks for, streamed if the request says
    so, `piece` characters in a delta and `frame` bytes in a write. `answer` replaces that.
    """

    piece: int = 3
    frame: int = 0
    answer: Callable[[Received], Reply] | None = None
    tls: ssl.SSLContext | None = None
    recorded: list[bytes] = field(default_factory=list)
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    answered: int = 0  # replies sent to their last byte
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        """Its base URL, without a path."""
        return f"{'https' if self.tls else 'http'}://localhost:{self.port}"

    @property
    def received(self) -> bytes:
        """Everything that came, on all connections."""
        return b"".join(self.recorded)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while (request := await self._read(reader)) is not None:
                self.requests.append(request)
                reply = self.answer(request) if self.answer else self.echo(request)
                alive = await _write(writer, request, reply)
                self.answered += 1
                request.done = True
                if not alive:
                    break
        except (ConnectionError, asyncio.IncompleteReadError, ValueError):
            pass  # what came is recorded; it was no request
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _take(self, reader: asyncio.StreamReader, until: bytes | int) -> bytes:
        try:
            data = await (reader.readexactly(until) if isinstance(until, int) else reader.readuntil(until))
        except asyncio.IncompleteReadError as error:
            self.recorded.append(error.partial)
            raise
        self.recorded.append(data)
        return data

    async def _read(self, reader: asyncio.StreamReader) -> Received | None:
        try:
            head = await self._take(reader, b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ", 2)
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
        body = b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            while size := int(await self._take(reader, b"\r\n"), 16):
                body += (await self._take(reader, size + 2))[:-2]
            await self._take(reader, b"\r\n")
        elif length := int(headers.get("content-length", "0")):
            body = await self._take(reader, length)
        return Received(method, target, headers, body, head)

    def echo(self, request: Received) -> Reply:
        """Return the last user message, as the provider would say it."""
        if request.method == "HEAD":
            return Reply(b"")
        if not request.body:
            return Reply(json.dumps({"object": "list", "data": [{"id": "modele-1", "object": "model"}]}).encode())
        anthropic = "/messages" in request.target
        text, stream = request.prompt, request.json.get("stream", False)
        if not stream:
            return Reply((anthropic_message if anthropic else openai_message)(text), frame=self.frame)
        events = (anthropic_events if anthropic else openai_events)(_cut(text, self.piece))
        return Reply(events, headers={"content-type": "text/event-stream"}, frame=self.frame, chunked=True)


def _cut(text: str, piece: int) -> list[str]:
    return [text[i : i + piece] for i in range(0, len(text), piece)]


async def _write(writer: asyncio.StreamWriter, request: Received, reply: Reply) -> bool:
    if reply.raw is not None:
        writer.write(reply.raw)
        await writer.drain()
        return False
    lines = [f"HTTP/1.1 {reply.status} Status", *(f"{name}: {value}" for name, value in reply.headers.items())]
    lines.append("transfer-encoding: chunked" if reply.chunked else f"content-length: {len(reply.body)}")
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
    if request.method == "HEAD":
        await writer.drain()
        return True
    sent = 0
    for frame in _frames(reply.body, reply.frame):
        if reply.cut is not None and sent >= reply.cut:
            await writer.drain()
            return False
        writer.write(b"%x\r\n%s\r\n" % (len(frame), frame) if reply.chunked else frame)
        await writer.drain()
        sent += len(frame)
        if reply.pause:
            await asyncio.sleep(reply.pause)
    if reply.chunked:
        writer.write(b"0\r\n" + reply.trailer + b"\r\n")
    await writer.drain()
    return True


def _frames(body: bytes, frame: int) -> Iterable[bytes]:
    if not frame:
        return [body] if body else []
    return [body[i : i + frame] for i in range(0, len(body), frame)]


def openai_message(text: str) -> bytes:
    """Return a chat completion that says `text`."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
    reply = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return json.dumps({**reply, "usage": usage}, ensure_ascii=False).encode()


def openai_events(pieces: list[str]) -> bytes:
    """Return the event stream that says `pieces`."""
    deltas: list[tuple[dict[str, Any], str | None]] = [({"role": "assistant", "content": ""}, None)]
    deltas += [({"content": piece}, None) for piece in pieces] + [({}, "stop")]
    lines = []
    for delta, finish in deltas:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        lines.append(f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n")
    return ("".join(lines) + "data: [DONE]\n\n").encode()


def anthropic_message(text: str) -> bytes:
    """Return a message that says `text`."""
    reply = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn"}
    content = [{"type": "text", "text": text}]
    usage = {"input_tokens": 5, "output_tokens": 7}
    return json.dumps({**reply, "content": content, "usage": usage}, ensure_ascii=False).encode()


def anthropic_events(pieces: list[str]) -> bytes:
    """Return the event stream that says `pieces`."""
    start = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None}
    usage = {"input_tokens": 5, "output_tokens": 1}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {**start, "usage": usage}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": p}} for p in pieces),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 7}},
        {"type": "message_stop"},
    ]
    return "".join(f"event: {e['type']}\ndata: {json.dumps(e, ensure_ascii=False)}\n\n" for e in events).encode()
