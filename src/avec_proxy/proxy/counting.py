"""One exchange as numbers, for the local log of usage: gathered as it goes, told once at its end."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from avec_proxy.model import Cleared
from avec_proxy.proxy.replies import Restorer
from avec_proxy.usage import NONE, Outcome, UsageEvent, estimated_tokens

Record = Callable[[UsageEvent], None]


@dataclass(eq=False, slots=True)
class Meter:
    """The clock and the scales of one exchange. Times are monotonic seconds, sizes bytes."""

    at: float = field(default_factory=time.time)
    started: float = field(default_factory=time.monotonic)
    scanned: float | None = None
    first_byte: float | None = None
    bytes_in: int = 0
    bytes_out: int = 0
    restorer: Restorer | None = None

    def event(
        self, endpoint: str, system: str, cleared: Cleared | None, outcome: Outcome, refusal: str | None
    ) -> UsageEvent:
        """Return the exchange as it is written down."""
        now = time.monotonic()
        usage = None if self.restorer is None else self.restorer.usage
        counted: tuple[int | None, int | None] = (None, None) if usage is None else (usage.tokens_in, usage.tokens_out)
        estimated = cleared is not None and counted[0] is None
        if estimated and cleared is not None:
            counted = (estimated_tokens(cleared.characters), counted[1])
        shown = self.bytes_out if self.restorer is None else self.restorer.shown
        return UsageEvent.counted(
            time=self.at,
            outcome=outcome,
            endpoint=endpoint,
            system=system,
            model="none" if cleared is None else cleared.model,
            hidden={} if cleared is None else cleared.hidden,
            politeness=0 if cleared is None else cleared.politeness,
            warnings=() if cleared is None else cleared.warnings,
            tokens=counted,
            tokens_estimated=estimated,
            sizes=(self.bytes_in, shown),
            seconds=(
                None if self.scanned is None else self.scanned - self.started,
                None if self.first_byte is None or self.scanned is None else self.first_byte - self.scanned,
                now - self.started,
            ),
            refusal=refusal,
            ner=ner_version(),
        )


@cache
def ner_version() -> str:
    """Return the version that the name model's meta.json tells, "none" if it tells none."""
    try:
        meta = json.loads((files("avec_proxy") / "data" / "model" / "meta.json").read_bytes())
        return str(meta.get("version", NONE))
    except (OSError, ValueError, AttributeError):
        return NONE
