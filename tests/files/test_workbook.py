"""XLSX: cells as they are shown, hidden ones too, and everything else that keeps a name."""

import io
import re
from datetime import date, datetime, time

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from avec_proxy.files import OpenFile, number_formats, open_file
from avec_proxy.files.formulas import renamed, words
from avec_proxy.model import Edit, Refusal
from tests.files.making import MARK, NAME, changed, hidden, holding, members, put, readings, related, typed, zipped

PHONE = '0#" "##" "##" "##" "##'


def book() -> openpyxl.Workbook:
    """Return a list of patients: text, a date, numbers with and without a format, an empty column."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Liste"
    sheet.append(["Nom", None, "DDN", "IPP", "Téléphone", "Heure", "Note"])
    sheet.append([NAME, None, date(1950, 2, 1), 8456123, 612345678, time(10, 30), "tousse\nla nuit"])
    sheet.append(["Riou", None, datetime(1962, 12, 24, 8, 15), 8456124, 298001122, None, 37.5])
    for row in (2, 3):
        sheet.cell(row, 5).number_format = PHONE
    return workbook


def saved(workbook: openpyxl.Workbook) -> bytes:
    """Return the bytes of a workbook."""
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def shared(data: bytes) -> bytes:
    """Return a workbook as most programs write it: its texts in a list of their own."""
    texts: list[str] = []

    def move(match: re.Match[str]) -> str:
        texts.append(match[1])
        return f't="s"><v>{len(texts) - 1}</v>'

    parts = members(data)
    for name in [n for n in parts if n.startswith("xl/worksheets/sheet")]:
        parts[name] = re.sub(r't="inlineStr"><is><t[^>]*>([^<]*)</t></is>', move, parts[name].decode()).encode()
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = (
        f'<sst xmlns="{space}">{"".join(f"<si><t>{t}</t></si>" for t in texts)}</sst>'.encode()
    )
    type_ = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    assert len(texts) > 8
    return changed(
        zipped(parts),
        {
            "[Content_Types].xml": typed("/xl/sharedStrings.xml", type_),
            "xl/_rels/workbook.xml.rels": related("sharedStrings", "sharedStrings.xml"),
        },
    )


def only(opened: OpenFile, word: str, mark: str = MARK) -> bytes:
    """Return the file with the first `word` of its first text hidden."""
    at = opened.texts[0].text.index(word)
    return opened.rewrite([[Edit(at, at + len(word), mark)], *([] for _ in opened.texts[1:])])


@pytest.mark.parametrize("data", [saved(book()), shared(saved(book()))], ids=["inline", "shared"])
def test_a_sheet_reads_as_it_would_be_pasted(data: bytes) -> None:
    """Dates, times and grouped digits as they are shown, no empty column between a header and its cells."""
    assert open_file(data).texts[0].text == (
        "Nom\tDDN\tIPP\tTéléphone\tHeure\tNote\n"
        f"{NAME}\t01/02/1950\t8456123\t06 12 34 56 78\t10:30\ttousse la nuit\n"
        "Riou\t24/12/1962 08:15\t8456124\t02 98 00 11 22\t\t37.5\n"
    )


@pytest.mark.parametrize(
    ("word", "cell", "mark"),
    [("01/02/1950", "C2", "[NAISSANCE_1 : 76 ans]"), ("8456123", "D2", "[IPP_1]"), ("06 12 34 56 78", "E2", "[TEL_1]")],
)
def test_a_number_that_is_hidden_becomes_a_text(word: str, cell: str, mark: str) -> None:
    """The cell shows the placeholder, and the cells around it are what they were."""
    out = openpyxl.load_workbook(io.BytesIO(only(open_file(saved(book())), word, mark)))["Liste"]
    assert out[cell].value == mark
    assert [c.value for c in out[3]][:4] == ["Riou", None, datetime(1962, 12, 24, 8, 15), 8456124]


def test_a_cell_that_is_hidden_loses_its_formula() -> None:
    """Its formula would bring the name back; another cell keeps its own."""
    workbook = book()
    workbook["Liste"]["H2"] = '="Mme "&A2'
    workbook["Liste"]["H3"] = "=D2+1"
    data = changed(
        saved(workbook),
        {
            "xl/worksheets/sheet1.xml": lambda d: d.replace(
                b'<c r="H2"><f>"Mme "&amp;A2</f><v></v></c>',
                f'<c r="H2" t="str"><f>"Mme "&amp;A2</f><v>Mme {NAME}</v></c>'.encode(),
            )
        },
    )
    assert f"Mme {NAME}" in open_file(data).texts[0].text
    out = openpyxl.load_workbook(io.BytesIO(hidden(open_file(data))))["Liste"]
    assert (out["H2"].value, out["H3"].value) == (f"Mme {MARK}", "=D2+1")


def planted() -> bytes:
    """Return a workbook with a name in every place that the format has for one."""
    workbook = book()
    sheet = workbook["Liste"]
    sheet["A2"].comment = Comment(f"vu par {NAME}", f"Dr {NAME}")
    sheet["A3"].hyperlink = f"mailto:{NAME}@x.fr"
    sheet["G5"] = f'=IF(A2="{NAME}","{NAME} ""x""",\'Mme {NAME}\'!A1)'
    sheet["G6"] = f'=HYPERLINK("mailto:{NAME}@x.fr")'
    sheet["G7"] = f"={NAME}+1"
    sheet["G8"].hyperlink = openpyxl.worksheet.hyperlink.Hyperlink(
        "G8", location=f"'Mme {NAME}'!A1", tooltip=f"vers {NAME}"
    )
    sheet.oddHeader.center.text = f"Service {NAME}"
    sheet.oddFooter.right.text = NAME
    sheet.row_dimensions[9].hidden = True
    sheet["A9"] = f"cachée {NAME}"
    sheet.column_dimensions["K"].hidden = True
    sheet["K9"] = NAME
    validation = DataValidation("list", formula1=f'"{NAME},Riou"', promptTitle=NAME, prompt=f"choisir {NAME}")
    validation.add("A2")
    sheet.add_data_validation(validation)
    sheet.conditional_formatting.add("A2", CellIsRule(operator="equal", formula=[f'"{NAME}"']))
    sheet.auto_filter.ref = "A1:G3"
    sheet.auto_filter.add_filter_column(0, [NAME])
    for state, title in (("visible", f"Mme {NAME}"), ("hidden", f"{NAME} 2"), ("veryHidden", f"M {NAME}")):
        other = workbook.create_sheet(title)
        other.sheet_state = state
        other["A1"] = f"{title} tousse"
    workbook.defined_names[NAME] = DefinedName(NAME, attr_text=f"'Mme {NAME}'!$A$1")
    workbook.defined_names["liste"] = DefinedName("liste", attr_text=f'"{NAME}"', comment=NAME)
    properties = workbook.properties
    properties.creator = properties.lastModifiedBy = properties.title = properties.keywords = f"Jean {NAME}"
    return changed(
        shared(saved(workbook)),
        {
            "xl/sharedStrings.xml": put(
                "</sst>", f"<si><t>{NAME}</t></si><si><r><t>Ker</t></r><r><t>vadec</t></r></si>"
            ),
            "docProps/app.xml": put("</Properties>", f"<Company>{NAME}</Company>"),
            "xl/persons/person.xml": (
                '<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
                f'<person displayName="{NAME.lower()}" id="{{A0}}" userId="S::{NAME}@x.fr" providerId="AD"/></personList>'
            ).encode(),
            "xl/threadedComments/threadedComment1.xml": (
                '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
                f'<threadedComment ref="A1" dT="2026-01-05T10:00:00" personId="{{A0}}" id="{{A1}}"><text>{NAME} ?</text>'
                "</threadedComment></ThreadedComments>"
            ).encode(),
            "xl/pivotCache/pivotCacheRecords1.xml": f'<r><s v="{NAME}"/></r>'.encode(),
        },
    )


