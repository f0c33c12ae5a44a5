"""The second lock: what leaves is, to the byte, what the guard cleared.

The guard puts a digest of the finished request on its flow; this addon stands last and refuses whatever does not
match: a request that no guard has seen, or one that something changed after it.
"""

import hashlib

from mitmproxy import http

from avec_proxy.proxy import answers
from avec_proxy.proxy.route import Route

EXCHANGE = "avec_exchange"  # what the guard knows of a flow; without it, nothing of a reply is restored
_KEY = "avec_seal"


def put(flow: http.HTTPFlow) -> None:
    """Seal the flow's request as it is now."""
    flow.metadata[_KEY] = _digest(flow.request)


def _digest(request: http.Request) -> bytes:
    data = request.data
    parts = [data.method, data.scheme, data.host.encode(), str(data.port).encode(), data.authority, data.path]
    parts += [piece for field in data.headers.fields for piece in field]
    parts += [data.content or b"", repr(data.trailers).encode()]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.digest()


class Seal:
    """Denies every request that is not sealed; stands last among the addons."""

    name = "avec_seal"

    def __init__(self, route: Route) -> None:
        self._route = route

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Deny what would be sent while it comes, unless it is no AI's."""
        if flow.request.stream and not self._passes(flow):
            flow.request.stream = False
            flow.response = answers.refuse("scan_failed")

    def request(self, flow: http.HTTPFlow) -> None:
        """Deny first; take the denial back only for a request whose seal holds."""
        if flow.response is not None or (flow.request.stream and self._passes(flow)):
            return
        flow.response = answers.refuse("scan_failed")
        exchange = flow.metadata.pop(EXCHANGE, None)
        seal = flow.metadata.pop(_KEY, None)
        if seal is not None and not flow.request.stream and seal == _digest(flow.request):
            flow.metadata[EXCHANGE] = exchange
            flow.response = None

    def _passes(self, flow: http.HTTPFlow) -> bool:
        try:
            return self._route.passes(flow.request)
        except Exception:
            return False
