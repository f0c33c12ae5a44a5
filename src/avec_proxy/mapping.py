"""Placeholders: how they are written, recognised in a reply, and which value each stands for.

A placeholder is `[KIND_n]`, `[KIND_n_B]` (another surface of the same person) or `[KIND_n : indice]`. Only
`KIND_n` or `KIND_n_B`, its key, identifies it: a model may drop or change the hint, the case, the spaces, or
escape the brackets as Markdown does. Numbers follow the first appearance in the conversation, so the same
history gives the same bytes at every turn.
"""

import re
import unicodedata
from collections.abc import Callable
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from functools import cached_property

# A reply is searched with this tolerant form. Bounded everywhere, so that a stream's hold-back is bounded too.
MAX_HINT = 60
_SPACE = r"[ \t\u00a0\u202f]{0,3}"
_GAP = r"[ \t\u00a0\u202f_\\\-]{0,4}"
PLACEHOLDER = re.compile(
    # Both brackets are escaped or none is: a backslash alone (a Windows path) belongs to the text.
    rf"(?P<escape>\\)?\[{_SPACE}(?P<kind>[^\W\d_]{{2,24}}){_GAP}(?P<number>[1-9][0-9]{{0,4}})"
    rf"(?:{_GAP}(?P<suffix>[A-Za-z]{{1,2}}))?{_SPACE}(?::[^\[\]\n\\]{{0,{MAX_HINT}}})?{_SPACE}(?(escape)\\)\]"
)
# No placeholder is longer: 2 brackets and escapes, kind, number, suffix, the gaps, the hint.
MAX_LENGTH = 4 + 24 + 5 + 2 + 4 * 5 + 1 + MAX_HINT

_SEPARATORS = re.compile(r"[ \t\u00a0\u202f_\\\-]+")


def fold(text: str) -> str:
    """Return `text` without accents, in upper case: the form in which keys are compared."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)).upper()


def key_of(match: re.Match[str]) -> str:
    """Return the key (`PERSONNE_1_B`) that a match of `PLACEHOLDER` stands for."""
    suffix = match["suffix"]
    return f"{fold(match['kind'])}_{int(match['number'])}" + (f"_{suffix.upper()}" if suffix else "")


def suffix_of(rank: int) -> str:
    """Return the letters of the nth other surface of a person: 0 → "", 1 → "B", 25 → "Z", 26 → "AA"."""
    if rank == 0:
        return ""
    if rank < 26:
        return chr(ord("A") + rank)
    high, low = divmod(rank - 26, 26)
    return chr(ord("A") + high % 26) + chr(ord("A") + low)


@dataclass(frozen=True)
class Mapping:
    """Which value each issued key stands for; lives with its request, in memory, and is gone with it."""

    values: MappingABC[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.values)

    def restore(self, text: str, escape: Callable[[str], str] = str) -> str:
        """Return `text` with every issued placeholder replaced by its value; others stay as they are.

        `escape` writes a value for the place where the text stands (inside a JSON string, say).
        """
        if "[" not in text:
            return text

        def value(match: re.Match[str]) -> str:
            known = self.values.get(key_of(match))
            return match[0] if known is None else escape(known)

        return PLACEHOLDER.sub(value, text)

    def held(self, text: str) -> int:
        """Return the length of the tail of `text` that may begin an issued placeholder (0: none)."""
        if not self.values:
            return 0
        at = text.rfind("[")
        if at >= 0 and len(text) - at <= MAX_LENGTH and self._may_begin(text[at + 1 :]):
            return len(text) - at + (at > 0 and text[at - 1] == "\\")
        return int(text.endswith("\\"))  # the bracket that it escapes may follow

    def _may_begin(self, inner: str) -> bool:
        if "]" in inner or "\n" in inner:
            return False
        head, colon, _hint = inner.partition(":")
        start = fold(_SEPARATORS.sub("", head))
        return start in self._tight if colon else any(key.startswith(start) for key in self._tight)

    @cached_property
    def _tight(self) -> frozenset[str]:
        """The issued keys without separators: what is left of one however a model spaces it."""
        return frozenset(key.replace("_", "") for key in self.values)
