"""EML: a message with its headers, bodies and attached files, written anew with what a reader sees and nothing else."""

import email
import email.policy
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email import charset as charsets
from email import encoders
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart

from avec_proxy.files.encodings import decode
from avec_proxy.files.limits import MAX_MEMBERS, MAX_NESTED, MAX_PARTS_WITHIN
from avec_proxy.files.opened import OpenFile, Piece, Places, Unit, Words
from avec_proxy.model import Refusal
from avec_proxy.transform import spliced

# What a reader sees of a message; the rest says which way it came (RFC 5322, 3.6), and is left out.
HEADERS = {
    "from": "De",
    "sender": "Expéditeur",
    "reply-to": "Répondre à",
    "to": "À",
    "cc": "Copie",
    "bcc": "Copie cachée",
    "date": "Date",
    "subject": "Objet",
}
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,60}:[ \t]?[^\n]*\n(?:[ \t][^\n]*\n)*")
_TELLING = re.compile(r"(?mi)^(?:from|to|cc|subject|date|received|message-id|mime-version|return-path)\s*:")
# A person who pastes a message into a text pastes no such field.
_MACHINE = frozenset(("received", "message-id", "mime-version", "return-path"))
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_ENCRYPTED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")

_UTF8 = charsets.Charset("utf-8")
_UTF8.body_encoding = charsets.QP

Opener = Callable[[bytes, str, str, int], OpenFile]
# Makes a part anew, with edits made.
Build = Callable[[Places, Words], Message]


def is_mail(text: str, *, told: bool) -> bool:
    """Tell whether a text is a message: fields, some of which only a mail program writes (any, if its name says so)."""
    head = text.lstrip("\r\n").replace("\r\n", "\n")
    at = 0
    while (match := _FIELD.match(head, at)) is not None:
        at = match.end()
    ended = at == len(head) or head.startswith("\n", at)
    fields = {m[0].rstrip(" :\t").lower() for m in _TELLING.finditer(head, 0, at)}
    return at > 0 and ended and (bool(fields) if told else len(fields) >= 3 and bool(fields & _MACHINE))


@dataclass
class _Reader:
    open_file: Opener
    depth: int
    units: list[Unit] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    places: int = 0
    parts: int = 0

    def own(self, text: str) -> int:
        """Return the place of a text that is kept here."""
        self.texts[self.places] = text
        self.places += 1
        return self.places - 1

    def said(self, place: int, places: Places) -> str:
        """Return what stands at a place once the edits are made."""
        return spliced(self.texts[place], places.get(place, ()))

    def adopt(self, opened: OpenFile) -> Callable[[Places, Words], bytes]:
        """Take the texts of a file within the message; return what rewrites it."""
        first = self.places
        most = 0
        for unit in opened.units:
            pieces = []
            for piece in unit.pieces:
                if piece.place is not None:
                    most = max(most, piece.place + 1)
                    piece = Piece(piece.text, piece.place + first, piece.start)
                pieces.append(piece)
            self.units.append(Unit(tuple(pieces), unit.label))
        self.places += most

        def write(places: Places, words: Words) -> bytes:
            own = {n - first: edits for n, edits in places.items() if first <= n < first + most}
            return opened.write(own, words)

        return write


def open_eml(data: bytes, open_file: Opener, depth: int = 0) -> OpenFile:
    """Return a message; `open_file(data, name, declared, depth)` opens the files in it.

    Raises Refusal: those of the files within, "file_encrypted", "file_malformed", "file_too_complex" for messages in
    messages beyond a few.
    """
    if depth > MAX_NESTED:
        raise Refusal("file_too_complex")
    message: Message | None = None
    with suppress(Exception):  # whatever a broken message raises may quote it
        message = email.message_from_bytes(data, policy=email.policy.compat32)
    if message is None:
        raise Refusal("file_malformed")
    reader = _Reader(open_file, depth)
    headers = _headers(reader, message)
    build = _part(reader, message)

    def write(places: Places, words: Words) -> bytes:
        made = build(places, words)
        for name, place in headers:
            made[name] = _header(reader.said(place, places))
        return made.as_bytes(policy=email.policy.compat32.clone(linesep="\r\n"))

    return OpenFile("eml", tuple(reader.units), write)


def _headers(reader: _Reader, message: Message) -> list[tuple[str, int]]:
    """Read the headers that a reader sees as one text; return their names and places."""
    found: list[tuple[str, int]] = []
    pieces: list[Piece] = []
    for name, value in message.raw_items():
        label = HEADERS.get(name.lower())
        if label is None:
            continue
        text = _readable(str(value))
        found.append((name, reader.own(text)))
        pieces += (Piece(f"{label} : "), Piece(text, found[-1][1]), Piece("\n"))
    if pieces:
        reader.units.append(Unit(tuple(pieces)))
    return found


