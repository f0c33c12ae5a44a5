"""Text, CSV, JSON, HTML, XML: read as a person reads them, written back byte for byte but for the edits."""

import csv
import html
import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.files import open_file
from avec_proxy.model import Edit, Refusal
from tests.files.making import MARK, NAME, hidden, holding, readings

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
# what a cell or a JSON string may hold: line ends, quotes and separators too
CELLS = st.text(st.sampled_from("aé\"';,\t\n|<&\\ 1€𝄞"), max_size=8)


def edits_of(draw_from: str, cut: tuple[int, int]) -> Edit:
    """Return an edit somewhere in a text."""
    low, high = sorted(n % (len(draw_from) + 1) for n in cut)
    return Edit(low, high, MARK)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp850", "mac_roman", "utf-32"])
def test_a_text_is_read_and_written_in_its_encoding(encoding: str) -> None:
    """French accents are seen whatever wrote them, and the bytes stay in that encoding."""
    text = f"Résumé d'été pour Mme {NAME}, hospitalisée à Nîmes.\r\n"
    opened = open_file(text.encode(encoding))
    assert (opened.kind, [t.text for t in opened.texts]) == ("text", [text])
    assert hidden(opened) == text.replace(NAME, MARK).encode(encoding)


def test_a_character_that_an_old_encoding_lacks_makes_the_file_utf8() -> None:
    """Nothing is lost and nothing is turned into a question mark."""
    opened = open_file("été à Nîmes".encode("mac_roman"))
    assert opened.rewrite([[Edit(0, 3, "[VILLE_1 : 𝄞]")]]).decode("utf-8-sig") == "[VILLE_1 : 𝄞] à Nîmes"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])))
def test_a_text_without_edits_is_the_same_bytes(text: str) -> None:
    """Whatever kind it is taken for."""
    data = text.encode()
    try:
        opened = open_file(data, name="a.txt")
    except Refusal:
        return
    assert opened.rewrite([[] for _ in opened.texts]) == data


@pytest.mark.parametrize(
    "data", [b"abc\x00def", b"\x01\x02\x03\x04", b"MZ\x90\x00\x03", b"\xff\xfea", b"\x7fELF\x02\x01"]
)
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    """Control characters, half a character: something else is in there."""
    with pytest.raises(Refusal, match="file_unreadable"):
        open_file(data)


def test_a_file_in_base64_within_a_text_is_refused() -> None:
    """It could not be read, and would leave as it is."""
    blob = "JVBERi0xLjcKJcOkw7zDtsOfCjIgMCBvYmoKPDwvTGVuZ3RoIDMgMCBSL0ZpbHRlci9G" * 6
    for text in (
        blob,
        json.dumps({"piece": blob}),
        f"a;b\n1;{blob}\n",
        f"<html><p>{blob}</p></html>",
        f"<a>{blob}</a>",
    ):
        with pytest.raises(Refusal, match="file_unreadable"):
            open_file(text.encode())


def test_a_table_reads_as_it_would_be_pasted() -> None:
    """Cells between tabs whatever separates and quotes them: a quoted separator is no column."""
    opened = open_file(f'Nom;Note\r\n"{NAME}; Jean";"dit ""Jo""\net tousse"\r\n'.encode("cp1252"), name="a.csv")
    assert opened.kind == "csv"
    assert opened.texts[0].text == f'Nom\tNote\n{NAME}; Jean\tdit "Jo" et tousse\n'


