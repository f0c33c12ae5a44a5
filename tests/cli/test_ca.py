"""`avec-proxy ca`: says where, until when and how; makes a new one only when told so."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from avec_proxy import hosts
from avec_proxy.proxy import ca
from tests.cli.calling import call
from tests.proxy.test_ca import hospital, put


def test_path_prints_the_root_alone(tmp_path: Path) -> None:
    """A script can use it at once: the authority is made, and the file is a certificate."""
    said = call("ca", "path", "--confdir", str(tmp_path / "ca"))
    assert (said.code, said.err) == (0, "")
    (line,) = said.out.splitlines()
    assert x509.load_pem_x509_certificate(Path(line).read_bytes()).subject.rfc4514_string().startswith("CN=avec-proxy")


def test_show_says_what_a_person_needs(tmp_path: Path) -> None:
    """Name, place, dates, fingerprints, and how to trust it in each kind of client."""
    authority = ca.ensure(tmp_path / "ca")
    said = call("ca", "show", "--confdir", str(tmp_path / "ca"))
    assert said.code == 0
    total = len(hosts.covered_domains())
    parts = [authority.subject, authority.root_sha256, authority.spki_sha256_base64, f"{total} sur {total}"]
    parts += [f"{authority.not_after:%d/%m/%Y}", f'REQUESTS_CA_BUNDLE="{authority.path_root}"', "NODE_EXTRA_CA_CERTS"]
    parts += ["curl --cacert", "ignore-certificate-errors-spki-list", "certutil", "security add-trusted-cert"]
    assert [part for part in parts if part not in said.out] == []
    assert "Attention" not in said.out
    assert "PRIVATE" not in said.out


def test_show_warns_of_the_end_and_works_after_it(tmp_path: Path) -> None:
    """Twelve days before, and when it is too late."""
    now = datetime.now(UTC)
    for days, words in ((12, "expire dans moins de 12 jours"), (-3, "a expiré")):
        folder = tmp_path / str(days)
        ca.load(folder, now=now - ca.VALIDITY + ca.SKEW + timedelta(days=days) - timedelta(minutes=1))
        said = call("ca", "show", "--confdir", str(folder))
        assert (said.code, words in said.out) == (0, True)
        assert "ca renew --yes" in said.out
    assert call("ca", "path", "--confdir", str(tmp_path / "-3")).code == 2


def test_show_names_hosts_that_came_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the authority cannot vouch for is refused, and it is said how to mend it."""
    with monkeypatch.context() as patch:
        patch.setattr(hosts, "covered_domains", lambda: ("api.openai.com", "claude.ai"))
        ca.ensure(tmp_path / "ca")
    said = call("ca", "show", "--confdir", str(tmp_path / "ca"))
    assert f"2 sur {len(hosts.covered_domains())}" in said.out
    assert "ne couvre pas" in said.out


def test_renew_asks_for_yes(tmp_path: Path) -> None:
    """Without it nothing changes; with it there is another one."""
    before = ca.ensure(tmp_path / "ca").root_sha256
    said = call("ca", "renew", "--confdir", str(tmp_path / "ca"))
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert "--yes" in said.err
    assert ca.ensure(tmp_path / "ca").root_sha256 == before
    said = call("ca", "renew", "--yes", "--confdir", str(tmp_path / "ca"))
    assert said.code == 0
    after = ca.ensure(tmp_path / "ca").root_sha256
    assert after != before
    assert after in said.out


def test_a_hospitals_authority_is_shown_and_not_renewed(tmp_path: Path) -> None:
    """It is theirs."""
    config = tmp_path / "avec.toml"
    given = put(tmp_path / "given.pem", hospital())
    config.write_text(f"ca_file = '{given}'\nconfdir = '{tmp_path / 'ca'}'\n", encoding="utf-8")
    said = call("ca", "show", "--config", str(config))
    assert (said.code, "donnée par l'établissement" in said.out) == (0, True)
    said = call("ca", "renew", "--yes", "--config", str(config))
    assert (said.code, said.out) == (2, "")
    assert "ca_file" in said.err


@pytest.mark.parametrize("command", [["path"], ["show"], ["renew", "--yes"]])
def test_a_place_that_will_not_do_is_one_line(tmp_path: Path, command: list[str]) -> None:
    """Exit code 2, nothing on standard output."""
    put(tmp_path / "file", b"")
    said = call("ca", *command, "--confdir", str(tmp_path / "file"))
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith("avec-proxy: ")


@pytest.mark.parametrize("command", ["path", "show", "renew"])
def test_wrong_settings_are_one_line(tmp_path: Path, command: str) -> None:
    """As for every command."""
    config = tmp_path / "avec.toml"
    config.write_text("nonsense = 1\n", encoding="utf-8")
    said = call("ca", command, "--config", str(config))
    assert (said.code, said.out, said.err) == (2, "", "avec-proxy: unknown setting: nonsense\n")
