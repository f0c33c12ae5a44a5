"""The certificates that clients see, one for each host, made in memory when they connect.

mitmproxy's own store makes them valid for 197 days whatever is left of the authority, keeps them for as long as the
process runs, and vouches for any name.
"""

# mypy: allow-untyped-calls

from collections import OrderedDict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from mitmproxy.certs import Cert, CertStore, CertStoreEntry

from avec_proxy.proxy import ca_files
from avec_proxy.proxy.ca import SKEW, Authority, parse, usage
from avec_proxy.proxy.ca_files import CaError

VALIDITY = timedelta(days=197)  # browsers refuse more than 398
_FRESH = timedelta(days=1)  # a certificate with less than this ahead is made anew
_KEPT = 200
_CN_LENGTH = 64  # RFC 5280, upper bound


class Leaves(CertStore):
    """mitmproxy's store of certificates (`TlsConfig.certstore`) on an `Authority`; writes no file.

    Raises CaError if the authority's file changed for the worse since it was checked.
    """

    def __init__(self, authority: Authority) -> None:
        read = ca_files.read_given if authority.given else ca_files.read_private
        try:
            key, chain = parse(read(authority.path_bundle), authority.path_bundle)
        except FileNotFoundError:
            raise CaError("l'autorité de certification a disparu : relancez avec-proxy") from None
        if chain != authority.chain:
            raise CaError("l'autorité de certification vient de changer : relancez avec-proxy")
        # no CRL, and no DH parameters: TLS with this store uses elliptic curves
        super().__init__(key, Cert(chain[0]), None, b"", None)  # type: ignore[arg-type] # its types say RSA only
        self.default_chain_certs = [Cert(certificate) for certificate in chain]
        self._authority = authority
        self._key = key
        self._entries: OrderedDict[tuple[str, ...], CertStoreEntry] = OrderedDict()

    def get_cert(
        self,
        commonname: str | None,
        sans: Iterable[x509.GeneralName] | list[str],
        organization: str | None = None,
        crl_url: str | None = None,
    ) -> CertStoreEntry:
        """Return the certificate for the DNS names among `sans`; the other arguments are not used.

        Raises CaError if one of them is not covered, or if there is none: the connection then fails. An IP address
        is left out: it is there only because the client named no host in its greeting.
        """
        names = tuple(sorted({name.value for name in sans if isinstance(name, x509.DNSName)}))
        if not names or not all(self._authority.covers(name) for name in names):
            raise CaError("un nom que l'autorité de certification ne couvre pas")
        now = datetime.now(UTC)
        entry = self._entries.get(names)
        if entry is None or entry.cert.notafter - now < _FRESH:
            leaf = Cert(self._leaf(names, now))
            entry = CertStoreEntry(leaf, self.default_privatekey, None, self.default_chain_certs)
            self._entries[names] = entry
        self._entries.move_to_end(names)
        if len(self._entries) > _KEPT:
            self._entries.popitem(last=False)
        return entry

    def _leaf(self, names: tuple[str, ...], now: datetime) -> x509.Certificate:
        signing = self._authority.chain[0]
        short = [x509.NameAttribute(NameOID.COMMON_NAME, name) for name in names if len(name) < _CN_LENGTH][:1]
        try:
            issuer_id = signing.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
            issued_by = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_id)
        except x509.ExtensionNotFound:  # an old authority of a hospital
            issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        # the key is the authority's, as in mitmproxy; without a key identifier of its own, or Windows takes one
        # certificate for the other
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name(short))
            .issuer_name(signing.subject)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(max(now - SKEW, self._authority.not_before))
            .not_valid_after(min(now + VALIDITY, self._authority.not_after))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                usage(digital_signature=True, key_encipherment=isinstance(self._key, rsa.RSAPrivateKey)), critical=True
            )
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=not short)
            .add_extension(issued_by, critical=False)
            .sign(self._key, hashes.SHA256())
        )
