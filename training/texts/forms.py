"""How people are written: every form of `training/templates/README.md`."""

import re
import unicodedata
from collections.abc import Callable
from random import Random

from .people import Person

Form = Callable[[Person, Random], str]
_DOMAINS = (
    "orange.fr gmail.com wanadoo.fr laposte.net free.fr hotmail.fr outlook.fr sfr.fr yahoo.fr live.fr icloud.com proton.me"
    " neuf.fr bbox.fr aol.com medecin.mssante.fr infirmier.mssante.fr"
).split()
_ALPHABET = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "Anatole Berthe Célestin Désiré Eugène François Gaston Henri Irma Joseph Kléber Louis Marcel Nicolas Oscar Pierre Quintal"
        " Raoul Suzanne Thérèse Ursule Victor William Xavier Yvonne Zoé".split(),
        strict=True,
    )
)


def without_accents(text: str) -> str:
    """Return the text with plain letters."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def capitals(person: Person, text: str) -> str:
    """Return the text in capitals as this person's papers write it."""
    return (without_accents(text) if person.bare_capitals else text).upper()


def _mark(text: str, label: str = "PERSON") -> str:
    return f"⟦{label}|{text}⟧"


def _letters(name: str) -> str:
    return "".join(re.findall(r"\w", without_accents(name))).lower()


def _initial(name: str, rng: Random) -> str:
    """The initials of a first name: J., J.-P., J-P, JP."""
    parts = re.split(r"[- ]", name)
    if len(parts) == 1:
        return f"{name[0]}."
    return rng.choice(("{0}.-{1}.", "{0}-{1}.", "{0}{1}.", "{0}. {1}.", "{0}.{1}.")).format(parts[0][0], parts[1][0])


def _short(person: Person, rng: Random, last: str) -> str:
    initial = _initial(person.first, rng)
    draw = rng.random()
    if draw < 0.75:
        return f"{initial} {last}"
    if draw < 0.85:
        return f"{initial}{last}"
    if draw < 0.93:
        return f"{initial.rstrip('.')} {last}"
    return f"{last} {initial}"


def _initials(person: Person, rng: Random) -> str:
    first = [part[0] for part in re.split(r"[- ]", person.first) if part]
    last = [part[0].upper() for part in re.split(r"[- ']", person.last) if part]
    a, b = "".join(first), last[-1] if rng.random() < 0.7 else "".join(last)
    if rng.random() < 0.3:
        a = first[0]
    draw = rng.random()
    if len(a) > 1 and draw < 0.4:
        return rng.choice(
            (f"{a[0]}.-{a[1]}. {b}.", f"{a[0]}-{a[1]}. {b}.", f"{a[0]}-{a[1]} {b}", f"{a}.{b}.", f"{a}{b}")
        )
    if rng.random() < 0.15:
        a, b = b, a
    return rng.choice(
        (f"{a}.{b}.", f"{a}.{b}.", f"{a}{b}", f"{a}{b}", f"{a}{b}.", f"{a}. {b}.", f"{a}.{b}", f"{a}-{b}.", f"{a}-{b}", f"{a} {b}",
         f"{a}/{b}", f"{a.lower()}.{b.lower()}.", f"{a}{b}".lower(), f"{a}{b.lower()}"[:3])
    )  # fmt: skip


def _one_initial(person: Person, rng: Random) -> str:
    letter = person.last[0].upper() if rng.random() < 0.85 else re.split(r"[- ']", person.last)[-1][:1].upper()
    return rng.choice((f"{letter}.", f"{letter}.", f"{letter}.", letter, f"{letter}…", f"{letter}***"))


def _spelled(person: Person, rng: Random) -> str:
    letters = [c for c in person.last.upper() if c.isalpha()]
    if rng.random() < 0.6:
        letters = list(without_accents("".join(letters)))
    draw = rng.random()
    if draw < 0.12 and len(letters) < 8:
        return ", ".join(f"{c} comme {_ALPHABET.get(without_accents(c), 'Zoé')}" for c in letters)
    joint = rng.choice(("-", "-", " ", " ", ".", ", ", " - ", "/"))
    return joint.join(letters if rng.random() < 0.8 else [c.lower() for c in letters])


def _low(text: str, rng: Random) -> str:
    return (without_accents(text) if rng.random() < 0.5 else text).lower()


def _civility(person: Person, rng: Random) -> str:
    if person.man:
        return rng.choices(("M.", "Mr", "Monsieur", "M", "mr", "monsieur", "Mr."), (10, 7, 7, 2, 2, 1, 1))[0]
    return rng.choices(("Mme", "Madame", "Mme.", "mme", "Mlle", "madame", "MME"), (14, 7, 1, 3, 2, 1, 1))[0]


