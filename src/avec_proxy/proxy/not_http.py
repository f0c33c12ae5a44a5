"""What is not HTTP never gets to the guard; if it did, it would end here."""

# mypy: allow-untyped-calls

from mitmproxy import http, tcp, udp


class NotHttp:
    """The hooks of raw connections and WebSockets: each ends what it sees."""

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


def _end_raw(flow: tcp.TCPFlow | udp.UDPFlow) -> None:
    for message in flow.messages:
        message.content = b""
    if flow.killable:
        flow.kill()
