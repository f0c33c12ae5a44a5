"""The search for leaks finds a word however it is written: a test that looks must be able to see."""

import base64
import gzip
import json
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.e2e.harness import leaks

WORD = "Jérôme Lefèvre"
WAYS: list[Callable[[str], bytes]] = [
    str.encode,
    lambda s: s.upper().encode(),
    lambda s: s.lower().encode("latin-1"),
    lambda s: s.encode("utf-16"),
    lambda s: s.encode("utf-16-be"),
    lambda s: quote(s).encode(),
    lambda s: json.dumps(s).encode(),
    lambda s: json.dumps(json.dumps(s)).encode(),
    lambda s: base64.b64encode(s.encode()),
    lambda s: base64.b64encode(b"x" + s.encode() + b"yy"),
    lambda s: base64.b64encode(b"xy" + s.encode() + b"y"),
    lambda s: gzip.compress(s.encode()),
    lambda s: zlib.compress(b"avant " + s.encode()),
    lambda s: s.replace("é", "e").replace("è", "e").replace("ô", "o").encode(),
    lambda s: s.replace("é", "e\u0301").replace("è", "e\u0300").replace("ô", "o\u0302").encode(),
    lambda s: s[:5].encode() + b"\r\n1a\r\n" + s[5:].encode(),
]


@pytest.mark.parametrize("write", WAYS)
def test_a_word_is_found_in_every_writing(write: Callable[[str], bytes]) -> None:
    """Encodings, escapes, compression, case and accents hide nothing."""
    assert leaks([WORD], [b"POST / HTTP/1.1\r\n\r\n{", write(WORD), b"}"])


@given(st.text(alphabet='abcdefgh ,.{}":1234', max_size=200))
def test_what_is_not_there_is_not_found(text: str) -> None:
    """No false alarm."""
    assert leaks([WORD], text.encode()) == []
