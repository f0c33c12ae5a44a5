"""What is written down of one request: numbers, and words of closed lists. No part of it can hold a text.

HAS, guide A.V.E.C., asks that use be followed (3.2, 3.3: number of uses and of contents produced, costs, evolution
of the system's performance; 2.4: what was hidden). Every word is checked against its list when an event is made:
an event that could carry a word of a prompt does not exist.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, Self

from pydantic import ConfigDict

from avec_proxy import __version__, model_names
from avec_proxy.refusals import WORDS
from avec_proxy.rulebook import Rule, load_folder

NONE, OTHER = "none", "other"
OTHER_ENTITY = "OTHER"
TYPED_ENTITY = "PLACEHOLDER"  # a placeholder that the user typed is hidden like any other value
CHARACTERS_PER_TOKEN = 4  # English and French prose, roughly; what is computed with it is marked as estimated

MAX_TIME = 2**33  # seconds; the year 2242
MAX_COUNT = 10_000_000
MAX_TOKENS = 1_000_000_000
MAX_BYTES = 10_000_000_000
MAX_MS = 86_400_000  # a day
_VERSION = re.compile(r"\d{1,4}(?:\.\d{1,4}){0,3}(?:(?:a|b|rc|\.dev|\.post)\d{1,4})?")

# Services that have no endpoint file (yet): local servers, and hosts that `run` knows but refuses or tunnels.
_SERVICES = frozenset(
    "albert aleph_alpha anthropic azure_openai bedrock chatgpt claude cohere copilot deepseek dust gemini "
    "github_copilot google grok groq huggingface kimi le_chat lighton local meta_ai mistral notebooklm ollama openai "
    "openrouter ovh perplexity poe qwen scaleway vertex xai".split()
)


class Outcome(StrEnum):
    """What became of a request: sent and answered, refused by the proxy, or sent and not answered."""

    SENT = "sent"
    REFUSED = "refused"
    FAILED = "failed"


class _Endpoint(Rule):
    model_config = ConfigDict(extra="ignore")
    vendor: str


class _Policy(Rule):
    model_config = ConfigDict(extra="ignore")
    entities: dict[str, Any]


class _Advice(Rule):
    model_config = ConfigDict(extra="ignore")
    code: str


@cache
def endpoints() -> frozenset[str]:
    """Return the words for an endpoint: the rule ids, and "none" for an address that is nobody's."""
    return frozenset(rule.id for rule in load_folder("endpoints", _Endpoint)) | {NONE}


@cache
def systems() -> frozenset[str]:
    """Return the words for a system: the vendors of the endpoints, other known services, and "other"."""
    return frozenset(rule.vendor for rule in load_folder("endpoints", _Endpoint)) | _SERVICES | {OTHER}


@cache
def entity_types() -> frozenset[str]:
    """Return the entity types that are counted by name: those of the policy; the rest counts as "OTHER"."""
    listed = (rule.entities for rule in load_folder("policy", _Policy))
    return frozenset(name for entities in listed for name in entities) | {TYPED_ENTITY, OTHER_ENTITY}


# `model.Risk.code`: this module knows nothing that can hold a text
_FEW_PEOPLE = frozenset(("indirect.orange", "indirect.red"))


@cache
def advice_codes() -> frozenset[str]:
    """Return the codes of the warnings, the coach's, those about told cases and about few people, and "other"."""
    folders = ("context", "secrecy")
    listed = frozenset(rule.code for folder in folders for rule in load_folder(folder, _Advice))
    return listed | _FEW_PEOPLE | {OTHER}


