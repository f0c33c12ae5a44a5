"""What a stream's transport gives to what restores it: events, lines or elements, each with its own bytes."""

from collections.abc import Iterator, Sequence
from typing import Protocol


class Event(Protocol):
    """One event, line or element of a stream: `data` is the JSON in its bytes `raw`, None where there is none."""

    @property
    def raw(self) -> bytes:
        """The bytes as they came."""
        ...

    @property
    def data(self) -> bytes | None:
        """The JSON to read."""
        ...

    @property
    def last(self) -> bool:
        """Whether the stream ends here, so that no more text may follow."""
        ...

    def patched(self, changes: Sequence[tuple[int, int, bytes]]) -> bytes:
        """Return `raw` with ascending (start, end, bytes) `changes` of `data` made; raises ValueError if it cannot."""
        ...

    def sibling(self, data: bytes, name: bytes = b"", /) -> bytes:
        """Return an event of `data`, written like this one, under a name if the transport has names."""
        ...


class Reader(Protocol):
    """What cuts a transport's bytes into events; all that it yields is, in order, what it was fed.

    Unless the bytes show by themselves that they are damaged: then an error of its own is the last event.
    """

    @property
    def gap(self) -> bytes:
        """What ends an event that was cut off."""
        ...

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Yield the events that `chunk` completes."""
        ...

    def rest(self) -> Event | None:
        """Return what is left at the end of the stream, read as an event."""
        ...
