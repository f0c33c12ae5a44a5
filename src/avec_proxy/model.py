"""The frozen values that travel from stage to stage.

Everything here is plain data: no I/O, no third-party type but pydantic in `contract.py`. All offsets count
characters (code points) of the text they refer to, end exclusive, unless a name says bytes.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from typing import Protocol

JSON = "application/json"


class Role(StrEnum):
    """Who speaks in a segment; `OTHER` is everything outside the conversation (tools, metadata, path, query)."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    OTHER = "other"


class Action(StrEnum):
    """What policy decides for a finding."""

    HIDE = "hide"
    KEEP = "keep"
    REFUSE = "refuse"


class Codec(Protocol):
    """One layer of encoding between a container's characters and the text that is scanned.

    A codec is total on the raw text that it was built for: it never raises after its segment exists.
    """

    def decode(self, raw: str) -> str:
        """Return the text behind `raw`."""
        ...

    def locate(self, raw: str, positions: list[int]) -> list[int]:
        """Return, for ascending positions in `decode(raw)`, the positions in `raw` where they start."""
        ...

    def encode(self, text: str) -> str:
        """Return `text` written so that `decode` gives it back, fit to stand inside the raw text."""
        ...


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text that may leave: `text` is scanned, and edits to it are written back through `codecs`.

    `start`/`end` are byte offsets in the container (a body, a request target); the container's bytes between
    them, read as UTF-8, are the outermost raw text; `codecs` lead from it to `text`, outermost first.
    `turn` numbers the messages of the conversation from 0; parts outside it carry -1.
    `strict`: a placeholder cannot stand here (a tool's name, a path), so a finding refuses the request.
    `entity`: all of the text is an identifier of this type, whatever it says (a file's name); "" for every other.
    """

    text: str
    start: int
    end: int
    codecs: tuple[Codec, ...] = ()
    role: Role = Role.OTHER
    turn: int = -1
    strict: bool = False
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A span that a detector takes for an identifier; `rule` is the id of the rule or detector, score 0–1.

    `wording`: more general words that its placeholder may say, where the detector knows them.
    """

    start: int
    end: int
    entity_type: str
    rule: str
    score: float
    wording: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A finding and what becomes of it; `placeholder` is empty unless the action is `HIDE`."""

    finding: Finding
    action: Action
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """A politeness formula to remove: `replacement` is "" or the rewritten words (rewrite mode, a capital)."""

    start: int
    end: int
    rule: str
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `text[start:end]` of one segment by `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """What a text tells of a person beside names: `bits` is -log2 of the share of people who have it, estimated.

    `override`: alone enough to recognise somebody (a public role, an event of which the press spoke).
    """

    kind: str
    bits: float
    start: int
    end: int
    override: bool = False


class Level(StrEnum):
    """How far a told case singles somebody out: at most 11 people, at most 100, more."""

    GREEN = "green"
    ORANGE = "orange"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Risk:
    """Indirect identification, estimated and not measured: how many people share the attributes, one of each kind."""

    k: int
    level: Level
    attributes: tuple[Attribute, ...] = ()

    @property
    def code(self) -> str:
        """The code of the warning that the level calls for, "" at the green one."""
        return "" if self.level is Level.GREEN else f"indirect.{self.level.value}"


class Reserve(IntEnum):
    """How much the hints of placeholders hold back: nothing, where one lives and is treated, the exact age too."""

    NOTHING = 0
    PLACES = 1
    AGES = 2


@dataclass(frozen=True, slots=True)
class Proposal:
    """More general words for a span of a text: what its placeholder would say, if the user chooses so."""

    kind: str
    start: int
    end: int
    wording: str


@dataclass(frozen=True, slots=True)
class Site:
    """Whose network a request leaves from: the provider knows the account, so that it counts in every told case.

    `population`: people whom it serves, 0 if unknown; `department`: a name of `quasi.populations`; `facility`: a type
    of establishment as a hint says it («EHPAD»). Empty: not told.
    """

    population: int = 0
    department: str = ""
    facility: str = ""


@dataclass(frozen=True, slots=True)
class HealthFact:
    """Words that say something of somebody's health or care; `category` is the id of the rule that knows them.

    `protected`: one of the categories that the law protects beyond medical secrecy; `relative`: said of a relative.
    """

    category: str
    start: int
    end: int
    protected: bool
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """What a request says that medical secrecy covers: protected categories, and whether they are somebody's.

    `severity` is green where nobody's health is told, orange where somebody's is, red where a protected category is
    in question. `facts` holds the first of each category, the general ones too.
    """

    categories: tuple[str, ...] = ()
    tied_to_person: bool = False
    narrative: bool = False
    severity: Level = Level.GREEN
    facts: tuple[HealthFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Warning_:  # noqa: N801 - `Warning` is a builtin
    """A gentle hint to the user: a stable code and a French sentence."""

    code: str
    message: str


class Refusal(Exception):  # noqa: N818 - it is an outcome, not an error
    """Nothing may leave. Carries a stable code only: never a word of the request.

    Codes and their French words stand in `refusals.py`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __reduce__(self) -> tuple[type["Refusal"], tuple[str]]:
        return (Refusal, (self.code,))


@dataclass(frozen=True, slots=True)
class Document:
    """A container of bytes and the segments found in it, in the container's order."""

    container: bytes
    segments: tuple[Segment, ...] = field(default=())


class Politeness(StrEnum):
    """What happens to politeness addressed to the machine: removed, kept, or removed with hedges rewritten."""

    ON = "on"
    OFF = "off"
    REWRITE = "rewrite"


class Switch(StrEnum):
    """A plain on or off, as the command line and the settings write it."""

    ON = "on"
    OFF = "off"


class Pdf(StrEnum):
    """What becomes of an attached PDF: its text leaves in its place, or the request is refused."""

    TEXT = "text"
    REFUSE = "refuse"


class Strictness(StrEnum):
    """How eager detection is and what policy refuses."""

    STANDARD = "standard"
    STRICT = "strict"


@dataclass(frozen=True, slots=True)
class Options:
    """What a user or an administrator chose for a request.

    `generalise`: whether the more general words that are proposed at the red level are used.
    """

    politeness: Politeness = Politeness.ON
    coach: Switch = Switch.ON
    strictness: Strictness = Strictness.STANDARD
    generalise: Switch = Switch.OFF
    site: Site = Site()
    pdf: Pdf = Pdf.TEXT


@dataclass(frozen=True, slots=True)
class Issue:
    """One call to the ledger: a surface in the way in which it was met; `kind` "" is a typed placeholder."""

    kind: str
    surface: str
    hint: str = ""
    sex: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a conversation told (`timeline`): J0 and how fine it is, the last one, whether they are counted.

    `told`: the dates that have a placeholder, each with its key and whether its year is told.
    """

    anchor: date | None = None
    grain: str = ""
    latest: date | None = None
    exact: bool = False
    told: tuple[tuple[str, date, bool], ...] = ()


_NO_DAYS = Days()


@dataclass(frozen=True, slots=True)
class Past:
    """What a conversation that the provider keeps has told so far, so that it goes on as if it were all in the request.

    `issued` are the calls to the ledger, in order: made again, they give the same placeholders. `found` are entity
    types and surfaces that may recur. `somebody` and `attributes` are what counts for indirect identification. No text
    but what was hidden.
    """

    issued: tuple[Issue, ...] = ()
    found: tuple[tuple[str, str], ...] = ()
    days: Days = _NO_DAYS
    somebody: bool = False
    attributes: tuple[Attribute, ...] = ()

    @property
    def size(self) -> int:
        """How much it holds, in surfaces."""
        return len(self.issued) + len(self.found) + len(self.attributes)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the proxy received it: `endpoint` is a rule id or stands for an address that is not listed
    (`wire.unlisted`), `target` the path and query as sent, `body` the decoded (uncompressed) bytes.

    `content_type` is the header's value; `format` the wire format that reads the body, "" for the endpoint's own.
    `past` is what the conversation that it leans on has told, None if it leans on none.
    """

    endpoint: str
    target: bytes
    body: bytes
    content_type: str = JSON
    format: str = ""
    past: Past | None = None


@dataclass(frozen=True, slots=True)
class Cleared:
    """A request that may leave, with what restoring its reply needs and counts that hold no text.

    `hidden` counts by entity type; `warnings` are codes; `model` is a plain model name (`model_names.plain`) or
    "none"; `characters` counts the text that leaves, for an estimate of tokens. `content_type` is the body's, written
    by us. `past` is what the conversation has told with this request.
    """

    target: bytes
    body: bytes
    values: dict[str, str]
    hidden: dict[str, int]
    politeness: int
    warnings: tuple[str, ...]
    model: str = "none"
    characters: int = 0
    content_type: str = JSON
    past: Past = field(default_factory=Past)
