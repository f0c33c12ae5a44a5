"""The lists of a folder of one's own."""

import secrets
from collections.abc import Iterator
from pathlib import Path

from avec_proxy import lists
from avec_proxy.lists import HASHED, KEY, TEXT, ListError
from avec_proxy.own.files import ALWAYS, LISTS, Contents
from avec_proxy.own.outcome import Problem
from avec_proxy.own_set import ListData


def lists_of(contents: Contents, problems: list[Problem]) -> Iterator[ListData]:
    """Yield the lists among the files; what is wrong with one goes to `problems`."""
    key_of_texts = secrets.token_bytes(lists.KEY_BYTES)  # of this set alone: words in clear stay out of the workers
    for folder, suffixes in LISTS.items():
        found = dict(contents.files.get(folder, ()))
        for name, raw in found.items():
            stem, suffix = Path(name).stem, Path(name).suffix
            try:
                if suffix not in suffixes:
                    raise ListError(f"a list is a file NAME{TEXT}" + (f" or NAME{HASHED}" if folder == ALWAYS else ""))
                if not lists.NAME.fullmatch(stem):
                    raise ListError("a list's name is lower-case letters, digits and underscores, 40 at most")
                if suffix == TEXT:
                    if stem + HASHED in found:
                        raise ListError(f"{stem}{HASHED} stands beside it: one name, one list")
                    yield lists.parse_text(stem, raw, key_of_texts, hide=folder == ALWAYS)
                elif suffix == HASHED:
                    yield lists.parse_hashed(stem, raw, _key(found, stem))
                else:
                    _key(found, stem)
            except ListError as error:
                problems.append(Problem(f"{folder}/{name}", f"file: {error}"))


def _key(found: dict[str, bytes], stem: str) -> bytes:
    raw = found.get(stem + KEY)
    if raw is None:
        raise ListError(f"its key {stem}{KEY} does not stand beside it")
    return lists.parse_key(raw)
