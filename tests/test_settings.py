"""Settings come from four places in order, and a mistake is one line that shows no value."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from avec_proxy import settings
from avec_proxy.model import Options, Politeness, Site, Strictness, Switch
from avec_proxy.settings import BaseUrl, Listen, OtherAi, SettingsProblem, is_loopback, join, load


@pytest.fixture(autouse=True)
def _no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "default_file", lambda: tmp_path / "default.toml")


def write(folder: Path, text: str) -> Path:
    """Write a settings file."""
    file = folder / "avec.toml"
    file.write_text(text, encoding="utf-8")
    return file


def problem(*args: object, **kwargs: object) -> str:
    """Return the one line that loading raises."""
    with pytest.raises(SettingsProblem) as caught:
        load(*args, **kwargs)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_defaults() -> None:
    """Without any setting, the gateway listens on this machine and is as careful as documented."""
    got = load()
    assert (str(got.listen), got.upstream, got.upstreams) == ("127.0.0.1:8081", None, {})
    assert (got.scan_timeout, got.max_body, got.queue) == (10, 20_000_000, 64)
    assert got.options == Options(Politeness.ON, Switch.ON, Strictness.STANDARD)
    assert got.workers in (1, 2)


def test_what_is_given_later_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Command line over environment over file over defaults."""
    file = write(tmp_path, 'queue = 1\nworkers = 3\ncoach = "off"\npoliteness = "rewrite"')
    monkeypatch.setenv("AVEC_QUEUE", "2")
    monkeypatch.setenv("AVEC_WORKERS", "4")
    got = load(file, {"workers": 5, "queue": None})
    assert (got.queue, got.workers, got.coach, got.politeness) == (2, 5, Switch.OFF, Politeness.REWRITE)
    assert load(overrides={"workers": 5}).queue == 2


def test_the_default_file_is_read_if_it_exists(tmp_path: Path) -> None:
    """No file is needed; one in the user's folder is found."""
    assert load().queue == 64
    (tmp_path / "default.toml").write_text("queue = 7")
    assert load().queue == 7
    assert "cannot be read" in problem(tmp_path / "missing.toml")


def test_upstreams_by_vendor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A vendor's own URL comes before the one for all; the command line's `--upstream` replaces a file's list."""
    file = write(tmp_path, 'upstream = "https://tous.fr"\n[upstreams]\nopenai = "https://o.fr/v1"')
    got = load(file)
    assert str(got.upstream_of("openai")) == "https://o.fr/v1"
    assert str(got.upstream_of("anthropic")) == "https://tous.fr"
    assert str(load(file, {"upstream": "http://localhost:9"}).upstream_of("openai")) == "http://localhost:9"
    monkeypatch.setenv("AVEC_UPSTREAMS__ANTHROPIC", "https://a.fr")
    got = load(file)
    assert {vendor: str(url) for vendor, url in got.upstreams.items()} == {
        "openai": "https://o.fr/v1",
        "anthropic": "https://a.fr",
    }
    assert load().upstream_of("openai") is None


