"""Numbers are stable, and two people never share one."""

import re

from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.ledger import Ledger
from avec_proxy.mapping import PLACEHOLDER, Mapping


def _typed(ledger: Ledger, text: str) -> str:
    match = PLACEHOLDER.fullmatch(text)
    assert match is not None
    return ledger.typed(match)


def test_same_surface_gets_the_same_placeholder() -> None:
    """A value that comes back has the placeholder it had."""
    ledger = Ledger()
    first = ledger.issue("PERSONNE", "Jeannine Lefebvre-Morel")
    assert first == "[PERSONNE_1]"
    assert ledger.issue("PERSONNE", "Paul Kerdoncuff") == "[PERSONNE_2]"
    assert ledger.issue("PERSONNE", "Jeannine Lefebvre-Morel") == first


def test_another_surface_of_one_person_is_linked_by_the_number() -> None:
    """The family name alone, and another case, carry the person's number and restore exactly."""
    ledger = Ledger()
    ledger.issue("PERSONNE", "Jeannine Lefebvre-Morel", sex="f")
    assert ledger.issue("PERSONNE", "Lefebvre", sex="f") == "[PERSONNE_1_B]"
    assert ledger.issue("PERSONNE", "LEFEBVRE-MOREL Jeannine") == "[PERSONNE_1_C]"
    assert ledger.values["PERSONNE_1_B"] == "Lefebvre"
    assert ledger.values["PERSONNE_1_C"] == "LEFEBVRE-MOREL Jeannine"


def test_a_shared_family_name_is_nobody_s() -> None:
    """When two people bear a name, the name alone gets a number of its own."""
    ledger = Ledger()
    ledger.issue("PERSONNE", "Jeannine Lefebvre")
    ledger.issue("PERSONNE", "Anne Lefebvre")
    assert ledger.issue("PERSONNE", "Lefebvre") == "[PERSONNE_3]"


def test_a_whole_name_in_another_order_is_the_same_person() -> None:
    """Whoever else bears the family name; with another civility it is somebody else."""
    ledger = Ledger()
    ledger.issue("PERSONNE", "DURAND Paulette", sex="f")
    ledger.issue("PERSONNE", "DURAND Christelle", sex="f")
    assert ledger.issue("PERSONNE", "Paulette Durand", sex="f") == "[PERSONNE_1_B]"
    assert ledger.issue("PERSONNE", "Christelle Durand") == "[PERSONNE_2_B]"
    assert ledger.issue("PERSONNE", "Durand Paulette", sex="m") == "[PERSONNE_3]"


def test_a_relative_who_is_named_again_is_the_same_person() -> None:
    """By a first name or a whole name that nobody else bears; a family name alone, a title, a namesake are in doubt."""
    ledger = Ledger()
    ledger.issue("PERSONNE", "Paul", sex="m")
    assert ledger.issue("PERSONNE", "Antoine", alone=True) == "[PERSONNE_2]"
    assert ledger.issue("PERSONNE", "Antoine") == "[PERSONNE_2]"
    assert ledger.issue("PERSONNE", "Antoine", sex="m") == "[PERSONNE_3]"
    ledger = Ledger()
    ledger.issue("PERSONNE", "Sophie Marzin", alone=True)
    assert ledger.issue("PERSONNE", "Sophie Marzin") == "[PERSONNE_1]"
    ledger.issue("PERSONNE", "Kerdoncuff", alone=True)
    assert ledger.issue("PERSONNE", "Kerdoncuff") == "[PERSONNE_3]"
    ledger = Ledger()
    ledger.issue("PERSONNE", "Antoine Marzin", sex="m")
    ledger.issue("PERSONNE", "Antoine", alone=True)
    assert ledger.issue("PERSONNE", "Antoine") == "[PERSONNE_3]"


def test_who_cannot_be_meant_leaves_no_doubt() -> None:
    """A name that is more than somebody's, and a civility that does not fit, are no second bearer."""
    ledger = Ledger()
    ledger.issue("PERSONNE", "Hélène Dupont-Martin", sex="f")
    ledger.issue("PERSONNE", "Luc Martin")
    assert ledger.issue("PERSONNE", "Dupont-Martin", sex="f") == "[PERSONNE_1_B]"
    assert ledger.issue("PERSONNE", "Martin", sex="m") == "[PERSONNE_2_B]"
    assert ledger.issue("PERSONNE", "Martin", sex="d") == "[PERSONNE_3]"


def test_a_relative_is_not_merged() -> None:
    """After a word of kinship, or with a civility that does not fit, a new number is taken."""
    ledger = Ledger()
    ledger.issue("PERSONNE", "Jeannine Lefebvre", sex="f")
    assert ledger.issue("PERSONNE", "Lefebvre", alone=True) == "[PERSONNE_2]"
    other = Ledger()
    other.issue("PERSONNE", "Jeannine Lefebvre", sex="f")
    assert other.issue("PERSONNE", "Lefebvre", sex="m") == "[PERSONNE_2]"


def test_a_full_name_after_a_bare_one_is_not_merged() -> None:
    """«Lefebvre» then «Anne Lefebvre»: it may be the daughter."""
    ledger = Ledger()
    ledger.issue("PERSONNE", "Lefebvre")
    assert ledger.issue("PERSONNE", "Anne Lefebvre") == "[PERSONNE_2]"


def test_a_typed_placeholder_keeps_its_form_while_it_is_free() -> None:
    """A placeholder that the user typed stays, and nobody else gets its number."""
    ledger = Ledger()
    assert _typed(ledger, "[PERSONNE_1]") == "[PERSONNE_1]"
    assert ledger.issue("PERSONNE", "Paul Kerdoncuff") == "[PERSONNE_2]"


