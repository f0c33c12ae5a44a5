"""Searches files for invented values: logs, the log of usage, whatever an administrator names."""

import mmap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from avec_proxy.verify.outcome import Result, Verdict

_LEAST = 6  # characters: a shorter value may stand in any file by chance


def search(places: Sequence[Path], values: Iterable[tuple[str, str]]) -> Iterator[Result]:
    """Judge each place: whether one of the (kind, value) pairs stands in its files, as UTF-8 or UTF-16."""
    needles = {(kind, value.encode(name)) for kind, value in values if len(value) >= _LEAST for name in _WAYS}
    for place in places:
        found: set[str] = set()
        count, unread = 0, 0
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.is_dir():
                continue
            try:
                found |= _kinds(file, needles)
                count += 1
            except OSError:
                unread += 1
        if found:
            yield Result("files", Verdict.LEAK, place.name, tuple(sorted(found)), "written down")
        elif unread or not count:
            yield Result("files", Verdict.UNVERIFIED, place.name, said=f"{unread} cannot be read")
        else:
            yield Result("files", Verdict.CLEAN, place.name, said=f"{count} read")


_WAYS = ("utf-8", "utf-16-le")


def _kinds(file: Path, needles: Iterable[tuple[str, bytes]]) -> set[str]:
    with file.open("rb") as opened:
        if file.stat().st_size == 0:
            return set()
        with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return {kind for kind, needle in needles if content.find(needle) >= 0}
