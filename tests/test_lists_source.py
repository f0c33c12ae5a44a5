"""Exports of a hospital's software become entries."""

import pytest

from avec_proxy.lists import ListError
from avec_proxy.lists_source import entries_of


def entries(text: str | bytes, encoding: str = "utf-8", *, person: bool = True) -> list[str]:
    """Return the entries as words joined by a space."""
    raw = text.encode() if isinstance(text, str) else text
    return [" ".join(words) for _, words in entries_of(raw, encoding, person=person)]


def test_plain_lines() -> None:
    """One entry a line, remarks and blank lines left out."""
    assert entries("# du jour\nLEFEBVRE Jeanne\n\nLe Goff Yann\n") == ["lefebvre jeanne", "le goff yann"]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_columns_with_titles(delimiter: str) -> None:
    """Each family name goes with the first given name and with all of them; other columns are left out."""
    rows = [["IPP", "Nom de naissance", "NOM D'USAGE", "Prénoms"], ["8001", "LEFEBVRE", "MARTIN", "Jeanne Marie"]]
    text = "\r\n".join(delimiter.join(row) for row in [*rows, ["8002", "LE GOFF", "", "Yann"], ["8003", "", "", ""]])
    assert entries(text) == [
        "lefebvre jeanne",
        "lefebvre jeanne marie",
        "martin jeanne",
        "martin jeanne marie",
        "le goff yann",
    ]


def test_columns_without_titles_are_one_entry() -> None:
    """Whatever the columns say, the cells of a line stand together; other kinds know no titles."""
    assert entries("LEFEBVRE;Jeanne\nMARTIN;Paul\n") == ["lefebvre jeanne", "martin paul"]
    assert entries("nom;prénom\n", person=False) == ["nom prenom"]


def test_a_short_line_and_a_lone_family_name() -> None:
    """A line that ends early has no given name: its family name is an entry."""
    assert entries("prenom;nom\nJeanne;Lefebvre\n;Martin\nPaul\n") == ["lefebvre jeanne", "martin"]


def test_encodings() -> None:
    """Windows exports are read as they are said to be; what is not text in it is refused without a word of it."""
    assert entries("Hélène".encode("cp1252"), "cp1252") == ["helene"]
    for raw, encoding in [("Hélène".encode("cp1252"), "utf-8"), (b"abc", "martian")]:
        with pytest.raises(ListError, match=f"not text in {encoding}"):
            entries(raw, encoding)
