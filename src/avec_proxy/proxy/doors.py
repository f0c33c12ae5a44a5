"""CONNECT: which tunnels open, and what may be said inside them.

mitmproxy would open any tunnel and look what comes. Here the destination decides first, and what the client then says
must agree with it: where an AI is read, nothing but TLS for that very host; where nothing is read, no greeting that
asks for an AI after all.
"""

# mypy: allow-untyped-calls

import logging
import re

from mitmproxy import http, tls
from mitmproxy.net.tls import starts_like_tls_record
from mitmproxy.proxy import layer, layers
from mitmproxy.proxy.layers import modes
from mitmproxy.proxy.layers.http import HTTPMode
from mitmproxy.proxy.layers.tls import parse_client_hello

from avec_proxy import hosts
from avec_proxy.proxy import answers
from avec_proxy.proxy.addresses import AddressError, Resolver
from avec_proxy.proxy.ca import Authority
from avec_proxy.proxy.layers import Closed, open_first
from avec_proxy.proxy.scope import Scope, Verdict

log = logging.getLogger(__name__)

_LONGEST_HELLO = 65536
_RECORDS = range(0x14, 0x19)  # what a TLS record begins with (RFC 8446, 5.1; RFC 6520)
_RECORD = re.compile(rb"[\x14-\x18]\x03[\x00-\x04]")
_SAID = {
    Verdict.OTHER_AI: "service_refused",
    Verdict.NOT_A_NAME: "address_refused",
    Verdict.PORT: "port_refused",
}


class Doors:
    """Opens or refuses tunnels; stands before the guard."""

    name = "nextlayer"  # whose place it takes

    def __init__(self, scope: Scope, resolver: Resolver, authority: Authority) -> None:
        self._scope = scope
        self._resolver = resolver
        self._authority = authority
        self.draining = False
        self.distrusted = 0  # handshakes that a client broke off: it does not trust the authority

    async def http_connect(self, flow: http.HTTPFlow) -> None:
        """Refuse, look at the destination, and only then take the refusal back."""
        flow.response = answers.refuse("service_refused")
        try:
            code = await self._refusal(flow)
        except Exception as error:
            log.error("connect_failed", exc_info=error)
            return
        if code is None:
            flow.response = None
            return
        log.info("not_opened", extra={"detail": code})
        flow.response = answers.refuse(code)
        flow.response.headers["connection"] = "close"

    async def _refusal(self, flow: http.HTTPFlow) -> str | None:
        """Return why a CONNECT is refused, None if it is not."""
        request = flow.request
        if self.draining:
            return "overloaded"
        if "transfer-encoding" in request.headers or request.headers.get("content-length", "0") != "0":
            return "request_malformed"
        host, verdict = hosts.normalise(request.host), self._scope.connect(request.host, request.port)
        if host is None or verdict in _SAID:
            return _SAID.get(verdict, "address_refused")
        if verdict is Verdict.READ:
            return None if self._authority.covers(host) else "service_refused"
        try:
            await self._resolver.pin(host, request.port)
        except AddressError as error:
            return "address_refused" if error.forbidden else "site_unreachable"
        open_first(flow)
        return None

    def next_layer(self, nextlayer: layer.NextLayer) -> None:
        """Say what the bytes of a client are taken for; as long as nothing is said, none of them goes on."""
        context = nextlayer.context
        depth = len(context.layers)
        if depth == 0 or not isinstance(context.layers[0], modes.HttpProxy):
            return
        if depth == 1:
            nextlayer.layer = layers.HttpLayer(context, HTTPMode.regular)
        elif isinstance(context.layers[-1], layers.ClientTLSLayer):
            nextlayer.layer = layers.HttpLayer(context, HTTPMode.transparent)
        elif depth == 3:  # the proxy, HTTP, and the CONNECT
            self._inside(nextlayer)

    def _inside(self, nextlayer: layer.NextLayer) -> None:
        context, said = nextlayer.context, nextlayer.data_client()
        assert context.server.address is not None
        host, port = context.server.address[:2]
        read = self._scope.connect(host, port) is Verdict.READ
        speaks_tls = starts_like_tls_record(said)
        if not speaks_tls and 0 < len(said) < 3 and said[0] in _RECORDS:
            return  # not enough to tell
        if not speaks_tls and _RECORD.match(said):
            nextlayer.layer = Closed(context)  # before a greeting, to hide it from the next line
            return
        if speaks_tls:
            try:
                hello = parse_client_hello(said)
            except ValueError:
                nextlayer.layer = Closed(context)
                return
            if hello is None:
                if len(said) > _LONGEST_HELLO:
                    nextlayer.layer = Closed(context)
                return
            if self._scope.fronted(host, hello.sni):
                log.info("not_opened", extra={"detail": "other_name"})
                nextlayer.layer = Closed(context)
                return
        if not read:
            nextlayer.layer = layers.TCPLayer(context, ignore=True)
        elif speaks_tls:
            server_tls = layers.ServerTLSLayer(context)
            server_tls.child_layer = layers.ClientTLSLayer(context)
            nextlayer.layer = server_tls
        elif said:
            # it is answered if it is HTTP, and never relayed: the guard lets no plain http through on this port
            nextlayer.layer = layers.HttpLayer(context, HTTPMode.transparent)

    def tls_failed_client(self, _data: tls.TlsData) -> None:
        """Count it. Nothing is let through unread because a client does not like to be read."""
        self.distrusted += 1
        log.warning("client_tls_failed")
