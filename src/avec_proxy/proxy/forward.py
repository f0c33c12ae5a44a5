"""Where a workstation's requests go: AI services are read, all else is passed on, nothing internal is reached."""

import ipaddress
import re

from mitmproxy import connection, http

from avec_proxy import hosts
from avec_proxy.hosts import HostClass
from avec_proxy.model import Refusal
from avec_proxy.proxy import answers, pages
from avec_proxy.proxy.addresses import AddressError, Resolver
from avec_proxy.proxy.pac import pac
from avec_proxy.proxy.route import (
    HEALTH,
    NOBODY,
    Own,
    Way,
    host_header,
    meant,
    names_of,
    no_upgrade,
    path_of,
    wire_format,
)
from avec_proxy.proxy.scope import HTTP, HTTPS, Scope, Verdict
from avec_proxy.settings import BaseUrl, Settings
from avec_proxy.wire import endpoints, unlisted

PAC = "/proxy.pac"
# where programs talk; a chat page's own addresses and its uploads are no API
_APIS = (HostClass.API, HostClass.FR)


class ForwardRoute:
    """The real hosts: https for what is read, the request's own address for what is passed on."""

    mode = "regular"

    def __init__(self, settings: Settings, scope: Scope, resolver: Resolver) -> None:
        self._settings = settings
        self._scope = scope
        self._resolver = resolver

    def own(self, flow: http.HTTPFlow) -> Own | None:
        """Answer the health check, and serve the PAC file with the port that it was asked at."""
        request = flow.request
        here, port = flow.client_conn.sockname[0], flow.client_conn.sockname[1]
        ours = request.host == NOBODY or (request.port == port and _is_this(request.host))
        if not ours or request.scheme != "http" or request.method not in ("GET", "HEAD"):
            return None
        if path_of(request) == HEALTH:
            return answers.healthy
        return (lambda _: answers.pac(pac(here, port))) if path_of(request) == PAC else None

    def way(self, request: http.Request) -> Way:
        """Return the endpoint of the very host that the request is for."""
        no_upgrade(request)
        host = hosts.normalise(request.host)
        if host is None or request.authority or request.method == "CONNECT":
            raise Refusal("endpoint_unknown")
        decide = self._scope.connect if request.scheme == "https" else self._scope.plain
        if decide(host, request.port) is not Verdict.READ:
            raise Refusal("endpoint_unknown")
        named = host_header(request)
        if named is None or (named[0] and hosts.normalise(named[0]) != host) or named[1] not in (None, request.port):
            raise Refusal("request_malformed")
        path = path_of(request)
        api = hosts.classify(host) in _APIS
        rule, wire_format = meant(
            endpoints.find(path, names_of(request), host),
            unlisted.of_host(path, host) if api else None,
            request,
            self._settings,
        )
        return Way(rule, BaseUrl("https", host, HTTPS), wire_format)

    def passes(self, request: http.Request) -> bool:
        """Return whether this is plain http for a site that is no AI's."""
        return (
            request.scheme == "http"
            and request.host != NOBODY
            and request.method != "CONNECT"
            and request.http_version in ("HTTP/1.0", "HTTP/1.1")
            and self._scope.plain(request.host, request.port) is Verdict.TUNNEL
        )

    def found(self, request: http.Request) -> Way:
        """Return the request's own address, to be checked as one of an API that is not listed."""
        no_upgrade(request)
        host = hosts.normalise(request.host)
        if host is None:
            raise Refusal("endpoint_unknown")
        rule, wire_format = meant(None, unlisted.of_host(path_of(request), host), request, self._settings)
        return Way(rule, BaseUrl("http", host, request.port), wire_format)

    def shape(self, request: http.Request) -> tuple[str, bool]:
        """Return the format that the host speaks; a page for a browser."""
        return wire_format(request, hosts.normalise(request.host)), pages.wanted(request)

    async def reach(self, server: connection.Server) -> bool:
        """Pin the address: TLS of ours to hosts that are read, anything to others; never inside, never an address."""
        if server.address is None:
            return False
        host, port = hosts.normalise(server.address[0]), server.address[1]
        if host is None or not self._meant(host, port, server):
            return False
        try:
            server.address = await self._resolver.pin(host, port, vouched=server.tls)
        except AddressError:
            return False
        return True

    def facts(self) -> dict[str, object]:
        """Return that this is `run`, and what becomes of AI services that nobody reads."""
        return {"mode": "run", "other_ai": str(self._scope.other_ai)}

    def failed(self, address: connection.Address) -> None:
        """Try another address of the same name next time."""
        self._resolver.failed((address[0], address[1]))

    def _meant(self, host: str, port: int, server: connection.Server) -> bool:
        if server.tls:
            own_name = server.sni is not None and hosts.normalise(server.sni) == host
            return own_name and self._scope.connect(host, port) is Verdict.READ
        return Verdict.TUNNEL in (self._scope.connect(host, port), self._scope.plain(host, port))


def _is_this(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# What a program may send JSON as, to an address that is not read; with no content type it may be anything.
_MAY_BE_JSON = re.compile(
    r"|(?:application|text)/(?:[a-z0-9.-]+\+)?(?:json|plain|javascript|x-ndjson|jsonl|octet-stream)"
)


def may_speak(request: http.Request) -> bool:
    """Tell from its head whether a request that passes could be one to a language model."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return request.method == "POST" and _MAY_BE_JSON.fullmatch(media) is not None


def as_it_came(request: http.Request) -> None:
    """Prepare a request that is passed on: only what concerns one hop goes; the Host header names the target."""
    listed = {name.strip().lower() for name in request.headers.get("connection", "").split(",")}
    close = "close" in listed
    for name in (listed | _HOP_BY_HOP) - {"", "close", "host", "content-length", "transfer-encoding"}:
        request.headers.pop(name, None)
    if close:
        request.headers["connection"] = "close"  # mitmproxy ends the client's connection by it, too
    named = host_header(request)
    authority = request.host if request.port == HTTP else f"{request.host}:{request.port}"
    if named is None or (hosts.normalise(named[0]), named[1] or HTTP) != (hosts.normalise(request.host), request.port):
        request.headers.pop("host", None)
        request.headers.insert(0, "Host", authority)  # RFC 9112, 3.2.2: the target decides


_HOP_BY_HOP = frozenset(
    {"connection", "proxy-connection", "proxy-authorization", "keep-alive", "te", "upgrade", "http2-settings"}
)
