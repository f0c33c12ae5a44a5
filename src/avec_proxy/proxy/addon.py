"""The guard: the one place where a request is let through, and it starts by refusing it.

mitmproxy fails open: whatever goes wrong in a hook, it forwards the original request. So the refusal is written
into the flow before anything else, everything after may fail, and the last statement of the last step takes the
refusal back.
"""

# mypy: allow-untyped-calls

import asyncio
import logging
import re
from dataclasses import dataclass, field

from mitmproxy import connection, http, tcp, udp
from mitmproxy.proxy import server_hooks

from avec_proxy.model import Cleared, Refusal, Request
from avec_proxy.proxy import answers, encodings, headers, replies, seal
from avec_proxy.settings import BaseUrl, Settings, join
from avec_proxy.wire import FORMATS, endpoints
from avec_proxy.wire.endpoints import EndpointRule
from avec_proxy.wire.json_text import check_content_type
from avec_proxy.workers.pool import Pool

log = logging.getLogger(__name__)

HEALTH = "/avec/health"
_BODILESS = ("GET", "HEAD", "OPTIONS")
_TARGET = re.compile(rb"/[\x21-\x7e]*")  # nothing that would end the line or the header


@dataclass(eq=False, slots=True)
class _Exchange:
    """What is known of one request and its reply; gone with them."""

    rule: EndpointRule | None = None
    refusal: str | None = "scan_failed"
    health: bool = False
    close: bool = True
    cleared: Cleared | None = None
    kept: replies.Restorer | None = None  # the reply is restored when it is whole
    unusable: bool = False
    client: str = field(default="")

    @property
    def wire_format(self) -> str:
        return "" if self.rule is None else self.rule.format


