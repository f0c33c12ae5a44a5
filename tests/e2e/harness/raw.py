"""A client that sends exactly the bytes it is given, and reads what comes back."""

import http.client
import io
import json
import socket
from dataclasses import dataclass
from typing import Any

CHAT = "/v1/chat/completions"
MESSAGES = "/v1/messages"
JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Answer:
    """One parsed HTTP response; `interim` counts the 1xx responses before it."""

    status: int
    headers: dict[str, str]
    body: bytes
    interim: int = 0

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def said(self) -> str:
        """The text of the reply, whole or streamed, of either provider."""
        if self.headers.get("content-type", "").startswith("text/event-stream"):
            return "".join(map(_delta, self.body.decode().split("\n")))
        value = self.json
        if "choices" in value:
            return str(value["choices"][0]["message"]["content"])
        return "".join(str(block["text"]) for block in value["content"])


def _delta(line: str) -> str:
    if not line.startswith("data: {"):
        return ""
    event = json.loads(line[6:])
    if "choices" in event:
        return str(event["choices"][0]["delta"].get("content") or "")
    return str(event.get("delta", {}).get("text", ""))


class _Socket:
    def __init__(self, data: io.BytesIO) -> None:
        self._data = data

    def makefile(self, *_: object) -> io.BytesIO:
        return self._data


def exchange(port: int, *pieces: bytes, half_close: bool = False, timeout: float = 30, patient: bool = True) -> bytes:
    """Send `pieces` one after the other on a new connection; return all that comes back until it is closed.

    Raises TimeoutError if nothing comes for `timeout` seconds, unless the caller is not `patient`.
    """
    received = bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before everything was sent
        try:
            while got := connection.recv(65536):
                received += got
        except ConnectionResetError:
            pass
        except TimeoutError:
            if patient:
                raise
    return bytes(received)


def answers(data: bytes, method: str = "POST") -> list[Answer]:
    """Return the responses in `data`, in order."""
    stream = io.BytesIO(data)
    found: list[Answer] = []
    interim = 0
    while stream.tell() < len(data):
        at = stream.tell()
        if data[at : at + 12] == b"HTTP/1.1 100":
            stream.seek(data.index(b"\r\n\r\n", at) + 4)
            interim += 1
            continue
        response = http.client.HTTPResponse(_Socket(_Kept(stream)), method=method)  # type: ignore[arg-type]
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        found.append(Answer(response.status, headers, response.read(), interim))
        interim = 0
    return found


class _Kept(io.BufferedIOBase):
    """A view of a stream that closing does not close."""

    def __init__(self, stream: io.BytesIO) -> None:
        self._stream = stream

    def read(self, size: int | None = -1) -> bytes:
        return self._stream.read(size)

    def readinto(self, buffer: Any) -> int:
        return self._stream.readinto(buffer)

    def readline(self, size: int | None = -1) -> bytes:
        return self._stream.readline(size)

    def readable(self) -> bool:
        return True


def request(
    body: bytes | None = b"",
    headers: dict[str, str] | None = None,
    path: str = CHAT,
    method: str = "POST",
    version: str = "1.1",
    *,
    close: bool = True,
) -> bytes:
    """Return the bytes of a request; `body` None sends no length either, headers None are the usual JSON ones."""
    named = {"host": "gateway", **({"connection": "close"} if close else {}), **(JSON if headers is None else headers)}
    if body is not None and "content-length" not in named and "transfer-encoding" not in named:
        named["content-length"] = str(len(body))
    lines = [f"{method} {path} HTTP/{version}", *(f"{name}: {value}" for name, value in named.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8") + (body or b"")


def chunked(body: bytes, size: int = 7, end: bytes = b"0\r\n\r\n") -> bytes:
    """Return `body` in chunks."""
    parts = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + end


def one(port: int, data: bytes, method: str = "POST") -> Answer:
    """Send one request and return its one answer."""
    found = answers(exchange(port, data), method)
    assert len(found) == 1
    return found[0]


def refusal(answer: Answer, *, anthropic: bool = False) -> dict[str, Any]:
    """Check that `answer` is a refusal in the provider's own shape, in French; return its error."""
    assert answer.status in {400, 403, 405, 413, 415, 422}, answer
    assert answer.headers["content-type"].startswith("application/json")
    value = answer.json
    assert (value.get("type") == "error") == anthropic
    error: dict[str, Any] = value["error"]
    assert error["type"] == "avec_refusal"
    assert error["code"] == answer.headers["x-avec-refusal"]
    assert "Rien n'est sorti" in error["message"]
    return error
