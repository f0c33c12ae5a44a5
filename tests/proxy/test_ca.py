"""The authority: made once, kept for one user, good for AI services only, renewed on demand."""

import base64
import hashlib
import os
import stat
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from avec_proxy import hosts
from avec_proxy.proxy import ca
from avec_proxy.proxy.ca import CaError
from avec_proxy.proxy.errors import GatewayError
from tests.proxy import authorities
from tests.proxy.authorities import certificate, needs_openssl, pem, put

POSIX = pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
KEY = ec.generate_private_key(ec.SECP256R1())
ROOT_KEY = ec.generate_private_key(ec.SECP256R1())


def signed(authority: ca.Authority, san: x509.GeneralName, **options: int) -> x509.Certificate:
    """Return a certificate for `san` that a thief of the key would make, past every check of this program."""
    key = load_pem_private_key(authority.path_bundle.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    now = datetime.now(UTC)
    issuer = authority.chain[0]
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([san]), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(key, hashes.SHA256())
    )


def test_a_first_run_makes_it_and_the_next_finds_it(tmp_path: Path) -> None:
    """Two files in a folder of one's own; the same authority every time after."""
    first = ca.ensure(tmp_path / "new" / "ca")
    again = ca.ensure(tmp_path / "new" / "ca")
    assert (first.created, again.created) == (True, False)
    assert first.root_sha256 == again.root_sha256
    assert first.spki_sha256_base64 == again.spki_sha256_base64
    assert sorted(p.name for p in (tmp_path / "new" / "ca").iterdir()) == ["ca.pem", "intermediate.pem"]


@POSIX
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_nobody_else_can_read_the_key(tmp_path: Path, umask: int) -> None:
    """Folder 0700, key 0600, whatever the umask."""
    before = os.umask(umask)
    try:
        authority = ca.ensure(tmp_path / "ca")
    finally:
        os.umask(before)
    assert stat.S_IMODE(authority.path_bundle.stat().st_mode) == 0o600
    assert stat.S_IMODE(authority.path_bundle.parent.stat().st_mode) == 0o700


def test_the_bundle_is_key_intermediate_root_and_no_key_of_the_root(tmp_path: Path) -> None:
    """The order that mitmproxy wants; the one key is the intermediate's, and no file holds the root's."""
    authority = ca.ensure(tmp_path / "ca")
    raw = authority.path_bundle.read_bytes()
    lines = [line for line in raw.decode().splitlines() if "BEGIN" in line]
    assert lines == [f"-----BEGIN {kind}-----" for kind in ("PRIVATE KEY", "CERTIFICATE", "CERTIFICATE")]
    key = load_pem_private_key(raw, None)
    signing, root = authority.chain
    assert key.public_key() == signing.public_key() != root.public_key()
    signing.verify_directly_issued_by(root)
    assert x509.load_pem_x509_certificate(authority.path_root.read_bytes()) == root
    assert b"PRIVATE" not in authority.path_root.read_bytes()
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.curve.name == "secp256r1"


def test_the_intermediate_says_what_it_is_for(tmp_path: Path) -> None:
    """An authority for no other authority, TLS servers only, the covered names only, no IP address: all critical."""
    signing, root = ca.ensure(tmp_path / "ca").chain
    basic = signing.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, 0)
    names = signing.extensions.get_extension_for_class(x509.NameConstraints)
    assert names.critical
    assert [base.value for base in names.value.permitted_subtrees or ()] == list(hosts.covered_domains())
    assert [str(base.value) for base in names.value.excluded_subtrees or ()] == ["0.0.0.0/0", "::/0"]
    assert list(signing.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        x509.oid.ExtendedKeyUsageOID.SERVER_AUTH
    ]
    assert root.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 1


def test_its_dates_allow_for_wrong_clocks_and_end(tmp_path: Path) -> None:
    """Valid since a day before it was made, for 825 days."""
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    authority = ca.ensure(tmp_path / "ca", now=now)
    assert authority.not_before == now - timedelta(days=1)
    assert authority.not_after == authority.not_before + timedelta(days=825)


@needs_openssl
@pytest.mark.parametrize(
    "host", ["api.openai.com", "eu.api.openai.com", "claude.ai", "oai.endpoints.kepler.ai.cloud.ovh.net"]
)
def test_openssl_accepts_a_covered_host(tmp_path: Path, host: str) -> None:
    """The chain verifies, strictly, for a host that is intercepted."""
    authority = ca.ensure(tmp_path / "ca")
    leaf = signed(authority, x509.DNSName(host))
    said = authorities.verify(authority.path_root, authority.chain, leaf, "-verify_hostname", host)
    assert said.endswith(": OK")