def test_unknown_settings_are_named_and_their_values_are_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A misspelt key is an error wherever it stands."""
    assert problem(write(tmp_path, 'upstraem = "sk-secret"')) == "unknown setting: upstraem"
    assert problem(write(tmp_path, '"a\\u001b[2J" = 1')) == "unknown setting: a??2J"
    assert problem(overrides={"nope": "sk-secret"}) == "unknown setting: nope"
    monkeypatch.setenv("AVEC_UPSTRAEM", "sk-secret")
    assert problem() == "unknown setting in the environment: AVEC_UPSTRAEM"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("upstream", "http://exemple.fr"),
        ("upstream", "https://user:sk-secret@exemple.fr"),
        ("upstream", "https://exemple.fr?key=sk-secret"),
        ("upstream", "https://exemple.fr/#sk-secret"),
        ("upstream", "ftp://sk-secret"),
        ("upstream", "https://"),
        ("upstream", "https://exemple.fr:99999"),
        ("upstream", "https://exemple.fr/a/../sk-secret"),
        ("upstream", "https://exemple.fr/sk secret"),
        ("listen", "sk-secret"),
        ("listen", "127.0.0.1:70000"),
        ("politeness", "sk-secret"),
        ("strictness", "sk-secret"),
        ("scan_timeout", 0),
        ("scan_timeout", "sk-secret"),
        ("max_body", "sk-secret"),
        ("max_body", -1),
        ("workers", 0),
        ("queue", -1),
        ("upstream_ca", "/sk-secret"),
        ("upstreams", {"OpenAI": "https://sk-secret.fr"}),
        ("upstreams", {"openai": "http://sk-secret.fr"}),
    ],
)
def test_a_wrong_value_is_named_by_its_key(key: str, value: object) -> None:
    """The message tells which setting and why, never the value."""
    line = problem(overrides={key: value})
    assert line.startswith(f"setting {key}")
    assert "secret" not in line


def test_a_file_that_is_not_toml_is_one_line(tmp_path: Path) -> None:
    """A broken file is told without a word of it."""
    assert "secret" not in problem(write(tmp_path, "sk-secret = = ="))


def test_settings_cannot_be_changed() -> None:
    """The object is frozen."""
    with pytest.raises(ValidationError):
        load().queue = 3  # type: ignore[misc]


@pytest.mark.parametrize(("text", "size"), [("20MB", 20_000_000), ("20 MB", 20_000_000), ("1MiB", 1 << 20), (512, 512)])
def test_sizes_are_read_in_both_forms(text: object, size: int) -> None:
    """Bytes, or a number with its unit."""
    assert load(overrides={"max_body": text}).max_body == size


def test_plain_http_is_for_loopback_only() -> None:
    """This machine by its very name; a name that only resolves to it does not count."""
    for host in ("localhost", "127.0.0.1", "127.9.9.9", "[::1]"):
        assert BaseUrl.parse(f"http://{host}:9").scheme == "http"
    for host in ("10.0.0.1", "localhost.exemple.fr", "0.0.0.0", "[::2]", "127.0.0.1.fr"):
        with pytest.raises(ValueError, match="plain http"):
            BaseUrl.parse(f"http://{host}:9")
    assert not is_loopback("")


@pytest.mark.parametrize(
    ("url", "address", "authority"),
    [
        ("https://h.fr", ("h.fr", 443), "h.fr"),
        ("https://h.fr:8443/x/", ("h.fr", 8443), "h.fr:8443"),
        ("http://localhost:80", ("localhost", 80), "localhost"),
        ("http://[::1]:9", ("::1", 9), "[::1]:9"),
    ],
)
def test_addresses(url: str, address: tuple[str, int], authority: str) -> None:
    """Host, port and Host header of a base URL."""
    parsed = BaseUrl.parse(url)
    assert (parsed.address, parsed.authority) == (address, authority)
    assert BaseUrl.parse(str(parsed)) == parsed


@pytest.mark.parametrize(
    ("base", "target", "joined"),
    [
        ("https://h", b"/v1/chat/completions", b"/v1/chat/completions"),
        ("https://h/v1", b"/v1/chat/completions", b"/v1/chat/completions"),
        ("https://h/v1/", b"/v1/models?limit=2", b"/v1/models?limit=2"),
        ("https://h/v1beta", b"/v1beta/models/g", b"/v1beta/models/g"),
        ("https://h/v1", b"/v1beta/models/g", b"/v1/v1beta/models/g"),
        ("https://h/openai", b"/v1/models", b"/openai/v1/models"),
        ("https://h/proxy/v1", b"/v1/x", b"/proxy/v1/x"),
        ("https://h/proxy/v1", b"/x", b"/proxy/v1/x"),
        ("https://h/v1", b"/v10/x", b"/v1/v10/x"),
        ("https://h/v2", b"/v1/x", b"/v2/v1/x"),
    ],
)
def test_joining(base: str, target: bytes, joined: bytes) -> None:
    """A version prefix is never doubled, nothing else is taken away."""
    assert join(BaseUrl.parse(base), target) == joined


@given(st.from_regex(r"(/[a-z0-9]{1,8}){0,3}", fullmatch=True), st.from_regex(r"(/[a-z0-9]{1,8}){1,3}", fullmatch=True))
def test_joining_keeps_both_ends(path: str, target: str) -> None:
    """Whatever the paths, the result starts with the base's and ends with the target's last part."""
    joined = join(BaseUrl("https", "h", 443, path), target.encode()).decode()
    assert joined.startswith(path)
    assert joined.endswith(target.rpartition("/")[2])
    assert "//" not in joined


def test_listening_addresses() -> None:
    """IPv4, names and bracketed IPv6."""
    assert Listen.parse("[::1]:8081") == Listen("::1", 8081)
    assert str(Listen.parse("[::1]:8081")) == "[::1]:8081"
    assert Listen.parse("localhost:0") == Listen("localhost", 0)


def test_settings_of_a_workstation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Closed by default; names that may be inside are names, in lower case."""
    got = load()
    assert (got.port, got.confdir, got.ca_file, got.other_ai) == (8080, None, None, OtherAi.REFUSE)
    assert (got.ports, got.allow_private) == ((80, 443), ())
    file = write(tmp_path, 'other_ai = "tunnel"\nports = [443]\nallow_private = ["DPI.local.", ".hop.fr"]\nport = 0')
    got = load(file)
    assert (got.other_ai, got.ports, got.port) == (OtherAi.TUNNEL, (443,), 0)
    assert got.allow_private == ("dpi.local", ".hop.fr")
    monkeypatch.setenv("AVEC_ALLOW_PRIVATE", '["a.fr"]')
    assert load(file).allow_private == ("a.fr",)
    for wrong in (["*"], ["a b"], [""], ["..fr"], ["10.0.0.0/8"]):
        assert "allow_private" in problem(overrides={"allow_private": wrong})
    for port in (-1, 65536):
        assert "port" in problem(overrides={"port": port})
        assert "ports" in problem(overrides={"ports": [port]})