def _readable(value: str) -> str:
    """Return what a header's value says. Raises Refusal("file_malformed") for encodings that do not exist."""
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", value)
    text: str | None = None
    with suppress(ValueError, LookupError, HeaderParseError):
        if unfolded.isascii():
            text = str(make_header(decode_header(unfolded)))
        else:  # eight bits without a word on which (RFC 6532 says UTF-8)
            text = decode(unfolded.encode("utf-8", "surrogateescape")).text
    if text is None:
        raise Refusal("file_malformed")
    return text


def _header(text: str) -> str:
    """Return a value as it may stand in a header: on one line, encoded if it is not ASCII (RFC 2047)."""
    line = " ".join(text.split())
    return line if line.isascii() else Header(line, "utf-8").encode()


def _part(reader: _Reader, part: Message, depth: int = 0) -> Build:
    """Read a part, within `depth` others; return what makes it anew."""
    reader.parts += 1
    if reader.parts > MAX_MEMBERS:
        raise Refusal("file_too_big")
    if depth > MAX_PARTS_WITHIN:
        raise Refusal("file_too_complex")
    kind = part.get_content_type()
    if kind in _ENCRYPTED or kind == "multipart/encrypted":
        raise Refusal("file_encrypted")
    if part.defects:
        raise Refusal("file_malformed")
    if part.is_multipart():
        return _several(reader, part, kind, depth)
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or part.defects:
        raise Refusal("file_malformed")
    name = _readable(part.get_filename() or "")
    if part.get_content_maintype() == "text" and not name:
        return _body(reader, part, payload)
    return _file(reader, payload, kind, name)


def _several(reader: _Reader, part: Message, kind: str, depth: int) -> Build:
    """Read parts within a part. A signature, which would not fit any more, is left out."""
    children = [child for child in part.get_payload() if isinstance(child, Message)]
    if kind == "message/rfc822":
        name = _readable(part.get_filename() or "")
        return _file(reader, b"".join(child.as_bytes() for child in children), kind, name)
    builds = [_part(reader, child, depth + 1) for child in children if child.get_content_type() not in _SIGNATURES]
    subtype = "mixed" if kind == "multipart/signed" else part.get_content_subtype()
    if part.get_content_maintype() != "multipart":
        raise Refusal("file_unreadable")

    def build(places: Places, words: Words) -> Message:
        made = MIMEMultipart(subtype)
        for child in builds:
            made.attach(child(places, words))
        return made

    return build


def _body(reader: _Reader, part: Message, payload: bytes) -> Build:
    """Read a text that is shown as the message itself."""
    text: str | None = None
    charset = str(part.get_param("charset", "") or "")
    with suppress(LookupError, ValueError):
        text = payload.decode(charset) if charset and charset.lower() not in ("us-ascii", "utf-7") else None
    # a message's lines end with both signs (RFC 5322, 2.3), which is no part of what it says
    raw = (text if text is not None else decode(payload).text).replace("\r\n", "\n").encode()
    subtype = part.get_content_subtype()
    write = reader.adopt(
        reader.open_file(raw, "a.html" if subtype == "html" else "", part.get_content_type(), reader.depth + 1)
    )

    def build(places: Places, words: Words) -> Message:
        written = decode(write(places, words)).text
        made = MIMENonMultipart("text", subtype)
        made.set_payload(written, _UTF8)
        return made

    return build


def _file(reader: _Reader, payload: bytes, kind: str, name: str) -> Build:
    """Read an attached file, its name first."""
    place = reader.own(name) if name else None
    if place is not None:
        reader.units.append(Unit((Piece(name, place),), "fichier"))
    opened = reader.open_file(payload, name, kind, reader.depth + 1)
    write = reader.adopt(opened)

    def build(places: Places, words: Words) -> Message:
        written = write(places, words)
        same = opened.rewritten_kind == opened.kind
        main, _, sub = (
            kind if same and not kind.startswith(("multipart/", "text/")) else "application/octet-stream"
        ).partition("/")
        made = MIMEBase(main, sub)
        if kind == "message/rfc822":
            made.set_payload([email.message_from_bytes(written)])
        else:
            made.set_payload(written)
            encoders.encode_base64(made)
        shown = opened.renamed(reader.said(place, places)) if place is not None else ""
        made.add_header("Content-Disposition", "attachment", **({"filename": ("utf-8", "", shown)} if shown else {}))
        return made

    return build
