"""Files inside a JSON body: opened, made segments, written back, and what says what they are."""

import base64
import io
import json
from typing import Any

import pytest
from docx import Document as Docx
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st

from avec_proxy import transform
from avec_proxy.model import Edit, Refusal, Role, Segment
from avec_proxy.wire import FORMATS
from avec_proxy.wire.segments import Outbound

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CSV = "nom;ville\nCalvarin;Nantes\nTrévidic;Brest\n"


def docx(text: str = "Mme Calvarin va bien.") -> bytes:
    """Return a document of one paragraph."""
    document = Docx()
    document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf(text: str = "Mme Calvarin va bien.") -> bytes:
    """Return a page of text."""
    page = FPDF()
    page.add_page()
    page.set_font("Helvetica", size=12)
    page.multi_cell(0, 8, text)
    return bytes(page.output())


def b64(data: bytes | str) -> str:
    """Return base64."""
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def openai(data: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """Return OpenAI's format and a message with a file."""
    part = {"type": "file", "file": {"file_data": data, **more}}
    return "openai_chat", {"messages": [{"role": "user", "content": [part]}]}


def out(wire: str, value: Any) -> Outbound:
    """Return what is scanned of a body."""
    return FORMATS[wire].outbound(json.dumps(value, ensure_ascii=False).encode())


def hidden(found: Outbound, *words: str) -> Any:
    """Return the body with every one of `words` replaced by stars."""

    def edits(segment: Segment) -> list[Edit]:
        if segment.entity:
            return [Edit(0, len(segment.text), "***")]
        places = [(segment.text.find(word), word) for word in words]
        return [Edit(at, at + len(word), "***") for at, word in sorted(places) if at >= 0]

    return json.loads(transform.apply(found.document, [edits(s) for s in found.document.segments]))


def part_of(value: Any) -> Any:
    """Return the only part of the only message."""
    return value["messages"][0]["content"][0]


def test_a_document_with_nothing_to_hide_leaves_without_its_author() -> None:
    """Who wrote it is in no text: it goes even where no text changes, whatever else stays."""
    document = Docx()
    document.core_properties.author = "Maëlle Calvarin"
    document.add_paragraph("Quels sont les signes d'une pneumopathie ?")
    kept = io.BytesIO()
    document.save(kept)
    found = out(*openai(f"data:{DOCX_TYPE};base64,{b64(kept.getvalue())}", filename="question.docx"))
    assert not found.converted
    data = part_of(hidden(found))["file"]["file_data"].partition(",")[2]
    left = Docx(io.BytesIO(base64.b64decode(data)))
    assert left.core_properties.author == ""
    assert left.paragraphs[0].text == "Quels sont les signes d'une pneumopathie ?"


def test_a_document_is_scanned_and_stays_one() -> None:
    """Its texts are data of the turn; it is written again, under a name without what the old one said."""
    found = out(*openai(f"data:{DOCX_TYPE};base64,{b64(docx())}", filename="CR Calvarin.docx"))
    text = next(s for s in found.document.segments if "Calvarin va" in s.text)
    assert (text.role, text.turn, found.files, found.converted) == (Role.TOOL, 0, 1, False)
    file = part_of(hidden(found, "Calvarin"))["file"]
    assert file["filename"] == "***.docx"
    prefix, _, data = file["file_data"].partition(",")
    assert prefix == f"data:{DOCX_TYPE};base64"
    assert [p.text for p in Docx(io.BytesIO(base64.b64decode(data))).paragraphs] == ["Mme *** va bien."]


def test_what_holds_nothing_to_hide_stays_byte_for_byte() -> None:
    """A text has no author: no edit, no rewriting."""
    wire, value = openai(b64("Quels sont les signes d'une pneumopathie ?"), filename="document.txt")
    body = json.dumps(value).encode()
    found = FORMATS[wire].outbound(body)
    assert transform.apply(found.document, [[] for _ in found.document.segments]) == body


def test_a_pdf_becomes_its_text_with_all_that_says_what_it_is() -> None:
    """The prefix, the extension; nothing of the PDF is left."""
    found = out(*openai(f"data:application/pdf;base64,{b64(pdf())}", filename="CR Calvarin.pdf"))
    assert found.converted
    file = part_of(hidden(found, "Calvarin"))["file"]
    assert file["filename"] == "***.txt"
    prefix, _, data = file["file_data"].partition(",")
    assert prefix == "data:text/plain;base64"
    assert "Mme *** va bien." in base64.b64decode(data).decode()
    assert b"%PDF" not in base64.b64decode(data)


def test_anthropic_takes_the_text_of_a_pdf_as_it_is() -> None:
    """The source becomes one of plain text."""
    source = {"type": "base64", "media_type": "application/pdf", "data": b64(pdf())}
    block = {"type": "document", "title": "CR", "source": source}
    found = out("anthropic_messages", {"messages": [{"role": "user", "content": [block]}]})
    assert found.converted
    sent = part_of(hidden(found, "Calvarin"))["source"]
    assert (sent["type"], sent["media_type"]) == ("text", "text/plain")
    assert "Mme *** va bien." in sent["data"]


@pytest.mark.parametrize(
    "names", [("mimeType", "displayName", "inlineData"), ("mime_type", "display_name", "inline_data")]
)
def test_gemini_writes_base64_in_the_alphabet_that_it_came_in(names: tuple[str, str, str]) -> None:
    """Both spellings of fields; URL-safe base64 stays so; a declared PDF becomes text/plain."""
    mime, name, inline = names
    data = base64.urlsafe_b64encode(("nom\n" + "?>" * 9 + "Calvarin\n").encode()).decode()
    assert "_" in data or "-" in data
    value = {"contents": [{"parts": [{inline: {mime: "text/csv", name: "liste Calvarin.csv", "data": data}}]}]}
    sent = hidden(out("gemini_content", value), "Calvarin")["contents"][0]["parts"][0][inline]
    assert (sent[mime], sent[name]) == ("text/csv", "***.csv")
    assert b"Calvarin" not in base64.urlsafe_b64decode(sent["data"])
    value = {"contents": [{"parts": [{inline: {mime: "application/pdf", "data": b64(pdf())}}]}]}
    sent = hidden(out("gemini_content", value), "Calvarin")["contents"][0]["parts"][0][inline]
    assert sent[mime] == "text/plain"
    assert "Mme *** va" in base64.b64decode(sent["data"]).decode()


def test_mistral_and_the_responses_api_name_files_their_own_way() -> None:
    """A document by its data: URI, a file beside its name."""
    uri = f"data:text/csv;base64,{b64(CSV)}"
    chunk = {"type": "document_url", "document_url": uri, "document_name": "Calvarin.csv"}
    sent = part_of(hidden(out("mistral_chat", {"messages": [{"role": "user", "content": [chunk]}]}), "Calvarin"))
    assert sent["document_name"] == "***.csv"
    assert base64.b64decode(sent["document_url"].partition(",")[2]).decode() == CSV.replace("Calvarin", "***")
    item = {"type": "input_file", "filename": "Calvarin.csv", "file_data": uri}
    sent = hidden(out("openai_responses", {"input": [{"role": "user", "content": [item]}]}), "Calvarin")
    part = sent["input"][0]["content"][0]
    assert part["filename"] == "***.csv"
    assert b"Calvarin" not in base64.b64decode(part["file_data"].partition(",")[2])


def test_the_columns_of_a_table_name_their_values() -> None:
    """As the key of a JSON value does."""
    found = out(*openai(f"data:text/csv;base64,{b64(CSV)}"))
    told = {s.text.strip(): label for s, label in zip(found.document.segments, found.labels, strict=True)}
    assert any("Calvarin" in text for text in told)


@pytest.mark.parametrize(
    "uri",
    ["data:text/plain,Mme%20Calvarin", "DATA:text/plain;name=Calvarin.txt;base64,TW1lIENhbHZhcmlu",
     "data:;base64,TW1lIENhbHZhcmlu", "data:text/plain;charset=Calvarin,Mme%20Calvarin"],
)  # fmt: skip
def test_a_data_uri_keeps_nothing_but_type_and_content(uri: str) -> None:
    """Its parameters are free text; it leaves as base64."""
    sent = part_of(hidden(out(*openai(uri)), "Calvarin"))["file"]["file_data"]
    assert sent == f"data:text/plain;base64,{b64('Mme ***')}"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("https://exemple.fr/cr.pdf", "attachment_unreadable"),
        ("pas du base64 !", "attachment_unreadable"),
        ("TW1lIENhbHZhcmlu\n", "attachment_unreadable"),
        ("TW1lIENhbHZhcmluIQ", None),
        ("TW1lIENhbHZhcmluIR==", "attachment_unreadable"),
        (f"data:image/png;base64,{b64('texte')}", "file_image"),
        (f"data:audio/wav;base64,{b64('texte')}", "file_audio"),
        (b64(b"\x89PNG\r\n\x1a\n" + bytes(9)), "file_image"),
        (b64(b"PK\x05\x06" + bytes(18)), "file_archive"),
        (b64(b"%PDF-1.7\nx"), "file_malformed"),
        (b64(b"ID3" + bytes(9)), "file_audio"),
    ],
)
def test_what_cannot_be_opened_is_refused(data: str, code: str | None) -> None:
    """References, what a decoder would skip, images and sounds whatever they are called, broken files."""
    if code is None:
        assert out(*openai(data)).files == 1
        return
    with pytest.raises(Refusal, match=code):
        out(*openai(data))


