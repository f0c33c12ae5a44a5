"""Bodies that no format describes: every leaf is scanned, or the request is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy import transform
from avec_proxy.model import Edit, Refusal, Role
from avec_proxy.wire import FORMATS, multipart
from avec_proxy.wire.segments import Outbound

GENERIC = FORMATS["generic"]
LINES = "application/x-ndjson"
FORM = "application/x-www-form-urlencoded"
B64 = "SmVhbiBEdXBvbnQgZXN0IG7DqSBsZSAxLzIvMTk1MA" * 2


def outbound(value: Any, content_type: str = "application/json") -> Outbound:
    """Return what is scanned of a JSON value, or of bytes."""
    return GENERIC.outbound(value if isinstance(value, bytes) else json.dumps(value).encode(), content_type)


def checked(body: bytes, content_type: str | None) -> Outbound:
    """Return what is scanned, as the guard and the pipeline ask for it."""
    GENERIC.check(content_type)
    return GENERIC.outbound(body, content_type or "")


def texts(found: Outbound) -> list[tuple[str, str]]:
    """Return the texts that are scanned, with their labels."""
    return [(s.text, label) for s, label in zip(found.document.segments, found.labels, strict=True)]


def test_every_leaf_is_scanned_and_what_programs_name_is_not() -> None:
    """Keys of an API say nothing; any other key is scanned and names its value; settings keep their numbers."""
    found = outbound(
        {
            "model": "rerank-v3",
            "max_tokens": 100000,
            "inputs": {"texts": ["un"], "nom": "deux", "ipp": 80417733, "Mme Calvarin": {"text": "trois"}},
            "metadata": {"model": "quatre"},
        }
    )
    assert texts(found) == [
        ("un", ""), ("nom", ""), ("deux", "nom"), ("ipp", ""), ("80417733", "ipp"), ("Mme Calvarin", ""),
        ("trois", ""), ("quatre", ""),
    ]  # fmt: skip


def test_a_file_in_any_field_is_opened_and_its_name_hidden() -> None:
    """By its data: URI; a PDF's text would leave in its place."""
    value = {"document": "data:text/csv;base64,bm9tCkNhbHZhcmluCg==", "file_name": "calvarin.csv"}
    found = outbound(value)
    assert [(s.text.strip(), s.entity) for s in found.document.segments] == [
        ("nom\nCalvarin", ""),
        ("calvarin", "FILE_NAME"),
    ]
    assert found.files == 1


def test_who_speaks_is_read_where_a_list_of_turns_says_it() -> None:
    """Turns of a user may lose their courtesies; data never does."""
    turns = [{"role": "system", "content": "a"}, {"role": "HUMAN", "content": "b"}, {"role": "assistant", "text": "c"}]
    segments = outbound({"messages": [*turns, "d"], "prompt": "e"}).document.segments
    assert {s.text: (s.role, s.turn) for s in segments} == {
        "a": (Role.SYSTEM, 0),
        "b": (Role.USER, 1),
        "HUMAN": (Role.USER, 1),
        "system": (Role.SYSTEM, 0),
        "assistant": (Role.ASSISTANT, 2),
        "c": (Role.ASSISTANT, 2),
        "d": (Role.TOOL, 3),
        "e": (Role.TOOL, -1),
    }


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"previous_response_id": "resp_1", "input": "x"}, "history_elsewhere"),
        ({"a": [{"fileId": "f"}]}, "history_elsewhere"),
        ({"prompt": [15496, 995]}, "attachment_unreadable"),
        ({"a": {"tokens": [[1], [2]]}}, "attachment_unreadable"),
        ({"bytes": [80, 75, 3, 4]}, "attachment_unreadable"),
        ({"image": "data:image/png;base64,iVBORw0KGgoAAAA="}, "file_image"),
        ({"text": "voir data:image/png;base64,iVBORw0KGgoAAAA="}, "attachment_unreadable"),
        ({"image": B64}, "attachment_unreadable"),
        ({"a": json.dumps({"image": B64})}, "attachment_unreadable"),
    ],
)
def test_what_hides_a_text_or_leans_on_an_earlier_one_is_refused(value: Any, code: str) -> None:
    """Files, tokens, ids of what the provider keeps."""
    with pytest.raises(Refusal, match=code):
        outbound(value)


