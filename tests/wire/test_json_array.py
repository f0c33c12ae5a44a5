"""An array is cut into its elements as they come, and no byte is lost or added, however the stream is chunked."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.wire import json_array
from avec_proxy.wire.json_array import ArrayReader, Element


def _read(stream: bytes, sizes: list[int] | None = None) -> list[Element]:
    reader = ArrayReader()
    found: list[Element] = []
    at = 0
    for size in [*(sizes or []), len(stream)]:
        found += reader.feed(stream[at : at + size])
        at += size
    rest = reader.rest()
    return found + ([rest] if rest else [])


def test_each_element_is_read_with_what_stands_before_it() -> None:
    """Brackets, commas and line ends as Google writes them; brackets and quotes inside strings mean nothing."""
    found = _read(b'[{"a":"}]\\""}\n,\r\n[{"b":[]}]\n] \n')
    assert [element.raw for element in found] == [b'[{"a":"}]\\""}', b'\n,\r\n[{"b":[]}]', b"\n]", b" \n"]
    assert [element.data for element in found] == [b'{"a":"}]\\""}', b'[{"b":[]}]', None, None]
    assert [element.last for element in found] == [False, False, True, False]


def test_an_element_comes_as_soon_as_its_end() -> None:
    """Nothing waits for the comma or the bracket after it."""
    reader = ArrayReader()
    assert list(reader.feed(b'[{"a":')) == []
    assert [element.data for element in reader.feed(b'"x\\')] == []
    assert [element.data for element in reader.feed(b'"}"}')] == [b'{"a":"x\\"}"}']
    assert reader.rest() is None


def test_a_span_of_the_data_is_placed_in_the_bytes() -> None:
    """The comma before the element is counted."""
    element = _read(b'[{}, {"a": "bc"}]')[1]
    assert element.data is not None
    at = element.data.index(b"bc")
    start, end = element.place(at, at + 2)
    assert element.raw[start:end] == b"bc"


def test_a_sibling_keeps_the_array_whole() -> None:
    """It stands between its element and what follows, even at the end."""
    first, second, end = _read(b"[{},\n{}]")
    one_more = first.sibling(b"[]")
    assert json.loads(first.raw + one_more + second.raw + one_more + end.raw) == [{}, [], {}, []]


def test_an_element_that_is_too_long_passes_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes go on as they come; the next element is read again."""
    monkeypatch.setattr(json_array, "MAX_ELEMENT", 20)
    stream = b'[{"a":"' + b"x" * 60 + b'"},{"b":1}]'
    for size in (1, 7, 100):
        found = _read(stream, [size] * len(stream))
        assert b"".join(element.raw for element in found) == stream
        if size < 20:
            assert [element.data for element in found if element.data is not None] == [b'{"b":1}']


_VALUES = st.recursive(
    st.text(max_size=4) | st.integers() | st.sampled_from(['"', "\\", "]", "{", "é😀", None, True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(_VALUES, max_size=5), st.booleans(), st.lists(st.integers(0, 5), max_size=60))
def test_any_chunking_gives_the_same_elements_and_every_byte(
    values: list[Any], escaped: bool, sizes: list[int]
) -> None:
    """Every object or array of an array is read, once, whatever it holds."""
    stream = json.dumps(values, ensure_ascii=escaped).encode()
    found = _read(stream, sizes)
    assert b"".join(element.raw for element in found) == stream
    assert [json.loads(e.data) for e in found if e.data is not None] == [
        v for v in values if isinstance(v, dict | list)
    ]
    assert [e.last for e in found] == [False] * (len(found) - 1) + [True]


@given(st.binary(max_size=60), st.lists(st.integers(0, 5), max_size=30))
def test_bytes_of_any_kind_pass(stream: bytes, sizes: list[int]) -> None:
    """What is no array is not lost either."""
    assert b"".join(element.raw for element in _read(stream, sizes)) == stream
