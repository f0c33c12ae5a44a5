"""The guard: the one place where a request is let through, and it starts by refusing it.

mitmproxy fails open: whatever goes wrong in a hook, it forwards the original request. So the refusal is written
into the flow before anything else, everything after may fail, and the last statement of the last step takes the
refusal back.
"""

# mypy: allow-untyped-calls

import asyncio
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from mitmproxy import connection, http
from mitmproxy.proxy import server_hooks

from avec_proxy.model import JSON, Cleared, Refusal, Request, Strictness
from avec_proxy.proxy import answers, encodings, forward, headers, pages, replies, seal
from avec_proxy.proxy.conversations import Conversations, Link
from avec_proxy.proxy.counting import Meter, Record
from avec_proxy.proxy.not_http import NotHttp
from avec_proxy.proxy.probe import Probe, about
from avec_proxy.proxy.route import Own, Route, Way, path_of
from avec_proxy.settings import BaseUrl, Settings, join
from avec_proxy.usage import Outcome
from avec_proxy.wire import FORMATS, recognise
from avec_proxy.workers.pool import RESPAWN_S, Pool

log = logging.getLogger(__name__)

_BODILESS = ("GET", "HEAD", "OPTIONS")
_TARGET = re.compile(rb"/[\x21-\x7e]*")  # nothing that would end the line or the header


@dataclass(eq=False, slots=True)
class _Exchange:
    """What is known of one request and its reply; gone with them."""

    way: Way | None = None
    refusal: str | None = "scan_failed"
    own: Own | None = None
    facts: bool = False  # what is set and loaded is asked
    sink: BaseUrl | None = None  # a test: it goes to the recorder of who verifies
    passing: bool = False  # not an AI's: passed on as it is
    held: bool = False  # its body will tell whether it is an AI's
    strict: bool = False  # an AI's that nobody listed
    shape: str = ""
    page: bool = False
    close: bool = True
    chunked: bool = False  # the client reads chunks
    cleared: Cleared | None = None
    kept: replies.Restorer | None = None  # the reply is restored when it is whole
    unusable: bool = False
    client: str = field(default="")
    link: Link | None = None  # to the conversation, if the provider keeps it
    code: str | None = None  # of the refusal that was answered
    meter: Meter = field(default_factory=Meter)

    def refuse(self, code: str) -> http.Response:
        """Return the answer that refuses, in the shape that the client expects."""
        self.code = code
        return answers.refuse(code, self.shape, page=self.page)


