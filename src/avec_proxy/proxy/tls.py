"""TLS: towards the upstream always verified; towards clients none in the gateway, ours in `run`."""

# mypy: allow-untyped-calls

from collections.abc import Set as AbstractSet
from functools import lru_cache
from pathlib import Path
from typing import Any

import certifi
from cryptography import x509
from mitmproxy import connection, tls
from mitmproxy.addons.tlsconfig import AppData, TlsConfig, alpn_select_callback
from mitmproxy.net import tls as net_tls
from OpenSSL import SSL

from avec_proxy import hosts
from avec_proxy.proxy.ca import Authority
from avec_proxy.proxy.errors import GatewayError
from avec_proxy.proxy.leaves import Leaves

_AUTHORITY = frozenset({"certs", "confdir", "key_size", "cert_passphrase"})


def check_anchors(file: Path | None) -> None:
    """Raise GatewayError if `file` is given and holds no certificate that could be trusted."""
    if file is None:
        return
    try:
        SSL.Context(SSL.TLS_CLIENT_METHOD).load_verify_locations(str(file))
    except SSL.Error:
        raise GatewayError("setting upstream_ca: the file holds no certificate (PEM)") from None


_bare_context = net_tls.create_proxy_server_context.__wrapped__


@lru_cache(256)
def _context(*, ca_pemfile: str | None, **given: Any) -> SSL.Context:
    """Return mitmproxy's context for a server; where authorities are set, the usual ones are trusted too."""
    context: SSL.Context = _bare_context(ca_pemfile=ca_pemfile, **given)
    if ca_pemfile is not None:
        context.load_verify_locations(certifi.where())
    return context


class UpstreamTls(TlsConfig):
    """mitmproxy's TLS addon without its certificate authority: a client that speaks TLS is disconnected.

    The option `ssl_verify_upstream_trusted_ca` adds to the usual authorities; mitmproxy would trust it alone.
    """

    name = "tlsconfig"

    def load(self, loader: Any) -> None:
        """Declare the options, and have mitmproxy make its contexts with our function."""
        super().load(loader)
        net_tls.create_proxy_server_context = _context

    def configure(self, updated: AbstractSet[str]) -> None:
        """Take the options but those of the authority, which would write its key to a file."""
        super().configure(set(updated) - _AUTHORITY)

    def running(self) -> None:
        """Do not read the authority either."""

    def request(self, _flow: object) -> None:
        """Serve no revocation list."""

    def tls_start_client(self, _start: tls.TlsData) -> None:
        """Offer no certificate: the connection is closed."""


class ClientTls(UpstreamTls):
    """Towards clients: a certificate of ours for the host that was named at CONNECT, and for no other."""

    def __init__(self, authority: Authority) -> None:
        self.certstore: Leaves = Leaves(authority)

    def tls_start_client(self, start: tls.TlsData) -> None:
        """Offer the certificate with its chain; if none can be made, nothing, and the connection is closed."""
        address = start.context.server.address
        host = None if address is None else hosts.normalise(address[0])
        if host is None or start.is_dtls or not isinstance(start.conn, connection.Client):
            return
        entry = self.certstore.get_cert(host, [x509.DNSName(host)])
        context = net_tls.create_client_proxy_context(
            method=net_tls.Method.TLS_SERVER_METHOD,
            min_version=net_tls.Version.TLS1_2,
            max_version=net_tls.Version.UNBOUNDED,
            cipher_list=None,
            ecdh_curve=None,
            chain_file=None,
            request_client_cert=False,
            alpn_select_callback=alpn_select_callback,
            extra_chain_certs=tuple(entry.chain_certs),
            dhparams=None,
        )
        offered = SSL.Connection(context)
        offered.use_certificate(entry.cert.to_cryptography())
        offered.use_privatekey(entry.privatekey)
        offered.set_app_data(AppData(client_alpn=None, server_alpn=None, http2=False))
        offered.set_accept_state()
        start.ssl_conn = offered
