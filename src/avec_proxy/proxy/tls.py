"""TLS towards the upstream, verified; none towards clients, so that no authority is made, kept or written."""

# mypy: allow-untyped-calls

from collections.abc import Set as AbstractSet

from mitmproxy import tls
from mitmproxy.addons.tlsconfig import TlsConfig

_AUTHORITY = frozenset({"certs", "confdir", "key_size", "cert_passphrase"})


class UpstreamTls(TlsConfig):
    """mitmproxy's TLS addon without its certificate authority: a client that speaks TLS is disconnected."""

    name = "tlsconfig"

    def configure(self, updated: AbstractSet[str]) -> None:
        """Take the options but those of the authority, which would write its key to a file."""
        super().configure(set(updated) - _AUTHORITY)

    def running(self) -> None:
        """Do not read the authority either."""

    def tls_start_client(self, _start: tls.TlsData) -> None:
        """Offer no certificate: the connection is closed."""
