"""Word lists that say what a word may be: a drug, a first name, a commune, a plain French word, …

The lists are made by `lexicons/build.py` and shipped as package data; sources and licences stand in `NOTICE`.
They say what a word *can* be, never what it is: Diane is a drug and a first name, Vers a commune and a preposition.
Position decides (`positions`, `protect`).

Every list is read on first use and kept. All of them together load in about 0.15 s and hold about 40 MB, of which the
common words about 27 MB. The values are immutable but for `first_names`, which callers must not change.
"""

import gzip
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

# Lower case does not undo ligatures and typography; keys compare what a keyboard without them would type.
_PLAIN = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ß": "ss",
        **dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4\u0060\uff07", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"),
        "\u00ad": "",  # soft hyphen: invisible
        **dict.fromkeys("\u00a0\u2009\u202f", " "),
    }
)
_GAPS = re.compile(r"[\s'-]+")
_SAINT = re.compile(r"\b(st|ste)\b")
_LONG = {"st": "saint", "ste": "sainte"}


# folded words that join the parts of a name, and are none by themselves
PARTICLES = frozenset("de du des d le la les l van von ben el al da di dos saint sainte st ste et".split())


@dataclass(frozen=True, slots=True)
class Commune:
    """A name that French communes bear: `name` is folded, `departments` holds (code, name) of each, by code.

    `population` is that of the largest, 0 where unknown (delegated and associated communes, some territories).
    """

    name: str
    departments: tuple[tuple[str, str], ...]
    population: int


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, ligatures, or typographic apostrophes, hyphens and spaces.

    Idempotent. The length may change (œ → oe), so offsets do not carry over.
    """
    if text.isascii():
        return text.lower().replace("`", "'")
    if not _BEYOND_LATIN.search(text):
        return text.translate(_LATIN)
    return _fold(text)


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.lower().translate(_PLAIN))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", plain).translate(_PLAIN)


# letters that fold one by one, whatever stands beside them
_LATIN = {code: _fold(chr(code)) for code in range(0x180)}
_BEYOND_LATIN = re.compile("[^\x00-\u017f\u2018\u2019\u2010\u2011]")
_LATIN |= {code: _fold(chr(code)) for code in (0x2018, 0x2019, 0x2010, 0x2011)}


def place_key(name: str) -> str:
    """Return the form under which a commune's name is looked up: folded, one space for gaps, St and Ste in full."""
    return _place_keys(name).strip()


def _place_keys(names: str) -> str:
    spaced = _GAPS.sub(" ", fold(names)).replace("st.", "st").replace("ste.", "ste")
    return _SAINT.sub(lambda match: _LONG[match[0]], spaced)


@cache
def drugs() -> frozenset[str]:
    """Return folded drug names, brands and substances, some of several words; includes `ambiguous_drugs`."""
    return _words("drugs.txt.gz") | ambiguous_drugs()


@cache
def ambiguous_drugs() -> frozenset[str]:
    """Return the folded drug names that are also first or family names (Diane, Alma)."""
    return _words("drugs_ambiguous.txt.gz")


@cache
def drug_codes() -> dict[str, tuple[str, ...]]:
    """Return the ATC codes of folded drug names, in full («methadone»: N07BC02)."""
    return _coded("drug_codes.tsv.gz")


@cache
def disease_codes() -> dict[str, tuple[str, ...]]:
    """Return the ICD-10 codes, at most four characters and no dot, of folded short labels («syphilis»: A53)."""
    return _coded("disease_codes.tsv.gz")


@cache
def first_names() -> dict[str, int]:
    """Return folded first names and the births that they count in France, 1900 to 2021 (INSEE)."""
    rows = (line.partition("\t") for line in _lines("first_names.txt.gz"))
    return {name: int(count) for name, _, count in rows}


@cache
def surnames() -> frozenset[str]:
    """Return folded family names, some of several words (SIRENE 2018: people in business, so rare names lack)."""
    return _words("surnames.txt.gz")


@cache
def common_words() -> frozenset[str]:
    """Return folded French words in all their forms, those of ICD-10 included.

    Left out: words that are rare beside the name that they spell (Robert, Marie, Fournier), and forms that only
    novels use (imperfect subjunctive).
    """
    return _words("common_words.txt.gz")


@cache
def eponyms() -> frozenset[str]:
    """Return folded family names that medicine uses for diseases, signs, scores and devices (Parkinson, Apgar)."""
    return _words("eponyms.txt")


@cache
def clinical_terms() -> frozenset[str]:
    """Return folded acronyms, headers, roles, scores, institutions, software, germs and tests of care texts."""
    return _words("clinical_terms.txt")


@cache
def abbreviations() -> frozenset[str]:
    """Return folded abbreviations of a few letters that care staff write in capitals: no initials by themselves."""
    return _words("abbreviations.txt")


@cache
def territories() -> frozenset[str]:
    """Return folded names of countries, regions and départements: none of them points at a person."""
    return _words("territories.txt") | department_names()


@cache
def figures() -> frozenset[str]:
    """Folded full names of well-known people, real or fictional («marie curie»): cited, not cared for."""
    return _words("figures.txt")


def commune(name: str) -> Commune | None:
    """Return the commune (or communes) of that name, however it is accented, hyphenated or cased; None if none."""
    line = _communes().get(place_key(name))
    if line is None:
        return None
    folded, codes, population = line.split("\t")
    names = _departments()
    return Commune(folded, tuple((code, names[code]) for code in codes.split(";")), int(population))


def department_of_postcode(postcode: str) -> str | None:
    """Return the name of the département or territory that a postcode's digits point to; None if none does.

    Spaces inside are ignored. The prefix is right for all but 18 of the 35,500 pairs of commune and postcode: some
    communes are served by an office across the border.
    """
    digits = "".join(postcode.split())
    if not re.fullmatch(r"[0-9]{5}", digits):
        return None
    code = _SPECIAL_POSTCODES.get(digits) or _CORSICA.get(digits[:3])
    if code is None:
        code = digits[:3] if digits[:2] in ("97", "98") else digits[:2]
    return _departments().get(code)


@cache
def department_names() -> frozenset[str]:
    """Return the folded names of départements and overseas territories."""
    return frozenset(map(fold, _departments().values()))


# Corsica's two départements share the prefix 20; the third digit tells them apart.
_CORSICA = {"200": "2A", "201": "2A", "202": "2B", "206": "2B"}
# Both were part of Guadeloupe until 2007 and kept its prefix.
_SPECIAL_POSTCODES = {"97133": "977", "97150": "978"}


@cache
def _departments() -> dict[str, str]:
    """Return the name of each département and territory by its code, in the order of codes."""
    rows = (line.partition("\t") for line in _lines("departments.tsv"))
    return {code: name for code, _, name in rows}


@cache
def _communes() -> dict[str, str]:
    """Return the rows by key, unsplit: most are never asked for."""
    lines = _lines("communes.tsv.gz")
    # all at once, with a separator that no key touches: one by one it takes five times as long
    names = "\0".join(line.partition("\t")[0] for line in lines)
    return dict(zip((key.strip() for key in _place_keys(names).split("\0")), lines, strict=True))


def _coded(name: str) -> dict[str, tuple[str, ...]]:
    rows = (line.partition("\t") for line in _lines(name))
    return {term: tuple(codes.split(";")) for term, _, codes in rows}


def _words(name: str) -> frozenset[str]:
    return frozenset(_lines(name))


def _lines(name: str) -> list[str]:
    data = (files("avec_proxy") / "data" / name).read_bytes()
    return (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8").splitlines()
