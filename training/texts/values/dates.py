"""Dates in the forms that French carers write; only the date itself is marked, not its article."""

import datetime
from random import Random

from .registry import value

MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
_SHORT_MONTHS = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split()
_DAYS = "lundi mardi mercredi jeudi vendredi samedi dimanche".split()
_ACCENTS = str.maketrans("éèûôê", "eeuoe")
_UNITS = "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf".split()
_TENS = {
    2: "vingt",
    3: "trente",
    4: "quarante",
    5: "cinquante",
    6: "soixante",
    7: "soixante",
    8: "quatre-vingt",
    9: "quatre-vingt",
}


def words(number: int) -> str:
    """Return a number below 100 in words."""
    if number < 20:
        return _UNITS[number]
    tens, unit = divmod(number, 10)
    if tens in (7, 9):
        unit += 10
    if unit == 0:
        return _TENS[tens] + ("s" if tens == 8 else "")
    joint = " et " if unit in (1, 11) and tens < 8 else "-"
    return f"{_TENS[tens]}{joint}{_UNITS[unit]}"


def year_words(year: int) -> str:
    """Return a year in words."""
    if year >= 2000:
        rest = year - 2000
        return "deux mille" + (f" {words(rest)}" if rest else "")
    rest = year - 1900
    return ("mille neuf cent" if year % 2 else "dix-neuf cent") + (f" {words(rest)}" if rest else "")


def _mark(text: str) -> str:
    return f"⟦DATE|{text}⟧"


def recent(rng: Random) -> datetime.date:
    """Return a day of the last years, mostly of the last two."""
    back = rng.randint(-200, 700) if rng.random() < 0.75 else rng.randint(700, 5000)
    return datetime.date(2026, 6, 1) - datetime.timedelta(days=back)


def born(rng: Random) -> datetime.date:
    """Return a day of birth: carers write of old people and of children most."""
    year = rng.choice((rng.randint(1920, 1960), rng.randint(1930, 2005), rng.randint(1990, 2026)))
    return datetime.date(year, rng.randint(1, 12), rng.randint(1, 28))


def _month(day: datetime.date, rng: Random) -> str:
    draw = rng.random()
    if draw < 0.72:
        name = MONTHS[day.month - 1]
    elif draw < 0.9:
        name = _SHORT_MONTHS[day.month - 1]
    else:
        name = MONTHS[day.month - 1].capitalize()
    return name.translate(_ACCENTS) if rng.random() < 0.12 else name


def _number(day: datetime.date, rng: Random) -> str:
    if day.day == 1 and rng.random() < 0.75:
        return rng.choice(("1er", "1er", "1ᵉʳ", "1 er"))
    return f"{day.day:02d}" if rng.random() < 0.12 else str(day.day)


def numeric(day: datetime.date, rng: Random) -> str:
    """Return 12/03/2024 in one of its forms, without mark."""
    joint = rng.choices(("/", "-", ".", " ", " / ", "/ "), (30, 4, 5, 1.5, 0.8, 0.3))[0]
    year = str(day.year) if rng.random() < 0.68 else f"{day.year % 100:02d}"
    if rng.random() < 0.8:
        return f"{day.day:02d}{joint}{day.month:02d}{joint}{year}"
    return f"{day.day}{joint}{day.month}{joint}{year}"


def long(day: datetime.date, rng: Random) -> str:
    """Return 3 mars 2024 in one of its forms, without mark."""
    year = str(day.year) if rng.random() < 0.9 else rng.choice((f"{day.year % 100:02d}", f"'{day.year % 100:02d}"))
    return f"{_number(day, rng)} {_month(day, rng)} {year}"


def _split(day: datetime.date, rng: Random) -> str:
    digits = f"{day.day:02d}{day.month:02d}{day.year if rng.random() < 0.7 else day.year % 100}"
    if rng.random() < 0.5:
        return " ".join(digits)
    groups = (digits[:2], digits[2:4], digits[4:])
    return rng.choice((" / ", "/", "  ", " - ")).join(" ".join(group) for group in groups)


def _spoken(day: datetime.date, rng: Random, with_year: bool) -> str:
    number = "premier" if day.day == 1 else words(day.day)
    if rng.random() < 0.12:
        text = f"{number} {words(day.month)}" if day.month > 1 else f"{number} zéro un"
    else:
        text = f"{number} {MONTHS[day.month - 1]}"
    return f"{text} {year_words(day.year)}" if with_year else text


@value("date.num")
def _num(rng: Random) -> str:
    return _mark(numeric(recent(rng), rng))


@value("date.long")
def _long(rng: Random) -> str:
    return _mark(long(recent(rng), rng))


@value("date.dm")
def _dm(rng: Random) -> str:
    day = recent(rng)
    joint = rng.choices(("/", "-", ".", " / "), (30, 2, 3, 1))[0]
    plain = rng.random() < 0.7
    return _mark(f"{day.day:02d}{joint}{day.month:02d}" if plain else f"{day.day}{joint}{day.month}")


@value("date.day")
def _day(rng: Random) -> str:
    day = recent(rng)
    draw = rng.random()
    if draw < 0.65:
        return f"le {_mark(f'{_number(day, rng)} {_month(day, rng)}')}"
    if draw < 0.8:
        return f"le {_DAYS[day.weekday()]} {_mark(f'{_number(day, rng)} {_month(day, rng)}')}"
    return f"le {_mark(str(rng.randint(2, 31)))}" if draw < 0.9 else f"le {_mark(f'{day.day:02d}/{day.month:02d}')}"


