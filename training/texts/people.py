"""Invented people: a sex, a first and a family name of any kind, a birth name, a nickname."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from . import pools

ROLES = frozenset("pqrsdefnmocbtuvwxyz")
# roles whose bearers often are of the patient's family
_FAMILY = frozenset("qrscb")

_COMPOSED = {
    "M": ("Jean Pierre Louis Charles Marc Paul".split(),
          "Pierre Paul Luc Marc Claude Michel Louis François Yves Marie Jacques Philippe Baptiste Noël Henri René Antoine".split()),
    "F": ("Marie Anne Rose Marie Jeanne".split(),
          "Claire Christine Thérèse Hélène Laure Line France Claude Noëlle Paule Ange Lou Odile Cécile Françoise Laurence Jo".split()),
}  # fmt: skip
_PARTICLES = (
    "de |de |du |d'|de la |de La |des |Le |Le |La |L'|El |Ben |Aït |Van |Van der |Van den |Von |Da |Dos |Di |Mac |N'|M'|O'|Abd el |Saint-|Bou "
).split("|")


@dataclass(frozen=True)
class Person:
    """An invented person; `bare_capitals`: in capitals, the name is written without accents."""

    man: bool
    first: str
    last: str
    birth: str
    nick: str
    bare_capitals: bool = False


def first_name(rng: Random, man: bool) -> str:
    """Return a first name, maybe composed."""
    sex = "M" if man else "F"
    draw = rng.random()
    if draw < 0.09:
        heads, tails = _COMPOSED[sex]
        return rng.choice(heads) + ("-" if rng.random() < 0.75 else " ") + rng.choice(tails)
    if draw < 0.15:
        return pools.invented_first(rng, sex)
    if draw < 0.17:
        return f"{pools.listed_first(rng, sex)}-{pools.listed_first(rng, sex)}"
    return pools.listed_first(rng, sex)


def _simple(rng: Random) -> str:
    return pools.invented_surname(rng) if rng.random() < 0.6 else rng.choice(pools.surname_list())


def _particle(rng: Random) -> str:
    particle = rng.choice(_PARTICLES)
    stem = rng.choice(pools.towns())[0] if particle.startswith("d") and rng.random() < 0.3 else _simple(rng)
    if particle == "d'":
        while stem[0] not in "AEIOUHÉÈ":
            stem = _simple(rng)
    return particle + stem


def surname(rng: Random) -> str:
    """Return a family name: two in five invented letter by letter, others of the list, some of each odd kind."""
    draw = rng.random()
    if draw < 0.42:
        return pools.invented_surname(rng)
    if draw < 0.67:
        return rng.choice(pools.surname_list())
    if draw < 0.75:
        return rng.choice(pools.WORDS)
    if draw < 0.78:
        return rng.choice(pools.PLACES) if rng.random() < 0.7 else rng.choice(pools.towns())[0]
    if draw < 0.80:
        return rng.choice(pools.EPONYMS)
    if draw < 0.805:
        return rng.choice(pools.DRUGS)
    if draw < 0.825:
        return rng.choice(pools.SHORT)
    if draw < 0.885:
        return pools.listed_first(rng, rng.choice("MMF"))
    if draw < 0.945:
        return _particle(rng)
    return _simple(rng) + ("-" if rng.random() < 0.7 else " ") + _simple(rng)


def nickname(rng: Random, first: str, man: bool) -> str:
    """Return a nickname, of the first name or of the usual ones."""
    sex = "M" if man else "F"
    stem = first.split("-")[0].split(" ")[0]
    draw = rng.random()
    if draw < 0.35 or len(stem) < 4:
        return rng.choice(pools.NICKS[sex])
    if draw < 0.6 and stem[0].lower() not in "aeiouyéèh" and stem[1].lower() in "aeiouéiy":
        twice = stem[:2].capitalize() + stem[:2].lower()
        return rng.choice(pools.NICKS[sex]) if twice in ("Pipi", "Kaka", "Caca") else twice
    if draw < 0.8:
        return stem[: rng.choice((3, 4))]
    return stem[:4].rstrip("aeiouéèy") + rng.choice(("ot", "ou", "i", "o") if man else ("ette", "ou", "ine", "ie"))


def person(rng: Random, man: bool | None = None, last: str | None = None) -> Person:
    """Return a new person."""
    if man is None:
        man = rng.random() < 0.5
    sex = "M" if man else "F"
    if rng.random() < 0.14:
        first, family = pools.of_origin(rng, sex)
        if last is None:
            last = family
    else:
        first = first_name(rng, man)
    return Person(man, first, last or surname(rng), surname(rng), nickname(rng, first, man), rng.random() < 0.6)


def person_of(rng: Random, role: str, others: Mapping[str, Person]) -> Person:
    """Return a new person for a role of a text: relatives often bear the patient's family name."""
    patient = others.get("p")
    last = patient.last if patient and role in _FAMILY and rng.random() < 0.55 else None
    taken = {other.first for other in others.values()}
    while True:
        someone = person(rng, last=last)
        if someone.first not in taken:
            return someone
