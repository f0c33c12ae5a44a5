"""What one text says by itself, before the other texts of its request are known."""

from dataclasses import dataclass
from functools import cached_property

from avec_proxy.detect.cover import Cover
from avec_proxy.model import Finding


@dataclass(frozen=True)
class Look:
    """Offsets and types alone, in the text as it is scanned (its label before it).

    `certain` are protected spans in which a name that recurs is none. `shadows` are the looks at what runs of the text
    say when decoded, in their order.
    """

    findings: tuple[Finding, ...]
    certain: tuple[tuple[int, int], ...] = ()
    shadows: tuple["Look", ...] = ()

    @cached_property
    def size(self) -> int:
        """How much it holds, in findings."""
        return 1 + len(self.findings) + len(self.certain) + sum(s.size for s in self.shadows)

    def quotes(self, finding: Finding) -> bool:
        """Return whether a name that came back is a term there, whoever bears it in the rest of the request."""
        return self._cover.holds(finding.start, finding.end)

    @cached_property
    def _cover(self) -> Cover:
        return Cover(self.certain)
