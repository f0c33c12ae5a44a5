"""ODT, ODS, ODP: as LibreOffice writes them, every place that keeps a name, values and formulas behind cells."""

import re

import pytest

from avec_proxy.files import open_file
from avec_proxy.model import Edit, Refusal
from tests.files.making import MARK, NAME, changed, hidden, holding, members, put, zipped

SPACES = " ".join(
    f'xmlns:{short}="{long}"'
    for short, long in {
        **{
            name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"
            for name in ("office", "text", "table", "style", "meta", "presentation", "script", "manifest")
        },
        "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
        "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
        "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
        "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
        "dc": "http://purl.org/dc/elements/1.1/",
        "xlink": "http://www.w3.org/1999/xlink",
    }.items()
)
META = f"""<office:document-meta {SPACES}><office:meta><dc:title>CR {NAME}</dc:title><meta:keyword>{NAME}</meta:keyword>
<meta:initial-creator>{NAME}</meta:initial-creator><dc:creator>{NAME}</dc:creator><dc:date>2026-01-05T10:00:00</dc:date>
<meta:user-defined meta:name="Patient">{NAME}</meta:user-defined></office:meta></office:document-meta>"""
STYLES = f"""<office:document-styles {SPACES}><office:styles><style:style style:name="CR_20_{NAME}" style:family="paragraph"
style:display-name="CR {NAME}"/></office:styles><office:master-styles><style:master-page style:name="Standard"><style:header>
<text:p>Service du Dr {NAME}</text:p></style:header><style:footer><text:p>{NAME}</text:p></style:footer></style:master-page>
</office:master-styles></office:document-styles>"""
LETTER = f"""<office:text><text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info>
<dc:creator>j{NAME.lower()}</dc:creator><dc:date>2026-01-05T10:00:00</dc:date></office:change-info><text:p>{NAME}</text:p></text:deletion>
</text:changed-region></text:tracked-changes><text:p text:style-name="CR_20_{NAME}">Mme <text:span>Ker</text:span><text:span>vadec</text:span>
<text:s text:c="2"/>tousse<text:tab/>fort<text:line-break/>la nuit.</text:p><text:p>Mme <text:change text:change-id="c1"/>Durand</text:p>
<table:table table:name="T"><table:table-row><table:table-cell><text:p>Nom</text:p></table:table-cell><table:table-cell><text:p>IPP</text:p>
</table:table-cell></table:table-row><table:table-row><table:table-cell><text:p>{NAME}</text:p></table:table-cell><table:table-cell>
<text:p>8456123</text:p></table:table-cell></table:table-row></table:table><text:p><draw:frame draw:name="Photo de {NAME}"><draw:text-box>
<text:p>{NAME} encadrée</text:p></draw:text-box></draw:frame><text:note><text:note-citation>1</text:note-citation><text:note-body>
<text:p>note sur {NAME}</text:p></text:note-body></text:note><office:annotation><dc:creator>Dr {NAME}</dc:creator><dc:date>2026-01-05T10:00:00</dc:date>
<text:p>revu avec {NAME}</text:p></office:annotation><text:bookmark text:name="{NAME.lower()}"/><text:a xlink:href="mailto:{NAME}@x.fr">lien</text:a>
<text:date text:date-value="1950-02-01">01/02/1950</text:date></text:p></office:text>"""
SHEET = f"""<office:spreadsheet><table:table table:name="Mme {NAME}"><table:table-row><table:table-cell office:value-type="string"><text:p>Nom</text:p>
</table:table-cell><table:table-cell table:number-columns-repeated="3"/><table:table-cell office:value-type="string"><text:p>DDN</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>IPP</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16378"/></table:table-row>
<table:table-row table:visibility="collapse"><table:table-cell office:value-type="string"><office:annotation><text:p>vu par {NAME}</text:p></office:annotation>
<text:p>{NAME}</text:p></table:table-cell><table:table-cell table:number-columns-repeated="3"/><table:table-cell office:value-type="date"
office:date-value="1950-02-01" calcext:value-type="date"><text:p>01/02/50</text:p></table:table-cell><table:table-cell office:value-type="float"
office:value="8456123"><text:p>8456123</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell
table:formula="of:=[$'Mme {NAME}'.A2]" office:value-type="string" office:string-value="{NAME}"><text:p>{NAME}</text:p></table:table-cell><table:table-cell
table:formula="of:=IF([.A2]=&quot;{NAME}&quot;;1;2)" office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row></table:table>
<table:named-expressions><table:named-range table:name="{NAME.lower()}" table:cell-range-address="$'Mme {NAME}'.$A$1"/></table:named-expressions></office:spreadsheet>"""
SLIDES = f"""<office:presentation><draw:page draw:name="RCP {NAME}"><draw:frame svg:width="20cm" svg:height="3cm" svg:x="1cm" svg:y="1cm"><draw:text-box><text:p>RCP de Mme {NAME}</text:p></draw:text-box></draw:frame>
<draw:frame svg:width="20cm" svg:height="3cm" svg:x="1cm" svg:y="1cm"><draw:text-box><text:p>Tousse</text:p></draw:text-box></draw:frame><presentation:notes><draw:frame svg:width="20cm" svg:height="3cm" svg:x="1cm" svg:y="1cm"><draw:text-box><text:p>Dire que {NAME} va mieux</text:p>
</draw:text-box></draw:frame></presentation:notes></draw:page></office:presentation>"""
BODIES = {"odt": ("text", LETTER), "ods": ("spreadsheet", SHEET), "odp": ("presentation", SLIDES)}


