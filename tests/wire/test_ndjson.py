"""Lines are cut as they come, and no byte is lost or added, however the stream is chunked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.wire import ndjson
from avec_proxy.wire.ndjson import Line, LineReader


def _read(stream: bytes, sizes: list[int] | None = None) -> list[Line]:
    reader = LineReader()
    lines: list[Line] = []
    at = 0
    for size in [*(sizes or []), len(stream)]:
        lines += reader.feed(stream[at : at + size])
        at += size
    rest = reader.rest()
    return lines + ([rest] if rest else [])


def test_each_line_is_read_without_what_stands_around_it() -> None:
    """LF and CRLF, spaces, empty lines, and a last line without an end."""
    lines = _read(b'{"a":1}\n\r\n  {"b": 2} \r\n\n[3]')
    assert [line.raw for line in lines] == [b'{"a":1}\n', b"\r\n", b'  {"b": 2} \r\n', b"\n", b"[3]"]
    assert [line.data for line in lines] == [b'{"a":1}', None, b'{"b": 2}', None, b"[3]"]


def test_a_line_comes_as_soon_as_its_end() -> None:
    """Nothing waits for the bytes after it."""
    reader = LineReader()
    assert list(reader.feed(b'{"a":')) == []
    assert [line.data for line in reader.feed(b'1}\n{"b"')] == [b'{"a":1}']
    rest = reader.rest()
    assert rest is not None
    assert rest.raw == b'{"b"'
    assert reader.rest() is None


def test_a_span_of_the_data_is_placed_in_the_bytes() -> None:
    """Spaces before the JSON are counted."""
    (line,) = _read(b'  {"a": "bc"}\r\n')
    assert line.data is not None
    at = line.data.index(b"bc")
    start, end = line.place(at, at + 2)
    assert line.raw[start:end] == b"bc"


def test_a_sibling_is_written_like_its_line() -> None:
    """The line end is taken over; a line that was cut off gets one."""
    assert _read(b"1\r\n")[0].sibling(b"{}") == b"{}\r\n"
    assert _read(b"1\n")[0].sibling(b"{}", b"e") == b"{}\n"
    assert _read(b"1")[0].sibling(b"{}") == b"{}\n"


@given(
    st.lists(st.sampled_from([b"\n", b"\r\n", b"\r", b"{}", b' {"a":"b"}', "é".encode(), b"\xff", b" "]), max_size=25),
    st.lists(st.integers(0, 5), max_size=25),
)
def test_any_chunking_gives_the_same_lines_and_every_byte(pieces: list[bytes], sizes: list[int]) -> None:
    """Chunks may end inside a line end or a character."""
    stream = b"".join(pieces)
    lines = _read(stream, sizes)
    assert lines == _read(stream)
    assert b"".join(line.raw for line in lines) == stream
    assert all(line.raw.count(b"\n") <= 1 for line in lines)


@pytest.mark.parametrize("size", [1, 7, 200])
def test_an_endless_line_passes_unread(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Beyond the bound bytes flow on at once, and reading starts again with the next line."""
    monkeypatch.setattr(ndjson, "MAX_LINE", 50)
    stream = b'{"a":"' + b"x" * 90 + b'"}\n{"b":2}\n'
    reader = LineReader()
    first = list(reader.feed(stream[:60]))
    assert [line.data for line in first] == [None]
    assert first[0].raw == stream[:60]
    lines = first + [line for at in range(60, len(stream), size) for line in reader.feed(stream[at : at + size])]
    assert [line.data for line in lines if line.data] == [b'{"b":2}']
    assert b"".join(line.raw for line in lines) == stream
