"""From a name to the one address that is connected to, and which addresses are nobody's business.

A proxy reaches what its user's browser may not: services on this machine, the local network, a cloud's metadata. So
names are resolved here, off the loop, each address is judged, and the connection is made to the judged address: a
name that answers differently the next time gains nothing.
"""

import asyncio
import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterable

Address = tuple[str, int]
Lookup = Callable[[str, int], list[Address]]
_IP = ipaddress.IPv4Address | ipaddress.IPv6Address

LOOKUP_S = 10.0
_KEPT_S = 30.0
_KEPT = 1000
# IANA's special-purpose registries, without what is nobody's (documentation, benchmarks: some VPN clients answer with
# the latter for every name). Written out: Python's `is_global` differs from version to version.
_INSIDE = tuple(
    map(
        ipaddress.ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
            *("::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
        ),
    )
)
# NAT64 (RFC 6052) and IPv4-compatible addresses hold an IPv4 address in their last four bytes.
_EMBEDDING = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))
# Cloud metadata outside the link-local range: Alibaba's, AWS's over IPv6.
_METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "fd00:ec2::254")))


class AddressError(Exception):
    """A name cannot be connected to; `forbidden`: because of where it is, not because it is unknown."""

    def __init__(self, *, forbidden: bool) -> None:
        super().__init__("forbidden" if forbidden else "unresolved")
        self.forbidden = forbidden


def public(text: str) -> bool:
    """Return whether an address (as text) is a public one: not this machine's, private, shared, link-local, multicast
    or reserved, nor an IPv6 writing of such an IPv4 address."""
    try:
        return all(_public(address) for address in _all(ipaddress.ip_address(text.partition("%")[0])))
    except ValueError:
        return False


def never(text: str) -> bool:
    """Return whether an address (as text) is refused even where private ones are allowed: no unicast host, metadata."""
    try:
        found = _all(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return True
    return any(a.is_multicast or a.is_unspecified or a.is_link_local or a in _METADATA for a in found)


def _all(address: _IP) -> list[_IP]:
    """Return the address and the IPv4 addresses inside it."""
    if not isinstance(address, ipaddress.IPv6Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    inner: list[_IP] = [a for a in (address.sixtofour, *(address.teredo or ())) if a is not None]
    if any(address in network for network in _EMBEDDING) and int(address) > 1:
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [address, *inner]


def _public(address: _IP) -> bool:
    return address not in _METADATA and not any(address in network for network in _INSIDE)


def system_lookup(host: str, port: int) -> list[Address]:
    """Return what this machine's resolver says. Raises OSError or UnicodeError. Blocks."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((str(sockaddr[0]), int(sockaddr[1])) for *_, sockaddr in found))


def _reachable(address: Address) -> bool:
    """Return whether this machine has a route to `address`; sends nothing."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(address)
    except OSError:
        return False
    return True


class Resolver:
    """Resolves, judges, and remembers for half a minute.

    `allow_private`: names that may be on a private network or this machine (`.x.y`: with all below).
    """

    def __init__(self, allow_private: Iterable[str] = (), lookup: Lookup = system_lookup) -> None:
        self._allowed = frozenset(allow_private)
        self._lookup = lookup
        self._known: dict[Address, tuple[float, list[Address]]] = {}
        self._failed: dict[Address, float] = {}

    async def pin(self, host: str, port: int, *, vouched: bool = False) -> Address:
        """Return the address to connect to for `host` (a normalised name). Raises AddressError.

        `vouched`: the service must prove its name by a certificate before a byte is said, so it may be on a private
        network (a hospital's private link to its vendor): nothing else there could answer. One forbidden address
        among several forbids the name.
        """
        found = await self._addresses(host, port)
        private = vouched or self._may_be_private(host)
        if any(never(ip) or not (private or public(ip)) for ip, _ in found):
            raise AddressError(forbidden=True)
        if len(found) == 1:
            return found[0]
        now = time.monotonic()
        # those that refused a moment ago, and those without a route (IPv6 at most hospitals), come last
        return min(found, key=lambda a: (now - self._failed.get(a, -_KEPT_S) < _KEPT_S, not _reachable(a)))

    def failed(self, address: Address) -> None:
        """Remember that nobody answered at `address`."""
        if len(self._failed) >= _KEPT:
            self._failed.clear()
        self._failed[address] = time.monotonic()

    def _may_be_private(self, host: str) -> bool:
        above = [part for i, part in enumerate(host) if part == "." and host[i:] in self._allowed]
        return host in self._allowed or bool(above) or f".{host}" in self._allowed

    async def _addresses(self, host: str, port: int) -> list[Address]:
        known = self._known.get((host, port))
        if known is not None and time.monotonic() - known[0] < _KEPT_S:
            return known[1]
        try:
            async with asyncio.timeout(LOOKUP_S):
                found = await _in_thread(self._lookup, host, port)
        except (OSError, UnicodeError, TimeoutError):
            found = []
        if not found:
            raise AddressError(forbidden=False)
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[host, port] = (time.monotonic(), found)
        return found


async def _in_thread(lookup: Lookup, host: str, port: int) -> list[Address]:
    """Run `lookup` in a thread of its own, which nobody waits for at the end: a resolver may hang for long."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[list[Address]] = loop.create_future()

    def settle(found: list[Address]) -> None:
        if not done.done():
            done.set_result(found)

    def work() -> None:
        try:
            found = lookup(host, port)
        except (OSError, UnicodeError):
            found = []
        try:
            loop.call_soon_threadsafe(settle, found)
        except RuntimeError:  # the loop has closed meanwhile
            return

    threading.Thread(target=work, name="lookup", daemon=True).start()
    return await done
