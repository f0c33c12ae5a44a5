"""The certificates that clients see: accepted where they should be, and never outliving their authority."""

import subprocess
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from avec_proxy.proxy import ca
from avec_proxy.proxy.leaves import Leaves
from tests.proxy import authorities
from tests.proxy.authorities import certificate, needs_openssl, pem, put


@pytest.fixture
def authority(tmp_path: Path) -> ca.Authority:
    """Make an authority."""
    return ca.ensure(tmp_path / "ca")


def leaf(store: Leaves, *names: str) -> x509.Certificate:
    """Return the certificate of the store for `names`."""
    return store.get_cert(names[0], [x509.DNSName(name) for name in names]).cert.to_cryptography()


@needs_openssl
@pytest.mark.parametrize("host", ["api.openai.com", f"{'a' * 60}.openai.azure.com"])
def test_openssl_accepts_it_for_its_host_and_no_other(authority: ca.Authority, host: str) -> None:
    """A strict client takes it, also for a name too long for a subject."""
    made = leaf(Leaves(authority), host)
    assert authorities.verify(authority.path_root, authority.chain, made, "-verify_hostname", host).endswith(": OK")
    said = authorities.verify(authority.path_root, authority.chain, made, "-verify_hostname", "claude.ai")
    assert "hostname mismatch" in said.lower()


def test_the_chain_goes_with_it(authority: ca.Authority) -> None:
    """A client that trusts the root gets what lies between."""
    entry = Leaves(authority).get_cert("claude.ai", [x509.DNSName("claude.ai")])
    assert [c.to_cryptography() for c in entry.chain_certs] == list(authority.chain)
    assert entry.cert.public_key() == entry.privatekey.public_key()


def test_it_is_made_once_a_name(authority: ca.Authority) -> None:
    """A second connection gets the same one; the order of the names does not matter."""
    store = Leaves(authority)
    assert leaf(store, "claude.ai") == leaf(store, "claude.ai")
    assert leaf(store, "claude.ai", "api.openai.com") == leaf(store, "api.openai.com", "claude.ai")
    assert leaf(store, "claude.ai") != leaf(store, "api.openai.com")


@pytest.mark.parametrize("names", [("www.exemple.fr",), ("claude.ai", "www.exemple.fr"), ("openai.com",)])
def test_a_name_that_is_not_covered_gets_none(authority: ca.Authority, names: tuple[str, ...]) -> None:
    """One such name among others is enough: the connection fails."""
    with pytest.raises(ca.CaError):
        leaf(Leaves(authority), *names)


def test_an_ip_address_is_left_out_and_alone_gets_none(authority: ca.Authority) -> None:
    """A client that names no host in its greeting gets the certificate of the host that it asked the proxy for."""
    store = Leaves(authority)
    address = x509.IPAddress(ip_address("127.0.0.1"))
    entry = store.get_cert(None, [address, x509.DNSName("claude.ai")])
    names = entry.cert.to_cryptography().extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert list(names) == [x509.DNSName("claude.ai")]
    with pytest.raises(ca.CaError):
        store.get_cert(None, [address])


def test_its_dates_stay_within_its_authority(tmp_path: Path) -> None:
    """Never before it, never after it, and less than browsers' 398 days."""
    for days_left in (3, 100, 400):
        made = datetime.now(UTC) - ca.VALIDITY + ca.SKEW + timedelta(days=days_left)
        authority = ca.ensure(tmp_path / str(days_left), now=made)
        certificate_ = leaf(Leaves(authority), "claude.ai")
        assert certificate_.not_valid_after_utc <= authority.not_after
        assert certificate_.not_valid_before_utc >= authority.not_before
        assert certificate_.not_valid_before_utc < datetime.now(UTC) - timedelta(hours=23)
        lasts = certificate_.not_valid_after_utc - certificate_.not_valid_before_utc
        assert lasts <= timedelta(days=198)


def test_one_that_is_about_to_end_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that runs for months does not serve a certificate that has expired."""
    store = Leaves(ca.ensure(tmp_path / "ca"))
    with monkeypatch.context() as patch:
        patch.setattr("avec_proxy.proxy.leaves.VALIDITY", timedelta(hours=20))
        old = leaf(store, "claude.ai")
    new = leaf(store, "claude.ai")
    assert new != old
    assert new.not_valid_after_utc > old.not_valid_after_utc


def test_it_keeps_few_of_them(authority: ca.Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that asks for many names fills no memory, and the ones in use stay."""
    monkeypatch.setattr("avec_proxy.proxy.leaves._KEPT", 3)
    store = Leaves(authority)
    used = leaf(store, "claude.ai")
    for number in range(10):
        leaf(store, f"a{number}.claude.ai")
        assert leaf(store, "claude.ai") == used
    assert len(store._entries) == 3


def test_nothing_is_written(authority: ca.Authority) -> None:
    """No DH parameters, no PKCS#12 beside the authority."""
    leaf(Leaves(authority), "claude.ai")
    assert sorted(p.name for p in authority.path_root.parent.iterdir()) == ["ca.pem", "intermediate.pem"]


def test_an_authority_that_changed_meanwhile_is_refused(authority: ca.Authority) -> None:
    """The key that signs is the one that was checked."""
    ca.renew(authority.path_bundle.parent)
    with pytest.raises(ca.CaError, match="vient de changer"):
        Leaves(authority)
    authority.path_bundle.unlink()
    with pytest.raises(ca.CaError, match="a disparu"):
        Leaves(authority)


@needs_openssl
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_hospitals_authority_signs_too(tmp_path: Path, kind: str) -> None:
    """RSA or EC, without the key identifiers that an old one lacks."""
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP384R1())
    given = put(tmp_path / "given.pem", pem(key, certificate(key, "hospital", "hospital", key)))
    authority = ca.ensure(tmp_path / "ca", given)
    made = leaf(Leaves(authority), "claude.ai")
    untrusted, server = put(tmp_path / "u", pem(None, *authority.chain)), put(tmp_path / "l", pem(None, made))
    command = [str(authorities.OPENSSL), "verify", "-CAfile", str(authority.path_root), "-untrusted", str(untrusted)]
    subprocess.run([*command, "-verify_hostname", "claude.ai", str(server)], check=True, capture_output=True)
