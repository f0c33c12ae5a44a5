"""Which words of a text are still there in what leaves, found by aligning the two word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"[^\W_]+")
# As they are issued; brackets that a user typed otherwise are text like any other.
ISSUED = re.compile(r"\[[A-ZÀ-Ý]+(?:_[A-ZÀ-Ý]+)*_[1-9]\d{0,4}(?:_[A-Z]{1,2})?(?: ?: ?(?P<hint>[^\[\]\n]{1,60}))?\]")


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters and digits of the original, folded for comparing, and whether it is still there."""

    start: int
    end: int
    folded: str
    left: bool


@dataclass(frozen=True, slots=True)
class Alignment:
    """The words of the original, and the words that the hints of the placeholders say."""

    words: tuple[Word, ...]
    hinted: frozenset[str]


def align(text: str, outgoing: str, placeholder: re.Pattern[str] = ISSUED) -> Alignment:
    """Return which words of `text` are left in `outgoing`; `placeholder` tells what stands for something hidden."""
    typed = [m.span() for m in placeholder.finditer(text)]
    before = [m for m in _WORD.finditer(text) if not any(start <= m.start() < end for start, end in typed)]
    after = [word.casefold() for word in _WORD.findall(placeholder.sub(" ", outgoing))]
    folded = [m[0].casefold() for m in before]
    left: set[int] = set()
    for block in SequenceMatcher(None, folded, after, autojunk=False).get_matching_blocks():
        left.update(range(block.a, block.a + block.size))
    words = tuple(
        Word(m.start(), m.end(), word, i in left) for i, (m, word) in enumerate(zip(before, folded, strict=True))
    )
    hints = (m.groupdict().get("hint") or "" for m in placeholder.finditer(outgoing))
    return Alignment(words, frozenset(word.casefold() for hint in hints for word in _WORD.findall(hint)))
