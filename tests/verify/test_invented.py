"""Invented values are new each time, well formed, and each stands once in its line."""

import random

from avec_proxy import checks, lexicons
from avec_proxy.rulebook import Rulebook
from avec_proxy.verify.invented import Inventor


def test_no_two_runs_share_a_value() -> None:
    """A list made after one run would let nothing of the next one pass (rooms and ages, being short, may recur)."""
    one, two = ({plant.value for plant in Inventor().plants() if len(plant.value) > 8} for _ in range(2))
    assert len(one) > 20
    assert not one & two


def test_numbers_carry_their_check_digits() -> None:
    """As a hospital would write them: a checksum that is wrong would hide that a rule does not work."""
    for seed in range(30):
        values = {plant.kind: plant.value for plant in Inventor(random.Random(seed)).plants()}
        assert checks.nir_key(values["nir"])
        assert checks.iban(values["iban"])
        assert checks.siret(values["siret"])
        assert all(checks.luhn(values[kind]) for kind in ("rpps", "adeli", "finess", "card"))


def test_every_line_holds_its_value_once() -> None:
    """What is hidden of a line is what was planted in it."""
    make = Inventor(random.Random(1))
    for plant in (*make.plants(), *make.untitled(), *make.two_persons()):
        assert plant.line.count(plant.value) == 1
        assert plant.placeholders


def test_a_surname_is_nobody_s_word() -> None:
    """It is no French word, drug or commune, so that what hides it is no luck."""
    make = Inventor(random.Random(2))
    names = [lexicons.fold(make.surname()) for _ in range(200)]
    assert len(set(names)) > 190
    assert not [n for n in names if n in lexicons.common_words() or n in lexicons.drugs() or lexicons.commune(n)]


def test_most_identifier_rules_have_a_value_of_their_own() -> None:
    """Kinds are planted for the rules that ship, so that a rule that is gone is missed."""
    planted = {plant.kind for plant in Inventor().plants()}
    ruled = {rule.id for rule in Rulebook.load().identifiers}
    assert len(ruled & planted) >= 28


def test_everything_made_is_remembered() -> None:
    """What a search of log files looks for."""
    make = Inventor()
    plants = make.plants()
    assert {(plant.kind, plant.value) for plant in plants} <= set(make.made)
