"""PPTX: slides, notes, tables, comments and what only an author's program shows."""

import io

import pptx
import pytest
from pptx.util import Cm

from avec_proxy.files import open_file
from avec_proxy.model import Refusal
from tests.files.making import MARK, NAME, changed, hidden, holding, put, related

SPACE = "http://schemas.openxmlformats.org/presentationml/2006/main"


def talk() -> bytes:
    """Return a presentation by python-pptx: a title in two runs, a table, notes, a link, properties."""
    presentation = pptx.Presentation()
    presentation.core_properties.author = presentation.core_properties.title = f"Jean {NAME}"
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    paragraph = slide.shapes.title.text_frame.paragraphs[0]
    for text in ("RCP de Mme ", NAME[:3], NAME[3:]):
        paragraph.add_run().text = text
    table = slide.shapes.add_table(2, 2, Cm(1), Cm(5), Cm(10), Cm(3)).table
    for row, cells in enumerate((("Nom", "IPP"), (NAME, "8456123"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    box = slide.shapes.add_textbox(Cm(1), Cm(10), Cm(5), Cm(2))
    box.name = f"Zone {NAME}"
    run = box.text_frame.paragraphs[0].add_run()
    run.text = "écrire"
    run.hyperlink.address = f"mailto:{NAME}@x.fr"
    slide.notes_slide.notes_text_frame.text = f"Dire que {NAME} va mieux"
    out = io.BytesIO()
    presentation.save(out)
    return out.getvalue()


def planted() -> bytes:
    """Return the presentation with a name in comments, tags, alternative text and custom XML too."""
    return changed(
        talk(),
        {
            "ppt/slides/slide1.xml": lambda data: data.replace(
                b"<p:cNvPr ", f'<p:cNvPr descr="photo de {NAME.lower()}" '.encode(), 1
            ),
            "ppt/commentAuthors.xml": f'<p:cmAuthorLst xmlns:p="{SPACE}"><p:cmAuthor id="0" name="{NAME.lower()}" initials="K"/></p:cmAuthorLst>'.encode(),
            "ppt/comments/comment1.xml": f'<p:cmLst xmlns:p="{SPACE}"><p:cm authorId="0" dt="2026-01-05T10:00:00"><p:text>revoir {NAME}</p:text></p:cm></p:cmLst>'.encode(),
            "ppt/tags/tag1.xml": f'<p:tagLst xmlns:p="{SPACE}"><p:tag name="PATIENT" val="{NAME.lower()}"/></p:tagLst>'.encode(),
            "ppt/slideMasters/slideMaster1.xml": put(
                "</p:spTree>",
                f'<p:sp xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><p:nvSpPr><p:cNvPr id="99" name="x"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>{NAME}</a:t></a:r></a:p></p:txBody></p:sp>',
            ),
            "ppt/_rels/presentation.xml.rels": lambda data: related("commentAuthors", "commentAuthors.xml", number=900)(
                related("tags", "tags/tag1.xml", number=901)(data)
            ),
        },
    )


def test_a_slide_reads_shape_by_shape() -> None:
    """Runs are joined, a table stands between tabs, a shape ends a line."""
    assert open_file(talk()).texts[0].text == f"RCP de Mme {NAME}\nNom\tIPP\n{NAME}\t8456123\nécrire"


def test_no_planted_name_is_left_in_any_member() -> None:
    """Title, table, name of a shape, link, notes, comment and its author, tag, master, alternative text, properties."""
    data = planted()
    assert len(holding(data)) >= 8
    out = hidden(open_file(data))
    assert holding(out) == []
    slide = pptx.Presentation(io.BytesIO(out)).slides[0]
    assert slide.shapes.title.text_frame.text == f"RCP de Mme {MARK}"
    assert slide.notes_slide.notes_text_frame.text == f"Dire que {MARK} va mieux"


def test_a_rewritten_file_reads_as_the_first_one_edited() -> None:
    """Without edits nothing changes any more."""
    opened = open_file(talk())
    once = hidden(opened)
    again = open_file(once)
    assert [t.text for t in again.texts if t.label != "lien"] == [
        t.text.replace(NAME, MARK if not t.text.startswith("Zone ") else "PERSONNE_1")
        for t in opened.texts
        if t.label != "lien"
    ]
    assert again.rewrite([[] for _ in again.texts]) == once


@pytest.mark.parametrize(
    ("member", "code"),
    [
        ("ppt/media/image1.png", "file_with_image"),
        ("ppt/media/media1.mp4", "file_with_sound"),
        ("ppt/embeddings/Microsoft_Excel_Sheet1.xlsx", "file_with_file"),
        ("ppt/vbaProject.bin", "file_with_macro"),
    ],
)
def test_what_cannot_be_read_in_it_refuses_the_file(member: str, code: str) -> None:
    """A picture, a film, the workbook behind a chart, macros."""
    with pytest.raises(Refusal, match=code):
        open_file(changed(talk(), {member: b"x"}))
