"""Whether a folder of one's own may be used, and the set that it makes.

An own rule adds. It takes the place of a shipped one only if a file in `off/` says that the shipped one is off, and
that is told whenever the set is taken. No own line of policy changes what becomes of a type that ships, or lets one
stay: what is hidden without a folder of one's own is hidden with it, but for what `off/` and the never-hide lists say.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field

from avec_proxy.decide import TYPED_RULE
from avec_proxy.detect import encoded, propagate
from avec_proxy.lists import KEPT_TYPE
from avec_proxy.model import Action
from avec_proxy.own.files import LISTS, OFF, OWN, RULES, read
from avec_proxy.own.listing import lists_of
from avec_proxy.own.outcome import Problem, Taken
from avec_proxy.own_set import OwnSet
from avec_proxy.policy import PolicyRule
from avec_proxy.rule_folders import FOLDERS, Placed, between, looked_at, shipped
from avec_proxy.rulebook import IdentifierRule, Rule, RuleFileError, parse_rule, rules_dir

_KIND = re.compile(r"[A-Z]{2,24}")
_RESERVED = frozenset((TYPED_RULE, propagate.RULE, encoded.RULE))
_RESERVED_TYPES = frozenset(("PLACEHOLDER", KEPT_TYPE))


class OffRule(Rule):
    """One shipped rule that is not wanted: its `id` is that of the rule, `why` is told whenever the set is taken."""

    folder: Literal["identifiers", "politeness", "context", "quasi", "health"]
    why: str = Field(min_length=3)


def take(base: Path, *, thorough: bool = True) -> Taken:
    """Return the set of the folder `base`, or what is wrong with it. Raises OSError if it cannot be listed.

    `thorough` tries every rule on its examples and on hostile texts, which takes seconds; without, a rule is read and
    compiled. The folder of the shipped rules itself is only looked at: it makes an empty set.
    """
    taken = _taken(base, thorough=thorough)
    taken.problems.sort(key=lambda problem: problem.file)
    return taken


def _taken(base: Path, *, thorough: bool) -> Taken:
    is_shipped = base.resolve() == rules_dir().resolve()
    folders = tuple(FOLDERS) if is_shipped else (*OWN, *(f for f in FOLDERS if f not in OWN))
    contents = read(base, folders)
    taken = Taken(problems=list(contents.problems), files=contents.count(*FOLDERS, OFF))
    taken.rules, taken.lists = contents.digest(*RULES, OFF), contents.digest(*LISTS)
    placed: list[Placed] = []
    for folder in FOLDERS:
        for name, raw in contents.files.get(folder, ()):
            rule, wrong = looked_at(folder, name, raw) if thorough else _read(folder, name, raw)
            taken.problems.extend(Problem(f"{folder}/{name}", line) for line in wrong)
            if rule is not None:
                placed.append(Placed(folder, rule))
    taken.problems.extend(Problem(file, line) for file, line in between(placed))
    if is_shipped:
        return taken
    off = list(_off(contents.files.get(OFF, []), taken))
    known = {(folder, rule.id): rule for folder, rule in shipped()}
    same = {(p.folder, p.rule.id) for p in placed if known.get((p.folder, p.rule.id)) == p.rule}
    ours = [p for p in placed if (p.folder, p.rule.id) not in same]
    taken.problems.extend(_unwanted(ours, known, off))
    names = {(p.folder, f"{p.rule.id}.yaml") for p in ours}
    rules = {
        folder: tuple(file for file in files if (folder, file[0]) in names)
        for folder, files in contents.files.items()
        if folder in RULES
    }
    own_lists = tuple(lists_of(contents, taken.problems))
    taken.own = OwnSet(rules, frozenset((o.folder, o.id) for o in off), own_lists)
    return taken


def _read(folder: str, name: str, raw: bytes) -> tuple[Rule | None, list[str]]:
    try:
        return parse_rule(name, raw, FOLDERS[folder]), []
    except RuleFileError as error:
        return None, [f"{error.field}: {error.problem}"]


def _off(files: list[tuple[str, bytes]], taken: Taken) -> Iterator[OffRule]:
    known = {(folder, rule.id) for folder, rule in shipped()}
    for name, raw in files:
        try:
            rule = parse_rule(name, raw, OffRule)
            if (rule.folder, rule.id) not in known:
                raise RuleFileError(name, "id", "no shipped rule of this folder has it")
        except RuleFileError as error:
            taken.problems.append(Problem(f"{OFF}/{name}", f"{error.field}: {error.problem}"))
            continue
        taken.off.append(f"{rule.folder}/{rule.id}\u00a0: {rule.why}")
        yield rule


def _unwanted(placed: list[Placed], known: dict[tuple[str, str], Rule], off: list[OffRule]) -> Iterator[Problem]:
    """Yield what a rule that is right by itself may not do in a set of one's own."""
    ruled = {name for (folder, _), rule in known.items() if isinstance(rule, PolicyRule) for name in rule.entities}
    without = {(o.folder, o.id) for o in off}
    for folder, rule in placed:
        file = f"{folder}/{rule.id}.yaml"
        if folder not in RULES:
            yield Problem(file, f"file: {folder} are not read from a folder of one's own")
        elif (folder, rule.id) in known and (folder, rule.id) not in without:
            yield Problem(file, f"id: a shipped rule has it; take another, or put the shipped one in {OFF}/")
        if isinstance(rule, IdentifierRule):
            if rule.id in _RESERVED:
                yield Problem(file, "id: is the proxy's own")
            if rule.entity_type in _RESERVED_TYPES:
                yield Problem(file, "entity_type: is the proxy's own")
        if isinstance(rule, PolicyRule):
            if not ruled.isdisjoint(rule.entities):
                yield Problem(file, "entities: the shipped policy has a line for one of them, which stays")
            if not all(_KIND.fullmatch(line.kind) for line in rule.entities.values()):
                yield Problem(file, "entities: a kind is 2 to 24 upper-case letters")
            if any(Action.KEEP in (line.standard, line.strict) for line in rule.entities.values()):
                yield Problem(file, "entities: a line may hide or refuse, not keep")
