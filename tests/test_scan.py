"""A scan finds what its pattern finds, in every text, whatever it knows of it."""

import re
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avec_proxy import scan
from avec_proxy.coach import words, zones
from avec_proxy.detect import people, places, protect
from avec_proxy.pattern_parts import NOTHING, parts
from avec_proxy.rulebook import Rulebook, unmark
from avec_proxy.scan import Scan, reading

RULES = Rulebook.load().identifiers
HOUSE = [s for m in (people, places, protect, zones, words) for s in vars(m).values() if isinstance(s, Scan)]
RULED = [Scan(text, rule.options) for rule in RULES for field in ("labels", "pattern") for text in rule.sources(field)]
EXAMPLES = [unmark(text)[0] for rule in RULES for text in rule.examples.match]
PLAIN = "Mme Martin-Leroy, née le 3 mars 1950 à Nice. Adresse : 3 RUE des Lilas\n"
PLAIN += "Dr Ŵ. «ŒUVRE» Tél.\u00a0: 06 12 34 ſ K İı µ"


def _same(scanned: Scan, text: str) -> None:
    scanned.prepare()
    expected = [m.span() for m in scanned.pattern.finditer(text)]
    with reading(text):
        assert [m.span() for m in scanned.finditer(text)] == expected
        for start in (0, len(text) // 3):
            one, other = scanned.search(text, start), scanned.pattern.search(text, start)
            assert (one and one.span()) == (other and other.span())


@pytest.mark.parametrize("scanned", [*HOUSE, *RULED], ids=lambda s: f"{zlib.crc32(s.pattern.pattern.encode()):08x}")
def test_every_pattern_of_the_house(scanned: Scan) -> None:
    """On all examples of the rules, in one long text and one by one, in lower and upper case."""
    text = "\n".join([PLAIN, *EXAMPLES])
    for each in (text, text.upper(), text.lower(), PLAIN, *EXAMPLES[::5]):
        _same(scanned, each)


PIECES = (
    r"a", r"$", r"[ab]", r"\d", r"\d{2,3}", r"[^a]", r".", r"(?:ab|ba|1)", r"(?i:Éa)", r"b?", r"(?:a|\d)+", r"\b", r"^",
    r"(?<![a-c])", r"(?<!\d)",
    r"(?=1)", r"\s*", r"[É-ß]", r"(?P<x>a|b)", r"(?!b)", r"(?:(?<=^)|(?<=[ ,]))", r"\W", r"(?>ab?)",
    r"(?<=a)",
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from([p for p in PIECES if "<x>" not in p]), min_size=1, max_size=5),
    st.sampled_from([0, re.IGNORECASE, re.MULTILINE, re.IGNORECASE | re.MULTILINE, re.DOTALL]),
    st.text("abcABC1239 \n,ÉéßẞſİıKk\u0660\u3042", max_size=60),
)
def test_any_pattern(pieces: list[str], flags: int, text: str) -> None:
    """Patterns put together at random; a text of a length at which places are looked for."""
    _same(Scan("".join(pieces), flags), text * 6 + text)


def test_what_is_known_of_a_pattern() -> None:
    """Its first characters, what cannot stand before it, the strings that it needs."""
    known = parts(re.compile(r"(?<!\w)(?:tél|fax)\.? ?\d{2}", re.IGNORECASE))
    assert known.first is not None
    assert {chr(c) for c in known.first.nonzero()[0][:-1]} == set("tTfF")
    assert known.behind is not None
    assert known.behind[ord("a")]
    assert not known.behind[ord(" ")]
    assert set(known.needles) >= {"FAX"} or known.needles
    assert parts(re.compile(r"a*")) == NOTHING, "an empty match may stand anywhere"


def test_outside_a_reading_it_is_the_pattern() -> None:
    """Nothing is shared between texts, and nothing is kept after one."""
    scanned = Scan("b")
    scanned.prepare()
    with reading("abc"):
        assert [m.start() for m in scanned.finditer("xxb")] == [2]
    assert scan._current is None


def test_a_scan_waits_until_it_has_seen_enough() -> None:
    """A single prompt does not pay for what helps a thousand."""
    scanned = Scan("b")
    text = "ab" * 5_000
    with reading(text):
        list(scanned.finditer(text))
        assert scanned._parts is None
        list(scanned.finditer(text))
        assert scanned._parts is not None


def test_digits_and_spaces_beyond_the_tables_are_seen() -> None:
    """Digits of other scripts and narrow spaces match as they do in the pattern."""
    _same(Scan(r"a\d"), "a\u0660" * 200)
    _same(Scan(r"a\sb"), "a\u202fb" * 200)
