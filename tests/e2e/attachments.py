"""Files as programs make them, with names planted in every corner, and what is in a file that arrived."""

import io
import re
import zipfile

from docx import Document as Docx
from fpdf import FPDF
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

TEXT = "Mme Rozenn Calvarin, née le 23/04/1951, IPP 80417733, joignable au 06 39 98 64 17, sous méthotrexate 15 mg."
MARKERS = ["Rozenn", "Calvarin", "Kermeur", "23/04/1951", "80417733", "06 39 98 64 17", "0639986417"]
KEPT = "méthotrexate 15 mg"
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv",
}


def docx() -> bytes:
    """Return a letter: a run cut in the middle of a name, a table, a header, an author."""
    document = Docx()
    paragraph = document.add_paragraph("Mme Rozenn Cal")
    paragraph.add_run("varin").bold = True
    paragraph.add_run(TEXT.removeprefix("Mme Rozenn Calvarin"))
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Médecin", "Dr Ysolde Kermeur"
    document.sections[0].header.paragraphs[0].text = "Dossier de Mme Calvarin"
    document.core_properties.author = "Ysolde Kermeur"
    document.core_properties.title = "Lettre de Mme Calvarin"
    return _saved(document)


def xlsx() -> bytes:
    """Return a list: a hidden sheet, a comment, a cell with a sentence."""
    book = Workbook()
    sheet = book.active
    for row in (("Nom", "Prénom", "IPP"), ("Calvarin", "Rozenn", 80417733), ("Le suivi", TEXT, "")):
        sheet.append(row)
    sheet["A2"].comment = Comment("vue par le Dr Kermeur", "Kermeur")
    hidden = book.create_sheet("Feuille2")
    hidden.sheet_state = "hidden"
    hidden["A1"] = "Mme Rozenn Calvarin"
    return _saved(book)


def pdf() -> bytes:
    """Return a page of text."""
    page = FPDF()
    page.set_title("Mme Calvarin")
    page.add_page()
    page.set_font("Helvetica", size=12)
    page.multi_cell(0, 8, TEXT)
    return bytes(page.output())


def csv() -> bytes:
    """Return a table with a header, as a spreadsheet writes it in France."""
    return f"Nom;Prénom;IPP;Suivi\r\nCalvarin;Rozenn;80417733;{TEXT}\r\n".encode("cp1252")


FILES = {"docx": docx, "xlsx": xlsx, "pdf": pdf, "csv": csv}
NAME = "CR Rozenn Calvarin"


def _saved(thing: object) -> bytes:
    out = io.BytesIO()
    thing.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def inside(data: bytes) -> str:
    """Return everything that is in a file that arrived, unpacked; it must open."""
    if not data.startswith(b"PK"):
        return data.decode("utf-8", "strict") if b"\xe9" not in data else data.decode("cp1252")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    if "word/document.xml" in members:
        Docx(io.BytesIO(data))
    else:
        load_workbook(io.BytesIO(data))
    # without tags too: a name may be cut over runs
    return "\n".join([*members, *members.values(), *(re.sub("<[^>]*>", "", text) for text in members.values())])
