"""Which worker has read the beginning of a request before: a conversation's history costs nothing there.

A turn repeats the turns before it, byte for byte, and adds to them. So the beginnings of each request are remembered,
at lengths that double, as keyed hashes; the next turn goes to the worker that saw the longest of its own beginnings.
"""

import secrets
from collections import OrderedDict
from collections.abc import Collection, Hashable
from hashlib import blake2b

_SHORTEST = 512
_ENTRIES = 8_192


class Affinity[W: Hashable]:
    """Remembers who read what; bounded, and nothing of a request is kept."""

    def __init__(self, entries: int = _ENTRIES) -> None:
        self._key = secrets.token_bytes(32)
        self._entries = entries
        self._readers: OrderedDict[bytes, W] = OrderedDict()

    def beginnings(self, data: bytes) -> tuple[bytes, ...]:
        """Return the hashes of the beginnings of `data`, the longest last."""
        digest = blake2b(key=self._key, digest_size=16)
        hashes = []
        start, end = 0, _SHORTEST
        while end <= len(data):
            digest.update(data[start:end])
            hashes.append(digest.copy().digest())
            start, end = end, end * 2
        return tuple(hashes)

    def choose(self, beginnings: tuple[bytes, ...], free: Collection[W]) -> W | None:
        """Return the free worker that read the longest of the beginnings, None if none did."""
        for beginning in reversed(beginnings):
            reader = self._readers.get(beginning)
            if reader is not None and reader in free:
                return reader
        return None

    def remember(self, beginnings: tuple[bytes, ...], reader: W) -> None:
        """Note who reads the beginnings now."""
        for beginning in beginnings:
            self._readers[beginning] = reader
            self._readers.move_to_end(beginning)
        while len(self._readers) > self._entries:
            self._readers.popitem(last=False)

    def forget(self, reader: W) -> None:
        """Forget what a worker read that is no more."""
        for beginning in [b for b, known in self._readers.items() if known == reader]:
            del self._readers[beginning]
