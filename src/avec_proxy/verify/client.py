"""How `verify` reaches what it tries: as a program does, and with no byte before the right certificate is shown."""

import http.client
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from avec_proxy.verify.formats import Format

TIMEOUT_S = 30.0


class Unreachable(Exception):  # noqa: N818 - it is an outcome, told in one line
    """The target does not answer, or not as a gateway or proxy of ours; says what was tried, without a value."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: names of headers in lower case; `seconds` from the first byte sent to the last one read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float = 0.0

    @property
    def refusal(self) -> str:
        """The code of a refusal of ours, "" if it is none."""
        return self.headers.get("x-avec-refusal", "")


@dataclass(frozen=True)
class Gateway:
    """A gateway at `url`; `ca` vouches for it if it is behind TLS and no usual authority does."""

    url: str
    ca: Path | None = None
    name: str = field(default="gateway", init=False)

    def connect(self, known: Format | None) -> http.client.HTTPConnection:
        """Return a connection for requests of a format, or for our own ones."""
        parts = urlsplit(self.url)
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=None if self.ca is None else str(self.ca))
            return http.client.HTTPSConnection(
                parts.hostname or "", parts.port or 443, timeout=TIMEOUT_S, context=context
            )
        return http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=TIMEOUT_S)

    def path(self, known: Format) -> str:
        """Return the address of a format's endpoint here."""
        return f"{urlsplit(self.url).path.rstrip('/')}/{known.vendor}{known.path}"

    def own(self, path: str) -> str:
        """Return the address of what the gateway itself answers."""
        return urlsplit(self.url).path.rstrip("/") + path


@dataclass(frozen=True)
class Station:
    """A workstation's proxy at `url`, whose authority is in the file `ca`. Raises Unreachable if it is none."""

    url: str
    ca: Path
    name: str = field(default="run", init=False)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the proxy."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or 8080

    def connect(self, known: Format | None) -> http.client.HTTPConnection:
        """Return a connection through the proxy to a format's vendor, or to the proxy itself."""
        if known is None:
            return http.client.HTTPConnection(*self.address, timeout=TIMEOUT_S)
        connection = http.client.HTTPSConnection(*self.address, timeout=TIMEOUT_S, context=self.trust())
        connection.set_tunnel(known.host, 443)
        return connection

    def trust(self) -> ssl.SSLContext:
        """Return a client's TLS that trusts the proxy's authority and no other. Raises Unreachable."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_verify_locations(self.ca)
        except (OSError, ssl.SSLError):
            raise Unreachable("the file of --ca is no certificate") from None
        return context

    def path(self, known: Format) -> str:
        """Return the address of a format's endpoint at its vendor."""
        return known.path

    def own(self, path: str) -> str:
        """Return the address of what the proxy itself answers."""
        return path


Target = Gateway | Station


def ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    came: Callable[[bytes], None] | None = None,
) -> Answer:
    """Send one request and return its answer; `came` is told of all that has come each time that something does.

    Raises Unreachable.
    """
    began = time.monotonic()
    try:
        connection.request(method, path, body, dict(headers or {}))
        reply = connection.getresponse()
        read = b""
        while piece := reply.read1(65536):
            read += piece
            if came is not None:
                came(read)
        named = {name.lower(): value for name, value in reply.getheaders()}
        return Answer(reply.status, named, read, time.monotonic() - began)
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"no answer ({type(error).__name__})") from None
    finally:
        connection.close()
