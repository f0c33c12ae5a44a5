"""Overlaps are covered whole."""

from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.detect.merge import union
from avec_proxy.model import Finding


def test_an_overlap_is_covered_whole_and_named_by_the_best() -> None:
    """«Jeannine Lefebvre» of one detector and «Lefebvre-Morel» of another make one span."""
    merged = union([Finding(0, 17, "PERSON", "a", 0.6), Finding(9, 23, "PERSON", "b", 0.9)])
    assert merged == [Finding(0, 23, "PERSON", "b", 0.9)]


def test_the_specific_type_names_a_shared_span() -> None:
    """A birth date that is also a date is a birth date; a social-security number is not a phone."""
    assert (
        union([Finding(0, 10, "DATE_TIME", "a", 1.0), Finding(0, 10, "BIRTH_DATE", "b", 0.9)])[0].entity_type
        == "BIRTH_DATE"
    )
    assert (
        union([Finding(2, 12, "PHONE_NUMBER", "a", 1.0), Finding(0, 21, "FR_NIR", "b", 0.9)])[0].entity_type == "FR_NIR"
    )


def test_a_person_is_not_named_after_an_account() -> None:
    """«Ségolène Kervadec» stays a person where her family name is also a user name elsewhere in the text."""
    found = [Finding(4, 21, "PERSON", "position.title", 0.95), Finding(13, 21, "USERNAME", "propagation", 0.95)]
    assert union(found) == [Finding(4, 21, "PERSON", "position.title", 0.95)]
    alone = [Finding(0, 4, "USERNAME", "username", 0.9), Finding(1, 4, "PERSON", "position.first_name", 0.7)]
    assert union(alone)[0].entity_type == "USERNAME"


_SPAN = st.tuples(
    st.integers(0, 50), st.integers(1, 12), st.sampled_from(["PERSON", "CITY", "DATE_TIME", "FR_NIR"])
).map(lambda t: Finding(t[0], t[0] + t[1], t[2], "r", 0.9))


@given(st.lists(_SPAN, max_size=20))
def test_union_covers_the_same_characters_without_overlap(findings: list[Finding]) -> None:
    """No character is uncovered, none is covered twice, and order does not matter."""
    merged = union(findings)
    covered = {i for f in findings for i in range(f.start, f.end)}
    assert [i for f in merged for i in range(f.start, f.end)] == sorted(covered)
    assert [(f.start, f.end) for f in union(findings[::-1])] == [(f.start, f.end) for f in merged]
