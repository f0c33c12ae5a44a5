"""Hints say less than the value, and never something false."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy import hints

TODAY = date(2026, 11, 25)
ANCHOR = date(2024, 1, 4)


@pytest.mark.parametrize(
    ("surface", "expected"),
    [
        ("12/03/1947", "79 ans"),
        ("12 mars 1947", "79 ans"),
        ("1947-03-12", "79 ans"),
        ("12/03/47", "79 ans"),
        ("03/12/1930", "90 ans ou plus"),
        ("25/09/2025", "14 mois"),
        ("13/11/2026", "12 jours"),
        ("24/11/2026", "1 jour"),
        ("1947", "environ 79 ans"),
        ("mars 1950", "76 ans"),
        ("décembre 1950", "75 ans"),
        ("novembre 1950", "environ 76 ans"),
        ("1936", "89 ans ou plus"),
        ("12/03/27", "90 ans ou plus"),
        ("31/02/1990", ""),
        ("n'importe quoi", ""),
        ("01/01/2030", ""),
        ("12/03/25", ""),
    ],
)
def test_age_of_a_birth_date(surface: str, expected: str) -> None:
    """Years, months under two years, days under a month, one band from ninety; nothing where it is unreadable."""
    assert hints.age(surface, TODAY) == expected


@pytest.mark.parametrize(
    ("surface", "expected"),
    [
        ("04/01/2024", "J0"),
        ("11/01/2024", "J+7"),
        ("1er janvier 2024", "J-3"),
        ("4 au 11 janvier 2024", "J0 à J+7"),
        ("du 4 au 11 janvier 2024", "J0 à J+7"),
        ("le 12/01", "J+8"),
        ("le 12/06", "5 mois après J0 ou 7 mois avant J0"),
        ("04/04/2024", "3 mois après J0"),
        ("04/10/2023", "3 mois avant J0"),
        ("juin 2019", "5 ans avant J0"),
        ("2016", "8 ans avant J0"),
        ("2024", "même année que J0"),
        ("janvier 2024", "même mois que J0"),
        ("20240111", "J+7"),
        ("05/02/2024", "1 mois après J0"),
        ("05/02/29", "5 ans après J0"),
        ("20/02/37", "87 ans avant J0"),
        ("5, 6 et 12 janvier 2024", "J+1, J+2 et J+8"),
        ("5 et 12 janvier 2024", "J+1 et J+8"),
        ("12 et 5 janvier 2024", ""),
        ("le six janvier deux mille vingt-quatre", "J+2"),
        ("le premier février", "J+28"),
        ("le 12", "J+8"),
        ("du 10 au 24 juin 2024", "5 mois après J0, sur 14 jours"),
        ("la veille de Noël", ""),
        ("2023", "l'année d'avant J0"),
        ("février 2024", "le mois d'après J0"),
    ],
)
def test_interval_from_the_anchor(surface: str, expected: str) -> None:
    """Days up to 31, months up to 24, years beyond; a date without a year on both sides where it is not near."""
    assert hints.interval(surface, ANCHOR, TODAY) == expected


def test_clinical_intervals_stay_exact() -> None:
    """Pregnancy, vaccination, post-operative course: days are kept beyond a month."""
    assert hints.interval("04/04/2024", ANCHOR, TODAY, exact=True) == "J+91"


@pytest.mark.parametrize(
    ("surface", "postcode", "expected"),
    [
        ("Blain", "44130", "Loire-Atlantique"),
        ("Villeurbanne", "", "Rhône"),
        ("Saint-Martin", "", ""),
        ("Nulleville", "", ""),
    ],
)
def test_department_of_a_town(surface: str, postcode: str, expected: str) -> None:
    """The postcode tells, else the name if only one commune bears it, else nothing."""
    assert hints.town(surface, postcode) == expected


@pytest.mark.parametrize(
    ("surface", "before", "expected"),
    [
        ("EHPAD Les Acacias", "", "EHPAD"),
        ("CENTRE HOSPITALIER DE KERAMPOIX", "", "hôpital"),
        ("Les Tamaris", "il vit à la résidence ", "résidence"),
        ("Bichat", "transféré à l'hôpital ", "hôpital"),
        ("Les Tamaris", "il aime ", ""),
    ],
)
def test_type_of_an_establishment(surface: str, before: str, expected: str) -> None:
    """The type is read in the name or just before it."""
    assert hints.establishment(surface, before) == expected


@given(st.dates(min_value=date(1910, 1, 1), max_value=TODAY), st.dates(min_value=date(2000, 1, 1), max_value=TODAY))
def test_a_hint_never_repeats_the_date(when: date, anchor: date) -> None:
    """No hint carries the day, month and year of what it stands for, and all fit a placeholder."""
    surface = when.strftime("%d/%m/%Y")
    for hint in (hints.age(surface, TODAY), hints.interval(surface, anchor, TODAY)):
        assert surface not in hint
        assert str(when.year) not in hint
        assert len(hint) <= 40
        assert not set(hint) & set("[]\n")


@given(st.integers(min_value=-31, max_value=31))
def test_short_intervals_are_exact(days: int) -> None:
    """Within a month, the interval can be computed back."""
    when = date.fromordinal(ANCHOR.toordinal() + days)
    hint = hints.interval(when.strftime("%d/%m/%Y"), ANCHOR, TODAY)
    assert hint == ("J0" if days == 0 else f"J{days:+d}")


@pytest.mark.parametrize(
    ("told", "band"),
    [
        ("76 ans", "75 à 79 ans"),
        ("17 ans", "15 à 17 ans"),
        ("18 ans", "18 à 19 ans"),
        ("19 ans", "18 à 19 ans"),
        ("20 ans", "20 à 24 ans"),
        ("4 ans", "1 à 4 ans"),
        ("0 ans", "moins de 1 an"),
        ("89 ans", "85 à 89 ans"),
        ("45", "45 à 49 ans"),
        ("14 mois", "1 à 4 ans"),
        ("3 mois", "1 à 11 mois"),
        ("6 semaines", "1 à 11 mois"),
        ("12 jours", "moins de 1 mois"),
        ("76 ans à J0", "75 à 79 ans à J0"),
        ("environ 76 ans", "75 à 79 ans"),
        ("environ 75 ans", "70 à 79 ans"),
    ],
)
def test_the_band_of_an_age(told: str, band: str) -> None:
    """Five years, never across 18 nor 90; the first month and the first year apart; no score from it."""
    assert hints.band(told) == f"{band}, ne pas calculer de score"


@pytest.mark.parametrize(
    ("told", "band"),
    [("90 ans ou plus", "90 ans ou plus"), ("environ 18 ans", ""), ("", ""), ("hier", ""), ("environ 90 ans", "")],
)
def test_what_has_no_band(told: str, band: str) -> None:
    """The widest band stays; an age that may lie on both sides of a bound says nothing."""
    assert hints.band(told) == band


@given(st.integers(0, 89))
def test_a_band_holds_its_age_and_at_most_five_years(age: int) -> None:
    """Both ends are on the same side of 18 and of 90."""
    words = hints.band(f"{age} ans").split()
    low, high = (int(words[0]), int(words[2])) if words[1] == "à" else (0, 0)
    assert low <= age <= high <= low + 4
    assert (low < 18) == (high < 18)
    assert high < 90


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("premier", 1),
        ("vingt et un", 21),
        ("trente-et-un", 31),
        ("dix-sept", 17),
        ("soixante-douze", 72),
        ("quatre-vingt-dix-neuf", 99),
        ("quatre-vingts", 80),
        ("deux mille vingt-six", 2026),
        ("mille neuf cent quatre-vingt-onze", 1991),
        ("dix-neuf cent cinquante", 1950),
    ],
)
def test_numbers_in_words(words: str, number: int) -> None:
    """Days and years as they are spoken."""
    assert hints.spelled(words) == number
