"""Name constraints (RFC 5280, 4.2.1.10): which DNS names a chain of authorities may vouch for."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Self

from cryptography import x509

from avec_proxy.hosts import normalise


def only(domains: Iterable[str]) -> x509.NameConstraints:
    """Return the constraint that permits `domains` and all below them, and no IP address at all."""
    return x509.NameConstraints(
        permitted_subtrees=[x509.DNSName(domain) for domain in domains],
        excluded_subtrees=[x509.IPAddress(ip_network(everything)) for everything in ("0.0.0.0/0", "::/0")],
    )


@dataclass(frozen=True, slots=True)
class Constraints:
    """What each authority of a chain says of DNS names; an empty tuple in `permitted` permits none."""

    permitted: tuple[tuple[str, ...], ...]
    excluded: tuple[str, ...]

    @classmethod
    def of(cls, chain: Iterable[x509.Certificate]) -> Self:
        """Return the constraints of all certificates of `chain`. Raises ValueError for one that cannot be read."""
        permitted: list[tuple[str, ...]] = []
        excluded: list[str] = []
        for certificate in chain:
            try:
                found = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
            except x509.ExtensionNotFound:
                continue
            if names := _names(found.permitted_subtrees):  # without any, this kind of name is free
                permitted.append(names)
            excluded += _names(found.excluded_subtrees)
        return cls(tuple(permitted), tuple(excluded))

    def allow(self, host: str) -> bool:
        """Return whether a certificate for the DNS name `host` would be accepted; never for an IP address."""
        name = normalise(host)
        if name is None or any(_within(name, base) for base in self.excluded):
            return False
        return all(any(_within(name, base) for base in bases) for bases in self.permitted)


def _names(subtrees: Iterable[x509.GeneralName] | None) -> tuple[str, ...]:
    return tuple(base.value.lower() for base in subtrees or () if isinstance(base, x509.DNSName))


def _within(name: str, base: str) -> bool:
    # a base with a dot first is not in the RFC; OpenSSL takes it for what is below it only
    return not base or name == base or name.endswith(base if base.startswith(".") else f".{base}")
