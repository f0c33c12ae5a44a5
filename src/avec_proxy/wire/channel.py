"""Restoring one text: whole, or as it comes in pieces with a hold-back of a tail that may begin a placeholder.

Where the text is itself JSON (a tool's arguments, a structured answer), placeholders are looked for behind its
escapes and values are written with them, so that it stays the JSON it was.
"""

import re

from avec_proxy.mapping import Mapping
from avec_proxy.model import Edit
from avec_proxy.transform import spliced
from avec_proxy.wire.codecs import JsonString
from avec_proxy.wire.json_text import looks_json
from avec_proxy.wire.offsets import Moved

_JSON_STRING = JsonString()
_UNFINISHED_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*(\\(?:u[0-9a-fA-F]{0,3})?)\Z")


def edits_of(mapping: Mapping, text: str, before: str = "") -> list[Edit]:
    """Return the edits that put back the value of every issued placeholder in `text`, which follows `before`."""
    return [Edit(start, end, value) for start, end, value in mapping.found(text, before)]


def restore_json(mapping: Mapping, raw: str, before: str = "") -> str:
    """Return a piece of JSON text with the issued placeholders in its strings replaced, escaped for them.

    `before` is the character in front of the piece, behind its escapes.
    """
    text = _JSON_STRING.decode(raw)
    edits = edits_of(mapping, text, before)
    located = _JSON_STRING.locate(raw, [position for edit in edits for position in (edit.start, edit.end)])
    pieces: list[str] = []
    at = 0
    for start, end, edit in zip(located[::2], located[1::2], edits, strict=True):
        if not _JSON_STRING.structural_quote(raw[start:end]):
            pieces += (raw[at:start], _JSON_STRING.encode(edit.text))
            at = end
    return "".join((*pieces, raw[at:]))


class Channel:
    """One text that comes in pieces: what may not be shown yet waits in `tail`.

    `moved` is told what was replaced; of JSON text nothing is.
    """

    def __init__(self, mapping: Mapping, *, json: bool = False, moved: Moved | None = None) -> None:
        self._mapping = mapping
        self._json = json
        self._moved = moved
        self._head = ""
        self._before = ""  # the last character that was shown, as it came: a key without brackets is a whole word
        self.tail = ""

    def push(self, text: str, *, final: bool = False) -> str:
        """Return what can be shown after `text` has come; everything if it is the `final` piece."""
        if not self._mapping:
            return text
        if len(self._head) < 2:
            self._head = (self._head + "".join(text.split()))[:2]
        buffer = self.tail + text
        json = self._json or looks_json(self._head)
        cut = len(buffer) if final else self._cut_json(buffer) if json else self._cut(buffer)
        self.tail = buffer[cut:]
        shown = buffer[:cut]
        before = self._before
        if shown:
            self._before = _JSON_STRING.decode(shown)[-1:] if json else shown[-1]
        if json:
            return restore_json(self._mapping, shown, before)
        edits = edits_of(self._mapping, shown, before)
        if self._moved is not None:
            self._moved.add(len(shown), edits)
        return spliced(shown, edits)

    def _cut(self, buffer: str) -> int:
        return len(buffer) - self._mapping.held(buffer, self._before)

    def _cut_json(self, buffer: str) -> int:
        unfinished = _UNFINISHED_ESCAPE.search(buffer)
        end = len(buffer) if unfinished is None else unfinished.start(1)
        text = _JSON_STRING.decode(buffer[:end])
        held = self._mapping.held(text, self._before)
        return _JSON_STRING.locate(buffer[:end], [len(text) - held])[0] if held else end
