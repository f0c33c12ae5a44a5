"""`avec-proxy rules`: which rules there are, why each one is there, and whether one's own are right."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from avec_proxy.cli.quiet import drop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from avec_proxy.detect.health.signs import Signs
    from avec_proxy.detect.health.vocabulary import Group as Words
    from avec_proxy.detect.quasi.vocabulary import Group
    from avec_proxy.own_set import ListData
    from avec_proxy.rule_folders import Placed

OK, WRONG, USAGE = 0, 1, 2
_LEVELS = {1: "sûr par lui-même", 2: "seulement près d'un mot qui l'annonce", 3: "en mode strict seulement"}
_OFF = "règle livrée désactivée"
_HIDING = (
    "À toujours masquer\u00a0: chaque entrée est masquée partout, sans égard à la casse, aux accents et aux "
    "tirets\u00a0; un mot courant, seulement s'il est écrit comme un nom. Elle l'emporte sur les listes à ne jamais "
    "masquer."
)
_KEEPING = (
    "À ne jamais masquer\u00a0: une entrée reste lisible là où seul un indice la faisait masquer. Elle ne libère ni "
    "numéro, ni adresse, ni nom après un titre, une étiquette ou un lien de parenté, ni nom connu ailleurs dans la "
    "demande."
)

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The rules: list, explain, check one's own.")
OwnRules = Annotated[
    Path | None, typer.Option(help="Folder of your own rules and lists. Default: the setting own_rules.")
]


@app.command("list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    own_rules: OwnRules = None,
) -> None:
    """List every rule: id, folder, title; with a folder of your own, its rules and lists and what is off."""
    _tell(lambda: _listed(own_rules, as_json=as_json))


@app.command()
def explain(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="As `check` or `rules list` shows it.")],
    own_rules: OwnRules = None,
) -> None:
    """Print what a rule or a list finds and why, with examples and counter-examples. Exit code 2: no such rule."""
    _tell(lambda: _explained(rule_id, own_rules))


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="With identifiers/, always_hide/, policy/… in it.")],
) -> None:
    """Check a folder of your own rules and lists as `run` and `gateway` do: examples, slow expressions, every entry.

    Prints one line for each thing that is wrong, `FILE: what is wrong`; examples and entries are never quoted.

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


def _all(own_rules: Path | None) -> "tuple[list[Placed], tuple[ListData, ...], set[tuple[str, str]]]":
    """Return the rules, shipped and own, the lists, and which shipped rules are off, by (folder, id)."""
    from avec_proxy.cli import own
    from avec_proxy.rule_folders import shipped

    try:
        taken = own.taken(own_rules)
    except own.Problems as problems:
        _give_up(str(problems))
    if taken is None:
        return list(shipped()), (), set()
    return [*shipped(), *own.placed(taken)], taken.own.lists, set(taken.own.off)


def _list_id(data: "ListData") -> str:
    return f"{'always_hide' if data.hide else 'never_hide'}.{data.name}"


def _list_title(data: "ListData") -> str:
    what = "toujours masquer" if data.hide else "ne jamais masquer"
    return f"{what}\u00a0: {data.count} forme{'s' * (data.count > 1)}{' (empreintes)' * data.hashed}"


def _listed(own_rules: Path | None, *, as_json: bool) -> int:
    rules, lists, off = _all(own_rules)
    rows = [
        (rule.id, folder, f"[{_OFF}] {rule.title}" if (folder, rule.id) in off else rule.title)
        for folder, rule in rules
    ]
    rows += [(_list_id(data), _list_id(data).partition(".")[0], _list_title(data)) for data in lists]
    if as_json:
        keys = ("id", "folder", "title")
        print(json.dumps({"rules": [dict(zip(keys, row, strict=True)) for row in rows]}, ensure_ascii=False))
        return OK
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for identifier, folder, title in rows:
        print(f"{identifier:{widths[0]}}  {folder:{widths[1]}}  {title}")
    return OK