def test_a_cell_is_edited_within_its_quotes() -> None:
    """Quotes and separators stay, and a replacement with a quote is doubled."""
    data = b'Nom,Note\n"Kervadec, Jean","dit ""Jo"""\n'
    opened = open_file(data, declared="text/csv; charset=utf-8")
    text = opened.texts[0].text
    at = text.index('"Jo"')
    assert opened.rewrite([[Edit(9, 23, MARK), Edit(at, at + 4, '"x"')]]) == (b'Nom,Note\n"[PERSONNE_1]","dit ""x"""\n')


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=5), st.sampled_from(";,\t|"))
def test_any_table_keeps_its_cells(rows: list[list[str]], separator: str) -> None:
    """What the standard writer writes reads cell by cell, and without edits stays byte for byte."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    data = out.getvalue().encode()
    opened = open_file(data, name="a.csv")
    assert opened.rewrite([[] for _ in opened.texts]) == data
    shown = "".join("\t".join(re.sub(r"[\n\t]", " ", cell) for cell in row) + "\n" for row in rows)
    assert opened.kind != "csv" or readings(opened) in (shown, "")


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=2, max_size=4), st.integers(0, 3), st.integers(0, 2))
def test_a_hidden_cell_is_that_cell_alone(rows: list[list[str]], row: int, column: int) -> None:
    """The other cells of the table say what they said."""
    rows[row % len(rows)][column] = NAME
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    opened = open_file(out.getvalue().encode(), name="a.csv")
    written = hidden(opened).decode()
    expected = [[cell.replace(NAME, MARK) for cell in line] for line in rows]
    assert opened.kind != "csv" or list(csv.reader(io.StringIO(written, newline=""), delimiter=";")) == expected


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(WORDS, JSON_VALUES, max_size=4) | st.lists(JSON_VALUES, max_size=4), st.booleans())
def test_json_without_edits_is_the_same_and_reads_its_strings(value: object, escaped: bool) -> None:
    """Escapes are read, keys are text too."""
    data = json.dumps(value, ensure_ascii=escaped).encode()
    opened = open_file(data)
    assert opened.kind == "json"
    assert opened.rewrite([[] for _ in opened.texts]) == data
    if isinstance(value, dict):
        assert all(key in readings(opened) for key in value)


@given(WORDS, st.booleans(), st.tuples(st.integers(0, 40), st.integers(0, 40)))
def test_an_edit_in_json_leaves_json(word: str, escaped: bool, cut: tuple[int, int]) -> None:
    """Wherever an edit falls, over marks and numbers too, what is written parses."""
    data = json.dumps({"nom": word, "ipp": 8456123, "suite": [word, {"é": 1.5}]}, ensure_ascii=escaped).encode()
    opened = open_file(data)
    text = opened.texts[0].text
    edit = edits_of(text, cut)
    written = json.dumps(json.loads(opened.rewrite([[edit]])), ensure_ascii=False)
    assert (MARK in written) or not any(c.isalnum() for c in text[edit.start : edit.end])


def test_a_number_that_is_hidden_becomes_a_string() -> None:
    """JSON stays JSON; so do lines of it."""
    assert hidden(open_file(b'{"ipp": 8456123}'), "8456123", "[IPP_1]") == b'{"ipp": "[IPP_1]"}'
    lines = open_file(b'{"nom": "K\\u0065rvadec"}\n{"nom": "x"}\n', name="a.jsonl")
    assert (lines.kind, hidden(lines)) == ("json", b'{"nom": "[PERSONNE_1]"}\n{"nom": "x"}\n')


def test_json_that_is_too_deep_is_refused() -> None:
    """Before Python itself gives up."""
    with pytest.raises(Refusal, match="file_too_complex"):
        open_file(b"[" * 100 + b"]" * 100)


PAGE = f"""<!DOCTYPE html>
<html lang="fr"><head><title>CR {NAME}</title><meta name="author" content="Dr {NAME}">
<style>/* {NAME} */ p {{color: red; font-family: "Georgia"}} p:after {{content: "{NAME}"}} a {{background: url(/{NAME})}}</style><script>var nom = "{NAME}";</script></head>
<body class="a"><!-- vu par {NAME} --><p>Mme <b>Ker</b><i>vadec</i> tousse &amp; crache.<br>Fin</p>
<table><tr><th>Nom</th><th>IPP</th></tr><tr><td>K&#101;rvadec</td><td>8456123</td></tr></table>
<a href="mailto:{NAME}@x.fr" title='À {NAME}'>lien</a><input value={NAME}></body></html>
"""


def test_a_page_reads_as_it_is_shown() -> None:
    """Formatting within a word changes nothing, entities are read, a table's cells stand between tabs."""
    opened = open_file(PAGE.encode())
    assert opened.kind == "html"
    shown = re.sub(r"\s*\n\s*", "\n", opened.texts[0].text)
    assert f"Mme {NAME} tousse & crache.\nFin" in shown
    assert f"Nom\tIPP\n{NAME}\t8456123" in shown
    assert f"Dr {NAME}\n" in opened.texts[1].text


def test_no_planted_name_is_left_in_a_page() -> None:
    """Text, title, attributes quoted or not, comment, style and script; every tag stays."""
    out = hidden(open_file(PAGE.encode()))
    assert holding(out) == []
    assert re.findall(r"</?\w+", out.decode()) == re.findall(r"</?\w+", PAGE)
    assert "Mme <b>[PERSONNE_1]</b><i></i> tousse &amp; crache" in out.decode()


@given(
    st.lists(
        st.sampled_from(
            ["<b>", "</b>", "<br/>", "&eacute;", "&", "<", ">", '"', "a", "é", "<!--", "-->", "<td x='1'>"]
        ),
        max_size=12,
    )
)
def test_any_page_without_edits_is_the_same_bytes(tokens: list[str]) -> None:
    """Broken markup too: what is no tag is text."""
    data = ("<html>" + "".join(tokens)).encode()
    opened = open_file(data)
    assert opened.rewrite([[] for _ in opened.texts]) == data


