"""PDF: the text layer, page by page; a page that is only a picture refuses."""

import io
import zlib

import pytest
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from avec_proxy.files import open_file
from avec_proxy.model import Refusal
from avec_proxy.refusals import WORDS
from tests.files.making import MARK, NAME, hidden, holding, readings


def page(*texts: str) -> bytes:
    """Return a PDF by fpdf2 with a page for each text."""
    made = FPDF()
    made.set_title(f"CR {NAME}")
    made.set_author(NAME)
    for text in texts:
        made.add_page()
        made.set_font("helvetica", size=12)
        made.multi_cell(0, 8, text)
    return bytes(made.output())


def dot() -> bytes:
    """Return a PNG of one grey point."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    header = (1).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00\x80")) + chunk(b"IEND", b"")
    )


def scanned(text: str = "") -> bytes:
    """Return a PDF whose second page is a picture, with a little text or none."""
    made = FPDF()
    made.set_font("helvetica", size=12)
    made.add_page()
    made.multi_cell(0, 8, "Une première page avec un vrai texte, assez long.")
    made.add_page()
    made.image(io.BytesIO(dot()), w=100)
    if text:
        made.multi_cell(0, 8, text)
    return bytes(made.output())


def test_pages_read_in_their_order_and_become_text() -> None:
    """What leaves is the text alone: no author, no title, no font, no picture."""
    opened = open_file(page(f"Mme {NAME} a été opérée.", f"Fin du compte rendu de Mme {NAME}."), name="CR.pdf")
    assert (opened.kind, opened.rewritten_kind, opened.renamed("CR.pdf")) == ("pdf", "text", "CR.txt")
    assert opened.texts[0].text == f"Mme {NAME} a été opérée.\n\nFin du compte rendu de Mme {NAME}."
    out = hidden(opened)
    assert holding(out) == []
    assert out.decode() == f"Mme {MARK} a été opérée.\n\nFin du compte rendu de Mme {MARK}."


@pytest.mark.parametrize("text", ["", "page 2"])
def test_a_page_that_is_a_picture_refuses(text: str) -> None:
    """A page number beside it changes nothing."""
    with pytest.raises(Refusal, match="file_scanned"):
        open_file(scanned(text))


def test_a_picture_beside_a_text_does_not_leave() -> None:
    """A logo on a page with its text: only the text is kept."""
    opened = open_file(scanned("Compte rendu d'hospitalisation de Mme Kervadec, opérée hier."))
    assert NAME in readings(opened)
    assert b"PNG" not in hidden(opened)


def test_an_empty_pdf_refuses() -> None:
    """Nothing was read, so nothing can be said of it."""
    with pytest.raises(Refusal, match="file_scanned"):
        open_file(page(""))


def test_a_pdf_under_a_password_refuses() -> None:
    """Also one that opens without asking."""
    for password in ("secret", ""):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(page(f"Mme {NAME} a été opérée."))))
        writer.encrypt(password, "owner")
        out = io.BytesIO()
        writer.write(out)
        with pytest.raises(Refusal, match="file_encrypted"):
            open_file(out.getvalue())


def test_notes_and_fields_are_read_and_files_do_not_leave() -> None:
    """A comment and a form's field are texts; an attached file is not in what is written."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(page("Compte rendu d'hospitalisation de la patiente."))))
    writer.add_annotation(0, FreeText(text=f"revu avec {NAME}", rect=(50, 50, 200, 100)))
    writer.add_attachment("a.txt", f"pièce {NAME}".encode())
    field = DictionaryObject(
        {
            NameObject("/T"): TextStringObject("patient"),
            NameObject("/FT"): NameObject("/Tx"),
            NameObject("/V"): TextStringObject(f"Mme {NAME}"),
        }
    )
    from pypdf.generic import ArrayObject

    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject("/Fields"): ArrayObject([writer._add_object(field)])}
    )
    out = io.BytesIO()
    writer.write(out)
    opened = open_file(out.getvalue())
    assert f"revu avec {NAME}" in readings(opened)
    assert f"patient : Mme {NAME}" in readings(opened)
    assert "pièce" not in readings(opened)
    assert holding(hidden(opened)) == []


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A book is no attachment to a question."""
    monkeypatch.setattr("avec_proxy.files.pdf.MAX_PAGES", 1)
    with pytest.raises(Refusal, match="file_too_big"):
        open_file(page("une page de texte", "une autre page de texte"))


WHOLE = page(f"Mme {NAME} a été opérée.")


@settings(deadline=None, max_examples=30)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=4))
def test_a_damaged_pdf_is_read_or_refused(at: int, junk: bytes) -> None:
    """No crash, whatever is broken, and no word of it in the refusal."""
    for data in (WHOLE[:at], WHOLE[:at] + junk + WHOLE[at + len(junk) :]):
        refusal = None
        try:
            open_file(data)
        except Refusal as raised:
            refusal = raised
        assert refusal is None or (refusal.code in WORDS and refusal.__context__ is None)
