"""What is read by form: whether a text tells of one person, and that person's sex, age and place."""

import math
import re
from collections.abc import Iterator

from avec_proxy.model import Attribute, Proposal
from avec_proxy.populations import DEPARTMENTS, FRANCE, REGION_OF, REGIONS
from avec_proxy.scan import Scan

_WHO = (
    r"(?:patiente?|homme|femme|fille|fillette|garçon|enfant|nourrisson|bébé|nouveau-né|adolescente?|résidente?|dame"
    r"|monsieur|jeune fille|jeune homme|étudiante?|retraitée?)"
)
_CASE = Scan(
    r"\[(?:PERSONNE|NAISSANCE|AGE|NIR|IPP|DOSSIER|CHAMBRE)_\d"
    r"|(?<!chez )\b(?:ma|mon|notre|cette|ce|votre) (?:jeune |petite? |vieille |vieux )?" + _WHO + r"\b"
    r"|(?<!chez )\b(?:le|la|du|l['’]) ?(?:patiente?|résidente?|enfant|nourrisson|bébé)\b(?:,| (?:a|est|vit|présente|dit|se)\b)"
    r"|(?:^|[«“]\s?|[.!?:»]\s{1,2}|\n\s{0,4}|[-•]\s)(?:une? |jeune |il s['’]agit d['’]une? )*"
    + _WHO
    + r",? (?:de |âgée? de )?\d"
    r"|\b(?:suivi|prise? en charge|cas|observation|dossier|situation|hospitalisation) d['’]une? " + _WHO + r"\b"
    r"|\b(?:il|elle|qui) (?:est|a|vit|présente|se plaint|travaille|souffre|prend|consulte|refuse|dit|raconte|habite|mesure)\b"
    r"|\b(?:a|avait|est|était) (?:été )?(?:hospitalisée?|admise?|adressée?|amenée?|opérée?|suivie?|vue?|retrouvée?)\b"
    r"|\b(?:hospitalisée?|admise?|adressée?|amenée?|opérée?|suivie?|vue?|connue?|née?) (?:à|au|aux|en|pour|par|ce|hier|depuis|dans)\b"
    r"|\b(?:je (?:suis|vois|reçois)|j['’]ai (?:vu|reçu|opéré|suivi|examiné)|nous (?:suivons|recevons|avons)) (?:une?|le|la|ce|cette)\b"
    # who asks for themselves
    r"|\bj['’]ai (?:été (?:opér|hospitalis|diagnostiqu|trait)|mal\b|une? (?:cancer|maladie|diabète|tumeur|syndrome)|\d{1,2} ans\b)"
    r"|\b(?:atcd|antécédents|motif|mode de vie|histoire de la maladie|profession|métier) ?:",
    re.IGNORECASE,
)
_MALE = r"homme|garçon|monsieur|patient|résident|M\.|veuf"
_FEMALE = r"femme|fille|fillette|madame|mme|mlle|patiente|résidente|dame|veuve|enceinte"
_SEX = Scan(rf"(?<![\w'’-])(?:{_FEMALE}|{_MALE})(?!\w)", re.IGNORECASE)
# «il faut» says nobody's sex
_PRONOUN = Scan(
    r"\b(?:il|elle)(?= (?:est|vit|présente|se plaint|travaille|souffre|prend|consulte|refuse|a|mesure)\b)", re.I
)
_NUMBER = r"(?P<n>\d{1,3})\s?(?P<unit>ans|mois|semaines?|jours?)\b"
_AGES = (
    Scan(
        r"\[(?:NAISSANCE|AGE)_\d{1,6} : (?:(?P<low>\d{1,3}) à (?P<n>\d{1,3}) (?P<unit>ans|mois)\b|(?P<newborn>moins de 1 mois)|(?P<infant>moins de 1 an))"
    ),
    Scan(rf"\[NAISSANCE_\d{{1,6}} : (?:environ )?{_NUMBER}(?P<old> ou plus)?(?: à J0)?\]"),
    Scan(r"\[AGE_\d{1,6} : (?P<n>90) (?P<unit>ans)(?P<old> ou plus)\]"),
    Scan(rf"\bâgée? d['’]?(?:e )?(?:environ )?{_NUMBER}", re.IGNORECASE),
    Scan(rf"\b{_WHO},? (?:de )?{_NUMBER}", re.IGNORECASE),
    Scan(r"(?<!\by )\b(?:a|avait|j['’]ai) (?P<n>\d{1,3})\s?(?P<unit>ans)\b(?! d(?:['’]|es? ))", re.IGNORECASE),
    Scan(r"\bâge ?[:=] ?(?P<n>\d{1,3})(?P<unit>)\b", re.IGNORECASE),
    Scan(
        r"(?:\]\s?[,(]?\s?|[,(] ?|\b[FH] ?[,/]? ?)(?P<n>\d{1,3})\s?(?P<unit>ans)\b(?! (?:plus tard|avant|après|auparavant|d))"
    ),
    Scan(
        r"\b(?P<decade>\w{4,8}g[ée]naire|(?:vingt|trent|quarant|cinquant|soixant)aine d['’]années|centenaire)\b", re.I
    ),
)
_AGE_BITS = {"ans": 6.4, "mois": 10.0, "semaine": 12.2, "jour": 14.9}
_NAMES = sorted({**DEPARTMENTS, **REGIONS}, key=len, reverse=True)
_POPULATION = {name: 1000 * thousands for name, thousands in (DEPARTMENTS | REGIONS).items()}
# also a direction, a sea, a batch, a sum, a dear friend, a town: only where «département» says it
_AMBIGUOUS = {"Nord", "Manche", "Lot", "Somme", "Cher", "Paris", "Vienne", "Centre-Val de Loire", "Corse"}
_ALL = "|".join(map(re.escape, _NAMES))
_PLAIN = "|".join(re.escape(name) for name in _NAMES if name not in _AMBIGUOUS)
_PLACES = (
    Scan(rf"\[(?:VILLE|LIEU|CP)_\d{{1,6}} : (?P<name>{_ALL})\]"),
    Scan(rf"\bdépartement (?:du |de la |de l['’]|des |de |d['’])?(?P<name>{_ALL})(?![\w-])"),
    # «Pays de la Loire» and «Val-d'Oise» are one name each
    Scan(
        rf"(?<![-\w])(?<!Pays )(?:en |à |dans (?:le |la |les |l['’])|du |de la |des |de l['’]|d['’])(?P<name>{_PLAIN}|Corse)(?![\w-])"
    ),
)
# what `wider_places` says and no list of populations holds; all overseas territories together: INSEE, rounded
_GENERAL_PLACES = {"France": 0.1, "commune": 0.1, "outre-mer": 4.6}
_GENERAL_PLACE = Scan(rf"\[LIEU_\d{{1,6}} : (?P<name>{'|'.join(_GENERAL_PLACES)})\]")
_SIZE = Scan(
    r"\b(?:village|commune|bourg|hameau|ville|île) de (?:moins de |environ |près de )?"
    r"(?P<n>\d{1,3}(?:[ .\u00a0\u202f]?\d{3}){0,2}) (?:habitants|âmes)\b",
    re.IGNORECASE,
)


