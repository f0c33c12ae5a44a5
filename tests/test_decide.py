"""From findings to decisions: order, anchor, hints, strict places, typed placeholders."""

import re
from datetime import date

import pytest

from avec_proxy.decide import decide, typed_placeholders
from avec_proxy.model import Action, Finding, Role, Segment, Strictness
from avec_proxy.policy import Policy, reply_mapping

TODAY = date(2026, 11, 25)


def _segment(text: str, turn: int = 0, *, strict: bool = False) -> Segment:
    return Segment(text, 0, 0, role=Role.USER, turn=turn, strict=strict)


def _find(text: str, surface: str, entity: str) -> Finding:
    at = text.index(surface)
    return Finding(at, at + len(surface), entity, "r", 0.9)


def _placeholders(segments: list[Segment], findings: list[list[Finding]]) -> list[list[str]]:
    decided = decide(segments, findings, Policy.load(), Strictness.STANDARD, TODAY)
    return [[d.placeholder for d in found] for found in decided.decisions]


def test_numbers_follow_the_conversation_not_the_body() -> None:
    """Parts outside the conversation come first, then the turns, whatever their place in the body."""
    late, early, tool = _segment("Mme Bréal", 2), _segment("M. Petit", 0), _segment("Mme Roux", -1)
    findings = [[_find(s.text, s.text.split()[1], "PERSON")] for s in (late, early, tool)]
    assert _placeholders([late, early, tool], findings) == [["[PERSONNE_3]"], ["[PERSONNE_2]"], ["[PERSONNE_1]"]]


def test_the_anchor_is_the_first_full_date_and_does_not_change_earlier_turns() -> None:
    """A turn without any full date keeps its J0 when a later turn brings one, which is not measured from it."""
    first, second = _segment("vu le 12/03", 0), _segment("entré le 12/03/2024, sorti le 15/03/2024, vu le 12/03", 1)
    findings = [
        [_find(first.text, "12/03", "DATE_TIME")],
        [_find(second.text, "12/03/2024", "DATE_TIME"), _find(second.text, "15/03/2024", "DATE_TIME")],
    ]
    assert _placeholders([first], findings[:1]) == [["[DATE_1 : J0]"]]
    assert _placeholders([first, second], findings) == [
        ["[DATE_1 : J0]"],
        ["[DATE_2]", "[DATE_3 : 3 jours après DATE_2]"],
    ]


def test_the_age_is_the_age_at_the_event() -> None:
    """A birth date beside a dated event tells the age then; alone, the age today."""
    text = "née le 14/02/1948, hospitalisée le 03/03/2024"
    both = [[_find(text, "14/02/1948", "BIRTH_DATE"), _find(text, "03/03/2024", "DATE_TIME")]]
    assert _placeholders([_segment(text)], both) == [["[NAISSANCE_1 : 76 ans]", "[DATE_1 : J0]"]]
    assert _placeholders([_segment(text)], [both[0][:1]]) == [["[NAISSANCE_1 : 78 ans]"]]


def test_an_age_that_is_not_the_present_one_says_so() -> None:
    """Where J0 is something long past, the age at J0 is never taken for the patient's."""
    child = "vacciné le 01/03/2020, né le 01/01/2020, vu le 05/06/2024"
    found = [[_find(child, d, e) for d, e in (("01/03/2020", "DATE_TIME"), ("01/01/2020", "BIRTH_DATE"))]]
    found[0].append(_find(child, "05/06/2024", "DATE_TIME"))
    assert _placeholders([_segment(child)], found)[0][1] == "[NAISSANCE_1 : 2 mois à J0]"
    old = "opéré le 03/04/2011, né le 01/01/1950"
    found = [[_find(old, "03/04/2011", "DATE_TIME"), _find(old, "01/01/1950", "BIRTH_DATE")]]
    assert _placeholders([_segment(old)], found)[0][1] == "[NAISSANCE_1 : 61 ans à J0]"


def test_an_appointment_next_year_lies_ahead() -> None:
    """A year of two digits after today's is this century's, as an anchor too."""
    text = "revoir le 12/01/27, vu le 20/11/26"
    found = [[_find(text, "12/01/27", "DATE_TIME"), _find(text, "20/11/26", "DATE_TIME")]]
    assert _placeholders([_segment(text)], found) == [["[DATE_1 : J0]", "[DATE_2 : 2 mois avant J0]"]]


def test_hints_of_places() -> None:
    """The département of a commune, by its postcode too; the type of an establishment."""
    text = "44130 Blain, puis EHPAD Les Acacias"
    findings = [[_find(text, "Blain", "CITY"), _find(text, "EHPAD Les Acacias", "HEALTH_FACILITY")]]
    assert _placeholders([_segment(text)], findings) == [["[VILLE_1 : Loire-Atlantique]", "[ETABLISSEMENT_1 : EHPAD]"]]