class Guard:
    """Checks each request in the pool (`clear`: «module:function») and restores its reply."""

    name = "avec_guard"

    def __init__(self, settings: Settings, pool: Pool, clear: str) -> None:
        self._settings = settings
        self._pool = pool
        self._clear = clear
        bases = [settings.upstream, *settings.upstreams.values()]
        self._addresses = frozenset(base.address for base in bases if base is not None)
        self._scans: dict[str, asyncio.Future[Cleared]] = {}
        self._active: set[str] = set()
        self.draining = False

    @property
    def active(self) -> int:
        """How many exchanges are under way."""
        return len(self._active)

    # -- the request

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Refuse, then look at the head; what the head already forbids is remembered."""
        flow.response = answers.refuse("scan_failed")
        exchange = flow.metadata[seal.EXCHANGE] = _Exchange(client=flow.client_conn.id)
        self._active.add(flow.id)
        try:
            exchange.close = headers.wants_close(flow.request.http_version, flow.request.headers.get("connection", ""))
            if flow.request.path == HEALTH and flow.request.method == "GET" and not flow.request.authority:
                exchange.health = True
            else:
                exchange.rule = _rule(flow.request)
                self._admit(flow.request, exchange.rule)
            exchange.refusal = None
        except Refusal as refusal:
            exchange.refusal = refusal.code
        except Exception as error:
            log.error("guard_failed", exc_info=error)

    def _admit(self, request: http.Request, rule: EndpointRule) -> None:
        if self.draining:
            raise Refusal("overloaded")
        if self._settings.upstream_of(rule.vendor) is None:
            raise Refusal("upstream_missing")
        if request.method in _BODILESS:
            if request.headers.get("content-length", "0") != "0":
                raise Refusal("body_unexpected")
            return
        types = request.headers.get_all("content-type")
        check_content_type(types[0] if len(types) == 1 else None)

    async def request(self, flow: http.HTTPFlow) -> None:
        """Refuse, check the whole request, make it the cleared one, and only then take the refusal back."""
        flow.response = answers.refuse("scan_failed")
        exchange: _Exchange | None = flow.metadata.get(seal.EXCHANGE)
        if exchange is None or flow.error or flow.request.stream:
            return
        try:
            if exchange.health and exchange.refusal is None:
                flow.response = answers.healthy(self._pool.alive)
                return
            await self._pass(flow, exchange)
        except Refusal as refusal:
            log.info("refused", extra={"detail": answers.known(refusal.code)})
            flow.response = answers.refuse(refusal.code, exchange.wire_format)
            return
        except asyncio.CancelledError:
            return  # the client is gone, or everything stops: the refusal stands
        except Exception as error:
            log.error("guard_failed", exc_info=error)
            flow.response = answers.refuse("scan_failed", exchange.wire_format)
            return
        flow.response = None

    async def _pass(self, flow: http.HTTPFlow, exchange: _Exchange) -> None:
        if exchange.refusal is not None:
            raise Refusal(exchange.refusal)
        rule, request = exchange.rule, flow.request
        upstream = None if rule is None else self._settings.upstream_of(rule.vendor)
        if rule is None or upstream is None:
            raise Refusal("upstream_missing")
        body = await self._body(request)
        cleared = await self._scan(exchange, Request(rule.id, request.data.path, body))
        if not isinstance(cleared, Cleared) or bool(cleared.body) != bool(body):
            raise Refusal("scan_failed")
        _rewrite(request, upstream, cleared)
        exchange.cleared = cleared
        seal.put(flow)

    async def _body(self, request: http.Request) -> bytes:
        raw = request.raw_content or b""
        if request.trailers:
            raise Refusal("request_malformed")
        if request.method in _BODILESS:
            if raw:
                raise Refusal("body_unexpected")
            return b""
        if not raw:
            raise Refusal("body_missing")
        encoding = ", ".join(request.headers.get_all("content-encoding"))
        if not encoding:
            return encodings.decode(raw, None, self._settings.max_body)
        return await asyncio.to_thread(encodings.decode, raw, encoding, self._settings.max_body)

    async def _scan(self, exchange: _Exchange, request: Request) -> Cleared:
        scan = asyncio.ensure_future(self._pool.run(self._clear, request, self._settings.options))
        self._scans[exchange.client] = scan
        try:
            async with asyncio.timeout(self._settings.scan_timeout + 5):  # the pool's own comes first
                cleared: Cleared = await scan
        except TimeoutError:
            raise Refusal("scan_timeout") from None
        finally:
            self._scans.pop(exchange.client, None)
        return cleared

    # -- the reply

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Set up restoring. Our own refusals come through here too and stay as they are."""
        exchange: _Exchange | None = flow.metadata.get(seal.EXCHANGE)
        if exchange is None or flow.response is None or flow.error:
            return
        if exchange.cleared is None or exchange.rule is None:
            if exchange.close or self.draining:
                flow.response.headers["connection"] = "close"
            _fit(flow)
            return
        if flow.response.status_code == 101 and flow.killable:
            flow.kill()
            return
        exchange.unusable = True
        try:
            exchange.kept = replies.open_reply(
                flow,
                FORMATS[exchange.rule.format],
                exchange.cleared,
                close=exchange.close or self.draining,
            )
            exchange.unusable = False
        except replies.UnusableError:
            log.warning("reply_unusable")
        except Exception as error:
            log.error("reply_failed", exc_info=error)

    def response(self, flow: http.HTTPFlow) -> None:
        """End the exchange; a reply that was kept whole is restored now."""
        exchange = self._end(flow)
        if exchange is None or flow.response is None:
            return
        try:
            if exchange.kept is not None:
                replies.finish(flow.response, exchange.kept, self._settings.max_body)
        except Exception as error:
            log.error("reply_failed", exc_info=error)
            exchange.unusable = True
        if exchange.unusable:
            flow.response = answers.refuse("upstream_unreachable", exchange.wire_format)
            _fit(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        """End the exchange: one side has gone."""
        self._end(flow)

    def _end(self, flow: http.HTTPFlow) -> _Exchange | None:
        self._active.discard(flow.id)
        exchange: _Exchange | None = flow.metadata.pop(seal.EXCHANGE, None)
        return exchange

    # -- connections

    def client_disconnected(self, client: connection.Client) -> None:
        """Give up the check of a client that is gone."""
        scan = self._scans.pop(client.id, None)
        if scan is not None:
            scan.cancel()

    def server_connect(self, data: server_hooks.ServerConnectionHookData) -> None:
        """Let nothing be contacted but a configured upstream."""
        before, data.server.error = data.server.error, "not an upstream"
        address = data.server.address
        if address is not None and tuple(address[:2]) in self._addresses and data.server.via is None:
            data.server.error = before

    # -- what is not HTTP never gets here; if it did, it would end here

    def tcp_start(self, flow: tcp.TCPFlow) -> None:
        """End it."""
        _end_raw(flow)

    def tcp_message(self, flow: tcp.TCPFlow) -> None:
        """End it, and empty what was about to pass."""
        _end_raw(flow)

    def udp_start(self, flow: udp.UDPFlow) -> None:
        """End it."""
        _end_raw(flow)

    def udp_message(self, flow: udp.UDPFlow) -> None:
        """End it, and empty what was about to pass."""
        _end_raw(flow)

    def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Drop it: a WebSocket's messages pass even when its flow is killed."""
        assert flow.websocket is not None
        flow.websocket.messages[-1].drop()
        if flow.killable:
            flow.kill()


def _fit(flow: http.HTTPFlow) -> None:
    """Take the body off an answer of ours to HEAD: the client would read it as the next answer."""
    if flow.request.method == "HEAD" and flow.response is not None:
        flow.response.data.content = b""


def _end_raw(flow: tcp.TCPFlow | udp.UDPFlow) -> None:
    for message in flow.messages:
        message.content = b""
    if flow.killable:
        flow.kill()


def _rule(request: http.Request) -> EndpointRule:
    """Return the endpoint that a head means. Raises Refusal for every head that is not plainly one."""
    names = {name.lower() for name in request.headers}
    connection_header = request.headers.get("connection", "").lower()
    if "upgrade" in names or "upgrade" in connection_header or "sec-websocket-key" in names:
        raise Refusal("websocket_unsupported")
    if request.authority or request.method == "CONNECT":
        raise Refusal("endpoint_unknown")
    rule = endpoints.find(request.path.partition("?")[0], names)
    if rule is None or not rule.takes(request.method):
        raise Refusal("endpoint_unknown")
    if request.http_version not in ("HTTP/1.0", "HTTP/1.1") or "trailer" in names:
        raise Refusal("request_malformed")
    if request.headers.get("transfer-encoding", "chunked").lower() != "chunked":
        raise Refusal("encoding_unsupported")
    return rule


def _rewrite(request: http.Request, upstream: BaseUrl, cleared: Cleared) -> None:
    """Make `request` the cleared one: nothing of the original stays but method and allowed headers."""
    path = join(upstream, cleared.target)
    if not _TARGET.fullmatch(path):
        raise Refusal("scan_failed")
    data = request.data
    data.scheme, data.host, data.port = upstream.scheme.encode(), upstream.host, upstream.port
    data.authority, data.path, data.http_version = b"", path, b"HTTP/1.1"
    fields = headers.outgoing(data.headers.fields, upstream, cleared.body, has_body=request.method == "POST")
    data.headers = http.Headers(fields)
    data.content = cleared.body
    data.trailers = None
