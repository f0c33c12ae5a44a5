"""Services that stand in for real ones under their names: a resolver that knows them, and their certificates."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from avec_proxy import settings
from avec_proxy.proxy import ca
from avec_proxy.proxy.addresses import Address
from avec_proxy.proxy.master import Workstation
from tests.e2e.harness import RecordingUpstream

FAKE = "tests.proxy.fake_pipeline"
Pair = tuple[ec.EllipticCurvePrivateKey, x509.Certificate]


def _signed(name: str, issuer: Pair | None, names: tuple[str, ...] = ()) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[1].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False)
    return key, builder.sign(issuer[0] if issuer else key, hashes.SHA256())


def _pem(pair: Pair) -> bytes:
    key, certificate = pair
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


@dataclass
class World:
    """The internet of one test: `services` by name, behind one authority that is no client's of the proxy."""

    folder: Path
    services: dict[str, RecordingUpstream] = field(default_factory=dict)
    names: dict[str, list[Address]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    _root: Pair = field(default_factory=lambda: _signed("Web", None))

    @property
    def anchors(self) -> Path:
        """The file with the authority that vouches for the services."""
        file = self.folder / "web.pem"
        file.write_bytes(self._root[1].public_bytes(serialization.Encoding.PEM))
        return file

    def certificate(self, *names: str) -> ssl.SSLContext:
        """Return the TLS of a server for `names`."""
        file = self.folder / f"{names[0]}.pem"
        file.write_bytes(_pem(_signed(names[0], self._root, names)))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    async def serve(
        self, *names: str, plain: bool = False, upstream: RecordingUpstream | None = None
    ) -> RecordingUpstream:
        """Start a service under `names`."""
        upstream = upstream or RecordingUpstream()
        upstream.tls = None if plain else self.certificate(*names)
        await upstream.__aenter__()
        for name in names:
            self.services[name] = upstream
            self.names[name] = [("127.0.0.1", upstream.port)]
        return upstream

    def lookup(self, host: str, port: int) -> list[Address]:
        """Resolve a name of this world."""
        self.asked.append(host)
        if host not in self.names:
            raise OSError("unknown")
        return self.names[host]

    def assert_untouched(self) -> None:
        """Nothing reached any service: not a byte, not a connection."""
        for upstream in self.services.values():
            assert upstream.received == b""
            assert upstream.connections == 0


@dataclass
class Station:
    """A running proxy in a world."""

    world: World
    proxy: Workstation
    authority: ca.Authority

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.proxy.addresses[0][1]

    def trust(self, *files: Path) -> ssl.SSLContext:
        """Return the TLS of a client that trusts these alone, by default the proxy's authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for file in files or (self.authority.path_root,):
            context.load_verify_locations(file)
        return context

    def client(self, *trusted: Path) -> httpx.AsyncClient:
        """Return a client that uses the proxy."""
        return httpx.AsyncClient(proxy=self.proxy.url, verify=self.trust(*trusted), timeout=30, trust_env=False)

    async def raw(self, data: bytes, *, half_close: bool = False) -> bytes:
        """Send bytes to the proxy on a new connection; return everything that comes back until it is closed."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        await writer.drain()
        if half_close:
            writer.write_eof()
        try:
            return await asyncio.wait_for(reader.read(), 20)
        except ConnectionResetError:
            return b""
        finally:
            writer.close()

    async def connect(self, target: str) -> tuple[bytes, asyncio.StreamReader, asyncio.StreamWriter]:
        """Send CONNECT; return the answer (with its body unless a tunnel is open), and the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n\r\n".encode())
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
        if not answer.startswith(b"HTTP/1.1 200"):
            answer += await asyncio.wait_for(reader.read(), 20)
        return answer, reader, writer

    async def inside(self, target: str, data: bytes, *, name: str | None = "", trusted: tuple[Path, ...] = ()) -> bytes:
        """Send bytes over TLS in a tunnel to `target` (host:port), greeting `name` (default: the host); return all."""
        answer, reader, writer = await self.connect(target)
        assert answer.startswith(b"HTTP/1.1 200"), answer
        context = self.trust(*trusted)
        host = target.rpartition(":")[0]
        if name != "":
            context.check_hostname = False
        await writer.start_tls(context, server_hostname=host if name == "" else name)
        writer.write(data)
        try:
            return await asyncio.wait_for(reader.read(), 20)
        finally:
            writer.close()


@asynccontextmanager
async def station(world: World, **given: object) -> AsyncIterator[Station]:
    """Run the proxy with the fake pipeline in `world`."""
    options = {
        "port": 0,
        "workers": 1,
        "scan_timeout": 20,
        "upstream_ca": world.anchors,
        "allow_private": list(world.services),
        **given,
    }
    authority = ca.ensure(world.folder / "confdir")
    proxy = Workstation(settings.load(overrides=options), authority, pipeline=FAKE, lookup=world.lookup)
    await proxy.start()
    try:
        yield Station(world, proxy, authority)
    finally:
        await proxy.stop(drain=0)
        for upstream in set(map(id, world.services.values())):
            await next(u for u in world.services.values() if id(u) == upstream).__aexit__()
