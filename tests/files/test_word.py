"""DOCX: whatever shows or keeps a name is read, and is gone from the file that is written."""

import io

import docx
import pytest

from avec_proxy.files import open_file
from avec_proxy.model import Edit, Refusal
from tests.files.making import MARK, NAME, changed, hidden, holding, members, put, readings, related, typed, zipped

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def letter() -> bytes:
    """Return a letter by python-docx: runs, a table, a header, a footer, a comment, properties."""
    document = docx.Document()
    core = document.core_properties
    core.author = core.last_modified_by = f"Jean {NAME}"
    core.title, core.keywords, core.comments = f"CR {NAME}", NAME, f"dicté par {NAME}"
    paragraph = document.add_paragraph("Mme ")
    paragraph.add_run(NAME[:3]).bold = True
    paragraph.add_run(NAME[3:]).italic = True
    paragraph.add_run(" tousse depuis 3 jours.")
    table = document.add_table(rows=2, cols=3)
    for row, cells in zip(table.rows, (("Nom", "Prénom", "IPP"), (NAME, "Maëlle", "8456123")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.sections[0].header.paragraphs[0].text = f"Service du Dr {NAME}"
    document.sections[0].footer.paragraphs[0].text = f"Secrétariat {NAME}"
    document.add_comment(paragraph.runs, text=f"revu avec {NAME}", author=f"Dr {NAME}", initials="DK")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def planted() -> bytes:
    """Return the letter with a name in every other place that the format has for one."""
    run = f"<w:r><w:t>{NAME}</w:t></w:r>"
    tracked = (
        f'<w:p><w:r><w:t xml:space="preserve">Mme </w:t></w:r>'
        f'<w:del w:id="90" w:author="{NAME}" w:date="2026-01-05T10:00:00Z"><w:r><w:delText>{NAME}</w:delText></w:r></w:del>'
        f'<w:ins w:id="91" w:author="{NAME}" w:date="2026-01-05T10:00:00Z"><w:r><w:t>Durand</w:t></w:r></w:ins>'
        f'<w:moveFrom w:id="92" w:author="x">{run}</w:moveFrom></w:p>'
    )
    box = (
        '<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        f'id="s1" style="width:10pt" alt="Photo de {NAME}" title="{NAME.lower()}" o:gfxdata="UEsDBBQABgAI">'
        f'<v:textpath string="{NAME.lower()}"/>'
        f"<v:textbox><w:txbxContent><w:p>{run}</w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"
    )
    fields = (
        f'<w:p><w:bookmarkStart w:id="95" w:name="{NAME}"/><w:bookmarkEnd w:id="95"/>'
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "mailto:{NAME}@x.fr"</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        f'<w:fldSimple w:instr=" AUTHOR {NAME} ">{run}</w:fldSimple>'
        f'<w:hyperlink r:id="rId901" w:tooltip="Écrire à {NAME}"><w:r><w:t>lien</w:t></w:r></w:hyperlink>'
        f'<w:sdt><w:sdtPr><w:alias w:val="{NAME}"/><w:tag w:val="{NAME.lower()}"/>'
        f'<w:date w:fullDate="1950-02-01T00:00:00Z"/></w:sdtPr><w:sdtContent>{run}</w:sdtContent></w:sdt>'
        '<w:r><w:footnoteReference w:id="7"/></w:r></w:p>'
    )
    notes = f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="7"><w:p>{run}</w:p></w:footnote></w:footnotes>'
    people = f'<p:people xmlns:p="http://schemas.microsoft.com/office/word/2012/wordml"><p:person p:author="{NAME}"/></p:people>'
    custom = (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="Patient"><vt:lpwstr>{NAME}</vt:lpwstr>'
        "</property></Properties>"
    )
    return changed(
        letter(),
        {
            "word/document.xml": put("<w:sectPr", tracked + box + fields),
            "word/footnotes.xml": notes.encode(),
            "word/people.xml": people.encode(),
            "docProps/custom.xml": custom.encode(),
            "customXml/item9.xml": f'<dossier nom="{NAME.lower()}"><patient>{NAME}</patient></dossier>'.encode(),
            "word/settings.xml": put(
                "</w:settings>",
                f'<w:docVars><w:docVar w:name="patient" w:val="{NAME.lower()}"/></w:docVars><w:attachedTemplate r:id="rId1"'
                f' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/>',
            ),
            "word/_rels/settings.xml.rels": (
                b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
                b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
                b'Target="file:///C:/Users/Kervadec/Normal.dotm" TargetMode="External"/></Relationships>'
            ),
            "word/styles.xml": put(
                "</w:styles>",
                f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="cr1"><w:name w:val="CR {NAME}"/></w:style>',
            ),
            "docProps/app.xml": put("</Properties>", f"<Company>Cabinet {NAME}</Company><Manager>{NAME}</Manager>"),
            "[Content_Types].xml": typed("/word/footnotes.xml", f"{WORD_TYPE}.footnotes+xml"),
            "word/_rels/document.xml.rels": lambda data: related("footnotes", "footnotes.xml", number=900)(
                related("hyperlink", f"mailto:{NAME}@x.fr", external=True, number=901)(
                    related("people", "people.xml", number=902)(data)
                )
            ),
        },
    )


def test_the_body_reads_as_it_would_be_pasted() -> None:
    """Runs are joined, a table's cells stand between tabs, a row is a line."""
    assert open_file(letter()).texts[0].text == (
        f"Mme {NAME} tousse depuis 3 jours.\nNom\tPrénom\tIPP\n{NAME}\tMaëlle\t8456123"
    )


def test_an_edit_over_runs_stands_in_the_first_and_formatting_stays() -> None:
    """The bold run holds the placeholder, the italic one nothing, and the rest is what it was."""
    opened = open_file(letter())
    out = docx.Document(io.BytesIO(opened.rewrite([[Edit(4, 12, MARK)], *([] for _ in opened.texts[1:])])))
    assert [(r.text, r.bold, r.italic) for r in out.paragraphs[0].runs[:4]] == [
        ("Mme ", None, None),
        (MARK, True, None),
        ("", None, True),
        (" tousse depuis 3 jours.", None, None),
    ]
    assert out.tables[0].rows[1].cells[0].text == NAME


def test_no_planted_name_is_left_in_any_member() -> None:
    """Header, footer, comment and its author, tracked changes, text box, note, field, link, properties, custom XML…"""
    data = planted()
    assert len(holding(data)) >= 12
    out = hidden(open_file(data))
    assert holding(out) == []
    assert docx.Document(io.BytesIO(out)).paragraphs[0].text == f"Mme {MARK} tousse depuis 3 jours."


def test_what_was_deleted_is_read_with_the_words_around_it() -> None:
    """A tracked paragraph is read as it is and as it was: a detector sees the title before the deleted name."""
    texts = [text.text for text in open_file(planted()).texts]
    assert any("Mme Durand" in text for text in texts)
    assert any(f"Mme {NAME}" in text and "Durand" not in text for text in texts)


def test_dates_of_work_and_of_controls_are_left_out() -> None:
    """When somebody commented, and the date behind a date picker, cannot hold a placeholder: they go."""
    out = members(hidden(open_file(planted())))
    assert b"2026-01-05" not in out["word/document.xml"]
    assert b"1950-02-01" not in out["word/document.xml"]
    assert b"created" not in out["docProps/core.xml"]


def test_what_points_to_a_part_that_is_left_out_goes_too() -> None:
    """No relationship and no content type without its part: Word would call the file damaged."""
    out = members(hidden(open_file(planted())))
    assert "word/people.xml" not in out
    assert b"people.xml" not in out["word/_rels/document.xml.rels"]
    assert b"attachedTemplate" not in out["word/_rels/settings.xml.rels"] + out["word/settings.xml"]
    assert b"custom.xml" not in out["[Content_Types].xml"]


def test_a_rewritten_file_reads_as_the_first_one_edited() -> None:
    """Opened again, its texts are those of the first with the edits made, and a second rewriting changes nothing."""
    opened = open_file(letter())
    once = hidden(opened)
    again = open_file(once)
    assert [t.text for t in again.texts] == [t.text.replace(NAME, MARK) for t in opened.texts]
    assert again.rewrite([[] for _ in again.texts]) == once


def test_a_name_in_an_id_of_the_format_goes_too_and_still_points_to_it() -> None:
    """A style's id is no text: it changes wherever it stands, so that paragraphs keep their style."""
    style = f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="CR_{NAME}"><w:name w:val="x"/></w:style>'
    used = f'<w:p><w:pPr><w:pStyle w:val="CR_{NAME}"/></w:pPr><w:r><w:t>{NAME}</w:t></w:r></w:p>'
    change = {"word/styles.xml": put("</w:styles>", style), "word/document.xml": put("<w:sectPr", used)}
    out = hidden(open_file(changed(letter(), change)))
    assert holding(out) == []
    assert docx.Document(io.BytesIO(out)).paragraphs[-1].style.style_id == "CR_PERSONNE_1"


def test_a_name_in_the_name_of_a_part_refuses_once_it_is_hidden_elsewhere() -> None:
    """What cannot be changed is compared with what was hidden."""
    opened = open_file(changed(letter(), {f"customXml/{NAME}.xml": b"<a>x</a>"}))
    with pytest.raises(Refusal, match="identifier_misplaced"):
        hidden(opened)


@pytest.mark.parametrize(
    ("member", "code"),
    [
        ("word/media/image1.png", "file_with_image"),
        ("word/media/image1.emf", "file_with_image"),
        ("word/media/sound.mp3", "file_with_sound"),
        ("word/vbaProject.bin", "file_with_macro"),
        ("word/embeddings/oleObject1.bin", "file_with_file"),
        ("word/embeddings/list.xlsx", "file_with_file"),
        ("word/afchunk.htm", "file_with_file"),
        ("word/unknown.dat", "file_with_file"),
    ],
)
def test_what_cannot_be_read_in_it_refuses_the_file(member: str, code: str) -> None:
    """A picture, a sound, a macro, an object, a file of its own, something unknown."""
    with pytest.raises(Refusal, match=code):
        open_file(changed(letter(), {member: b"\x89PNG"}))


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "Kervadec">]><a>&b;</a>',
        b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<a><b></a>",
        b"",
        b"<a>" * 300 + b"</a>" * 300,
    ],
)
def test_xml_that_is_broken_or_has_entities_refuses(body: bytes) -> None:
    """Entities are never resolved, nothing is fetched, nothing is guessed."""
    with pytest.raises(Refusal, match="file_malformed"):
        open_file(changed(letter(), {"word/document.xml": body}))


def test_a_thumbnail_is_left_out() -> None:
    """The picture of the first page shows what it says."""
    data = changed(
        letter(),
        {
            "docProps/thumbnail.jpeg": b"\xff\xd8\xff",
            "_rels/.rels": related("metadata/thumbnail", "docProps/thumbnail.jpeg"),
        },
    )
    out = members(hidden(open_file(data)))
    assert "docProps/thumbnail.jpeg" not in out
    assert b"thumbnail" not in out["_rels/.rels"]


def test_macros_are_refused_by_the_type_of_the_document_too() -> None:
    """A DOCM without its macro part is none of ours."""
    data = members(letter())
    data["[Content_Types].xml"] = data["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        b"application/vnd.ms-word.document.macroEnabled.main+xml",
    )
    with pytest.raises(Refusal, match="file_with_macro"):
        open_file(zipped(data))


def test_the_texts_hold_no_name_of_a_built_in_style() -> None:
    """Word's own list of styles is no text of anybody."""
    assert "Light Grid Accent 3" not in readings(open_file(letter()))
