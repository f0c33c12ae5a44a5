"""What a verification found: counts and kinds, never a value, not even an invented one."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """`LEAK`: something identifying left. `FAULT`: another promise is broken. `UNVERIFIED`: it could not be told."""

    CLEAN = "clean"
    LEAK = "leak"
    FAULT = "fault"
    UNVERIFIED = "unverified"


EXIT = {Verdict.CLEAN: 0, Verdict.LEAK: 1, Verdict.FAULT: 1, Verdict.UNVERIFIED: 2}


@dataclass(frozen=True, slots=True)
class Result:
    """One check. `where`: a format and whether it was streamed, a host, or ""; `kinds` of values, sorted."""

    check: str
    verdict: Verdict
    where: str = ""
    kinds: tuple[str, ...] = ()
    said: str = ""

    def line(self) -> str:
        """Return the check in one line."""
        told = ", ".join(self.kinds)
        parts = [f"{_WORD[self.verdict]:<10} {self.check:<14}", self.where, f"({told})" if told else "", self.said]
        return " ".join(part for part in parts if part).rstrip()


_WORD = {Verdict.CLEAN: "clean", Verdict.LEAK: "LEAK", Verdict.FAULT: "FAULT", Verdict.UNVERIFIED: "unverified"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The whole verification of `target` («gateway» or «run»), seen through `seen`; `seconds` that it took."""

    target: str
    seen: str
    results: Sequence[Result]
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """The worst of all: a leak, then a fault, then what could not be told."""
        found = {result.verdict for result in self.results}
        return next((v for v in (Verdict.LEAK, Verdict.FAULT, Verdict.UNVERIFIED) if v in found), Verdict.CLEAN)

    @property
    def exit_code(self) -> int:
        """0 clean, 1 leak or fault, 2 could not verify."""
        return EXIT[self.verdict]

    def summary(self) -> str:
        """Return one line for a monitoring screen."""
        bad = [r for r in self.results if r.verdict is not Verdict.CLEAN]
        names = ", ".join(dict.fromkeys(r.check for r in bad))
        told = f": {names}" if names else f": {len(self.results)} checks"
        word = "LEAK" if self.verdict is Verdict.LEAK else self.verdict.value
        return f"{word}{told} ({self.target}, {self.seconds:.1f} s)"

    def as_json(self) -> dict[str, Any]:
        """Return it as an object for JSON."""
        return {
            "verdict": self.verdict.value,
            "exit": self.exit_code,
            "target": self.target,
            "seen": self.seen,
            "seconds": round(self.seconds, 2),
            "checks": [
                {"check": r.check, "verdict": r.verdict.value, "where": r.where, "kinds": list(r.kinds), "said": r.said}
                for r in self.results
            ],
        }
