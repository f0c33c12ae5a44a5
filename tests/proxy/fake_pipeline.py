"""A pipeline that hides one word and what a hospital's lists say, and fails on demand, for tests of what is around it.

Words in a prompt that command it: SLEEPS (a second and a half), HANGS, DIES, RAISES (quoting the prompt),
REFUSES, NOTHING (a result of the wrong type), BREAKS (a target that would inject a header).
"""

import os
import re
import time
from typing import Any

from avec_proxy.detect.listed import Lists
from avec_proxy.model import Cleared, Options, Refusal, Request, Strictness
from avec_proxy.own_set import OwnSet

MARKER = "MARQUEUR"
_WORD = re.compile(MARKER + r"[0-9]*")


_lists = Lists(())


def warm(strictness: Strictness, own: OwnSet | None = None) -> None:
    """Nothing to warm but the lists. A rule «unwarmable» cannot be warmed."""
    if own is not None:
        if any(name == "unwarmable.yaml" for name, _ in own.rules.get("identifiers", ())):
            raise ValueError(MARKER)
        relist(strictness, own)


def relist(_strictness: Strictness, own: OwnSet) -> None:
    """Take other lists."""
    global _lists
    _lists = Lists(own.lists)


def clear(request: Request, _options: Options) -> Any:
    """Return the request with each MARQUEUR… replaced by [PERSONNE_n]."""
    body = request.body.decode()
    if "HANGS" in body:
        while True:
            pass
    if "SLEEPS" in body:
        time.sleep(1.5)
    if "DIES" in body:
        os._exit(1)
    if "RAISES" in body:
        raise UnicodeDecodeError("utf-8", request.body, 0, 1, body)
    if "REFUSES" in body:
        raise Refusal("attachment_unreadable")
    if "NOTHING" in body:
        return None
    target = request.target
    if MARKER.encode() in target:
        raise Refusal("identifier_misplaced")
    if "BREAKS" in body:
        target += b" HTTP/1.1\r\nx-injected: " + MARKER.encode()
    values: dict[str, str] = {}
    keys: dict[str, str] = {}
    for word in _WORD.findall(body):
        if word not in keys:
            keys[word] = f"PERSONNE_{len(keys) + 1}"
            values[keys[word]] = word
    for finding in sorted(_lists.read(body).findings, key=lambda f: -f.start):
        body = f"{body[: finding.start]}[{finding.entity_type}]{body[finding.end :]}"
    hidden = _WORD.sub(lambda m: f"[{keys[m[0]]}]", body)
    return Cleared(target, hidden.encode(), values, {"PERSON": len(values)} if values else {}, 1, ("context.rules",))
