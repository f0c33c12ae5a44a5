"""The text as a reader sees it: what hides a name from a detector and not from an eye is undone.

Zero-width and bidirectional characters and soft hyphens vanish, special spaces become spaces, compatibility
forms (full-width digits, ligatures) become plain, decomposed accents are composed, apostrophes and hyphens
are one kind. Every character of the view knows where it came from, so findings map back exactly.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_INVISIBLE = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_PLAIN = {"\u2019": "'", "\u02bc": "'", "\u2018": "'", "\u2032": "'", "\u00b4": "'", "\u2010": "-", "\u2011": "-"}
_INVISIBLE_RE = re.compile(f"[{_INVISIBLE}]")
# what makes a text need a view of its own
_SPECIAL = re.compile(
    f"[{_INVISIBLE}{_SPACES}\u2019\u02bc\u2018\u2032\u00b4\u2010\u2011\u0300-\u036f\u2460-\u24ff\ufb00-\ufb06\uff01-\uff5e]"
    "|[\U0001d400-\U0001d7ff\U0001f100-\U0001f1ff]"
)
_CLUSTER = re.compile(f"(?s).[\u0300-\u036f{_INVISIBLE}]*")


@dataclass(frozen=True, slots=True)
class View:
    """`text` as read; `starts[i]`/`ends[i]` bound, in the original, the source of `text[i]` (None: the same)."""

    text: str
    starts: list[int] | None = None
    ends: list[int] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the original offsets of the non-empty span `text[start:end]`."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]

    def then(self, later: "View") -> "View":
        """Return `later`, a view of this view's text, as a view of the original."""
        if later.starts is None or later.ends is None:
            return View(later.text, self.starts, self.ends)
        if self.starts is None or self.ends is None:
            return later
        return View(later.text, [self.starts[at] for at in later.starts], [self.ends[at - 1] for at in later.ends])

    def edited(self, edits: Iterable[tuple[int, int, str]]) -> "View":
        """Return the view in which each (start, end, plain), in order and apart, is read as `plain`."""
        out: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        for start, end, plain in [*edits, (len(self.text), len(self.text), "")]:
            out += (self.text[at:start], plain)
            starts.extend((*range(at, start), *[start] * len(plain)))
            ends.extend((*range(at + 1, start + 1), *[end] * len(plain)))
            at = end
        return self.then(View("".join(out), starts, ends))


def view(text: str) -> View:
    """Return the view of `text`; a text without special characters is its own view."""
    if text.isascii() or not _SPECIAL.search(text):
        return View(text)
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _CLUSTER.finditer(text):
        cluster = match[0]
        plain = _plain(cluster)
        out.append(plain)
        starts.extend([match.start()] * len(plain))
        ends.extend([match.end()] * len(plain))
    return View("".join(out), starts, ends)


def _plain(cluster: str) -> str:
    if len(cluster) == 1 and cluster < "\u0080":
        return cluster
    cluster = _INVISIBLE_RE.sub("", cluster)
    if not cluster:
        return ""
    if cluster in _PLAIN:
        return _PLAIN[cluster]
    if cluster.isspace() and cluster not in "\n\r\t":
        return " "
    composed = unicodedata.normalize("NFC", cluster)
    if len(composed) == 1 and not _SPECIAL.match(composed):
        return composed
    return unicodedata.normalize("NFKC", composed)