def test_few_numbers_and_hashes_are_no_text() -> None:
    """A size and a digest pass."""
    assert outbound({"size": [512, 512], "etag": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"})


def test_a_form_is_scanned_field_by_field() -> None:
    """Values carry their key as label; JSON in a value is opened."""
    found = outbound(b"nom=Calvarin+R%C3%A9mi&data=%7B%22ipp%22%3A%2280417733%22%7D", FORM)
    assert texts(found) == [
        ("nom", ""), ("Calvarin Rémi", "nom"), ("data", ""), ("ipp", ""), ("80417733", "ipp"),
    ]  # fmt: skip
    assert found.content_type == FORM


def test_lines_of_json_are_scanned_line_by_line() -> None:
    """Edits stand where the line does."""
    body = '{"a":"é"}\r\n\n{"b":"Calvarin"}\n'.encode()
    found = outbound(body, LINES)
    assert [text for text, _ in texts(found)] == ["a", "é", "b", "Calvarin"]
    edits = [[Edit(0, len(s.text), "[X]")] if s.text == "Calvarin" else [] for s in found.document.segments]
    assert transform.apply(found.document, edits) == '{"a":"é"}\r\n\n{"b":"[X]"}\n'.encode()


def test_a_text_is_scanned_as_one() -> None:
    """It leaves as UTF-8, and says so."""
    found = outbound(b"Mme Calvarin", "text/plain")
    assert texts(found) == [("Mme Calvarin", "")]
    assert found.content_type == "text/plain; charset=utf-8"


def test_a_form_of_parts_is_written_anew() -> None:
    """Boundary and headers are ours; each part is scanned by its own type, a file's name without its extension."""
    body = (
        '--Calvarin\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nMme Calvarin\r\n'
        '--Calvarin\r\nContent-Disposition: form-data; name="options"\r\n'
        'Content-Type: application/json\r\n\r\n{"nom":"a"}\r\n'
        '--Calvarin\r\nContent-Disposition: form-data; name="file"; filename="CR Calvarin.csv"\r\n'
        "Content-Type: text/csv; charset=utf-8\r\n\r\nnom;âge\r\n--Calvarin--\r\n"
    ).encode()
    found = outbound(body, "multipart/form-data; boundary=Calvarin")
    assert texts(found) == [("Mme Calvarin", ""), ("nom", ""), ("a", "nom"), ("CR Calvarin", ""), ("nom\tâge\n", "")]
    assert [s.entity for s in found.document.segments] == ["", "", "", "FILE_NAME", ""]
    edits = [[Edit(0, len(s.text), f"[{n}]")] for n, s in enumerate(found.document.segments)]
    sent = transform.apply(found.document, edits)
    assert b"Calvarin" not in sent + found.content_type.encode()
    assert multipart.read(sent, found.content_type) == [
        multipart.Part("prompt", b"[0]"),
        multipart.Part("options", b'{"[1]":"[2]"}', None, "application/json"),
        multipart.Part("file", b"[4];", "[3].csv", "text/csv"),
    ]


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"x", None, "content_type_unsupported"),
        (b"%PDF-1.7", "application/pdf", "content_type_unsupported"),
        (b"x", "application/octet-stream", "content_type_unsupported"),
        (b"\x08\x96\x01", "application/x-protobuf", "content_type_unsupported"),
        (b"<a/>", "application/xml", "content_type_unsupported"),
        ("é".encode("latin-1"), "text/plain; charset=iso-8859-1", "charset_unsupported"),
        ("é".encode("latin-1"), "text/plain", "body_unreadable"),
        (b"\x00\x01", "text/plain", "body_unreadable"),
        ("\ufeffa".encode(), "text/plain", "body_unreadable"),
        (b'{"a":1', "application/json", "body_unreadable"),
        (b'{"a":1}\n{', LINES, "body_unreadable"),
        (b"\n\n", LINES, "body_unreadable"),
        (b"a=%ff", FORM, "request_malformed"),
        ("a=é".encode(), FORM, "body_unreadable"),
        (b"file_id=f-1", FORM, "history_elsewhere"),
        (b"a=" + B64.encode(), FORM, "attachment_unreadable"),
        (B64.encode(), "text/plain", "attachment_unreadable"),
        (b"x", "multipart/form-data", "body_unreadable"),
        (b"x", "multipart/mixed; boundary=b", "content_type_unsupported"),
    ],
)
def test_what_cannot_be_read_to_its_end_is_refused(body: bytes, content_type: str | None, code: str) -> None:
    """Every doubt refuses, with its own word."""
    with pytest.raises(Refusal, match=code):
        checked(body, content_type)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (b'name="file"; filename="a.png"\r\nContent-Type: image/png', "file_image"),
        (b'name="file"\r\nContent-Type: application/octet-stream', "file_image"),
        (b'name="file_id"', "history_elsewhere"),
    ],
)
def test_a_part_that_cannot_be_read_refuses_the_form(header: bytes, code: str) -> None:
    """A binary file, a file without a type, what the provider keeps."""
    body = b"--b\r\nContent-Disposition: form-data; " + header + b"\r\n\r\n\x89PNG\r\n\x1a\n\r\n--b--\r\n"
    with pytest.raises(Refusal, match=code):
        outbound(body, "multipart/form-data; boundary=b")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@given(_JSON, st.sampled_from(["application/json", LINES, FORM, "text/plain", "multipart/form-data; boundary=b"]))
def test_no_body_raises_anything_but_a_refusal(value: Any, content_type: str) -> None:
    """Whatever comes is read whole or refused, and no string of it is lost to the scan."""
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        found = GENERIC.outbound(body, content_type)
    except Refusal:
        return
    assert transform.apply(found.document, [[] for _ in found.document.segments]) == found.document.container


@given(
    st.binary(max_size=80),
    st.sampled_from(["application/json", LINES, FORM, "text/csv", "multipart/form-data; boundary=b"]),
)
def test_no_bytes_raise_anything_but_a_refusal(body: bytes, content_type: str) -> None:
    """Noise is refused or read."""
    try:
        GENERIC.outbound(b"--b\r\n" + body + b"\r\n--b--" if "multi" in content_type else body or b" ", content_type)
    except Refusal:
        return
