"""The layers of encoding between a container's characters and the text that is scanned.

Each is an immutable `model.Codec`. Decoding is lenient on purpose where a lenient reading shows more text to the
detectors; whether raw text is acceptable at all is decided by who builds the segment (`json_text`, `target`).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from avec_proxy.transform import Change, replaced

# A surrogate pair is one character; an unknown escape (`\d`) is no escape and stays as it is. RFC 8259, section 7.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[\"\\/bfnrt])",
)
_SHORT = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_OCTETS = re.compile(r"(?:%[0-9a-fA-F]{2})+")


def _character(match: re.Match[str]) -> str:
    escape = match[0]
    if escape[1] != "u":
        return _SHORT[escape[1]]
    if len(escape) == 6:
        return chr(int(escape[2:], 16))
    high, low = int(escape[2:6], 16), int(escape[8:], 16)
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


@dataclass(frozen=True, slots=True)
class JsonString:
    """The characters between the quotes of a JSON string (RFC 8259, section 7)."""

    def decode(self, raw: str) -> str:
        """Return the text behind `raw`; a lone surrogate escape gives a lone surrogate."""
        return _ESCAPE.sub(_character, raw) if "\\" in raw else raw

    def locate(self, raw: str, positions: list[int]) -> list[int]:
        """Return where in `raw` the ascending `positions` of the text start."""
        if "\\" not in raw:
            return list(positions)
        located: list[int] = []
        escapes = _ESCAPE.finditer(raw)
        escape = next(escapes, None)
        surplus = 0  # raw characters minus text characters, up to here
        for position in positions:
            while escape is not None and escape.start() - surplus < position:
                surplus += escape.end() - escape.start() - 1
                escape = next(escapes, None)
            located.append(position + surplus)
        return located

    def encode(self, text: str) -> str:
        """Return `text` with what JSON forbids in a string escaped, and nothing else."""
        written = json.dumps(text, ensure_ascii=False)[1:-1]
        return _SURROGATE.sub(lambda m: f"\\u{ord(m[0]):04x}", written)

    def structural_quote(self, raw: str) -> bool:
        """Tell whether `raw` holds a quote that is not escaped: it then leaves the string it began in."""
        return '"' in raw and '"' in _ESCAPE.sub("", raw)


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a longer text: characters `start` to `end`, exclusive."""

    start: int
    end: int

    def decode(self, raw: str) -> str:
        """Return the part."""
        return raw[self.start : self.end]

    def locate(self, raw: str, positions: list[int]) -> list[int]:
        """Return `positions` counted from the start of `raw`."""
        return [self.start + position for position in positions]

    def encode(self, text: str) -> str:
        """Return `text` as it is: the layer around it does the escaping."""
        return text


@dataclass(frozen=True, slots=True)
class Percent:
    """Percent-encoded UTF-8 (RFC 3986, section 2.1); `plus_is_space` as in the query of an HTML form."""

    plus_is_space: bool = False

    def readable(self, raw: str) -> bool:
        """Tell whether every run of octets in `raw` is UTF-8: only then may a segment be built on it."""
        try:
            self.decode(raw)
        except UnicodeDecodeError:
            return False
        return True

    def decode(self, raw: str) -> str:
        """Return the text behind `raw`; a `%` that begins no octet stays as it is."""
        plain = raw.replace("+", " ") if self.plus_is_space else raw
        if "%" not in plain:
            return plain
        return _OCTETS.sub(lambda m: bytes.fromhex(m[0].replace("%", "")).decode(), plain)

    def locate(self, raw: str, positions: list[int]) -> list[int]:
        """Return where in `raw` the ascending `positions` of the text start."""
        located: list[int] = []
        starts = self._starts(raw)
        index, at = 0, 0
        for position in positions:
            while index < position:
                at = next(starts)
                index += 1
            located.append(at)
        return located

    @staticmethod
    def _starts(raw: str) -> Iterator[int]:
        """Yield, for each character of the text, where in `raw` the next one starts."""
        at = 0
        for run in _OCTETS.finditer(raw):
            yield from range(at + 1, run.start() + 1)
            at = run.start()
            for character in bytes.fromhex(run[0].replace("%", "")).decode():
                at += 3 * len(character.encode())
                yield at
        yield from range(at + 1, len(raw) + 1)

    def encode(self, text: str) -> str:
        """Return `text` with everything but unreserved characters percent-encoded."""
        return quote(text, safe="")


@dataclass(frozen=True, slots=True)
class NumberLeaf:
    """A number in JSON. Its text is its literal; what replaces it is a JSON string, so that the JSON stays valid."""

    # A number cannot be changed in part: any edit rewrites all of it (see `transform`).
    whole: ClassVar[bool] = True

    def decode(self, raw: str) -> str:
        """Return the literal."""
        return raw

    def locate(self, raw: str, positions: list[int]) -> list[int]:
        """Return `positions`: a literal has no escapes."""
        return list(positions)

    def rewrite(self, raw: str, changes: list[Change]) -> str:
        """Return the changed number as a JSON string, with its quotes."""
        return self.encode(replaced(raw, changes))

    def encode(self, text: str) -> str:
        """Return `text` as a JSON string, with its quotes."""
        return f'"{JsonString().encode(text)}"'
