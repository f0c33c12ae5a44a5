"""mitmproxy's options that open holes: what each must be, checked when it starts and whenever one changes."""

# mypy: allow-untyped-calls

from collections.abc import Set as AbstractSet
from typing import Any

from mitmproxy import ctx, exceptions
from mitmproxy.options import Options

# option → the only value that is safe. An option that this master does not have cannot open anything.
SAFE: dict[str, Any] = {
    "rawtcp": False,  # bytes that are not HTTP would be relayed unread
    "websocket": False,
    "http2": False,
    "http3": False,
    "tcp_hosts": [],
    "udp_hosts": [],
    "ignore_hosts": [],  # a tunnel around the guard
    "allow_hosts": [],
    "show_ignored_hosts": False,
    "stream_large_bodies": None,  # would send a body before it is read
    "store_streamed_bodies": False,
    "connection_strategy": "lazy",  # contact nobody before a request is cleared
    "keep_host_header": False,
    "validate_inbound_headers": True,
    "ssl_insecure": False,
    "upstream_cert": False,
    "add_upstream_certs_to_client_chain": False,
    "client_certs": None,
    "certs": [],
    "block_global": True,  # clients with a public address
    "onboarding": False,
    "proxyauth": None,
    "proxy_debug": False,
    "scripts": [],
    "rfile": None,
    "save_stream_file": None,
    "hardump": "",
    "client_replay": [],
    "server_replay": [],
    "map_remote": [],
    "map_local": [],
    "modify_body": [],
    "modify_headers": [],
    "keep_alt_svc_header": False,
}


def unsafe(options: Options, required: dict[str, Any]) -> list[str]:
    """Return the names of the options that are not what they must be."""
    return [name for name, value in required.items() if name in options and getattr(options, name) != value]


class Watch:
    """Refuses, once armed, any change of an option that must not change; `required` adds to `SAFE`."""

    name = "avec_watch"

    def __init__(self, required: dict[str, Any]) -> None:
        self.required = {**SAFE, **required}
        self.armed = False

    def configure(self, _updated: AbstractSet[str]) -> None:
        """Raise OptionsError, which makes mitmproxy take the change back."""
        if self.armed and (names := unsafe(ctx.options, self.required)):
            raise exceptions.OptionsError(f"avec-proxy does not run with these options changed: {', '.join(names)}")
