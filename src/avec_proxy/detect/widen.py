"""A named place takes with it the word for what it is: «cmp nogent», «foyer rural de Saint-Mercy», «lp mongy».

«cmp» beside a town says as much as a name does, and a placeholder for the whole can say in its hint what it stands for.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from avec_proxy.detect.cover import Cover
from avec_proxy.model import Finding

_HEALTH = (
    r"cmpp?(?: ado| adulte| enfants?)?|cattp|ehpad|ehpa|usld|ssr|smr|had|chu|chru|ch|chi|ghu?|foyer(?: de vie| logement| d'hébergement| rural)?|"
    r"mater(?:nité)?|clinique|polyclinique|hôpital(?: de jour| privé)?|hopital|pharmacie|labo(?:ratoire)?|cabinet(?: médical| dentaire| infirmier)?|"
    r"maison de retraite|maison de santé|résidence(?: autonomie| senior)?|residence|ime|itep|ditep|mas|fam|eam|savs|samsah|ssiad|saad|msp|camsp|"
    r"csapa|caarud|pmi|sessad|mecs|urgences|centre (?:hospitalier|de santé|médical|de rééducation)"
)
_OTHER = r"lp|lycée|lycee|collège|college|école|ecole|crèche|creche|esat|ccas|cias|mds|cms|maison d'arrêt|commissariat|gendarmerie|tribunal(?: judiciaire)?|mairie|asso(?:ciation)?|entreprise|sté|société"
_LINK = r"(?: (?:de la|de l'|des|du|de|d')[ ]?|[ ])"
_KINDS = (
    ("HEALTH_FACILITY", re.compile(rf"(?i)(?<![\w-])(?P<kind>{_HEALTH}){_LINK}$")),
    ("ORGANIZATION", re.compile(rf"(?i)(?<![\w-])(?P<kind>{_OTHER}){_LINK}$")),
)
_NAMED = frozenset(("HEALTH_FACILITY", "ORGANIZATION", "CITY"))
_LOOK_BACK = 45


def widen(text: str, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings, those of places from the word for their kind on, unless another finding holds it."""
    found = list(findings)
    taken = Cover((f.start, f.end) for f in found)
    return [_widened(text, f, taken) if f.entity_type in _NAMED else f for f in found]


def _widened(text: str, finding: Finding, taken: Cover) -> Finding:
    before = text[max(0, finding.start - _LOOK_BACK) : finding.start]
    for entity, kind in _KINDS:
        match = kind.search(before)
        if match:
            start = finding.start - len(before) + match.start("kind")
            if not taken.touches(start, finding.start):
                return replace(finding, start=start, entity_type=entity)
    return finding
