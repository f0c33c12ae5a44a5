"""The address that is connected to is the one that was judged."""

import asyncio
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.proxy import addresses
from avec_proxy.proxy.addresses import Address, AddressError, Resolver, never, public


@pytest.mark.parametrize(
    "text",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "198.18.0.7", "192.0.2.1", "2001:db8::1"],
)
def test_public_addresses_pass(text: str) -> None:
    """Ordinary sites, also where an IPv6 network reaches IPv4 ones; ranges where no service of anybody is."""
    assert public(text)
    assert not never(text)


@pytest.mark.parametrize(
    "text",
    [
        *("127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "192.0.0.8"),
        *("240.0.0.1", "255.255.255.255", "::1", "fd12::1", "fec0::1", "::ffff:127.0.0.1", "::ffff:192.168.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::", "::127.0.0.1", ""),
        *("localhost", "8.8.8.8.8", "8.8.8"),
    ],
)
def test_internal_addresses_do_not(text: str) -> None:
    """This machine, private, shared and reserved ranges, and IPv6 writings that hold one of them."""
    assert not public(text)


@pytest.mark.parametrize(
    "text",
    [
        *("169.254.169.254", "169.254.1.1", "0.0.0.0", "::", "224.0.0.1", "ff02::1", "fe80::1", "fe80::1%eth0"),
        *("::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "100.100.100.200", "fd00:ec2::254", "x"),
    ],
)
def test_some_are_refused_even_where_private_ones_are_allowed(text: str) -> None:
    """Metadata, link-local, multicast and unspecified addresses are nobody's service."""
    assert never(text)
    assert not public(text)


@given(st.ip_addresses())
def test_judging_never_fails(address: object) -> None:
    """Every address has an answer, and what is never reached is not public."""
    assert not (public(str(address)) and never(str(address)))


def resolver(found: dict[str, list[str]], allow: tuple[str, ...] = ()) -> Resolver:
    """Return a resolver that knows these names."""

    def lookup(host: str, port: int) -> list[Address]:
        if host not in found:
            raise OSError("unknown")
        return [(ip, port) for ip in found[host]]

    return Resolver(allow, lookup)


async def test_a_name_is_pinned_or_refused() -> None:
    """One forbidden address among several forbids the name; an unknown name is told apart from a forbidden one."""
    made = resolver({"a.fr": ["8.8.8.8"], "mixed.fr": ["8.8.8.8", "10.0.0.1"], "in.fr": ["127.0.0.1"], "none.fr": []})
    assert await made.pin("a.fr", 443) == ("8.8.8.8", 443)
    for name, forbidden in (("mixed.fr", True), ("in.fr", True), ("none.fr", False), ("unknown.fr", False)):
        with pytest.raises(AddressError) as caught:
            await made.pin(name, 443)
        assert caught.value.forbidden is forbidden


async def test_names_may_be_allowed_inside() -> None:
    """`x.y` allows itself, `.x.y` itself and all below; metadata stays refused."""
    found = {n: ["10.0.0.1"] for n in ("dpi.fr", "a.dpi.fr", "hop.fr", "a.b.hop.fr", "shop.fr")}
    made = resolver({**found, "meta.hop.fr": ["169.254.169.254"]}, ("dpi.fr", ".hop.fr"))
    for name in ("dpi.fr", "hop.fr", "a.b.hop.fr"):
        assert (await made.pin(name, 80))[0] == "10.0.0.1"
    for name in ("a.dpi.fr", "shop.fr", "meta.hop.fr"):
        with pytest.raises(AddressError):
            await made.pin(name, 80)


async def test_an_answer_is_kept_and_one_that_failed_comes_last() -> None:
    """A name is asked once in a while; where nobody answered, another address of it is taken."""
    asked = []

    def lookup(host: str, port: int) -> list[Address]:
        asked.append(host)
        return [("8.8.8.8", port), ("8.8.4.4", port)]

    made = Resolver((), lookup)
    first = await made.pin("a.fr", 443)
    made.failed(first)
    second = await made.pin("a.fr", 443)
    assert {first, second} == {("8.8.8.8", 443), ("8.8.4.4", 443)}
    made.failed(second)
    assert await made.pin("a.fr", 443) in (first, second)
    assert asked == ["a.fr"]


async def test_a_resolver_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for it: neither the client, nor the loop, nor the end of the process."""
    monkeypatch.setattr(addresses, "LOOKUP_S", 0.1)
    release = threading.Event()
    made = Resolver((), lambda *_: (release.wait(20), [])[1])  # type: ignore[func-returns-value]
    with pytest.raises(AddressError) as caught:
        await made.pin("a.fr", 443)
    assert not caught.value.forbidden
    assert all(t.daemon for t in threading.enumerate() if t.name == "lookup")
    release.set()
    await asyncio.sleep(0.05)


async def test_the_systems_resolver_knows_this_machine() -> None:
    """What the system says of `localhost` is this machine, hence refused."""
    with pytest.raises(AddressError) as caught:
        await Resolver().pin("localhost", 443)
    assert caught.value.forbidden


async def test_a_service_that_proves_its_name_may_be_on_a_private_network() -> None:
    """A hospital's private link to its vendor is reached; metadata and link-local never are."""
    made = resolver({"ia.fr": ["10.0.0.1"], "meta.fr": ["169.254.169.254"]})
    assert await made.pin("ia.fr", 443, vouched=True) == ("10.0.0.1", 443)
    with pytest.raises(AddressError):
        await made.pin("meta.fr", 443, vouched=True)
