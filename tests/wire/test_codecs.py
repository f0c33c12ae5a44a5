"""Each layer decodes, finds positions through its escapes, and encodes what it decodes."""

import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.wire.codecs import JsonString, NumberLeaf, Percent, Slice

J = JsonString()


def _escaped(text: str) -> str:
    """Return `text` with every character as a \\u escape."""
    return "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else json.dumps(c)[1:-1] for c in text)


@given(st.text(), st.sampled_from([True, False, None]))
def test_json_strings_decode_as_json_does(text: str, ascii_only: bool | None) -> None:
    """Escaped in part, throughout or not at all, the text is what `json` reads."""
    raw = _escaped(text) if ascii_only is None else json.dumps(text, ensure_ascii=ascii_only)[1:-1]
    assert J.decode(raw) == json.loads(f'"{raw}"') == text


@given(st.text())
def test_json_strings_encode_what_they_decode(text: str) -> None:
    """`encode` is valid JSON between quotes and comes back."""
    assert json.loads(f'"{J.encode(text)}"') == J.decode(J.encode(text)) == text


@given(st.text(), st.booleans())
def test_every_position_of_a_json_string_is_found(text: str, ascii_only: bool) -> None:
    """What stands before a position in the raw text decodes to what stands before it in the text."""
    raw = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
    located = J.locate(raw, list(range(len(text) + 1)))
    assert [J.decode(raw[:at]) for at in located] == [text[:n] for n in range(len(text) + 1)]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ('\\n\\t\\"\\\\\\/', '\n\t"\\/'),
        ("\\\\n", "\\n"),
        ("\\\\\\n", "\\\n"),
        ("C:\\dossier", "C:\\dossier"),
        ("\\u00E9\\u00e9", "éé"),
        ("\\ud83d\\ude00", "😀"),
        ("\\uD83Dx", "\ud83dx"),
        ("a\\", "a\\"),
        ("\\u12", "\\u12"),
    ],
)
def test_json_escapes_one_by_one(raw: str, text: str) -> None:
    """Each known escape is one character; what is none stays as it is."""
    assert J.decode(raw) == text


def test_a_lone_surrogate_is_written_as_an_escape() -> None:
    """Half a character cannot be UTF-8: it stays an escape."""
    assert J.encode("a\ud83d") == "a\\ud83d"


@pytest.mark.parametrize(("raw", "outside"), [("abc", False), ('a\\"b', False), ('a"b', True), ('a\\\\"b', True)])
def test_a_quote_that_ends_the_string_is_told_from_an_escaped_one(raw: str, outside: bool) -> None:
    """Backslashes are counted, not looked at."""
    assert J.structural_quote(raw) is outside


@given(st.text(st.characters(codec="utf-8")), st.booleans())
def test_percent_encoding_decodes_and_finds_positions(text: str, plus: bool) -> None:
    """Every position is found through octets of any width, `+` included in a query."""
    codec = Percent(plus_is_space=plus)
    raw = quote_plus(text) if plus else quote(text)
    assert codec.readable(raw)
    assert codec.decode(raw) == codec.decode(codec.encode(text)) == text
    located = codec.locate(raw, list(range(len(text) + 1)))
    assert [codec.decode(raw[:at]) for at in located] == [text[:n] for n in range(len(text) + 1)]


def test_octets_that_are_not_utf8_are_told() -> None:
    """A builder of segments asks before it trusts them; a `%` alone is a character."""
    assert not Percent().readable("%ff")
    assert not Percent().readable("%C3x")
    assert Percent().readable("100% sûr")
    assert Percent().decode("100% s%C3%BBr") == "100% sûr"


def test_a_slice_counts_from_its_start() -> None:
    """Positions of the part are positions of the whole, moved."""
    assert Slice(2, 4).decode("abcdef") == "cd"
    assert Slice(2, 4).locate("abcdef", [0, 1, 2]) == [2, 3, 4]


def test_a_number_is_replaced_by_a_string() -> None:
    """The literal is its text; its replacement brings its own quotes."""
    assert NumberLeaf().decode("-1.50e3") == "-1.50e3"
    assert NumberLeaf().encode('[IPP_1 : "é"]') == '"[IPP_1 : \\"é\\"]"'
