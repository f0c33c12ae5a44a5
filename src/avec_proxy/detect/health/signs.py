"""The signs of a told case, as `rules/narrative` lists them: expressions on flat text, each with a weight."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from avec_proxy.rulebook import SHIPPED, Examples, Regexes, Rule, load_folder
from avec_proxy.scan import Scan

_PATIENT = (
    r"(?:patient|patiente|resident|residente|malade|parturiente|primipare|multipare|nourrisson|nouveau-ne|prematuree?"
    r"|beneficiaire|usagere?|curiste|consultante?|accouchee|opere|operee)"
)
# what the expressions of the rules may use as {{NAME}}
PIECES = {
    "PATIENT": _PATIENT,  # who is cared for: the word alone says that there is care
    "SOMEBODY": (
        rf"(?:{_PATIENT}|dame|monsieur|homme|femme|mere|maman|papa|pere|garcon|garconnet|fille|fillette|enfant|bebe"
        r"|gamine?|adolescente?|ado|jeune|lyceenne?|collegien|collegienne|etudiante?|ecolier|retraitee?|detenue?"
        r"|salariee?|couple|famille|fratrie|personne|vieillard|octogenaire|nonagenaire|centenaire|quinquagenaire"
        r"|sexagenaire|septuagenaire|quadragenaire|trentenaire|veuf|veuve|migrante?|mineure?|victime)"
    ),
    "ADJECTIVE": (
        r"(?:(?:petite?|jeune|vieille|vieux|vieil|ancien|ancienne|autre|nouvelle|nouveau|pauvre|grande?|meme|gentil"
        r"|chere?|premiere?) ){0,2}"
    ),
    "KIN": (
        r"(?:fille|fils|mere|pere|mari|femme|conjointe?|compagne|compagnon|bebe|frere|s(?:oe|œ)ur|maman|papa"
        r"|grand-mere|grand-pere|voisine?|tante|oncle|cousine?|neveu|niece|enfant|collegue|amie?|pote|epouse|epoux"
        r"|belle-mere|beau-pere|beau-frere|belle-s(?:oe|œ)ur|beau-fils|belle-fille|ex|copain|copine)"
    ),
    "AGE": (
        r"(?:de |d'|agee? de |age de |d'environ |a )?\d{1,3} ?"
        r"(?:ans?\b|a\b|mois\b|semaines?\b|jours?\b|sa\b|j\b)"
    ),
    # what somebody does or is, and no thing nor general truth
    "DOES": (
        r"(?:demand|refus|di[ts]\b|racont|pleur|souhait|vit\b|dor[tm]|mang|boi[rt]|fum|se plain|souffr|hesit|parl|veut"
        r"|rentr|sor[tm]|trembl|march|touss|vomi|consult|present|port[eai]|rappel|habit|travaill|crain|cri[ea]|cach"
        r"|arriv|rechut|depri|s'isol|s'alimen|s'oppos|gratt|menac|confi[ea]|avou|revel|touche|hurl|frapp|perd|cherch"
        r"|tomb|annonc|appell|accus|ronfl|regurgit|maigri|grossi|pren(?:d|ait)\b(?! en | fin| effet| place)|vient (?:de |d')|n'ose|ne (?:veut|dort|mange|boit|parle|vient|supporte|peut plus|comprend)|n'a plus"
        r"|n'est plus|n'en|ne s|m'a |me (?:dit|demande|parle|raconte)|se sent|se fait|a ?(?:peur|mal|decouvert|fait"
        r"|rechute|perdu|bu|pris|eu |ete |accouche|vu|dit|refuse|chute|vomi|dormi|mange|arrete|deja|toujours|une |un "
        r"|des |besoin|tres|encore|\d)|est (?:arrive|tomb|hospitalis|suivi|parti|ven|deced|stable|agit|conscient"
        r"|enceint|sous |porteu|ne[e ]|celibatair|veuf|veuve|marie|sorti|rentr|adress|amen|oper|connu|en |au |chez"
        r"|dans|tres|a bout|homosex|seul|depressi|alcool|incarc|detenu|place|allong|sedat|revenu))"
    ),
    "START": r"(?:^|[.!?:;«“\"(\n]\s?|\n\s{0,4}[-•*]?\s?|[-–—•] )",
    "UNLESS_IF": r"(?<!si )(?<!quand )(?<!lorsque )(?<!que )(?<!dont )(?<!chez )(?<!ou )(?<!comment )",
}
_PLACE = re.compile(r"\{\{([A-Z_]+)\}\}")
# «chez un homme de 70 ans», «pour un enfant de 3 ans»: nobody; «chez cette dame» is somebody
_NOBODY = re.compile(
    r"(?:\b(?:chez|pour|face a|devant|avec|par|sur|si|quand|lorsqu'|qu'|dans|entre|parmi|comme|a|imagine[rz]?"
    r"|invente[rz]?|cree[rz]?)|\bd')"
    r" ?(?:une? |le |la |l'|tout |toute )?$"
)
_POINTED = re.compile(r"\W{0,3}(?:ma|mon|notre|votre|cette|cet?)\b")
_BEFORE = 30  # characters that `_NOBODY` looks at


def filled(pattern: str) -> str:
    """Return an expression with its pieces. Raises KeyError for one that is not in `PIECES`."""
    return _PLACE.sub(lambda match: PIECES[match[1]], pattern)


class Signs(BaseModel):
    """Signs that weigh the same: 2 is enough alone, 1 only with another. `care`: they say that somebody is cared for."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    weight: Literal[1, 2]
    care: bool = False
    patterns: Regexes = Field(min_length=1)

    @cached_property
    def scan(self) -> Scan:
        """The patterns as one, compiled on first use."""
        return Scan("|".join(f"(?:{filled(pattern)})" for pattern in self.patterns))

    def find(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the signs of somebody in a flat text."""
        for match in self.scan.finditer(text):
            start, end = match.span()
            if _POINTED.match(text, start, end) or not _NOBODY.search(text, max(start - _BEFORE, 0), start):
                yield match


class NarrativeRule(Rule):
    """One way in which a case is told. Its examples mark what all its groups find together."""

    why: str = Field(min_length=3)
    source: str = Field(min_length=3)
    groups: tuple[Signs, ...] = Field(min_length=1)
    examples: Examples

    @model_validator(mode="after")
    def _compiles(self, info: ValidationInfo) -> Self:
        if not (info.context or {}).get(SHIPPED):
            try:
                for pattern in (p for g in self.groups for p in g.patterns):
                    re.compile(filled(pattern))
            except KeyError:
                raise ValueError("a pattern uses a piece that is not known") from None
            except (re.error, OverflowError, RecursionError):
                raise ValueError("a pattern does not compile") from None
        return self


@cache
def load() -> tuple[NarrativeRule, ...]:
    """Return the shipped rules, read once. Raises `RuleFileError`."""
    return load_folder("narrative", NarrativeRule)


def spans(rule: NarrativeRule, text: str) -> Sequence[tuple[int, int]]:
    """Return what a rule finds in a flat text, spans that overlap as one, in reading order."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(match.span() for group in rule.groups for match in group.find(text)):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
