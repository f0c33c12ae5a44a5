"""Where a request goes: what the guard asks, and the gateway's answers, where each vendor has an upstream."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from mitmproxy import connection, http

from avec_proxy.model import Refusal
from avec_proxy.proxy import answers, pages
from avec_proxy.settings import BaseUrl, Settings, UnknownEndpoints, is_loopback
from avec_proxy.wire import FORMATS, endpoints, kept_elsewhere, unlisted
from avec_proxy.wire.endpoints import EndpointRule
from avec_proxy.wire.unlisted import Unlisted

HEALTH = "/avec/health"
# Nobody's address: every request is sent to an upstream that is known, or nowhere.
NOBODY = "avec-proxy.invalid"

Own = Callable[[bool], http.Response]  # makes our own answer; given whether the workers are there


@dataclass(frozen=True, slots=True)
class Way:
    """The endpoint that a request means, the service that it is sent to, and the format that its body is read in."""

    rule: EndpointRule | Unlisted
    upstream: BaseUrl
    format: str


class Route(Protocol):
    """What the guard asks about destinations. `mode` is mitmproxy's."""

    mode: str

    def own(self, flow: http.HTTPFlow) -> Own | None:
        """Return what answers a request that is for us alone, None for every other."""
        ...

    def way(self, request: http.Request) -> Way:
        """Return where a request goes, judging by its head. Raises Refusal for every head that is not plainly fit."""
        ...

    def passes(self, request: http.Request) -> bool:
        """Return whether a request is no AI's and is passed on as it is."""
        ...

    def found(self, request: http.Request) -> Way:
        """Return where a request goes that would have passed but speaks to a language model.

        Raises Refusal for every head that is not plainly fit.
        """
        ...

    def shape(self, request: http.Request) -> tuple[str, bool]:
        """Return the wire format that a refusal is written in ("" if none), and whether it is a page instead."""
        ...

    async def reach(self, server: connection.Server) -> bool:
        """Return whether `server` may be connected to; its address may be replaced by the very one."""
        ...

    def facts(self) -> dict[str, object]:
        """Return what is set about destinations, for `verify`."""
        ...

    def failed(self, address: connection.Address) -> None:
        """Take note that nobody answered at an address that `reach` gave."""
        ...


class GatewayRoute:
    """The upstreams of the settings, and nothing else."""

    mode = f"reverse:http://{NOBODY}:9"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        bases = [settings.upstream, *settings.upstreams.values()]
        self._addresses = frozenset(base.address for base in bases if base is not None)

    def own(self, flow: http.HTTPFlow) -> Own | None:
        """Answer the health check."""
        request = flow.request
        asked = request.path == HEALTH and request.method == "GET" and not request.authority
        return answers.healthy if asked else None

    def way(self, request: http.Request) -> Way:
        """Return the endpoint, and its vendor's upstream."""
        no_upgrade(request)
        if request.authority or request.method == "CONNECT":
            raise Refusal("endpoint_unknown")
        path = path_of(request)
        rule, wire_format = meant(
            endpoints.find(path, names_of(request)), unlisted.of_gateway(path), request, self._settings
        )
        upstream = self._settings.upstream_of(rule.vendor)
        if upstream is None:
            raise Refusal("upstream_missing")
        return Way(rule, upstream, wire_format)

    def passes(self, request: http.Request) -> bool:
        """Nothing does."""
        return False

    def found(self, request: http.Request) -> Way:
        """Refuse: nothing passes."""
        raise Refusal("endpoint_unknown")

    def shape(self, request: http.Request) -> tuple[str, bool]:
        """Return the format of the endpoint, if it is one."""
        return wire_format(request), False

    async def reach(self, server: connection.Server) -> bool:
        """Let nothing be contacted but a configured upstream."""
        address = server.address
        return address is not None and tuple(address[:2]) in self._addresses

    def facts(self) -> dict[str, object]:
        """Return, for each vendor that is served, how its upstream is reached."""
        settings = self._settings
        served = {vendor: settings.upstream_of(vendor) for vendor in sorted(endpoints.vendors())}
        return {"mode": "gateway", "upstreams": {vendor: _how(base) for vendor, base in served.items() if base}}

    def failed(self, address: connection.Address) -> None:
        """Nothing to note: addresses are as they were set."""


def _how(base: BaseUrl) -> str:
    return base.scheme if not is_loopback(base.host) else "loopback"


def path_of(request: http.Request) -> str:
    """Return the path without its query."""
    return request.path.partition("?")[0]


def names_of(request: http.Request) -> Collection[str]:
    """Return the names of the headers, in lower case."""
    return {name.lower() for name in request.headers}


def wire_format(request: http.Request, host: str | None = None) -> str:
    """Return the wire format that a request's address means, else the one that `host` speaks, "" if none."""
    rule = endpoints.find(path_of(request), names_of(request), host)
    if rule is None and host is not None:
        rule = next((rule for rule in endpoints.endpoints() if rule.serves(host)), None)
    return "" if rule is None else rule.format


def no_upgrade(request: http.Request) -> None:
    """Raise Refusal for a request that would become something else than HTTP."""
    names = names_of(request)
    if "upgrade" in names or "upgrade" in request.headers.get("connection", "").lower() or "sec-websocket-key" in names:
        raise Refusal("websocket_unsupported")


def meant(
    listed: EndpointRule | None, other: Unlisted | None, request: http.Request, settings: Settings
) -> tuple[EndpointRule | Unlisted, str]:
    """Return what a request's address is, and the wire format that its body is read in.

    `listed` is the endpoint of that address, if there is one; `other` what the address is if there is none and it
    may leave at all. A listed endpoint that is sent another form of body than its own is scanned like an unlisted one.
    Raises Refusal if the address is neither, or one that nothing may be sent to, or does not take the method, or if the
    framing is not plain.
    """
    scanned = settings.unknown_endpoints is UnknownEndpoints.SCAN
    rule: EndpointRule | Unlisted | None = listed
    if listed is None and scanned and not pages.wanted(request) and request.method in unlisted.METHODS:
        rule = other
        names = [pair.partition("=")[0] for pair in request.path.partition("?")[2].split("&")]
        if rule is not None and request.method == "POST" and kept_elsewhere.address(path_of(request), names):
            raise Refusal("history_elsewhere")
    if rule is None or (listed is not None and not listed.takes(request.method)):
        raise Refusal("endpoint_unknown")
    if listed is not None and listed.refused is not None:
        raise Refusal(listed.refused)
    _plainly_framed(request)
    own = listed is not None and (not scanned or FORMATS[listed.format].reads(request.headers.get("content-type")))
    return rule, rule.format if own or request.method != "POST" else unlisted.FORMAT


def _plainly_framed(request: http.Request) -> None:
    if request.http_version not in ("HTTP/1.0", "HTTP/1.1") or "trailer" in names_of(request):
        raise Refusal("request_malformed")
    if request.headers.get("transfer-encoding", "chunked").lower() != "chunked":
        raise Refusal("encoding_unsupported")


_HOST_HEADER = re.compile(r"([^:\[\]]{1,255})(?::([0-9]{1,5}))?")


def host_header(request: http.Request) -> tuple[str, int | None] | None:
    """Return host and port of the one Host header; ("", None) without one. None if there are several or it is odd."""
    given = request.headers.get_all("host")
    if not given:
        return "", None
    match = _HOST_HEADER.fullmatch(given[0].strip())
    if len(given) > 1 or match is None:
        return None
    return match[1], int(match[2]) if match[2] else None
