"""multipart/form-data (RFC 7578), read strictly and written anew.

A form's boundary, its preamble and its parts' headers are free text, so none of them leaves: what was understood is
written into a new body with a boundary of our own. Whatever is not plainly a form is refused.
"""

import contextlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message

from avec_proxy.model import Refusal

MEDIA = "multipart/form-data"
_MOST_PARTS = 100
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")  # RFC 2046, section 5.1.1
_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = re.compile(rf';[ \t]*({_NAME})=(?:"((?:[^"\\\r\n]|\\["\\])*)"|({_NAME}))[ \t]*')
_MEDIA_TYPE = re.compile(rf"({_NAME}/{_NAME})[ \t]*((?:;.*)?)", re.DOTALL)
_PLAIN_TRANSFER = ("binary", "8bit", "7bit")
_NEWLINE = b"\r\n"
_CONTROL = re.compile(r"[\x00-\x08\n-\x1f\x7f]")
# a browser writes these characters of a name so (WHATWG HTML, section 4.10.21.8)
_WRITTEN = {"%22": '"', "%0D": "\r", "%0A": "\n"}


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form: `media` is its media type in lower case, "" if it says none.

    `file_name` is None where the field is no file.
    """

    name: str
    data: bytes
    file_name: str | None = None
    media: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part stands in a body that was written: byte offsets of its name, its file's name and its data."""

    name: int
    file_name: int
    data: int


def read(body: bytes, content_type: str) -> list[Part]:
    """Return the parts of a form. Raises Refusal("body_unreadable") for anything that two readers could read apart."""
    boundary = _boundary(content_type)
    delimiter = b"--" + boundary.encode()
    opened = body.removeprefix(_NEWLINE)
    if not opened.startswith(delimiter):
        raise Refusal("body_unreadable")
    pieces = (_NEWLINE + opened).split(_NEWLINE + delimiter)
    # before the first delimiter nothing is left; the last one ends with two dashes, and nothing but spaces behind
    if len(pieces) < 3 or pieces[0] or pieces[-1].strip(b" \t\r\n") != b"--" or len(pieces) - 2 > _MOST_PARTS:
        raise Refusal("body_unreadable")
    if any(delimiter in piece for piece in pieces[:-1]):
        raise Refusal("body_unreadable")
    return [_part(piece) for piece in pieces[1:-1]]


def written(parts: Sequence[Part]) -> tuple[bytes, str, list[Place]]:
    """Return a body of `parts`, the content type that goes with it, and where each part stands in it."""
    boundary = f"avec-{secrets.token_hex(16)}"
    body = bytearray()
    places: list[Place] = []
    for part in parts:
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="'.encode()
        name = len(body)
        body += f'{part.name}"'.encode()
        file_name = len(body)
        if part.file_name is not None:
            body += b'; filename="'
            file_name = len(body)
            body += part.file_name.encode() + b'"'
        if part.media:
            body += f"\r\nContent-Type: {part.media}".encode()
        body += b"\r\n\r\n"
        places.append(Place(name, file_name, len(body)))
        body += part.data + _NEWLINE
    body += f"--{boundary}--\r\n".encode()
    return bytes(body), f"{MEDIA}; boundary={boundary}", places


def _boundary(content_type: str) -> str:
    match = _MEDIA_TYPE.fullmatch(content_type.strip())
    parameters = _parameters(match[2]) if match else {}
    boundary = parameters.get("boundary", "")
    if not _BOUNDARY.fullmatch(boundary):
        raise Refusal("body_unreadable")
    return boundary


def _part(piece: bytes) -> Part:
    line, _, rest = piece.partition(_NEWLINE)
    head, blank, data = (_NEWLINE + rest).partition(_NEWLINE * 2)
    if line.strip(b" \t") or not blank:
        raise Refusal("body_unreadable")
    headers = _headers(head.removeprefix(_NEWLINE))
    disposition = headers.pop("content-disposition", "")
    kind, _, _ = disposition.partition(";")
    parameters = _parameters(disposition[len(kind) :])
    if kind.strip().lower() != "form-data" or "name" not in parameters or parameters.keys() - {"name", "filename"}:
        raise Refusal("body_unreadable")
    media = _media(headers.pop("content-type", ""))
    headers.pop("content-length", None)
    if headers.pop("content-transfer-encoding", "binary").lower() not in _PLAIN_TRANSFER or headers:
        raise Refusal("body_unreadable")
    file_name = parameters.get("filename")
    return Part(_shown(parameters["name"]), data, None if file_name is None else _shown(file_name), media)


def _headers(head: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    text = _decoded(head)
    for line in text.split("\r\n"):
        name, colon, value = line.partition(":")
        if not colon or not re.fullmatch(_NAME, name) or name.lower() in found or _CONTROL.search(value):
            raise Refusal("body_unreadable")
        found[name.lower()] = value.strip(" \t")
    return found


def _decoded(raw: bytes) -> str:
    text: str | None = None
    with contextlib.suppress(UnicodeDecodeError):
        text = raw.decode()
    if text is None:  # raised outside the handler: it would carry the bytes
        raise Refusal("body_unreadable")
    return text


def _parameters(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        match = _PARAMETER.match(text, at)
        if match is None or match[1].lower() in found:
            raise Refusal("body_unreadable")
        quoted = match[2]
        found[match[1].lower()] = match[3] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        at = match.end()
    return found


def _media(value: str) -> str:
    if not value:
        return ""
    header = Message()
    header["content-type"] = value
    media = header.get_content_type()
    if not re.fullmatch(r"[a-z0-9!#$&^_.+-]{1,64}/[a-z0-9!#$&^_.+-]{1,80}", media):
        raise Refusal("body_unreadable")
    for name, parameter in header.get_params(failobj=[])[1:]:
        if name.lower() == "charset" and str(parameter).lower() not in ("utf-8", "utf8", "us-ascii"):
            raise Refusal("charset_unsupported")
    return media


def _shown(name: str) -> str:
    """Return a name as it reads, fit to be written between quotes."""
    for code, character in _WRITTEN.items():
        name = name.replace(code, character).replace(code.lower(), character)
    return re.sub(r'[\x00-\x1f\x7f"\\]', "_", name)
