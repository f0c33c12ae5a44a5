"""Check digits, on published specimens and on synthetic numbers whose digit was computed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.checks import CHECKSUMS, compact, ean13, iban, luhn, mrz, nif, nir_key, siret

NARROW = "\u202f"

VALID_NIR = [
    "1 85 05 78 006 084 91",
    "185057800608491",
    "1.85.05.78.006.084.91",
    "1-85-05-78-006-084-91",
    NARROW.join(("1", "85", "05", "78", "006", "084", "91")),
    "\u00a0".join(("1", "85", "05", "78", "006", "084", "91")),
    "1 85 05 78 006 084 clé 91",
    "1 85 05 78 006 084 CLE 91",
    "1 85 05 78 006 084 / 91",
    "2 69 05 49 588 157 80",
    "2 55 08 14 168 025 38",
    "2 53 07 99 126 111 66",
    "1 70 06 99 131 005 96",
    "2 85 07 2A 004 001 63",
    "285072a00400163",
    "2 53 07 2B 073 004 70",
    "1 48 06 97 105 012 61",
    "2 91 05 98 735 044 75",
    "7 85 05 99 351 042 71",
    "8 92 06 99 212 007 19",
    "3 85 05 78 006 084 88",
    "1 85 20 78 006 084 40",
    "2 85 31 93 006 084 52",
    "279035121518989",
    "１８５０５７８００６０８４９１",  # full-width digits, as an East Asian keyboard writes them
]

INVALID_NIR = [
    "185057800608490",  # wrong key
    "1850578006084",  # no key
    "6 85 05 78 006 084 91",  # no such sex
    "1 85 13 78 006 084 25",  # no such month
    "3400930000014",  # a medicine's code
    "2 85 05 78 006 084 99",
    "",
    "clé",
]


@pytest.mark.parametrize("number", VALID_NIR)
def test_a_right_key_passes_however_it_is_written(number: str) -> None:
    """Spaces of any kind, dots, hyphens, « clé », Corsica, births abroad and overseas, temporary numbers."""
    assert nir_key(number)


@pytest.mark.parametrize("number", INVALID_NIR)
def test_what_is_not_a_nir_fails(number: str) -> None:
    """A wrong or missing key, an impossible sex or month, a product's code."""
    assert not nir_key(number)


@given(
    sex=st.sampled_from("123478"),
    year=st.integers(0, 99),
    month=st.integers(1, 12),
    place=st.integers(1001, 95999),
    order=st.integers(1, 999),
)
def test_one_key_in_ninety_seven_is_right(sex: str, year: int, month: int, place: int, order: int) -> None:
    """Of the keys 01 to 97, exactly one passes for any number, so a typo in the key is always seen."""
    body = f"{sex}{year:02}{month:02}{place:05}{order:03}"
    assert sum(nir_key(f"{body}{key:02}") for key in range(1, 98)) == 1


@pytest.mark.parametrize("position", range(15))
def test_one_mistyped_digit_is_seen(position: int) -> None:
    """The key notices any single digit that changed."""
    right = "185057800608491"
    for digit in "0123456789":
        wrong = right[:position] + digit + right[position + 1 :]
        assert nir_key(wrong) == (wrong == right)


@pytest.mark.parametrize(
    "number",
    [
        *("10999999906", "10999999914", "10999999922", "99700245667"),  # RPPS
        *("750712184", "970211207", "010000024", "990000002", "759999998", "75 071 218 4"),  # FINESS
        "732829320",  # SIREN
    ],
)
def test_luhn_accepts_published_professionals_and_structures(number: str) -> None:
    """RPPS, FINESS and SIREN numbers end with Luhn's digit, leading zeros included."""
    assert luhn(number)


@pytest.mark.parametrize("number", ["10001234567", "10003461033", "10102727017", "970000000", "2A0000123", "", "douze"])
def test_luhn_refuses_the_rest(number: str) -> None:
    """A wrong digit, letters or nothing is no Luhn number; nothing raises."""
    assert not luhn(number)


@pytest.mark.parametrize("number", ["732 829 320 00074", "73282932000074", "35600000049837"])
def test_siret_knows_the_post_office(number: str) -> None:
    """Luhn, or the digit sum that La Poste's establishments have instead."""
    assert siret(number)


def test_a_siret_with_a_wrong_digit_fails() -> None:
    """The last digit decides."""
    assert not siret("73282932000075")
    assert not siret("732829320")


def test_a_tax_number_ends_with_its_remainder() -> None:
    """The last three digits of a French tax number are the first ten modulo 511."""
    assert nif("0701987765493")
    assert nif("07 01 987 765 493")
    assert not nif("0701987765494")
    assert not nif("070198776549")


@pytest.mark.parametrize(
    "number",
    [
        "FR7630006000011234567890189",
        "FR14 2004 1010 0505 0001 3M02 606",
        "fr14 2004 1010 0505 0001 3m02 606",
        "FR059999999999AVECPROXY0138",
        "FR68\u00a09999\u00a09999\u00a099CL\u00a0E000\u00a00000\u00a0131",
    ],
)
def test_iban_accepts_letters_and_spaces(number: str) -> None:
    """An account number may hold letters, even those of the word « clé »."""
    assert iban(number)


@pytest.mark.parametrize("number", ["FR7630006000011234567890188", "FR76", "FR", ""])
def test_a_wrong_iban_fails(number: str) -> None:
    """A changed digit or a missing part is seen."""
    assert not iban(number)


def test_ean13_tells_a_medicine_from_a_person() -> None:
    """CIP13 codes pass; a number of another length never does."""
    assert ean13("3400930000014")
    assert not ean13("3400930000015")
    assert not ean13("00012348")


@pytest.mark.parametrize("field", ["24AB123456", "8806923102858", "X4RTBPFW46", "x4rtbpfw4 6"])
def test_a_travel_document_field_ends_with_its_digit(field: str) -> None:
    """Passport, former and present identity card: weights 7, 3, 1."""
    assert mrz(field)


@pytest.mark.parametrize("field", ["24AB123457", "8806923102850", "", "<", "ÉÀ1"])
def test_a_wrong_travel_document_field_fails(field: str) -> None:
    """A wrong digit or letters that no travel document knows."""
    assert not mrz(field)


@given(st.text(max_size=40))
def test_no_check_ever_raises(text: str) -> None:
    """Whatever is written, a check answers yes or no: an exception would refuse a good request."""
    assert all(check(text) in (True, False) for check in CHECKSUMS.values())


@given(st.text(alphabet="0123456789 .-/\u00a0\u202f", max_size=30))
def test_punctuation_never_changes_the_verdict(text: str) -> None:
    """What is between the digits is noise for every number that has no separators of its own."""
    bare = "".join(c for c in text if c.isdigit())
    assert compact(text) == bare
    for check in (nir_key, luhn, iban, siret, nif, ean13):
        assert check(text) == check(bare)
