"""What one text says by itself, before the other texts of its request are known."""

from dataclasses import dataclass
from functools import cached_property

from avec_proxy.detect.cover import Cover
from avec_proxy.model import Finding


@dataclass(frozen=True)
class Look:
    """Offsets and types alone, in the text as it is scanned (its label before it).

    `certain` are protected spans in which a name that recurs is none, `plausible` the spans of which the name model does
    not deny that they identify somebody. `shadows` are the looks at what runs of the text
    say when decoded, in their order.
    """

    findings: tuple[Finding, ...]
    certain: tuple[tuple[int, int], ...] = ()
    plausible: tuple[tuple[int, int], ...] = ()
    shadows: tuple["Look", ...] = ()

    @cached_property
    def size(self) -> int:
        """How much it holds, in findings."""
        return 1 + len(self.findings) + len(self.certain) + len(self.plausible) + sum(s.size for s in self.shadows)

    def quotes(self, finding: Finding) -> bool:
        """Return whether a name that came back is a term there, whoever bears it in the rest of the request."""
        return self._certain.holds(finding.start, finding.end)

    def doubts(self, start: int, end: int) -> bool:
        """Return whether the name model denies that `start` to `end` identifies somebody."""
        return not self._plausible.touches(start, end)

    @cached_property
    def _certain(self) -> Cover:
        return Cover(self.certain)

    @cached_property
    def _plausible(self) -> Cover:
        return Cover(self.plausible)