def told(text: str) -> bool:
    """Tell whether `text`, as it would leave, tells of one person's case and is no general question."""
    return _CASE.search(text) is not None


def sex(text: str) -> Iterator[Attribute]:
    """Yield the first word that says a sex: one of two."""
    match = _SEX.search(text) or _PRONOUN.search(text)
    if match is not None:
        yield Attribute("sex", 1.0, *match.span())


def age(text: str) -> Iterator[Attribute]:
    """Yield the age that is told first, of the surest form: in years, in months or days for the youngest, a decade."""
    for form in _AGES:
        match = form.search(text)
        if match is not None:
            said = match.groupdict()
            yield Attribute("age", _age_bits(said), *_age_span(match))
            return


def ages(text: str) -> Iterator[tuple[int, int]]:
    """Yield the place of every age under 90 that `text` tells of somebody, exact to the year or better."""
    for form in _AGES:
        for match in form.finditer(text):
            said = match.groupdict()
            if said.get("n") and not said.get("low") and not said.get("old") and int(said["n"] or 0) < 90:
                yield _age_span(match)


def _age_span(match: re.Match[str]) -> tuple[int, int]:
    said = match.groupdict()
    for whole in ("decade", "newborn", "infant"):
        if said.get(whole):
            return match.span(whole)
    return match.start("low" if said.get("low") else "n"), max(match.end("n"), match.end("unit"))


def _age_bits(told_: dict[str, str | None]) -> float:
    if told_.get("newborn") or told_.get("infant"):
        return _AGE_BITS["mois"] if told_.get("newborn") else _AGE_BITS["ans"]
    if told_.get("low"):
        ages_ = int(told_["n"] or 0) - int(told_["low"] or 0) + 1
        # 0.012 of the people have one age of the reference's section 2.3
        return round(-math.log2(0.012 * ages_), 1) if told_["unit"] == "ans" else _AGE_BITS["ans"]
    if told_.get("decade"):
        decade = (told_["decade"] or "").casefold()
        return 11.1 if decade == "centenaire" else 6.2 if decade.startswith("nona") else 3.1
    unit, years = (told_.get("unit") or "ans").casefold().rstrip("s"), int(told_["n"] or 0)
    if unit != "an":
        return _AGE_BITS[{"moi": "mois"}.get(unit, unit)]
    if told_.get("old"):
        return 6.2
    return 11.1 if years >= 100 else 6.2 if years >= 90 else _AGE_BITS["ans"]


def places(text: str) -> Iterator[Attribute]:
    """Yield the départements, regions and sizes of communes that `text` names."""
    for form in _PLACES:
        for match in form.finditer(text):
            yield Attribute("place", share(_POPULATION[match["name"]]), *match.span("name"))
    for match in _SIZE.finditer(text):
        people = int(re.sub(r"\D", "", match["n"]))
        yield Attribute("place", share(max(people, 1)), *match.span())
    for match in _GENERAL_PLACE.finditer(text):
        yield Attribute("place", _GENERAL_PLACES[match["name"]], *match.span("name"))


def wider_places(text: str) -> Iterator[Proposal]:
    """Yield the region for a département that `text` names, the country for a region, «commune» for a village."""
    for form in _PLACES:
        for match in form.finditer(text):
            yield Proposal("place", *match.span("name"), REGION_OF.get(match["name"], "France"))
    for match in _SIZE.finditer(text):
        yield Proposal("place", *match.span(), "commune")


def share(people: int) -> float:
    """Return -log2 of the share of the people of France that `people` are."""
    return round(math.log2(FRANCE / people), 1) if people < FRANCE else 0.1
