"""The other half of the demonstration: `run` on a workstation, and a program that is given its proxy and certificate.

The stand-in answers under a vendor's real name, behind a certificate of an authority made for the occasion; a
resolver of the demonstration's own leads that name to it. Everything stands in a temporary folder and goes with it.
"""

import contextlib
import ssl
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openai
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from avec_proxy.demo.play import Door
from avec_proxy.demo.standin import StandIn
from avec_proxy.proxy import ca
from avec_proxy.proxy.master import Workstation
from avec_proxy.settings import Settings

VENDOR = "api.openai.com"


@contextlib.asynccontextmanager
async def opened(standin: StandIn, pipeline: str) -> AsyncIterator[Door]:
    """Give the way in through a running workstation proxy, in front of `standin` under the vendor's name.

    Raises GatewayError or PoolError if the proxy cannot start.
    """
    with tempfile.TemporaryDirectory(prefix="avec-demo-") as folder:
        place = Path(folder)
        await standin.start_tls(_certificate(place))
        port = int(standin.url.rpartition(":")[2])
        authority = ca.ensure(place / "authority")
        settings = Settings.model_validate(
            {"port": 0, "usage": "off", "upstream_ca": place / "web.pem", "allow_private": (VENDOR,)}
        )
        proxy = Workstation(settings, authority, pipeline, lookup=lambda _host, _port: [("127.0.0.1", port)])
        async with proxy:
            trusted = ssl.create_default_context(cafile=str(authority.path_root))
            url = proxy.url
            yield Door(
                f"https://{VENDOR}",
                lambda: openai.DefaultAsyncHttpxClient(proxy=url, verify=trusted, trust_env=False),
            )


def _certificate(place: Path) -> ssl.SSLContext:
    """Return the TLS of a server under the vendor's name; its authority goes to `place`/web.pem."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _signed("Autorité d'essai", root_key, "Autorité d'essai", root_key, authority=True)
    leaf = _signed(VENDOR, key, "Autorité d'essai", root_key, authority=False)
    (place / "web.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (place / "leaf.pem").write_bytes(private + leaf.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place / "leaf.pem")
    return context


def _signed(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    authority: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
