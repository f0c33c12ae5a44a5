"""Forms: read strictly, written anew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.model import Refusal
from avec_proxy.wire.multipart import Part, read, written

TYPE = "multipart/form-data; boundary=b"


def form(*parts: bytes, end: bytes = b"--b--\r\n") -> bytes:
    """Return a body of raw parts."""
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + end


FIELD = b'Content-Disposition: form-data; name="prompt"\r\n\r\nBonjour'
FILE = (
    b'content-disposition: form-data; name="file"; filename="CR d\xc3\xa9but.pdf"\r\n'
    b"Content-Type: application/pdf\r\nContent-Length: 4\r\n\r\n\x00\r\n\xff"
)


def test_fields_and_files_are_read() -> None:
    """Binary data comes as it is, names decoded."""
    assert read(form(FIELD, FILE), TYPE) == [
        Part("prompt", b"Bonjour"),
        Part("file", b"\x00\r\n\xff", "CR début.pdf", "application/pdf"),
    ]
    assert read(b"\r\n" + form(FIELD), 'Multipart/Form-Data; boundary="b"') == [Part("prompt", b"Bonjour")]


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=b; boundary=c",
     'multipart/form-data; boundary="b',
     "multipart/form-data; boundary=é", "multipart/form-data; boundary=" + 71 * "b"],
)  # fmt: skip
def test_a_boundary_that_is_none_is_refused(content_type: str) -> None:
    """Missing, twice, too long or of other letters."""
    with pytest.raises(Refusal, match="body_unreadable"):
        read(form(FIELD), content_type)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b--\r\n",
        b"preamble Calvarin\r\n" + form(FIELD),
        form(FIELD, end=b""),
        form(FIELD, end=b"--b--\r\nCalvarin"),
        form(FIELD, end=b"--b--x"),
        form(FIELD).replace(b"\r\n", b"\n"),
        form(b"\r\nBonjour"),
        form(b"Content-Disposition: attachment; name=a\r\n\r\nx"),
        form(b'Content-Disposition: form-data; name="a"; filename*=UTF-8\'\'x\r\n\r\nx'),
        form(b'Content-Disposition: form-data; name="a"; name="b"\r\n\r\nx'),
        form(b'Content-Disposition: form-data\r\n\r\nx'),
        form(b'Content-Disposition: form-data; name="a"\r\nX-Patient: Calvarin\r\n\r\nx'),
        form(b'Content-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="b"\r\n\r\nx'),
        form(b'Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\neA=='),
        form(b'Content-Disposition: form-data; name="a"\r\nContent-Type: Calvarin\xff/x\r\n\r\nx'),
        form(b'Content-Disposition: form-data; name="\xff"\r\n\r\nx'),
        form(*[FIELD] * 101),
        b"--bc\r\n" + FIELD + b"\r\n--bc--\r\n",
    ],
)  # fmt: skip
def test_what_two_readers_could_read_apart_is_refused(body: bytes) -> None:
    """Text outside the parts, other line ends, unknown headers, encodings, parameters said twice, too many parts."""
    with pytest.raises(Refusal, match="body_unreadable"):
        read(body, TYPE)


def test_another_charset_of_a_part_is_refused() -> None:
    """Its bytes would be read as something else."""
    part = b'Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=utf-16\r\n\r\nx'
    with pytest.raises(Refusal, match="charset_unsupported"):
        read(form(part), TYPE)


_NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters='"\\%'), max_size=20)


@given(st.lists(st.builds(Part, _NAMES, st.binary(max_size=40), st.none() | _NAMES, st.sampled_from(["", "text/csv"])),
                min_size=1, max_size=5))  # fmt: skip
def test_what_is_written_is_read_again(parts: list[Part]) -> None:
    """Name, file name, type and data of every part, and each stands where it is said to."""
    body, content_type, places = written(parts)
    assert read(body, content_type) == parts
    for part, place in zip(parts, places, strict=True):
        assert body[place.data :].startswith(part.data)
        assert body[place.name :].startswith(part.name.encode() + b'"')
        if part.file_name is not None:
            assert body[place.file_name :].startswith(part.file_name.encode() + b'"')


def test_a_quote_in_a_name_cannot_end_it() -> None:
    """What could break out of a header is written as a plain sign."""
    part = b'Content-Disposition: form-data; name="a"; filename="a%22%0D%0Ab\\"c.txt"\r\n\r\nx'
    assert read(form(part), TYPE)[0].file_name == "a___b_c.txt"
