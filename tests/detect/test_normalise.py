"""What hides a name from a detector and not from an eye is undone, and offsets lead back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.detect.normalise import view


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Mme Le\u200bfeb\u00advre", "Mme Lefebvre"),
        ("06\u00a039\u202f98\u200912 34", "06 39 98 12 34"),
        ("\uff10\uff16 39", "06 39"),
        ("E\u0301lodie", "Élodie"),
        ("l\u2019h\u00f4pital", "l'hôpital"),
        ("Jean\u2011Pierre", "Jean-Pierre"),
        ("o\ufb03ce", "office"),
        ("\u202eMartin\u202c", "Martin"),
        ("plain", "plain"),
    ],
)
def test_the_view_reads_as_an_eye_does(text: str, read: str) -> None:
    """Invisible characters vanish, spaces, digits, ligatures and accents become plain."""
    assert view(text).text == read


def test_a_span_of_the_view_covers_its_source_whole() -> None:
    """A name with invisible characters inside is covered from its first to its last character."""
    text = "Mme Le\u200bfebvre va bien"
    read = view(text)
    at = read.text.index("Lefebvre")
    start, end = read.original(at, at + len("Lefebvre"))
    assert text[start:end] == "Le\u200bfebvre"


@given(st.text(max_size=60), st.data())
def test_every_span_leads_back_inside_the_text(text: str, data: st.DataObject) -> None:
    """Any span of any view maps to a non-empty span of the original, in order."""
    read = view(text)
    if not read.text:
        return
    start = data.draw(st.integers(0, len(read.text) - 1))
    end = data.draw(st.integers(start + 1, len(read.text)))
    first, last = read.original(start, end)
    assert 0 <= first < last <= len(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x17F, exclude_characters="\u00a0\u00ad\u00b4"), max_size=60))
def test_plain_text_is_its_own_view(text: str) -> None:
    """Latin text without special characters is left as it is."""
    assert view(text).text == text
