"""Places by position: named establishments and organisms, and communes where a place is expected."""

import re
from collections.abc import Callable, Iterator

from avec_proxy import lexicons
from avec_proxy.detect import grammar
from avec_proxy.detect.grammar import CAPITALISED, LETTER, LOWER, UPPER
from avec_proxy.lexicons import fold
from avec_proxy.model import Finding
from avec_proxy.scan import Scan

TITLES: dict[str, str] = {
    "position.establishment": "établissement nommé",
    "position.organisation": "organisme nommé",
    "position.town": "commune",
}

_HOUSE = (
    r"(?:EHPAD|[Ee]hpad|E\.H\.P\.A\.D\.|CHU|CHRU|CHR|CH|CHI|CHS|CHIC|GHT|GH|GHU|HIA|HAD|SSR|SMR|USLD|IME|IMPro|ITEP|DITEP|ESAT|SSIAD|SAAD|SPASAD|MAS|FAM|FAO|"
    r"EAM|SAVS|SAMSAH|SESSAD|CAMSP|CMP|CMPP|CATTP|CSAPA|CAARUD|MSP|MECS|CHRS|CADA|UEROS|PMI|MDA|"
    r"[Hh]ôpital|[Hh]opital|HÔPITAL|HOPITAL|[Hh]ôpitaux|[Cc]liniques?|CLINIQUE|[Pp]olyclinique|POLYCLINIQUE|"
    r"[Cc]entre [Hh]ospitalier(?: [Uu]niversitaire| [Rr]égional| [Ii]ntercommunal| [Ss]pécialisé)*|CENTRE HOSPITALIER(?: UNIVERSITAIRE| RÉGIONAL| REGIONAL| INTERCOMMUNAL)*|"
    r"[Cc]entre de (?:[Rr]ééducation|[Ss]anté|[Ss]oins)|[Mm]aison de (?:[Rr]etraite|[Ss]anté|[Rr]epos)|MAISON DE RETRAITE|[Mm]aternité|[Rr]ésidence(?: autonomie| senior)?|RÉSIDENCE|RESIDENCE|"
    r"[Ii]magerie(?: médicale)?|IMAGERIE MÉDICALE|[Cc]entre de (?:dialyse|consultation|lutte|planification|post-cure|cure)|[Mm]aison(?: de santé| médicale)?|[Mm]ater|CCAS|CIAS|"
    r"[Ff]oyer(?: rural| de vie| d'hébergement)?|FOYER|[Pp]harmacie|PHARMACIE|[Ll]aboratoire|LABORATOIRE|[Ll]abo|[Cc]abinet(?: médical| infirmier| dentaire)?|CABINET|"
    r"[Ii]nstitut|INSTITUT|[Pp]avillon|PAVILLON|[Ss]anatorium|[Uu]nité|UNITÉ|[Ss]ervice|SERVICE|[Ff]ondation|[Mm]icro-crèche|[Cc]rèche)"
)
_SCHOOL = (
    r"(?:[Éé]cole(?: maternelle| élémentaire| primaire)?|[Cc]ollège|[Ll]ycée|[Aa]ssociation|[Ss]ociété|[Ee]ntreprise|[Cc]lub|[Gg]arage|[Bb]oulangerie|"
    r"[Rr]estaurant|[Uu]sine|[Ee]ts\.?|SARL|SAS|[Cc]hez)"
)
_LINK = r"(?:(?:[ ]d(?:e|'|es|u)[ ]?[a-zà-ÿ-]{4,}){0,2})(?:[ ](?:de la|de l'|des|du|de|d'|les|la|le|l'|Les|La|Le|L'|DE LA|DE L'|DES|DU|DE|D'|LES|LA|LE|L'|aux|au|-|–)[ ]?|[ ]|[ ]?[«\"“][ ]?(?:(?:[Ll]es?|[Ll]a)[ ]|[Ll]')?|[ ]d'|[ ]l')"
_PROPER = rf"{CAPITALISED}(?:(?:[ ]|-|[ ](?:de la|de l'|des|du|de|d'|et|en|sur|sous|les|la|le|au|aux|à|DE LA|DES|DU|DE|D'|ET|SUR)[ ]?){CAPITALISED}){{0,5}}"
_ESTABLISHMENT = Scan(rf"(?<![{LETTER}-])(?P<type>{_HOUSE})(?P<link>{_LINK})(?P<id>{_PROPER})")
_ORGANISATION = Scan(rf"(?<![{LETTER}-])(?P<type>{_SCHOOL})(?P<link>{_LINK})(?P<id>{_PROPER})")