def test_settings_of_the_establishment(tmp_path: Path) -> None:
    """What a told case counts with travels to the pipeline; a place or type that does not exist is a mistake."""
    lines = ('site_department = "Lozère"', 'site_facility = "EHPAD"', "site_population = 12000", "generalise = true")
    file = write(tmp_path, "\n".join(lines))
    options = load(file).options
    assert (options.site, options.generalise) == (Site(12000, "Lozère", "EHPAD"), Switch.ON)
    assert load().options.site == Site()
    for wrong in ({"site_department": "lozere"}, {"site_facility": "hôpital"}, {"site_population": -1}):
        (name,) = wrong
        assert name in problem(overrides=wrong)


def test_one_setting_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is given goes before the environment, that before the file; other settings do not matter."""
    folders = [tmp_path / name for name in ("given", "environment", "file")]
    for folder in folders:
        folder.mkdir()
    config = tmp_path / "mine.toml"
    config.write_text(f"own_rules = '{folders[2]}'\nworkers = 'many'\n", encoding="utf-8")
    monkeypatch.setenv("AVEC_WORKERS", "many")
    assert settings.own_rules(config) == folders[2]
    monkeypatch.setenv("AVEC_OWN_RULES", str(folders[1]))
    assert settings.own_rules(config) == folders[1]
    assert settings.own_rules(config, folders[0]) == folders[0]
    monkeypatch.setenv("AVEC_OWN_RULES", "")
    config.write_text("", encoding="utf-8")
    assert settings.own_rules(config) is None
    with pytest.raises(SettingsProblem, match=r"^setting own_rules: ") as caught:
        settings.own_rules(config, tmp_path / "nowhere")
    assert "nowhere" not in str(caught.value)