@needs_openssl
@pytest.mark.parametrize(
    ("san", "error"),
    [
        (x509.DNSName("www.exemple.fr"), "permitted subtree violation"),
        (x509.DNSName("amazonaws.com"), "permitted subtree violation"),
        (x509.DNSName("openai.com"), "permitted subtree violation"),
        (x509.DNSName("api.openai.com.exemple.fr"), "permitted subtree violation"),
        (x509.IPAddress(ip_address("192.0.2.1")), "excluded subtree violation"),
        (x509.IPAddress(ip_address("2001:db8::1")), "excluded subtree violation"),
    ],
)
def test_openssl_rejects_every_other_name(tmp_path: Path, san: x509.GeneralName, error: str) -> None:
    """With the key in hand, a certificate for another site or for an IP address is worth nothing."""
    authority = ca.ensure(tmp_path / "ca")
    assert error in authorities.verify(authority.path_root, authority.chain, signed(authority, san))


@needs_openssl
def test_openssl_rejects_an_authority_below_the_intermediate(tmp_path: Path) -> None:
    """The intermediate cannot make another one without constraints."""
    authority = ca.ensure(tmp_path / "ca")
    key = load_pem_private_key(authority.path_bundle.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    above = authority.chain[0].subject.rfc4514_string().removeprefix("CN=").replace("\\,", ",")
    lower = certificate(KEY, "lower", above, key)
    leaf = certificate(
        KEY, "leaf", "lower", KEY, x509.SubjectAlternativeName([x509.DNSName("claude.ai")]), authority=False
    )
    chain = (lower, *authority.chain)
    untrusted = put(tmp_path / "u.pem", pem(None, *chain))
    server = put(tmp_path / "l.pem", pem(None, leaf))
    command = [str(authorities.OPENSSL), "verify", "-CAfile", str(authority.path_root), "-untrusted", str(untrusted)]
    done = subprocess.run([*command, str(server)], capture_output=True, text=True, check=False)
    assert "path length constraint exceeded" in done.stdout + done.stderr


def test_it_covers_what_is_intercepted_and_nothing_else(tmp_path: Path) -> None:
    """`covers` says what openssl says: the covered names and what is below them."""
    authority = ca.ensure(tmp_path / "ca")
    assert authority.uncovered_domains == ()
    assert all(authority.covers(host) for host in ("api.openai.com", "EU.API.openai.com.", "claude.ai"))
    others = ("www.exemple.fr", "openai.com", "xapi.openai.com", "api.openai.com.exemple.fr", "192.0.2.1", "::1", "")
    assert not any(authority.covers(host) for host in others)


def test_hosts_that_came_after_it_are_not_covered_until_it_is_renewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update may bring hosts that the authority cannot vouch for: it says which, and a new one can."""
    with monkeypatch.context() as patch:
        patch.setattr(hosts, "covered_domains", lambda: ("api.openai.com",))
        ca.ensure(tmp_path / "ca")
    old = ca.ensure(tmp_path / "ca")
    assert old.covers("api.openai.com")
    assert not old.covers("claude.ai")
    assert "claude.ai" in old.uncovered_domains
    new = ca.renew(tmp_path / "ca")
    assert new.covers("claude.ai")
    assert new.uncovered_domains == ()


def test_renewing_makes_another_one(tmp_path: Path) -> None:
    """New keys, new names, the same places; no draft is left."""
    old = ca.ensure(tmp_path / "ca")
    new = ca.renew(tmp_path / "ca")
    assert old.root_sha256 != new.root_sha256
    assert old.spki_sha256_base64 != new.spki_sha256_base64
    assert old.subject != new.subject
    assert (old.path_root, old.path_bundle) == (new.path_root, new.path_bundle)
    assert x509.load_pem_x509_certificate(new.path_root.read_bytes()) == new.chain[-1]
    assert len(list((tmp_path / "ca").iterdir())) == 2
    assert ca.ensure(tmp_path / "ca").root_sha256 == new.root_sha256


def test_its_end_is_announced_then_refused(tmp_path: Path) -> None:
    """From 30 days before it says so; afterwards it does not run, and says what to do; renewing works then."""
    made = datetime(2026, 1, 1, tzinfo=UTC)
    authority = ca.ensure(tmp_path / "ca", now=made)
    assert not authority.ends_soon(authority.not_after - timedelta(days=31))
    assert authority.ends_soon(authority.not_after - timedelta(days=29))
    ca.ensure(tmp_path / "ca", now=authority.not_after - timedelta(seconds=1))
    after = authority.not_after + timedelta(seconds=1)
    with pytest.raises(CaError, match=r"a expiré le 0[45]/04/2028 .*ca renew --yes"):
        ca.ensure(tmp_path / "ca", now=after)
    assert ca.load(tmp_path / "ca", now=after).not_after == authority.not_after
    assert ca.renew(tmp_path / "ca", after).not_after > after
    with pytest.raises(CaError, match="date de cet ordinateur"):
        ca.ensure(tmp_path / "ca", now=made)


def test_fingerprints_are_those_of_openssl_and_chromium(tmp_path: Path) -> None:
    """The SHA-256 of the root's DER; the base64 of the SHA-256 of the signing key, whose key leaves share."""
    authority = ca.ensure(tmp_path / "ca")
    root = x509.load_pem_x509_certificate(authority.path_root.read_bytes())
    der = root.public_bytes(Encoding.DER)
    assert authority.root_sha256.replace(":", "") == hashlib.sha256(der).hexdigest().upper()
    if authorities.OPENSSL:
        command = [authorities.OPENSSL, "pkey", "-in", str(authority.path_bundle), "-pubout", "-outform", "der"]
        public = subprocess.run(command, capture_output=True, check=True).stdout
        assert base64.b64decode(authority.spki_sha256_base64) == hashlib.sha256(public).digest()


def test_a_lost_or_foreign_root_file_is_written_again(tmp_path: Path) -> None:
    """The root stands in the bundle too: a crash between two files, or a hand, leaves nothing to repair."""
    authority = ca.ensure(tmp_path / "ca")
    whole = authority.path_root.read_bytes()
    authority.path_root.unlink()
    ca.ensure(tmp_path / "ca")
    assert authority.path_root.read_bytes() == whole
    authority.path_root.write_bytes(b"something else")
    ca.ensure(tmp_path / "ca")
    assert authority.path_root.read_bytes() == whole


def test_many_first_runs_at_once_agree(tmp_path: Path) -> None:
    """One makes it, all use it, and no draft is left."""
    found = []
    threads = [threading.Thread(target=lambda: found.append(ca.ensure(tmp_path / "ca"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({authority.root_sha256 for authority in found}) == 1
    assert len(found) == 8
    assert sum(authority.created for authority in found) == 1
    assert len(list((tmp_path / "ca").iterdir())) == 2


@POSIX
@pytest.mark.parametrize(("which", "mode"), [("folder", 0o755), ("folder", 0o770), ("key", 0o644), ("key", 0o640)])
def test_what_others_can_open_is_refused(tmp_path: Path, which: str, mode: int) -> None:
    """One line that names the place and the command that closes it; renewing does not heal an open folder either."""
    authority = ca.ensure(tmp_path / "ca")
    wrong = authority.path_bundle.parent if which == "folder" else authority.path_bundle
    wrong.chmod(mode)
    with pytest.raises(CaError, match=r"chmod [67]00") as raised:
        ca.ensure(tmp_path / "ca")
    assert str(wrong) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert isinstance(raised.value, GatewayError)


@POSIX
def test_what_belongs_to_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever owns the folder could have put another authority there."""
    ca.ensure(tmp_path / "ca")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(CaError, match="appartient à un autre utilisateur"):
        ca.ensure(tmp_path / "ca")


def test_a_place_where_nothing_can_be_kept_is_refused(tmp_path: Path) -> None:
    """A file in the folder's place, or above it; a folder in the key's place."""
    put(tmp_path / "file", b"")
    for place in (tmp_path / "file", tmp_path / "file" / "ca"):
        with pytest.raises(CaError, match="--confdir"):
            ca.ensure(place)
    ca.ensure(tmp_path / "ca").path_bundle.unlink()
    (tmp_path / "ca" / ca.BUNDLE).mkdir()
    with pytest.raises(CaError):
        ca.ensure(tmp_path / "ca")


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An authority must last: without a place to keep it there is none."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    with pytest.raises(CaError, match=r"ne peut pas être gardée.*No space left.*--confdir"):
        ca.ensure(tmp_path / "ca")


def test_a_whole_authority_needs_no_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is mounted read-only is fine once the authority is there."""
    first = ca.ensure(tmp_path / "ca")
    monkeypatch.setattr("tempfile.mkstemp", lambda *_, **__: pytest.fail("wrote"))
    assert ca.ensure(tmp_path / "ca").root_sha256 == first.root_sha256


@pytest.mark.parametrize("content", [b"", b"\xff\x00", pem(KEY), b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_a_damaged_bundle_is_one_line(tmp_path: Path, content: bytes) -> None:
    """It is not made anew silently: clients trust the old one."""
    put(ca.ensure(tmp_path / "ca").path_bundle, content)
    with pytest.raises(CaError) as raised:
        ca.ensure(tmp_path / "ca")
    assert "\n" not in str(raised.value)


# a hospital's own authority


def hospital(*extensions: x509.ExtensionType, days: int = 30) -> bytes:
    """Return key, intermediate and root of a hospital."""
    root = certificate(ROOT_KEY, "root", "root", ROOT_KEY)
    return pem(KEY, certificate(KEY, "sub", "root", ROOT_KEY, *extensions, days=days), root)


def test_a_given_authority_is_used_as_it_is(tmp_path: Path) -> None:
    """Without constraints it covers every name; its root is put beside for clients, without a key; nothing is made."""
    given = put(tmp_path / "given.pem", hospital(), 0o640)
    authority = ca.ensure(tmp_path / "ca", given)
    assert authority.given
    assert authority.path_bundle == given
    assert authority.covers("claude.ai")
    assert not authority.covers("192.0.2.1")
    assert authority.uncovered_domains == ()
    assert [p.name for p in (tmp_path / "ca").iterdir()] == ["given-ca.pem"]
    assert x509.load_pem_x509_certificates(authority.path_root.read_bytes()) == [authority.chain[-1]]
    assert authority.subject == "CN=root"


def test_constraints_of_a_given_authority_say_what_is_read(tmp_path: Path) -> None:
    """What it may not vouch for is not covered."""
    names = x509.NameConstraints(
        [x509.DNSName("mistral.ai"), x509.DNSName("openai.com")], [x509.DNSName("docs.mistral.ai")]
    )
    authority = ca.ensure(tmp_path / "ca", put(tmp_path / "given.pem", hospital(names)))
    assert authority.covers("api.mistral.ai")
    assert authority.covers("api.openai.com")
    assert not authority.covers("docs.mistral.ai")
    assert not authority.covers("claude.ai")
    assert "claude.ai" in authority.uncovered_domains


def wrong_ones() -> dict[str, tuple[bytes, str]]:
    """Return files that are no authority, and a word of what is said of each."""
    root = certificate(ROOT_KEY, "root", "root", ROOT_KEY)
    sub = certificate(KEY, "sub", "root", ROOT_KEY)
    server = certificate(KEY, "server", "root", ROOT_KEY, authority=False)
    other = ec.generate_private_key(ec.SECP256R1())
    edwards = ed25519.Ed25519PrivateKey.generate()
    locked = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")) + pem(None, sub, root)
    no_signing = ca.usage(digital_signature=True)
    return {
        "no key": (pem(None, sub, root), "clé privée"),
        "no certificate": (pem(KEY), "certificat lisible"),
        "not an authority": (pem(KEY, server, root), "CA:TRUE"),
        "may not sign": (pem(KEY, certificate(KEY, "sub", "root", ROOT_KEY, no_signing), root), "CA:TRUE"),
        "another key": (pem(other, sub, root), "premier certificat"),
        "wrong order": (pem(ROOT_KEY, root, sub), "suivi de celui qui l'a signé"),
        "locked": (locked, "mot de passe"),
        "Edwards curve": (pem(edwards, sub, root), "courbe elliptique"),
        "empty": (b"", "clé privée"),
    }


@pytest.mark.parametrize("case", wrong_ones())
def test_a_given_file_that_is_no_authority_is_refused(tmp_path: Path, case: str) -> None:
    """Each with its own word, in one line."""
    content, word = wrong_ones()[case]
    with pytest.raises(CaError) as raised:
        ca.ensure(tmp_path / "ca", put(tmp_path / "given.pem", content))
    assert word in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_given_authority_that_has_expired_is_refused(tmp_path: Path) -> None:
    """It is not ours to renew: the line says whom to ask."""
    given = put(tmp_path / "given.pem", hospital(days=3))
    with pytest.raises(CaError, match=r"a expiré le .* demandez-en une nouvelle"):
        ca.ensure(tmp_path / "ca", given, datetime.now(UTC) + timedelta(days=3))


def test_a_given_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """It names the setting."""
    with pytest.raises(CaError, match="ca_file"):
        ca.ensure(tmp_path / "ca", tmp_path / "nowhere.pem")


@POSIX
def test_a_given_file_that_all_may_read_is_refused(tmp_path: Path) -> None:
    """The group may read it, everybody may not."""
    with pytest.raises(CaError, match="chmod 640"):
        ca.ensure(tmp_path / "ca", put(tmp_path / "given.pem", hospital(), 0o644))


def test_an_rsa_authority_will_do(tmp_path: Path) -> None:
    """Many hospitals have one; alone in its file it is its own root."""
    key = rsa.generate_private_key(65537, 2048)
    given = put(tmp_path / "given.pem", pem(key, certificate(key, "rsa", "rsa", key)))
    assert ca.ensure(tmp_path / "ca", given).covers("claude.ai")
