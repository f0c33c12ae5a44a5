"""Authorities and certificates for tests, and what openssl says of them."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")


def name(text: str) -> x509.Name:
    """Return a name with this common name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    subject: str,
    issuer: str,
    issuer_key: CertificateIssuerPrivateKeyTypes,
    *extensions: x509.ExtensionType,
    days: int = 30,
    authority: bool = True,
) -> x509.Certificate:
    """Return a certificate for `key`, valid since yesterday."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now - timedelta(days=1) + timedelta(days=days))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    algorithm = hashes.SHA256() if isinstance(issuer_key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) else None
    return builder.sign(issuer_key, algorithm)


def pem(key: CertificateIssuerPrivateKeyTypes | None, *chain: x509.Certificate) -> bytes:
    """Return key and certificates as one PEM."""
    parts = [] if key is None else [key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())]
    return b"".join([*parts, *(c.public_bytes(Encoding.PEM) for c in chain)])


def put(path: Path, content: bytes, mode: int = 0o600) -> Path:
    """Write a file with this mode and return its path."""
    path.write_bytes(content)
    path.chmod(mode)
    return path


def verify(root: Path, chain: tuple[x509.Certificate, ...], leaf: x509.Certificate, *options: str) -> str:
    """Return what `openssl verify`, strict, says of `leaf` for a TLS server: it ends in «OK» or names the error."""
    folder = root.parent
    untrusted = put(folder / "untrusted.test", pem(None, *chain))
    server = put(folder / "leaf.test", pem(None, leaf))
    command = [str(OPENSSL), "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", str(root)]
    done = subprocess.run(
        [*command, "-untrusted", str(untrusted), *options, str(server)], capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) is done.stdout.strip().endswith(": OK")
    return (done.stdout + done.stderr).strip()
