"""Rule files: where they stand, how they are read, and what is refused.

One YAML file is one rule and its name is the rule's id; every kind of rule has its folder. The loader refuses
what would be found out too late: an unknown key, a missing example, a pattern that does not compile. Its
errors name the file and the field, and never quote what stands there.
"""

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from avec_proxy import own_set
from avec_proxy.checks import CHECKSUMS

_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

OPEN, CLOSE = "⟦", "⟧"
MAX_SIZE = 128 * 1024  # bytes of a rule file; the longest that ships has 7 kB
MAX_DEPTH = 40  # an endpoint's example holds a body of JSON
_MAX_EXPANDED = 100_000  # characters of one expression once `define` is filled in
_SLUG = r"^[a-z][a-z0-9_]*$"

# between a label and its value: « : », « n° », « = », « du patient : », a table's bar, JSON's or XML's quotes and
# brackets, one new line
_SPACE = r"[ \t\u00a0\u202f]"
_OF = (
    rf"d(?:u|e{_SPACE}la|e{_SPACE}l['’]|e){_SPACE}?"
    r"(?:patiente?|malade|r[ée]sidente?|usag[eè]re?|assur[ée]e?|b[ée]n[ée]ficiaire|m[ée]decin|praticien(?:ne)?"
    r"|prescripteur|prescriptrice)\b"
)
_LINK = rf"n{_SPACE}?[°º]s?|n\.|nos?\b\.?|num[ée]ro|est(?:{_SPACE}le)?\b|\bid\b|{_OF}"
SEPARATOR = (
    rf"(?:{_SPACE}{{0,3}}(?:[:=|;#>(\"'«*_-]|[–—»]|(?i:{_LINK}))){{0,5}}{_SPACE}{{0,3}}(?:\r?\n{_SPACE}{{0,3}})?"
)


class _Loader(_SafeLoader):  # type: ignore[misc] # the C loader carries no types
    """The safe loader; it also refuses a key written twice, of which YAML would keep the last."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [key.value for key, _ in node.value if isinstance(key.value, str)]
        if len(set(keys)) < len(keys):
            raise yaml.constructor.ConstructorError(None, None, "a key stands twice")
        return super().construct_mapping(node, deep)


class RuleFileError(Exception):
    """A rule file cannot be used; says which file, which field and what is wrong, never the field's content."""

    def __init__(self, file: str, field: str, problem: str) -> None:
        super().__init__(f"{file}: {field}: {problem}")
        self.file = file
        self.field = field
        self.problem = problem


# errors of pydantic quote the input unless told not to
_CONFIG = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Rule(BaseModel):
    """What every rule has: an `id`, the name of its file, and a French `title`."""

    model_config = _CONFIG

    id: str = Field(pattern=_SLUG)
    title: str = Field(min_length=3)


def rules_dir() -> Path:
    """Return the folder of the shipped rules: inside the installed package, or at the root of a checkout."""
    packaged = Path(str(resources.files("avec_proxy"))) / "rules"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "rules"


def load_folder[M: Rule](kind: str, model: type[M], base: Path | None = None) -> tuple[M, ...]:
    """Return the rules of folder `kind` of `base` (default: the shipped rules), sorted by id.

    Raises `RuleFileError` for a folder that is not there and for the first file that cannot be used.
    """
    folder = (rules_dir() if base is None else base) / kind
    if not folder.is_dir():
        raise RuleFileError(kind, "folder", "not found")
    shipped = base is None
    return tuple(_read(path, model, shipped) for path in sorted(folder.iterdir()) if not path.name.startswith("."))


def rules_of[M: Rule](kind: str, model: type[M]) -> tuple[M, ...]:
    """Return the shipped rules of a folder without those that are off, then this process's own (`own_set`).

    Raises `RuleFileError`.
    """
    own = own_set.current()
    shipped = tuple(rule for rule in load_folder(kind, model) if (kind, rule.id) not in own.off)
    return (*shipped, *(parse_rule(name, raw, model) for name, raw in own.rules.get(kind, ())))


def _read[M: Rule](path: Path, model: type[M], shipped: bool) -> M:
    return _rule(path, model, shipped=True) if shipped else read_rule(path, model)


