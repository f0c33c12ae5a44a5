"""Addresses, towns, rooms."""

import re
from random import Random

from training.texts import people, pools
from training.texts.forms import without_accents

from .numbers import digits
from .registry import value

_WAYS = (
    "rue rue rue rue rue avenue avenue boulevard place chemin impasse allée route quai cours square sentier venelle passage résidence"
    " cité faubourg montée ruelle esplanade rond-point lotissement hameau clos villa traverse promenade voie"
).split()
_SHORT_WAYS = {
    "avenue": "av.",
    "boulevard": "bd",
    "place": "pl.",
    "chemin": "ch.",
    "impasse": "imp.",
    "allée": "all.",
    "route": "rte",
    "rue": "r.",
    "résidence": "rés.",
}
THINGS = """Lilas Mimosas Tilleuls Acacias Ormes Platanes Peupliers Glycines Roses Bleuets Primevères Hirondelles Alouettes Rossignols
Mésanges Écoles Remparts Tanneurs Capucins Carmes Jardins Prés Vignes Vergers Sources Fontaines Moulins Pins Chênes Hêtres
Bruyères Genêts Ajoncs Mouettes Goélands Pêcheurs Marins Forges Tisserands Potiers Cordeliers Ursulines Jonquilles Coquelicots
Marronniers Sorbiers Noisetiers Saules Érables Cèdres Oliviers Lauriers Amandiers Figuiers Cerisiers Pommiers Bouleaux""".split()
SINGLES = """Gare Mairie Poste Fontaine Liberté République Paix Victoire Plage Falaise Chapelle Forge Tour Source Garenne Croix
Mare Grange Fabrique Verrerie Tuilerie Filature Mine Soudière Corderie Métairie Vallée Colline Forêt Halle Lande Digue""".split()
_DATES = (
    "8-Mai-1945",
    "11-Novembre",
    "14-Juillet",
    "4-Septembre",
    "19-Mars-1962",
    "Général-Leclerc",
    "8 Mai 1945",
    "11 novembre 1918",
)
_LETTERS = "ABCDEFGH"


def _mark(label: str, text: str) -> str:
    return f"⟦{label}|{text}⟧"


def place_name(rng: Random) -> str:
    """Return the name of a lieu-dit or hamlet."""
    stem = pools.invented_surname(rng) if rng.random() < 0.6 else pools.invented_town(rng)
    draw = rng.random()
    if draw < 0.2:
        return rng.choice(("Ker", "Pen", "Ros", "Coat-", "Ty-", "Tré")) + stem.lower()
    if draw < 0.45:
        return f"{rng.choice(('la', 'La', 'le', 'Le', 'les', 'Les'))} {stem}{rng.choice(('', '', 'ière', 'erie', 's'))}"
    if draw < 0.6:
        return f"{rng.choice(('Mas', 'Clos', 'Moulin', 'Bois', 'Puy', 'Champ', 'Château', 'Domaine'))} {rng.choice(('de ', '', 'du '))}{stem}"
    if draw < 0.75:
        return f"{rng.choice(('Les', 'La', 'Le', 'Aux'))} {rng.choice(THINGS + SINGLES)}"
    if draw < 0.88:
        return f"la {stem[0] + stem[1:]}"
    return stem


def _named(rng: Random) -> str:
    """What follows the kind of way: des Lilas, Jean Moulin, de la Gare."""
    draw = rng.random()
    if draw < 0.3:
        return f"des {rng.choice(THINGS)}"
    if draw < 0.42:
        return f"de la {rng.choice(SINGLES)}"
    if draw < 0.5:
        return f"du {rng.choice(_DATES)}" if rng.random() < 0.6 else f"de la {rng.choice(SINGLES)}"
    if draw < 0.62:
        return f"de {pools.invented_town(rng) if rng.random() < 0.6 else rng.choice(pools.towns())[0]}"
    someone = people.person(rng)
    last = people.surname(rng) if rng.random() < 0.4 else someone.last
    if draw < 0.9:
        first = someone.first if rng.random() < 0.75 else f"{someone.first[0]}."
        return f"{first} {last}" if rng.random() < 0.8 else f"{first}-{last}"
    title = rng.choice(
        (
            "du Docteur",
            "du Dr",
            "du Général",
            "du Maréchal",
            "de l'Abbé",
            "du Colonel",
            "du Président",
            "Saint-",
            "Sainte-",
        )
    )
    return f"{title}{someone.first}" if title.endswith("-") else f"{title} {last}"


