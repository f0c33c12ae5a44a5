"""The replies of formats that are never streamed: JSON, restored in every string that its shape does not seal."""

from collections.abc import Callable, Hashable, Iterator
from typing import Any

from avec_proxy.model import Role
from avec_proxy.wire.json_text import JsonDocument, Kind, Path
from avec_proxy.wire.replies import Dialect, Field
from avec_proxy.wire.segments import RoleOf
from avec_proxy.wire.shape import Shape, place_of


def nobody_speaks(_value: dict[str, Any]) -> RoleOf:
    """Return that no text of a request is anybody's speech: no courtesy is cut from it."""
    return lambda _path: (Role.OTHER, -1)


def _uncounted(_value: Any) -> tuple[int | None, int | None]:
    return None, None


def dialect(answer: Shape, counted: Callable[[Any], tuple[int | None, int | None]] = _uncounted) -> Dialect:
    """Return how replies of this shape are restored; should one come as events after all, each string is whole."""

    def fields(document: JsonDocument) -> Iterator[Field]:
        for leaf in document.leaves:
            if leaf.kind is not Kind.NUMBER and not place_of(answer, leaf).shape.sealed:
                yield Field(leaf)

    return Dialect(answer, fields, _ends, _carrier, counted)


def _ends(_value: Any) -> frozenset[Hashable] | None:
    return frozenset()


def _carrier(_value: Any, _path: Path, _text: str) -> tuple[bytes, Any]:
    raise ValueError("nothing is held back")