def test_no_planted_name_is_left_in_any_member() -> None:
    """Cells shown and hidden, unused texts, comments, links, formulas, lists, filters, names of sheets and ranges…"""
    data = planted()
    assert len(holding(data)) == 10
    out = hidden(open_file(data))
    assert holding(out) == []
    assert holding(out, "vadec") == []
    workbook = openpyxl.load_workbook(io.BytesIO(out))
    assert workbook.sheetnames == ["Liste", "Mme PERSONNE_1", "PERSONNE_1 2", "M PERSONNE_1"]
    assert workbook["Liste"]["G5"].value == f'=IF(A2="{MARK}","{MARK} ""x""",\'Mme PERSONNE_1\'!A1)'
    assert workbook["Liste"]["G7"].value == "=PERSONNE_1+1"
    assert workbook.defined_names["PERSONNE_1"].attr_text == "'Mme PERSONNE_1'!$A$1"
    assert workbook["Liste"]["G8"].hyperlink.location == "'Mme PERSONNE_1'!A1"


def test_a_table_keeps_its_columns() -> None:
    """A column's name stays what its header says: Excel would call the file damaged."""
    workbook = openpyxl.Workbook()
    workbook.active.append(["Jour", NAME])
    workbook.active.append(["lundi", "garde"])
    workbook.active.add_table(openpyxl.worksheet.table.Table(displayName="Gardes", ref="A1:B2"))
    parts = members(hidden(open_file(saved(workbook))))
    assert f'name="{MARK}"'.encode() in parts["xl/tables/table1.xml"]
    assert MARK.encode() in parts["xl/worksheets/sheet1.xml"]


