"""The addresses that the gateway knows: which path speaks which wire format, and which of its parts are prose.

One file of `rules/endpoints` is one endpoint. What is not listed is refused: an unknown address is not a way out.
Where a gateway serves several vendors, the first part of the path may name one (`/mistral/v1/…`); it does not leave.
"""

import re
from collections.abc import Collection
from functools import cache, cached_property
from typing import Any, Literal, Self
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from avec_proxy.refusals import WORDS
from avec_proxy.rulebook import Rule, load_folder
from avec_proxy.wire.shape import AMAZON_NAME

Method = Literal["GET", "HEAD", "OPTIONS", "POST"]

# SDKs differ on whether the version belongs to the base URL or to the path.
_VERSION = "/v1"
# A method of an API of Google's stands behind a free part and a colon.
_PATH = r"^/(?:v1|v1beta|v1beta1|v2|api|openai|model)(?:/[a-z0-9_-]+|/\{[a-z]+\})+(?:(?<=\}):[a-zA-Z]+)?$"
# A name, or ".x.y.z": that one and all below it. A shorter ending would be somebody else's too. Or "x.*.y.z": one part
# of any name, a region.
_HOST = r"[a-z0-9-]+(?:\.[a-z0-9-]+)*|(?:\.[a-z0-9-]+){3,}|[a-z0-9-]+\.\*(?:\.[a-z0-9-]+){2,}"
_FREE_PART = r"[^/?#\\;\x00-\x20\x7f]+"
# Where a method may follow a free part holds no colon, so that nobody reads another method.
_GOOGLE = "/v1beta/"
_CALLED_PART = r"(?:(?!%3[aA])[^/?#\\;:\x00-\x20\x7f])+"


class Message(BaseModel):
    """One side of an example: `body` is a JSON value, or the text of an event stream; None for no body."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Method = "POST"
    path: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    body: Any = None


class Example(BaseModel):
    """One exchange, as it travels: what a program sends and what the provider answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    request: Message
    reply: Message


class EndpointRule(Rule):
    """One endpoint of a provider's API.

    `vendor` chooses the upstream, `format` the module of `wire` that reads and writes it. `paths` may hold named
    free parts (`/v1/models/{model}`). `headers`: the endpoint is meant only where one of these is present, `named`:
    only where the path begins with the vendor's name; they part vendors that share a path. `opaque_query`: keys of
    the query whose values are not prose. `hosts`: where the provider
    serves it (`.x.y.z`: there and at all names below it, `x.*.y.z`: in each region); none where only a gateway's
    settings know (a server of one's own, an address that holds other services): such an endpoint is `named`. `read`:
    the month in which the provider's documentation or SDK was last read for it, `unverified`: what was not tried at
    the provider's own service since.
    """

    vendor: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    format: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    methods: tuple[Method, ...] = Field(min_length=1)
    paths: tuple[str, ...] = Field(min_length=1)
    headers: tuple[str, ...] = ()
    named: bool = False
    opaque_query: tuple[str, ...] = ()
    hosts: tuple[str, ...]
    read: str = Field(pattern=r"^20[0-9]{2}-(?:0[1-9]|1[0-2])$")
    unverified: str = Field(default="all of it: documentation and SDK only", min_length=3)
    refused: str | None = None
    example: Example

    @field_validator("paths")
    @classmethod
    def _readable(cls, paths: tuple[str, ...]) -> tuple[str, ...]:
        for path in paths:
            if not re.match(_PATH, path):
                raise ValueError("a path is /v1…, /v2/…, /api/…, /openai/… or /model/…, free parts as {name}")
        return paths

    @field_validator("hosts")
    @classmethod
    def _narrow(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        if not all(re.fullmatch(_HOST, host) for host in hosts):
            raise ValueError("a host is a name in lower case, or .x.y.z for it and all below it, or x.*.y.z")
        return hosts

    @field_validator("headers")
    @classmethod
    def _lower(cls, headers: tuple[str, ...]) -> tuple[str, ...]:
        if any(name != name.lower() for name in headers):
            raise ValueError("names of headers are written in lower case")
        return headers

    @field_validator("refused")
    @classmethod
    def _said(cls, code: str | None) -> str | None:
        if code is not None and code not in WORDS:
            raise ValueError("a refusal is a code of refusals.WORDS")
        return code

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not self.hosts and not self.named:
            raise ValueError("an endpoint without hosts is named")
        return self

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(_regex(path)) for path in self.paths)

    def own_path(self, path: str) -> str:
        """Return `path` as the provider knows it: without the vendor's name at its start."""
        prefix = f"/{self.vendor}/"
        return path[len(prefix) - 1 :] if path.startswith(prefix) else path

    def free_parts(self, path: str) -> dict[str, tuple[int, int]] | None:
        """Return the span of each free part of the own `path` (without query), or None if it is not this endpoint's.

        A part that a server would read as a step (`.`, `..`, encoded or not) makes the path nobody's.
        """
        for pattern in self._patterns:
            if match := pattern.fullmatch(path):
                if any(_is_step(value) for value in match.groupdict().values()):
                    return None
                return {name: match.span(name) for name in match.groupdict()}
        return None

    def serves(self, host: str) -> bool:
        """Return whether the provider serves the endpoint at `host`, a name in lower case."""
        return any(pattern.fullmatch(host) for pattern in self._names)

    @cached_property
    def _names(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(_host_regex(name)) for name in self.hosts)

    def takes(self, method: str) -> bool:
        """Return whether the endpoint answers `method`."""
        return method in self.methods


