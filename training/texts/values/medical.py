"""What looks like an identifier and is none: drugs, doses, values, scores, eponyms, codes, laws, authors."""

import re
from random import Random

from training.texts.forms import without_accents

from .registry import value
from .terms import shipped_drugs, term, terms

_UNITS = "mg mg mg g µg mcg UI UI/mL mL ml UI mg/j mg/24h %".split()
_AMOUNTS = "0,25 0,5 1 1,25 2 2,5 3 4 5 5 6 7,5 8 10 10 12 12,5 15 16 20 20 25 30 40 50 60 75 80 100 120 150 200 250 300 400 500 600 1000 4000 0,4 0,6".split()
_FORMS = "cp cp cp. comprimé gél gélule inj. sol buv sachet patch collyre suppo LP cp LP cp orodispersible sirop amp. ovule pommade crème".split()
_ENDS = (
    "matin et soir",
    "matin midi et soir",
    "le matin",
    "le soir",
    "au coucher",
    "si besoin",
    "x 3/j",
    "x2/j",
    "3x/j",
    "/8h",
    "toutes les 6 h",
    "1/j",
    "une fois par jour",
    "1-0-1",
    "1 0 1",
    "1-1-1-0",
    "pdt 7 j",
    "pendant 7 jours",
    "à jeun",
    "en SC",
    "SC",
    "IVL",
    "PO",
    "en systématique",
    "un jour sur deux",
    "par semaine",
    "h+12",
)


def _keep(text: str) -> str:
    return f"⦃{text}⦄"


def _drug_name(rng: Random) -> str:
    if rng.random() < 0.72:
        return rng.choice(terms("drugs"))
    name = rng.choice(shipped_drugs())
    return rng.choice((name, name.capitalize(), name.capitalize(), name.upper()))


@value("drug")
def _drug(rng: Random) -> str:
    name = _drug_name(rng)
    draw = rng.random()
    if draw < 0.1:
        name = name.lower()
    elif draw < 0.16:
        name = without_accents(name)
    elif draw < 0.22:
        name = name.upper()
    return _keep(name)


@value("DRUG")
def _drug_capitals(rng: Random) -> str:
    name = _drug_name(rng)
    name = (without_accents(name) if rng.random() < 0.7 else name).upper()
    if rng.random() < 0.3:
        return f"{_keep(name)} {_keep(f'{_amount(rng)} {rng.choice(_FORMS)}')}"
    return _keep(name)


def _amount(rng: Random) -> str:
    unit = rng.choice(_UNITS)
    gap = rng.choice((" ", " ", "", " "))
    unit = unit.upper() if rng.random() < 0.06 else unit
    return f"{rng.choice(_AMOUNTS)}{gap}{unit}"


@value("dose")
def _dose(rng: Random) -> str:
    draw = rng.random()
    if draw < 0.82:
        return _keep(_amount(rng))
    a, b = rng.choice(_AMOUNTS), rng.choice(_AMOUNTS)
    return _keep(
        rng.choice(
            (
                f"{a} mg/kg",
                f"{a} mg/{b} mg",
                f"{a}/{b}",
                f"{a} mg/h",
                f"{a} UI/kg/j",
                f"{a} mg x 2",
                f"{a} γ/kg/min",
                f"{a} gouttes",
                f"{a} bouffées",
            )
        )
    )


@value("posology")
def _posology(rng: Random) -> str:
    count = rng.choice(
        ("1", "2", "1/2", "½", "1", "un", "1,5", "10 gouttes", "1 inj", "2 bouffées", "1 sachet", "1 patch")
    )
    form = "" if " " in count else " " + rng.choice(_FORMS)
    draw = rng.random()
    if draw < 0.2:
        return _keep(
            rng.choice(
                ("1-0-1", "1-0-0", "0-0-1", "1-1-1", "1 - 0 - 1 - 0", "1/0/1", "1 0 0 1", "2-0-2", "½-0-½", "0-0-0-1")
            )
        )
    if draw < 0.3:
        return _keep(f"{_amount(rng)} {rng.choice(_ENDS)}")
    return _keep(f"{count}{form} {rng.choice(_ENDS)}")


def _listed(name: str, file: str, noise: float = 0.0) -> None:
    @value(name)
    def _make(rng: Random) -> str:
        text = term(file, rng)
        if rng.random() < noise:
            text = rng.choice((text.lower(), without_accents(text), text[:1].upper() + text[1:]))
        return _keep(text)


for _name, _file, _noise in (
    ("vital", "vitals", 0.06),
    ("score", "scores", 0.08),
    ("scale", "scales", 0.12),
    ("classification", "classifications", 0.04),
    ("code", "codes", 0.0),
    ("guideline", "guidelines", 0.0),
    ("authors", "authors", 0.0),
    ("software", "software", 0.05),
    ("device_brand", "devices", 0.05),
    ("germ", "germs", 0.06),
    ("protocol", "protocols", 0.03),
    ("law", "laws", 0.05),
    ("historical", "historical", 0.0),
):
    _listed(_name, _file, _noise)


@value("lab_value")
def _lab_value(rng: Random) -> str:
    text = term("labs", rng)
    draw = rng.random()
    if draw < 0.08:
        text = re.sub(r" (\d)", r" = \1", text, count=1)
    elif draw < 0.14:
        text = re.sub(r" (\d)", r": \1", text, count=1)
    elif draw < 0.2:
        text = text.replace(",", ".")
    elif draw < 0.24:
        text = text[:1].upper() + text[1:]
    return _keep(text)


@value("eponym")
def _eponym(rng: Random) -> str:
    text = term("eponyms", rng)
    draw = rng.random()
    if draw < 0.1:
        text = text[:1].upper() + text[1:]
    elif draw < 0.16:
        text = text.lower()
    elif draw < 0.2:
        text = without_accents(text)
    elif draw < 0.24:
        text = text.upper()
    elif draw < 0.36:
        # said by the name alone: « un Parkinson », « le Babinski »
        bare = re.split(r" (?:de |d'|du )", text, maxsplit=1)[-1]
        text = bare if bare[:1].isupper() and bare != "La Peyronie" else text
    return _keep(text)
