"""What became of a folder of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from avec_proxy.own_set import OwnSet


class Problem(NamedTuple):
    """What is wrong with a file (`folder/NAME`), in one line that quotes nothing of it but keys."""

    file: str
    problem: str


@dataclass
class Taken:
    """A set to use if nothing is wrong; `off` tells which shipped rules are off, and why; `files` counts rule files.

    `rules` and `lists` are digests of the names and contents of both kinds of files.
    """

    own: OwnSet = field(default_factory=OwnSet)
    problems: list[Problem] = field(default_factory=list)
    off: list[str] = field(default_factory=list)
    files: int = 0
    rules: str = ""
    lists: str = ""


_SHOWN = 20


def told(problems: Sequence[Problem]) -> str:
    """Return the first of what is wrong with a folder, as lines that a terminal may show."""
    lines = [_printable(f"own_rules: {file}: {problem}") for file, problem in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        lines.append(f"own_rules: and {len(problems) - _SHOWN} more; see `avec-proxy rules check`")
    return "\n".join(lines)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)