@pytest.mark.parametrize("text", ["<br", "a < b", "<b title='", "<!-- never closed", "&lt;b&gt;"])
def test_what_is_no_tag_is_text(text: str) -> None:
    """Nothing is skipped because it looks like markup."""
    assert html.unescape(text).strip("<!- ") in readings(open_file(f"<html>{text}".encode()))


def test_a_picture_within_a_page_is_refused() -> None:
    """A data address holds a file."""
    with pytest.raises(Refusal, match="file_with_image"):
        open_file(b'<html><img src="data:image/png;base64,iVBORw0KGgo="></html>')


XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument><!-- {NAME} --><patient><family>K&#101;rvadec</family><given value="Maëlle {NAME}"/></patient>
<text><![CDATA[Mme {NAME} tousse]]></text></ClinicalDocument>
"""


def test_xml_reads_with_its_elements_names() -> None:
    """A name's element is the label of what it holds; text, attributes, comments and CDATA are edited in place."""
    opened = open_file(XML.encode())
    assert opened.kind == "xml"
    assert f"<family>{NAME}</family>" in opened.texts[0].text
    out = hidden(opened)
    assert holding(out) == []
    assert out.decode() == XML.replace("K&#101;rvadec", MARK).replace(NAME, MARK)


def test_looks_of_a_page_are_not_read() -> None:
    """Fonts, classes, what every page says of itself: a detector would take some of it for people."""
    said = readings(open_file(PAGE.encode()))
    assert "Georgia" not in said
    assert "color" not in said


@pytest.mark.parametrize(
    "style",
    [
        f"\"background: url('file:///C:/Users/{NAME}/fond.png')\"",
        f"'background: url(file:///C:/Users/{NAME}/fond.png)'",
        f'"background: url(&quot;file:///C:/Users/{NAME}/fond.png&quot;)"',
        f"'color: red /* vu par {NAME} */'",
    ],
)
def test_an_elements_own_style_is_read_like_a_style_sheet(style: str) -> None:
    """Its addresses, quoted texts and comments are words; its fonts are not."""
    opened = open_file(f'<html><p style={style}>Bonjour</p><p style="font-family: Georgia">a</p></html>'.encode())
    assert NAME in readings(opened)
    assert "Georgia" not in readings(opened)
    assert holding(hidden(opened)) == []


def test_a_style_sheet_that_is_none_is_read_whole() -> None:
    """One that never ends holds the page, as browsers see it."""
    opened = open_file(f"<html><style>p {{color: red}}<p>Mme {NAME}</p><input value={NAME}></html>".encode())
    assert holding(hidden(opened)) == []


@pytest.mark.parametrize("looks", [f'<p class="{NAME}">', f"<style>.{NAME.lower()} {{color: red}}</style>"])
def test_a_name_among_the_looks_refuses_once_it_is_hidden_elsewhere(looks: str) -> None:
    """What is not read is compared with what was hidden."""
    opened = open_file(f"<html>{looks}<p>Mme {NAME}</p></html>".encode())
    with pytest.raises(Refusal, match="identifier_misplaced"):
        hidden(opened)


def test_names_of_namespaces_are_not_changed() -> None:
    """An address that only names a format is read, never replaced."""
    data = b'<a xmlns="urn:hl7-org:v3" xmlns:x="http://kervadec.fr/x"><b>Kervadec</b></a>'
    assert hidden(open_file(data)) == data.replace(b">Kervadec<", b">[PERSONNE_1]<")


@pytest.mark.parametrize("root", ["office:document", "pkg:package", "w:wordDocument", "Workbook"])
def test_an_office_document_in_one_xml_file_is_refused(root: str) -> None:
    """It is none of the formats that are read."""
    with pytest.raises(Refusal, match="file_unreadable"):
        open_file(f'<?xml version="1.0"?><{root} a="b"><c/></{root}>'.encode())


def test_xml_with_entities_of_its_own_is_refused() -> None:
    """They may hold anything."""
    with pytest.raises(Refusal, match="file_unreadable"):
        open_file(b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "Kervadec">]><a>&b;</a>')


@pytest.mark.parametrize(
    "text",
    ["<a " * 60_000, "<a '" * 60_000, '<a b="' * 60_000, "<![CDATA[" * 30_000, "<!" * 60_000, "<!---->" * 30_000, "<script>" * 30_000,
     "<style>" * 30_000, "&#" * 60_000, "{" * 50, '"' * 60_000, '"a\n' * 60_000, "[{" * 20],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.html", "a.xml", "a.csv", "a.json", "a.txt"])
def test_markup_that_never_ends_is_read_or_refused(text: str, name: str) -> None:
    """Reading it again from every sign would take hours: the test would not end."""
    data = text.encode()
    try:
        opened = open_file(data, name=name)
    except Refusal:
        return
    assert opened.rewrite([[] for _ in opened.texts]) == data