def test_a_typed_placeholder_that_is_taken_is_renamed() -> None:
    """A typed placeholder whose number stands for somebody gets another, and restores to what was typed."""
    ledger = Ledger()
    ledger.issue("PERSONNE", "Paul Kerdoncuff")
    alias = _typed(ledger, "[PERSONNE_1]")
    assert alias == "[PERSONNE_2]"
    assert Mapping(ledger.values).restore(f"{alias} et [personne_1]") == "[PERSONNE_1] et Paul Kerdoncuff"


_SURFACE = st.text(alphabet="abcdefAB -éÉ'", min_size=2, max_size=12).filter(lambda s: s.strip())
_EVENT = st.tuples(
    st.sampled_from(["PERSONNE", "DATE", "VILLE"]), _SURFACE, st.sampled_from(["", "m", "f"]), st.booleans()
)


@given(st.lists(_EVENT, max_size=30))
def test_every_placeholder_restores_to_its_own_value(events: list[tuple[str, str, str, bool]]) -> None:
    """Whatever the order, each placeholder stands for exactly one surface of its kind."""
    ledger = Ledger()
    issued = {
        (kind, surface): ledger.issue(kind, surface, sex=sex, alone=alone) for kind, surface, sex, alone in events
    }
    assert len(set(issued.values())) == len(issued)
    mapping = Mapping(ledger.values)
    for (_, surface), placeholder in issued.items():
        assert mapping.restore(placeholder) == surface


@given(st.lists(_EVENT, max_size=20), st.lists(_EVENT, max_size=20))
def test_a_later_turn_never_moves_an_earlier_number(
    early: list[tuple[str, str, str, bool]], late: list[tuple[str, str, str, bool]]
) -> None:
    """The same history gives the same placeholders, whatever comes after it."""

    def run(events: list[tuple[str, str, str, bool]]) -> list[str]:
        ledger = Ledger()
        return [ledger.issue(kind, surface, sex=sex, alone=alone) for kind, surface, sex, alone in events]

    assert run([*early, *late])[: len(early)] == run(early)


def test_placeholders_have_the_form_that_restoring_knows() -> None:
    """With and without a hint, what is issued is what the grammar recognises."""
    ledger = Ledger()
    for hint in ("", "J+7", "90 ans ou plus", "Côtes-d'Armor"):
        placeholder = ledger.issue("DATE", f"valeur {hint}", hint=hint)
        assert PLACEHOLDER.fullmatch(placeholder), placeholder
        assert re.fullmatch(r"\[[A-Z]+_\d+( : .+)?\]", placeholder)


def test_references_in_brackets_stay_as_they_are_in_any_order() -> None:
    """«[fig 2]» before «[fig 1]» are no placeholders of ours: both leave as typed."""
    ledger = Ledger()
    assert [_typed(ledger, t) for t in ("[fig 2]", "[fig 1]", "[fig 2]")] == ["[fig 2]", "[fig 1]", "[fig 2]"]


def test_a_huge_typed_number_does_not_make_later_ones_unreadable() -> None:
    """A placeholder that follows is still one that a reply can be searched for."""
    ledger = Ledger()
    _typed(ledger, "[PERSONNE_99999]")
    assert PLACEHOLDER.fullmatch(ledger.issue("PERSONNE", "Rozenn Calvarin"))
    assert set(ledger.values.values()) == {"[PERSONNE_99999]", "Rozenn Calvarin"}


def test_a_typed_number_is_given_to_nobody() -> None:
    """Whoever comes before or after it, a typed placeholder never shares a key with a person."""
    ledger = Ledger()
    issued = [
        ledger.issue("PERSONNE", "Rozenn Calvarin"),
        _typed(ledger, "[PERSONNE_2]"),
        _typed(ledger, "[PERSONNE_1]"),
    ]
    issued.append(ledger.issue("PERSONNE", "Titouan Guégaden"))
    assert len(set(issued)) == len(ledger.values) == 4
    assert ledger.values["PERSONNE_2"] == "[PERSONNE_2]"


def test_a_text_that_was_hidden_before_keeps_its_placeholders() -> None:
    """Somebody pastes what `check` printed: nothing is renamed, and a new person gets a new number."""
    ledger = Ledger()
    typed = ["[PERSONNE_1]", "[PERSONNE_1_B]", "[DATE_2 : J+7]", "[PERSONNE_1]"]
    assert [_typed(ledger, t) for t in typed] == typed
    assert ledger.issue("PERSONNE", "Paul Kerdoncuff") == "[PERSONNE_2]"


_SURFACES = st.sampled_from(
    ["Rozenn Calvarin", "Calvarin", "Rozenn", "Titouan Calvarin", "Guégaden", "[PERSONNE_2]", "[IPP_1]"]
)
_CALLS = st.lists(
    st.tuples(st.sampled_from(["PERSONNE", "IPP"]), _SURFACES, st.sampled_from(["", "m", "f", "d"]), st.booleans()),
    max_size=12,
)


def _made(ledger: Ledger, calls: list[tuple[str, str, str, bool]]) -> list[str]:
    return [
        _typed(ledger, surface)
        if surface.startswith("[")
        else ledger.issue(kind, surface, hint="x" if kind == "IPP" else "", sex=sex, alone=alone)
        for kind, surface, sex, alone in calls
    ]


@given(_CALLS, _CALLS)
def test_a_ledger_goes_on_where_another_ended(
    before: list[tuple[str, str, str, bool]], after: list[tuple[str, str, str, bool]]
) -> None:
    """The calls made again give the same placeholders, and whatever comes next gets what it would have got."""
    whole = Ledger()
    written = _made(whole, before)
    again = Ledger.after(whole.issued)
    assert again.values == whole.values
    assert _made(again, before) == written
    assert _made(Ledger.after(again.issued), after) == _made(whole, after)