def _host_regex(name: str) -> str:
    below = r"(?:.+\.)?" if name.startswith(".") else ""
    return below + re.escape(name.removeprefix(".")).replace(r"\*", "[a-z0-9-]+")


def _regex(path: str) -> str:
    versioned = path.startswith(f"{_VERSION}/")
    parts = re.split(r"\{([a-z]+)\}", path.removeprefix(_VERSION) if versioned else path)
    free = _CALLED_PART if path.startswith(_GOOGLE) or ":" in path else _FREE_PART
    return (f"(?:{_VERSION})?" if versioned else "") + "".join(
        rf"(?P<{part}>{free})" if rank % 2 else re.escape(part) for rank, part in enumerate(parts)
    )


def _is_step(value: str) -> bool:
    if AMAZON_NAME.fullmatch(unquote(value)):
        return False
    plain = re.sub(r"(?i)%2e", ".", value)
    return plain in (".", "..") or bool(re.search(r"(?i)%(?:2f|5c|0|1|7f)", value))


@cache
def endpoints() -> tuple[EndpointRule, ...]:
    """Return all shipped endpoints; those with a condition on headers come first. Raises `RuleFileError`."""
    return tuple(sorted(load_folder("endpoints", EndpointRule), key=lambda rule: (not rule.headers, rule.id)))


@cache
def _by_id() -> dict[str, EndpointRule]:
    return {rule.id: rule for rule in endpoints()}


def endpoint(rule_id: str) -> EndpointRule:
    """Return the endpoint with this id. Raises `KeyError` if there is none."""
    return _by_id()[rule_id]


def find(path: str, headers: Collection[str], host: str | None = None) -> EndpointRule | None:
    """Return the endpoint that `path` (without query) and the lower-case names of `headers` mean, or None.

    `host`, in lower case: the provider's that the request is for, if the client said so; only its endpoints are
    meant then, and a path that begins with a vendor's name is not one of theirs.
    """
    first = path.split("/", 2)[1] if path.count("/") > 1 else ""
    vendor = first if host is None and first in vendors() else ""
    for rule in endpoints():
        if vendor:
            meant = rule.vendor == vendor
        elif host is not None:
            meant = rule.serves(host)
        else:
            meant = not rule.named and (not rule.headers or any(name in headers for name in rule.headers))
        if meant and rule.free_parts(rule.own_path(path) if vendor else path) is not None:
            return rule
    return None


@cache
def vendors() -> frozenset[str]:
    """Return the vendors that some endpoint belongs to."""
    return frozenset(rule.vendor for rule in endpoints())
