"""A file is what its content is; what is not read is refused with a word of its own."""

import io
import re
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avec_proxy.files import kinds, limits, open_file
from avec_proxy.model import Refusal
from avec_proxy.refusals import WORDS
from tests.files.making import members, zipped
from tests.files.test_word import letter

FTYP = b"\x00\x00\x00\x18ftyp"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x89PNG\r\n\x1a\n\x00", "file_image"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "file_image"),
        (b"GIF89a\x01", "file_image"),
        (b"II*\x00\x08", "file_image"),
        (b"BM\x36\x00\x00\x00\x00\x00\x00\x00", "file_image"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "file_image"),
        (FTYP + b"heic", "file_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><text>Riou</text></svg>", "file_image"),
        (b"ID3\x03\x00\x00", "file_audio"),
        (b"\xff\xfb\x90\x00", "file_audio"),
        (b"OggS\x00", "file_audio"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "file_audio"),
        (FTYP + b"M4A ", "file_audio"),
        (b"fLaC\x00", "file_audio"),
        (FTYP + b"mp42", "file_video"),
        (FTYP + b"qt  ", "file_video"),
        (b"\x1a\x45\xdf\xa3\x01", "file_video"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "file_video"),
        (b"\x00" * 128 + b"DICM" + b"\x02\x00", "file_dicom"),
        (b"7z\xbc\xaf\x27\x1c\x00", "file_archive"),
        (b"Rar!\x1a\x07\x01\x00", "file_archive"),
        (b"\x1f\x8b\x08\x00", "file_archive"),
        (b"PK\x05\x06" + b"\x00" * 18, "file_archive"),
        (b"a.txt" + b"\x00" * 252 + b"ustar\x0000", "file_archive"),
        (b"{\\rtf1\\ansi Kervadec}", "file_old_office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "file_old_office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
    ],
)
@pytest.mark.parametrize("name", ["", "note.txt", "note.docx", "note.pdf"])
def test_what_is_not_read_is_refused_whatever_its_name(data: bytes, code: str, name: str) -> None:
    """Its first bytes decide; a friendly name and a friendly type change nothing."""
    with pytest.raises(Refusal, match=code):
        open_file(data, name=name, declared="text/plain")


def test_every_refusal_has_words() -> None:
    """Those that stand in tables too."""
    folder = Path(kinds.__file__).parent
    codes = {code for path in folder.glob("*.py") for code in re.findall(r'"(file_[a-z_]+)"', path.read_text("utf-8"))}
    assert len(codes) >= 12
    assert codes <= WORDS.keys()


@pytest.mark.parametrize("name", ["photo.jpg", "CR.pdf", "table.xlsx"])
def test_a_file_under_another_name_is_read_as_what_it_is(name: str) -> None:
    """A wrong extension is no way around: the content is read whole, and the new name says what it is."""
    opened = open_file(letter(), name=name, declared="application/octet-stream")
    assert (opened.kind, opened.renamed(name).rpartition(".")[2]) == ("docx", "docx")
    assert open_file(b"Mme Kervadec", name=name).kind == "text"


def test_a_file_that_is_too_big_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes, and characters of text."""
    monkeypatch.setattr("avec_proxy.files.opening.MAX_BYTES", 10)
    with pytest.raises(Refusal, match="file_too_big"):
        open_file(b"a" * 11)
    monkeypatch.setattr("avec_proxy.files.opening.MAX_CHARACTERS", 5)
    with pytest.raises(Refusal, match="file_too_big"):
        open_file(b"a" * 6)


def test_a_plain_archive_is_refused() -> None:
    """A zip of files is not opened."""
    with pytest.raises(Refusal, match="file_archive"):
        open_file(zipped({"a.txt": b"Kervadec"}))


@pytest.mark.parametrize(
    "name", ["../word/x.xml", "/etc/x.xml", "word\\x.xml", "C:/x.xml", "word/../x.xml", "word/x\n.xml"]
)
def test_a_member_that_leads_elsewhere_is_refused(name: str) -> None:
    """No way up, no drive, no other separator."""
    with pytest.raises(Refusal, match="file_malformed"):
        open_file(zipped({**members(letter()), name: b"<a/>"}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["word/document.xml", "WORD/document.xml"])
def test_a_member_that_is_there_twice_is_refused(name: str) -> None:
    """Two programs would read two texts."""
    out = io.BytesIO(letter())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, b"<a/>")
    with pytest.raises(Refusal, match="file_malformed"):
        open_file(out.getvalue())


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    """By its ratio, by its whole size, by the number of its members."""
    for bomb in (
        {"word/document.xml": b"<a>" + b" " * 5_000_000 + b"</a>"},
        {f"word/{n}.xml": b"" for n in range(limits.MAX_MEMBERS + 1)},
    ):
        with pytest.raises(Refusal, match="file_too_big"):
            open_file(zipped({**members(letter()), **bomb}))


def test_sizes_that_lie_are_refused() -> None:
    """A member that says that it is small gives no more than that."""
    data = bytearray(letter())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 3)
    with pytest.raises(Refusal, match=r"file_(malformed|too_big)"):
        open_file(bytes(data))


def test_a_member_under_a_password_is_refused() -> None:
    """Told by its flag."""
    data = bytearray(letter())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    with pytest.raises(Refusal, match="file_encrypted"):
        open_file(bytes(data))


def refused(data: bytes) -> Refusal | None:
    """Return the refusal of a file, None if it is read."""
    try:
        open_file(data)
    except Refusal as refusal:
        return refusal
    return None


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 40_000), st.binary(min_size=1, max_size=4))
def test_a_damaged_document_is_read_or_refused(at: int, junk: bytes) -> None:
    """No crash, whatever is broken."""
    data = bytearray(DAMAGED)
    at %= len(data)
    data[at : at + len(junk)] = junk
    for broken in (bytes(data), DAMAGED[:at]):
        refusal = refused(broken)
        assert refusal is None or (refusal.code in WORDS and refusal.__context__ is None)


DAMAGED = letter()
