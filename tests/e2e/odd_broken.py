"""What is no HTTP request, or breaks off half-way."""

from urllib.parse import quote

from tests.e2e.harness.raw import CHAT, chunked, request
from tests.e2e.odd import BODY, NAME, TEXT, json_headers

# What is no HTTP request, or breaks off: it may be answered with a refusal or with nothing but a closed connection.
_CUT = request(BODY)
BROKEN: dict[str, bytes] = {
    "cut in the head": _CUT[:60],
    "cut in a header": request(BODY, json_headers(x_patient=NAME))[:110],
    "cut in the body": _CUT[:-40],
    "cut in a chunk": request(chunked(BODY)[:50], json_headers(transfer_encoding="chunked")),
    "length and chunks": request(
        chunked(BODY), json_headers(transfer_encoding="chunked", content_length=str(len(BODY)))
    ),
    "two lengths": request(BODY, json_headers(content_length="5")).replace(
        b"content-length: 5", b"content-length: 5\r\ncontent-length: %d" % len(BODY)
    ),
    "a list of lengths": request(BODY, json_headers(content_length=f"{len(BODY)}, 5")),
    "length too short": request(BODY, json_headers(content_length=str(len(BODY) - 9))),
    "length too long": request(BODY, json_headers(content_length=str(len(BODY) + 9))),
    "negative length": request(BODY, json_headers(content_length="-5")),
    "length in letters": request(BODY, json_headers(content_length="calvarin")),
    "unknown transfer encoding": request(BODY, json_headers(transfer_encoding="gzip, chunked")),
    "chunked twice": request(chunked(chunked(BODY)), json_headers(transfer_encoding="chunked, chunked")),
    "chunk size in letters": request(b"Calvarin\r\n\r\n", json_headers(transfer_encoding="chunked")),
    "chunk extension": request(
        chunked(BODY).replace(b"7\r\n", b"7;patient=Calvarin\r\n"), json_headers(transfer_encoding="chunked")
    ),
    "trailers unannounced": request(
        chunked(BODY, end=b"0\r\nx-patient: Calvarin\r\n\r\n"), json_headers(transfer_encoding="chunked")
    ),
    "connect": b"CONNECT calvarin.fr:443 HTTP/1.1\r\nhost: calvarin.fr:443\r\n\r\n" + TEXT.encode(),
    "http 0.9": f"GET /v1/models/{quote(NAME)}\r\n\r\n".encode(),
    "http 2.0": request(BODY, version="2.0"),
    "h2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0" + TEXT.encode(),
    "tls": bytes.fromhex("160301006a0100006603035f") + TEXT.encode(),
    "garbage": bytes(range(256)) + TEXT.encode(),
    "a text": TEXT.encode() + b"\r\n\r\n",
    "nothing": b"",
    "no host, space before colon": b"POST %s HTTP/1.1\r\nx-patient : Calvarin\r\n\r\n" % CHAT.encode() + BODY,
    "header on two lines": request(BODY, json_headers(x_note="a\r\n Calvarin")),
    "line feed alone": request(BODY).replace(b"\r\n", b"\n"),
    "null in a header": request(BODY, json_headers(x_note="a\0Calvarin")),
    "accents in the path": request(BODY, path=f"{CHAT}?patient=Rozénn"),
    "space in the path": request(BODY, path=f"{CHAT}?patient=Rozenn Calvarin"),
    "endless head": b"GET /v1/models HTTP/1.1\r\n" + b"x-patient: Calvarin\r\n" * 9000,
}
