"""Amazon's frames: cut however they come, written anew with right lengths and sums, an end where they are damaged."""

import base64
import json
import zlib
from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.wire.frames import MAX_FRAME, Frame, FrameReader, headers_of, written
from tests.e2e.harness.bedrock import chunk, event, frame

# A published example, byte for byte (checked against the official SDK's parser).
EXAMPLE = bytes.fromhex(
    "000000a300000057a7aafe780b3a6576656e742d74797065070011636f6e74656e74426c6f636b44656c74610d3a636f6e74656e742d7479"
    "70650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b22636f6e74656e74426c6f63"
    "6b496e646578223a302c2264656c7461223a7b2274657874223a22426f6e6a6f7572227d2c2270223a22616263227d4fe917e1"
)


def _read(stream: bytes, size: int | None = None) -> list[Frame]:
    reader = FrameReader()
    step = size or max(1, len(stream))
    found = [f for at in range(0, len(stream), step) for f in reader.feed(stream[at : at + step])]
    last = reader.rest()
    return found + ([last] if last else [])


def _parsed(stream: bytes) -> list[tuple[dict[str, Any], bytes]]:
    """Return headers and payloads as the official SDK reads them; it checks lengths and sums."""
    buffer = EventStreamBuffer()
    buffer.add_data(stream)
    return [(message.headers, message.payload) for message in buffer]


@given(st.integers(1, 170))
def test_a_frame_is_read_however_it_is_cut(size: int) -> None:
    """Its JSON is what stands in it; its bytes are those that came."""
    found = _read(EXAMPLE * 2, size)
    assert [f.raw for f in found] == [EXAMPLE] * 2
    assert found[0].data == b'{"contentBlockIndex":0,"delta":{"text":"Bonjour"},"p":"abc"}'


def test_a_changed_frame_has_its_lengths_and_sums_anew() -> None:
    """The official SDK reads it, headers as they were; without a change it is the same bytes."""
    (found,) = _read(EXAMPLE)
    assert found.patched([]) == EXAMPLE
    at = (found.data or b"").index(b"Bonjour")
    ((headers, payload),) = _parsed(found.patched([(at, at + 7, "Zoé Dû, née Évrard".encode())]))
    assert json.loads(payload)["delta"] == {"text": "Zoé Dû, née Évrard"}
    assert headers == _parsed(EXAMPLE)[0][0]


def test_a_models_own_event_stands_in_base64() -> None:
    """It is read and written behind it; the padding beside it stays."""
    (found,) = _read(chunk({"generation": "[PERSONNE_1]"}))
    assert json.loads(found.data or b"") == {"generation": "[PERSONNE_1]"}
    at = (found.data or b"").index(b"[")
    ((headers, payload),) = _parsed(found.patched([(at, at + 12, b"x")]))
    value = json.loads(payload)
    assert base64.b64decode(value["bytes"]) == b'{"generation": "x"}'
    assert value["p"] == "abcdefgh"
    assert headers[":event-type"] == "chunk"


def test_a_sibling_is_of_the_same_kind() -> None:
    """Another event of the same type, whose JSON is given."""
    (found,) = _read(event("contentBlockDelta", {"x": 1}))
    ((headers, payload),) = _parsed(found.sibling(b'{"y":2}', b"ignored"))
    assert (headers[":event-type"], payload) == ("contentBlockDelta", b'{"y":2}')
    (found,) = _read(chunk({"x": 1}))
    ((_, payload),) = _parsed(found.sibling(b'{"y":2}'))
    assert base64.b64decode(json.loads(payload)["bytes"]) == b'{"y":2}'


def test_every_type_of_header_is_passed_over() -> None:
    """Switches, numbers, bytes, times and ids stand between names; a payload that is no JSON is not read."""
    values = (b"\x00", b"\x01", b"\x02x", b"\x03xx", b"\x04xxxx", b"\x05" + b"x" * 8, b"\x06\x00\x02ab")
    others = b"".join(bytes((1,)) + b"h" + value for value in (*values, b"\x08" + b"x" * 8, b"\x09" + b"x" * 16))
    (found,) = _read(written(others + headers_of({":content-type": "application/json"}), b"{}"))
    assert found.data == b"{}"
    (found,) = _read(written(others + headers_of({":content-type": "text/plain"}), b"{}"))
    assert found.data is None
    (found,) = _read(written(headers_of({":content-type": "Application/JSON; charset=utf-8"}), b"{}"))
    assert found.data == b"{}"


def _ending(stream: bytes, size: int | None = None) -> dict[str, Any]:
    """Return the error that a stream ends in."""
    last = _read(stream, size)[-1]
    ((headers, payload),) = _parsed(last.raw)
    assert headers[":message-type"] == "exception"
    assert headers[":exception-type"] == "modelStreamErrorException"
    found: dict[str, Any] = json.loads(payload)
    return found


@given(st.integers(0, len(EXAMPLE) - 1), st.integers(1, 255), st.integers(1, 200))
def test_a_damaged_frame_is_the_end(at: int, flip: int, size: int) -> None:
    """Whichever byte it is: what came before stays, nothing behind it is passed on, an error says so."""
    damaged = bytearray(EXAMPLE)
    damaged[at] ^= flip
    found = _read(EXAMPLE + bytes(damaged) + EXAMPLE, size)
    assert [f.raw for f in found[:-1]] == [EXAMPLE]
    assert "abîmée" in _ending(EXAMPLE + bytes(damaged) + EXAMPLE, size)["message"]


@given(st.integers(1, len(EXAMPLE) - 1))
def test_a_frame_that_is_cut_off_is_the_end(at: int) -> None:
    """The part that came is not passed on."""
    assert "incomplète" in _ending(EXAMPLE + EXAMPLE[:at])["message"]
    assert _read(EXAMPLE + EXAMPLE[:at])[0].raw == EXAMPLE


@pytest.mark.parametrize(
    "bad",
    [
        frame("chunk", b'{"bytes":"%%%"}'),
        frame("chunk", b'{"octets":"e30="}'),
        frame("chunk", b"{"),
        written(b"\x01h\x0a", b"{}"),
        written(b"\x09h\x04", b"{}"),
        written(b"\x01h\x07\xff\xffx", b"{}"),
    ],
    ids=["no base64", "no bytes", "no JSON", "an unknown type", "a name too long", "a value too long"],
)
def test_a_frame_that_nobody_could_read_is_the_end(bad: bytes) -> None:
    """Right sums are not enough."""
    assert "abîmée" in _ending(EXAMPLE + bad + EXAMPLE)["message"]


def test_a_frame_longer_than_any_is_not_waited_for() -> None:
    """The length alone shows it, with its own sum right."""
    head = written(b"", b"x" * 16)
    too_long = (MAX_FRAME + 1).to_bytes(4, "big") + head[4:8]
    stream = too_long + zlib.crc32(too_long).to_bytes(4, "big")
    assert "abîmée" in _ending(stream)["message"]


@given(st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_end_in_frames(stream: bytes, size: int) -> None:
    """Nothing raises, and what comes out is frames."""
    for found in _read(stream, size):
        assert _parsed(found.raw)
