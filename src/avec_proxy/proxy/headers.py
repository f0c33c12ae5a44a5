"""Which headers leave, and which come back.

A header is free text that a client fills as it likes, so only a closed list leaves, each with the shape that its
vendor documents: an id cannot be a name. Credentials pass as they are, once, and are written nowhere.
Sources: the vendors' API references and official SDKs (openai 3.57, anthropic 2.13).
"""

import re
from collections.abc import Iterable

from avec_proxy import __version__
from avec_proxy.model import Refusal
from avec_proxy.settings import BaseUrl

Fields = tuple[tuple[bytes, bytes], ...]

_VISIBLE = re.compile(rb"[\x21-\x7e]{1,4096}")
_BETA = rb"[a-z0-9]+(?:-[a-z0-9]+)*-20[0-9]{2}-[01][0-9]-[0-3][0-9]"
_SHAPES: dict[bytes, re.Pattern[bytes]] = {
    b"authorization": re.compile(rb"(?:Bearer|Basic) [\x21-\x7e]{1,8192}", re.IGNORECASE),
    b"x-api-key": _VISIBLE,
    b"api-key": _VISIBLE,
    b"x-goog-api-key": _VISIBLE,
    b"anthropic-version": re.compile(rb"20[0-9]{2}-[01][0-9]-[0-3][0-9]"),
    b"anthropic-beta": re.compile(rb"%s(?:, ?%s){0,30}" % (_BETA, _BETA)),
    b"anthropic-dangerous-direct-browser-access": re.compile(rb"true|false"),
    b"openai-organization": re.compile(rb"org-[A-Za-z0-9]{8,64}"),
    b"openai-project": re.compile(rb"proj_[A-Za-z0-9]{8,64}"),
    b"openai-beta": re.compile(rb"[a-z]+(?:[-_][a-z]+){0,3}=v[0-9]{1,2}"),
}
# A guardrail that stayed behind would be missed: Amazon's own header names one.
_SHAPES |= {
    b"x-amzn-bedrock-guardrailidentifier": re.compile(
        rb"(?:arn:aws(?:-[a-z-]{1,12})?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail/)?[a-z0-9]{10,16}"
    ),
    b"x-amzn-bedrock-guardrailversion": re.compile(rb"[1-9][0-9]{0,7}|DRAFT"),
    b"x-amzn-bedrock-trace": re.compile(rb"(?:EN|DIS)ABLED|ENABLED_FULL"),
    b"x-amzn-bedrock-performanceconfig-latency": re.compile(rb"standard|optimized"),
    b"x-amzn-bedrock-service-tier": re.compile(rb"priority|default|flex|reserved"),
}
_MEDIA = (b"application/json", b"text/event-stream", b"application/*", b"text/*", b"*/*")

# Hop by hop, wrong once the body has changed, or a way around the gateway.
_NOT_BACK = frozenset(
    {
        "content-length", "transfer-encoding", "trailer", "keep-alive", "proxy-connection", "upgrade", "te",
        "proxy-authenticate", "etag", "digest", "content-digest", "repr-digest", "content-md5", "content-range",
        "accept-ranges", "content-location", "location", "refresh", "link", "alt-svc", "nel", "report-to",
    }
)  # fmt: skip


# What we write of a body that leaves.
_CONTENT_TYPE = re.compile(
    r"application/(?:json|x-www-form-urlencoded|x-ndjson|ndjson|jsonl|x-jsonlines)"
    r"|text/(?:plain|markdown|csv|tab-separated-values); charset=utf-8|multipart/form-data; boundary=avec-[0-9a-f]{32}"
)


def outgoing(
    received: Fields, upstream: BaseUrl, body: bytes, content_type: str, *, has_body: bool
) -> list[tuple[bytes, bytes]]:
    """Return the headers that leave: `received` through the allow-list, and ours, for `body` sent to `upstream`.

    Raises Refusal("scan_failed") for a content type that is none of ours.
    """
    if not _CONTENT_TYPE.fullmatch(content_type):
        raise Refusal("scan_failed")
    leaving = [(b"host", upstream.authority.encode()), (b"user-agent", b"avec-proxy/" + __version__.encode())]
    names = [name.lower() for name, _ in received]
    for name, value in received:
        shape = _SHAPES.get(name.lower())
        # one that is sent twice may mean two things to two servers
        if shape is not None and names.count(name.lower()) == 1 and shape.fullmatch(value):
            leaving.append((name.lower(), value))
    if accept := _accept(value for name, value in received if name.lower() == b"accept"):
        leaving.append((b"accept", accept))
    leaving.append((b"accept-encoding", b"identity"))
    if has_body:
        leaving += [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    return leaving


# AWS Signature Version 4 (and its kin elsewhere), in the header or in the query; RFC 9421.
_SIGNED = re.compile(rb"(?i)\s*(?:AWS4|[A-Z0-9-]*HMAC-SHA)[A-Z0-9-]*\b")
_SIGNED_QUERY = re.compile(rb"(?i)[?&](?:X-|x-)?(?:Amz|Goog)-(?:Signature|Algorithm|Credential)=")


def signed(received: Fields, target: bytes) -> bool:
    """Return whether a request carries a signature over its body, which would be wrong once the body has changed."""
    names = {name.lower(): value for name, value in received}
    return (
        b"signature-input" in names
        or _SIGNED.match(names.get(b"authorization", b"")) is not None
        or _SIGNED_QUERY.search(target) is not None
    )


def _accept(values: Iterable[bytes]) -> bytes:
    asked = {part.partition(b";")[0].strip().lower() for value in values for part in value.split(b",")}
    return b", ".join(media for media in _MEDIA if media in asked)


def comes_back(name: str) -> bool:
    """Return whether a reply's header of this name is passed to the client."""
    name = name.lower()
    return name not in _NOT_BACK and not name.startswith("x-avec-")


def wants_close(http_version: str, connection: str) -> bool:
    """Return whether the client will not send another request on its connection."""
    tokens = {token.strip().lower() for token in connection.split(",")}
    return bool(tokens & {"close", "upgrade"}) or (http_version != "HTTP/1.1" and "keep-alive" not in tokens)