def read_rule[M: Rule](path: Path, model: type[M]) -> M:
    """Return the rule of one file that does not ship with the package. Raises `RuleFileError`.

    Refuses, beyond what is wrong in the rule: more than `MAX_SIZE` bytes, aliases (with which a few lines become
    gigabytes) and more than `MAX_DEPTH` levels.
    """
    return _rule(path, model, shipped=False)


def _rule[M: Rule](path: Path, model: type[M], *, shipped: bool) -> M:
    try:
        if path.suffix != ".yaml" or not path.is_file():
            raise RuleFileError(path.name, "file", "a rule is a file NAME.yaml")
        with path.open("rb") as file:
            raw = file.read(MAX_SIZE + 1)
    except OSError:
        raise RuleFileError(path.name, "file", "cannot be read") from None
    return parse_rule(path.name, raw, model, shipped=shipped)


def parse_rule[M: Rule](name: str, raw: bytes, model: type[M], *, shipped: bool = False) -> M:
    """Return the rule that a file `name` with the content `raw` holds. Raises `RuleFileError`, as `read_rule` does."""
    if not name.endswith(".yaml"):
        raise RuleFileError(name, "file", "a rule is a file NAME.yaml")
    if len(raw) > MAX_SIZE:
        raise RuleFileError(name, "file", f"more than {MAX_SIZE // 1024} kB")
    content = _content(name, raw, trusted=shipped)
    try:
        rule = model.model_validate(content, context={SHIPPED: shipped})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or first.get("ctx", {}).get("field", "file")
        raise RuleFileError(name, place, first["msg"]) from None
    if rule.id != name.removesuffix(".yaml"):
        raise RuleFileError(name, "id", "must be the file's name")
    return rule


def _content(name: str, raw: bytes, *, trusted: bool) -> Any:
    try:
        text = raw.decode("utf-8")
        if not trusted and (problem := _disguised(text)):
            raise RuleFileError(name, "file", problem)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, in C
    except (yaml.YAMLError, ValueError, RecursionError):  # ValueError: not UTF-8, or a date that does not exist
        raise RuleFileError(name, "file", "not YAML in UTF-8") from None
    except (LookupError, TypeError, AttributeError, OverflowError):  # PyYAML on `!!int ""`, `!!timestamp x`…
        raise RuleFileError(name, "file", "a value that is not of the type it claims") from None


