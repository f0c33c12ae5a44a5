"""Events are cut as the standard says, and no byte is lost or added, however the stream is chunked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.wire import sse
from avec_proxy.wire.sse import Event, EventReader


def _read(stream: bytes, sizes: list[int] | None = None) -> list[Event]:
    reader = EventReader()
    events: list[Event] = []
    at = 0
    for size in [*(sizes or []), len(stream)]:
        events += reader.feed(stream[at : at + size])
        at += size
    rest = reader.rest()
    return events + ([rest] if rest else [])


def _said(events: list[Event]) -> list[tuple[bytes, bytes | None]]:
    return [(event.name, event.data) for event in events if event.data is not None]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_each_line_end_is_understood(end: bytes) -> None:
    """LF, CRLF and CR, in fields, comments and between events."""
    lines = [
        b"event: a",
        b"data: 1",
        b"",
        b": rien",
        b"",
        b"data:2",
        b"data:  3",
        b"id: 7",
        b"",
        b"data",
        b"",
        b"retry: 5",
        b"",
        b"",
    ]
    stream = end.join(lines)
    events = _read(stream)
    assert _said(events) == [(b"a", b"1"), (b"", b"2\n 3"), (b"", b"")]
    assert b"".join(event.raw for event in events) == stream


def test_a_byte_order_mark_belongs_to_no_field() -> None:
    """It is skipped at the start of the stream, and kept in the bytes."""
    events = _read(b"\xef\xbb\xbfdata: 1\n\n\xef\xbb\xbfdata: 2\n\n")
    assert _said(events) == [(b"", b"1")]
    assert events[0].raw.startswith(b"\xef\xbb\xbf")


def test_an_event_comes_as_soon_as_its_blank_line() -> None:
    """Nothing waits for the bytes after it."""
    reader = EventReader()
    assert list(reader.feed(b"data: 1\r\n")) == []
    assert [event.data for event in reader.feed(b"\r\n")] == [b"1"]


def test_data_of_many_lines_is_placed_line_by_line() -> None:
    """A span of the joined data is found in the raw bytes of its own line."""
    raw = b'data: {\r\nid: 1\r\ndata:"a": "bc"}\r\n\r\n'
    (event,) = _read(raw)
    assert event.data == b'{\n"a": "bc"}'
    at = event.data.index(b"bc")
    start, end = event.place(at, at + 2)
    assert raw[start:end] == b"bc"
    with pytest.raises(ValueError, match="lines"):
        event.place(0, 4)


@given(
    st.lists(
        st.sampled_from(
            [
                b"\n",
                b"\r",
                b"\r\n",
                b"data: ",
                b"data:",
                b"event: x",
                b": c",
                b"{}",
                "é".encode(),
                b"id: 1",
                b"\xef\xbb\xbf",
                b"\xff",
            ]
        ),
        max_size=25,
    ).map(b"".join),
    st.lists(st.integers(0, 5), max_size=25),
)
def test_any_chunking_gives_the_same_events_and_every_byte(stream: bytes, sizes: list[int]) -> None:
    """Chunks may end inside a line end, a character or a mark."""
    events = _read(stream, sizes)
    assert b"".join(event.raw for event in events) == stream
    assert _said(events) == _said(_read(stream))


def test_an_endless_event_passes_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound bytes flow on at once, and reading starts again after the next blank line."""
    monkeypatch.setattr(sse, "MAX_EVENT", 50)
    reader = EventReader()
    first = list(reader.feed(b"data: " + b"x" * 60))
    assert [event.data for event in first] == [None]
    assert len(first[0].raw) >= 60
    more = list(reader.feed(b"y\n\ndata: 2\n\n"))
    assert [event.data for event in more] == [None, b"2"]
    assert b"".join(event.raw for event in first + more) == b"data: " + b"x" * 60 + b"y\n\ndata: 2\n\n"


def test_a_sibling_is_written_like_its_event() -> None:
    """Line ends and the event's name are taken over; its id and comments are not."""
    (event,) = _read(b": c\r\nevent: e\r\nid: 3\r\ndata: 1\r\n\r\n")
    assert event.sibling(b"{}") == b"event: e\r\ndata: {}\r\n\r\n"
    assert event.sibling(b"{}", b"f") == b"event: f\r\ndata: {}\r\n\r\n"
