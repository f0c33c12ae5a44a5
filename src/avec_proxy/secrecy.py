"""Medical secrecy over a whole request: what all turns say of somebody's health, and the warning on the last."""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate

from avec_proxy.detect import health
from avec_proxy.detect.health import advice
from avec_proxy.memory import Memory
from avec_proxy.model import Finding, Health, Options, Role, Segment, Switch, Warning_

# what the model said itself counts for nothing
_TELLING = (Role.SYSTEM, Role.USER, Role.TOOL)
_JOIN = 2  # characters between two texts, in the places that facts tell


def say(
    segments: Sequence[Segment], findings: Sequence[Sequence[Finding]], options: Options
) -> tuple[Health, list[Warning_]]:
    """Return what the telling texts say together, and the warning that the user's last turn calls for.

    Places are those of the telling texts joined, two characters between them. An earlier turn had its own warning.
    """
    telling = [(s, f) for s, f in zip(segments, findings, strict=True) if s.role in _TELLING]
    readings = [_read(s.text) for s, _ in telling]
    shifts = list(accumulate((len(s.text) + _JOIN for s, _ in telling), initial=0))[:-1]
    tied = any(health.personal(s.text, f) for s, f in telling)
    together = health.together(readings, shifts, tied=tied)
    if options.coach is Switch.OFF:
        return together, []
    newest = max((s.turn for s, _ in telling if s.role is Role.USER), default=-1)
    turns = zip(telling, readings, strict=True)
    last = [own for (s, _), own in turns if s.role is Role.USER and s.turn == newest]
    return together, list(advice.warnings(health.together(last, [0] * len(last), tied=tied)))


@cache
def _memory() -> Memory[health.Reading]:
    return Memory()


def _read(text: str) -> health.Reading:
    """Return what a text says; a text that was read is not read again."""
    memory = _memory()
    key = memory.key("", text)
    known = memory.recall(key)
    if known is None:
        known = health.read(text)
        memory.keep(key, known)
    return known
