"""An address that no file of `rules/endpoints` lists, on a host that is known for its API.

A path is free text too: a client may put a patient's name in it. So each part must be one that programs make (words
of APIs, a version, an id) or stand where a model is named; there, it is scanned. Any other path is refused.
"""

import re
from dataclasses import dataclass
from functools import cache

from avec_proxy import model_names
from avec_proxy.wire import endpoints
from avec_proxy.wire.endpoints import EndpointRule
from avec_proxy.wire.shape import ID
from avec_proxy.wire.vocabulary import is_word

METHODS = ("GET", "HEAD", "OPTIONS", "POST")
FORMAT = "generic"
_ID = "unlisted"
_VERSION = re.compile(r"v[0-9]{1,2}(?:(?:alpha|beta)[0-9]{0,2})?|20[0-9]{2}-[01][0-9]-[0-3][0-9]|[0-9]{1,3}")
# what follows one of these names a model or what a customer calls it
_NAMED_AFTER = ("models", "model", "deployments", "engines")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,127}")
_LONGEST = 16  # parts of a path
# What may be said of a list, a version or a form: the target's reader decides which values of these are settings.
_SETTINGS = ("api-version", "alt", "key", "limit", "offset", "page", "order", "beta", "version", "stream", "after")


@dataclass(frozen=True, slots=True)
class Unlisted:
    """An address of `vendor` that is not listed; it looks like an `EndpointRule` to whoever asks about addresses.

    `named`: at a gateway the path begins with the vendor's name, which does not leave.
    """

    vendor: str = ""
    named: bool = False
    format: str = FORMAT

    @property
    def id(self) -> str:
        """What a request carries instead of an endpoint's id."""
        return f"{_ID}/{self.vendor if self.named else ''}"

    @property
    def opaque_query(self) -> tuple[str, ...]:
        """Return the query's keys whose values are settings."""
        return _SETTINGS

    def own_path(self, path: str) -> str:
        """Return `path` as the provider knows it."""
        return path.removeprefix(f"/{self.vendor}") if self.named else path

    def free_parts(self, path: str) -> dict[str, tuple[int, int]] | None:
        """Return the span of each part of an own path that names a model, None if the path may hold anything else."""
        if not path.startswith("/"):
            return None
        free: dict[str, tuple[int, int]] = {}
        before, at = "", 1
        parts = path[1:].split("/")
        for part in parts:
            name, _, method = part.partition(":")
            if method and not is_word(method):
                return None
            if before in _NAMED_AFTER and _NAME.fullmatch(name) and not is_word(name):
                free["model" if not free else f"part{at}"] = (at, at + len(name))
            elif not _says_nothing(name):
                return None
            before, at = name, at + len(part) + 1
        return free if len(parts) <= _LONGEST else None


def _says_nothing(part: str) -> bool:
    if is_word(part) or _VERSION.fullmatch(part):
        return True
    return _id().fullmatch(part) is not None or model_names.plain(part) != model_names.OTHER


@cache
def _id() -> re.Pattern[str]:
    assert ID.opaque is not None
    return ID.opaque


def of_gateway(path: str) -> Unlisted | None:
    """Return the address that `path` (without query) is at a gateway, None if it may not leave."""
    first = path.split("/", 2)[1] if path.count("/") > 1 else ""
    named = first in endpoints.vendors()
    return _fit(Unlisted(first if named else "", named), path)


def of_host(path: str, host: str) -> Unlisted | None:
    """Return the address that `path` is at `host`, a name in lower case; None if it may not leave."""
    vendors = (rule.vendor for rule in endpoints.endpoints() if rule.serves(host))
    return _fit(Unlisted(next(vendors, "")), path)


def _fit(address: Unlisted, path: str) -> Unlisted | None:
    return None if address.free_parts(address.own_path(path)) is None else address


def address_of(rule_id: str) -> EndpointRule | Unlisted:
    """Return the endpoint or unlisted address that a request's `endpoint` means. Raises `KeyError` for neither."""
    kind, slash, vendor = rule_id.partition("/")
    if kind == _ID and slash:
        return Unlisted(vendor, named=bool(vendor))
    return endpoints.endpoint(rule_id)
