"""Telephones, mails, links, accounts."""

from random import Random

from training.texts import forms, people, pools

from .dates import words
from .numbers import digits, letters
from .registry import value


def _mark(label: str, text: str) -> str:
    return f"⟦{label}|{text}⟧"


def _national(rng: Random) -> str:
    """Ten digits, overseas prefixes included."""
    head = rng.choices(("01", "02", "03", "04", "05", "06", "07", "09"), (2, 3, 3, 3, 3, 9, 4, 2))[0]
    if rng.random() < 0.07:
        return rng.choice(
            ("0590", "0690", "0596", "0696", "0594", "0694", "0262", "0692", "0693", "0269", "0639")
        ) + digits(rng, 6)
    return head + digits(rng, 8)


def _pairs(number: str) -> list[str]:
    return [number[at : at + 2] for at in range(0, len(number), 2)]


@value("phone")
def _phone(rng: Random) -> str:
    number = _national(rng)
    pairs = _pairs(number)
    draw = rng.random()
    if draw < 0.45:
        text = " ".join(pairs)
    elif draw < 0.58:
        text = ".".join(pairs)
    elif draw < 0.72:
        text = number
    elif draw < 0.77:
        text = "-".join(pairs)
    elif draw < 0.79:
        text = "/".join(pairs)
    elif draw < 0.81:
        text = rng.choice(("\u00a0", "\u202f", "  ")).join(pairs)
    elif draw < 0.84:
        text = f"{number[:4]} {' '.join(_pairs(number[4:]))}"
    elif draw < 0.87:
        text = f"{number[:4]} {number[4:7]} {number[7:]}"
    elif draw < 0.98:
        country = rng.choices(
            ("+33", "0033", "00 33", "+590", "+262", "+32", "+352", "+41", "+213", "+377"),
            (12, 3, 2, 1, 1, 1, 1, 1, 1, 1),
        )[0]
        rest = " ".join([number[1], *_pairs(number[2:])])
        joint = rng.choice((" ", " ", "(0)", " (0)", " (0) ", ""))
        text = f"{country}{joint}{rest}" if rng.random() < 0.6 else f"{country}{number[1:]}"
    else:
        text = " ".join(pairs[:3]) + f" {number[6:]}"
    return _mark("PHONE", text)


@value("phone.words")
def _spoken(rng: Random) -> str:
    said = [words(int(pair)) if pair[0] != "0" else f"zéro {words(int(pair[1]))}" for pair in _pairs(_national(rng))]
    joint = rng.choices((" ", ", ", "-"), (6, 2, 0))[0]
    return _mark("PHONE", joint.join(said))


@value("email")
def _email(rng: Random) -> str:
    someone = people.person(rng)
    draw = rng.random()
    if draw < 0.72:
        text = forms.address(someone, rng)
    else:
        service = rng.choice(
            "secretariat accueil contact cardio direction ide mas.secretariat hdj geriatrie rh tuteur medecin labo urgences ehpad".split()
        )
        text = f"{service}@{_host(rng)}"
    if rng.random() < 0.04:
        text = text.replace("@", rng.choice((" @ ", "(at)", " arobase ")))
    return _mark("EMAIL", text.upper() if rng.random() < 0.03 else text)


def _host(rng: Random) -> str:
    stem = forms.without_accents(
        rng.choice((people.surname(rng), pools.invented_town(rng), rng.choice(pools.towns())[0]))
    ).lower()
    stem = "".join(c if c.isalnum() else "-" for c in stem)[:18].strip("-")
    body = rng.choice(
        (
            "ch-{}",
            "chu-{}",
            "clinique-{}",
            "ehpad-{}",
            "{}",
            "cabinet{}",
            "mairie-{}",
            "asso-{}",
            "ght-{}",
            "labo{}",
            "ssiad.{}",
        )
    )
    return body.format(stem) + rng.choice((".fr", ".fr", ".fr", ".org", ".com", ".net", ".asso.fr", ".re"))


@value("username")
def _username(rng: Random) -> str:
    return _mark("USERNAME", forms.account(people.person(rng), rng))


@value("url")
def _url(rng: Random) -> str:
    path = rng.choice(
        ("", "/", f"/patient/{digits(rng, 6)}", f"/dossier?id={digits(rng, 7)}", f"/r/{letters(rng, 6).lower()}{digits(rng, 3)}", f"/docs/CR_{digits(rng, 5)}.pdf",
         f"/visio/{letters(rng, 3).lower()}-{letters(rng, 4).lower()}-{letters(rng, 3).lower()}", f"/rdv/{digits(rng, 8)}", "/equipe/" + forms.account(people.person(rng), rng).lower())
    )  # fmt: skip
    head = rng.choices(
        ("https://", "http://", "https://www.", "www.", "https://intranet.", "https://dpi."), (5, 1, 2, 3, 1, 1)
    )[0]
    return _mark("URL", head + _host(rng) + path)


@value("ip")
def _ip(rng: Random) -> str:
    draw = rng.random()
    if draw < 0.12:
        return _mark(
            "IP",
            ":".join(f"{rng.randrange(65536):x}" for _ in range(8))
            if draw < 0.06
            else f"2001:db8:{rng.randrange(65536):x}::{rng.randrange(65536):x}",
        )
    head = rng.choice(("10", "192.168", "172.16", str(rng.randint(11, 223)), "10.12"))
    parts = head.split(".")
    parts += [str(rng.randint(0, 255)) for _ in range(4 - len(parts))]
    return _mark("IP", ".".join(parts))
