"""The certificate authority that lets AI services, and no other site, be read on this machine.

Made on first use: a root signs one intermediate and its key is dropped, never written. The intermediate may vouch for
the hosts of `hosts.covered_domains()` only, and for no IP address: stolen, its key opens no bank and no mailbox. A
hospital may give its own authority instead; then that one's name constraints, if any, say what can be read.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import platformdirs
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from avec_proxy import hosts
from avec_proxy.proxy import ca_files
from avec_proxy.proxy.ca_files import CaError as CaError  # this module's error, whoever catches it
from avec_proxy.proxy.ca_files import shown
from avec_proxy.proxy.constraints import Constraints, only

VALIDITY = timedelta(days=825)  # a stolen key is of no use for ever, and trust is not asked for every month
SKEW = timedelta(days=1)  # clients' clocks are not exact
NOTICE = timedelta(days=30)  # how long before the end `run` begins to warn

ROOT = "ca.pem"  # what clients trust
BUNDLE = "intermediate.pem"  # key, intermediate, root: the order that mitmproxy wants
GIVEN_ROOT = "given-ca.pem"  # the top of a given chain, without its key

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority that can be used; it holds no key.

    `path_root`: the certificate that clients trust (PEM). `path_bundle`: key and chain (PEM, secret). `chain`: the
    signing certificate first, the root last. `created`: it was made just now, and nobody trusts it yet. `given`: it
    is the hospital's.
    """

    path_root: Path
    path_bundle: Path
    chain: tuple[x509.Certificate, ...]
    constraints: Constraints
    given: bool = False
    created: bool = False

    @property
    def not_before(self) -> datetime:
        """When the last of the chain begins to be valid (aware, UTC)."""
        return max(certificate.not_valid_before_utc for certificate in self.chain)

    @property
    def not_after(self) -> datetime:
        """When the first of the chain ends (aware, UTC)."""
        return min(certificate.not_valid_after_utc for certificate in self.chain)

    @property
    def subject(self) -> str:
        """The name of the certificate that clients trust."""
        return self.chain[-1].subject.rfc4514_string()

    @property
    def root_sha256(self) -> str:
        """The SHA-256 of the certificate that clients trust, as systems show it: `AB:CD:…`."""
        return self.chain[-1].fingerprint(hashes.SHA256()).hex(":").upper()

    @property
    def spki_sha256_base64(self) -> str:
        """The hash of the signing public key, as Chromium's `--ignore-certificate-errors-spki-list` takes it."""
        spki = self.chain[0].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(spki).digest()).decode()

    def covers(self, host: str) -> bool:
        """Return whether clients that trust the root would accept its certificate for `host`; never for an IP."""
        return self.constraints.allow(host)

    @property
    def uncovered_domains(self) -> tuple[str, ...]:
        """The domains that are read today and that this authority cannot vouch for: their hosts are refused."""
        return tuple(domain for domain in hosts.covered_domains() if not self.covers(domain))

    def ends_soon(self, now: datetime | None = None) -> bool:
        """Return whether it is time to warn of the end."""
        return self.not_after - (now or datetime.now(UTC)) <= NOTICE


def default_confdir() -> Path:
    """Return the folder of the authority if no setting names one."""
    return platformdirs.user_data_path("avec-proxy", appauthor=False) / "ca"


def ensure(confdir: Path, given: Path | None = None, now: datetime | None = None) -> Authority:
    """Return the authority of the folder `confdir`, made if there is none; or the one in the PEM file `given`.

    Raises CaError, one line: it cannot be kept or read, others have access to it, it is not whole, or not valid now.
    """
    now = now or datetime.now(UTC)
    authority = load(confdir, given, now)
    if now > authority.not_after:
        day = f"{authority.not_after:%d/%m/%Y}"
        if given is not None:
            raise CaError(f"l'autorité de certification donnée a expiré le {day} : demandez-en une nouvelle")
        raise CaError(
            f"l'autorité de certification a expiré le {day} : lancez « avec-proxy ca renew --yes », "
            "puis déclarez la nouvelle comme le dit « avec-proxy ca show »"
        )
    if now < authority.not_before:
        raise CaError(
            f"l'autorité de certification ne vaut qu'à partir du {authority.not_before:%d/%m/%Y} : "
            "vérifiez la date de cet ordinateur"
        )
    return authority


