"""What fills the slots: marks, check digits, people."""

import re
from random import Random

import pytest

from training.texts import people, pools
from training.texts.forms import FORMS
from training.texts.marks import pieces
from training.texts.values import MAKERS
from training.texts.values.numbers import luhn, nir_key


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text.partition("|")[2])


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_a_slot_writes_sound_marks(name: str) -> None:
    for seed in range(60):
        for part in pieces(MAKERS[name](Random(seed))):
            assert not part.kind or (part.text and part.text == part.text.strip())


@pytest.mark.parametrize("name", ["rpps", "adeli", "siret"])
def test_numbers_pass_luhn(name: str) -> None:
    for seed in range(100):
        number = _digits(MAKERS[name](Random(seed)))
        assert luhn(number[:-1]) == number[-1]


def test_ibans_leave_one_modulo_97() -> None:
    for seed in range(100):
        text = re.sub(r"[^0-9A-Z]", "", MAKERS["iban"](Random(seed)).partition("|")[2].upper())
        assert int("".join(str(int(c, 36)) for c in text[4:] + text[:4])) % 97 == 1


def test_a_known_nir_has_its_key() -> None:
    assert nir_key("2690549588157") == "80"
    assert nir_key("2690520958157".replace("520", "52A")) == nir_key("2690519958157")


def test_most_nirs_have_their_key() -> None:
    found = [re.sub(r"[^0-9AB]", "", MAKERS["nir"](Random(n)).partition("|")[2]) for n in range(200)]
    whole = [nir for nir in found if len(nir) == 15]
    assert sum(nir_key(nir[:13]) == nir[13:] for nir in whole) > 0.85 * len(whole)


@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_form_writes_one_mark_or_none(form: str) -> None:
    for seed in range(60):
        rng = Random(seed)
        assert sum(bool(part.kind) for part in pieces(FORMS[form](people.person(rng), rng))) <= 1


def test_a_third_of_the_family_names_are_in_no_list() -> None:
    known = set(pools.surname_list()) | set(pools.WORDS) | set(pools.PLACES) | set(pools.EPONYMS) | set(pools.SHORT)
    rng = Random(5)
    drawn = [people.surname(rng) for _ in range(2000)]
    assert sum(name not in known and name.isalpha() for name in drawn) > 0.35 * len(drawn)
