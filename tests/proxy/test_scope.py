"""Every destination is decided by its name and port alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy import hosts
from avec_proxy.proxy.scope import Scope, Verdict
from avec_proxy.settings import OtherAi

SCOPE = Scope()
READ, TUNNEL, OTHER_AI, NOT_A_NAME, PORT = Verdict


@pytest.mark.parametrize(
    ("host", "port", "verdict"),
    [
        ("api.openai.com", 443, READ),
        ("API.OpenAI.COM.", 443, READ),
        ("claude.ai", 443, READ),
        ("a.b.claude.ai", 443, READ),
        ("api.openai.com", 80, PORT),
        ("api.openai.com", 8443, PORT),
        ("bedrock-runtime.zz-west-3.amazonaws.com", 443, OTHER_AI),  # no name constraint can hold it
        ("www.google.com", 443, TUNNEL),
        ("s3.amazonaws.com", 443, TUNNEL),
        ("exemple.fr", 80, TUNNEL),
        ("exemple.fr", 22, PORT),
        ("exemple.fr", 8443, PORT),
        ("notopenai.com", 443, TUNNEL),
        ("api.openai.com.exemple.fr", 443, TUNNEL),
        ("8.8.8.8", 443, NOT_A_NAME),
        ("127.1", 443, NOT_A_NAME),
        ("0x7f000001", 443, NOT_A_NAME),
        ("017700000001", 443, NOT_A_NAME),
        ("2130706433", 443, NOT_A_NAME),
        ("::1", 443, NOT_A_NAME),
        ("::ffff:10.0.0.1", 443, NOT_A_NAME),
        ("fe80::1%eth0", 443, NOT_A_NAME),
        ("", 443, NOT_A_NAME),
        ("a..b", 443, NOT_A_NAME),
        ("a b", 443, NOT_A_NAME),
    ],
)
def test_a_connect_is_decided(host: str, port: int, verdict: Verdict) -> None:
    """AI services are read, or refused where they cannot be; addresses and odd ports are refused; the rest passes."""
    assert SCOPE.connect(host, port) is verdict


def test_other_ai_is_refused_unless_a_setting_says_otherwise() -> None:
    """A service that nobody reads yet is a way out: closed by default; its port counts as any site's."""
    other = next(n for n, found in hosts.table().suffixes.items() if found is hosts.HostClass.OTHER)
    assert SCOPE.connect(other, 443) is SCOPE.plain(other, 80) is OTHER_AI
    opened = Scope(OtherAi.TUNNEL)
    assert opened.connect(other, 443) is opened.plain(other, 80) is TUNNEL
    assert opened.connect(other, 25) is PORT
    assert opened.connect("bedrock-runtime.zz-west-3.amazonaws.com", 443) is OTHER_AI


def test_plain_http_is_read_on_its_own_port() -> None:
    """An AI service is read in plain http too, on port 80 and nowhere else."""
    assert SCOPE.plain("api.openai.com", 80) is READ
    assert SCOPE.plain("api.openai.com", 443) is PORT
    assert SCOPE.plain("exemple.fr", 80) is TUNNEL
    assert Scope(ports=(443, 8080)).plain("exemple.fr", 8080) is TUNNEL
    assert Scope(ports=(443, 8080)).plain("exemple.fr", 80) is PORT


@pytest.mark.parametrize(
    ("host", "greeted", "fronted"),
    [
        ("api.openai.com", None, False),
        ("api.openai.com", "", False),
        ("api.openai.com", "API.OPENAI.COM", False),
        ("api.openai.com", "exemple.fr", True),
        ("api.openai.com", "api.anthropic.com", True),
        ("api.openai.com", "cloudflare-ech.com", True),
        ("exemple.fr", "chatgpt.com", True),
        ("exemple.fr", "ai.google.dev", True),
        ("exemple.fr", "autre.exemple.fr", False),
        ("exemple.fr", "\x00", True),
        ("exemple.fr", "8.8.8.8", True),
    ],
)
def test_a_greeting_must_agree_with_the_connect(host: str, greeted: str | None, fronted: bool) -> None:
    """Another name is refused as soon as one of the two is an AI's; between other sites it is their own affair."""
    assert SCOPE.fronted(host, greeted) is fronted


@given(host=st.text(max_size=40), port=st.integers(0, 65535))
def test_nothing_that_is_an_ai_is_ever_tunnelled(host: str, port: int) -> None:
    """Whatever the writing, what the host list knows as an AI service does not pass unread."""
    for name in (host, f"{host}.openai.com", f"{host}.claude.ai"):
        for verdict in (SCOPE.connect(name, port), SCOPE.plain(name, port)):
            if hosts.classify(name) not in (hosts.HostClass.UNKNOWN, hosts.HostClass.BROAD):
                assert verdict is not TUNNEL
