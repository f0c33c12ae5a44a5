"""What was found takes with it what it cannot be read without: «cmp nogent», «lp mongy», the day of «07/2025».

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
# institutions that bear a person's name: «lycée Jean Mermoz»; a cabinet or a pharmacy is that of the person who bears it
_OF_A_NAME = (
    ("HEALTH_FACILITY", re.compile(r"(?i)(?<![\w-])(?P<kind>cmpp?|cattp|camsp|ehpad|ime|itep|sessad|mecs) $")),
    ("ORGANIZATION", re.compile(r"(?i)(?<![\w-])(?P<kind>lp|lycée|lycee|collège|college|esat) $")),
)
_NAMED = frozenset(("HEALTH_FACILITY", "ORGANIZATION", "CITY"))
_LOOK_BACK = 45
# the rest of a figure: of «31/07/2025» nothing stays when its year is a date
_WEEKDAY = r"(?i:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) "
_DATE_BEFORE = re.compile(rf"(?<!\w){_WEEKDAY}$|(?<![\w/.-])(?:{_WEEKDAY})?(?:\d{{1,4}}[/.-]){{1,2}}$")
_DATE_AFTER = re.compile(r"(?:[/.-]\d{1,4}){1,2}(?![\w/-]|\.\d)")
# «tour 4», «bâtiment B»: the word alone is hidden already
_PART_AFTER = re.compile(r" (?:n° ?)?(?:\d{1,4}|[A-Z])(?: (?:bis|ter))?(?![\w/-]|[.,]?\d)")
_PART = re.compile(
    r"(?i)(?<!\w)(?:tour|b[âa]t|b[âa]timent|escalier|esc|appt?|appartement|[ée]tage|porte|bloc|hall|résidence|villa|lot|logement)\.?$"
)
# «adhérent M 6620417»: the letter is a part of the number
_LETTER_BEFORE = re.compile(
    r"(?i)(?:adh(?:érente?|erente?)?|n°|numéro|contrat|dossier|réf(?:érence)?)\.? (?P<kind>[a-z]{1,2} )$"
)


def widen(text: str, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings, those of figures and places whole: with the rest of the figure, from the word for what the
    place is on. What another finding holds is left to it."""
    found = list(findings)
    taken = Cover((f.start, f.end) for f in found)
    return [_widened(text, _completed(text, f, taken), taken) for f in found]


def _completed(text: str, finding: Finding, taken: Cover) -> Finding:
    """Return a finding with the rest of its figure, unless another finding holds it."""
    start, end = finding.start, finding.end
    before = text[max(0, start - _LOOK_BACK) : start]
    if finding.entity_type in ("DATE_TIME", "BIRTH_DATE"):
        first = _DATE_BEFORE.search(before) if text[start].isdigit() else None
        last = _DATE_AFTER.match(text, end) if text[end - 1].isdigit() else None
        start -= len(first[0]) if first else 0
        end += len(last[0]) if last else 0
    elif finding.entity_type == "STREET_ADDRESS" and _PART.search(text[start:end]):
        part = _PART_AFTER.match(text, end)
        end = part.end() if part else end
    elif finding.entity_type == "OTHER_ID" and text[start].isdigit() and end - start >= 6:
        letter = _LETTER_BEFORE.search(before)
        start -= len(letter["kind"]) if letter else 0
    if taken.touches(start, finding.start) or taken.touches(finding.end, end):
        return finding
    return replace(finding, start=start, end=end)


def _widened(text: str, finding: Finding, taken: Cover) -> Finding:
    kinds = _KINDS if finding.entity_type in _NAMED else _OF_A_NAME if finding.rule == "model.person" else ()
    before = text[max(0, finding.start - _LOOK_BACK) : finding.start]
    for entity, kind in kinds:
        match = kind.search(before)
        if match:
            start = finding.start - len(before) + match.start("kind")
            if not taken.touches(start, finding.start):
                return replace(finding, start=start, entity_type=entity)
    return finding
