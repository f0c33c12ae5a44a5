"""Is somebody's case told («mon patient», «la dame du 12», «une résidente de 84 ans, …»), or general knowledge asked?

Signs are weighed (`signs`): some are enough alone, others only together. In one sentence that asks or orders, only those
count that are enough alone; in what is invented (a quiz, «un patient fictif»), none. On flat text (see `flat`).
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice

from avec_proxy.detect.health import signs
from avec_proxy.detect.health.flat import Flat
from avec_proxy.scan import Scan

_ENOUGH = 2
_SHORT = 140  # characters of a request about words

# in the text with its capitals
_NAMED = Scan(
    r"(?<!\w)(?:M\.|Mr|MR|Mme|MME|Mlle|Melle|Monsieur|Madame) (?:(?:Le |La |De |Du |de )?[A-ZÉÈ](?:[\w'’-]+|\.| \d)|\[)"
    r"|(?<![\w'’-])[A-ZÉÈ][a-zà-ÿ][\w'’-]+,? \(?\d{1,3} (?:ans|mois)\b[,).;]"
)
_INVENTED = Scan(
    r"\b(?:fictifs?|fictives?|imaginaires?|invente[es]?|vignettes? cliniques?|une? vignette|jeux? de roles?"
    r"|simulations?|qcm|ecos|ecn|edn|exercices? pedagogiques?|cas d'ecole"
    r"|propositions? (?:\w+ ){0,3}(?:exactes?|justes?|fausses?|vraies?|inexactes?|suivantes?|correctes?)"
    r"|(?:affirmations?|reponses?|items?) (?:\w+ ){0,3}(?:exactes?|justes?|fausses?|vraies?|inexactes?|correctes?)"
    r"|parmi les (?:propositions|affirmations|items|reponses)|quelle\(s\)|lequel|laquelle|lesquel(?:le)?s)\b"
    r"|\n\s{0,3}a[).] [^\n]{1,400}\n\s{0,3}b[).] "
)
# one sentence that asks or orders, and nothing told before it
_QUESTION = re.compile(
    r"^\W*(?:bonjour\W+|s'il te plait\W+)?(?:[^.?!\n:]{0,300}\?"
    r"|(?:quel|comment|qu'|que\b|peut|puis-je|existe|combien|pourquoi|a quoi|est-ce|quand|qui\b|dans quel|a partir|doit"
    r"|faut|y a-t-il|explique|resume|definis|donne|liste|traduis|redige|ecris|propose|fais)[^.?!\n]{0,300}[.?!]?)\s*$"
)
# «Traduis « le patient est décédé »»: words
_ABOUT_WORDS = re.compile(
    r"\b(?:tradui\w+|translate|corrige\w*|orthographe|defini\w*|synonymes?|que signifie\w*|que veut dire|l'expression"
    r"|conjugu\w+)\b[^«\"“\n]{0,60}[«\"“]"
)


@dataclass(frozen=True, slots=True)
class Told:
    """Whether a text tells somebody's case, and whether the telling alone says that there is care."""

    case: bool = False
    care: bool = False


def told(flat: Flat) -> Told:
    """Return what a text tells. It is read within `scan.reading(flat.text)`."""
    text = flat.text
    if _INVENTED.search(text) is not None or (len(text) < _SHORT and _ABOUT_WORDS.search(text) is not None):
        return Told()
    least = _ENOUGH if _QUESTION.search(text) is not None else 1
    weight, care = (_ENOUGH, False) if _NAMED.search(flat.cased) is not None else (0, False)
    for group in _groups():
        if group.weight < least or (weight >= _ENOUGH and (care or not group.care)):
            continue
        found = sum(1 for _ in islice(group.find(text), _ENOUGH))
        weight += group.weight * found
        care |= group.care and found > 0
    return Told(weight >= _ENOUGH, care and weight >= _ENOUGH)


@cache
def _groups() -> list[signs.Signs]:
    """Return the signs, those that are enough alone first."""
    return sorted((g for rule in signs.load() for g in rule.groups), key=lambda g: (-g.weight, not g.care))
