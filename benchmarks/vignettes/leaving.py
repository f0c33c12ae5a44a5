"""Vignettes as they are written down, and what leaves of one through the real pipeline.

A text marks the places that facts speak of: `{op|03/03/2026}` is the date named «op». The marks are no part of the
prompt.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from avec_proxy.analysis import check_segments
from avec_proxy.model import Edit, Options, Role, Segment
from avec_proxy.policy import reply_mapping

FOLDER = Path(__file__).parent / "texts"
# ages and dates without a year depend on the day on which a prompt is written
TODAY = date(2026, 11, 25)
_MARK = re.compile(r"\{(?P<name>[a-z]+[0-9]*)\|(?P<said>[^{}]+)\}")
_KINDS = ("days", "months", "years", "lasts", "age", "band", "same", "apart", "who", "kept")


@dataclass(frozen=True, slots=True)
class Fact:
    """A question and what settles it: `kind` says how `parts` are read (`judging.settled`)."""

    ask: str
    kind: str
    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Vignette:
    """A conversation, the turns of the user first; `marks`: name → (turn, start, end)."""

    id: str
    theme: str
    turns: tuple[str, ...]
    marks: dict[str, tuple[int, int, int]]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of what leaves, as it stands there, and the marked places that it comes from."""

    text: str
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Leaving:
    """What leaves, turn by turn in pieces, whether restoring gives the prompt again, and the level of risk."""

    turns: tuple[tuple[Piece, ...], ...]
    exact: bool
    level: str

    @property
    def text(self) -> str:
        """All turns, one after the other."""
        return "\n\n".join("".join(piece.text for piece in turn) for turn in self.turns)


def load(folder: Path = FOLDER) -> list[Vignette]:
    """Return the vignettes of every file. Raises ValueError for one that does not hold together."""
    return [
        _vignette(written, file.stem)
        for file in sorted(folder.glob("*.yaml"))
        for written in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


def _vignette(written: dict[str, Any], theme: str) -> Vignette:
    turns: list[str] = []
    marks: dict[str, tuple[int, int, int]] = {}
    for number, raw in enumerate(written.get("turns") or [written["text"]]):
        text = ""
        at = 0
        for match in _MARK.finditer(raw):
            text += raw[at : match.start()]
            if match["name"] in marks:
                raise ValueError(f"{written['id']}: two places named {match['name']}")
            marks[match["name"]] = (number, len(text), len(text) + len(match["said"]))
            text += match["said"]
            at = match.end()
        turns.append(text + raw[at:])
    for name, said in written.get("marks", {}).items():
        start = turns[0].index(said)
        marks[name] = (0, start, start + len(said))
    facts = tuple(_fact(one, written["id"]) for one in written["facts"])
    used = {
        p for f in facts if f.kind != "kept" for p in f.parts if isinstance(p, str) and re.fullmatch(r"[a-z]\w*", p)
    }
    missing = {name for name in used - marks.keys() if len(name) < 5}
    literal = [words for f in facts if f.kind == "kept" for words in f.parts if words not in "\n\n".join(turns)]
    if missing or literal:
        raise ValueError(f"{written['id']}: not in the text: {sorted(missing)} {literal}")
    return Vignette(written["id"], theme, tuple(turns), marks, facts)


def _fact(written: dict[str, Any], vignette: str) -> Fact:
    kinds = [kind for kind in written if kind != "ask"]
    if len(kinds) != 1 or kinds[0] not in _KINDS:
        raise ValueError(f"{vignette}: a fact of no known kind")
    return Fact(written["ask"], kinds[0], tuple(written[kinds[0]]))


def leave(vignette: Vignette, options: Options | None = None, today: date = TODAY) -> Leaving:
    """Return what leaves of `vignette`, as the gateway would send it."""
    segments = [
        Segment(text, 0, 0, role=(Role.USER, Role.ASSISTANT)[turn % 2], turn=turn)
        for turn, text in enumerate(vignette.turns)
    ]
    analysis = check_segments(segments, ["" for _ in segments], options or Options(), today)
    mapping = reply_mapping(analysis.values)
    turns = []
    exact = True
    for number, (text, edits, cuts) in enumerate(zip(vignette.turns, analysis.edits, analysis.cuts, strict=True)):
        marks = {name: place[1:] for name, place in vignette.marks.items() if place[0] == number}
        turns.append(tuple(_pieces(text, edits, marks)))
        kept = _made(text, [Edit(cut.start, cut.end, cut.replacement) for cut in cuts])
        exact = exact and mapping.restore("".join(piece.text for piece in turns[-1])) == kept
    return Leaving(tuple(turns), exact, analysis.told.level)


def _made(text: str, edits: list[Edit]) -> str:
    for edit in sorted(edits, key=lambda edit: -edit.start):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _pieces(text: str, edits: list[Edit], marks: dict[str, tuple[int, int]]) -> Iterator[Piece]:
    """Yield the text that leaves in pieces: each edit is one, and so is what stands between two bounds of marks."""

    def named(start: int, end: int) -> frozenset[str]:
        return frozenset(name for name, (first, last) in marks.items() if first < end and start < last)

    at = 0
    for edit in [*edits, Edit(len(text), len(text), "")]:
        bounds = sorted({at, edit.start, *(b for span in marks.values() for b in span if at < b < edit.start)})
        for start, end in pairwise(bounds):
            yield Piece(text[start:end], named(start, end))
        yield Piece(edit.text, named(edit.start, edit.end))
        at = edit.end
