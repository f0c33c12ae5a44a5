"""Write edits back into a container, byte for byte the same outside them. Pure: no policy, no I/O."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from avec_proxy.model import Codec, Document, Edit

# What is replaced in a raw text or a container: start, end (exclusive), what stands there instead.
_Change = tuple[int, int, str]


def apply(document: Document, edits: Sequence[Sequence[Edit]]) -> bytes:
    """Return the container with `edits` made: one sequence per segment, in the order of `document.segments`.

    Edits of one segment may come in any order; raises ValueError if their number differs from the segments', if
    two overlap, or if one lies outside its text (the message never holds any text).
    """
    return patch(document.container, changes(document, edits))


def changes(document: Document, edits: Sequence[Sequence[Edit]]) -> list[tuple[int, int, bytes]]:
    """Return what `apply` replaces: (start, end, bytes) in the container, ascending; raises as `apply` does."""
    by_span: dict[tuple[int, int], list[tuple[tuple[Codec, ...], Sequence[Edit]]]] = {}
    for segment, own in zip(document.segments, edits, strict=True):
        if own:
            if any(not 0 <= edit.start <= edit.end <= len(segment.text) for edit in own):
                raise ValueError("an edit lies outside its text")
            by_span.setdefault((segment.start, segment.end), []).append((segment.codecs, own))
    result: list[tuple[int, int, bytes]] = []
    for (start, end), layers in by_span.items():
        raw = document.container[start:end].decode()
        position, offset = 0, start
        for first, last, text in _ordered(_raw_changes(raw, layers)):
            offset += len(raw[position:first].encode())
            width = len(raw[first:last].encode())
            result.append((offset, offset + width, text.encode()))
            position, offset = last, offset + width
    return sorted(result)


def patch(container: bytes, replacements: Iterable[tuple[int, int, bytes]]) -> bytes:
    """Return `container` with ascending (start, end, bytes) `replacements` made; ValueError if two overlap."""
    pieces: list[bytes] = []
    at = 0
    for start, end, replacement in replacements:
        if start < at:
            raise ValueError("edits overlap")
        pieces += (container[at:start], replacement)
        at = end
    return b"".join((*pieces, container[at:]))


def _raw_changes(raw: str, layers: list[tuple[tuple[Codec, ...], Sequence[Edit]]]) -> list[_Change]:
    """Return the changes to `raw` that make the edits behind each stack of codecs.

    Segments that share a layer are taken through it together: it is decoded and searched once, however many
    leaves a JSON text in a string has.
    """
    result: list[_Change] = []
    groups: dict[Codec, list[tuple[tuple[Codec, ...], Sequence[Edit]]]] = {}
    for codecs, edits in layers:
        if codecs:
            groups.setdefault(codecs[0], []).append((codecs[1:], edits))
        else:
            result += [(edit.start, edit.end, edit.text) for edit in edits]
    for codec, inner in groups.items():
        text = codec.decode(raw)
        changed = _ordered(_raw_changes(text, inner))
        if getattr(codec, "whole", False):
            result.append((0, len(raw), codec.encode(_replaced(text, changed))))
            continue
        located = codec.locate(raw, [position for start, end, _ in changed for position in (start, end)])
        spans = zip(located[::2], located[1::2], changed, strict=True)
        result += [(start, end, codec.encode(new)) for start, end, (_, _, new) in spans]
    return result


def _ordered(found: list[_Change]) -> list[_Change]:
    found.sort(key=lambda change: change[:2])
    if any(after[0] < before[1] for before, after in pairwise(found)):
        raise ValueError("edits overlap")
    return found


def _replaced(text: str, changed: list[_Change]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end, new in changed:
        pieces += (text[at:start], new)
        at = end
    return "".join((*pieces, text[at:]))
