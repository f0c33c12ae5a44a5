"""What becomes of a destination, decided in one place from its name and port alone: nothing is resolved here."""

from dataclasses import dataclass
from enum import Enum, auto

from avec_proxy import hosts
from avec_proxy.hosts import HostClass
from avec_proxy.settings import OtherAi

HTTPS, HTTP = 443, 80


class Verdict(Enum):
    """`READ`: opened and checked. `TUNNEL`: passed on unread. The others refuse, and say why."""

    READ = auto()
    TUNNEL = auto()
    OTHER_AI = auto()
    NOT_A_NAME = auto()
    PORT = auto()


@dataclass(frozen=True)
class Scope:
    """The rules of `run` for every destination.

    `ports`: those of sites that are no AI's. Where an AI is read, https is on 443 and plain http on 80, nowhere else.
    """

    other_ai: OtherAi = OtherAi.REFUSE
    ports: tuple[int, ...] = (HTTP, HTTPS)

    def connect(self, host: str, port: int) -> Verdict:
        """Return what becomes of a CONNECT to `host` and `port`."""
        return self._decide(host, port, HTTPS)

    def plain(self, host: str, port: int) -> Verdict:
        """Return what becomes of a request in plain http for `host` and `port`; `TUNNEL` is «passed on unread»."""
        return self._decide(host, port, HTTP)

    def _decide(self, host: str, port: int, own_port: int) -> Verdict:
        if hosts.normalise(host) is None:
            return Verdict.NOT_A_NAME
        kind = hosts.classify(host)
        if kind in hosts.READ:
            if not hosts.intercepted(host):
                return Verdict.OTHER_AI
            return Verdict.READ if port == own_port else Verdict.PORT
        if kind is HostClass.OTHER and self.other_ai is not OtherAi.TUNNEL:
            return Verdict.OTHER_AI
        return Verdict.TUNNEL if port in self.ports else Verdict.PORT

    def fronted(self, host: str, server_name: str | None) -> bool:
        """Return whether a TLS handshake in a CONNECT to `host` asks for another server, and an AI is involved.

        No server name is no other server; one that is no name at all is.
        """
        asked = hosts.normalise(server_name) if server_name else hosts.normalise(host)
        if asked == hosts.normalise(host):
            return False
        if asked is None:
            return True
        return any(self.connect(name, HTTPS) is not Verdict.TUNNEL for name in (host, asked))