def test_two_sheets_never_get_the_same_name() -> None:
    """A book with two sheets of one name does not open."""
    workbook = book()
    workbook.create_sheet("Kervadec Jean")
    workbook.create_sheet("Kervadec Anne")
    opened = open_file(saved(workbook))
    edits = [
        [Edit(*span, MARK) for span in ([(6, 19), (20, 33)] if t.text.startswith("Liste\n") else [])]
        for t in opened.texts
    ]
    names = openpyxl.load_workbook(io.BytesIO(opened.rewrite(edits))).sheetnames
    assert names == ["Liste", "PERSONNE_1", "PERSONNE_1_2"]


def test_a_rewritten_file_reads_as_the_first_one_edited() -> None:
    """Opened again, its texts are those of the first with the edits made; without edits nothing changes any more."""
    opened = open_file(saved(book()))
    once = hidden(opened)
    again = open_file(once)
    assert [t.text for t in again.texts] == [t.text.replace(NAME, MARK) for t in opened.texts]
    assert again.rewrite([[] for _ in again.texts]) == once


@pytest.mark.parametrize("member", ["xl/worksheets/sheet1.xml"])
@pytest.mark.parametrize(
    "change", [(b't="s"><v>0', b't="s"><v>99'), (b'r="A2"', b'r="2A"'), (b't="s"><v>0', b't="s"><v>-1')]
)
def test_cells_that_point_nowhere_refuse(member: str, change: tuple[bytes, bytes]) -> None:
    """A text that is not there, a place that is none."""
    with pytest.raises(Refusal, match="file_malformed"):
        open_file(changed(shared(saved(book())), {member: lambda data: data.replace(*change)}))


@pytest.mark.parametrize(
    ("member", "code"),
    [
        ("xl/vbaProject.bin", "file_with_macro"),
        ("xl/macrosheets/sheet1.xml", "file_with_macro"),
        ("xl/embeddings/oleObject1.bin", "file_with_file"),
        ("xl/media/image1.png", "file_with_image"),
        ("xl/slicers/slicer1.xml", "file_with_file"),
        ("xl/model/item.data", "file_with_file"),
    ],
)
def test_what_cannot_be_read_in_it_refuses_the_file(member: str, code: str) -> None:
    """Macros, objects, pictures, models of data."""
    with pytest.raises(Refusal, match=code):
        open_file(changed(saved(book()), {member: b"<a/>"}))


def test_what_only_one_computer_needs_is_left_out() -> None:
    """Printer settings and the order of calculation, with what points to them."""
    out = members(hidden(open_file(changed(saved(book()), {"xl/printerSettings/printerSettings1.bin": b"Kervadec"}))))
    assert not [name for name in out if "printer" in name.lower() or "calcChain" in name]


@pytest.mark.parametrize(
    ("raw", "number", "code", "text"),
    [
        ("18295", 14, "", "01/02/1950"),
        ("1", 14, "", "01/01/1900"),
        ("59", 14, "", "28/02/1900"),
        ("61", 14, "", "01/03/1900"),
        ("0.4375", 20, "", "10:30"),
        ("18295", 164, "dd\\ mmmm\\ yyyy", "01/02/1950"),
        ("18295", 164, "[$-40C]jj/mm/aaaa", "01/02/1950"),
        ("612345678", 164, PHONE, "06 12 34 56 78"),
        ("12", 164, "00000", "00012"),
        ("1.85057512345678E+14", 0, "", "185057512345678"),
        ("37.5", 2, "0.00", "37.5"),
        ("1200", 164, "#,##0", "1200"),
        ("12", 164, '0" mg"', "12"),
        ("3", 164, '"Semaine "0', "3"),
        ("-5", 1, "0", "-5"),
        ("nan", 14, "", "nan"),
        ("x", 14, "", "x"),
        ("99999999999", 14, "", "99999999999"),
    ],
)
def test_a_number_is_shown_as_its_format_says(raw: str, number: int, code: str, text: str) -> None:
    """What a person reads is what is checked."""
    assert number_formats.shown(raw, number, code, since_1904=False) == text


def test_the_calendar_of_1904() -> None:
    """Old books of Macs count from there."""
    assert number_formats.shown("0.5", 14, "", since_1904=True) == "12:00"
    assert number_formats.shown("16833", 14, "", since_1904=True) == "01/02/1950"


def test_quoted_words_of_a_formula() -> None:
    """What stands between quotes, and no name of a sheet."""
    formula = 'IF(\'L\'\'été\'!A1="a ""b""","",x)'
    assert [formula[a:b] for a, b in words(formula)] == ['a ""b""']


def test_names_in_a_formula_follow() -> None:
    """Sheets with and without quotes, ranges; never a quoted word, never a part of a name."""
    names = {"Mme K": "Mme P", "K": "P"}
    assert renamed("'Mme K'!A1+K!B2+K*KK&\"K\"", names) == "'Mme P'!A1+P!B2+P*KK&\"K\""


def test_texts_of_the_book_say_nothing_twice() -> None:
    """A shared text is read where it is shown, not again in the list of texts."""
    assert readings(open_file(shared(saved(book())))).count(NAME) == 1
