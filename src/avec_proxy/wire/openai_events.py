"""Which text of a reply an event of OpenAI's responses is about, and the places that citations mark in that text."""

from collections.abc import Hashable, Iterator
from typing import Any

from avec_proxy.wire.json_text import JsonDocument, Kind
from avec_proxy.wire.offsets import Mark
from avec_proxy.wire.openai_chat import PLACES


def kind_of(value: Any) -> str:
    """Return the type of an event, "" if it has none."""
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else ""


# What numbers the texts of one item.
INDEXES = ("content_index", "summary_index", "command_index")


def part_of(value: dict[str, Any]) -> Hashable:
    """Return which text of the reply an event is about: its item, and the part of it."""
    name = next((name for name in INDEXES if isinstance(value.get(name), int)), "")
    return (item_of(value), name, value.get(name, 0))


def item_of(value: dict[str, Any]) -> Hashable:
    """Return which item of the reply an event is about."""
    # Some servers give an item another id in each event: its position is what holds.
    index = value.get("output_index")
    return index if isinstance(index, int) else str(value.get("item_id"))


def marks(document: JsonDocument) -> Iterator[Mark]:
    """Yield the places that citations mark in a text; a stream says them once by themselves and again in whole."""
    for leaf in document.leaves:
        *way, last = leaf.path
        if leaf.kind is not Kind.NUMBER or last not in PLACES:
            continue
        if way == ["annotation"]:
            yield Mark(leaf, (part_of(document.value), *_TEXT), last == PLACES[1])
        elif len(way) > 2 and way[-2] == "annotations":
            yield Mark(leaf, _marked(document.value, way[:-2]), last == PLACES[1])


_TEXT = ("response.output_text", "delta")


def _marked(value: Any, way: list[str | int]) -> tuple[object, ...]:
    """Return which text the annotations mark that stand at a path."""
    match way:
        case ["part"]:
            return (part_of(value), *_TEXT)
        case ["item", "content", part]:
            return ((item_of(value), "content_index", part), *_TEXT)
        case ["response", "output", item, "content", part]:
            return ((item, "content_index", part), *_TEXT)
    return (*way, "text")
