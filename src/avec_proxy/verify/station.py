"""What is tried on a workstation's proxy besides prompts: which hosts are opened, refused, and led to it."""

import random
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from avec_proxy import hosts
from avec_proxy.hosts import HostClass
from avec_proxy.verify.client import TIMEOUT_S, Station, Unreachable, ask
from avec_proxy.verify.outcome import Result, Verdict

_PAC = "/proxy.pac"
_AT_ONCE = 8
_OTHERS = 6  # services that nobody reads yet, tried at each run
_LONGEST_HEAD = 65536
_SHOWN = 5  # names in one line


def read_hosts() -> list[str]:
    """Return the names of the AI services that must be opened and read."""
    return [name for name in _names() if hosts.intercepted(name)]


def _names() -> list[str]:
    return sorted({*hosts.table().exact, *hosts.table().suffixes})


def certificates(station: Station) -> Result:
    """Judge whether each AI service answers with a certificate of the proxy's own authority.

    A tunnel shows the service's. No byte of a request is sent: the handshake tells.
    """
    names = read_hosts()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        told = dict(zip(names, pool.map(lambda name: _opened(station, name), names), strict=True))
    passed = [name for name, how in told.items() if how == "tunnelled"]
    shut = [name for name, how in told.items() if how == "refused"]
    if passed:
        return Result("certificates", Verdict.LEAK, said=f"tunnelled unread: {_listed(passed)}")
    if shut:
        return Result("certificates", Verdict.FAULT, said=f"not opened: {_listed(shut)}")
    return Result("certificates", Verdict.CLEAN, said=f"{len(names)} hosts")


def _opened(station: Station, name: str) -> str:
    """Return what becomes of a CONNECT to `name`: "read", "refused", or "tunnelled" (it was at least tried)."""
    try:
        with socket.create_connection(station.address, TIMEOUT_S) as plain:
            plain.sendall(f"CONNECT {name}:443 HTTP/1.1\r\nhost: {name}:443\r\n\r\n".encode())
            head = _head(plain)
            status = head.partition(b" ")[2][:3]
            if status != b"200":
                # a service that does not answer was asked
                return "tunnelled" if status[:1] == b"5" else "refused"
            with station.trust().wrap_socket(plain, server_hostname=name):
                return "read"
    except ssl.SSLError:
        return "tunnelled"
    except OSError:
        return "refused"


def _head(plain: socket.socket) -> bytes:
    """Return the head of an answer: not a byte more, what follows is TLS."""
    head = b""
    while not head.endswith(b"\r\n\r\n") and len(head) < _LONGEST_HEAD and (byte := plain.recv(1)):
        head += byte
    return head


def others(station: Station, chance: random.Random) -> Result:
    """Judge whether AI services that nobody reads are refused; some of them, others at each run."""
    named = [name for name in _names() if hosts.classify(name) is HostClass.OTHER]
    tried = chance.sample(named, min(_OTHERS, len(named)))
    passed = [name for name in tried if _opened(station, name) != "refused"]
    said = f"opened: {_listed(passed)}" if passed else f"{len(tried)} tried"
    return Result("other_ai", Verdict.FAULT if passed else Verdict.CLEAN, said=said)


def pac(station: Station) -> Iterator[Result]:
    """Judge whether browsers are told to send each AI service to the proxy."""
    try:
        got = ask(station.connect(None), "GET", _PAC)
    except Unreachable:
        yield Result("pac", Verdict.FAULT, said="no answer")
        return
    script = got.body.decode("utf-8", "replace")
    missing = [name for name in read_hosts() if f'"{name}": 1' not in script]
    well = got.status == 200 and not missing and "FindProxyForURL" in script
    yield Result(
        "pac", Verdict.CLEAN if well else Verdict.FAULT, said=f"missing: {_listed(missing)}" if missing else ""
    )


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
