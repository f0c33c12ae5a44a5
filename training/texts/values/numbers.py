"""Numbers that stand for people, places and things, with the check digits that the real ones carry."""

import string
from random import Random

from .registry import value


def digits(rng: Random, count: int) -> str:
    """Return `count` random digits."""
    return "".join(rng.choice(string.digits) for _ in range(count))


def letters(rng: Random, count: int) -> str:
    """Return `count` random capitals, less those that plates avoid."""
    return "".join(rng.choice("ABCDEFGHJKLMNPQRSTVWXYZ") for _ in range(count))


def luhn(body: str) -> str:
    """Return the Luhn check digit of a body of digits."""
    total = 0
    for at, digit in enumerate(reversed(body)):
        number = int(digit) * (2 if at % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return str(-total % 10)


def nir_key(body: str) -> str:
    """Return the two-digit key of a 13-character NIR; 2A counts as 19 and 2B as 18."""
    number = int(body.replace("2A", "19").replace("2B", "18"))
    return f"{97 - number % 97:02d}"


def iban_key(country: str, account: str) -> str:
    """Return the two check digits of an IBAN."""
    text = account + country + "00"
    return f"{98 - int(''.join(str(int(c, 36)) for c in text)) % 97:02d}"


def _mark(label: str, text: str) -> str:
    return f"⟦{label}|{text}⟧"


def _grouped(text: str, sizes: tuple[int, ...], joint: str) -> str:
    out, at = [], 0
    for size in sizes:
        out.append(text[at : at + size])
        at += size
    out.append(text[at:])
    return joint.join(part for part in out if part)


@value("nir")
def _nir(rng: Random) -> str:
    department = rng.choices(
        (f"{rng.randint(1, 95):02d}", "2A", "2B", f"97{rng.randint(1, 6)}", "99"), (20, 0.8, 0.8, 1.5, 4)
    )[0]
    if department == "20":
        department = "2A"
    place = digits(rng, 5 - len(department))
    body = f"{rng.choice('12')}{rng.randint(0, 99):02d}{rng.randint(1, 12):02d}{department}{place}{digits(rng, 3)}"
    key = nir_key(body) if rng.random() < 0.93 else digits(rng, 2)
    draw = rng.random()
    if draw < 0.45:
        text = _grouped(body + key, (1, 2, 2, 2, 3, 3), " ")
    elif draw < 0.75:
        text = body + key
    elif draw < 0.83:
        text = body
    elif draw < 0.9:
        text = f"{body} {rng.choice(('', 'clé ', '/ '))}{key}"
    else:
        text = _grouped(body + key, (1, 2, 2, 2, 3, 3), rng.choice((".", "-", " ", "  ")))
    return _mark("NIR", text)


@value("rpps")
def _rpps(rng: Random) -> str:
    body = "10" + digits(rng, 8)
    number = body + luhn(body)
    return _mark(
        "RPPS",
        number
        if rng.random() < 0.75
        else _grouped(number, (1, 4, 3), " ")
        if rng.random() < 0.4
        else _grouped(number, (2, 3, 3), " "),
    )


@value("adeli")
def _adeli(rng: Random) -> str:
    body = f"{rng.randint(1, 95):02d}{rng.choice('0 1 2 4 6 7 9 93 80'.split())}"
    body += digits(rng, 8 - len(body))
    number = body + luhn(body)
    return _mark("ADELI", number if rng.random() < 0.7 else _grouped(number, (2, 1, 5), " "))


@value("finess")
def _finess(rng: Random) -> str:
    body = f"{rng.choice((f'{rng.randint(1, 95):02d}', '2A', '97'))}{rng.choice(('0', '0', '00', '07'))}"
    body += digits(rng, 8 - len(body))
    number = body + luhn(body.replace("2A", "20"))
    return _mark(
        "FINESS", number if rng.random() < 0.75 else _grouped(number, (2, 3, 3) if rng.random() < 0.5 else (3, 3), " ")
    )


@value("siret")
def _siret(rng: Random) -> str:
    siren = digits(rng, 8)
    siren += luhn(siren)
    body = siren + f"{rng.randint(1, 60):05d}"[:4]
    number = body + luhn(body)
    return _mark("OTHER_ID", number if rng.random() < 0.5 else _grouped(number, (3, 3, 3), " "))


@value("iban")
def _iban(rng: Random) -> str:
    if rng.random() < 0.9:
        country, account = "FR", digits(rng, 21) + digits(rng, 2)
    else:
        country, size = rng.choice((("BE", 12), ("DE", 18), ("ES", 20), ("LU", 16), ("MC", 23)))
        account = digits(rng, size)
    number = country + iban_key(country, account) + account
    draw = rng.random()
    if draw < 0.6:
        return _mark("IBAN", " ".join(number[at : at + 4] for at in range(0, len(number), 4)))
    return _mark("IBAN", number if draw < 0.9 else number.lower())


@value("ipp")
def _ipp(rng: Random) -> str:
    draw = rng.random()
    if draw < 0.6:
        text = digits(rng, rng.randint(6, 10))
    elif draw < 0.75:
        text = rng.choice(("0", "00", "1", "8")) + digits(rng, 8)
    elif draw < 0.85:
        text = letters(rng, 1) + digits(rng, rng.randint(6, 9))
    elif draw < 0.93:
        text = _grouped(digits(rng, 9), (3, 3), " ")
    else:
        text = f"IPP{digits(rng, 7)}"
    return _mark("IPP", text)


@value("nda")
def _nda(rng: Random) -> str:
    year = rng.randint(18, 26)
    return _mark(
        "NDA",
        rng.choice(
            (digits(rng, 9), f"{year}{digits(rng, 7)}", f"20{year}-{digits(rng, 5)}", f"H{year}-{digits(rng, 6)}", f"{year}/{digits(rng, 5)}",
             f"{letters(rng, 2)}{digits(rng, 7)}", f"{digits(rng, 3)} {digits(rng, 3)} {digits(rng, 3)}", f"E{digits(rng, 8)}", f"20{year}{digits(rng, 6)}",
             f"SEJ-{digits(rng, 6)}", f"URG{year}{digits(rng, 5)}", digits(rng, 5))
        ),
    )  # fmt: skip


@value("plate")
def _plate(rng: Random) -> str:
    draw = rng.random()
    if draw < 0.75:
        parts = (letters(rng, 2), f"{rng.randint(1, 999):03d}", letters(rng, 2))
    else:
        parts = (
            digits(rng, rng.randint(2, 4)),
            letters(rng, rng.randint(2, 3)),
            rng.choice((f"{rng.randint(1, 95):02d}", "2A", "2B", "974")),
        )
    text = rng.choices(("-", " ", ""), (6, 3, 1.5))[0].join(parts)
    return _mark("PLATE", text.lower() if rng.random() < 0.1 else text)


@value("id_doc")
def _id_doc(rng: Random) -> str:
    return _mark(
        "ID_DOC",
        rng.choice(
            (digits(rng, 12), f"{digits(rng, 2)}{letters(rng, 2)}{digits(rng, 5)}", f"{letters(rng, 1)}{digits(rng, 8)}", digits(rng, 10),
             f"{letters(rng, 3)}{digits(rng, 1)}{letters(rng, 2)}{digits(rng, 3)}", f"{digits(rng, 2)}{letters(rng, 2)}{digits(rng, 3)} {digits(rng, 2)}",
             f"{digits(rng, 4)} {digits(rng, 4)} {digits(rng, 4)}", f"{letters(rng, 4)}{digits(rng, 5)}", f"99{letters(rng, 2)}{digits(rng, 5)}")
        ),
    )  # fmt: skip


@value("caf")
def _caf(rng: Random) -> str:
    return _mark(
        "OTHER_ID",
        rng.choice(
            (digits(rng, 7), digits(rng, 7) + letters(rng, 1), f"{digits(rng, 7)} {letters(rng, 1)}", digits(rng, 6))
        ),
    )


@value("mdph")
def _mdph(rng: Random) -> str:
    department = f"{rng.randint(1, 95):02d}"
    return _mark(
        "OTHER_ID",
        rng.choice(
            (
                digits(rng, 6),
                f"{department}-{digits(rng, 6)}",
                f"{rng.randint(2015, 2026)}{department}{digits(rng, 5)}",
                f"{department}/{rng.randint(2015, 2026)}/{digits(rng, 5)}",
                f"D{department}{digits(rng, 5)}",
                digits(rng, 8),
            )
        ),
    )


@value("specimen")
def _specimen(rng: Random) -> str:
    year = rng.randint(20, 26)
    return _mark(
        "OTHER_ID",
        rng.choice(
            (
                f"{year}H{digits(rng, 5)}",
                f"{year}-{digits(rng, 5)}",
                f"{digits(rng, 10)}",
                f"{letters(rng, 1)}{year}{digits(rng, 6)}",
                f"{year}{letters(rng, 2)}{digits(rng, 5)}.{rng.randint(1, 4)}",
                f"ANP{year}-{digits(rng, 4)}",
                f"{digits(rng, 2)} {digits(rng, 3)} {digits(rng, 4)}",
            )
        ),
    )


@value("device")
def _device(rng: Random) -> str:
    return _mark(
        "OTHER_ID",
        rng.choice(
            (
                f"SN{digits(rng, 8)}",
                f"SN-{digits(rng, 4)}-{letters(rng, 2)}",
                f"{letters(rng, 3)}{digits(rng, 6)}{letters(rng, 1)}",
                f"{letters(rng, 2)}{digits(rng, 2)}-{digits(rng, 5)}",
                f"{digits(rng, 4)}{letters(rng, 2)}{digits(rng, 4)}",
                f"{letters(rng, 1)}{digits(rng, 2)} {digits(rng, 4)} {digits(rng, 3)}",
                digits(rng, 11),
            )
        ),
    )


@value("other_id")
def _other_id(rng: Random) -> str:
    year = rng.randint(2016, 2026)
    return _mark(
        "OTHER_ID",
        rng.choice(
            (
                digits(rng, 8),
                digits(rng, 13),
                f"{year}-{digits(rng, 4)}",
                f"RG {year % 100}/{digits(rng, 5)}",
                f"{year % 100}/{digits(rng, 5)}",
                f"{letters(rng, 2)}-{year}-{digits(rng, 4)}",
                f"{letters(rng, 3)}{digits(rng, 5)}",
                f"{digits(rng, 4)}.{digits(rng, 3)}.{digits(rng, 2)}",
                f"C{digits(rng, 9)}",
                f"{digits(rng, 6)}{letters(rng, 1)}",
            )
        ),
    )
