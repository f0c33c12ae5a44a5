"""What was found in a text before, remembered by content: a conversation's history is read once.

Nothing of a text is kept: the key is a keyed hash under a key drawn when the process begins, the value must hold
offsets and types alone. What does not fit any more is forgotten, the longest unused first.
"""

import secrets
from collections import OrderedDict
from hashlib import blake2b
from typing import Protocol

_ENTRIES = 4_096
_FINDINGS = 100_000


class Kept(Protocol):
    """What can be remembered."""

    @property
    def size(self) -> int:
        """How much it holds, in findings."""
        ...


class Memory[T: Kept]:
    """Values by text and label, bounded by their number and by the number of findings that they hold."""

    def __init__(self, entries: int = _ENTRIES, findings: int = _FINDINGS) -> None:
        self._key = secrets.token_bytes(32)
        self._entries = entries
        self._findings = findings
        self._held = 0
        self._values: OrderedDict[bytes, T] = OrderedDict()

    def key(self, label: str, text: str) -> bytes:
        """Return under what a text with its label is remembered."""
        digest = blake2b(key=self._key, digest_size=32)
        head = label.encode("utf-8", "surrogatepass")
        digest.update(len(head).to_bytes(8))
        digest.update(head)
        digest.update(text.encode("utf-8", "surrogatepass"))
        return digest.digest()

    def recall(self, key: bytes) -> T | None:
        """Return what was found, if it is still known."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def keep(self, key: bytes, value: T) -> None:
        """Remember what was found, and forget the oldest that has no room."""
        if key in self._values:
            self._held -= self._values.pop(key).size
        self._values[key] = value
        self._held += value.size
        while self._values and (len(self._values) > self._entries or self._held > self._findings):
            _, gone = self._values.popitem(last=False)
            self._held -= gone.size
