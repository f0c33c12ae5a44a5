"""A pipeline that hides one word, and fails on demand, for the tests of everything around it.

Words in a prompt that command it: SLEEPS (a second and a half), HANGS, DIES, RAISES (quoting the prompt),
REFUSES, NOTHING (a result of the wrong type), BREAKS (a target that would inject a header).
"""

import os
import re
import time
from typing import Any

from avec_proxy.model import Cleared, Options, Refusal, Request, Strictness

MARKER = "MARQUEUR"
_WORD = re.compile(MARKER + r"[0-9]*")


def warm(_strictness: Strictness) -> None:
    """Nothing to warm."""


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
    hidden = _WORD.sub(lambda m: f"[{keys[m[0]]}]", body)
    return Cleared(target, hidden.encode(), values, {"PERSON": len(values)} if values else {}, 1, ("context.rules",))