def _doctor(person: Person, rng: Random) -> str:
    return rng.choices(("Dr", "Docteur", "Dr.", "dr", "Pr", "Professeur", "docteur", "DR"), (12, 5, 2, 2, 3, 1, 1, 1))[
        0
    ]


def address(person: Person, rng: Random) -> str:
    """Return an email address made of the name, without mark."""
    first, last, initial = _letters(person.first), _letters(person.last), _letters(person.first)[:1]
    name = rng.choice(
        (f"{first}.{last}", f"{first}.{last}", f"{initial}.{last}", f"{initial}{last}", f"{last}.{first}", f"{first}{last}",
         f"{first}-{last}", f"{first}_{last}", f"{last}{rng.randint(1, 99):02d}", f"{first}{rng.randint(1940, 2005)}")
    )  # fmt: skip
    if rng.random() < 0.6:
        domain = rng.choice(_DOMAINS)
    else:
        body = rng.choice(("ch", "chu", "clinique", "ehpad", "cabinet", "ssiad", "mairie", "asso", "hopital"))
        stem = _letters(rng.choice((person.birth, person.last, person.nick)))[:12]
        domain = f"{body}-{stem}.{rng.choice(('fr', 'fr', 'org', 'com', 're', 'bzh'))}"
    return f"{name}@{domain}"


def account(person: Person, rng: Random) -> str:
    """Return a user name made of the name, without mark."""
    first, last = _letters(person.first), _letters(person.last)
    name = rng.choice(
        (f"{first[0]}{last}", f"{first[0]}{last}", f"{last}{first[0]}", f"{first}.{last}", f"{last[:6]}{first[:2]}", f"{first[0]}.{last}",
         f"{first}{rng.randint(1, 99):02d}", f"{last[:3]}{first[:3]}{rng.randint(1, 999):03d}", f"{first}_{last[:1]}", f"ext-{first[0]}{last}")
    )  # fmt: skip
    return name.upper() if rng.random() < 0.15 else name


def _curly(form: Form) -> Form:
    """Now and then with the typographic apostrophe."""

    def write(person: Person, rng: Random) -> str:
        text = form(person, rng)
        return text.replace("'", "’") if "'" in text and rng.random() < 0.3 else text

    return write


FORMS: dict[str, Form] = {
    "full": lambda p, r: _mark(f"{p.first} {p.last}"),
    "FULL": lambda p, r: _mark(capitals(p, f"{p.first} {p.last}")),
    "Full": lambda p, r: _mark(f"{p.first} {capitals(p, p.last)}"),
    "rev": lambda p, r: _mark(f"{p.last} {p.first}"),
    "REV": lambda p, r: _mark(f"{capitals(p, p.last)} {p.first}"),
    "RFULL": lambda p, r: _mark(capitals(p, f"{p.last} {p.first}")),
    "first": lambda p, r: _mark(p.first),
    "FIRST": lambda p, r: _mark(capitals(p, p.first)),
    "last": lambda p, r: _mark(p.last),
    "LAST": lambda p, r: _mark(capitals(p, p.last)),
    "birth": lambda p, r: _mark(p.birth),
    "BIRTH": lambda p, r: _mark(capitals(p, p.birth)),
    "short": lambda p, r: _mark(_short(p, r, p.last)),
    "Short": lambda p, r: _mark(_short(p, r, capitals(p, p.last))),
    "nick": lambda p, r: _mark(p.nick),
    "low": lambda p, r: _mark(_low(f"{p.first} {p.last}", r)),
    "lowlast": lambda p, r: _mark(_low(p.last, r)),
    "lowfirst": lambda p, r: _mark(_low(p.first, r)),
    "spelled": lambda p, r: _mark(_spelled(p, r)),
    "i": lambda p, r: _mark(_initials(p, r), "INITIALS"),
    "il1": lambda p, r: _mark(_one_initial(p, r), "INITIALS"),
    "email": lambda p, r: _mark(address(p, r), "EMAIL"),
    "username": lambda p, r: _mark(account(p, r), "USERNAME"),
    "civ": _civility,
    "dr": _doctor,
    "il": lambda p, r: "il" if p.man else "elle",
    "Il": lambda p, r: "Il" if p.man else "Elle",
    "e": lambda p, r: "" if p.man else "e",
    "le": lambda p, r: "le" if p.man else "la",
    "Le": lambda p, r: "Le" if p.man else "La",
}
FORMS = {name: _curly(form) for name, form in FORMS.items()}
_ANY = "full full FULL Full Full rev REV REV RFULL last last LAST first short Short".split()
FORMS["any"] = lambda p, r: FORMS[r.choice(_ANY)](p, r)
