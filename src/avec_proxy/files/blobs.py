"""Files that are written inside a text: they cannot be read there, so they must be seen."""

import re

DATA_URI = re.compile(r"(?i)\bdata:(?:[a-z0-9.+-]+/[a-z0-9.+*-]+[;,]|[^\s,]{0,100};base64,)")
_BASE64 = r"[A-Za-z0-9+/_-]"
_BLOB = re.compile(rf"(?<!{_BASE64}){_BASE64}{{256,}}|(?<!{_BASE64})(?:{_BASE64}{{40,}}={{0,2}}\s{{1,2}}){{4,}}")
# A line drawn with dashes is long too, but holds no content.
_VARIETY = 12


def is_blob(text: str) -> bool:
    """Tell whether `text` holds a long run of base64 or hexadecimal: a file, which cannot be read here."""
    return any(len(set(match[0])) >= _VARIETY for match in _BLOB.finditer(text))
