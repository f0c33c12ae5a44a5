"""Which names a chain may vouch for, by RFC 5280."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.proxy.constraints import Constraints
from tests.proxy.authorities import certificate

KEY = ec.generate_private_key(ec.SECP256R1())


def chain(*constraints: x509.NameConstraints | None) -> list[x509.Certificate]:
    """Return one authority for each."""
    return [certificate(KEY, "x", "x", KEY, *([c] if c else [])) for c in constraints]


def dns(*names: str) -> list[x509.GeneralName]:
    """Return DNS names."""
    return [x509.DNSName(name) for name in names]


def test_without_constraints_every_name_is_free() -> None:
    """But never an IP address, or what is no name."""
    free = Constraints.of(chain(None, None))
    assert free.allow("www.exemple.fr")
    assert not any(free.allow(text) for text in ("192.0.2.1", "::1", "", "a b"))


def test_a_permitted_name_holds_what_is_below_it() -> None:
    """At a dot, not in the middle of a label."""
    limited = Constraints.of(chain(x509.NameConstraints(dns("Exemple.fr"), None)))
    assert limited.allow("exemple.fr")
    assert limited.allow("A.B.exemple.fr.")
    assert not limited.allow("monexemple.fr")
    assert not limited.allow("fr")


def test_excluded_wins_over_permitted() -> None:
    """Whichever authority of the chain says it."""
    limited = Constraints.of(
        chain(x509.NameConstraints(dns("exemple.fr"), None), x509.NameConstraints(None, dns("b.exemple.fr")))
    )
    assert limited.allow("a.exemple.fr")
    assert not limited.allow("b.exemple.fr")
    assert not limited.allow("x.b.exemple.fr")


def test_every_authority_of_the_chain_must_permit() -> None:
    """Two that permit different names permit nothing together."""
    limited = Constraints.of(chain(x509.NameConstraints(dns("a.fr"), None), x509.NameConstraints(dns("b.fr"), None)))
    assert not limited.allow("a.fr")
    assert not limited.allow("b.fr")


@pytest.mark.parametrize(("base", "allowed"), [("", True), (".exemple.fr", True), ("x.exemple.fr", False)])
def test_odd_bases(base: str, allowed: bool) -> None:
    """An empty base is every name; a dot first is what is below only."""
    limited = Constraints.of(chain(x509.NameConstraints(dns(base), None)))
    assert limited.allow("a.exemple.fr") is allowed
    assert limited.allow("exemple.fr") is (base == "")


def test_constraints_on_other_kinds_of_names_leave_dns_names_free() -> None:
    """Permitted e-mail addresses say nothing of hosts."""
    limited = Constraints.of(chain(x509.NameConstraints([x509.RFC822Name("exemple.fr")], None)))
    assert limited.allow("claude.ai")


@given(st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=4), st.sampled_from(["a.b", "b", "ab.b"]))
def test_a_name_is_allowed_where_the_base_is_its_end(labels: list[str], base: str) -> None:
    """Label by label, as a naive comparison of lists does it."""
    host = ".".join(labels)
    wanted = labels[-len(base.split(".")) :] == base.split(".")
    assert Constraints(((base,),), ()).allow(host) is wanted
    assert Constraints((), (base,)).allow(host) is not wanted
