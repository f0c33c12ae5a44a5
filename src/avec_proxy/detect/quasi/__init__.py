"""Indirect identification: how many people share what a text tells, estimated and not measured.

It reads the text as it would leave: what is hidden counts for nothing, what a placeholder says («[VILLE_1 : Rhône]»)
counts for that. Each attribute costs -log2 of the share of people who have it; the most telling one of each kind
counts (two rare diseases count as one), as if they were independent (they are not). A triage, never a proof: who knows
the person knows more.
Method and thresholds: 11 people (CASD, SNIIRAM), WP29 opinion 05/2014; a text that tells of nobody has no risk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from avec_proxy.detect.quasi import person
from avec_proxy.detect.quasi.left import Left
from avec_proxy.detect.quasi.vocabulary import Vocabulary
from avec_proxy.memory import Memory
from avec_proxy.model import Attribute, Edit, Level, Risk, Site
from avec_proxy.populations import DEPARTMENTS, FRANCE
from avec_proxy.scan import reading

RED = 11  # people
ORANGE = 100  # people

# noun and advice of the kinds that no rule file names
_WORDS = {
    "sex": ("le sexe", "retirez-le s'il n'est pas utile"),
    "age": ("l'âge", "dites une tranche de cinq ou dix ans, sans en calculer de score"),
    "place": ("le lieu", "dites la région, ou rien"),
}


_MESSAGES = {
    "indirect.orange": "Peu de personnes ressemblent à ce cas (estimé, non mesuré)\u00a0: dites-en moins si vous le pouvez.",
    "indirect.red": (
        "Très peu de personnes ressemblent à ce cas (estimé, non mesuré)\u00a0: des indices de lieu ou l'âge exact ont pu "
        "être retirés\u00a0; ne faites pas calculer de score. Dites-en moins si vous le pouvez."
    ),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What one text tells as it would leave: whether of somebody's case, and the most telling of each kind."""

    somebody: bool
    attributes: tuple[Attribute, ...]

    @property
    def size(self) -> int:
        """How much it holds."""
        return 1 + len(self.attributes)


@cache
def _memory() -> Memory[Told]:
    return Memory()


def tell(text: str, edits: Sequence[Edit] = ()) -> Told:
    """Return what `text` tells once `edits` (sorted, not overlapping) are made; spans are those of `text`.

    A text that was read before is remembered, as offsets and kinds.
    """
    left = Left(text, edits)
    memory = _memory()
    key = memory.key("", left.text)
    told = memory.recall(key)
    if told is None:
        told = _read(left.text)
        memory.keep(key, told)
    spans = ((a, left.origin(a.start, a.end)) for a in told.attributes)
    return Told(told.somebody, tuple(replace(a, start=start, end=end) for a, (start, end) in spans))


def _read(text: str) -> Told:
    with reading(text):
        found = [a for forms in (person.sex, person.age, person.places, Vocabulary.load().find) for a in forms(text)]
        return Told(person.told(text), tuple(_most_telling(found).values()))


def _most_telling(attributes: Iterable[Attribute]) -> dict[str, Attribute]:
    best: dict[str, Attribute] = {}
    for found in attributes:
        known = best.get(found.kind)
        if known is None or (found.bits, found.override) > (known.bits, known.override):
            best[found.kind] = found
    return best


def add_up(told: Sequence[Told], site: Site | None = None) -> Risk:
    """Return the risk of texts that leave together; `site` counts wherever somebody's case is told."""
    if not any(one.somebody for one in told):
        return Risk(FRANCE, Level.GREEN)
    best = _most_telling(a for one in told for a in one.attributes)
    shown = sorted(best.values(), key=lambda a: (a.start, a.end, a.kind))
    bits = {a.kind: a.bits for a in shown}
    for kind, more in _of_site(site or Site()).items():
        bits[kind] = max(bits.get(kind, 0), more)
    people = int(FRANCE / 2 ** sum(bits.values()))
    red = people <= RED or any(a.override for a in shown)
    return Risk(people, Level.RED if red else Level.ORANGE if people <= ORANGE else Level.GREEN, tuple(shown))


def _of_site(site: Site) -> dict[str, float]:
    """Return how much the account tells, by kind: the patients of an establishment live around it, or in it.

    A population is what is known best; else the département's. Told in the text too, the more telling of both counts.
    """
    bits: dict[str, float] = {}
    people = site.population or 1000 * DEPARTMENTS.get(site.department, 0)
    if people:
        bits["place"] = person.share(people)
    if site.facility and not site.population:
        hint = f"[ETABLISSEMENT_1 : {site.facility}]"
        bits |= {a.kind: a.bits for a in Vocabulary.load().find(hint) if a.kind == "establishment"}
    return bits


def estimate(text: str, edits: Sequence[Edit] = (), site: Site | None = None) -> Risk:
    """Return the risk of `text` alone once `edits` (sorted, not overlapping) are made; spans are those of `text`."""
    return add_up([tell(text, edits)], site)


def message(code: str) -> str:
    """Return the French sentence of a warning's code (`Risk.code`), "" if it is none of these."""
    return _MESSAGES.get(code, "")


@cache
def words(kind: str) -> tuple[str, str]:
    """Return the French noun of a kind of attribute, and how to make it more general."""
    named = {rule.kind: (rule.noun, rule.advice) for rule in Vocabulary.load().rules}
    return (_WORDS | named)[kind]