def document(kind: str) -> bytes:
    """Return a document of a kind, with a name in every place that the format has for one."""
    mime, body = BODIES[kind]
    media = f"application/vnd.oasis.opendocument.{mime}"
    names = ("content.xml", "styles.xml", "meta.xml", "settings.xml", "Thumbnails/thumbnail.png")
    listed = "".join(f'<manifest:file-entry manifest:full-path="{n}" manifest:media-type="text/xml"/>' for n in names)
    tight = re.sub(r">\n<", "><", body)
    return zipped(
        {
            "mimetype": media.encode(),
            "content.xml": f"<office:document-content {SPACES}><office:body>{tight}</office:body></office:document-content>".encode(),
            "styles.xml": STYLES.encode(),
            "meta.xml": META.encode(),
            "settings.xml": f"<office:document-settings {SPACES}>{NAME}</office:document-settings>".encode(),
            "Thumbnails/thumbnail.png": b"\x89PNG Kervadec",
            "META-INF/manifest.xml": (
                f'<manifest:manifest {SPACES}><manifest:file-entry manifest:full-path="/" manifest:media-type="{media}"/>'
                f"{listed}</manifest:manifest>"
            ).encode(),
        }
    )


@pytest.mark.parametrize("kind", BODIES)
def test_no_planted_name_is_left_in_any_member(kind: str) -> None:
    """Text, headers, notes, comments and their authors, changes, sheets, formulas, ids, properties, settings."""
    data = document(kind)
    assert len(holding(data)) == 5
    opened = open_file(data)
    assert opened.kind == kind
    out = hidden(opened)
    assert holding(out) == []
    assert out[30:38] == b"mimetype"
    parts = members(out)
    assert set(parts) == {"mimetype", "content.xml", "styles.xml", "meta.xml", "META-INF/manifest.xml"}
    assert b"settings" not in parts["META-INF/manifest.xml"]
    assert b"Thumbnails" not in parts["META-INF/manifest.xml"]
    assert b"2026-01-05" not in parts["content.xml"] + parts["meta.xml"]


def test_a_letter_reads_as_it_is_shown() -> None:
    """Runs joined, spaces, tabs and line ends, a table between tabs; what hangs at a paragraph reads apart."""
    texts = [text.text for text in open_file(document("odt")).texts]
    assert re.sub(r" +", " ", texts[0].replace("\n ", " ")).startswith(f"Mme {NAME}")
    assert "tousse\tfort\nla nuit.\nMme Durand\nNom\tIPP\n" in texts[0]
    assert f"{NAME}\t8456123" in texts[0]
    assert {f"{NAME} encadrée", f"note sur {NAME}", f"revu avec {NAME}"} <= set(texts)


def test_what_was_deleted_is_read_with_the_words_around_it() -> None:
    """A detector sees the title before the deleted name."""
    assert any(f"Mme {NAME} Durand" in text.text for text in open_file(document("odt")).texts)


def test_who_wrote_is_read_as_a_name() -> None:
    """A login in small letters says nothing by itself: its label does; a title is no part of a name."""
    said = {(text.text, text.label) for text in open_file(document("odt")).texts}
    assert {(f"j{NAME.lower()}", "auteur"), (NAME, "auteur")} <= said


