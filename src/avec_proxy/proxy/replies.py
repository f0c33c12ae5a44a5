"""A reply on its way back: its headers, and the callable that restores its bytes as they pass."""

import logging
from collections.abc import Callable

from mitmproxy import http

from avec_proxy.model import Cleared, Refusal
from avec_proxy.policy import reply_mapping
from avec_proxy.proxy import encodings, headers
from avec_proxy.wire.format import WireFormat
from avec_proxy.wire.replies import Reply, Usage

log = logging.getLogger(__name__)


class Restorer:
    """Called with each piece of a reply, then with b"" at its end; total: it never raises.

    mitmproxy takes an empty list for «nothing yet», where b"" would end the client's reply.
    """

    def __init__(self, reply: Reply) -> None:
        self._reply: Reply | None = reply
        self._counted = reply
        self.shown = 0  # bytes

    @property
    def usage(self) -> Usage | None:
        """The tokens that the provider counted, as far as the reply has come."""
        return self._counted.usage

    def __call__(self, data: bytes) -> list[bytes]:
        """Return the pieces to show."""
        pieces = self._pieces(data)
        self.shown += sum(map(len, pieces))
        return pieces

    def _pieces(self, data: bytes) -> list[bytes]:
        reply = self._reply
        if reply is None:
            return [data] if data else []
        shown = data
        try:
            shown = reply.feed(data) if data else reply.close()
        except Exception as error:
            # from here on the placeholders are shown as they come
            log.error("restore_failed", exc_info=error)
            self._reply = None
        if not data:
            self._reply = None
        return [shown] if shown else []

    def whole(self, data: bytes) -> bytes:
        """Return a whole reply, restored."""
        return b"".join([*(self(data) if data else []), *self(b"")])


class UnusableError(Exception):
    """The reply must not reach the client as it is."""


def open_reply(
    flow: http.HTTPFlow,
    wire_format: WireFormat,
    cleared: Cleared,
    *,
    close: bool,
    chunked: bool,
    learn: Callable[[str], None] | None = None,
) -> Restorer | None:
    """Prepare the flow's reply, whose headers have come: headers cleaned, our counts added, the stream restored.

    Returns what restores the body: set as the reply's stream, unless the body must be kept and restored whole
    (`finish`) because it comes compressed though we asked it not to; None if there is no body.
    `learn` is told each name by which a later request may lean on this exchange.
    Raises UnusableError for a redirection, which a client would follow around the gateway, and
    for a reply that changes the protocol or whose framing is not plain.
    """
    reply = flow.response
    assert reply is not None
    encoding = reply.headers.get("content-encoding", "identity").strip().lower()
    framing = reply.headers.get("transfer-encoding", "chunked").strip().lower()
    if reply.status_code < 200 or (300 <= reply.status_code < 400 and reply.status_code != 304) or framing != "chunked":
        raise UnusableError
    bodiless = flow.request.method == "HEAD" or reply.status_code in (204, 304)
    content_type = reply.headers.get("content-type", "")
    reply.headers.fields = tuple(
        (name, value) for name, value in reply.headers.fields if headers.comes_back(name.decode("latin-1"))
    )
    for name, shown in _counts(cleared):
        reply.headers[name] = shown
    reply.http_version = "HTTP/1.1"
    if close:
        reply.headers["connection"] = "close"
    if bodiless:
        return None
    restorer = Restorer(wire_format.reply(reply_mapping(cleared.values), content_type, learn))
    if encoding not in ("identity", ""):
        return restorer
    reply.headers.pop("content-encoding", None)
    if chunked:  # else the client reads until the connection closes, and cannot tell an end from a break
        reply.headers["transfer-encoding"] = "chunked"
    reply.stream = restorer
    return restorer


def finish(reply: http.Response, restorer: Restorer, limit: int) -> None:
    """Decode, restore and set the body of a reply that came whole. Raises UnusableError if it cannot be decoded."""
    try:
        body = encodings.decode(reply.raw_content or b"", reply.headers.pop("content-encoding", None), limit)
    except Refusal:
        raise UnusableError from None
    reply.content = restorer.whole(body)


def _counts(cleared: Cleared) -> list[tuple[str, str]]:
    counts = [("x-avec-hidden", str(sum(cleared.hidden.values()))), ("x-avec-politeness", str(cleared.politeness))]
    if cleared.warnings:
        counts.append(("x-avec-warnings", ",".join(cleared.warnings)))
    return counts
