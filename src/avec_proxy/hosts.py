"""Which host is what: an AI that is read, an AI that is refused, a shared domain, or nobody we know.

The files of `rules/hosts` say it, and every host of `rules/endpoints` is an API. A pattern is `x.y` (that host), `.x.y`
(it and all below it), or holds `*` (one character or more, dots too). The most specific wins: a host by its own
name, then `*`, then the longest ending.

A certificate for a host can be made only if a name constraint can hold it (RFC 5280, 4.2.1.10: a name and all below
it). A `*` in the middle of a name cannot: `bedrock-runtime.*.amazonaws.com` would need all of `amazonaws.com`. Such
hosts are `uncovered`: known, never intercepted, to be refused.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from pydantic import Field, field_validator

from avec_proxy.rulebook import Rule, RuleFileError, load_folder
from avec_proxy.wire.endpoints import endpoints

_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")  # what mitmproxy takes for a host's name, too
_PATTERN = re.compile(r"\.?[a-z0-9_*-]+(?:\.[a-z0-9_*-]+)+")
_LONGEST = 253  # characters of a DNS name (RFC 1035)


class HostClass(StrEnum):
    """What a host is for. `API` to `UPLOAD` are AI services to be read, `OTHER` those that nobody reads yet,
    `BROAD` shared domains, `UNKNOWN` all the rest.
    """

    API = "api"
    FR = "fr"
    WEB = "web"
    WS = "ws"
    UPLOAD = "upload"
    OTHER = "other"
    BROAD = "broad"
    UNKNOWN = "unknown"


READ = frozenset({HostClass.API, HostClass.FR, HostClass.WEB, HostClass.WS, HostClass.UPLOAD})


class HostsRule(Rule):
    """Hosts of one class, grouped by who runs them (the group's name is for the reader)."""

    host_class: HostClass = Field(alias="class")
    source: str = Field(min_length=3)
    groups: dict[str, tuple[str, ...]] = Field(min_length=1)

    @field_validator("host_class")
    @classmethod
    def _known(cls, value: HostClass) -> HostClass:
        if value is HostClass.UNKNOWN:
            raise ValueError("a host that is listed is known")
        return value

    @field_validator("groups")
    @classmethod
    def _readable(cls, groups: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for pattern in (p for patterns in groups.values() for p in patterns):
            if not _PATTERN.fullmatch(pattern):
                raise ValueError("a pattern is x.y, .x.y or holds *, in lower case, in the DNS's letters")
            if "*" in pattern and (pattern.startswith(".") or _ending(pattern).count(".") < 2):
                raise ValueError("a pattern with * has no dot before it and ends in a domain: *.x.y")
        return groups


class _Wildcard(NamedTuple):
    ending: str
    regex: re.Pattern[str]
    host_class: HostClass
    pattern: str


class Table(NamedTuple):
    """The patterns, ready for look-up: exact names, wildcards (most literal characters first), endings."""

    exact: dict[str, HostClass]
    wildcards: tuple[tuple[str, HostClass], ...]
    suffixes: dict[str, HostClass]


@cache
def table() -> Table:
    """Return the shipped patterns. Raises `RuleFileError`, also for a pattern that stands in two places."""
    found: dict[str, HostClass] = {}
    for rule in load_folder("hosts", HostsRule):
        for pattern in (p for patterns in rule.groups.values() for p in patterns):
            if pattern in found:
                raise RuleFileError(f"{rule.id}.yaml", "groups", "a pattern stands in two places")
            found[pattern] = rule.host_class
    for host in (h for rule in endpoints() for h in rule.hosts):
        if found.setdefault(host, HostClass.API) not in READ:  # its own name wins over every other pattern
            raise RuleFileError("endpoints", "hosts", "a host of an endpoint is listed as one that is not read")
    wildcards = sorted((p for p in found if "*" in p), key=lambda p: (-len(p.replace("*", "")), p))
    return Table(
        {p: c for p, c in found.items() if "*" not in p and not p.startswith(".")},
        tuple((p, found[p]) for p in wildcards),
        {p[1:]: c for p, c in found.items() if p.startswith(".")},
    )


def _ending(pattern: str) -> str:
    return pattern.rpartition("*")[2]


def regex_of(pattern: str) -> str:
    """Return a pattern with `*` as a regular expression that JavaScript reads too; it is not anchored."""
    return ".+".join(re.escape(part).replace(r"\-", "-") for part in pattern.split("*"))


@cache
def _wildcards() -> tuple[_Wildcard, ...]:
    return tuple(_Wildcard(_ending(p), re.compile(regex_of(p)), c, p) for p, c in table().wildcards)


def normalise(host: str) -> str | None:
    """Return a DNS name in lower case and ASCII, without its final dot; None for what is none (an IP address too).

    Unicode names become punycode as Python's resolver does it (IDNA 2003): the name that is classed is the name
    that would be contacted. Nothing is resolved.
    """
    if len(host) > _LONGEST + 1:
        return None
    name = host
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    name = name.lower().removesuffix(".")
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        return None
    # a last part that a resolver may read as a number makes it an address: 127.1, 0x7f.1, 2130706433
    last = name.rpartition(".")[2]
    return None if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last) else name


class _Found(NamedTuple):
    """The class of a host, whether a name constraint can hold the pattern that says so, and what is public of it."""

    host_class: HostClass = HostClass.UNKNOWN
    holdable: bool = False
    public: str = ""


def _look_up(host: str) -> _Found:
    name = normalise(host)
    if name is None:
        return _Found()
    patterns = table()
    if found := patterns.exact.get(name):
        return _Found(found, True, name)
    for wildcard in _wildcards():
        if name.endswith(wildcard.ending) and wildcard.regex.fullmatch(name):
            return _Found(wildcard.host_class, False, wildcard.pattern)
    for ending in (name, *_above(name)):
        if found := patterns.suffixes.get(ending):
            return _Found(found, True, ending if ending == name else f"*.{ending}")
    return _Found()


def classify(host: str) -> HostClass:
    """Return what `host` (a name, in any case, with or without final dot; no port) is."""
    return _look_up(host).host_class


def intercepted(host: str) -> bool:
    """Return whether the traffic of `host` is to be opened and read."""
    found = _look_up(host)
    return found.host_class in READ and found.holdable


def uncovered(host: str) -> bool:
    """Return whether `host` is an AI service to be read for which no certificate can be made; never let it through."""
    found = _look_up(host)
    return found.host_class in READ and not found.holdable


def public(host: str) -> str:
    """Return the name of `host` as the rules know it, with `*` for what a customer chose; "" if they do not."""
    return _look_up(host).public


def refused(host: str) -> bool:
    """Return whether `host` is an AI service that nobody reads yet (class other)."""
    return classify(host) is HostClass.OTHER


@cache
def covered_domains() -> tuple[str, ...]:
    """Return the names for name constraints, sorted: each with all below it, none below another.

    They hold every host that is intercepted. They may hold more (what is below a host named alone), which
    interception leaves out.
    """
    patterns = table()
    names = {n for group in (patterns.exact, patterns.suffixes) for n, found in group.items() if found in READ}
    return tuple(sorted(name for name in names if not any(above in names for above in _above(name))))


def _above(name: str) -> Iterator[str]:
    while name := name.partition(".")[2]:
        yield name
