"""Check digits: what tells an identifier from any other number.

Each function takes a number as written (spaces, dots, hyphens and the like are ignored), never raises, and says
whether its check digit is right. `CHECKSUMS` names them for rule files.
"""

import re
import unicodedata
from collections.abc import Callable

from stdnum import ean
from stdnum import iban as stdnum_iban
from stdnum import luhn as stdnum_luhn
from stdnum.fr import nif as stdnum_nif
from stdnum.fr import siret as stdnum_siret

_NOISE = re.compile(r"[\W_]+")
_KEY_WORD = re.compile(r"cl[ée]", re.IGNORECASE)
_NIR = re.compile(r"([1-478])(\d\d)(\d\d)(\d{5}|2[AB]\d{3})(\d{3})(\d\d)", re.ASCII)
# Unknown or provisional months: 20, 30–42, 50–99 (source: INSEE's practice, as EDS-Pseudo accepts it).
_MONTHS = frozenset((*range(1, 13), 20, *range(30, 43), *range(50, 100)))
_CORSICA = {"2A": "19", "2B": "18"}


def compact(text: str) -> str:
    """Return the letters and digits of `text`, upper-case, any script's decimal digits as ASCII."""
    kept = _NOISE.sub("", text).upper()
    if kept.isascii():
        return kept
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in kept)


def nir_key(text: str) -> bool:
    """Say whether `text` is a NIR (or NIA) of 15 characters: sex, month, and key 97 − (number mod 97).

    « clé » may stand before the key. Corsica counts 2A as 19 and 2B as 18. Sex 3, 4, 7 and 8 are temporary numbers.
    """
    match = _NIR.fullmatch(compact(_KEY_WORD.sub("", text)))
    if match is None or int(match[3]) not in _MONTHS:
        return False
    sex, year, month, place, order, key = match.groups()
    place = _CORSICA.get(place[:2], place[:2]) + place[2:]
    return 97 - int(sex + year + month + place + order) % 97 == int(key)


def luhn(text: str) -> bool:
    """Say whether the digits of `text` pass Luhn's test (RPPS, ADELI, FINESS, SIREN, cards)."""
    return bool(stdnum_luhn.is_valid(compact(text)))


def iban(text: str) -> bool:
    """Say whether `text` is an IBAN: ISO 7064 mod 97 and the country's structure (the RIB key adds nothing)."""
    return bool(stdnum_iban.is_valid(compact(text)))


def siret(text: str) -> bool:
    """Say whether `text` is a SIRET: Luhn, or the digit sum that La Poste's establishments have instead."""
    return bool(stdnum_siret.is_valid(compact(text)))


def nif(text: str) -> bool:
    """Say whether `text` is a French tax number: 13 digits, the last 3 are the first 10 modulo 511."""
    return bool(stdnum_nif.is_valid(compact(text)))


def ean13(text: str) -> bool:
    """Say whether `text` is an EAN-13: a product's code (CIP13), never a person's."""
    digits = compact(text)
    return len(digits) == 13 and bool(ean.is_valid(digits))


def mrz(text: str) -> bool:
    """Say whether a field of a travel document ends with its check digit: weights 7, 3, 1, modulo 10 (ICAO 9303)."""
    field = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z0-9<]+[0-9]", field, re.ASCII):
        return False
    total = sum((0 if c == "<" else int(c, 36)) * (7, 3, 1)[at % 3] for at, c in enumerate(field[:-1]))
    return total % 10 == int(field[-1])


CHECKSUMS: dict[str, Callable[[str], bool]] = {
    "nir_key": nir_key,
    "luhn": luhn,
    "iban": iban,
    "siret": siret,
    "nif": nif,
    "ean13": ean13,
    "mrz": mrz,
}
