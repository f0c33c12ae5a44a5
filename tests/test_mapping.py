"""Placeholders are recognised however a model writes them, and only issued ones are restored."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.mapping import FORM, MAX_LENGTH, PLACEHOLDER, Mapping, fold, forms, key_of, suffix_of

VALUES = {
    "PERSONNE_1": "Jeannine Lefebvre-Morel",
    "PERSONNE_1_B": "Lefebvre",
    "PERSONNE_12": "Paul",
    "VILLE_1": "Givors",
    "NAISSANCE_1": "12/03/1948",
}
MAPPING = Mapping(VALUES)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("[PERSONNE_1]", "PERSONNE_1"),
        ("[personne_1]", "PERSONNE_1"),
        ("[Personne 1]", "PERSONNE_1"),
        ("[ PERSONNE_1 ]", "PERSONNE_1"),
        ("[PERSONNE\u00a01]", "PERSONNE_1"),
        ("[PERSONNE\u202f1]", "PERSONNE_1"),
        ("[PERSONNE-1]", "PERSONNE_1"),
        ("[PERSONNE1]", "PERSONNE_1"),
        ("\\[PERSONNE\\_1\\]", "PERSONNE_1"),
        ("\\[PERSONNE_1\\]", "PERSONNE_1"),
        ("[PERSONNE_1_B]", "PERSONNE_1_B"),
        ("[personne_1_b]", "PERSONNE_1_B"),
        ("[PERSONNE_1 B]", "PERSONNE_1_B"),
        ("[PERSONNE_12]", "PERSONNE_12"),
        ("[VILLE_1]", "VILLE_1"),
        ("[VILLE_1 : Rhône]", "VILLE_1"),
        ("[VILLE_1: Rhône]", "VILLE_1"),
        ("[VILLE_1 : autre chose]", "VILLE_1"),
        ("[NAISSANCE_1 : 76 ans]", "NAISSANCE_1"),
        ("[NAISSANCE_1 : 90 ans ou plus]", "NAISSANCE_1"),
    ],
)
def test_what_models_do_to_a_placeholder_is_restored(written: str, key: str) -> None:
    """Case, spaces, a hint that is dropped or changed, Markdown escapes: the value comes back."""
    assert MAPPING.restore(f"avant {written}, après") == f"avant {VALUES[key]}, après"


@pytest.mark.parametrize(
    "text",
    [
        "[PERSONNE_2]",
        "[PERSONNE_1_C]",
        "[PERSONNE_11]",
        "[PERSONNE_01]",
        "[PERSONNE_]",
        "[PERSONNE]",
        "PERSONNE_1",
        "[PERSONNE_1",
        "PERSONNE_1]",
        "[PERSONNE_1\n]",
        "[PERSONNE_1 : a [b]",
        "[PERSONNE     1]",
        "[1]",
        "[PER\nSONNE_1]",
        f"[VILLE_1 : {'x' * 61}]",
    ],
)
def test_what_was_not_issued_stays_as_it_is(text: str) -> None:
    """A key that was not given out, and what is no placeholder, pass unchanged."""
    assert MAPPING.restore(text) == text


def test_a_mapping_without_values_changes_nothing() -> None:
    """Nothing issued, nothing restored, nothing held."""
    assert not Mapping()
    assert Mapping().restore("[PERSONNE_1]") == "[PERSONNE_1]"
    assert Mapping().held("x [PERS") == 0


def test_two_surfaces_of_a_person_come_back_apart() -> None:
    """A suffix tells one surface from another, side by side."""
    assert MAPPING.restore("[PERSONNE_1][PERSONNE_1_B]") == "Jeannine Lefebvre-MorelLefebvre"


def test_a_value_is_written_for_the_place_it_stands_in() -> None:
    """`escape` gets the value, never the text around it."""
    mapping = Mapping({"ADRESSE_1": 'rue "du" Lac'})
    assert mapping.restore('"[ADRESSE_1]"', lambda value: value.replace('"', "”")) == '"rue ”du” Lac"'


def test_a_restored_value_is_not_searched_again() -> None:
    """A value that looks like a placeholder (a user typed it) does not become somebody else's value."""
    mapping = Mapping({"PERSONNE_1": "[PERSONNE_2]", "PERSONNE_2": "Paul"})
    assert mapping.restore("[PERSONNE_1]") == "[PERSONNE_2]"


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("bonjour", 0),
        ("bonjour [", 1),
        ("bonjour [PERS", 5),
        ("bonjour [Personne 1", 11),
        ("bonjour \\[PERS", 6),
        ("bonjour \\", 1),
        ("bonjour [VILLE_1 : Rh", 13),
        ("bonjour [PERSONNE_1]", 0),
        ("bonjour [X", 0),
        ("bonjour [PERSONNE_2", 0),
        ("bonjour [VILLE_2 : R", 0),
        ("bonjour [PERSONNE_1\n", 0),
        ("- [ ] à faire", 0),
        ("[VILLE_1 : " + "x" * MAX_LENGTH, 0),
    ],
)
def test_only_a_tail_that_may_begin_an_issued_placeholder_is_held(text: str, held: int) -> None:
    """Prose, lists and unknown keys flow on at once."""
    assert MAPPING.held(text) == held


