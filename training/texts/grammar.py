"""Parse and expand the template language that `training/templates/README.md` describes."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

STYLES = frozenset("prompt note letter mail table json dictation chat social negative".split())

_TOKEN = re.compile(
    r"(?P<escape>\\(?:\[\[|\]\]|[{}|]))"
    # the bar of a mark parts no branches
    r"|(?P<mark>⟦[A-Z_]+\|)"
    r"|(?P<open>\[\[)|(?P<close>\]\])|(?P<bar>\|)"
    r"|(?P<slot>\{[^{}\n]*\})|(?P<brace>\{)"
)
_SLOT = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_.]*)(?:#(?P<key>\w+))?\Z")
_AGREE = re.compile(r"(?P<role>[a-z])\?(?P<man>[^/]*)/(?P<woman>[^/]*)\Z")


class TemplateError(ValueError):
    """A template that can't be parsed or expanded; the message says where and why."""


@dataclass(frozen=True)
class Slot:
    """A `{name}` or `{name#key}`."""

    name: str
    key: str | None = None


@dataclass(frozen=True)
class Agreement:
    """A `{p?man/woman}`."""

    role: str
    man: str
    woman: str


@dataclass(frozen=True)
class Choice:
    """A `[[a|b]]`."""

    branches: tuple["Sequence", ...]


@dataclass(frozen=True)
class Sequence:
    """Text, slots and choices in a row."""

    parts: tuple["str | Slot | Agreement | Choice", ...]


@dataclass(frozen=True)
class Template:
    """One template of a file; `number` counts from 1."""

    file: str
    number: int
    style: str
    weight: float
    source: str
    body: Sequence = field(repr=False)

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        return f"{self.file}, template {self.number}"


def parse(source: str) -> Sequence:
    """Return the tree of a template's text; raises TemplateError."""
    # a stack of open choices: the branches done, and the parts of the one being read
    stack: list[tuple[list[Sequence], list[str | Slot | Agreement | Choice]]] = [([], [])]
    at = 0
    for match in _TOKEN.finditer(source):
        if match.start() > at:
            stack[-1][1].append(source[at : match.start()])
        at = match.end()
        kind, text = match.lastgroup, match[0]
        branches, parts = stack[-1]
        if kind == "escape":
            parts.append(text[1:])
        elif kind == "mark" or (kind in ("bar", "close") and len(stack) == 1):
            parts.append(text)
        elif kind == "open":
            stack.append(([], []))
        elif kind == "bar":
            branches.append(Sequence(tuple(parts)))
            parts.clear()
        elif kind == "close":
            branches.append(Sequence(tuple(parts)))
            stack.pop()
            stack[-1][1].append(Choice(tuple(branches)))
        elif kind == "slot":
            parts.append(_slot(text, source, match.start()))
        else:
            raise TemplateError(f"line {_line(source, match.start())}: '{{' opens no slot; a literal one is \\{{")
    if len(stack) > 1:
        raise TemplateError("a '[[' is never closed; a literal one is \\[[")
    stack[0][1].append(source[at:])
    return Sequence(tuple(part for part in stack[0][1] if part != ""))


def _line(source: str, at: int) -> int:
    return source.count("\n", 0, at) + 1


def _slot(text: str, source: str, at: int) -> Slot | Agreement:
    inner = text[1:-1]
    if match := _AGREE.match(inner):
        return Agreement(match["role"], match["man"], match["woman"])
    if match := _SLOT.match(inner):
        return Slot(match["name"], match["key"])
    raise TemplateError(f"line {_line(source, at)}: {text} is no slot; a literal '{{' is \\{{")


def slots(node: Sequence) -> Iterator[Slot | Agreement]:
    """Yield every slot of a tree, whatever the branch."""
    for part in node.parts:
        if isinstance(part, Choice):
            for branch in part.branches:
                yield from slots(branch)
        elif not isinstance(part, str):
            yield part


def expand(node: Sequence, rng: Random, fill: Callable[[Slot | Agreement], str]) -> str:
    """Return a text of the tree: branches drawn by `rng`, slots written by `fill`, in the order of the text."""
    out: list[str] = []
    for part in node.parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Choice):
            out.append(expand(rng.choice(part.branches), rng, fill))
        else:
            out.append(fill(part))
    return "".join(out)


def read(path: Path) -> tuple[list[Template], list[str]]:
    """Return the templates of a file, and what is wrong with those that don't parse."""
    style = path.stem.partition("_")[0]
    if style not in STYLES:
        return [], [f"{path.name}: the name must open with a style ({', '.join(sorted(STYLES))}) and '_'"]
    templates: list[Template] = []
    errors: list[str] = []
    blocks = re.split(r"^=====[ \t]*$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for number, block in enumerate((b for b in blocks if b.strip()), 1):
        source = block.strip("\n")
        weight = 1.0
        if match := re.match(r"weight:[ \t]*([\d.]+)[ \t]*(?:\n|\Z)", source):
            weight, source = float(match[1]), source[match.end() :].strip("\n")
        try:
            templates.append(Template(path.name, number, style, weight, source, parse(source)))
        except TemplateError as error:
            errors.append(f"{path.name}, template {number}, {error}")
    return templates, errors
