"""Does this speak to a language model? Judged by a request's body alone, for hosts that nobody has listed."""

import json
import re
from collections.abc import Iterator
from typing import Any

from avec_proxy.wire.kept_elsewhere import folded

# Paths that only APIs of language models have (OpenAI, Anthropic, Google, Ollama and what is compatible with them).
_PATH = re.compile(r"/chat/completions|/v\d+/messages\b|:(?:stream)?[gG]enerateContent|/api/(?:chat|generate)\b")
_TURNS = frozenset("messages contents input inputs history chathistory conversation dialog dialogue turns".split())
_SPEAKER = frozenset("role author sender from speaker".split())
_SAID = frozenset("content text parts message value".split())
_ASKED = frozenset(
    "prompt prompts input inputs query question message messages contents systemprompt instructions text".split()
)
_OF_MODELS = frozenset(
    "model models modelid maxtokens maxnewtokens maxoutputtokens temperature topp stopsequences systemprompt "
    "generationconfig systeminstruction parameters stream".split()
)
_DEEPEST = 4


def speaks(path: str, body: bytes) -> bool:
    """Tell whether a request for `path` (without query) with a decoded `body` is one to a language model.

    JSON, or lines of it, in which a list of turns says who speaks, or a question stands beside a model's settings.
    Total: what is no JSON does not.
    """
    values = list(_values(body))
    return any(_asks(value) or (isinstance(value, dict) and _PATH.search(path) is not None) for value in values)


def _values(body: bytes) -> Iterator[Any]:
    try:
        yield json.loads(body)
        return
    except (ValueError, RecursionError):
        pass
    for line in body.splitlines():
        try:
            if line.strip():
                yield json.loads(line)
        except (ValueError, RecursionError):
            return


def _asks(value: Any, depth: int = 0) -> bool:
    if depth > _DEEPEST:
        return False
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):  # JSON inside a string, as some pages send it
        return any(_asks(inner, depth + 1) for inner in _values(value.encode("utf-8", "surrogatepass")))
    if isinstance(value, list):
        return any(_asks(element, depth + 1) for element in value)
    if not isinstance(value, dict):
        return False
    keys = {folded(key): member for key, member in value.items()}
    if any(_is_turns(member) for key, member in keys.items() if key in _TURNS):
        return True
    settings = keys.keys() & _OF_MODELS
    asked = {key for key in keys.keys() & _ASKED - settings if isinstance(keys[key], str | list) and keys[key]}
    return bool(settings and asked) or any(_asks(member, depth + 1) for member in value.values())


def _is_turns(value: Any) -> bool:
    """Tell whether `value` is a list in which an element says who speaks and what."""
    turns = (set(map(folded, turn)) for turn in value if isinstance(turn, dict)) if isinstance(value, list) else ()
    return any(turn & _SAID and (turn & _SPEAKER or "parts" in turn) for turn in turns)
