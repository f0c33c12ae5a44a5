"""The last look at what leaves: a value that was hidden must not stand anywhere else in the request."""

import re
from collections.abc import Mapping, Sequence

from avec_proxy.mapping import PLACEHOLDER
from avec_proxy.model import Document

_MODEL_VALUE = re.compile(r'"model"\s*:\s*"[^"]*"')
_TIMES = ("DATE_", "NAISSANCE_", "AGE_")


def left(parts: Sequence[tuple[Document, bytes]], values: Mapping[str, str], inside: str) -> bool:
    """Tell whether a hidden value still leaves in `parts`: each container as it came, with the bytes in its place.

    `values`: what was hidden, by placeholder. `inside` holds the texts of the files among the parts, which those bytes
    do not show.

    A hidden value that stands in a part that was not scanned counts; so does a number or an address that still
    stands in a text (a date or an age may: «HAS, mars 2021» is kept beside a stay of March 2021). Looks for whole
    values (a number or an address of six characters, a name of two words), as they are written.
    """
    unread = _MODEL_VALUE.sub("", "\n".join(unscanned(document) for document, _ in parts)).casefold()
    sent = "\n".join([*(written.decode("utf-8", "replace") for _, written in parts), inside])
    texts = PLACEHOLDER.sub("[]", _MODEL_VALUE.sub("", sent)).casefold()
    for key, value in values.items():
        folded = value.casefold()
        numberlike = sum(c.isdigit() for c in value) >= 6 or "@" in value
        if value.startswith("[") or len(folded) < 6 or not (numberlike or " " in value.strip()):
            continue
        exact = numberlike and not key.startswith(_TIMES)
        if any(folded in place and _whole(folded, place) for place in ((unread, texts) if exact else (unread,))):
            return True
    return False


def unscanned(document: Document) -> str:
    """Return what no segment of a container covers."""
    pieces: list[bytes] = []
    at = 0
    for segment in document.segments:
        if segment.start >= at:
            pieces.append(document.container[at : segment.start])
            at = segment.end
    return b"\n".join([*pieces, document.container[at:]]).decode("utf-8", "replace")


def _whole(value: str, text: str) -> bool:
    return re.search(rf"(?<![^\W_]){re.escape(value)}(?![^\W_])", text) is not None
