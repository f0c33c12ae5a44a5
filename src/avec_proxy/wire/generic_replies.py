"""Restoring a reply whose format nobody described: JSON, a stream of events, lines of JSON.

In a stream a text may come in pieces, each in an event of its own, or longer each time. A string is taken for a piece
of the text that the same field of events of the same kind brings, unless its field says that it is none (ids, kinds,
states). Where nothing tells what follows, a placeholder may be shown as it came: nothing is lost.
"""

import re
from collections.abc import Hashable, Iterator
from typing import Any

from avec_proxy.wire.json_text import JsonDocument, Kind, Leaf, Path
from avec_proxy.wire.replies import Dialect, Field
from avec_proxy.wire.shape import TEXT
from avec_proxy.wire.values import count_of, number_of

# Fields that come whole in each event: what they say is no piece of a text.
_WHOLE = re.compile(
    r"(?i)(?:.*[_-])?(?:id|ids|uuid|type|kind|object|event|model|role|status|state|reason|finish|version|fingerprint|"
    r"signature|code|name|url|uri|created|updated|at|time|timestamp|language|format|mime|tier|cursor|token_type|"
    r"citations?|title|usage|op|p|path|hash|digest|encrypted|data|severity|category)|.*(?:Id|Reason|Type|Name|Url|At)"
)
_KINDS = ("type", "event", "object", "kind", "op")
_OVER = ("done", "finished", "is_finished", "final", "completed", "complete", "end", "stopped", "is_final", "last")
_REASONS = ("finish_reason", "stop_reason", "finishReason", "stopReason", "done_reason", "completion_reason")
_LAST = re.compile(r"(?i)(?:.*[._-])?(?:done|stop|end|ended|completed?|finished|error|failed)")
# keys of a tool's arguments are written as JSON text
_JSON_TEXT = ("arguments", "partial_json", "input_json", "args")


def _fields(document: JsonDocument) -> Iterator[Field]:
    kinds = _kinds(document.value)
    for leaf in document.leaves:
        if leaf.kind is Kind.NUMBER:
            continue
        name = next((step for step in reversed(leaf.path) if isinstance(step, str)), "")
        if leaf.kind is Kind.KEY or _WHOLE.fullmatch(name):
            yield Field(leaf)
        else:
            yield Field(leaf, (kinds, *_steps(document.value, leaf)), json=name in _JSON_TEXT, growing=True)


def _kinds(value: Any) -> tuple[str, ...]:
    if not isinstance(value, dict):
        return ()
    return tuple(str(value[key]) for key in _KINDS if isinstance(value.get(key), str))


def _steps(value: Any, leaf: Leaf) -> Iterator[Hashable]:
    """Yield the path of a leaf, with the numbers that elements and the event carry in place of where they stand."""
    if isinstance(value, dict):
        yield from (str(value.get(key)) for key in ("index", "output_index", "content_index", "item_id", "part_id"))
    for step in leaf.path:
        value = value[step]
        yield number_of(value, step) if isinstance(step, int) else step


def _ends(value: Any) -> frozenset[Hashable] | None:
    """Everything ends where an event says so; until then the texts of all kinds of events go on."""
    if _said_over(value) or any(map(_LAST.fullmatch, _kinds(value))):
        return None
    return frozenset()


def _said_over(value: Any, depth: int = 0) -> bool:
    if isinstance(value, list):
        return depth < 6 and bool(value) and all(_said_over(element, depth + 1) for element in value)
    if not isinstance(value, dict):
        return False
    if any(value.get(key) is True for key in _OVER) or any(isinstance(value.get(key), str) for key in _REASONS):
        return True
    return depth < 6 and any(_said_over(v, depth + 1) for v in value.values() if isinstance(v, dict | list))


def _carrier(value: Any, path: Path, text: str) -> tuple[bytes, Any]:
    """Return an event like the one of the last piece, with this piece alone: what else it said is not said twice."""
    return b"", _only(value, path, text)


def _only(value: Any, path: Path, text: str) -> Any:
    if not path:
        return text
    step = path[0]
    if isinstance(value, dict):
        kept = {key: member for key, member in value.items() if _WHOLE.fullmatch(key) and _plain(member)}
        kept |= {key: value[key] for key in ("index", "output_index", "content_index") if key in value}
        return kept | {step: _only(value[step], path[1:], text)}
    return [_only(value[step], path[1:], text)]


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


_IN = ("prompt_tokens", "input_tokens", "inputTokens", "promptTokenCount", "prompt_eval_count")
_OUT = ("completion_tokens", "output_tokens", "outputTokens", "candidatesTokenCount", "eval_count")


def _counted(value: Any) -> tuple[int | None, int | None]:
    if not isinstance(value, dict):
        return None, None
    places = [value, *(value.get(key) for key in ("usage", "usageMetadata", "meta", "tokens"))]

    def first(names: tuple[str, ...]) -> int | None:
        counts = (count_of(place, name) for place in places for name in names)
        return next((count for count in counts if count is not None), None)

    return first(_IN), first(_OUT)


DIALECT = Dialect(TEXT, _fields, _ends, _carrier, _counted, lines=True, words=True)