def load(confdir: Path, given: Path | None = None, now: datetime | None = None) -> Authority:
    """Return the authority as `ensure` does, whatever its dates. Raises CaError."""
    folder = ca_files.folder(confdir)
    if given is not None:
        _, chain = parse(ca_files.read_given(given), given)
        root, bundle, created = folder / GIVEN_ROOT, given, False
    else:
        root, bundle, created = folder / ROOT, folder / BUNDLE, False
        try:
            raw = ca_files.read_private(bundle)
        except FileNotFoundError:
            created = ca_files.write_new(bundle, _make(now or datetime.now(UTC)))
            raw = ca_files.read_private(bundle)  # perhaps another process's, which was first
        _, chain = parse(raw, bundle)
    ca_files.publish(root, chain[-1].public_bytes(Encoding.PEM))
    try:
        constraints = Constraints.of(chain)
    except ValueError:
        raise CaError(f"{shown(bundle)} porte des contraintes de noms illisibles") from None
    return Authority(root, bundle, chain, constraints, given is not None, created)


def renew(confdir: Path, now: datetime | None = None) -> Authority:
    """Make a new authority in place of the one in `confdir`; clients must be told to trust its root. Raises CaError."""
    ca_files.write(ca_files.folder(confdir) / BUNDLE, _make(now or datetime.now(UTC)))
    return load(confdir)


def parse(raw: bytes, path: Path) -> tuple[Key, tuple[x509.Certificate, ...]]:
    """Return the key and the chain of a PEM file, the signing certificate first.

    Raises CaError, which names `path`: no key or a locked one, no authority, a key of another certificate, a chain of
    which one does not sign the one before.
    """
    try:
        key = load_pem_private_key(raw, None)
    except TypeError:
        raise CaError(f"la clé de {shown(path)} est protégée par un mot de passe : donnez-la sans") from None
    except (ValueError, UnsupportedAlgorithm):
        raise CaError(f"{shown(path)} ne contient pas de clé privée lisible (PEM)") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise CaError(f"la clé de {shown(path)} doit être RSA ou à courbe elliptique (EC)")
    try:
        chain = tuple(x509.load_pem_x509_certificates(raw))
        authorities = all(_is_authority(certificate) for certificate in chain)
    except ValueError:
        raise CaError(f"{shown(path)} ne contient pas de certificat lisible (PEM)") from None
    if not authorities:
        raise CaError(f"un certificat de {shown(path)} n'est pas celui d'une autorité (CA:TRUE)")
    if chain[0].public_key() != key.public_key():
        raise CaError(f"la clé de {shown(path)} n'est pas celle de son premier certificat")
    try:
        for certificate, issuer in pairwise(chain):
            certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        raise CaError(f"dans {shown(path)}, chaque certificat doit être suivi de celui qui l'a signé") from None
    return key, chain


def _is_authority(certificate: x509.Certificate) -> bool:
    extensions = certificate.extensions
    try:
        if not extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        return extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound as error:
        return error.oid == x509.KeyUsage.oid  # without this one, every usage is allowed


def _make(now: datetime) -> bytes:
    """Return key, intermediate and root (PEM). The root's key is gone when this returns: it is kept nowhere."""
    mark = secrets.token_hex(3).upper()  # tells a renewed authority from the old one in a list of trusted ones
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    name = _name(f"avec-proxy CA locale {mark}")
    root = _authority(name, name, root_key.public_key(), 1, now).sign(root_key, hashes.SHA256())
    root_id = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    signing = (
        _authority(_name(f"avec-proxy CA locale {mark}, services d'IA"), name, key.public_key(), 0, now)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(root_id), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(only(hosts.covered_domains()), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    return (
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + signing.public_bytes(Encoding.PEM)
        + root.public_bytes(Encoding.PEM)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _authority(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, below: int, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now - SKEW + VALIDITY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=below), critical=True)
        .add_extension(usage(key_cert_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def usage(
    *, key_cert_sign: bool = False, digital_signature: bool = False, key_encipherment: bool = False
) -> x509.KeyUsage:
    """Return the key usage with these alone."""
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
