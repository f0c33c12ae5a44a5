"""Write edits back into a container, byte for byte the same outside them. Pure: no policy, no I/O."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import ClassVar, Protocol, cast

from avec_proxy.model import Codec, Document, Edit

# What is replaced in a raw text or a container: start, end (exclusive), what stands there instead.
Change = tuple[int, int, str]


# Stacks of codecs, each with the edits behind it.
_Layers = list[tuple[tuple[Codec, ...], Sequence[Edit]]]


class Whole(Protocol):
    """A layer that cannot be changed in part: any change of its text writes all of it again."""

    whole: ClassVar[bool]

    def rewrite(self, raw: str, changes: list[Change]) -> str:
        """Return what stands in place of `raw` once ascending, separate `changes` of its text are made."""
        ...


class Binary(Protocol):
    """A layer over bytes of the container that are no UTF-8, outermost; it is written again as a whole."""

    binary: ClassVar[bool]

    @property
    def text(self) -> str:
        """The text behind the bytes."""
        ...

    def rewritten(self, changes: list[Change]) -> bytes:
        """Return the bytes once ascending, separate `changes` of the text are made."""
        ...


def apply(document: Document, edits: Sequence[Sequence[Edit]]) -> bytes:
    """Return the container with `edits` made: one sequence per segment, in the order of `document.segments`.

    Edits of one segment may come in any order; raises ValueError if their number differs from the segments', if
    two overlap, or if one lies outside its text (the message never holds any text).
    """
    return patch(document.container, changes(document, edits))


def changes(document: Document, edits: Sequence[Sequence[Edit]]) -> list[tuple[int, int, bytes]]:
    """Return what `apply` replaces: (start, end, bytes) in the container, ascending; raises as `apply` does."""
    by_span: dict[tuple[int, int], _Layers] = {}
    for segment, own in zip(document.segments, edits, strict=True):
        if own:
            if any(not 0 <= edit.start <= edit.end <= len(segment.text) for edit in own):
                raise ValueError("an edit lies outside its text")
            by_span.setdefault((segment.start, segment.end), []).append((segment.codecs, own))
    result: list[tuple[int, int, bytes]] = []
    for (start, end), layers in by_span.items():
        binary = _binary(layers)
        if binary is not None:
            inside = [(codecs[1:], own) for codecs, own in layers]
            result.append((start, end, binary.rewritten(_ordered(_raw_changes(binary.text, inside)))))
            continue
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


def _binary(layers: _Layers) -> Binary | None:
    """Return the layer over bytes that all stacks of a span share, None for a span of text."""
    outermost = {codecs[0] if codecs else None for codecs, _ in layers}
    binary = next(iter(outermost)) if len(outermost) == 1 else None
    return cast(Binary, binary) if getattr(binary, "binary", False) else None


def _raw_changes(raw: str, layers: _Layers) -> list[Change]:
    """Return the changes to `raw` that make the edits behind each stack of codecs.

    Segments that share a layer are taken through it together: it is decoded and searched once, however many
    leaves a JSON text in a string has.
    """
    result: list[Change] = []
    groups: dict[Codec, _Layers] = {}
    for codecs, edits in layers:
        if codecs:
            groups.setdefault(codecs[0], []).append((codecs[1:], edits))
        else:
            result += [(edit.start, edit.end, edit.text) for edit in edits]
    for codec, inner in groups.items():
        text = codec.decode(raw)
        changed = _ordered(_raw_changes(text, inner))
        if getattr(codec, "whole", False):
            result.append((0, len(raw), cast(Whole, codec).rewrite(raw, changed)))
            continue
        located = codec.locate(raw, [position for start, end, _ in changed for position in (start, end)])
        spans = zip(located[::2], located[1::2], changed, strict=True)
        result += [(start, end, codec.encode(new)) for start, end, (_, _, new) in spans]
    return result


def _ordered(found: list[Change]) -> list[Change]:
    found.sort(key=lambda change: change[:2])
    if any(after[0] < before[1] for before, after in pairwise(found)):
        raise ValueError("edits overlap")
    return found


def replaced(text: str, changed: Iterable[Change]) -> str:
    """Return `text` with ascending, separate changes made."""
    pieces: list[str] = []
    at = 0
    for start, end, new in changed:
        pieces += (text[at:start], new)
        at = end
    return "".join((*pieces, text[at:]))


def spliced(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with ascending, separate `edits` made."""
    return replaced(text, ((edit.start, edit.end, edit.text) for edit in edits))
