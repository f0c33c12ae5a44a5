"""EML: headers, bodies and attached files, within messages within messages."""

import email
import email.policy
from email.message import EmailMessage

import pytest

from avec_proxy.files import open_file
from avec_proxy.model import Refusal
from tests.files.making import MARK, NAME, hidden, holding, readings
from tests.files.test_pdf import page
from tests.files.test_word import letter, planted


def message() -> EmailMessage:
    """Return a message with two bodies and five files: a letter, a table, a PDF, a note, a message with a letter."""
    made = EmailMessage()
    made["From"] = f"Jean {NAME} <jean@x.fr>"
    made["To"] = f"secretariat.{NAME.lower()}@x.fr"
    made["Subject"] = f"Dossier de Maëlle {NAME}"
    made["Date"] = "Thu, 12 Mar 2026 10:00:00 +0100"
    made["Message-ID"] = f"<123@{NAME.lower()}.fr>"
    made["Received"] = f"from poste-{NAME.lower()} by mx"
    made["X-Mailer"] = f"poste de {NAME}"
    made.set_content(f"Bonjour,\nMme {NAME} a été opérée.\n")
    made.add_alternative("<html><body><p>Mme <b>Ker</b>vadec a été opérée</p></body></html>", subtype="html")
    made.add_attachment(
        planted(),
        maintype="application",
        subtype="vnd.openxmlformats-officedocument.wordprocessingml.document",
        filename=f"CR {NAME}.docx",
    )
    made.add_attachment(f"Nom;IPP\n{NAME};8456123\n", subtype="csv", filename="liste.csv")
    made.add_attachment(
        page(f"Madame {NAME} a été opérée hier."), maintype="application", subtype="pdf", filename=f"Bilan {NAME}.pdf"
    )
    made.add_attachment(f"vu avec {NAME}", filename="note.txt")
    inner = EmailMessage()
    inner["Subject"] = f"Fwd: {NAME}"
    inner["From"] = "a@x.fr"
    inner.set_content("ci-joint")
    inner.add_attachment(letter(), maintype="application", subtype="octet-stream", filename="CR.docx")
    made.add_attachment(inner)
    return made


def test_no_planted_name_is_left_anywhere() -> None:
    """Headers, both bodies, names of files, what the files hold, a message in the message; the rest stays readable."""
    data = message().as_bytes()
    assert holding(data)
    opened = open_file(data)
    assert opened.kind == "eml"
    out = hidden(opened)
    assert holding(out) == []
    read = email.message_from_bytes(out, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    assert read["Subject"] == f"Dossier de Maëlle {MARK}"
    assert (read["Received"], read["Message-ID"], read["X-Mailer"]) == (None, None, None)
    names = [part.get_filename() for part in read.iter_attachments()]
    assert names == [f"CR {MARK}.docx", "liste.csv", f"Bilan {MARK}.txt", "note.txt", None]
    for part in read.walk():
        if not part.is_multipart():
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            assert holding(content) == []
    body = read.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == f"Bonjour,\nMme {MARK} a été opérée.\n"


def test_headers_read_as_a_mail_program_shows_them() -> None:
    """Encoded words are read, each header on a line."""
    assert f"Objet : Dossier de Maëlle {NAME}\n" in readings(open_file(message().as_bytes()))


def test_a_file_keeps_its_texts_when_it_is_read_again() -> None:
    """What was written reads as the first one with the edits made (a PDF became text)."""
    opened = open_file(message().as_bytes())
    again = open_file(hidden(opened))
    expected = readings(opened).replace(NAME, MARK).replace(NAME.lower(), MARK).replace(".pdf", ".txt")
    assert bare_lines(readings(again)) == bare_lines(expected)


def bare_lines(text: str) -> set[str]:
    """Return the lines of a text, placeholders without brackets."""
    return {line.replace("[", "").replace("]", "").strip() for line in text.splitlines()}


def plain(**headers: str) -> EmailMessage:
    """Return a message with a text."""
    made = EmailMessage()
    for name, value in {"From": "a@x.fr", "Subject": "x", **headers}.items():
        made[name] = value
    made.set_content("bonjour")
    return made


@pytest.mark.parametrize(
    ("maintype", "subtype", "data", "code"),
    [
        ("image", "png", b"\x89PNG\r\n\x1a\n", "file_image"),
        ("audio", "mpeg", b"ID3\x03\x00", "file_audio"),
        ("application", "zip", b"PK\x05\x06" + b"\x00" * 18, "file_archive"),
        ("application", "pkcs7-mime", b"x", "file_encrypted"),
        ("application", "ms-tnef", b"\x78\x9f\x3e\x22\x00", "file_unreadable"),
    ],
)
def test_a_file_that_cannot_be_read_refuses_the_message(maintype: str, subtype: str, data: bytes, code: str) -> None:
    """With the words for that kind of file."""
    made = plain()
    made.add_attachment(data, maintype=maintype, subtype=subtype, filename="a")
    with pytest.raises(Refusal, match=code):
        open_file(made.as_bytes())


def test_messages_within_messages_end_somewhere() -> None:
    """A chain of forwarded messages is read to a depth, then refused."""
    made = plain()
    for _ in range(8):
        outer = plain()
        outer.add_attachment(made)
        made = outer
    with pytest.raises(Refusal, match="file_too_complex"):
        open_file(made.as_bytes())


def test_parts_within_parts_end_somewhere() -> None:
    """However deep they are: refused, no crash."""
    for depth in (40, 2_000):
        lines = ["From: a@x.fr", "MIME-Version: 1.0"]
        for n in range(depth):
            lines += [f"Content-Type: multipart/mixed; boundary=b{n}", "", f"--b{n}"]
        with pytest.raises(Refusal, match=r"file_(too_complex|malformed)"):
            open_file("\n".join(lines).encode(), name="a.eml")


@pytest.mark.parametrize(
    "data",
    [
        b"From: a\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\nno boundary",
        b"From: a\nMIME-Version: 1.0\nContent-Type: multipart/mixed\n\n--x",
        b"From: a\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n!!!!a",
        b"From: =?x-none?Q?abc?=\nMIME-Version: 1.0\n\nabc",
    ],
)
def test_a_broken_message_is_refused(data: bytes) -> None:
    """Parts that do not end, base64 that is none, an encoding that does not exist."""
    with pytest.raises(Refusal, match="file_malformed"):
        open_file(data, name="a.eml")


def test_a_message_pasted_into_a_text_stays_a_text() -> None:
    """Only a mail program writes its hidden fields."""
    text = b"From: Jean\nTo: Paul\nSubject: x\n\nbonjour"
    assert open_file(text).kind == "text"
    assert open_file(text, name="a.eml").kind == "eml"


def test_a_signature_is_left_out() -> None:
    """It would not fit what was rewritten."""
    data = (
        b"From: a@x.fr\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
        b"Mme Kervadec\r\n--b\r\nContent-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n"
    )
    out = hidden(open_file(data, name="a.eml"))
    assert b"pkcs7" not in out
    assert MARK.encode() in out
