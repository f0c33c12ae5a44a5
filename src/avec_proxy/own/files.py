"""Reading a folder of one's own: whole into memory, each file as it is at one moment, nothing from outside of it."""

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from avec_proxy.lists import HASHED, KEY, TEXT
from avec_proxy.own.outcome import Problem
from avec_proxy.rulebook import MAX_SIZE

MAX_RULES = 500  # rule files in all folders; 80 ship
MAX_LISTS = 50
MAX_LIST = 64 * 1024 * 1024  # bytes of one list; a million hashed entries take 12 MB
MAX_TOTAL = 128 * 1024 * 1024
# the folders that are read of a folder of one's own; hosts, endpoints and words for placeholders are the proxy's
RULES = ("identifiers", "politeness", "context", "quasi", "health", "policy")
OFF, ALWAYS, NEVER = "off", "always_hide", "never_hide"
OWN = (*RULES, OFF, ALWAYS, NEVER)
LISTS = {ALWAYS: (TEXT, HASHED, KEY), NEVER: (TEXT,)}
_CHUNK = 1024 * 1024
_TRIES = 3
_PAUSE_S = 0.1


class _Unusable(Exception):  # noqa: N818 - it becomes a `Problem`
    pass


@dataclass
class Contents:
    """The files of a folder by the folder they stand in, as (name, content), and what could not be read."""

    files: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def digest(self, *folders: str) -> str:
        """Return what tells the files of the folders from others."""
        made = hashlib.sha256()
        for folder in folders:
            for name, raw in self.files.get(folder, ()):
                for part in (folder.encode(), os.fsencode(name), raw):
                    made.update(len(part).to_bytes(8))
                    made.update(part)
        return made.hexdigest()

    def count(self, *folders: str) -> int:
        """Return how many files of the folders were read."""
        return sum(len(self.files.get(folder, ())) for folder in folders)


Signature = tuple[tuple[str, int, int, int, int], ...]


def signature(base: Path, folders: "tuple[str, ...]") -> Signature:
    """Return what changes when a file in the folders does: names, sizes, times of change. Raises OSError."""
    found = []
    for path in _paths(base, folders):
        try:
            seen = path.stat()
            found.append((str(path), seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino))
        except OSError:
            found.append((str(path), -1, 0, 0, 0))
    return tuple(found)


def read(base: Path, folders: "tuple[str, ...]") -> Contents:
    """Return the content of all files in the folders of `base`, at one moment. Raises OSError if it cannot be listed.

    Hidden files are left alone. A file that is none, that leads out of `base`, that others may write, that is too
    large or that changes while it is read is a problem; so is a folder that is not among `folders`.
    """
    for _ in range(_TRIES):
        before = signature(base, folders)
        contents = _read(base, folders)
        if signature(base, folders) == before:
            return contents
        time.sleep(_PAUSE_S)
    return Contents(problems=[Problem("folder", "its files change while they are read")])


def _read(base: Path, folders: "tuple[str, ...]") -> Contents:
    contents = Contents()
    inside = base.resolve()
    for place in (base, *(base / folder for folder in folders)):
        if os.name == "posix" and place.is_dir() and place.stat().st_mode & stat.S_IWOTH:
            shown = place.name if place != base else "folder"
            contents.problems.append(Problem(shown, "everybody may write it (chmod o-w)"))
    total = 0
    for path in _paths(base, folders):
        folder = path.parent.name if path.parent != base else ""
        shown = f"{folder}/{path.name}" if folder else path.name
        if not folder:
            told = ", ".join(folders)
            contents.problems.append(Problem(shown, f"is none of the folders that are read ({told})"))
            continue
        limit = MAX_LISTS * len(LISTS[ALWAYS]) if folder in LISTS else MAX_RULES
        if len(contents.files.get(folder, ())) >= limit:
            contents.problems.append(Problem(folder, f"more than {limit} files"))
            break
        try:
            raw = _content(path, inside, MAX_LIST if folder in LISTS else MAX_SIZE)
            total += len(raw)
            if total > MAX_TOTAL:
                raise _Unusable(f"the folder holds more than {MAX_TOTAL // 1024**2} MB")
            contents.files.setdefault(folder, []).append((path.name, raw))
        except _Unusable as error:
            contents.problems.append(Problem(shown, f"file: {error}"))
        except (OSError, RuntimeError):  # RuntimeError: a link that leads to itself
            contents.problems.append(Problem(shown, "file: cannot be read"))
    return contents


def _paths(base: Path, folders: "tuple[str, ...]") -> Iterator[Path]:
    """Yield what stands in the folders, sorted, and what stands beside them; at most a few more than can be taken."""
    for entry in sorted(base.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.name not in folders or not entry.is_dir():
            yield entry
            continue
        inside = []
        with os.scandir(entry) as listed:
            for one in listed:
                if not one.name.startswith("."):
                    inside.append(one.name)
                if len(inside) > MAX_RULES:
                    break
        yield from (entry / name for name in sorted(inside))


def _content(path: Path, inside: Path, most: int) -> bytes:
    resolved = path.resolve(strict=True)
    if not resolved.is_relative_to(inside):
        raise _Unusable("leads out of the folder")
    # what is no plain file (a pipe) must not hold the reader up
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(resolved, flags)
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise _Unusable("is no plain file")
        if before.st_size > most:
            raise _Unusable(f"more than {most // 1024} kB")
        if os.name == "posix":
            _private(before, key=path.suffix == KEY)
        raw = _all(descriptor, most)
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(raw) != after.st_size:
        raise _Unusable("changes while it is read")
    return raw


def _private(seen: os.stat_result, *, key: bool) -> None:
    if key and seen.st_mode & 0o077:
        raise _Unusable("a key must be for its owner alone (chmod 600)")
    if seen.st_mode & stat.S_IWOTH:
        raise _Unusable("everybody may write it (chmod o-w)")


def _all(descriptor: int, most: int) -> bytes:
    pieces = []
    size = 0
    while size <= most and (piece := os.read(descriptor, _CHUNK)):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)