def number(rng: Random) -> str:
    """Return a house number and what follows it: 12, 12 bis,."""
    house = rng.choice((rng.randint(1, 30), rng.randint(1, 200), rng.randint(1, 9)))
    text = str(house)
    if rng.random() < 0.1:
        text += rng.choice((" bis", " ter", "bis", "B", " B", " A", f"-{house + 2}"))
    return text + ("," if rng.random() < 0.3 else "")


def street_line(rng: Random) -> str:
    """Return 12 bis, rue des Lilas, without mark."""
    way = rng.choice(_WAYS)
    if rng.random() < 0.2:
        way = _SHORT_WAYS.get(way, way)
    text = f"{number(rng)} {way} {_named(rng)}"
    draw = rng.random()
    if draw < 0.07:
        return text.lower()
    if draw < 0.14:
        return (without_accents(text) if rng.random() < 0.6 else text).upper()
    return without_accents(text) if draw < 0.17 else text


def _extra(rng: Random) -> str:
    """Building, floor, flat."""
    floor = rng.choice(
        (
            "1er étage",
            "2e étage",
            "3ème étage",
            "RDC",
            "rez-de-chaussée",
            "4e ét.",
            "5e étage gauche",
            "porte face",
            "2ème étage droite",
        )
    )
    building = f"{rng.choice(('bât.', 'bâtiment', 'Bât', 'bat', 'Bâtiment', 'entrée', 'escalier', 'esc.', 'tour'))} {rng.choice(_LETTERS)}{rng.choice(('', '', str(rng.randint(1, 9))))}"
    flat = f"{rng.choice(('appt', 'appartement', 'apt', 'appt.', 'logement', 'porte', 'n°'))} {rng.randint(1, 240)}"
    return ", ".join(rng.sample((building, floor, flat), rng.choice((1, 1, 2, 3))))


def _residence(rng: Random) -> str:
    name = rng.choice(
        (
            f"Les {rng.choice(THINGS)}",
            f"Le Clos {people.surname(rng)}",
            f"{people.surname(rng)}",
            f"de la {rng.choice(SINGLES)}",
            f"La {rng.choice(SINGLES)}",
        )
    )
    return f"{rng.choice(('Résidence', 'résidence', 'Rés.', 'Résidence', 'Foyer', 'HLM', 'Lotissement', 'Villa', 'Immeuble'))} {name}"


@value("street")
def _street(rng: Random) -> str:
    draw = rng.random()
    if draw < 0.84:
        return _mark("ADDRESS", street_line(rng))
    if draw < 0.9:
        return _mark("ADDRESS", f"{street_line(rng)}, {_extra(rng)}")
    if draw < 0.95:
        return _mark("ADDRESS", f"{_residence(rng)}, {_extra(rng)}")
    return _mark("ADDRESS", box(rng)) if draw < 0.97 else _mark("ADDRESS", _hamlet(rng))


def box(rng: Random) -> str:
    """Return a BP, CS or TSA."""
    return rng.choice(
        (
            f"BP {rng.randint(1, 999)}",
            f"CS {digits(rng, 5)}",
            f"B.P. {rng.randint(10, 400)}",
            f"TSA {digits(rng, 5)}",
            f"CS {digits(rng, 2)} {digits(rng, 3)}",
            f"BP{rng.randint(1, 99)}",
        )
    )


def _hamlet(rng: Random) -> str:
    name = place_name(rng)
    return rng.choice(
        (
            "lieu-dit {}",
            "Lieu-dit {}",
            "lieudit {}",
            "{}",
            "{}",
            "au lieu-dit {}",
            "Hameau {}",
            "lieu dit « {} »",
            "ferme de {}",
            "LD {}",
        )
    ).format(name)


@value("lieudit")
def _lieudit(rng: Random) -> str:
    text = _hamlet(rng)
    head, sep, rest = text.partition("lieu-dit ")
    # the words that announce it may be taken with it, the name must
    return _mark("ADDRESS", text) if rng.random() < 0.7 or not sep else f"{head}⟪lieu-dit⟫ {_mark('ADDRESS', rest)}"


