"""The shape that others script against: what `check --json` and `check --jsonl` print.

`check --schema` prints the JSON Schema of `CheckResult`. Offsets count characters (Unicode code points) of the
input, end exclusive.
"""

from pydantic import BaseModel, ConfigDict, Field

from avec_proxy.model import Action

Id = str | int | None


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FindingOut(_Frozen):
    """A span of the input, what it is taken for, and what becomes of it."""

    start: int = Field(ge=0, description="First character of the span in the input.")
    end: int = Field(ge=0, description="First character after the span.")
    entity_type: str = Field(description="What the span is taken for, for example PERSON or FR_NIR.")
    rule: str = Field(description="Id of the rule or detector that found it.")
    score: float = Field(ge=0, le=1, description="How sure the detector is.")
    placeholder: str = Field(description='What stands in its place; "" if the action is refuse.')
    action: Action


class PolitenessOut(_Frozen):
    """A politeness formula addressed to the machine, which disappears."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    rule: str


class WarningOut(_Frozen):
    """A gentle hint: a stable code and a French sentence."""

    code: str
    message: str


class Tokens(_Frozen):
    """Estimated tokens (characters / 4) of the input and of what would leave."""

    before: int = Field(ge=0)
    after: int = Field(ge=0)


class CheckResult(_Frozen):
    """One prompt, checked."""

    id: Id = Field(description="The id of the line with --jsonl, as it was given; else null.")
    sanitized: str = Field(description="What would leave; empty if blocked.")
    findings: tuple[FindingOut, ...] = Field(description="In the order of the input; they do not overlap.")
    politeness: tuple[PolitenessOut, ...]
    warnings: tuple[WarningOut, ...]
    blocked: bool = Field(description="Whether nothing may leave.")
    reason: str = Field(description='Why, in French, if blocked; else "".')
    tokens: Tokens
    ms: float = Field(ge=0, description="Milliseconds that checking took, without loading.")


class LineError(_Frozen):
    """A line of `--jsonl` that could not be checked; the rest goes on."""

    id: Id
    error: str
