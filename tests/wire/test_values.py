"""The JSON of a request or a reply is asked, whatever stands there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.model import Role
from avec_proxy.wire.values import count_of, members, number_of, speakers

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "index"]), inner, max_size=2),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("value", "found"),
    [({"a": [1, {}]}, [1, {}]), ({"a": {}}, []), ({"b": [1]}, []), ([1], []), (None, [])],
)
def test_a_list_is_found_under_its_key(value: object, found: list[object]) -> None:
    """Anything else is an empty one."""
    assert members(value, "a") == found


@pytest.mark.parametrize(
    ("message", "role"),
    [({"role": "user"}, Role.USER), ({"role": "nobody"}, Role.OTHER), ({"role": ["user"]}, Role.OTHER)]
    + [(message, Role.OTHER) for message in ({}, "user", None, [])],
)
def test_a_message_is_said_by_its_role(message: object, role: Role) -> None:
    """One that tells no role that is known, or is no object, still has its place in the list."""
    assert speakers({"a": [message, {"role": "user"}]}, "a", {"user": Role.USER}) == [role, Role.USER]


@pytest.mark.parametrize(("element", "number"), [({"index": 3}, 3), ({"index": "3"}, 7), ({}, 7), (None, 7)])
def test_an_element_has_its_own_number_or_its_place(element: object, number: int) -> None:
    """An index that is no number counts for nothing."""
    assert number_of(element, 7) == number


@pytest.mark.parametrize(
    ("value", "count"), [({"a": 0}, 0), ({"a": 12}, 12), ({"a": -1}, None), ({"a": "12"}, None), ({}, None), (3, None)]
)
def test_tokens_are_a_number_from_zero(value: object, count: int | None) -> None:
    """Anything else is no count."""
    assert count_of(value, "a") == count


@given(JSON)
def test_nothing_raises(value: object) -> None:
    """Any JSON may be asked."""
    assert isinstance(members(value, "a"), list)
    assert len(speakers(value, "a", {})) == len(members(value, "a"))
    assert number_of(value, 0) is not None
    assert (count_of(value, "a") or 0) >= 0
