"""What stands where the provider would: it records every byte that comes, and answers like a model.

Listens on this machine alone. It quotes the lines of the last message in reverse order, a few characters a piece, so
that every placeholder is cut; in the middle of a stream it waits until the client has shown something.
"""

import json
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any, Self

from avec_proxy.verify import formats

HEADING = "Bien reçu."
_PIECE = 3  # characters: shorter than any placeholder
_PATIENCE_S = 3.0
_LONGEST = 50_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came: the line with its target and the headers, and the body."""

    head: bytes
    body: bytes


def answer(text: str) -> str:
    """Return what is answered to a message: a heading, then the message's lines but the first, last one first."""
    return "\n".join([HEADING, *reversed(text.split("\n")[1:])])


class Recorder:
    """`with Recorder(port) as recorder`: `address` is where it listens (port 0: any free one).

    Raises OSError if the port is taken.
    """

    def __init__(self, port: int = 0) -> None:
        self._received: list[Received] = []
        self._lock = threading.Lock()
        self.shown = threading.Event()  # set by the client when it can show something of a stream
        self.held_back = False  # whether a stream's middle was reached and nothing was shown in time
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.recorder = self

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self) -> list[Received]:
        """Return what came since the last time, oldest first, and begin anew."""
        with self._lock:
            taken, self._received = self._received, []
        self.shown.clear()
        self.held_back = False
        return taken

    def note(self, received: Received) -> None:
        """Keep a request."""
        with self._lock:
            self._received.append(received)

    def pieces(self, text: str) -> Iterator[str]:
        """Yield `text` in pieces, waiting in its middle for the client."""
        cuts = range(0, len(text), _PIECE)
        for number, at in enumerate(cuts):
            if number == len(cuts) // 2 and not self.shown.wait(_PATIENCE_S):
                self.held_back = True
            yield text[at : at + _PIECE]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    recorder: Recorder

    def handle_error(self, *_: Any) -> None:
        """Say nothing: a message might quote a request."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):  # every method there may be
            return self._serve
        raise AttributeError(name)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        body = self._body()
        lines = [self.requestline, *(f"{name}: {value}" for name, value in self.headers.items())]
        self.server.recorder.note(Received("\n".join(lines).encode("utf-8", "surrogateescape"), body))
        known, said = formats.of_path(self.path), formats.prompts(body)
        if known is None or not said:
            self._whole(b"{}")
            return
        text = answer(said[-1])
        if not json.loads(body).get("stream"):
            self._whole(json.dumps(known.reply(text), ensure_ascii=False).encode())
            return
        self._head(known.media, ("transfer-encoding", "chunked"))
        for event in known.events(self.server.recorder.pieces(text)):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
        self.wfile.write(b"0\r\n\r\n")

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("transfer-encoding", ""):
            return self.rfile.read(min(int(self.headers.get("content-length") or 0), _LONGEST))
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            body += self.rfile.read(min(size, _LONGEST))
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _whole(self, body: bytes) -> None:
        self._head("application/json", ("content-length", str(len(body))))
        if self.command != "HEAD":
            self.wfile.write(body)

    def _head(self, media: str, framing: tuple[str, str]) -> None:
        self.send_response(200)
        self.send_header("content-type", media)
        self.send_header(*framing)
        self.end_headers()