_TOWN_AT = Scan(
    rf"(?<![{LETTER}'-])(?:à|A|a|À|de|d'|vers|sur|près de|maire de|mairie de|commune de|ville de|port (?:du|de)|centre de|marché de|"
    rf"habite|habitant|domiciliée?s?|demeurant|né(?:e)? à|Fait à|du côté de|secteur de|originaire de|gare de|plage de|quartier de)[ ]?"
    rf"(?P<id>(?:(?:La|Le|Les|L'|la|le|les|l'|du|des)[ ]?)?[{UPPER}][{LETTER}'-]*[{LETTER}](?:[ -](?:(?:sur|sous|les|lès|en|de|du|la|le|d'|l'|des|aux|et)[ -]?)*[{UPPER}][{LETTER}'-]+){{0,4}})"
)
_TOWN_POSTCODE = Scan(
    rf"(?<![{LETTER}'-])(?P<id>[{UPPER}][{LETTER}'-]+(?:[ -](?:(?:sur|sous|les|en|de|du|la|le)[ -])?[{UPPER}][{LETTER}'-]+){{0,4}})[ ,]{{1,2}}\(?(?P<cp>(?:0[1-9]|[1-8]\d|9[0-58])\d{{3}}|97\d{{3}})\)?(?!\d)"
)
_TOWN_LOWER = Scan(
    rf"(?<![{LETTER}'-])(?:à|a|de|sur|vers|dans|habite) (?P<id>[{LOWER}][{LOWER}-]{{3,}})(?![{LETTER}'])"
)


_LARGE = 20_000


def _finding(start: int, end: int, entity: str, rule: str, score: float) -> Finding:
    return Finding(start, end, entity, f"position.{rule}", score)


def establishments(text: str) -> Iterator[Finding]:
    """Named hospitals, clinics, homes, practices, wards; the type stays when it is a common noun."""
    for pattern, entity, rule in (
        (_ESTABLISHMENT, "HEALTH_FACILITY", "establishment"),
        (_ORGANISATION, "ORGANIZATION", "organisation"),
    ):
        at = 0
        while match := pattern.search(text, at):
            # what a rejected word is followed by may be a name itself: «Service de soins - Hôpital Vialatte»
            at = match.start("id")
            kind, name = match["type"], match["id"]
            words = name.split()
            if not grammar.is_name_word(words[0]) or fold(words[0]) in lexicons.drugs():
                continue
            generic = fold(kind).startswith(
                (
                    "service",
                    "unite",
                    "laboratoire",
                    "labo",
                    "institut",
                    "pavillon",
                    "cabinet",
                    "chez",
                    "societe",
                    "foyer",
                )
            )
            if generic and not _proper_enough(words[0], match["link"]):
                continue
            common = fold(kind) in ("service", "unite", "chez")  # the hint says the type; these are no type
            start = match.start("id") if common else match.start("type")
            at = match.end()
            yield _finding(start, match.end("id"), entity, rule, 0.85)


def towns(text: str) -> Iterator[Finding]:
    """A commune of the list, with a capital, where a place is expected; in lower case only if it is no word."""
    for match in _TOWN_AT.finditer(text):
        start = match.start("id")
        for stop in _shorter(match["id"]):
            place = match["id"][:stop]
            found = lexicons.commune(place)
            folded = fold(place)
            if (
                found
                # «à Lyon» is the town, «l'hypothèse de Lyon» is not
                and (
                    folded not in lexicons.eponyms() or (found.population >= _LARGE and text[match.start()] not in "dD")
                )
                and folded not in lexicons.clinical_terms()
                and folded not in lexicons.drugs()
            ):
                if folded in lexicons.common_words() and found.population < 5000:
                    break
                yield _finding(start, start + stop, "CITY", "town", 0.85)
                break
    for match in _TOWN_POSTCODE.finditer(text):
        if lexicons.commune(match["id"]):
            yield _finding(*match.span("id"), "CITY", "town", 0.9)
            yield _finding(*match.span("cp"), "POSTCODE", "town", 0.9)
    for match in _TOWN_LOWER.finditer(text):
        folded = fold(match["id"])
        found = lexicons.commune(folded)
        if (
            found
            and len(folded) > 4
            and folded not in lexicons.common_words()
            and folded not in lexicons.drugs()
            and folded not in lexicons.clinical_terms()
        ):
            yield _finding(*match.span("id"), "CITY", "town", 0.8)


def _shorter(place: str) -> list[int]:
    """The ends at which a place may stop, longest first."""
    return [len(place), *(m.start() for m in reversed(list(re.finditer(r"[ -]", place))))]


def _proper_enough(word: str, link: str) -> bool:
    """A ward or a practice is named by a quotation, a place or a family name, not by its specialty."""
    folded = fold(word)
    if "«" in link or '"' in link:
        return True
    return folded not in lexicons.common_words() and (
        folded in lexicons.surnames() or lexicons.commune(folded) is not None
    )


DETECTORS: tuple[Callable[[str], Iterator[Finding]], ...] = (
    establishments,
    towns,
)
