"""Text in disguise: runs of base64, hexadecimal, percent escapes or HTML entities that say something when decoded.

People paste links, exports and headers without knowing what is in them. The decoded text is read like any other; if
it identifies somebody, the whole run is hidden, since nothing inside it could be replaced.
"""

import base64
import binascii
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote

from avec_proxy.detect.disguise import read

TITLE = "texte encodé qui identifie quelqu'un"
RULE = "encoded.text"
ENTITY = "ENCODED"
# whole words are taken, cut at spaces and quotes: a pattern that begins anywhere would be slow on long runs
_TOKEN = re.compile(r"[^\s\"'<>]+")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ENTITY = re.compile(r"&(?:#[0-9]{1,6}|#x[0-9A-Fa-f]{1,5}|[A-Za-z]{2,8});")
_BASE64 = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{16,4096}={0,2}(?![\w+/=-])")
_HEX = re.compile(r"(?<![\w-])(?:[0-9A-Fa-f]{2}[ :]?){8,2048}(?<![ :])(?![\w-])")


@dataclass(frozen=True, slots=True)
class Shadow:
    """What `text[start:end]` says when decoded, its disguises undone.

    `dense`: nobody can read any of it as it stands (base64, hexadecimal).
    """

    start: int
    end: int
    text: str
    dense: bool = False


def find(text: str) -> list[Shadow]:
    """Return the runs of `text` that decode to something readable, in no particular order."""
    return [
        replace(shadow, text=read(shadow.text).text)
        for shadow in _candidates(text)
        if shadow.text != text[shadow.start : shadow.end]
    ]


def blanked(text: str, runs: Iterable[Shadow]) -> str:
    """Return `text` with spaces in place of the dense runs: they would cost a model dearly, and tell it nothing."""
    for run in runs:
        if run.dense:
            text = f"{text[: run.start]}{' ' * (run.end - run.start)}{text[run.end :]}"
    return text


def _candidates(text: str) -> Iterator[Shadow]:
    if "%" in text or "&" in text:
        for match in _TOKEN.finditer(text):
            if _PERCENT.search(match[0]):
                yield Shadow(
                    *match.span(), unquote(unquote(match[0].replace("+", " "), errors="replace"), errors="replace")
                )
            elif _ENTITY.search(match[0]):
                yield Shadow(*match.span(), html.unescape(match[0]).replace("\u00a0", " "))
    for match in _BASE64.finditer(text):
        if (said := _base64(match[0])) is not None:
            yield Shadow(*match.span(), said, dense=True)
    for match in _HEX.finditer(text):
        if (said := _readable(_unhex(match[0]))) is not None:
            yield Shadow(*match.span(), said, dense=True)


def _base64(run: str) -> str | None:
    if run.isdigit() or (run.isalpha() and (run.islower() or run.isupper())):
        return None  # a number, or a word
    body = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return _readable(base64.b64decode(body + "=" * (-len(body) % 4), validate=True))
    except (binascii.Error, ValueError):
        return None


def _unhex(run: str) -> bytes:
    try:
        return bytes.fromhex(re.sub(r"[ :]", "", run))
    except ValueError:
        return b""


def _readable(data: bytes) -> str | None:
    """Return `data` as text if it is one: UTF-8 or UTF-16, letters for the most part, no control characters."""
    for encoding in ("utf-8", "utf-16-le"):
        try:
            text = read(data.decode(encoding)).text
        except UnicodeDecodeError:
            continue
        common = sum(c.isalnum() or c in " .,;:'@/()\n-" for c in text)
        if len(text) >= 6 and common >= 0.9 * len(text) and all(c.isprintable() or c.isspace() for c in text):
            return text if encoding == "utf-8" or text.isascii() or any(c.isspace() for c in text) else None
    return None