def test_a_style_keeps_its_paragraphs() -> None:
    """An id that holds the name changes wherever it stands."""
    parts = members(hidden(open_file(document("odt"))))
    assert b'text:style-name="CR_20_PERSONNE_1"' in parts["content.xml"]
    assert b'style:name="CR_20_PERSONNE_1"' in parts["styles.xml"]


def test_a_sheet_reads_as_it_would_be_pasted() -> None:
    """Repeated empty cells are columns, and those without any text are left out."""
    assert open_file(document("ods")).texts[0].text == (
        f"Nom\t\tDDN\tIPP\n{NAME}\t\t01/02/50\t8456123\n{NAME}\t1\t\t\n"
    )


def test_a_cell_that_is_hidden_holds_nothing_behind_it() -> None:
    """The value of a date, and the formula of a text, would bring them back."""
    opened = open_file(document("ods"))
    at = opened.texts[0].text.index("01/02/50")
    out = members(opened.rewrite([[Edit(at, at + 8, "[NAISSANCE_1]")], *([] for _ in opened.texts[1:])]))["content.xml"]
    assert b"1950" not in out
    assert b'office:value="8456123"' in out
    hidden_all = members(hidden(opened))["content.xml"]
    assert b"of:=[$" not in hidden_all
    assert b"of:=IF([.A2]=&quot;PERSONNE_1&quot;;1;2)" in hidden_all.replace(
        b'"PERSONNE_1";', b"&quot;PERSONNE_1&quot;;"
    )


@pytest.mark.parametrize("kind", BODIES)
def test_a_second_rewriting_changes_nothing(kind: str) -> None:
    """What was written reads, and is written the same."""
    once = hidden(open_file(document(kind)))
    again = open_file(once)
    assert again.rewrite([[] for _ in again.texts]) == once


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Pictures/1.png": b"x"}, "file_with_image"),
        ({"Object 1/Pictures/1.jpg": b"x"}, "file_with_image"),
        ({"Basic/Standard/script-lb.xml": b"<a/>"}, "file_with_macro"),
        ({"Scripts/python/a.py": b"x"}, "file_with_macro"),
        ({"Media/a.mp4": b"x"}, "file_with_sound"),
        ({"Object 1": b"x"}, "file_with_file"),
        (
            {
                "content.xml": put(
                    "<office:body>", '<office:scripts><office:script script:language="x"/></office:scripts>'
                )
            },
            "file_with_macro",
        ),
        ({"META-INF/manifest.xml": put("</manifest:manifest>", "<manifest:encryption-data/>")}, "file_encrypted"),
        ({"mimetype": b"application/epub+zip"}, "file_unreadable"),
        ({"mimetype": b"application/vnd.oasis.opendocument.graphics"}, "file_unreadable"),
        ({"content.xml": b"<a"}, "file_malformed"),
    ],
)
def test_what_cannot_be_read_in_it_refuses_the_file(change: dict[str, bytes], code: str) -> None:
    """Pictures, macros, sounds, objects, passwords, other kinds of documents."""
    with pytest.raises(Refusal, match=code):
        open_file(changed(document("odt"), change))


def test_the_picture_of_a_table_is_left_out() -> None:
    """LibreOffice keeps a drawing of each table of a slide, with its words."""
    data = changed(
        document("odp"),
        {
            "Pictures/TablePreview1.svm": NAME.encode(),
            "content.xml": put(
                "</draw:page>", '<draw:frame><draw:image xlink:href="Pictures/TablePreview1.svm"/></draw:frame>'
            ),
        },
    )
    out = members(hidden(open_file(data)))
    assert "Pictures/TablePreview1.svm" not in out
    assert b"TablePreview" not in out["content.xml"]


def test_two_sheets_never_get_the_same_name() -> None:
    """A second one gets a number."""
    second = f'<table:table table:name="{NAME}"/><table:table table:name="M {NAME}"/></office:spreadsheet>'
    data = changed(document("ods"), {"content.xml": lambda d: d.replace(b"</office:spreadsheet>", second.encode())})
    opened = open_file(data)
    whole = re.compile(rf"^(?:Mme |M )?{NAME}$|{NAME}", re.MULTILINE)
    edits = [[Edit(*m.span(), MARK) for m in whole.finditer(text.text)] for text in opened.texts]
    content = members(opened.rewrite(edits))["content.xml"].decode()
    assert re.findall(r'<table:table table:name="([^"]*)"', content) == ["PERSONNE_1", "PERSONNE_1_2", "PERSONNE_1_3"]
