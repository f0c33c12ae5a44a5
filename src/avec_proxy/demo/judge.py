"""Judges a played turn by what the stand-in recorded and by what the user saw; trusts nothing that the product says."""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote_plus

from avec_proxy.demo.scenes import Scene
from avec_proxy.demo.standin import BULLET, Received, sentences
from avec_proxy.mapping import PLACEHOLDER

NOT_ONCE = "la demande n'est pas arrivée une fois et une seule"
LEFT = "un identifiant est parti"
DAMAGED = "un terme clinique a été abîmé"
NOT_RESTORED = "une marque n'a pas été rétablie"
NOT_EXACT = "une réponse n'a pas été rétablie exactement"


def faults(scene: Scene, typed: str, received: Sequence[Received], left: str, came: str, seen: str) -> list[str]:
    """Return what went wrong in a turn, in French; empty if every promise was kept.

    `left` is the last user message among `received`, `came` what the stand-in answered, `seen` what the SDK gave.
    """
    found = [] if len(received) == 1 else [NOT_ONCE]
    if any(_leaks(identifier, request) for identifier in scene.identifiers for request in received):
        found.append(LEFT)
    if any(term in typed and term not in left for term in scene.kept):
        found.append(DAMAGED)
    if PLACEHOLDER.search(seen):
        found.append(NOT_RESTORED)
    if not _exact(typed, came, seen):
        found.append(NOT_EXACT)
    return found


def _exact(typed: str, came: str, seen: str) -> bool:
    """Whether `seen` is `came` with each placeholder replaced by what was typed.

    The stand-in quotes whole sentences of what left: each line must be a whole sentence of what was typed, and
    agree with the line that came wherever that line holds no placeholder.
    """
    came_lines, seen_lines = came.split("\n"), seen.split("\n")
    if len(came_lines) != len(seen_lines) or came_lines[0] != seen_lines[0]:
        return False
    whole = set(sentences(typed))
    return all(
        line.removeprefix(BULLET) in whole and _restores(source, line)
        for source, line in zip(came_lines[1:], seen_lines[1:], strict=True)
    )


def _restores(source: str, line: str) -> bool:
    fixed, at = [], 0
    for match in PLACEHOLDER.finditer(source):
        fixed.append(source[at : match.start()])
        at = match.end()
    fixed.append(source[at:])
    return re.fullmatch("(.+?)".join(map(re.escape, fixed)), line) is not None


def _leaks(identifier: str, request: Received) -> bool:
    texts = [request.body.decode("utf-8", "replace"), *_strings(request.body)]
    # «92» may stand in a header by chance; a name or a long number may not
    if sum(map(str.isdigit, identifier)) >= 6 or not identifier.isdigit():
        texts += [unquote_plus(request.line), unquote_plus(request.headers)]
    wanted = _fold(identifier)
    return any(re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", _fold(text)) for text in texts)


def _fold(text: str) -> str:
    """Compare without case, accents, and spaces inside numbers."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.sub(r"(?<=\d)\s(?=\d)", "", plain)


def _strings(body: bytes) -> Iterator[str]:
    """Yield every string of a JSON body, keys too, with escapes resolved."""
    try:
        todo: list[Any] = [json.loads(body)]
    except ValueError:
        return
    while todo:
        value = todo.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            todo += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            todo += value
