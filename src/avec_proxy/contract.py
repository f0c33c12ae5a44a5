"""The shape that others script against: what `check --json` and `check --jsonl` print.

`check --schema` prints the JSON Schema of `CheckResult`. Offsets count characters (Unicode code points) of the
input, end exclusive.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from avec_proxy.model import Action, Level

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


class KeptOut(_Frozen):
    """A span that a never-hide list of the hospital names, and that stays as it is."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    rule: str = Field(description="never_hide.NAME, as `rules explain` takes it.")


class WarningOut(_Frozen):
    """A gentle hint: a stable code and a French sentence."""

    code: str
    message: str


class AttributeOut(_Frozen):
    """Something that a told case says of a person beside names: how much it narrows, and where it stands."""

    kind: str = Field(description="For example sex, age, place, disease, profession, role, event.")
    bits: float = Field(ge=0, description="-log2 of the share of people who have it, a rough estimate.")
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class CoarsenOut(_Frozen):
    """What to make more general first: the most telling attribute, its French noun, and how."""

    kind: str
    noun: str
    advice: str


class ProposalOut(_Frozen):
    """More general words for a span of the input, for the user to choose (`check --generalise`)."""

    kind: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    wording: str = Field(description="What the placeholder would say instead, in French.")


class LeavingOut(_Frozen):
    """The same estimate for the text as it would leave, once hints are gone and ages are bands."""

    k_estimate: int = Field(ge=0)
    level: Level


class RiskOut(_Frozen):
    """Indirect identification, estimated and not measured: identifiers hidden, every hint in place."""

    k_estimate: int = Field(ge=0, description="How many people in France may share the attributes.")
    level: Level = Field(description="red: at most 11 people or one attribute that is enough; orange: at most 100.")
    attributes: tuple[AttributeOut, ...] = Field(description="The most telling one of each kind, in reading order.")
    coarsen_first: CoarsenOut | None = Field(description="Null at the green level.")
    leaving: LeavingOut
    withheld: tuple[Literal["places", "ages"], ...] = Field(
        description="What was made more general unasked: hints of places and establishments, exact ages (bands)."
    )
    proposals: tuple[ProposalOut, ...] = Field(description="At the red level, in the order of the input.")
    proposals_used: bool = Field(description="Whether the user chose the proposed words.")


class HealthFactOut(_Frozen):
    """Words that say something of somebody's health or care; the first of their category."""

    category: str = Field(description="A protected category, or diagnostic, traitement, acte, resultat.")
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    relative: bool = Field(description="Whether it is said of a relative of the person in question.")


class HealthOut(_Frozen):
    """What the text says that medical secrecy covers. General knowledge has categories and nothing more."""

    categories: tuple[str, ...] = Field(description="Protected beyond medical secrecy, for example vih or psychiatrie.")
    tied_to_person: bool = Field(description="Whether the text holds a health fact and something that identifies.")
    narrative: bool = Field(description="Whether somebody's case is told, with or without a name.")
    severity: Level = Field(description="green: nobody's health; orange: somebody's; red: of a protected category.")
    facts: tuple[HealthFactOut, ...] = Field(description="The first of each category, in reading order.")


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
    risk: RiskOut | None = Field(description="Of a told individual case; null if the text could not be read.")
    health: HealthOut | None = Field(description="Medical secrecy; null if the text could not be read.")
    blocked: bool = Field(description="Whether nothing may leave.")
    reason: str = Field(description='Why, in French, if blocked; else "".')
    tokens: Tokens
    ms: float = Field(ge=0, description="Milliseconds that checking took, without loading.")
    kept: tuple[KeptOut, ...] = Field(description="What a never-hide list names and nothing hides.")


class TextOut(_Frozen):
    """Where one text of a file stands among all of them, and what it is."""

    label: str = Field(description="For example auteur, titre, lien, nom du fichier; empty for the body.")
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class FileResult(CheckResult):
    """A file, checked: its texts and its name, one after the other with an empty line between them, are the input."""

    kind: str = Field(description='What the file is by its content, for example docx; "" if it could not be read.')
    name: str = Field(description="Its name as it would leave; empty if blocked.")
    texts: tuple[TextOut, ...]


class LineError(_Frozen):
    """A line of `--jsonl` that could not be checked; the rest goes on."""

    id: Id
    error: str