@value("date.month")
def _month_year(rng: Random) -> str:
    day = recent(rng)
    draw = rng.random()
    if draw < 0.7:
        return _mark(f"{_month(day, rng)} {day.year}")
    if draw < 0.8:
        return _mark(f"{_month(day, rng)} {day.year % 100:02d}")
    if draw < 0.9:
        return _mark(f"{day.month:02d}/{day.year}")
    return rng.choice(("début ", "fin ", "mi-")) + _mark(f"{MONTHS[day.month - 1]} {day.year}")


@value("date.year")
def _year(rng: Random) -> str:
    return _mark(str(rng.randint(1955, 2025)))


@value("date.words")
def _in_words(rng: Random) -> str:
    return f"le {_mark(_spoken(recent(rng), rng, rng.random() < 0.7))}"


@value("date.split")
def _split_up(rng: Random) -> str:
    return _mark(_split(recent(rng), rng))


@value("date.iso")
def _iso(rng: Random) -> str:
    day = recent(rng)
    if rng.random() < 0.75:
        return _mark(day.isoformat())
    clock = f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"
    # the clock is no date: what may go with it or stay
    return _mark(day.isoformat()) + f"⟪T{clock}{rng.choice(('', ':00', ':12Z', ':00+01:00'))}⟫"


@value("date.hl7")
def _hl7(rng: Random) -> str:
    day = recent(rng) if rng.random() < 0.6 else born(rng)
    return _mark(f"{day:%Y%m%d}" + ("" if rng.random() < 0.6 else f"{rng.randint(0, 23):02d}{rng.randint(0, 59):02d}"))


@value("date.range")
def _range(rng: Random) -> str:
    start = recent(rng)
    end = start + datetime.timedelta(days=rng.randint(1, 40))
    if start.month == end.month and rng.random() < 0.75:
        first = str(start.day)
    else:
        first = f"{start.day} {MONTHS[start.month - 1]}"
    draw = rng.random()
    if draw < 0.5:
        return f"du {_mark(first)} au {_mark(f'{end.day} {MONTHS[end.month - 1]} {end.year}')}"
    if draw < 0.65:
        return f"du {_mark(first)} au {_mark(f'{end.day} {MONTHS[end.month - 1]}')}"
    if draw < 0.85:
        return f"du {_mark(f'{start:%d/%m}')} au {_mark(f'{end:%d/%m/%Y}')}"
    if draw < 0.93:
        return f"du {_mark(f'{start:%d/%m/%y}')} au {_mark(f'{end:%d/%m/%y}')}"
    return f"entre le {_mark(first)} et le {_mark(f'{end.day} {MONTHS[end.month - 1]} {end.year}')}"


@value("date")
def _any(rng: Random) -> str:
    day = recent(rng)
    draw = rng.random()
    if draw < 0.55:
        return _mark(numeric(day, rng))
    if draw < 0.9:
        return _mark(long(day, rng))
    if draw < 0.93:
        return _mark(day.isoformat())
    if draw < 0.96:
        return _mark(_spoken(day, rng, True))
    return _mark(_split(day, rng)) if draw < 0.98 else f"{_DAYS[day.weekday()]} {_mark(long(day, rng))}"


@value("birth")
def _birth(rng: Random) -> str:
    day = born(rng)
    draw = rng.random()
    if draw < 0.68:
        return _mark(numeric(day, rng))
    if draw < 0.93:
        return _mark(long(day, rng))
    if draw < 0.95:
        return _mark(f"{day:%d%m%Y}")
    return _mark(_split(day, rng)) if draw < 0.975 else _mark(_spoken(day, rng, True))


@value("birth.year")
def _birth_year(rng: Random) -> str:
    year = born(rng).year
    return _mark(rng.choices((str(year), f"{year % 100:02d}", f"'{year % 100:02d}"), (6, 3, 0.5))[0])


@value("age90")
def _age90(rng: Random) -> str:
    age = rng.choices((rng.randint(90, 95), rng.randint(96, 99), rng.randint(100, 107)), (6, 3, 1.5))[0]
    if rng.random() < 0.04 and age < 100:
        return f"⟦AGE|{words(age)}⟧"
    return f"⟦AGE|{age}⟧"


@value("age")
def _age(rng: Random) -> str:
    # those who wrote the templates thought of the young; the old stand in the same sentences, and are hidden
    if rng.random() < 0.06:
        return _age90(rng)
    age = rng.choices((rng.randint(60, 89), rng.randint(18, 60), rng.randint(2, 17)), (5, 4, 1.5))[0]
    return f"⟪{words(age) if rng.random() < 0.03 else age}⟫"


@value("weekday")
def _weekday(rng: Random) -> str:
    return f"⟪{rng.choice(_DAYS)}⟫"


@value("time")
def _time(rng: Random) -> str:
    hour, minute = rng.randint(0, 23), rng.choice((0, 0, 5, 10, 15, 20, 30, 40, 45, 50, rng.randint(0, 59)))
    return rng.choice(
        (
            f"{hour}h{minute:02d}",
            f"{hour}h",
            f"{hour} h {minute:02d}",
            f"{hour:02d}:{minute:02d}",
            f"{hour} h",
            f"{hour}H{minute:02d}",
        )
    )


@value("delay")
def _delay(rng: Random) -> str:
    number = rng.choice("un deux trois quatre cinq six huit dix 2 3 4 5 6 8 10 15".split())
    unit = rng.choice("jours semaines mois ans".split())
    if number == "un":
        unit = rng.choice(("jour", "mois", "an"))
    return rng.choice(
        ("il y a {0} {1}", "depuis {0} {1}", "il y a environ {0} {1}", "dans {0} {1}", "depuis plus de {0} {1}")
    ).format(number, unit)
