"""Which host is what, and which of them a certificate may be made for."""

from pathlib import Path

import pytest
import tldextract
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy import hosts
from avec_proxy.hosts import READ, HostClass, HostsRule, classify, covered_domains, intercepted, refused, uncovered
from avec_proxy.rulebook import RuleFileError, load_folder
from avec_proxy.wire.endpoints import endpoints

# the list of public suffixes that comes with the package, private ones too: nothing is fetched
PUBLIC = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@pytest.mark.parametrize(
    ("host", "wanted"),
    [
        ("api.openai.com", HostClass.API),
        ("eu.api.openai.com", HostClass.API),
        ("albert.api.etalab.gouv.fr", HostClass.FR),
        ("chatgpt.com", HostClass.WEB),
        ("copilot.microsoft.com", HostClass.WS),
        ("files.oaiusercontent.com", HostClass.UPLOAD),
        ("api.nabla.com", HostClass.OTHER),
        ("www.google.com", HostClass.BROAD),
        ("www.exemple.fr", HostClass.UNKNOWN),
        ("nabla.com", HostClass.UNKNOWN),
    ],
)
def test_each_class_has_its_hosts(host: str, wanted: HostClass) -> None:
    """One host of each class, and hosts that no file names."""
    assert classify(host) is wanted


@pytest.mark.parametrize(
    ("host", "wanted", "beside"),
    [
        ("chatgpt.com", HostClass.WEB, "cdn.chatgpt.com"),  # its own name before the ending .chatgpt.com
        ("api.mistral.ai", HostClass.API, "docs.mistral.ai"),
        ("openaiassets.blob.core.windows.net", HostClass.OTHER, "images.blob.core.windows.net"),  # before a wildcard
        ("euw-aiplatform.googleapis.com", HostClass.API, "a.aiplatform.googleapis.com"),  # a wildcard before an ending
        ("alice.yandex.ru", HostClass.OTHER, "yandex.ru"),
    ],
)
def test_the_most_specific_pattern_wins(host: str, wanted: HostClass, beside: str) -> None:
    """A host by its own name, then a wildcard, then the longest ending."""
    assert classify(host) is wanted
    assert classify(beside) is not wanted


def test_the_longest_ending_wins() -> None:
    """A sub-domain that is listed apart is not taken by its parent's line."""
    assert classify("a.chat.labs.google.com") is HostClass.BROAD
    assert classify("www.gemini.google.com") is HostClass.OTHER
    assert classify("x.alice.yandex.net") is HostClass.OTHER
    assert classify("bing.com") is HostClass.BROAD
    assert classify("sydney.bing.com") is HostClass.OTHER


@pytest.mark.parametrize(
    "host",
    [
        "API.OpenAI.com",
        "api.openai.com.",
        "API.OPENAI.COM.",
        "ａｐｉ.openai.com",
        "api。openai。com",
        "api\u00ad.openai.com",
    ],
)
def test_a_name_is_read_as_a_resolver_reads_it(host: str) -> None:
    """Case, a final dot, wide letters, ideographic dots and soft hyphens make no other host of it."""
    assert classify(host) is HostClass.API
    assert intercepted(host)


@pytest.mark.parametrize(
    "host",
    [
        "api.openai.com.evil.example",
        "api-openai.com",
        "xapi.openai.com.evil",
        "openai.co",
        "notchatgpt.com",
        "chatgpt.com.example",
        "com",
        "localhost",
    ],
)
def test_a_name_that_only_looks_like_one_is_unknown(host: str) -> None:
    """An AI's name before another domain, or a domain that ends in the same letters, is somebody else's."""
    assert classify(host) is HostClass.UNKNOWN
    assert not intercepted(host)
    assert not refused(host)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "1.2.3.4.", "::1", "[::1]", "fe80::1%eth0"),
        *("", ".", "..", "api..openai.com", "api.openai.com..", "api.openai.com:443", "api.openai.com/", "a b.fr"),
        *("api.openai.com\n", "\x00", "ü" * 64 + ".openai.com", "a" * 64 + ".openai.com", "a." * 126 + "aaa", "%61.fr"),
    ],
)
def test_what_is_no_dns_name_is_nobodys(host: str) -> None:
    """An IP address however it is written, an empty label, a port, a space: never a name, never an AI."""
    assert hosts.normalise(host) is None
    assert classify(host) is HostClass.UNKNOWN
    assert (intercepted(host), refused(host), uncovered(host)) == (False, False, False)


def test_a_name_in_another_script_becomes_punycode() -> None:
    """It is the name that would be contacted."""
    assert hosts.normalise("École.Exemple.FR") == "xn--cole-9oa.exemple.fr"


@pytest.mark.parametrize(
    "host",
    [
        "bedrock-runtime.zz-west-3.amazonaws.com",
        "asia-east1-aiplatform.googleapis.com",
        "vpce-1.bedrock-runtime.eu-west-3.vpce.amazonaws.com",
        "chatgpt-async-webps-prod-eastus-1.webpubsub.azure.com",
    ],
)
def test_a_host_that_no_name_constraint_can_hold_is_known_and_not_intercepted(host: str) -> None:
    """A certificate for it would need an authority for a whole cloud."""
    assert classify(host) in READ
    assert uncovered(host)
    assert not intercepted(host)