_PIECES = st.sampled_from(
    [
        *(
            "[",
            "]",
            "\\",
            " ",
            ":",
            "_",
            "-",
            "\n",
            "\u00a0",
            "PERSONNE",
            "personne",
            "VILLE",
            "1",
            "2",
            "12",
            "B",
            "b",
        ),
        *(
            "[PERSONNE_1]",
            "[PERSONNE_1_B]",
            "[VILLE_1 : Rhône]",
            "\\[PERSONNE\\_1\\]",
            "é",
            "mot",
            "[ ]",
            "[PERSONNE_1 : ",
        ),
    ]
)


@given(st.lists(_PIECES, max_size=14).map("".join), st.data())
def test_any_chunking_restores_the_same_text(text: str, data: st.DataObject) -> None:
    """What is shown of a stream, held tails included, is what the whole text would have given."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    shown, tail = "", ""
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        buffer = tail + text[start:end]
        cut = len(buffer) - MAPPING.held(buffer)
        shown, tail = shown + MAPPING.restore(buffer[:cut]), buffer[cut:]
        assert len(tail) <= MAX_LENGTH
    assert shown + MAPPING.restore(tail) == MAPPING.restore(text)


@given(st.from_regex(re.compile(PLACEHOLDER.pattern), fullmatch=True))
def test_no_placeholder_is_longer_than_the_hold_back(written: str) -> None:
    """`MAX_LENGTH` bounds every form that is recognised, so nothing waits for longer."""
    assert len(written) <= MAX_LENGTH
    match = PLACEHOLDER.fullmatch(written)
    assert match is not None
    restored = Mapping({key_of(match): "valeur"}).restore(written)
    assert restored == "valeur"


@given(st.from_regex(re.compile(PLACEHOLDER.pattern), fullmatch=True), st.data())
def test_every_prefix_of_an_issued_placeholder_is_held(written: str, data: st.DataObject) -> None:
    """No way of writing an issued key slips out by halves."""
    match = PLACEHOLDER.fullmatch(written)
    assert match is not None
    cut = data.draw(st.integers(1, len(written) - 1))
    assert Mapping({key_of(match): "valeur"}).held("mot " + written[:cut]) == cut


@given(st.text(max_size=200))
def test_text_without_placeholders_passes(text: str) -> None:
    """Whatever is no issued placeholder comes through unchanged."""
    if not any(key_of(match) in VALUES for match in PLACEHOLDER.finditer(text)):
        assert MAPPING.restore(text) == text


def test_keys_are_compared_without_accents_or_case() -> None:
    """`fold` makes the form in which keys meet."""
    assert fold("Établissement") == "ETABLISSEMENT"
    assert Mapping({"ETABLISSEMENT_1": "Les Lilas"}).restore("[Établissement_1 : EHPAD]") == "Les Lilas"


def test_suffixes_are_distinct_letters() -> None:
    """The first surface has none; then B to Z, AA, AB…"""
    suffixes = [suffix_of(rank) for rank in range(200)]
    assert suffixes[:3] == ["", "B", "C"]
    assert suffixes[25:28] == ["Z", "AA", "AB"]
    assert len(set(suffixes)) == 200
    assert all(re.fullmatch("[A-Z]{0,2}", suffix) for suffix in suffixes)


def test_a_backslash_before_a_placeholder_is_part_of_the_text() -> None:
    r"""`S:\CR\[FICHIER_1]` keeps its path; only a bracket pair that is escaped as a whole loses its escapes."""
    mapping = Mapping({"FICHIER_1": "Dupin.docx"})
    assert mapping.restore(r"S:\CR\[FICHIER_1]\x") == r"S:\CR\Dupin.docx\x"
    assert mapping.restore(r"\[FICHIER\_1\] et \\[FICHIER_1]") == r"Dupin.docx et \\Dupin.docx"


ALIASES = {
    "PERSONNE": ("PERSON", "NAME"),
    "VILLE": ("CITY", "ORT"),
    "LIEU": ("ORT",),
    "NAISSANCE": ("BIRTH", "DATEOFBIRTH"),
}
WIDE = Mapping({**VALUES, "VILLE_2": "Brignais", "LIEU_2": "Le Bois", "NAME_12": "[NAME_12]"}, ALIASES, bare=True)


@pytest.mark.parametrize(
    ("written", "restored"),
    [
        ("[**PERSONNE_1**]", "Jeannine Lefebvre-Morel"),
        ("[`PERSONNE_1`]", "Jeannine Lefebvre-Morel"),
        ("[__PERSONNE_1__ : 76 ans]", "Jeannine Lefebvre-Morel"),
        ("\\[**PERSONNE\\_1**\\]", "Jeannine Lefebvre-Morel"),
        ("【PERSONNE_1】", "Jeannine Lefebvre-Morel"),
        ("［VILLE_1 ： Rhône］", "Givors"),
        ("&#91;PERSONNE_1&#93;", "Jeannine Lefebvre-Morel"),
        ("&lsqb;VILLE_1 : Rh&ocirc;ne&rsqb;", "Givors"),
        ("&#x5B;VILLE_1&#x5D;", "Givors"),
        ("[PERSON_1]", "Jeannine Lefebvre-Morel"),
        ("[Name 1 B]", "Lefebvre"),
        ("[CITY_1: Rhone]", "Givors"),
        ("[BIRTH_1 (76 years)]", "12/03/1948"),
        ("[Date of birth 1]", "12/03/1948"),
        ("[DATE_OF_BIRTH_1]", "12/03/1948"),
        ("[PERSONNES_1]", "Jeannine Lefebvre-Morel"),
        ("[PERSONNE_12's]", "Paul's"),
        ("[PERSONNE_12]’s", "Paul’s"),
        ("[PERSONNE_\n1]", "Jeannine Lefebvre-Morel"),
        ("[PERSONNE\r\n> 1]", "Jeannine Lefebvre-Morel"),
        ("PERSONNE_12", "Paul"),
        ("PERSONNE\\_1\\_B", "Lefebvre"),
        ("**PERSONNE_12**", "**Paul**"),
        ("[PERSONNE_12, PERSONNE_1_B]", "[Paul, Lefebvre]"),
        ("【FIG_1 : voir [VILLE_1]】", "【FIG_1 : voir Givors】"),
    ],
)
def test_what_models_alter_further_is_restored(written: str, restored: str) -> None:
    """Decoration, other brackets, entities, translations, a wrapped line, no brackets: the value comes back."""
    assert WIDE.restore(f"avant {written}, après") == f"avant {restored}, après"


@pytest.mark.parametrize(
    "text",
    [
        *("[1]", "【1】", "1", "PERSONNE 1", "personne_1", "Personne_1", "PERSON_1", "xPERSONNE_1", "PERSONNE_11"),
        *("PERSONNE_1_C", "PERSONNE_1_", "PERSONNE\\_1\\_", "PERSONNE_1é", "[ORT_2]", "[NAME_12]", "[PERSON_2]"),
        *("[PATIENT_1]", "【PERSONNE_2】", "[VILLE\n\n1]", "[PERSONNE 1s]"),
    ],
)
def test_what_is_ambiguous_or_typed_stays_visible(text: str) -> None:
    """Loose digits, a word for two issued things, a form that the user typed, part of a longer word: unchanged."""
    assert WIDE.restore(f"avant {text}, après") == f"avant {text}, après"


@pytest.mark.parametrize(
    "text", ["[VILLE_1】", "【VILLE_1]", "&#91;VILLE_1]", "[VILLE_1\n: Rhône]", "VILLE_1", "【VILLE_1"]
)
def test_brackets_of_two_families_make_no_placeholder(text: str) -> None:
    """Where a key without brackets is not restored, halves of brackets are none."""
    assert Mapping(VALUES, ALIASES).restore(text) == text


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("La PERSONNE va", 0),
        ("PERSONNE âgée", 0),
        ("personne", 0),
        ("x[0] = [1, 2", 0),
        ("[\n", 0),
        ("[voir", 0),
        ("Dupont & Fils", 0),
        ("Dupont &", 1),
        ("a &#91;NAM", 8),
        ("a 【CIT", 4),
        ("a [**PERS", 7),
        ("a [Person\n", 8),
        ("a PERS", 4),
        ("a PERSONNE_1", 10),
        ("a PERSONNE\\", 9),
        ("a PERSONNE_13", 0),
        ("PERSONNELS", 0),
    ],
)
def test_prose_is_not_held(text: str, held: int) -> None:
    """Only what may still become an issued placeholder waits, in any form."""
    assert WIDE.held(text) == held


def test_a_key_without_brackets_is_a_whole_word_across_pieces() -> None:
    """The character in front of a piece says whether its first word begins there."""
    assert WIDE.restore("PERSONNE_12", before="x") == "PERSONNE_12"
    assert WIDE.restore("PERSONNE_12", before=" ") == "Paul"
    assert WIDE.held("PERS", before="x") == 0


_WIDE_PIECES = st.sampled_from(
    [
        *"[]\\ :_-\n*`&;'’【】［］()>1289Bs",
        *("&#91;", "&#93;", "&#9", "1;", "&lsqb;", "\r\n", "PERSONNE", "PERSON", "NAME", "CITY", "ORT", "VILLE", "mot"),
        *(
            "[**PERSONNE_1**]",
            "【CITY_1】",
            "&#91;VILLE_1 : Rhône&#93;",
            "PERSONNE_1",
            "PERSONNE\\_1",
            "[PERSONNE_\n1]",
        ),
        *("[PERSONNE_12's]", "[Date of birth 1]", "[NAME_12]", "[VILLE_1 (69", "\\[PERSONNE\\_1\\]", "[FIG 1 : "),
    ]
)


@given(st.lists(_WIDE_PIECES, max_size=14).map("".join), st.data())
def test_any_chunking_restores_the_same_altered_text(text: str, data: st.DataObject) -> None:
    """With every altered form, and with the character before each piece, a stream gives what the whole text gives."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    shown, tail, before = "", "", ""
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        buffer = tail + text[start:end]
        cut = len(buffer) - WIDE.held(buffer, before)
        shown, tail = shown + WIDE.restore(buffer[:cut], before=before), buffer[cut:]
        before = buffer[:cut][-1:] or before
        assert len(tail) <= MAX_LENGTH
    assert shown + WIDE.restore(tail, before=before) == WIDE.restore(text)


@given(st.from_regex(FORM, fullmatch=True), st.data())
def test_every_form_is_bounded_and_held_until_it_is_whole(written: str, data: st.DataObject) -> None:
    """No form is longer than the hold-back, and none slips out by halves."""
    match = FORM.fullmatch(written)
    assert match is not None
    assert len(written) <= MAX_LENGTH
    mapping = Mapping({key_of(match): "valeur"}, bare=True)
    cut = data.draw(st.integers(1, len(written) - 1))
    assert mapping.restore(written) == "valeur" + (match["genitive"] or "")
    assert mapping.held("mot " + written[:cut]) >= cut


def test_a_form_that_is_given_up_hides_nothing_inside_it() -> None:
    """The search goes on behind its first character."""
    found = [m[0] for m, _ in forms("[A_1 : PERSONNE_1]", lambda m: m["bare"])]
    assert found == ["PERSONNE_1"]
