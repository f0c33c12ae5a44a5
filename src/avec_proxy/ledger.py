"""Hands out placeholders for one request, in the order of the conversation.

Two promises: the same history gives the same placeholders at every turn, and two people never share a number.
When in doubt (a family name that two people bear, a kinship word, a civility that does not fit) a new number
is taken: a person split in two is a nuisance, two people merged is a medical error.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from avec_proxy import lexicons
from avec_proxy.mapping import FORM, fold, key_of, suffix_of
from avec_proxy.model import Issue

_TOKEN = re.compile(r"[^\W\d_]{2,}")
PERSON_KIND = "PERSONNE"
_TYPED = ""
# A greater number is not kept: those that follow it would be too long to be recognised in a reply.
_MAX_TYPED = 9999


@dataclass(slots=True)
class _Person:
    number: int
    tokens: frozenset[str]
    surfaces: int
    sex: str


@dataclass(slots=True)
class _Bearer:
    """One way in which a surface was met, and whose placeholder it got."""

    sex: str
    alone: bool
    placeholder: str
    person: _Person


@dataclass(slots=True)
class Ledger:
    """The placeholders issued so far; `values` (key → value) is what restoring needs."""

    values: dict[str, str] = field(default_factory=dict)
    _issued: dict[tuple[str, str], str] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)  # the last one given, by kind
    _taken: dict[str, set[int]] = field(default_factory=dict)
    _reserved: dict[str, set[int]] = field(default_factory=dict)  # taken by typed placeholders alone
    _people: list[_Person] = field(default_factory=list)
    _bearers: dict[str, list[_Bearer]] = field(default_factory=dict)  # by surface
    _calls: dict[Issue, None] = field(default_factory=dict)

    @classmethod
    def after(cls, issued: Iterable[Issue]) -> Self:
        """Return a ledger to which the calls `issued` were made, in their order."""
        ledger = cls()
        for call in issued:
            if call.kind == _TYPED:
                match = FORM.fullmatch(call.surface)
                assert match is not None
                ledger.typed(match)
            else:
                ledger.issue(call.kind, call.surface, hint=call.hint, sex=call.sex, alone=call.alone)
        return ledger

    @property
    def issued(self) -> tuple[Issue, ...]:
        """The calls made so far, each once: made again, they give the same placeholders."""
        return tuple(self._calls)

    def issue(self, kind: str, surface: str, *, hint: str = "", sex: str = "", alone: bool = False) -> str:
        """Return the placeholder of `surface`, the same one for the same kind and surface.

        `kind` is upper-case ASCII letters. `sex` is "m", "f", "d" (a doctor) or "" as the title beside it says; `alone`
        forbids linking to a person already known (a kinship word stands before).
        """
        self._calls.setdefault(Issue(kind, surface, hint, sex, alone))
        if kind == PERSON_KIND:
            return self._issue_person(surface, hint, sex, alone)
        known = self._issued.get((kind, surface))
        if known is None:
            known = self._issued[kind, surface] = self._written(f"{kind}_{self._next(kind)}", surface, hint)
        return known

    def _issue_person(self, surface: str, hint: str, sex: str, alone: bool) -> str:
        bearers = self._bearers.setdefault(surface, [])
        for known in bearers:  # met in the same way before
            if (known.sex, known.alone) == (sex, alone):
                return known.placeholder
        if relative := self._relative(surface, bearers, sex, alone):
            return relative.placeholder
        for known in bearers:  # «Kervadec» after «Mme Kervadec»; «M. Kervadec» is somebody else
            if not alone and not known.alone and (not sex or known.person.sex in ("", sex)):
                known.person.sex = known.person.sex or sex
                bearers.append(_Bearer(sex, alone, known.placeholder, known.person))
                return known.placeholder
        person, suffix = self._person(surface, sex, alone, same_surface=bool(bearers))
        key = f"{PERSON_KIND}_{person.number}" + (f"_{suffix}" if suffix else "")
        bearers.append(_Bearer(sex, alone, self._written(key, surface, hint), person))
        return bearers[-1].placeholder

    def _relative(self, surface: str, bearers: list[_Bearer], sex: str, alone: bool) -> _Bearer | None:
        """Return who is meant by a name that was told of a relative alone: «son frère Antoine», then «Antoine».

        Only where nobody else bears one of its words and no title says otherwise: a family name alone may be the
        patient's.
        """
        if sex or alone or len({known.person.number for known in bearers}) != 1 or not bearers[0].alone:
            return None
        tokens = bearers[0].person.tokens
        given = all(lexicons.fold(t) in lexicons.first_names() for t in _TOKEN.findall(surface))
        others = [p for p in self._people if p is not bearers[0].person and p.tokens & tokens]
        return bearers[0] if (given or len(tokens) > 1) and not others else None

    def _written(self, key: str, surface: str, hint: str) -> str:
        self.values[key] = surface
        return f"[{key} : {hint}]" if hint else f"[{key}]"

    def typed(self, match: re.Match[str]) -> str:
        """Return the placeholder for one that the user typed: it is a value like any other, so that a reply
        never turns it into somebody's name. Alone in its conversation it stays as it is."""
        self._calls.setdefault(Issue(_TYPED, match[0]))
        known = self._issued.get((_TYPED, match[0]))
        if known is not None:
            return known
        key = key_of(match)
        kind, written_number, *_ = key.split("_")
        number = int(written_number)
        free = number not in self._taken.get(kind, ()) or (
            number in self._reserved.get(kind, ()) and key not in self.values
        )
        if number <= _MAX_TYPED and free:
            written = match[0]  # it keeps its number, and nobody gets it
            self._taken.setdefault(kind, set()).add(number)
            self._reserved.setdefault(kind, set()).add(number)
        else:
            key = f"{kind}_{self._next(kind)}"
            written = f"[{key}]"
        self._issued[_TYPED, match[0]] = written
        self.values[key] = match[0]
        return written

    def _next(self, kind: str) -> int:
        taken = self._taken.setdefault(kind, set())
        number = self._numbers.get(kind, 0) + 1
        while number in taken:
            number += 1
        self._numbers[kind] = number
        taken.add(number)
        return number

    def _person(self, surface: str, sex: str, alone: bool, *, same_surface: bool) -> tuple[_Person, str]:
        tokens = frozenset(fold(t) for t in _TOKEN.findall(surface) if lexicons.fold(t) not in lexicons.PARTICLES)
        # who may be meant: «Mme Dupont-Martin» is neither «Luc Martin» nor a man
        bearers = [
            p
            for p in self._people
            if tokens & p.tokens and (tokens <= p.tokens or p.tokens <= tokens) and not (sex and p.sex and sex != p.sex)
        ]
        same = [p for p in bearers if tokens == p.tokens or (not alone and tokens < p.tokens)]
        if len(tokens) > 1 and (whole := [p for p in same if tokens == p.tokens]):
            same = bearers = whole  # «DURAND Paulette» is «Paulette Durand», whoever else is called Durand
        if not same_surface and same and len(bearers) == 1:
            person = same[0]
            person.surfaces += 1
            person.sex = person.sex or sex
            return person, suffix_of(person.surfaces - 1)
        person = _Person(self._next(PERSON_KIND), tokens, 1, sex)
        self._people.append(person)
        return person, ""
