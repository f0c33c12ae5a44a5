"""The shape that others script against: what `check --json` and `check --jsonl` print.

`check --schema` prints its JSON Schema. Offsets count characters of the input, end exclusive.
"""

from pydantic import BaseModel, ConfigDict

from avec_proxy.model import Action


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FindingOut(_Frozen):
    """A span of the input, what it is taken for, and what becomes of it; `placeholder` is "" unless hidden."""

    start: int
    end: int
    entity_type: str
    rule: str
    score: float
    placeholder: str
    action: Action


class PolitenessOut(_Frozen):
    """A politeness formula that disappears."""

    start: int
    end: int
    rule: str


class WarningOut(_Frozen):
    """A gentle hint: a stable code and a French sentence."""

    code: str
    message: str


class Tokens(_Frozen):
    """Estimated tokens (characters / 4) of the input and of what would leave."""

    before: int
    after: int


class CheckResult(_Frozen):
    """One prompt, checked. `sanitized` is empty when `blocked`; `reason` is the French sentence then, else ""."""

    id: str | None
    sanitized: str
    findings: tuple[FindingOut, ...]
    politeness: tuple[PolitenessOut, ...]
    warnings: tuple[WarningOut, ...]
    blocked: bool
    reason: str
    tokens: Tokens
    ms: float


class LineError(_Frozen):
    """A line of `--jsonl` that could not be read; the rest goes on."""

    id: str | None
    error: str