@pytest.mark.parametrize(
    ("wire", "part", "code"),
    [
        ("openai_chat", {"type": "file", "file": {"file_id": "file-1"}}, "file_uploaded"),
        ("openai_chat", {"type": "file", "file": "file-1"}, "attachment_unreadable"),
        ("openai_chat", {"type": "file", "file": ["file-1"]}, "attachment_unreadable"),
        ("mistral_chat", {"type": "file", "file_id": "f"}, "file_uploaded"),
        ("anthropic_messages", {"type": "document", "source": {"type": "file", "file_id": "f"}}, "file_uploaded"),
        ("anthropic_messages", {"type": "document", "source": {"type": "url", "url": "https://h/x.pdf"}}, "attachment"),
    ],
)
def test_what_was_left_with_the_provider_is_refused(wire: str, part: Any, code: str) -> None:
    """The values of an earlier upload are gone: its placeholders would be taken for those of this message."""
    with pytest.raises(Refusal, match=code):
        out(wire, {"messages": [{"role": "user", "content": [part]}]})


@settings(deadline=None, max_examples=60)
@given(
    st.text(max_size=80),
    st.text(max_size=12),
    st.sampled_from(["text/plain", "text/csv", "application/octet-stream", "x"]),
)
def test_any_text_file_is_read_whole_or_refused(text: str, name: str, media: str) -> None:
    """Nothing but a refusal is raised, and without edits nothing changes but what says its type."""
    wire, value = openai(f"data:{media};base64,{b64(text.encode('utf-8', 'replace'))}", filename=name)
    try:
        found = out(wire, value)
    except Refusal:
        return
    sent = json.loads(transform.apply(found.document, [[] for _ in found.document.segments]))
    written = part_of(sent)["file"]["file_data"].partition(",")[2]
    assert base64.b64decode(written) == text.encode("utf-8", "replace")