def _explained(rule_id: str, own_rules: Path | None) -> int:
    from avec_proxy.detect.engine import TITLES

    rules, lists, off = _all(own_rules)
    # a warning is shown under its code
    found = [placed for placed in rules if rule_id in (placed.rule.id, getattr(placed.rule, "code", ""))]
    for placed in found:
        print("\n".join(_lines(placed)))
        if (placed.folder, placed.rule.id) in off:
            print(f"Désactivée\u00a0: {_OFF} par le dossier de l'établissement.")
    named = [data for data in lists if rule_id == _list_id(data)]
    for data in named:
        print(f"{rule_id}\u00a0: {_list_title(data)}\n{_HIDING if data.hide else _KEEPING}")
        if data.hide:
            print(f"Type\u00a0: {data.entity_type}")
    if rule_id in TITLES:
        print(
            f"{rule_id}\u00a0: {TITLES[rule_id]}\nDétecteur écrit en Python\u00a0: sans fichier de règle ni exemples."
        )
    elif not found and not named:
        known = {*TITLES, *(placed.rule.id for placed in rules), *map(_list_id, lists)}
        _give_up(_suggestion(rule_id, known))
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


def _groups(groups: "Mapping[str, tuple[str, ...]] | tuple[Group | Words | Signs, ...]") -> list[str]:
    """Return hosts by group, or the words of each group of attributes (with how much they tell) or of health."""
    if isinstance(groups, tuple):
        return [_words(group) for group in groups]
    return [f"{name}\u00a0: {', '.join(hosts)}" for name, hosts in groups.items()]


def _words(group: "Group | Words | Signs") -> str:
    words = ", ".join(word for name in ("phrases", "acronyms", "patterns") for word in getattr(group, name, ()))
    classes = [f"{name} {', '.join(begun)}" for name in ("atc", "icd") if (begun := getattr(group, name, ()))]
    bits = getattr(group, "bits", None)
    weight = getattr(group, "weight", None)
    tells = [f"{bits:g}\u00a0bits"] if bits is not None else [f"poids {weight}"] if weight else []
    conditions = [f"{name} {'|'.join(some)}" for name in ("near", "unless") if (some := getattr(group, name, ()))]
    return "\u00a0: ".join([*tells, *conditions, "\u00a0; ".join(filter(None, [words, *classes]))])


def _section(name: str, texts: "tuple[str, ...] | list[str]") -> Iterator[str]:
    if texts:
        yield f"{name}\u00a0:"
        yield from (f"  {_one_line(text)}" for text in texts)


def _one_line(text: str) -> str:
    """Return `text` in one line, what would command a terminal written as an escape."""
    return "".join(c if c.isprintable() or c in "\u00a0\u202f" else ascii(c)[1:-1] for c in text)


def _checked(folder: Path) -> int:
    from avec_proxy.own import apart, taking

    try:
        # Windows has no alarm that would end an expression
        taken = apart.take(folder) if os.name == "nt" else taking.take(folder)
    except OSError:
        _give_up("DIR cannot be read")
    for file, problem in taken.problems:
        print(_one_line(f"{file}: {problem}"))
    lists = taken.own.lists
    if not (taken.files or taken.problems or lists):
        _give_up("DIR holds no rule file and no list")
    if taken.problems:
        return WRONG
    for line in taken.off:
        print(_one_line(f"{_OFF}\u00a0: {line}"))
    for data in lists:
        print(_one_line(f"{_list_id(data)}\u00a0: {_list_title(data)}"))
    counts = [(taken.files, "rule file")] * (taken.files > 0 or not lists) + [(len(lists), "list")] * bool(lists)
    print(f"{', '.join(f'{count} {what}{"s" * (count > 1)}' for count, what in counts)}: all right")
    return OK


def _give_up(line: str) -> NoReturn:
    print(f"avec-proxy rules: {line}", file=sys.stderr)
    raise typer.Exit(USAGE)
