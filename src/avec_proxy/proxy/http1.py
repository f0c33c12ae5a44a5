"""mitmproxy's HTTP/1 reading, where it answers or hangs by itself before any addon is asked.

Its error pages quote the request in HTML; a trailer makes it hang; a broken body is met with silence. Two small
subclasses answer with our words instead. They rest on mitmproxy's inner names, so a test fails when these change.
"""

import re
from dataclasses import dataclass
from typing import Any, cast

import h11
import mitmproxy.proxy.layers.http as http_layer
from h11._readers import ChunkedReader
from mitmproxy.http import Request
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.layers.http import _http1
from mitmproxy.proxy.layers.http._base import ReceiveHttp
from mitmproxy.proxy.layers.http._events import HttpEvent, RequestHeaders, ResponseProtocolError
from mitmproxy.proxy.layers.modes import HttpProxy

from avec_proxy.proxy.answers import page
from avec_proxy.proxy.layers import Stream
from avec_proxy.proxy.route import NOBODY, Route

MAX_HEAD = 65536
_REQUEST_LINE = re.compile(rb"[A-Z]{1,16}(?: [^\n]*)?")


@dataclass(frozen=True, slots=True)
class Asked:
    """How an error is to be told: in a wire format or as a page, about an AI or a `site` that is none."""

    wire_format: str = ""
    page: bool = False
    site: bool = False


def error_response(status_code: int, _message: str = "", asked: Asked = Asked()) -> bytes:
    """Return a whole HTTP/1.1 answer for mitmproxy's own errors; mitmproxy's message is not used."""
    status, body, headers = page(status_code, asked.wire_format, as_page=asked.page, site=asked.site)
    lines = [f"HTTP/1.1 {status} Refused", *(f"{name}: {value}" for name, value in headers)]
    lines += [f"content-length: {len(body)}", "connection: close", "", ""]
    return "\r\n".join(lines).encode("ascii") + body


class _NoTrailers:
    """A chunked body's reader: a request with trailers is malformed, a reply's trailers are dropped."""

    def __init__(self, reader: ChunkedReader, *, refuse: bool) -> None:
        self._reader = reader
        self._refuse = refuse

    def __call__(self, buffer: Any) -> Any:
        event = self._reader(buffer)
        if isinstance(event, h11.EndOfMessage) and event.headers:
            if self._refuse:
                raise h11.RemoteProtocolError("trailers")
            return h11.EndOfMessage()
        return event

    def read_eof(self) -> Any:
        return self._reader.read_eof()


class Server(_http1.Http1Server):
    """Towards the client; `route` says how its errors are told."""

    route: Route | None = None
    _asked = Asked()

    def read_headers(self, event: events.ConnectionEvent) -> layer.CommandGenerator[None]:
        """Read a request's head, bounded; what cannot become one is answered at once."""
        if isinstance(event, events.DataReceived) and not _may_be_head(bytes(self.buf)):
            yield from self._give_up()
            return
        for command in super().read_headers(event):
            request = None
            if isinstance(command, ReceiveHttp) and isinstance(command.event, RequestHeaders):
                request = command.event.request
                if not request.data.host and self._is_proxy():  # it is for us, whatever its Host header says
                    request.data.host, request.data.port, request.data.scheme = NOBODY, 80, b"http"
            yield command
            if request is not None:  # its destination is known now
                self._asked = self._told(request)
        if self.state == self.read_headers and len(self.buf) > MAX_HEAD:
            yield from self._give_up()

    def read_body(self, event: events.Event) -> layer.CommandGenerator[None]:
        """Read a body; one that breaks the rules is answered before the connection is closed."""
        if isinstance(self.body_reader, ChunkedReader):
            self.body_reader = cast(Any, _NoTrailers(self.body_reader, refuse=True))
        for command in super().read_body(event):
            broken = isinstance(command, commands.CloseConnection) and not self.request_done
            if broken and self._may_answer():
                yield commands.SendData(self.conn, error_response(400, asked=self._asked))
            yield command
            if broken:
                self.state = self.done  # its end is not a second error

    def _give_up(self) -> layer.CommandGenerator[None]:
        yield commands.SendData(self.conn, error_response(400))
        yield commands.CloseConnection(self.conn)
        self.state = self.done

    def _is_proxy(self) -> bool:
        above = self.context.layers
        return len(above) == 3 and isinstance(above[0], HttpProxy)

    def _told(self, request: Request) -> Asked:
        if self.route is None or request.method.upper() == "CONNECT":
            return Asked()
        try:
            return Asked(*self.route.shape(request), site=self.route.passes(request))
        except Exception:  # an exception in a layer hangs the client
            return Asked()

    def _may_answer(self) -> bool:
        return self.response is None or self.response.status_code == 100

    def send(self, event: HttpEvent) -> layer.CommandGenerator[None]:
        """Send an answer; an error that is mitmproxy's own is told in our words."""
        if isinstance(event, ResponseProtocolError) and self._may_answer():
            status = event.code.http_status_code()
            if status is not None and self.request is not None and self.request.method.upper() == "CONNECT":
                status = 403
            if status is not None:
                yield commands.SendData(self.conn, error_response(status, asked=self._asked))
            yield commands.CloseConnection(self.conn)
            self.state = self.done
            return
        yield from super().send(event)


class Client(_http1.Http1Client):
    """Towards the upstream."""

    def read_body(self, event: events.Event) -> layer.CommandGenerator[None]:
        """Read a reply's body without its trailers."""
        if isinstance(self.body_reader, ChunkedReader):
            self.body_reader = cast(Any, _NoTrailers(self.body_reader, refuse=False))
        yield from super().read_body(event)


def _may_be_head(received: bytes) -> bool:
    line = received[: MAX_HEAD + 1].lstrip(b"\r\n").partition(b"\n")[0]
    return not line or bool(_REQUEST_LINE.fullmatch(line))


def install(route: Route) -> None:
    """Make mitmproxy use these classes, for the one route that runs."""
    Server.route = Stream.route = route
    http_layer.Http1Server = Server  # type: ignore[attr-defined]
    http_layer.Http1Client = Client  # type: ignore[attr-defined]
    http_layer.HttpStream = Stream  # type: ignore[misc]
    _http1.make_error_response = error_response  # type: ignore[assignment]
