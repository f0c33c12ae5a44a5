"""A hospital's own rules and lists, as they travel to the processes that use them: bytes that were looked at before.

A process has one set of rules, chosen before anything is loaded: other rules go to new processes. Lists may change
between two requests. So a request is read with one set from beginning to end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ListData:
    """One list, ready to be looked up (`lists.py` says how).

    `name` is its file's, without suffix; `hide` tells an always-hide list from a never-hide one. `words` and `entries`
    are sorted 64-bit numbers, little-endian, made with `key`; `masks` has 16 bits for each word, of which bit n says
    that it stands in an entry of n words. `hashed`: the file itself holds no word.
    """

    name: str
    hide: bool
    entity_type: str
    key: bytes = field(repr=False)
    words: bytes = field(repr=False)
    masks: bytes = field(repr=False)
    entries: bytes = field(repr=False)
    hashed: bool = False

    @property
    def count(self) -> int:
        """How many entries it has."""
        return len(self.entries) // 8


@dataclass(frozen=True, slots=True)
class OwnSet:
    """Rules by folder as (file name, content), the shipped rules that are off as (folder, id), and lists."""

    rules: Mapping[str, tuple[tuple[str, bytes], ...]] = field(default_factory=dict, repr=False)
    off: frozenset[tuple[str, str]] = frozenset()
    lists: tuple[ListData, ...] = ()


_NONE = OwnSet()
_chosen: list[OwnSet] = []


def use(own: OwnSet) -> None:
    """Choose the set of this process, before any rule is loaded. Raises RuntimeError if one was chosen already."""
    if _chosen and _chosen[0] != own:
        raise RuntimeError("this process has its own rules already")
    _chosen[:] = [own]


def relist(own: OwnSet) -> None:
    """Take other lists in a process whose rules are those of `own`. Raises RuntimeError if they are not."""
    if (own.rules, own.off) != (current().rules, current().off):
        raise RuntimeError("this process has other rules")
    _chosen[:] = [own]


def current() -> OwnSet:
    """Return the set of this process; empty unless `use` was called."""
    return _chosen[0] if _chosen else _NONE