def test_bedrock_names_a_format_around_the_file() -> None:
    """The word for the format changes with it."""
    document = {"format": "pdf", "name": "cr", "source": {"bytes": b64(pdf())}}
    found = out("bedrock_converse", {"messages": [{"role": "user", "content": [{"document": document}]}]})
    sent = part_of(hidden(found, "Calvarin"))["document"]
    assert sent["format"] == "txt"
    assert "Mme *** va bien." in base64.b64decode(sent["source"]["bytes"]).decode()


def test_a_name_behind_a_dot_is_no_extension() -> None:
    """Only what files are called by stays."""
    file = part_of(hidden(out(*openai(b64("Bonjour"), filename="CR.Morel"))))["file"]
    assert file["filename"] == "***"


@pytest.mark.parametrize(
    ("title", "left"),
    [("calvarin.pdf", "***.pdf"), ("Lettre du 3 mai", "Lettre du 3 mai"), ("document.txt", "document.txt")],
)
def test_a_title_that_is_a_files_name_is_hidden_like_one(title: str, left: str) -> None:
    """Any other title is a text like any other."""
    block = {"type": "document", "title": title, "source": {"type": "text", "media_type": "text/plain", "data": "x"}}
    found = out("anthropic_messages", {"messages": [{"role": "user", "content": [block]}]})
    assert part_of(hidden(found))["title"] == left
