"""What is said of a fact: that it is not so, or that it is a relative's. On flat text (see `flat`).

Only what stands in the same clause counts. After the forms of edsnlp's and NegEx's French triggers, kept tight: «il ne
prend pas sa méthadone» denies the taking and not the treatment.
"""

import re

_FAR = 60  # characters
_BETWEEN = (
    r"(?:[ '](?:d|en|de|des|du|la|le|les|l|un|une|eu|ete|a|fait|avoir|toute?s?|notion|antecedents?|atcd|signes?|consommation|intoxication|addiction|dependance|mesusage|habitudes?|impregnation"
    r"|prise|usage|argument|pour|en faveur|trouble|autre|probleme|idees?|mention|recours|aucune?|connue?s?|particulier"
    r"|familia(?:l|ux)|personnels?|ni|conduites?|episode|element|histoire|sa|son)\b){0,6}[ ']?"
)
_DENIED_BEFORE = re.compile(
    rf"(?:\b(?:pas|jamais|aucune?|sans|absence|ni|nie(?:nt)?|dementi?e?|demens|ecarte\w?|elimine\w?|exclu\w?|refut\w{{1,3}}|neg)\b){_BETWEEN}$|\bnon[ -]$"
)
_NOT_OWNED = re.compile(r"\bpas (?:sa|son)(?: \w+)? ?$")  # «il ne prend pas sa …»: it is his
_DENIED_AFTER = re.compile(
    r"^ ?(?:\([^)]{0,20}\) ?)?(?::|=|est|etait|sont|revenue?s?|rendue?s?)? ?(?:negati(?:f|ve)s?|non (?:retrouve|connu)|non\b(?! \w+ant)"
    r"|neant|absente?s?\b|exclue?s?\b|ecartee?s?\b|eliminee?s?\b|0\b(?![,.]\d| ?%))"
)
_CLAUSE = re.compile(r"[.;!?\n]|\bmais\b")

_KIN = (
    r"(?:mere|pere|parents?|maman|papa|frere|s(?:oe|œ)ur|fils|fille|enfants?|mari|femme|epouse|epoux|conjointe?|compagne"
    r"|compagnon|concubine?|cousine?|tante|oncle|neveu|niece|grand-mere|grand-pere|grands-parents|aines?|ainee?s?|jumeau|jumelle"
    r"|beau-pere|belle-mere|beau-frere|belle-s(?:oe|œ)ur|petit-fils|petite-fille|fratrie|copain|copine|partenaire|ex)"
)
_RELATIVE = re.compile(
    rf"(?:\b(?:son|sa|ses|leurs?|chez (?:le|la)|du cote|le|la|d'une?|un|une|deux) {_KIN}\b|\b(?:atcd|antecedents?) familia(?:l|ux)\b"
    r"|\bdans (?:la|sa) famille\b|\bterrain familial\b)"
)
# «ma fille» is the one who is told of; «la fille de 6 ans» too
_NOT_THEIRS = re.compile(rf"{_KIN},? (?:de |agee? de )?\d")


def denied(text: str, start: int, end: int) -> bool:
    """Tell whether what stands at [start, end) is said not to be so."""
    before = _clause(text, start)
    if _DENIED_BEFORE.search(before) is not None and _NOT_OWNED.search(before) is None:
        return True
    return _DENIED_AFTER.search(text[end : end + _FAR]) is not None


def of_relative(text: str, start: int) -> bool:
    """Tell whether what begins at `start` is said of a relative of the person in question."""
    before = _clause(text, start)
    nearest = max((match.start() for match in _RELATIVE.finditer(before)), default=None)
    return nearest is not None and _NOT_THEIRS.search(before, nearest) is None


def _clause(text: str, start: int) -> str:
    before = text[max(start - _FAR, 0) : start]
    cut = 0
    for match in _CLAUSE.finditer(before):
        cut = match.end()
    return before[cut:]
