"""Settings: one frozen object, read from the command line, the environment (`AVEC_…`) and a TOML file.

What is given later wins: defaults, then the file, then the environment, then the command line. Every mistake is
one line that names the setting and never repeats its value: a value may be a secret.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

import platformdirs
from pydantic import (
    BeforeValidator,
    ByteSize,
    DirectoryPath,
    Field,
    FilePath,
    PlainSerializer,
    ValidationError,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from avec_proxy.model import Options, Pdf, Politeness, Site, Strictness, Switch
from avec_proxy.populations import DEPARTMENTS, FACILITIES

_PREFIX = "AVEC_"
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})")
_BASE_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")


class SettingsProblem(Exception):  # noqa: N818 - it is told to a person, in one line
    """The settings cannot be used; its text is one line that names the setting and never quotes its value."""


@dataclass(frozen=True, slots=True)
class BaseUrl:
    """Where a vendor's API is reached: `path` is empty or starts with "/" and does not end with it."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the base URL that `text` writes. Raises ValueError without repeating `text`."""
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise ValueError("not a URL") from None
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https"):
            raise ValueError("the URL must start with http:// or https://")
        if "@" in parts.netloc:
            raise ValueError("the URL must not hold a user name or a password")
        if "?" in text or "#" in text:
            raise ValueError("the URL must not hold a query or a fragment")
        if not _is_host(host) or port == 0:
            raise ValueError("the URL needs a host")
        path = parts.path.rstrip("/")
        if not _BASE_PATH.fullmatch(path) or any(step in (".", "..") for step in path.split("/")):
            raise ValueError("the URL's path holds unusual characters")
        if parts.scheme == "http" and not is_loopback(host):
            raise ValueError("plain http is for this machine only (localhost): use https")
        return cls(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port, as a connection needs them."""
        return self.host, self.port

    @property
    def authority(self) -> str:
        """Host and port as the Host header writes them: IPv6 in brackets, no default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def join(base: BaseUrl, target: bytes) -> bytes:
    """Return `target` (path and query as sent) under the path of `base`, a version prefix not doubled.

    `https://h/v1` and `/v1/x` give `/v1/x`; `https://h/openai` and `/v1/x` give `/openai/v1/x`.
    """
    last = base.path.rpartition("/")[2]
    if re.fullmatch(r"v[0-9]+(?:beta[0-9]*)?", last) and target.startswith(b"/" + last.encode() + b"/"):
        target = target[len(last) + 1 :]
    return base.path.encode() + target


def is_loopback(host: str) -> bool:
    """Return whether `host` is this machine by its very writing: `localhost`, 127/8, `::1`. Nothing is resolved."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(_HOST.fullmatch(host))
    return True


class OtherAi(StrEnum):
    """What `run` does with AI services that nobody reads yet."""

    REFUSE = "refuse"
    TUNNEL = "tunnel"


class UnknownEndpoints(StrEnum):
    """What becomes of a known service's address, or form of body, that is not listed."""

    SCAN = "scan"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the gateway listens; port 0 lets the system choose."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the address that `text` (`127.0.0.1:8081`, `[::1]:8081`) writes. Raises ValueError."""
        host, _, port = text.rpartition(":")
        bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
        if not port.isascii() or not port.isdigit() or int(port) > 65535 or not _is_host(bare):
            raise ValueError("write HOST:PORT, for example 127.0.0.1:8081")
        return cls(bare, int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


_Url = Annotated[
    BaseUrl, BeforeValidator(lambda v: BaseUrl.parse(v) if isinstance(v, str) else v), PlainSerializer(str)
]
_Listen = Annotated[
    Listen, BeforeValidator(lambda v: Listen.parse(v) if isinstance(v, str) else v), PlainSerializer(str)
]


class Settings(BaseSettings):
    """Everything that an administrator or a user may choose; frozen.

    `upstream` serves every vendor that `upstreams` does not name. Sizes are in bytes («20MB» is read too), times
    in seconds. `upstream_ca` holds authorities to trust upstream besides the usual ones. `usage` keeps the local log
    of usage (counts only), for `usage_retention` days. `generalise` uses the more general words that are proposed where
    few people are like a told case. `site_…`: the establishment whose network requests leave from, which the provider
    knows and which therefore counts in every told case: how many people it serves, else its département; its type,
    where people live in it. `unknown_endpoints`: an API's address that is not listed is scanned leaf by leaf if
    all of it can be read, or refused. `pdf`: an attached PDF leaves as its text, or is refused.
    What a conversation that the provider keeps has hidden is remembered, in memory
    alone, for `conversation_minutes` without use (0: never; what leans on one is then refused), at most
    `conversations` of them. `verify_token_file` holds the word that opens the door of `avec-proxy verify`; without it
    that door does not exist. `own_rules` is a folder of one's own rules and lists.

    For `run` alone: `port` on this machine; `confdir` and `ca_file` (a hospital's own authority) for certificates;
    `ports` that other sites may be reached at; `allow_private`: names (`.x.y` with all below) that may be on this
    machine or a private network; `notify`: desktop notifications.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=_PREFIX, env_nested_delimiter="__", hide_input_in_errors=True
    )

    listen: _Listen = Listen("127.0.0.1", 8081)
    upstream: _Url | None = None
    upstreams: dict[str, _Url] = Field(default_factory=dict)
    upstream_ca: FilePath | None = None
    politeness: Politeness = Politeness.ON
    coach: Switch = Switch.ON
    strictness: Strictness = Strictness.STANDARD
    generalise: Switch = Switch.OFF
    site_population: int = Field(default=0, ge=0, le=68_600_000)
    site_department: str = ""
    site_facility: str = ""
    scan_timeout: float = Field(default=10, gt=0, le=600)
    max_body: ByteSize = Field(default=ByteSize(20_000_000), gt=0, le=200_000_000)
    workers: int = Field(default_factory=lambda: min(2, os.cpu_count() or 1), ge=1, le=64)
    queue: int = Field(default=64, ge=0, le=10_000)
    unknown_endpoints: UnknownEndpoints = UnknownEndpoints.SCAN
    pdf: Pdf = Pdf.TEXT
    notify: Switch = Switch.OFF
    own_rules: DirectoryPath | None = None
    usage: Switch = Switch.ON
    verify_token_file: FilePath | None = None
    usage_retention: int = Field(default=400, ge=1, le=3650)
    port: int = Field(default=8080, ge=0, le=65535)
    confdir: Path | None = None
    ca_file: FilePath | None = None
    conversation_minutes: float = Field(default=60, ge=0, le=1440)
    conversations: int = Field(default=1000, ge=1, le=100_000)
    other_ai: OtherAi = OtherAi.REFUSE
    ports: tuple[Annotated[int, Field(ge=1, le=65535)], ...] = (80, 443)
    allow_private: tuple[str, ...] = ()

    @field_validator("upstreams")
    @classmethod
    def _named(cls, upstreams: dict[str, BaseUrl]) -> dict[str, BaseUrl]:
        if not all(re.fullmatch(r"[a-z][a-z0-9_]*", vendor) for vendor in upstreams):
            raise ValueError("vendors are written in lower case, for example openai")
        return upstreams

    @field_validator("allow_private")
    @classmethod
    def _names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        lowered = tuple(name.lower().removesuffix(".") for name in names)
        if not all(_HOST.fullmatch(name.removeprefix(".")) for name in lowered):
            raise ValueError("write names of hosts, .x.y for all below x.y")
        return lowered

    @field_validator("site_department")
    @classmethod
    def _department(cls, name: str) -> str:
        if name and name not in DEPARTMENTS:
            raise ValueError("write a département by its name, for example Côtes-d'Armor")
        return name

    @field_validator("site_facility")
    @classmethod
    def _facility(cls, name: str) -> str:
        if name and name not in FACILITIES:
            raise ValueError(f"write one of: {', '.join(FACILITIES)}")
        return name

    @field_validator("own_rules", mode="before")
    @classmethod
    def _none(cls, value: Any) -> Any:
        return None if value == "" else value  # not the folder in which the program was started

    @field_validator("politeness", "coach", "generalise", mode="before")
    @classmethod
    def _switch(cls, value: Any) -> Any:
        return {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what `load` merged, and nothing behind its back."""
        return (init_settings,)

    def upstream_of(self, vendor: str) -> BaseUrl | None:
        """Return where the API of `vendor` is reached, or None if no setting says so."""
        return self.upstreams.get(vendor, self.upstream)

    @property
    def options(self) -> Options:
        """What travels with each request to the pipeline."""
        site = Site(self.site_population, self.site_department, self.site_facility)
        return Options(self.politeness, self.coach, self.strictness, self.generalise, site, self.pdf)


def default_file() -> Path:
    """Return the file that is read when no other is named; it need not exist."""
    return platformdirs.user_config_path(appname=None, appauthor=False) / "avec-proxy.toml"


def load(config: Path | None = None, overrides: Mapping[str, Any] | None = None) -> Settings:
    """Return the settings: `overrides` (the command line; None is «not given»), environment, file, defaults.

    `config` must exist if it is given. Raises SettingsProblem, one line.
    """
    file = default_file() if config is None else config
    layers = [
        _file_layer(file) if config is not None or file.is_file() else {},
        _environment_layer(),
        {key: value for key, value in (overrides or {}).items() if value is not None},
    ]
    merged: dict[str, Any] = {}
    for layer in layers:
        if "upstream" in layer:  # one base URL for all vendors takes over what a weaker layer said of some
            merged.pop("upstreams", None)
        if isinstance(layer.get("upstreams"), dict) and isinstance(merged.get("upstreams"), dict):
            layer["upstreams"] = {**merged["upstreams"], **layer["upstreams"]}
        merged.update(layer)
    try:
        return Settings(**merged)
    except ValidationError as error:
        raise SettingsProblem(_told(error)) from None


def own_rules(config: Path | None = None, given: Path | None = None) -> Path | None:
    """Return the setting `own_rules` alone, as `load` finds it, for commands that need no other: `given` goes first.

    Raises SettingsProblem, one line.
    """
    file = default_file() if config is None else config
    layer = _file_layer(file) if config is not None or file.is_file() else {}
    value: Any = given or os.environ.get(f"{_PREFIX}OWN_RULES") or layer.get("own_rules")
    try:
        return Settings(own_rules=value).own_rules
    except ValidationError as error:
        raise SettingsProblem(_told(error)) from None


def _told(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    name = ".".join(str(part) for part in first["loc"]) or "settings"
    if first["type"] == "extra_forbidden":
        return f"unknown setting: {_shown(name)}"
    return f"setting {_shown(name)}: {first['msg'].removeprefix('Value error, ')}"


def _shown(name: str) -> str:
    """Return a setting's name as it may be printed: a key comes from outside, and a terminal obeys its bytes."""
    return re.sub(r"[^\w.-]", "?", name)[:60]


def _file_layer(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise SettingsProblem("the settings file cannot be read") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise SettingsProblem("the settings file is not TOML in UTF-8") from None


def _environment_layer() -> dict[str, Any]:
    known = {_PREFIX + name.upper() for name in Settings.model_fields}
    for variable in os.environ:
        name = variable.upper()
        if name.startswith(_PREFIX) and name.partition("__")[0] not in known:
            raise SettingsProblem(f"unknown setting in the environment: {_shown(variable)}")
    try:
        layer = dict(EnvSettingsSource(Settings)())
    except SettingsError:
        raise SettingsProblem("a setting in the environment is not JSON where it must be") from None
    return layer
