"""The few layers of the connection's protocol stack that mitmproxy has not."""

# mypy: allow-untyped-calls

import mitmproxy.proxy.layers.http as http_layer
from mitmproxy.http import HTTPFlow
from mitmproxy.proxy import commands, events, layer

from avec_proxy.proxy import answers
from avec_proxy.proxy.route import Route

_OPEN_FIRST = "avec_open_first"
_ALERT = b"\x15\x03\x03\x00\x02\x02\x31"  # TLS: fatal, access_denied (RFC 8446, 6.2)


def open_first(flow: HTTPFlow) -> None:
    """Have the tunnel of this CONNECT connected before it is announced, so that the client hears if it cannot be."""
    flow.metadata[_OPEN_FIRST] = True


class Closed(layer.Layer):
    """Ends a connection whose greeting is not acceptable."""

    _over = False

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if self._over or isinstance(event, events.Start):
            return
        self._over = True
        if isinstance(event, events.DataReceived):
            yield commands.SendData(self.context.client, _ALERT)
        if self.context.server.connected:
            yield commands.CloseConnection(self.context.server)
        yield commands.CloseConnection(self.context.client)


class Stream(http_layer.HttpStream):
    """One exchange; `route` says which are passed on."""

    route: Route | None = None

    def handle_connect_regular(self) -> layer.CommandGenerator[None]:
        """Connect a tunnel first, if it was asked; nobody is contacted for one that is read."""
        if self.flow.response is None and self.flow.metadata.pop(_OPEN_FIRST, False):
            failed = yield commands.OpenConnection(self.context.server)
            if failed:
                self.flow.response = answers.refuse("site_unreachable")
                self.flow.response.headers["connection"] = "close"
        self.child_layer = layer.NextLayer(self.context)
        yield from self.handle_connect_finish()

    def check_body_size(self, request: bool) -> layer.CommandGenerator[bool]:
        """Limit what is kept, not what passes: a download may be long."""
        if self.route is not None and self.route.passes(self.flow.request):
            return False
        return (yield from super().check_body_size(request))
