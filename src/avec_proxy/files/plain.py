"""Plain text, and JSON: one text for the whole file, as it would be pasted."""

import json
import re
from collections.abc import Iterator

from avec_proxy.files.blobs import is_blob
from avec_proxy.files.encodings import Decoded
from avec_proxy.files.limits import MAX_DEPTH
from avec_proxy.files.opened import OpenFile
from avec_proxy.files.written import Escapes, Reader, opened
from avec_proxy.model import Refusal

_JSON_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[\"\\/bfnrt])"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_TOKEN = re.compile(r'"((?:[^"\\]++|\\.)*+)"|(-?[0-9][0-9.eE+-]*+)|[\[\]{}]')


def _json_written(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


JSON = Escapes(_JSON_ESCAPE, lambda raw: str(json.loads(f'"{raw}"')), _json_written)


def open_text(decoded: Decoded) -> OpenFile:
    """Return a plain text as one unit. Raises Refusal("file_unreadable") if it holds a file written as base64."""
    if is_blob(decoded.text):
        raise Refusal("file_unreadable")
    reader = Reader(decoded.text)
    reader.span(0, len(decoded.text))
    reader.close()
    return opened("text", decoded, reader)


def is_json(text: str) -> bool:
    """Tell whether `text` is one JSON object or array, or one on each of its lines."""
    if text.lstrip()[:1] not in ("{", "["):
        return False
    return _parses(text) or all(line.lstrip()[:1] in ("{", "[") and _parses(line) for line in _lines(text))


def open_json(decoded: Decoded) -> OpenFile:
    """Return JSON as one unit: strings as they read, the marks around them as glue. A changed number becomes a string.

    Raises Refusal("file_unreadable") for half a surrogate pair or a file in base64, "file_too_complex" for nesting.
    """
    text = decoded.text
    reader = Reader(text)
    at = depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Refusal("file_too_complex")
        elif token[0] in "]}":
            depth -= 1
        else:
            group = 1 if token[1] is not None else 2
            reader.glue(text[at : token.start(group)])
            if group == 1:
                reader.span(*token.span(1), JSON)
            else:
                reader.span(*token.span(2), quote=json.dumps)
            at = token.end(group)
    reader.glue(text[at:])
    if any(_SURROGATE.search(piece.text) or is_blob(piece.text) for piece in reader.pieces):
        raise Refusal("file_unreadable")
    reader.close()
    return opened("json", decoded, reader)


def _lines(text: str) -> Iterator[str]:
    return (line for line in text.split("\n") if line.strip())


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
