"""Named places of care, schools, employers, associations, courts; all invented."""

import re
from random import Random

from training.texts import people, pools
from training.texts.forms import without_accents

from .places import SINGLES, THINGS
from .registry import value

_SPECIALITIES = "cardiologie gériatrie neurologie pneumologie oncologie néphrologie rhumatologie chirurgie viscérale orthopédie urologie".split()


def _mark(label: str, text: str) -> str:
    return f"⟦{label}|{text}⟧"


def _town(rng: Random) -> str:
    return pools.invented_town(rng) if rng.random() < 0.3 else rng.choice(pools.towns())[0]


def _person(rng: Random) -> str:
    someone = people.person(rng)
    return rng.choice((f"{someone.first} {someone.last}", f"{someone.first}-{someone.last}", someone.last))


def _saint(rng: Random) -> str:
    man = rng.random() < 0.6
    name = pools.listed_first(rng, "M" if man else "F")
    return rng.choice(("Saint-", "Saint ", "St-", "St ") if man else ("Sainte-", "Sainte ", "Ste-")) + name


def _poetic(rng: Random) -> str:
    return rng.choice(
        (f"Les {rng.choice(THINGS)}", f"Les {rng.choice(THINGS)}", f"La {rng.choice(SINGLES)}", f"Le Clos {people.surname(rng)}", f"Résidence de la {rng.choice(SINGLES)}",
         f"Ker {people.surname(rng)}", f"Les Jardins de {people.surname(rng)}", f"Le Parc de {_town(rng)}", f"L'Orée de la {rng.choice(SINGLES)}", f"Le Manoir de {_town(rng)}",
         f"{people.first_name(rng, rng.random() < 0.5)} {people.surname(rng)}", f"Bel Air {people.surname(rng)}")
    )  # fmt: skip


def _of(name: str) -> str:
    """de X, d'X, du X for Le X, des X for Les X."""
    if name.startswith("Le "):
        return f"du {name[3:]}"
    if name.startswith("Les "):
        return f"des {name[4:]}"
    return f"d'{name}" if without_accents(name)[0] in "AEIOUH" else f"de {name}"


def _cased(rng: Random, text: str) -> str:
    draw = rng.random()
    if draw < 0.06:
        return text.lower()
    if draw < 0.12:
        return without_accents(text).upper()
    return without_accents(text) if draw < 0.14 else text


@value("hospital")
def _hospital(rng: Random) -> str:
    town, someone = _town(rng), _person(rng)
    text = rng.choice(
        (f"CHU {_of(town)}", f"CHU {_of(town)}", f"CH {_of(town)}", f"CH {_of(town)}", f"CH {town}", f"CHU {town}", f"hôpital {_of(town)}", f"centre hospitalier {_of(town)}",
         f"Centre hospitalier {_of(town)}", f"hôpital {someone}", f"Hôpital {someone}", f"hôpital {_saint(rng)}", f"Hôpital {_saint(rng)}", f"CH {someone}", f"CHI {_of(town)}",
         f"Centre Hospitalier {someone}", f"CHRU {_of(town)}", f"CHS {someone}", f"EPSM {someone}", f"GHT {_of(town)}", f"hôpital de jour {someone}", f"CMP {_of(town)}", f"SSR {_poetic(rng)}",
         f"HAD {_of(town)}", f"CRF {_poetic(rng)}", f"CSAPA {_poetic(rng)}", f"Institut {someone}", f"CMPP {someone}", f"maternité {_of(town)}", f"CHR {town}", f"CHIC {town}", f"hôpital {town}")
    )  # fmt: skip
    return _mark("HEALTH_ORG", _cased(rng, text))


