"""Requests that cannot be checked, or are none."""

import base64
import gzip
from typing import Any
from urllib.parse import quote

import brotli

from tests.e2e.harness.raw import CHAT, MESSAGES, chunked, request
from tests.e2e.odd import BODY, NAME, TEXT, called, chat, js, json_headers, zstd


def _part(part: dict[str, Any], path: str = CHAT) -> bytes:
    content = [{"type": "text", "text": TEXT}, part]
    return request(js({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": content}]}), path=path)


_B64 = base64.b64encode(TEXT.encode() * 3).decode()
_PDF = base64.b64encode(b"%PDF-1.4\n" + TEXT.encode()).decode()
_PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + TEXT.encode()).decode()
_FORM = (
    f'--b\r\nContent-Disposition: form-data; name="messages"\r\n\r\n{TEXT}\r\n--b\r\nContent-Disposition: form-data; '
    'name="file"; filename="Calvarin Rozenn.png"\r\n'
    "Content-Type: image/png\r\n\r\n"
).encode() + b"\x89PNG\r\n\x1a\n\r\n--b--\r\n"
_BOMB = gzip.compress(b'{"model":"' + b"a" * 30_000_000 + b'"}')

BAD: dict[str, tuple[bytes, str]] = {
    "broken json": (request(BODY[:-3]), "body_unreadable"),
    "two documents": (request(BODY + BODY), "body_unreadable"),
    "two lines": (request(BODY + b"\n" + BODY), "body_unreadable"),
    "nan": (request(BODY[:-1] + b',"temperature":NaN}'), "body_unreadable"),
    "infinity": (request(BODY[:-1] + b',"temperature":-Infinity}'), "body_unreadable"),
    "a key twice": (request(BODY[:-1] + b',"messages":[{"role":"user","content":"Bonjour"}]}'), "body_unreadable"),
    "a key twice, escaped": (request(BODY[:-1] + b',"messag\\u0065s":[]}'), "body_unreadable"),
    "byte order mark": (request(b"\xef\xbb\xbf" + BODY), "body_unreadable"),
    "utf-16": (request(BODY.decode().encode("utf-16")), "body_unreadable"),
    "utf-16 declared": (
        request(BODY.decode().encode("utf-16-le"), {"content-type": "application/json; charset=utf-16le"}),
        "charset_unsupported",
    ),
    "utf-32": (request(BODY.decode().encode("utf-32-be")), "body_unreadable"),
    "latin-1 declared": (
        request(BODY.decode().encode("latin-1"), {"content-type": "application/json; charset=iso-8859-1"}),
        "charset_unsupported",
    ),
    "latin-1 not declared": (request(BODY.decode().encode("latin-1")), "body_unreadable"),
    "unknown charset": (request(BODY, {"content-type": "application/json; charset=x-calvarin"}), "charset_unsupported"),
    "two charsets": (
        request(BODY, {"content-type": "application/json; charset=utf-8; charset=utf-7"}),
        "charset_unsupported",
    ),
    "overlong utf-8": (request(BODY.replace(b"Mme", b"Mm\xc1\xa5")), "body_unreadable"),
    "surrogate in utf-8": (request(BODY.replace(b"Mme", b"Mme\xed\xa0\x80")), "body_unreadable"),
    "half a surrogate pair": (request(BODY.replace(b"Mme", b"Mme\\ud83d")), "body_unreadable"),
    "control character": (request(BODY.replace(b"Mme ", b"Mme\x01")), "body_unreadable"),
    "not an object": (request(js([chat()])), "body_unreadable"),
    "a string": (request(js(TEXT)), "body_unreadable"),
    "deep nesting": (request(BODY[:-1] + b',"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}"), "body_unreadable"),
    "unclosed nesting": (request(b"[" * 200_000), "body_unreadable"),
    "empty": (request(b""), "body_missing"),
    "white space": (request(b" \r\n\t "), "body_unreadable"),
    "empty chunked": (request(b"0\r\n\r\n", json_headers(transfer_encoding="chunked")), "body_missing"),
    "unknown encoding": (request(BODY, json_headers(content_encoding="calvarin")), "encoding_unsupported"),
    "corrupt gzip": (
        request(gzip.compress(BODY)[:40] + b"\0" * 30, json_headers(content_encoding="gzip")),
        "encoding_unsupported",
    ),
    "gzip cut short": (
        request(gzip.compress(BODY)[:-9], json_headers(content_encoding="gzip")),
        "encoding_unsupported",
    ),
    "gzip and more": (
        request(gzip.compress(BODY) + TEXT.encode(), json_headers(content_encoding="gzip")),
        "encoding_unsupported",
    ),
    "not gzip": (request(BODY, json_headers(content_encoding="gzip")), "encoding_unsupported"),
    "gzip not declared": (request(gzip.compress(BODY)), "body_unreadable"),
    "gzip twice": (
        request(gzip.compress(gzip.compress(BODY)), json_headers(content_encoding="gzip, gzip")),
        "encoding_unsupported",
    ),
    "gzip in gzip, declared once": (
        request(gzip.compress(gzip.compress(BODY)), json_headers(content_encoding="gzip")),
        "body_unreadable",
    ),
    "bomb": (request(_BOMB, json_headers(content_encoding="gzip")), "body_too_large"),
    "brotli bomb": (
        request(brotli.compress(b"0" * 60_000_000, quality=1), json_headers(content_encoding="br")),
        "body_too_large",
    ),
    "corrupt brotli": (
        request(brotli.compress(BODY)[:-9], json_headers(content_encoding="br")),
        "encoding_unsupported",
    ),
    "corrupt zstd": (request(zstd(BODY)[:-9], json_headers(content_encoding="zstd")), "encoding_unsupported"),
    "multipart with a file": (
        request(_FORM, {"content-type": "multipart/form-data; boundary=b"}),
        "file_image",
    ),
    "multipart as json": (request(_FORM), "body_unreadable"),
    "pdf": (request(b"%PDF-1.4 " + TEXT.encode(), {"content-type": "application/pdf"}), "content_type_unsupported"),
    "octets": (request(BODY, {"content-type": "application/octet-stream"}), "content_type_unsupported"),
    "no content type": (request(BODY, {}), "content_type_unsupported"),
    "image as data": (
        _part({"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_B64}"}}),
        "file_image",
    ),
    "image by address": (
        _part({"type": "image_url", "image_url": {"url": "https://exemple.fr/rozenn-calvarin.png"}}),
        "file_image",
    ),
    "audio": (
        _part({"type": "input_audio", "input_audio": {"data": _B64, "format": "wav"}}),
        "file_audio",
    ),
    "file": (
        _part({"type": "file", "file": {"filename": "Calvarin.pdf", "file_data": _PDF}}),
        "file_malformed",
    ),
    "file by id": (_part({"type": "file", "file": {"file_id": "file-abc123"}}), "file_uploaded"),
    "anthropic image": (
        _part({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": _PNG}}, MESSAGES),
        "file_image",
    ),
    "anthropic image by address": (
        _part({"type": "image", "source": {"type": "url", "url": "https://exemple.fr/calvarin.png"}}, MESSAGES),
        "attachment_unreadable",
    ),
    "anthropic document": (
        _part(
            {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": _PDF}}, MESSAGES
        ),
        "file_malformed",
    ),
    "anthropic file by id": (
        _part({"type": "document", "source": {"type": "file", "file_id": "file_011abc"}}, MESSAGES),
        "file_uploaded",
    ),
    "data address in a text": (request(js(chat(f"Décris data:image/png;base64,{_B64}"))), "attachment_unreadable"),
    "base64 in a text": (request(js(chat(f"Décode ceci : {_B64}"))), "attachment_unreadable"),
    "base64 in a json string": (called(js({"f": _B64}).decode()), "attachment_unreadable"),
    "base64 in an unknown field": (request(js(chat(avenir=_B64))), "attachment_unreadable"),
    "name as a model": (request(js(chat() | {"model": f"Mme {NAME}"})), "identifier_misplaced"),
    "name in a path": (request(None, {}, f"/v1/models/{quote('Mme ' + NAME)}", "GET"), "identifier_misplaced"),
    "name in a path, encoded twice": (
        request(None, {}, f"/v1/models/{quote(quote('Mme ' + NAME))}", "GET"),
        "identifier_misplaced",
    ),
    "phone in a path": (request(None, {}, "/v1/models/0639984421", "GET"), "identifier_misplaced"),
    "name of a tool": (
        request(js(chat(tools=[{"type": "function", "function": {"name": "Rozenn_Calvarin", "parameters": {}}}]))),
        "identifier_misplaced",
    ),
    "unknown path": (request(BODY, path="/v1/calvarin"), "endpoint_unknown"),
    "name behind a known path": (request(BODY, path=f"{CHAT}/{quote(NAME)}"), "endpoint_unknown"),
    "capital path": (request(BODY, path=CHAT.upper()), "endpoint_unknown"),
    "slash at the end": (request(BODY, path=CHAT + "/"), "endpoint_unknown"),
    "two slashes": (request(BODY, path="//calvarin.fr" + CHAT), "endpoint_unknown"),
    "up the path": (request(BODY, path="/v1/models/../../calvarin"), "endpoint_unknown"),
    "up the path, encoded": (request(None, {}, "/v1/models/%2e%2e%2fcalvarin", "GET"), "endpoint_unknown"),
    "up to a known path": (request(BODY, path="/v1/calvarin/../chat/completions"), "endpoint_unknown"),
    "backslash": (request(BODY, path="\\v1\\chat\\completions"), "request_malformed"),
    "parameters of a path": (request(BODY, path=f"{CHAT};patient=calvarin"), "endpoint_unknown"),
    "absolute form": (request(BODY, path="http://calvarin.fr" + CHAT), "endpoint_unknown"),
    "put": (request(BODY, method="PUT"), "endpoint_unknown"),
    "patch": (request(BODY, method="PATCH"), "endpoint_unknown"),
    "delete": (request(None, {}, "/v1/models/calvarin", "DELETE"), "endpoint_unknown"),
    "trace": (request(None, {}, method="TRACE"), "endpoint_unknown"),
    "get of a conversation": (request(None, {}, method="GET"), "endpoint_unknown"),
    "unknown method": (request(BODY, method="CALVARIN"), "endpoint_unknown"),
    "get with a body": (request(BODY, None, "/v1/models", "GET"), "body_unexpected"),
    "get with chunks": (
        request(chunked(BODY), json_headers(transfer_encoding="chunked"), "/v1/models", "GET"),
        "body_unexpected",
    ),
    "websocket": (
        request(
            None,
            {
                "upgrade": "websocket",
                "connection": "Upgrade",
                "sec-websocket-version": "13",
                "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
            },
            f"/v1/realtime?patient={quote(NAME)}",
            "GET",
        ),
        "websocket_unsupported",
    ),
    "upgrade to h2c": (
        request(BODY, json_headers(upgrade="h2c", connection="Upgrade, HTTP2-Settings", http2_settings="AAMAAABk")),
        "websocket_unsupported",
    ),
    "trailers announced": (
        request(
            chunked(BODY, end=b"0\r\nx-patient: Calvarin\r\n\r\n"),
            json_headers(transfer_encoding="chunked", trailer="x-patient"),
        ),
        "request_malformed",
    ),
    "lone percent in a query": (request(BODY, path=f"{CHAT}?patient=Calvarin%"), "request_malformed"),
    "latin-1 in a query": (request(BODY, path=f"{CHAT}?patient=Ren%e9"), "request_malformed"),
    "encoded three times": (request(BODY, path=f"{CHAT}?patient={quote(quote(quote(NAME)))}"), "request_malformed"),
}
