"""Delays stay measurable: J0, exact days where days count, links between what is near each other far from J0."""

from datetime import date

import pytest

from avec_proxy.timeline import Timeline

TODAY = date(2026, 11, 25)


def _hints(*turns: tuple[str, list[str]]) -> list[str]:
    """Return the hint of every date, turn by turn; each turn is a text and the dates that it writes."""
    days = Timeline(TODAY)
    said = []
    for text, surfaces in turns:
        days.turn([text], surfaces)
        for surface in surfaces:
            said.append(days.interval(surface))
            days.note(surface, f"DATE_{len(said)}")
    return said


@pytest.mark.parametrize(
    ("text", "second", "hint"),
    [
        ("vue puis revue", "20/03/2026", "2 mois après J0"),
        ("opérée puis revue", "20/03/2026", "J+67"),
        ("vaccinée, 2e dose", "20/03/2026", "J+67"),
        ("C1 puis C2", "20/03/2026", "J+67"),
        ("cholécystectomie", "20/03/2026", "J+67"),
        ("à 12 SA", "20/03/2026", "J+67"),
        ("LP 100 mg", "20/03/2026", "J+67"),
        ("opérée puis revue", "20/03/2029", "3 ans après J0"),
        ("le bilan", "20/01/2026", "J+8"),
    ],
)
def test_days_count_after_operations_vaccines_doses_and_in_pregnancy(text: str, second: str, hint: str) -> None:
    """Elsewhere a delay beyond a month is told in months; beyond 400 days in years even there."""
    assert _hints((text, ["12/01/2026", second])) == ["J0", hint]


def test_what_makes_days_count_holds_for_the_turns_that_follow() -> None:
    """A check-up long after an operation that an earlier turn told; the turn before it keeps what it said."""
    said = _hints(("vu", ["12/01/2026", "20/03/2026"]), ("opéré", ["21/03/2026"]), ("revu", ["30/05/2026"]))
    assert said == ["J0", "2 mois après J0", "J+68", "J+138"]


def test_what_is_near_each_other_far_from_the_anchor_is_linked() -> None:
    """A stay long after J0 keeps its length, in either order, and the same day in two writings is said so."""
    said = _hints(("vu", ["04/03/2024", "02/02/2026", "09/02/2026", "31/01/2026", "9 février 2026"]))
    assert said == [
        "J0",
        "23 mois après J0",
        "23 mois après J0, 7 jours après DATE_2",
        "23 mois après J0, 2 jours avant DATE_2",
        "23 mois après J0, même jour que DATE_3",
    ]


@pytest.mark.parametrize(
    ("surfaces", "said"),
    [
        (["28/12", "03/01", "24/01"], ["J0", "J+6", "J+27"]),
        (["le douze mars", "vingt mars"], ["J0", "J+8"]),
        (["5", "8"], ["J0", "J+3"]),
        (["12/03/2026", "15"], ["J0", "J+3"]),
        (["14/10", "08/01"], ["J0", "3 mois après J0 ou 9 mois avant J0"]),
    ],
)
def test_dates_without_a_year_or_a_month_are_placed_from_each_other(surfaces: list[str], said: list[str]) -> None:
    """The nearest one is meant; where it is far, both sides are said, for the text says no more itself."""
    assert _hints(("vu", surfaces)) == said


def test_a_year_that_is_told_is_never_measured_from_one_that_is_assumed() -> None:
    """J0 without a year stays J0; full dates are linked to each other only."""
    said = _hints(("vu", ["12/03"]), ("revu", ["12/03/2024", "15/03/2024", "15/07/2024", "13/03"]))
    assert said == ["J0", "", "3 jours après DATE_2", "4 mois après DATE_3", "J+1"]


def test_a_range_and_a_list_keep_what_lies_between() -> None:
    """To the day near J0; farther, the length of the range."""
    assert _hints(("vu", ["05/01/2026", "du 10 au 24 mars 2026"])) == ["J0", "2 mois après J0, sur 14 jours"]
    assert _hints(("opéré", ["05/01/2026", "du 10 au 24 mars 2026"])) == ["J0", "J+64 à J+78"]
    assert _hints(("vu", ["02/05/2026", "les 3, 9 et 11 mai 2026"])) == ["J0", "J+1, J+7 et J+9"]


def test_the_age_is_not_taken_at_an_anchor_whose_year_is_assumed() -> None:
    """A birth date beside «le 12/03» tells the age of today."""
    days = Timeline(TODAY)
    days.turn(["vu"], ["12/12"])
    assert days.age("01/12/1950") == "75 ans"
    days = Timeline(TODAY)
    days.turn(["vu"], ["12/12/2025"])
    assert days.age("01/12/1950") == "75 ans"


def test_nothing_is_said_without_any_date() -> None:
    """What cannot be read has no place, and takes none."""
    assert _hints(("vu", ["hier soir", "5, 3 et 2 mars"])) == ["", ""]
    assert _hints(("vu", ["hier soir", "12/03/2026"])) == ["", "J0"]


def test_months_and_years_alone_are_measured_from_the_first_of_them() -> None:
    """Never finer than what the anchor tells of itself, whatever a later turn tells."""
    said = _hints(
        ("vu", ["2018", "janvier 2026", "avril 2026", "octobre 2026"]), ("revu", ["12/11/2026", "20/11/2026"])
    )
    assert said == [
        "8 ans avant J0",
        "même mois que J0",
        "3 mois après J0",
        "9 mois après J0",
        "10 mois après J0",
        "10 mois après J0, 8 jours après DATE_5",
    ]
    assert _hints(("vu", ["2018"]), ("revu", ["12/11/2026", "12/03"])) == ["même année que J0", "8 ans après J0", ""]


def test_years_are_rounded_once() -> None:
    """Five years and five months are five years."""
    assert _hints(("vu", ["03/06/2021", "20/11/2026"])) == ["J0", "5 ans après J0"]


def test_a_link_says_which_side_a_date_without_a_year_is_on() -> None:
    """«1er septembre» after a stay that ended in August is after it."""
    assert _hints(("vu", ["14 juillet 2026", "3 août", "1er septembre"])) == ["J0", "J+20", "29 jours après DATE_2"]


def test_a_day_alone_is_nearest_to_the_date_told_last() -> None:
    """«le 5» after «le 3 novembre» is two days later, however far J0 is."""
    assert _hints(("vu", ["20 octobre", "3 novembre", "5"])) == ["J0", "J+14", "J+16"]
    assert _hints(("vu", ["20/10/2026", "03/11/2026", "5"])) == ["J0", "J+14", "J+16"]
    assert _hints(("vu", ["20/10/2026", "3", "25"])) == ["J0", "J+14", "J+5"]
