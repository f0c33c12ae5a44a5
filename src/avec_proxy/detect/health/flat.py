"""A text as the rules of health read it: lower case, no accents, one kind of apostrophe, every character in its place."""

import re
from dataclasses import dataclass

from avec_proxy.detect.normalise import View, view
from avec_proxy.lexicons import fold


def _flattened(code: int) -> str:
    """Return the one character that stands for `code`: a ligature that folds to two letters stays."""
    character = chr(code)
    folded = fold(character)
    return folded if len(folded) == 1 else character.lower() if len(character.lower()) == 1 else character


# the letters of Latin scripts and the signs between them; others stay as they are
_SIGNS = (0x2018, 0x2019, 0x201B, 0x02BC, 0x2010, 0x2011, 0x2013, 0x2009, 0x202F)
_FLAT = {code: _flattened(code) for code in (*range(0x250), *_SIGNS)}
# what one character cannot stand for: invisible, combining, ligatures, full width, beyond the plane
_VIEWED = re.compile(
    "[\u00ad\u0300-\u036f\u180b-\u180e\u2000-\u2008\u200a-\u200f\u202a-\u202e\u205f-\u206f\u2460-\u24ff\ufb00-\uffff]|[^\0-\uffff]"
)


@dataclass(frozen=True, slots=True)
class Flat:
    """`text` is flat, `cased` the same with its capitals and accents, as long; offsets lead back by `original`."""

    text: str
    cased: str
    seen: View

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets in the text as given of the non-empty span [start, end)."""
        return self.seen.original(start, end)


def flatten(text: str) -> Flat:
    """Return `text` flat."""
    seen = view(text) if _VIEWED.search(text) else View(text)
    return Flat(seen.text.translate(_FLAT), seen.text, seen)