@value("clinic")
def _clinic(rng: Random) -> str:
    head = rng.choice(
        (
            "clinique",
            "Clinique",
            "clinique",
            "Polyclinique",
            "polyclinique",
            "Clinique de",
            "clinique mutualiste",
            "centre de rééducation",
            "Centre",
            "centre de dialyse",
            "Hôpital privé",
        )
    )
    name = rng.choice((_saint(rng), _poetic(rng), _person(rng), _town(rng)))
    text = f"{head[:-3]} {_of(_town(rng))}" if head.endswith(" de") else f"{head} {name}"
    if rng.random() < 0.3:
        text = re.sub(r" (Les|Le) ", lambda m: " des " if m[1] == "Les" else " du ", text)
    return _mark("HEALTH_ORG", _cased(rng, text))


@value("ehpad")
def _ehpad(rng: Random) -> str:
    head = rng.choice(
        "EHPAD EHPAD EHPAD EHPAD ehpad MAS FAM Résidence résidence|autonomie MARPA USLD foyer IME ESAT SSIAD SAVS SAMSAH maison|de|retraite Maison|de|retraite foyer|de|vie FH UPHV EAM".split()
    ).replace("|", " ")
    name = rng.choice((_poetic(rng), _poetic(rng), _saint(rng), _person(rng), _of(_town(rng))))
    text = f"{head} « {name} »" if rng.random() < 0.06 else f"{head} {name}"
    if rng.random() < 0.2:
        text = re.sub(r" (Les|Le) ", lambda m: " des " if m[1] == "Les" else " du ", text)
    return _mark("HEALTH_ORG", _cased(rng, text))


@value("lab")
def _lab(rng: Random) -> str:
    stem = pools.invented_surname(rng)
    name = rng.choice(
        (
            f"Bio-{stem}",
            f"Bio{stem.lower()}",
            f"{stem}Bio",
            f"Bio {_town(rng)}",
            f"Labo{stem.lower()}",
            _person(rng),
            f"des {rng.choice(THINGS)}",
            f"Uni{stem.lower()}",
            f"{stem}-Lab",
            f"{stem} & {pools.invented_surname(rng)}",
        )
    )
    return _mark(
        "HEALTH_ORG",
        _cased(rng, f"{rng.choice(('laboratoire', 'Laboratoire', 'labo', 'LBM', 'LABM', 'laboratoire'))} {name}"),
    )


@value("practice")
def _practice(rng: Random) -> str:
    head = rng.choice(
        (
            "cabinet médical",
            "Cabinet médical",
            "cabinet",
            "MSP",
            "maison de santé",
            "Maison de santé",
            "cabinet infirmier",
            "centre de santé",
            "cabinet de kinésithérapie",
            "Cabinet d'imagerie",
            "centre d'imagerie",
            "CPTS",
            "pôle de santé",
            "SCM",
            "cabinet dentaire",
        )
    )
    name = rng.choice(
        (
            f"des {rng.choice(THINGS)}",
            f"de la {rng.choice(SINGLES)}",
            _of(_town(rng)),
            _person(rng),
            f"{people.surname(rng)}-{people.surname(rng)}",
            f"de la {rng.choice(SINGLES)}",
        )
    )
    return _mark("HEALTH_ORG", _cased(rng, f"{head} {name}"))


@value("pharmacy")
def _pharmacy(rng: Random) -> str:
    name = rng.choice(
        (
            f"des {rng.choice(THINGS)}",
            f"de la {rng.choice(SINGLES)}",
            people.surname(rng),
            _of(_town(rng)),
            "Centrale " + _of(_town(rng)),
            _person(rng),
            f"de la {rng.choice(SINGLES)}",
        )
    )
    return _mark(
        "HEALTH_ORG",
        _cased(
            rng,
            f"{rng.choice(('pharmacie', 'Pharmacie', 'pharmacie', 'Pharmacie', 'Grande pharmacie', 'PHARMACIE', 'officine'))} {name}",
        ),
    )


