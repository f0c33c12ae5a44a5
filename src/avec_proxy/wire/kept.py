"""Conversations that a provider keeps: what a request leans on, and by which names its own exchange can be called."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from avec_proxy.model import Refusal
from avec_proxy.wire.json_text import value_of
from avec_proxy.wire.replies import Dialect

_LONGEST = 256  # characters of a name


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says of a conversation: `leans` is the name of what it goes on from, "" for nothing.

    `grows`: that name goes on with this exchange (a thread), where an answer's name stays what it is. `stored`: the
    provider keeps this exchange.
    """

    leans: str = ""
    grows: bool = False
    stored: bool = True


@dataclass(frozen=True, slots=True)
class Kept:
    """How a format leans on a conversation that the provider keeps.

    `asked` gets the body's value (an object), `named` yields the names that a reply, or an event of one, gives to its
    exchange. Neither raises, but for Refusal("history_elsewhere") where a request leans on what nobody could know.
    """

    asked: Callable[[dict[str, Any]], Asked]
    named: Callable[[Any], Iterator[str]]

    def read(self, body: bytes) -> Asked:
        """Return what a decoded body asks. Raises Refusal("body_unreadable") and as `asked` does."""
        value = value_of(body)
        return self.asked(value) if isinstance(value, dict) else Asked()

    def watched(self, dialect: Dialect, learn: Callable[[str], None]) -> Dialect:
        """Return `dialect`, which then tells `learn` (it must not raise) each name of the exchange as it comes."""

        def counted(value: Any) -> tuple[int | None, int | None]:
            for name in self.named(value):
                if name and len(name) <= _LONGEST:
                    learn(name)
            return dialect.counted(value)

        return replace(dialect, counted=counted)


def name_of(value: Any) -> str:
    """Return the name that a field gives: a string or an object's `id`; "" for null.

    Raises Refusal("history_elsewhere") for what is no name.
    """
    found = value.get("id") if isinstance(value, dict) else value
    if found is None and not isinstance(value, dict):
        return ""
    if not isinstance(found, str) or not found or len(found) > _LONGEST:
        raise Refusal("history_elsewhere")
    return found