def estimated_tokens(characters: int) -> int:
    """Return about how many tokens so many characters of prose are, rounded up."""
    return -(-characters // CHARACTERS_PER_TOKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageEvent:
    """One request, counted.

    `time` is in seconds since 1970, UTC. `hidden` counts by entity type, `warnings` by code. `bytes_in` is what the
    client sent, `bytes_out` what it got back; `tokens_in` and `tokens_out` likewise, None where nobody knows them.
    Milliseconds: `scan_ms` for the check, `first_byte_ms` from its end to the first byte from upstream, `total_ms`
    from the first byte of the request to the last of the reply; None for a stage that was not reached.
    `refusal` is a code of `refusals.WORDS`. `ner` is the version of the name model.

    Raises ValueError, naming the field and never its content, for whatever is not a number in its bounds or a word
    of its list.
    """

    time: int
    outcome: Outcome
    endpoint: str = NONE
    system: str = OTHER
    model: str = NONE
    hidden: Mapping[str, int] = field(default_factory=dict)
    politeness: int = 0
    warnings: Mapping[str, int] = field(default_factory=dict)
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_estimated: bool = False
    bytes_in: int = 0
    bytes_out: int = 0
    scan_ms: int | None = None
    first_byte_ms: int | None = None
    total_ms: int | None = None
    refusal: str | None = None
    product: str = __version__
    ner: str = NONE

    def __post_init__(self) -> None:
        _number("time", self.time, MAX_TIME)
        _number("politeness", self.politeness, MAX_COUNT)
        for name, most in _OPTIONAL.items():
            if getattr(self, name) is not None:
                _number(name, getattr(self, name), most)
        for name in ("bytes_in", "bytes_out"):
            _number(name, getattr(self, name), MAX_BYTES)
        _need("outcome", type(self.outcome) is Outcome)
        _need("tokens_estimated", type(self.tokens_estimated) is bool)
        _word("endpoint", self.endpoint, endpoints())
        _word("system", self.system, systems())
        _need("model", type(self.model) is str and self.model in (NONE, OTHER, model_names.plain(self.model)))
        _need("refusal", self.refusal is None or (type(self.refusal) is str and self.refusal in WORDS))
        _need("refusal", (self.outcome is Outcome.REFUSED) <= (self.refusal is not None))
        _need("refusal", (self.outcome is Outcome.SENT) <= (self.refusal is None))
        for name in ("product", "ner"):
            value = getattr(self, name)
            _need(name, type(value) is str and (value == NONE or bool(_VERSION.fullmatch(value))))
        object.__setattr__(self, "hidden", _counts("hidden", self.hidden, entity_types()))
        object.__setattr__(self, "warnings", _counts("warnings", self.warnings, advice_codes()))

    @classmethod
    def counted(
        cls,
        *,
        time: float,
        outcome: Outcome,
        endpoint: str = NONE,
        system: str = OTHER,
        model: str = NONE,
        hidden: Mapping[str, int] | None = None,
        politeness: int = 0,
        warnings: Iterable[str] = (),
        tokens: tuple[int | None, int | None] = (None, None),
        tokens_estimated: bool = False,
        sizes: tuple[int, int] = (0, 0),
        seconds: tuple[float | None, float | None, float | None] = (None, None, None),
        refusal: str | None = None,
        ner: str = NONE,
    ) -> Self:
        """Return the event of a request as the proxy knows it: a word of no list becomes "other", seconds become
        milliseconds, numbers are brought into their bounds.

        Pairs are (in, out); `seconds` are (check, first byte, total).
        """
        kinds: Counter[str] = Counter()
        for name, count in (hidden or {}).items():
            kinds[name if name in entity_types() else OTHER_ENTITY] += count
        codes = Counter(code if code in advice_codes() else OTHER for code in warnings)
        scan, first, total = (None if s is None else round(_bounded(s, MAX_MS / 1000) * 1000) for s in seconds)
        if outcome is Outcome.SENT:
            refusal = None
        elif refusal not in WORDS:
            refusal = "scan_failed" if outcome is Outcome.REFUSED else None
        return cls(
            time=int(_bounded(time, MAX_TIME)),
            outcome=outcome,
            endpoint=endpoint if endpoint in endpoints() else NONE,
            system=system if system in systems() else OTHER,
            model=model if model == NONE else model_names.plain(model),
            hidden={name: _within(count, MAX_COUNT) for name, count in kinds.items() if count > 0},
            politeness=_within(politeness, MAX_COUNT),
            warnings={code: _within(count, MAX_COUNT) for code, count in codes.items()},
            tokens_in=None if tokens[0] is None else _within(tokens[0], MAX_TOKENS),
            tokens_out=None if tokens[1] is None else _within(tokens[1], MAX_TOKENS),
            tokens_estimated=tokens_estimated,
            bytes_in=_within(sizes[0], MAX_BYTES),
            bytes_out=_within(sizes[1], MAX_BYTES),
            scan_ms=scan,
            first_byte_ms=first,
            total_ms=total,
            refusal=refusal,
            ner=ner if _VERSION.fullmatch(ner) else NONE,
        )


_OPTIONAL = {
    "tokens_in": MAX_TOKENS,
    "tokens_out": MAX_TOKENS,
    "scan_ms": MAX_MS,
    "first_byte_ms": MAX_MS,
    "total_ms": MAX_MS,
}


def _need(name: str, held: bool) -> None:
    if not held:
        raise ValueError(f"cannot be counted: {name}")


def _number(name: str, value: object, most: int) -> None:
    _need(name, type(value) is int and 0 <= value <= most)


def _word(name: str, value: object, words: frozenset[str]) -> None:
    _need(name, type(value) is str and value in words)


def _counts(name: str, counts: object, words: frozenset[str]) -> Mapping[str, int]:
    if not isinstance(counts, Mapping):
        raise ValueError(f"cannot be counted: {name}")
    copy = dict(counts)  # checked and kept: what the caller does to its own later changes nothing
    for word, count in copy.items():
        _word(name, word, words)
        _need(name, type(count) is int and 0 < count <= MAX_COUNT)
    return MappingProxyType(copy)


def _within(value: int, most: int) -> int:
    return min(max(value, 0), most)


def _bounded(value: float, most: float) -> float:
    return min(max(0.0, value), most)  # in this order what is no number becomes 0
