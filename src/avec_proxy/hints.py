"""Hints: what a placeholder may say of its value, always less than the value itself.

An age instead of a birth date, an interval instead of a date, a département instead of a commune, a type
instead of an establishment: the model can still reason about the patient. Where nothing safe can be said,
the hint is empty. Dates are never shifted: false dates lie about seasons, weekdays and validity.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from avec_proxy import lexicons
from avec_proxy.lexicons import fold

_MONTHS = {
    "janvier": 1, "janv": 1, "jan": 1, "fevrier": 2, "fevr": 2, "fev": 2, "mars": 3, "mar": 3, "avril": 4, "avr": 4, "mai": 5, "juin": 6,
    "juillet": 7, "juil": 7, "aout": 8, "septembre": 9, "sept": 9, "sep": 9, "octobre": 10, "oct": 10, "novembre": 11, "nov": 11,
    "decembre": 12, "dec": 12,
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_TEXTUAL = re.compile(rf"(?:(?P<d>\d{{1,2}})\s*(?:er)?\s+)?(?P<m>{_MONTH})\.?(?:\s+(?P<y>(?:19|20)\d\d|'?\d\d))?\b")
_NUMERIC = re.compile(
    r"(?<!\d)(?P<d>\d{1,2})(?:er)?\s*[/.\- ]\s*(?P<m>\d{1,2})(?:\s*[/.\- ]\s*(?P<y>(?:19|20)\d\d|\d\d))?(?!\d)"
)
_ISO = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)-?(?P<m>0[1-9]|1[0-2])-?(?P<d>0[1-9]|[12]\d|3[01])(?!\d(?!\d{3,}))")
_MONTH_YEAR = re.compile(r"(?<!\d)(?P<m>0?[1-9]|1[0-2])[/.\-](?P<y>(?:19|20)\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)(?!\d)")
_SHORT_YEAR = re.compile(r"(?<!\d)'?(?P<y>\d\d)(?!\d)")
_RANGE = re.compile(
    r"(?<!\d)(?P<a>\d{1,2})\s*(?:er)?\s*(?:au|-|–)\s*(?P<rest>\d{1,2}\s*(?:er)?\s+\D.*|\d{1,2}[/.]\d.*)$"
)
_ALONE = re.compile(r"(?:le )?(?:\w+di )?(?P<d>\d{1,2})(?:er)?")
# «les 5, 6 et 12 janvier 2024»
_DAYS_OF = re.compile(
    r"(?:les? )?(?P<days>\d{1,2}(?:er)?(?: ?, ?(?:le )?\d{1,2}(?:er)?){0,8}) (?P<join>et|ou) (?:le )?"
    r"(?P<last>\d{1,2}(?:er)?(?: [a-z]|[/.]\d).*)"
)
_LIST = re.compile(r"\d\s*(?:er)?\s*,\s*\d|\b(?:et|ou)\b|&")
# An appointment lies at most this far ahead of the day on which it is written.
_AHEAD_YEARS = 10
_DAYS_A_MONTH = 365.2425 / 12
NEAR_DAYS = 31  # up to so many, every interval is told in days
EXACT_DAYS = 400  # up to so many, a clinical one is


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as far as the text gives it; 0 stands for an unknown year, month or day."""

    year: int
    month: int
    day: int

    def resolved(self, near: date | None = None) -> date | None:
        """Return the full date, the missing year or month taken nearest to `near`; None if it stays unknown."""
        if not self.day or (self.year and not self.month) or (not self.year and near is None):
            return None
        if self.year:
            return _date(self.year, self.month, self.day)
        assert near is not None
        around = [d for d in self._around(near) if d is not None]
        return min(around, key=lambda d: abs((d - near).days), default=None)

    def _around(self, near: date) -> list[date | None]:
        if self.month:
            return [_date(near.year + years, self.month, self.day) for years in (-1, 0, 1)]
        months = [near.year * 12 + near.month - 1 + shift for shift in (-1, 0, 1)]
        return [_date(month // 12, month % 12 + 1, self.day) for month in months]


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_UNITS = {
    word: number
    for number, words in enumerate(
        (
            "un une premier", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze",
            "treize", "quatorze", "quinze", "seize",
        ),
        1,
    )
    for word in words.split()
}  # fmt: skip
_TENS = {"vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60}
_NUMBER_WORD = "|".join(sorted((*_UNITS, *_TENS, "cent", "cents", "mille", "et"), key=len, reverse=True))
_SPELLED = re.compile(rf"\b(?!et\b)(?<!\d )(?:{_NUMBER_WORD})(?:[ -](?:{_NUMBER_WORD}))*\b")


def spelled(words: str) -> int:
    """Return the number below 10,000 that French words write («vingt et un», «mille neuf cent quatre-vingt-dix»)."""
    total = part = 0
    for word in re.findall(r"[a-z]+", words):
        if word == "mille":
            total, part = max(part, 1) * 1000, 0
        elif word in ("cent", "cents"):
            part = max(part, 1) * 100
        elif word in ("vingt", "vingts") and part % 100 == 4:  # quatre-vingt
            part += 76
        else:
            part += _TENS.get(word, 0) + _UNITS.get(word, 0)
    return total + part


def _in_figures(text: str) -> str:
    return _SPELLED.sub(lambda match: str(spelled(match[0])), text)


def parse(surface: str, today: date, *, ahead: int = 0) -> tuple[PartialDate, ...]:
    """Return the date or the two ends of the range that `surface` writes; empty if it cannot be read.

    A year of two digits is in the past, or at most `ahead` years after `today` (an appointment may be).
    """
    text = _in_figures(fold(surface))
    if _LIST.search(text):
        return ()  # «5, 6 et 7 mai» has no two ends
    span = _RANGE.search(text)
    if span:
        last = parse(span["rest"], today, ahead=ahead)
        if len(last) == 1 and last[0].day >= int(span["a"]):
            return PartialDate(last[0].year, last[0].month, int(span["a"])), last[0]
        return ()
    for pattern in (_ISO, _TEXTUAL, _NUMERIC, _MONTH_YEAR, _YEAR, _SHORT_YEAR):
        matches = list(pattern.finditer(text))
        if not matches:
            continue
        if len(matches) > 2:
            return ()
        dates = tuple(d for d in (_read(m, today.year + ahead) for m in matches) if d is not None)
        return dates if len(dates) == len(matches) else ()
    return ()


def events(surface: str, today: date) -> tuple[tuple[PartialDate, ...], str]:
    """Return the dates that `surface` writes of an event, which may lie ahead, and what joins them («à», «et», «ou»).

    «le 12» is a day of some month, and never a year.
    """
    text = _in_figures(fold(surface))
    alone = _ALONE.fullmatch(text)
    if alone and int(alone["d"]) <= 31:
        return (PartialDate(0, 0, int(alone["d"])),), ""
    several = _DAYS_OF.fullmatch(text)
    if several is None:
        return parse(surface, today, ahead=_AHEAD_YEARS), "à"
    last = parse(several["last"], today, ahead=_AHEAD_YEARS)
    days = [int(d) for d in re.findall(r"\d+", several["days"])]
    if len(last) != 1 or not last[0].day or not all(0 < a < b for a, b in pairwise([*days, last[0].day])):
        return (), ""
    return (*(PartialDate(last[0].year, last[0].month, d) for d in days), last[0]), several["join"]


def _read(match: re.Match[str], latest: int) -> PartialDate | None:
    groups = match.groupdict()
    month = groups.get("m") or "0"
    m = _MONTHS.get(month, 0) if not month.isdigit() else int(month)
    d = int(groups.get("d") or 0)
    y = int((groups.get("y") or "0").lstrip("'"))
    if 0 < y < 100:
        y += 2000 if 2000 + y <= latest else 1900
    if m > 12 or d > 31:
        return None
    return PartialDate(y, m, d)


_FULL_YEAR = re.compile(r"(?:19|20)\d\d")
_YOUNGEST_CENTENARIAN = 10  # years past the century at which a birth in the last one is still likely


def age(surface: str, today: date) -> str:
    """Return the age hint of a birth date on the day `today` («76 ans», «14 mois», «12 jours»); "" if unreadable."""
    dates = parse(surface, today)
    if len(dates) != 1 or not dates[0].year:
        return ""
    born = dates[0].resolved()
    if born is None and dates[0].day:
        return ""  # no such day
    if born is None:
        return _about(dates[0], today)
    if born > today:
        return ""
    if today.year - born.year <= _YOUNGEST_CENTENARIAN and not _FULL_YEAR.search(surface):
        return ""  # «12/03/25» may be of this century or of the last
    days = (today - born).days
    if days < 31:
        return f"{days} jour{'s' * (days > 1)}"
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    if months < 24:
        return f"{months} mois"
    return _years(months // 12) if months // 12 <= 120 else ""


def _about(born: PartialDate, today: date) -> str:
    """Return the age of somebody of whom only the year, or month and year, of birth is told.

    Where the birthday may lie on either side of `today`, one year more or less is said to be possible.
    """
    months = (today.year - born.year) * 12 + (today.month - born.month if born.month else 0)
    years = months // 12
    if years < 2 or years > 120:
        return ""
    if years >= 90:
        return "89 ans ou plus" if years == 90 and months % 12 == 0 else _years(years)
    sure = bool(born.month) and months % 12 > 0
    return _years(years) if sure else f"environ {years} ans"


def _years(years: int) -> str:
    return "90 ans ou plus" if years >= 90 else f"{years} ans"


# Bands of five years; the first year, the age of majority and 90 bound theirs (INSEE and WHO count the first year apart).
_BAND_STARTS = (1, *range(5, 18, 5), 18, *range(20, 90, 5))
NO_SCORE = "ne pas calculer de score"
_TOLD_AGE = re.compile(
    r"(?P<about>environ )?(?P<n>\d{1,3})\s?(?P<unit>ans?|mois|semaines?|jours?|)(?P<more> ou plus)?(?P<at> à J0)?"
)


def band(told: str) -> str:
    """Return the five-year band of an age as a text or a hint tells it («76 ans» → «75 à 79 ans, ne pas calculer…»).

    Never across 18; the first year is «moins de 1 mois» or «1 à 11 mois». An age without unit is in years. From 90 on
    the age is «90 ans ou plus» already. "" where `told` is no age.
    """
    match = _TOLD_AGE.fullmatch(told.strip().casefold().replace("j0", "J0"))
    if match is None:
        return ""
    number, unit = int(match["n"]), match["unit"].rstrip("s")
    if match["more"]:
        return told
    if unit in ("jour", "semaine"):
        number, unit = int(number * (7 if unit == "semaine" else 1) / _DAYS_A_MONTH), "moi"
    if unit == "moi":
        young = "moins de 1 mois" if number < 1 else "1 à 11 mois"
        ages = young if number < 12 else _band_of(number // 12, number // 12)
    else:
        ages = _band_of(number - bool(match["about"]), number)
    return f"{ages}{match['at'] or ''}, {NO_SCORE}" if ages else ""


def _band_of(low: int, high: int) -> str:
    """Return the band that holds both ages, in years; two bands together where one does not; "" across 18."""
    if high >= 90 or low < 18 <= high:
        return "90 ans ou plus" if low >= 90 else ""
    if high < 1:
        return "moins de 1 an"
    first = max((start for start in _BAND_STARTS if start <= low), default=1)
    last = min((start for start in _BAND_STARTS if start > high), default=90) - 1
    return f"{first} à {last} ans"


class Grain(StrEnum):
    """How much of the anchor's own date is told: all, all but the year, month and year, the year alone."""

    DAY = "day"
    NO_YEAR = "no_year"
    MONTH = "month"
    YEAR = "year"

    def of(self, when: PartialDate) -> PartialDate | None:
        """Return as much of `when` as can be measured from such an anchor; None for nothing."""
        if self is Grain.DAY:
            return when
        if self is Grain.NO_YEAR:
            return None if when.year else when
        if not when.year or (self is Grain.MONTH and not when.month):
            return replace(when, month=0, day=0) if when.year else None
        return replace(when, day=0) if self is Grain.MONTH else replace(when, month=0, day=0)


def interval(surface: str, anchor: date, today: date, *, exact: bool = False, grain: Grain = Grain.DAY) -> str:
    """Return where a date stands from the conversation's anchor: «J0», «J+7», «3 mois avant J0», «5 ans avant J0».

    Up to 31 days in days, up to 24 months in months, beyond in years; `exact` keeps days whatever the distance
    (pregnancy, vaccination, post-operative course, dosing). A date without a year is placed on both sides of the
    anchor where it is not near («J+86 ou J-279»). `grain`: how much of the anchor's own date is told. Of a range whose ends are not placed to the day, the length is told.
    """
    return placed(*events(surface, today), anchor, exact=exact, grain=grain)


def placed(
    dates: tuple[PartialDate, ...], joint: str, anchor: date, *, exact: bool = False, grain: Grain = Grain.DAY
) -> str:
    """Return what `interval` does, of dates that were read already."""
    parts = [_place(d, anchor, exact=exact) if (d := grain.of(when)) else "" for when in dates]
    if not dates or not all(parts):
        return ""
    if len(dates) == 2 and joint == "à" and not all(part.startswith("J") and " " not in part for part in parts):
        first = dates[0].resolved(anchor)
        last = dates[1].resolved(first)
        if first is not None and last is not None and last >= first:
            return f"{parts[0]}, sur {(last - first).days} jour{'s' * ((last - first).days > 1)}"
    *others, last_part = parts
    return f"{', '.join(others)} {joint} {last_part}" if others else last_part


def _place(when: PartialDate, anchor: date, *, exact: bool) -> str:
    full = when.resolved(anchor)
    if full is not None:
        if not when.year and not when.month and abs((full - anchor).days) > NEAR_DAYS // 2:
            return ""
        if not when.year and when.month and abs((full - anchor).days) > NEAR_DAYS:
            other = PartialDate(0, when.month, when.day).resolved(full - timedelta(365 if full > anchor else -365))
            return f"{distance(full, anchor, exact=exact)} ou {distance(other or full, anchor, exact=exact)}"
        return distance(full, anchor, exact=exact)
    if when.year and when.month:
        months = (when.year - anchor.year) * 12 + when.month - anchor.month
        if abs(months) == 1:  # one day or two months: nothing nearer can be said
            return f"le mois d'{'avant' if months < 0 else 'après'} J0"
        return "même mois que J0" if months == 0 else _far(abs(months), before=months < 0)
    if when.year:
        years = when.year - anchor.year
        if abs(years) == 1:
            return f"l'année d'{'avant' if years < 0 else 'après'} J0"
        return (
            "même année que J0"
            if years == 0
            else _far(abs(years) * 12 if abs(years) > 1 else 12, before=years < 0, years_only=True)
        )
    return ""


def distance(when: date, anchor: date, *, exact: bool, name: str = "J0") -> str:
    """Return how far a day is from another one, which a text calls `name`."""
    days = (when - anchor).days
    if abs(days) > (EXACT_DAYS if exact else NEAR_DAYS):
        months, years = round(abs(days) / _DAYS_A_MONTH), round(abs(days) / (12 * _DAYS_A_MONTH))
        return _far(months if months < 24 else 12 * years, before=days < 0, name=name)
    if name == "J0":
        return f"J{days:+d}" if days else "J0"
    side = "avant" if days < 0 else "après"
    return f"{abs(days)} jour{'s' * (abs(days) > 1)} {side} {name}" if days else f"même jour que {name}"


def _far(months: int, *, before: bool, years_only: bool = False, name: str = "J0") -> str:
    side = "avant" if before else "après"
    if months < 24 and not years_only:
        return f"{max(months, 1)} mois {side} {name}"
    years = max(round(months / 12), 1)
    return f"{years} an{'s' * (years > 1)} {side} {name}"


def town(surface: str, postcode: str = "") -> str:
    """Return the département of a commune, told by its postcode or by its name when only one bears it."""
    if postcode:
        return lexicons.department_of_postcode(postcode) or ""
    found = lexicons.commune(re.sub(r"(?i)\s+cedex.*$", "", surface))
    return found.departments[0][1] if found is not None and len(found.departments) == 1 else ""


_HOUSES = (
    ("ehpad", "EHPAD"), ("maison de retraite", "maison de retraite"), ("chu", "CHU"), ("chru", "CHU"), ("centre hospitalier universitaire", "CHU"),
    ("centre hospitalier", "hôpital"), ("ch", "hôpital"), ("chs", "hôpital psychiatrique"), ("hopital", "hôpital"), ("hopitaux", "hôpital"), ("polyclinique", "clinique"),
    ("clinique", "clinique"), ("pharmacie", "pharmacie"), ("laboratoire", "laboratoire"), ("labo", "laboratoire"), ("cabinet", "cabinet"),
    ("ime", "IME"), ("esat", "ESAT"), ("ssiad", "SSIAD"), ("mas", "MAS"), ("fam", "FAM"), ("foyer", "foyer"), ("residence autonomie", "résidence autonomie"),
    ("residence", "résidence"), ("maternite", "maternité"), ("csapa", "CSAPA"), ("cmp", "CMP"), ("unite", "unité"), ("service", "service"), ("had", "HAD"),
    ("ssr", "SMR"), ("smr", "SMR"), ("usld", "USLD"), ("itep", "ITEP"), ("mecs", "MECS"), ("creche", "crèche"), ("ecole", "école"), ("college", "collège"),
    ("lycee", "lycée"), ("association", "association"),
)  # fmt: skip


def establishment(surface: str, before: str) -> str:
    """Return the type of an establishment, read in its name or just before it; "" if neither says it."""
    inside = fold(surface)
    for text, whole in ((inside, False), (fold(before[-25:]), True)):
        for word, hint in _HOUSES:
            if re.search(
                rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])" + (r"[\s«\"'a-z]{0,8}$" if whole else ""), text
            ):
                return hint
    return ""


def old_age(surface: str) -> str:
    """Return the hint of an age of 90 and more, whatever it is."""
    del surface
    return "90 ans ou plus"
