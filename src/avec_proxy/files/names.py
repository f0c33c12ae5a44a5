"""Names of files: what a person reads in one, and the name with some of it replaced."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from avec_proxy.model import Edit
from avec_proxy.transform import spliced

# Extensions are short and have a letter: «CR.2» and «Mme Kervadec» end with none.
_EXTENSION = re.compile(r"\.(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,8}")
# «bilan-mme-kervadec» is written so for want of spaces; «Jean-Pierre» and «2026-03-12» are not.
_LINKED = re.compile(r"(?<=[^\W\d])-(?=[^\W\d])")


def spoken(name: str) -> str:
    """Return a name as it is read: no extension, spaces for the signs between its words; as long as what it reads."""
    stem = name.removesuffix(_suffix(name))
    apart = any(sign in stem for sign in "_ ")
    read = stem.replace("_", " ").replace("+", " ")
    return read if apart else _LINKED.sub(" ", read)


def written(name: str, edits: Sequence[Edit]) -> str:
    """Return the name with `edits` of `spoken(name)` made, and its extension."""
    suffix = _suffix(name)
    new = spliced(name.removesuffix(suffix), sorted(edits, key=lambda e: e.start))
    # a colon and a slash are no part of a name on all systems
    return re.sub(r"\s*[:/\\]\s*", " ", new) + suffix


def _suffix(name: str) -> str:
    suffix = PurePosixPath(name).suffix
    return suffix if _EXTENSION.fullmatch(suffix) else ""