def test_mother_and_daughter_never_share_a_number() -> None:
    """«Mme Bréal» and «sa fille Mme Bréal» are two people."""
    text = "Mme Bréal Anne est là. Sa fille, Mme Bréal, est venue."
    second = text.rindex("Bréal")
    findings = [[_find(text, "Bréal Anne", "PERSON"), Finding(second, second + 5, "PERSON", "r", 0.9)]]
    assert _placeholders([_segment(text)], findings) == [["[PERSONNE_1]", "[PERSONNE_2]"]]


def test_the_same_surname_is_not_the_same_person() -> None:
    """Husband, wife and daughter who are all written «Bréal» have three numbers; a bare mention is the first's."""
    text = "Mme Bréal. Sa fille, Mme Bréal. M. Bréal. Bréal. Le fils de Mme Bréal."
    spans = [m.span() for m in re.finditer("Bréal", text)]
    found = [[Finding(a, b, "PERSON", "r", 0.9) for a, b in spans]]
    numbers = [f"[PERSONNE_{n}]" for n in (1, 2, 3, 1, 1)]
    assert _placeholders([_segment(text)], found) == [numbers]
    text = "M. Bréal est suivi par le Dr Bréal ; son voisin Bréal l'aide."
    found = [[Finding(*m.span(), "PERSON", "r", 0.9) for m in re.finditer("Bréal", text)]]
    assert _placeholders([_segment(text)], found) == [[f"[PERSONNE_{n}]" for n in (1, 2, 3)]]


def test_a_place_where_no_placeholder_can_stand_refuses() -> None:
    """A name in a path or a tool's name is refused, not replaced."""
    segment = _segment("dossier-breal", strict=True)
    decided = decide([segment], [[_find(segment.text, "breal", "PERSON")]], Policy.load(), Strictness.STANDARD, TODAY)
    assert [d.action for d in decided.decisions[0]] == [Action.REFUSE]
    assert decided.values == {}


def test_strict_mode_refuses_a_password_that_standard_hides() -> None:
    """The same finding, two strictness levels."""
    segment = _segment("mdp=Soleil!29")
    findings = [[_find(segment.text, "Soleil!29", "SECRET")]]
    actions = [decide([segment], findings, Policy.load(), level, TODAY).decisions[0][0].action for level in Strictness]
    assert actions == [Action.HIDE, Action.REFUSE]


def test_a_typed_placeholder_is_a_value_like_any_other() -> None:
    """What the user typed never becomes somebody's name."""
    text = "M. Petit et [PERSONNE_1]"
    findings = [[_find(text, "Petit", "PERSON"), *typed_placeholders(text)]]
    decided = decide([_segment(text)], findings, Policy.load(), Strictness.STANDARD, TODAY)
    assert decided.values == {"PERSONNE_1": "Petit", "PERSONNE_2": "[PERSONNE_1]"}


def test_an_unknown_entity_type_is_hidden() -> None:
    """The default is the safe one."""
    segment = _segment("code ZX81")
    assert _placeholders([segment], [[_find(segment.text, "ZX81", "SOMETHING_NEW")]]) == [["[IDENTIFIANT_1]"]]


@pytest.mark.parametrize(
    "typed",
    [
        "[PERSONNE_1]",
        "PERSONNE_1",
        "PERSONNE\\_1",
        "【PERSON_1】",
        "[**PERSONNE_1**]",
        "&#91;NAME_1&#93;",
        "[PERSONNE_1's]",
    ],
)
def test_a_typed_placeholder_in_any_form_never_becomes_a_name(typed: str) -> None:
    """What the model says back of it is what the user typed, whoever got the number before or after."""
    for text in (f"{typed} puis Petit", f"Petit puis {typed}"):
        findings = sorted([_find(text, "Petit", "PERSON"), *typed_placeholders(text)], key=lambda f: f.start)
        decided = decide([_segment(text)], [findings], Policy.load(), Strictness.STANDARD, TODAY)
        sent = text
        for decision in reversed(decided.decisions[0]):
            sent = sent[: decision.finding.start] + decision.placeholder + sent[decision.finding.end :]
        assert "Petit" not in sent
        assert reply_mapping(decided.values).restore(sent) == text


def test_a_word_that_is_no_kind_is_not_a_typed_placeholder() -> None:
    """Names of variables and figures stay what they are."""
    assert typed_placeholders("STADE_2, date_1, 【Fig_1】, xDATE_1") == []


def test_in_a_strict_place_a_word_is_no_typed_placeholder() -> None:
    """A tool that is called DATE_1 would be refused for nothing: its name is never restored."""
    assert typed_placeholders("DATE_1", bare=False) == []
    assert len(typed_placeholders("DATE_1 [DATE_1]")) == 2