def test_a_wildcard_wants_a_character() -> None:
    """`*` is one character or more."""
    assert classify("bedrock-runtime..amazonaws.com") is HostClass.UNKNOWN
    assert classify("-aiplatform.googleapis.com") is HostClass.UNKNOWN
    assert classify("blob.core.windows.net") is HostClass.UNKNOWN


def test_every_host_of_an_endpoint_is_intercepted() -> None:
    """What the gateway can read, `run` reads."""
    for rule in endpoints():
        for pattern in rule.hosts:
            host = f"zz9{pattern}" if pattern.startswith(".") else pattern.replace("*", "eu-west-3")
            assert rule.serves(host)
            assert intercepted(host)
            assert classify(host) in READ


def test_no_shared_domain_and_no_other_service_is_intercepted() -> None:
    """A host that each pattern of these classes takes is never opened; those of other services are refused."""
    seen = 0
    for rule in load_folder("hosts", HostsRule):
        for pattern in (p for patterns in rule.groups.values() for p in patterns if rule.host_class not in READ):
            host = f"zz9{pattern}" if pattern.startswith(".") else pattern.replace("*", "zz9")
            assert classify(host) is rule.host_class
            assert not intercepted(host)
            assert refused(host) is (rule.host_class is HostClass.OTHER)
            seen += 1
    assert seen > 400


def test_covered_domains_hold_every_intercepted_host_and_no_public_suffix() -> None:
    """No name constraint is wider than one registered domain, by the list of public suffixes."""
    covered = covered_domains()
    assert 40 < len(covered) < 160  # Amazon and Google have a host for each region
    assert list(covered) == sorted(set(covered))
    for domain in covered:
        parts = PUBLIC.extract_str(domain)
        assert parts.domain, domain
        assert domain not in {"amazonaws.com", "googleapis.com", "azure.com", "google.com", "microsoft.com", "ovh.net"}
        assert not any(domain != other and domain.endswith(f".{other}") for other in covered)
        assert intercepted(domain)
    table = hosts.table()
    for names in (table.exact, table.suffixes):
        for name in (n for n, found in names.items() if found in READ):
            assert any(name == domain or name.endswith(f".{domain}") for domain in covered)


@given(st.sampled_from([*hosts.table().exact, *hosts.table().suffixes]), st.text("abcxyz0-", min_size=1, max_size=9))
def test_an_intercepted_host_is_below_a_covered_domain(name: str, label: str) -> None:
    """Whatever stands before a listed name: what is opened has a certificate, and an odd case changes nothing."""
    for host in (name, f"{label}.{name}"):
        assert intercepted(host.upper() + ".") is intercepted(host)
        if intercepted(host):
            assert any(host == domain or host.endswith(f".{domain}") for domain in covered_domains())
            assert not refused(host)


@given(st.text(max_size=300))
def test_any_text_has_a_class(host: str) -> None:
    """Nothing is raised; a name once normalised stays as it is."""
    assert classify(host) in HostClass
    if (name := hosts.normalise(host)) is not None:
        assert hosts.normalise(name) == name
        assert classify(name) is classify(host)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("class: nowhere", "class"),
        ("class: unknown", "class"),
        ("groups: {A: [API.openai.com]}", "groups"),
        ("groups: {A: [com]}", "groups"),
        ("groups: {A: ['*.com']}", "groups"),
        ("groups: {A: ['.*.x.com']}", "groups"),
        ("groups: {A: ['x.*']}", "groups"),
        ("more: 1", "more"),
    ],
)
def test_a_file_that_says_nonsense_is_refused(tmp_path: Path, line: str, field: str) -> None:
    """An unknown class, capitals, a top-level domain, a wildcard over one."""
    good = {"id": "id: x", "title": "title: Essai", "class": "class: api", "source": "source: test", "groups": ""}
    good["groups"] = "groups: {A: [x.example.com]}"
    good[line.partition(":")[0]] = line
    folder = tmp_path / "hosts"
    folder.mkdir()
    (folder / "x.yaml").write_text("\n".join(good.values()), encoding="utf-8")
    with pytest.raises(RuleFileError) as raised:
        load_folder("hosts", HostsRule, tmp_path)
    assert raised.value.field.startswith(field)


@pytest.mark.parametrize(
    ("host", "wanted"),
    [
        ("API.openai.com.", "api.openai.com"),
        ("calvarin.openai.azure.com", "*.openai.azure.com"),
        ("calvarin.example", ""),
        ("127.0.0.1", ""),
    ],
)
def test_what_is_public_of_a_host_leaves_a_customers_name_out(host: str, wanted: str) -> None:
    """A host that is listed by itself is told; of one that is known by its ending, that alone."""
    assert hosts.public(host) == wanted
