"""`avec-proxy rules`: which rules there are, why each one is there, and whether one's own are right."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from avec_proxy.cli.quiet import drop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from avec_proxy.detect.health.vocabulary import Group as Words
    from avec_proxy.detect.quasi.vocabulary import Group
    from avec_proxy.rule_folders import Placed

OK, WRONG, USAGE = 0, 1, 2
_LEVELS = {1: "sûr par lui-même", 2: "seulement près d'un mot qui l'annonce", 3: "en mode strict seulement"}

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The rules: list, explain, check one's own.")


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """List every shipped rule: id, folder, title."""
    _tell(lambda: _listed(as_json=as_json))


@app.command()
def explain(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="As `check` or `rules list` shows it.")],
) -> None:
    """Print what a rule finds and why, with its examples and counter-examples. Exit code 2: no such rule."""
    _tell(lambda: _explained(rule_id))


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="With identifiers/, politeness/, policy/… in it.")],
) -> None:
    """Check a folder of your own rules as the shipped ones are checked, examples and slow expressions included.

    Prints one line for each thing that is wrong, `FILE: what is wrong`; examples are never quoted.

    Exit codes: 0 all right; 1 something is wrong; 2 wrong usage.
    """
    if not folder.is_dir():
        _give_up("DIR is not a folder")
    _tell(lambda: _checked(folder))


def _tell(work: Callable[[], int]) -> NoReturn:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # an old terminal without «é» still gets the rest
    try:
        code = work()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has what it wanted (`| head -1`)
        drop(sys.stdout)
        code = OK
    raise typer.Exit(code)


def _listed(*, as_json: bool) -> int:
    from avec_proxy.rule_folders import shipped

    rows = [(rule.id, folder, rule.title) for folder, rule in shipped()]
    if as_json:
        keys = ("id", "folder", "title")
        print(json.dumps({"rules": [dict(zip(keys, row, strict=True)) for row in rows]}, ensure_ascii=False))
        return OK
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for identifier, folder, title in rows:
        print(f"{identifier:{widths[0]}}  {folder:{widths[1]}}  {title}")
    return OK


def _explained(rule_id: str) -> int:
    from avec_proxy.detect.engine import TITLES
    from avec_proxy.rule_folders import shipped

    rules = list(shipped())
    # a warning is shown under its code
    found = [placed for placed in rules if rule_id in (placed.rule.id, getattr(placed.rule, "code", ""))]
    for placed in found:
        print("\n".join(_lines(placed)))
    if rule_id in TITLES:
        print(
            f"{rule_id}\u00a0: {TITLES[rule_id]}\nDétecteur écrit en Python\u00a0: sans fichier de règle ni exemples."
        )
    elif not found:
        _give_up(_suggestion(rule_id, {*TITLES, *(placed.rule.id for placed in rules)}))
    return OK


def _suggestion(wanted: str, known: set[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(wanted.lower()[:60], sorted(known), n=3, cutoff=0.6)
    return f"no rule has this ID; close: {', '.join(close)}" if close else "no rule has this ID; see `rules list`"


def _lines(placed: "Placed") -> Iterator[str]:
    rule = placed.rule
    yield f"{rule.id} ({placed.folder})\u00a0: {rule.title}"
    level = getattr(rule, "level", None)
    facts = {
        "Pourquoi": getattr(rule, "why", ""),
        "Source": getattr(rule, "source", ""),
        "Niveau": f"{level}, {_LEVELS[level]}" if level in _LEVELS else "",
        "Type": getattr(rule, "entity_type", ""),
        "Contrôle": getattr(rule, "checksum", ""),
        "Message": getattr(rule, "message", ""),
        "Format": getattr(rule, "format", ""),
    }
    for name, fact in facts.items():
        if fact:
            yield f"{name}\u00a0: {fact}"
    expressions = {
        "Pièces": [f"{name} = {piece}" for name, piece in getattr(rule, "define", {}).items()],
        "Motifs": getattr(rule, "pattern", ()),
        "Étiquettes": getattr(rule, "labels", ()),
        "Après une étiquette": [text] if (text := getattr(rule, "labelled_pattern", "")) else (),
        "À proximité": getattr(rule, "near", ()),
        "Indices": getattr(rule, "cues", ()),
        "Sauf": getattr(rule, "unless", ()),
        "Adresses": [*getattr(rule, "hosts", ()), *getattr(rule, "paths", ())],
        "Groupes": _groups(getattr(rule, "groups", ())),
        "Lignes": [f"{name}\u00a0: {line.kind}" for name, line in getattr(rule, "entities", {}).items()],
    }
    for name, texts in expressions.items():
        yield from _section(name, texts)
    examples = getattr(rule, "examples", None)
    rewritten = [f"{one.text} → {one.result}" for one in getattr(examples, "rewritten", ())]
    matches = getattr(examples, "match", getattr(examples, "warned", ()))
    silences = getattr(examples, "no_match", getattr(examples, "silent", ()))
    yield from _section("Exemples", [*matches, *rewritten])
    yield from _section("Contre-exemples", [f"{one.text} ({one.why})" for one in silences])


def _groups(groups: "Mapping[str, tuple[str, ...]] | tuple[Group | Words, ...]") -> list[str]:
    """Return hosts by group, or the words of each group of attributes (with how much they tell) or of health."""
    if isinstance(groups, tuple):
        return [_words(group) for group in groups]
    return [f"{name}\u00a0: {', '.join(hosts)}" for name, hosts in groups.items()]


def _words(group: "Group | Words") -> str:
    words = ", ".join((*group.phrases, *getattr(group, "acronyms", ()), *group.patterns))
    classes = [f"{name} {', '.join(begun)}" for name in ("atc", "icd") if (begun := getattr(group, name, ()))]
    bits = getattr(group, "bits", None)
    tells = [f"{bits:g}\u00a0bits"] if bits is not None else []
    conditions = [f"{name} {text}" for name in ("near", "unless") if (text := getattr(group, name, ""))]
    return "\u00a0: ".join([*tells, *conditions, "\u00a0; ".join(filter(None, [words, *classes]))])


def _section(name: str, texts: "tuple[str, ...] | list[str]") -> Iterator[str]:
    if texts:
        yield f"{name}\u00a0:"
        yield from (f"  {_one_line(text)}" for text in texts)


def _one_line(text: str) -> str:
    """Return `text` in one line, what would command a terminal written as an escape."""
    return "".join(c if c.isprintable() or c in "\u00a0\u202f" else ascii(c)[1:-1] for c in text)


def _checked(folder: Path) -> int:
    from avec_proxy.rule_folders import problems

    try:
        count, wrong = problems(folder)
    except OSError:
        _give_up("DIR cannot be read")
    for file, problem in wrong:
        print(_one_line(f"{file}: {problem}"))
    if not count and not wrong:
        _give_up("DIR holds no rule file")
    if wrong:
        return WRONG
    print(f"{count} rule file{'s' * (count > 1)}: all right")
    return OK


def _give_up(line: str) -> NoReturn:
    print(f"avec-proxy rules: {line}", file=sys.stderr)
    raise typer.Exit(USAGE)