@value("ward")
def _ward(rng: Random) -> str:
    head = rng.choice(
        (
            "unité",
            "Unité",
            "service",
            "pavillon",
            "Pavillon",
            "unité",
            "secteur",
            "aile",
            "US",
            "UHR",
            "UVP",
            "UCC",
            "bâtiment",
            "Salle",
            "maisonnée",
        )
    )
    name = rng.choice(
        (
            _person(rng),
            people.surname(rng),
            _poetic(rng),
            _saint(rng),
            rng.choice(THINGS),
            f"{people.surname(rng)} {rng.randint(1, 4)}",
        )
    )
    if rng.random() < 0.15:
        return _mark(
            "HEALTH_ORG",
            f"{people.surname(rng)} {rng.choice((rng.choice('1234'), rng.choice('ABC'), rng.choice(_SPECIALITIES)))}",
        )
    return _mark("HEALTH_ORG", f"{head} {name}")


@value("school")
def _school(rng: Random) -> str:
    head = rng.choice(
        (
            "école",
            "école maternelle",
            "école primaire",
            "École élémentaire",
            "collège",
            "Collège",
            "lycée",
            "lycée professionnel",
            "IME",
            "ITEP",
            "crèche",
            "halte-garderie",
            "IFSI",
            "école",
            "université",
            "CFA",
            "micro-crèche",
        )
    )
    return _mark(
        "ORG",
        _cased(
            rng,
            f"{head} {rng.choice((_person(rng), _person(rng), _saint(rng), f'des {rng.choice(THINGS)}', _of(_town(rng)), _poetic(rng)))}",
        ),
    )


@value("employer")
def _employer(rng: Random) -> str:
    stem, other = people.surname(rng), pools.invented_surname(rng)
    text = rng.choice(
        (f"{stem} SA", f"SARL {stem}", f"{stem} & Fils", f"Ets {stem}", f"{other.lower()}tech".capitalize(), f"{other} Industrie", f"Transports {stem}", f"Garage {stem}", f"boulangerie {stem}",
         f"Menuiserie {stem}", f"groupe {other}", f"{stem} Services", f"Conserverie {_of(_town(rng))}", f"mairie {_of(_town(rng))}", f"Mairie {_of(_town(rng))}", f"usine {other}", f"SCEA de la {rng.choice(SINGLES)}",
         f"GAEC des {rng.choice(THINGS)}", f"{other} Logistique", f"Fonderie {stem}", f"Ambulances {stem}", f"ambulances {_of(_town(rng))}", f"Taxi {stem}", f"{other}Med", f"{other.upper()}", f"Super {other}")
    )  # fmt: skip
    return _mark("ORG", text)


@value("association")
def _association(rng: Random) -> str:
    head = rng.choice(
        (
            "association",
            "Association",
            "asso",
            "ADMR",
            "UDAF",
            "l'association",
            "amicale",
            "AS",
            "club",
            "Club",
            "fondation",
            "Fondation",
            "ATMP",
            "SPIP",
            "Secours",
            "Foyer",
        )
    )
    head = head.removeprefix("l'")
    name = rng.choice(
        (
            f"Les {rng.choice(THINGS)}",
            _of(_town(rng)),
            f"{people.surname(rng)} Solidarité",
            f"Le Fil de {people.first_name(rng, False)}",
            _person(rng),
            f"Main dans la Main {_of(_town(rng))}",
            f"L'Escale {people.surname(rng)}",
            f"{pools.invented_surname(rng)} Aide",
        )
    )
    return _mark("ORG", f"{head} {name}")


@value("tribunal")
def _tribunal(rng: Random) -> str:
    head = rng.choice(
        (
            "tribunal judiciaire",
            "Tribunal judiciaire",
            "TJ",
            "tribunal de proximité",
            "juge des tutelles",
            "tribunal pour enfants",
            "cour d'appel",
            "TGI",
            "JAF",
            "tribunal administratif",
            "Parquet",
            "gendarmerie",
            "commissariat",
            "brigade",
            "maison d'arrêt",
            "CPAM",
        )
    )
    return _mark("ORG", _cased(rng, f"{head} {_of(_town(rng))}"))
