"""The two kinds of rule files of the coach, and how their patterns are read.

In a pattern an apostrophe stands for any apostrophe, a space for any run of one to three blanks, and `{machine}`
for what a user calls the machine. Upper and lower case are the same.
"""

import re
from functools import cached_property
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from avec_proxy.coach.words import MACHINE
from avec_proxy.rulebook import SHIPPED, CounterExample, Regexes, Rule
from avec_proxy.scan import Scan

OPEN, CLOSE = "‹", "›"
BLANK = "[ \\t\u00a0\u202f]"

Position = Literal["sentence_start", "sentence_end", "inside", "whole_sentence"]


_PIECES = re.compile(r"\\.|\[[^\]]*\]| [?*]?|'")


def expand(pattern: str) -> str:
    """Return a rule's pattern as a regular expression."""

    def piece(match: re.Match[str]) -> str:
        found = match[0]
        if found == "'":
            return "['’ʼ]"
        if found.startswith(" "):
            return BLANK + ("{0,3}" if len(found) == 2 else "{1,3}")
        return found

    return _PIECES.sub(piece, pattern).replace("{machine}", MACHINE)


def unmark(text: str) -> tuple[str, str]:
    """Return a marked example in full, and without what its marks ‹ › say disappears."""
    return re.sub(f"[{OPEN}{CLOSE}]", "", text), re.sub(f"{OPEN}[^{CLOSE}]*{CLOSE}", "", text)


class _CoachRule(Rule):
    why: str = Field(min_length=3)
    source: str = Field(min_length=3)

    @model_validator(mode="after")
    def _compiles(self, info: ValidationInfo) -> Self:
        if (info.context or {}).get(SHIPPED):
            return self
        for name in ("pattern", "cues", "unless"):
            for pattern in getattr(self, name, ()):
                try:
                    re.compile(expand(pattern))
                except re.error as error:
                    raise ValueError(f"{name} does not compile, at {error.pos}") from None
                except (OverflowError, RecursionError):
                    raise ValueError(f"{name} does not compile") from None
        return self


class Rewritten(BaseModel):
    """A request and the order that rewrite mode makes of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(min_length=1)
    result: str = Field(min_length=1)


class PolitenessExamples(BaseModel):
    """Texts whose marks ‹ › bound what disappears (blanks and commas included), texts rewritten, texts left alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    match: tuple[str, ...] = ()
    rewritten: tuple[Rewritten, ...] = ()
    no_match: tuple[CounterExample, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _marked(self) -> Self:
        if not self.match and not self.rewritten:
            raise ValueError("needs an example")
        for text in self.match:
            marks = re.findall(f"[{OPEN}{CLOSE}]", text)
            if not marks or marks != [OPEN, CLOSE] * (len(marks) // 2):
                raise ValueError("each example needs its marks ‹ ›, in pairs")
        return self


class PolitenessRule(_CoachRule):
    """A courtesy addressed to the machine.

    `position`: `sentence_start` at the head of the prompt, `sentence_end` at the end of the user's words even
    without a comma, `whole_sentence` at either, alone in its clause, `inside` between commas or after a hedge.
    `before`: what may follow at the head: a punctuation mark, also the first word of a request, or anything.
    `mode`: `rewrite` marks a hedge; a writing verb must follow, in the form that `verb` says, and becomes the order.
    """

    language: Literal["fr", "en"]
    position: tuple[Position, ...] = Field(min_length=1)
    before: Literal["punctuation", "request", "anything"] = "punctuation"
    mode: Literal["on", "rewrite"] = "on"
    verb: Literal["infinitive", "subjunctive"] = "infinitive"
    pattern: Regexes = Field(min_length=1)
    examples: PolitenessExamples

    @cached_property
    def regex(self) -> str:
        """The rule's patterns as one expression without groups that capture."""
        return "(?:" + "|".join(expand(pattern) for pattern in self.pattern) + ")"


class ContextExamples(BaseModel):
    """Prompts that get the warning, and prompts that do not, with the reason."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    warned: tuple[str, ...] = Field(min_length=1)
    silent: tuple[CounterExample, ...] = Field(min_length=2)


class ContextRule(_CoachRule):
    """One element that an explicit request states; its warning is given when no cue of it is found.

    `cues`: expressions searched in the user's own words, accents and all. `unless`: expressions that make the
    element needless here. `supplied`: how much text given to be worked on says the element by itself.
    """

    code: Literal["context.objective", "context.audience", "context.rules", "context.sources"]
    message: str = Field(min_length=10, max_length=160)
    cues: Regexes = Field(min_length=1)
    unless: Regexes = ()
    supplied: bool = False
    examples: ContextExamples

    @cached_property
    def cue(self) -> Scan:
        """The cues as one expression."""
        return Scan("|".join(f"(?:{expand(cue)})" for cue in self.cues), re.IGNORECASE | re.MULTILINE)

    @cached_property
    def exception(self) -> Scan | None:
        """The exceptions as one expression."""
        if not self.unless:
            return None
        return Scan("|".join(f"(?:{expand(text)})" for text in self.unless), re.IGNORECASE | re.MULTILINE)