@value("street.multi")
def _street_multi(rng: Random) -> str:
    lines = [street_line(rng)]
    if rng.random() < 0.6:
        lines.insert(0, f"{_residence(rng)}" + (f", {_extra(rng)}" if rng.random() < 0.6 else ""))
    elif rng.random() < 0.7:
        lines.insert(0, _extra(rng))
    if rng.random() < 0.3:
        lines.append(box(rng) if rng.random() < 0.6 else _hamlet(rng))
    return rng.choice(("\n", "\n", ", ", " - ")).join(_mark("ADDRESS", line) for line in lines)


def town(rng: Random) -> tuple[str, str]:
    """Return a commune and a postcode, listed or invented."""
    name, code = rng.choice(pools.towns())
    if rng.random() < 0.18:
        name = pools.invented_town(rng)
    if rng.random() < 0.12:
        name = re.sub(r"^Saint(e?)-", lambda m: rng.choice((f"St{m[1]}-", f"St{m[1]} ", f"Saint{m[1]} ")), name)
    return name, code


def _district(name: str, rng: Random) -> str:
    return (
        name + rng.choice((f" {rng.randint(1, 9)}e", f" {rng.randint(1, 15)}ème"))
        if name in ("Paris", "Lyon", "Marseille") and rng.random() < 0.5
        else name
    )


@value("city")
def _city(rng: Random) -> str:
    name = _district(town(rng)[0], rng)
    return _mark("CITY", without_accents(name).replace("-", " ") if rng.random() < 0.06 else name)


@value("city.low")
def _city_low(rng: Random) -> str:
    name = town(rng)[0].lower()
    return _mark(
        "CITY", without_accents(name) if rng.random() < 0.4 else name.replace("-", " ") if rng.random() < 0.5 else name
    )


@value("CITY")
def _city_capitals(rng: Random) -> str:
    name = town(rng)[0]
    return _mark(
        "CITY",
        (without_accents(name) if rng.random() < 0.6 else name).upper()
        + (f" CEDEX{rng.choice(('', ' 1', ' 9', ' 02'))}" if rng.random() < 0.1 else ""),
    )


@value("postcode")
def _postcode(rng: Random) -> str:
    code = town(rng)[1]
    return _mark("POSTCODE", f"{code[:2]} {code[2:]}" if rng.random() < 0.06 else code)


@value("postcity")
def _postcity(rng: Random) -> str:
    name, code = town(rng)
    if rng.random() < 0.3:
        name = (without_accents(name) if rng.random() < 0.6 else name).upper()
    if rng.random() < 0.08:
        name += rng.choice((" CEDEX", " Cedex", " cedex 2", " CEDEX 9"))
    code = rng.choices((code, f"{code[:2]} {code[2:]}", f"F-{code}"), (30, 1, 1))[0]
    if rng.random() < 0.05:
        return f"{_mark('CITY', name)} ({_mark('POSTCODE', code)})"
    return f"{_mark('POSTCODE', code)} {_mark('CITY', name)}"


@value("room")
def _room(rng: Random) -> str:
    base = str(rng.randint(1, 40) if rng.random() < 0.2 else rng.randint(100, 640))
    side = rng.choice("ABCDPFNS")
    draw = rng.random()
    if draw < 0.6:
        return _mark("ROOM", base)
    text = rng.choice(
        (
            f"{base}{side}",
            f"{base} {side}",
            f"{side}{base}",
            f"{side}-{base}",
            f"{base}-{rng.randint(1, 2)}",
            f"{base}/{rng.randint(1, 2)}",
            f"{base}{side.lower()}",
            f"{base} bis",
            f"{side}{rng.randint(1, 30):02d}",
            f"{base} {rng.choice(('porte', 'fenêtre', 'P', 'F'))}",
        )
    )
    return _mark("ROOM", text)


@value("bed")
def _bed(rng: Random) -> str:
    return _mark(
        "ROOM",
        rng.choice(
            (
                str(rng.randint(1, 30)),
                f"{rng.randint(1, 24):02d}",
                rng.choice("ABFP"),
                f"{rng.randint(100, 430)}{rng.choice('ABFP')}",
                f"{rng.choice('ABR')}{rng.randint(1, 18)}",
                rng.choice(("fenêtre", "porte")),
            )
        ),
    )