def _disguised(text: str) -> str:
    """Return why a YAML text may become far more than it looks, or ""; only events are read, nothing is built."""
    depth = 0
    for event in yaml.parse(text, Loader=_SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            return "aliases (*name) are not taken"
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return f"more than {MAX_DEPTH} levels"
    return ""


# The shipped rules are compiled by the tests; a process compiles what it uses.
SHIPPED = "shipped"


def _wrong(field: str, problem: str) -> PydanticCustomError:
    """Return the error of a check that looks at several fields; `field` is the one to mend."""
    return PydanticCustomError("rule", problem, {"field": field})


Regex = Annotated[str, Field(min_length=1)]
# `pattern: x` is short for `pattern: [x]`
Regexes = Annotated[tuple[Regex, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


_PLACE = re.compile(r"\{\{\w+\}\}")


class CounterExample(BaseModel):
    """A text in which the rule stays silent, and the reason, in French."""

    model_config = _CONFIG

    text: str = Field(min_length=1)
    why: str = Field(min_length=3)


class Examples(BaseModel):
    """Texts whose marks ⟦ ⟧ bound exactly what the rule finds, and texts in which it finds nothing."""

    model_config = _CONFIG

    match: tuple[str, ...] = Field(min_length=1)
    no_match: tuple[CounterExample, ...] = Field(min_length=2)

    @field_validator("match")
    @classmethod
    def _marked(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            plain, spans = unmark(text)
            if not spans or OPEN in plain or CLOSE in plain:
                raise ValueError("each example needs its marks ⟦ ⟧, in pairs")
        return texts


def unmark(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return a marked text without its marks, and the spans that they bound in it."""
    plain, spans = "", []
    for piece in re.split(f"({OPEN}[^{OPEN}{CLOSE}]+{CLOSE})", text):
        inner = piece[1:-1] if piece.startswith(OPEN) and piece.endswith(CLOSE) and len(piece) > 2 else ""
        if inner:
            spans.append((len(plain), len(plain) + len(inner)))
        plain += inner or piece
    return plain, spans


class IdentifierRule(Rule):
    """How one kind of identifier is recognised.

    `pattern`: regular expressions (one or a list); the identifier is the group `id`, or the whole match.
    `labels` and `labelled_pattern`: a label, separators, and the value that the label makes certain.
    `checksum` gates what has no label; after a label it only lowers the score, unless `checksum_when: always`.
    `level`: 1 certain, 2 needs a word nearby, 3 strict mode only.
    `near`: for level 2, expressions of which one must stand within `near_distance` characters on either side.
    `unless`: expressions searched in the line around a match, written there as `before⟦match⟧after`.
    `define`: pieces of expressions of this file, used as `{{NAME}}`. `requires`: cheap tests before any pattern:
    one of these lower-case strings must be in the lower-cased text; `digit`: the text must hold a digit.
    `also`: other entity types that may fire in this rule's own match examples.
    """

    why: str = Field(min_length=3)
    source: str = Field(min_length=3)
    entity_type: str = Field(pattern=r"^[A-Z][A-Z0-9_]+$")
    placeholder: str = Field(pattern=r"^[A-Z]{2,24}$")
    noun: tuple[str, str]
    level: Literal[1, 2, 3]
    define: dict[str, str] = Field(default_factory=dict)
    pattern: Regexes = ()
    flags: str = Field(default="", pattern=r"^[imx]*$")
    checksum: str = ""
    checksum_when: Literal["unlabelled", "always"] = "unlabelled"
    labels: Regexes = ()
    labelled_pattern: str = ""
    near: Regexes = ()
    near_distance: int = Field(default=40, ge=1, le=200)
    unless: Regexes = ()
    requires: tuple[str, ...] = ()
    digit: bool = False
    score: float = Field(default=0.85, gt=0, le=1)
    also: tuple[str, ...] = ()
    examples: Examples

    @model_validator(mode="after")
    def _coherent(self, info: ValidationInfo) -> Self:
        if not self.pattern and not self.labels:
            raise _wrong("pattern", "needs a pattern or labels")
        if bool(self.labels) != bool(self.labelled_pattern):
            raise _wrong("labels", "labels and labelled_pattern go together")
        if self.level == 2 and not self.near:
            raise _wrong("near", "level 2 needs near")
        if self.checksum and self.checksum not in CHECKSUMS:
            raise _wrong("checksum", "unknown checksum")
        if any(needle != needle.lower() for needle in self.requires):
            raise _wrong("requires", "is compared with a lower-cased text")
        for field, text in self._sources():
            if _PLACE.search(text):  # would be read as braces to be found in the text
                raise _wrong(field, "uses a name that define lacks")
            try:
                if not (info.context or {}).get(SHIPPED):
                    re.compile(text, self.options)
            except (re.error, OverflowError, RecursionError):
                raise _wrong(field, "does not compile") from None
        return self

    @property
    def options(self) -> int:
        """The flags of its expressions, as `re` takes them."""
        return sum(getattr(re, letter.upper()) for letter in set(self.flags))

    def _expand(self, text: str) -> str:
        for name, piece in reversed(self.define.items()):  # a later piece may use an earlier one
            place = "{{" + name + "}}"
            if len(text) + text.count(place) * (len(piece) + 4) > _MAX_EXPANDED:  # pieces of pieces double each time
                raise _wrong("define", "makes an expression too long")
            text = text.replace(place, f"(?:{piece})")
        return text

    def _sources(self) -> Iterator[tuple[str, str]]:
        for rank, text in enumerate(self.pattern):
            yield f"pattern.{rank}", self._expand(text)
        if self.labels:
            names = "|".join(self.labels)
            label = rf"(?<![^\W_])(?:{names})(?![^\W\d_])"  # a whole word; « ipp_ » and « ipp8001 » are labels too
            yield "labels", self._expand(rf"{label}{SEPARATOR}(?P<id>{self.labelled_pattern})")
        for field in ("near", "unless"):
            for rank, text in enumerate(getattr(self, field)):
                yield f"{field}.{rank}", self._expand(text)

    def sources(self, field: str) -> list[str]:
        """Return the expressions of a field (`pattern`, `labels`, `near`, `unless`), pieces filled in."""
        return [text for name, text in self._sources() if name.partition(".")[0] == field]

    @cached_property
    def compiled(self) -> dict[str, tuple[re.Pattern[str], ...]]:
        """The compiled expressions, by field: `pattern`, `labels` (one, whole), `near`, `unless`."""
        groups: dict[str, tuple[re.Pattern[str], ...]] = {"pattern": (), "labels": (), "near": (), "unless": ()}
        for name, text in self._sources():
            field = name.partition(".")[0]
            groups[field] = (*groups[field], re.compile(text, self.options))
        return groups


class Rulebook(BaseModel):
    """All rules of the kinds that detection reads, frozen."""

    model_config = _CONFIG

    identifiers: tuple[IdentifierRule, ...]

    @field_validator("identifiers")
    @classmethod
    def _unique(cls, rules: tuple[IdentifierRule, ...]) -> tuple[IdentifierRule, ...]:
        if len({rule.id for rule in rules}) != len(rules):
            raise ValueError("two rules share an id")
        return rules

    @classmethod
    def load(cls, base: Path | None = None) -> "Rulebook":
        """Return the rules under `base`, or the shipped ones with one's own (read once). Raises `RuleFileError`."""
        return _shipped() if base is None else cls(identifiers=load_folder("identifiers", IdentifierRule, base))


@cache
def _shipped() -> Rulebook:
    return Rulebook(identifiers=rules_of("identifiers", IdentifierRule))


SLOW_S = 0.2
HOSTILE_LENGTH = 20_000
_STEEP = 400  # characters in which an exponential cost has long shown
_HOSTILE = ("1", " ", "a", "A", "a ", "1 ", "1.", "A. ", "a-", "a.", "1/", "é", "\n", "\t", "M. ", "Le ", "@", "a@a.")


def check_rule(rule: IdentifierRule) -> None:
    """Raise `RuleFileError` if a pattern of `rule` needs more than `SLOW_S` of processor time on a hostile text.

    Texts repeat digits, spaces, letters and the rule's own examples. They grow step by step, so that even a
    pattern of exponential cost is stopped early.
    """
    texts = [unmark(text)[0] for text in rule.examples.match]
    labels = [text.partition(OPEN)[0] for text in rule.examples.match]
    check_speed(rule.id, rule.compiled, (*texts, *(label for label in labels if label)))


def check_speed(rule_id: str, compiled: Mapping[str, Sequence[re.Pattern[str]]], units: Iterable[str]) -> None:
    """Raise `RuleFileError` if an expression (by field) is slow on a repeated unit, of `units` or a usual one.

    Each letter and digit that the expression names is repeated too, but not as long: an exponential cost shows early.
    """
    repeated = dict.fromkeys((*_HOSTILE, *units))
    for field, patterns in compiled.items():
        for rank, pattern in enumerate(patterns):
            letters = {c for c in pattern.pattern if c.isalnum()} - repeated.keys()
            if any(_is_slow(pattern, u) for u in repeated) or any(_is_slow(pattern, c, _STEEP) for c in letters):
                raise RuleFileError(f"{rule_id}.yaml", f"{field}.{rank}", "too slow on a long hostile text")


def _is_slow(pattern: re.Pattern[str], unit: str, longest: int = HOSTILE_LENGTH) -> bool:
    length = 16.0
    while length <= longest:
        text = unit * max(int(length / len(unit)), 1)
        before = time.thread_time()
        for _ in pattern.finditer(text):
            pass
        if time.thread_time() - before > SLOW_S:
            return True
        # small steps while an exponential cost may show, then large ones
        length = length * 1.15 if length < _STEEP else (2000.0 if length < 2000 else length * 10)
    return False