class Guard(NotHttp):
    """Checks each request in the pool (`clear`: «module:function») and restores its reply."""

    name = "avec_guard"

    def __init__(self, settings: Settings, pool: Pool, clear: str, route: Route, probe: Probe | None = None) -> None:
        self._settings = settings
        self._pool = pool
        self._clear = clear
        self._route = route
        self._probe = probe or Probe(None)
        self._scans: dict[str, asyncio.Future[Cleared]] = {}
        self._active: set[str] = set()
        self.conversations = Conversations(settings.conversation_minutes * 60, settings.conversations)
        self._names: dict[str, connection.Address] = {}
        self.draining = False
        self.record: Record | None = None  # takes note of each exchange, without waiting
        self.notify: Callable[[Cleared], None] | None = None  # tells the user, without waiting

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
            exchange.chunked = flow.request.http_version == "HTTP/1.1"
            exchange.own = self._route.own(flow)
            exchange.facts = exchange.own is None and self._probe.asks_facts(flow)
            if exchange.facts:
                exchange.refusal = None
                return
            if exchange.own is None and self._route.passes(flow.request):
                exchange.held = forward.may_speak(flow.request)
                self._pass_on(flow, exchange)
                return
            exchange.shape, exchange.page = self._route.shape(flow.request)
            if exchange.own is None:
                exchange.way = self._route.way(flow.request)
                self._admit(flow.request, exchange.way)
            exchange.refusal = None
        except Refusal as refusal:
            exchange.refusal = refusal.code
        except Exception as error:
            log.error("guard_failed", exc_info=error)

    def _pass_on(self, flow: http.HTTPFlow, exchange: _Exchange) -> None:
        """Let a request through that is no AI's, unread, as it comes; one that is held waits for its body."""
        if self.draining:
            exchange.refusal = "overloaded"
            return
        exchange.page = pages.wanted(flow.request)
        exchange.refusal = None
        if exchange.held:
            return
        forward.as_it_came(flow.request)
        exchange.passing = True
        flow.request.stream = True
        flow.response = None

    def _admit(self, request: http.Request, way: Way) -> None:
        if self.draining:
            raise Refusal("overloaded")
        if headers.signed(request.headers.fields, request.data.path):
            raise Refusal("request_signed")
        if request.method in _BODILESS:
            if request.headers.get("content-length", "0") != "0":
                raise Refusal("body_unexpected")
            return
        types = request.headers.get_all("content-type")
        if len(types) > 1:
            raise Refusal("content_type_unsupported")
        FORMATS[way.format].check(types[0] if types else None)

    async def request(self, flow: http.HTTPFlow) -> None:
        """Refuse, check the whole request, make it the cleared one, and only then take the refusal back."""
        exchange: _Exchange | None = flow.metadata.get(seal.EXCHANGE)
        if exchange is not None and exchange.passing:
            return  # the last lock looks at it once more
        flow.response = answers.refuse("scan_failed")
        if exchange is None or flow.error or flow.request.stream:
            return
        try:
            if exchange.own is not None and exchange.refusal is None:
                flow.response = exchange.own(self._pool.alive)
                return
            if exchange.facts and exchange.refusal is None:
                told = await about(self._settings, self._pool, self._clear)
                flow.response = answers.facts({**self._route.facts(), **told})
                return
            if exchange.held and exchange.refusal is None:
                await self._recognise(flow.request, exchange)
            if exchange.passing:
                forward.as_it_came(flow.request)
                seal.put(flow)
            else:
                await self._pass(flow, exchange)
        except Refusal as refusal:
            log.info("refused", extra={"detail": answers.known(refusal.code)})
            flow.response = exchange.refuse(refusal.code)
            return
        except asyncio.CancelledError:
            return  # the client is gone, or everything stops: the refusal stands
        except Exception as error:
            log.error("guard_failed", exc_info=error)
            flow.response = exchange.refuse("scan_failed")
            return
        flow.response = None

    async def _pass(self, flow: http.HTTPFlow, exchange: _Exchange) -> None:
        if exchange.refusal is not None:
            raise Refusal(exchange.refusal)
        way, request = exchange.way, flow.request
        if way is None:
            raise Refusal("endpoint_unknown")
        if self._probe.asked(request):
            exchange.sink = self._probe.sink(flow)
        exchange.meter.bytes_in = len(request.raw_content or b"")
        body = await self._body(request)
        content_type = request.headers.get("content-type", JSON)
        asking = Request(way.rule.id, request.data.path, body, content_type, way.format)
        owner = Conversations.credentials(request.headers.fields) or (flow.client_conn.peername[0].encode(),)
        exchange.link, cleared = await self.conversations.checked(asking, way, owner, partial(self._scan, exchange))
        if not isinstance(cleared, Cleared) or bool(cleared.body) != bool(body):
            raise Refusal("scan_failed")
        exchange.meter.scanned = time.monotonic()
        _rewrite(request, exchange.sink or way.upstream, cleared)
        exchange.cleared = cleared
        seal.put(flow)
        if self.notify is not None and exchange.sink is None:
            self.notify(cleared)

    async def _recognise(self, request: http.Request, exchange: _Exchange) -> None:
        """Look whether a request to an unlisted host speaks to a language model: then it is checked, strictly."""
        encoding = request.headers.get("content-encoding")
        try:
            body = await asyncio.to_thread(
                encodings.decode, request.raw_content or b"", encoding, self._settings.max_body
            )
        except Refusal:
            body = b""
        exchange.passing = not await asyncio.to_thread(recognise.speaks, path_of(request), body)
        if not exchange.passing:
            log.info("recognised")
            exchange.strict = True
            exchange.way = self._route.found(request)
            self._admit(request, exchange.way)

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
        options = self._settings.options
        if exchange.strict:
            options = replace(options, strictness=Strictness.STRICT)
        scan = asyncio.ensure_future(self._pool.run(self._clear, request, options, data=request.body))
        self._scans[exchange.client] = scan
        try:
            async with asyncio.timeout(self._settings.scan_timeout + RESPAWN_S + 5):  # the pool's own comes first
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
        if exchange.passing:
            if flow.response.status_code == 101 and flow.killable:
                flow.kill()
            flow.response.stream = True
            return
        if exchange.cleared is None or exchange.way is None:
            if exchange.close or self.draining:
                flow.response.headers["connection"] = "close"
            _fit(flow)
            return
        if flow.response.status_code == 101 and flow.killable:
            flow.kill()
            return
        exchange.unusable = True
        exchange.meter.first_byte = time.monotonic()
        try:
            restorer = replies.open_reply(
                flow,
                FORMATS[exchange.way.format],
                exchange.cleared,
                close=exchange.close or self.draining,
                chunked=exchange.chunked,
                learn=partial(self._learn, exchange) if flow.response.status_code < 300 else None,
            )
            exchange.meter.restorer = restorer
            exchange.kept = None if flow.response.stream else restorer
            exchange.unusable = False
        except replies.UnusableError:
            log.warning("reply_unusable")
        except Exception as error:
            log.error("reply_failed", exc_info=error)

    def _learn(self, exchange: _Exchange, name: str) -> None:
        """Keep what an exchange told under the name that its reply gives it."""
        if exchange.link is not None and exchange.cleared is not None:
            self.conversations.learn(exchange.link, name, exchange.cleared.past)

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
            flow.response = exchange.refuse("upstream_unreachable")
            if exchange.close or self.draining:
                flow.response.headers["connection"] = "close"
            _fit(flow)
        self._count(flow, exchange, gone=False)

    def error(self, flow: http.HTTPFlow) -> None:
        """End the exchange: one side has gone."""
        exchange = self._end(flow)
        if exchange is not None:
            self._count(flow, exchange, gone=True)

    def _count(self, flow: http.HTTPFlow, exchange: _Exchange, *, gone: bool) -> None:
        """Take note of an exchange in numbers. What goes wrong here is no concern of the client's."""
        test = exchange.facts or exchange.sink is not None
        if self.record is None or exchange.own is not None or exchange.passing or test:
            return
        try:
            if flow.response is not None and exchange.meter.restorer is None:
                exchange.meter.bytes_out = len(flow.response.raw_content or b"")
            failed = gone or exchange.unusable or (flow.response is not None and flow.response.status_code >= 400)
            if exchange.cleared is None and exchange.code is not None:
                outcome = Outcome.REFUSED
            else:
                outcome = Outcome.FAILED if failed else Outcome.SENT
            rule = None if exchange.way is None else exchange.way.rule
            names = ("none", "other") if rule is None else (rule.id, rule.vendor)
            self.record(exchange.meter.event(*names, exchange.cleared, outcome, exchange.code))
        except Exception as error:
            log.error("usage_failed", exc_info=error)

    def _end(self, flow: http.HTTPFlow) -> _Exchange | None:
        self._active.discard(flow.id)
        self._probe.over(flow)
        exchange: _Exchange | None = flow.metadata.pop(seal.EXCHANGE, None)
        return exchange

    # -- connections

    def client_disconnected(self, client: connection.Client) -> None:
        """Give up the check of a client that is gone."""
        scan = self._scans.pop(client.id, None)
        if scan is not None:
            scan.cancel()

    async def server_connect(self, data: server_hooks.ServerConnectionHookData) -> None:
        """Let nothing be contacted but what the route names, and that at the address that it has judged."""
        server = data.server
        before, server.error = server.error, "not an upstream"
        address = server.address
        if address is None or server.via is not None:
            return
        if not self._probe.may_connect(server) and not await self._route.reach(server):
            return
        if server.address != address:
            self._names[server.id] = address
        server.error = before

    def server_connected(self, data: server_hooks.ServerConnectionHookData) -> None:
        """Give the connection its name back, by which mitmproxy finds it for the next request."""
        name = self._names.pop(data.server.id, None)
        if name is not None:
            vars(data.server)["address"] = name  # its setter forbids it; nothing is connected by it any more

    def server_connect_error(self, data: server_hooks.ServerConnectionHookData) -> None:
        """Remember what did not answer."""
        if self._names.pop(data.server.id, None) is not None and data.server.address is not None:
            self._route.failed(data.server.address)


def _fit(flow: http.HTTPFlow) -> None:
    """Take the body off an answer of ours to HEAD: the client would read it as the next answer."""
    if flow.request.method == "HEAD" and flow.response is not None:
        flow.response.data.content = b""


def _rewrite(request: http.Request, upstream: BaseUrl, cleared: Cleared) -> None:
    """Make `request` the cleared one: nothing of the original stays but method and allowed headers."""
    path = join(upstream, cleared.target)
    if not _TARGET.fullmatch(path):
        raise Refusal("scan_failed")
    data = request.data
    data.scheme, data.host, data.port = upstream.scheme.encode(), upstream.host, upstream.port
    data.authority, data.path, data.http_version = b"", path, b"HTTP/1.1"
    fields = headers.outgoing(
        data.headers.fields, upstream, cleared.body, cleared.content_type, has_body=request.method == "POST"
    )
    data.headers = http.Headers(fields)
    data.content = cleared.body
    data.trailers = None
