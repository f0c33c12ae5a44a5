"""The header of a table says what its cells are."""

import pytest

from avec_proxy.detect import tables


def _found(text: str) -> list[tuple[str, str]]:
    return [(text[f.start : f.end], f.entity_type) for f in tables.find(text)]


@pytest.mark.parametrize("separator", [";", ",", "\t", " | "])
def test_a_column_named_nom_makes_every_cell_a_name(separator: str) -> None:
    """CSV, tabs and bars; words that are no names elsewhere are names here."""
    rows = [
        ["nom", "prénom", "ddn", "motif"],
        ["PETIT", "Rose", "07/06/1951", "chute"],
        ["AVRIL", "Olive", "22/12/1988", "fièvre"],
    ]
    text = "Voici la liste :\n" + "\n".join(separator.join(row) for row in rows) + "\nMerci."
    assert _found(text) == [
        ("PETIT", "PERSON"),
        ("Rose", "PERSON"),
        ("07/06/1951", "BIRTH_DATE"),
        ("AVRIL", "PERSON"),
        ("Olive", "PERSON"),
        ("22/12/1988", "BIRTH_DATE"),
    ]


def test_a_markdown_table_is_read_through_its_rule_line() -> None:
    """Bars around, dashes under the header."""
    text = (
        "| Patient | Ch. | Soins |\n|---|---|---|\n| Mme Loiseau | 12 | toilette |\n| M. Marchand | 14 | pansement |\n"
    )
    assert _found(text) == [("Mme Loiseau", "PERSON"), ("12", "ROOM"), ("M. Marchand", "PERSON"), ("14", "ROOM")]


def test_empty_cells_and_other_columns_are_left() -> None:
    """A missing telephone is not a finding, a reason for coming is not a name."""
    text = "nom;tel;motif\nPETIT;;plaie main\nROUX;-;otite\n"
    assert _found(text) == [("PETIT", "PERSON"), ("ROUX", "PERSON")]


def test_a_column_without_a_header_changes_nothing() -> None:
    """A sheet is as wide as its longest line: headers may be blank, several of them too."""
    text = "Liste\t\t\t\nNom\t\t\tNote\nPETIT\tx\ty\ttousse\n"
    assert _found(text) == [("PETIT", "PERSON")]


def test_a_form_says_before_a_cell_what_it_is() -> None:
    """Two columns, labels down the first: the cell after «Nom» is a name, the label below is none."""
    text = "Nom :\tPETIT\nPrénom\tRose\nIPP\t8456123\nMotif\tchute\nDDN\t07/06/1951\n"
    assert _found(text) == [
        ("PETIT", "PERSON"),
        ("Rose", "PERSON"),
        ("8456123", "FR_IPP"),
        ("07/06/1951", "BIRTH_DATE"),
    ]
    assert _found("nom;prenom\nPETIT;Rose\nROUX;Line\n") == [
        ("PETIT", "PERSON"),
        ("Rose", "PERSON"),
        ("ROUX", "PERSON"),
        ("Line", "PERSON"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Compare score, sensibilité, spécificité et coût ; réponds en un tableau, puis conclus.",
        "| Score | Seuil | Conduite |\n|---|---|---|\n| Glasgow | 8 | intuber |\n",
        "molécule;dose;voie\nAmoxicilline;1 g;PO\n",
    ],
)
def test_a_clinical_table_has_no_name_column(text: str) -> None:
    """Headers that name no identifier make no finding."""
    assert _found(text) == []


def test_the_table_ends_where_its_columns_do() -> None:
    """Prose after a table is not read as cells."""
    text = "nom;prénom;ville\nPETIT;Rose;Voiron\n\nLe traitement comporte paracétamol 1 g."
    assert _found(text) == [("PETIT", "PERSON"), ("Rose", "PERSON"), ("Voiron", "CITY")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"nomUsage": "Petit", "motif": "chute"}', [("Petit", "PERSON")]),
        ("<patient><nom>Petit</nom><motif>chute</motif></patient>", [("Petit", "PERSON")]),
        (
            "PID|1||8001234567^^^CHU^PI||PETIT^ROSE||19510607|F",
            [("8001234567", "FR_IPP"), ("PETIT", "PERSON"), ("ROSE", "PERSON"), ("19510607", "BIRTH_DATE")],
        ),
    ],
)
def test_keys_tags_and_hl7_fields_announce_their_values(text: str, expected: list[tuple[str, str]]) -> None:
    """Pasted JSON, XML and HL7 v2 say what their values are."""
    assert _found(text) == expected


def test_short_figures_under_other_headers_are_nobodys() -> None:
    """A ward's code, a length of stay; not what stands under a header for a person or a number of theirs."""
    text = "nom;prenom;UM;DS;chambre;n° lit\nCalvarin;Rozenn;3110;6;214;2\nOzanne;Yann;3112;11;215;1\n"
    assert [text[start:end] for start, end in tables.counted(text)] == ["3110", "6", "3112", "11"]


def test_the_ward_of_an_hl7_visit_is_no_room() -> None:
    """PV1-3: the point of care stays, room and bed go; of PID-3 the number alone, not who gave it."""
    text = "PV1|1|I|4021^217^P||||1\nPID|1||300981^^^ASIP-SANTE-INS-NIR^INS~8005^^^CHX^PI||X^Y"
    found = [text[f.start : f.end] for f in tables.hl7(text)]
    assert [text[start:end] for start, end in tables.counted(text)] == ["4021"]
    assert "217" in found
    assert {"300981", "8005"} <= set(found)
    assert not {"4021", "ASIP-SANTE-INS-NIR", "CHX", "INS", "PI"} & set(found)
