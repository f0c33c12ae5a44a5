"""What every wire format gives the pipeline, and the few types that its parts share."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from avec_proxy.mapping import Mapping
from avec_proxy.model import JSON, Document, Refusal
from avec_proxy.wire.json_text import check_content_type, read
from avec_proxy.wire.kept import Asked, Kept
from avec_proxy.wire.replies import Dialect, PassReply, Reply, open_reply
from avec_proxy.wire.segments import Outbound, RoleOf, outbound_of
from avec_proxy.wire.shape import Shape


class ErrorBody(Protocol):
    """The provider's own error shape."""

    def __call__(self, code: str, message: str, status: int) -> dict[str, Any]:
        """Return the JSON of an error."""
        ...


class BodyReader(Protocol):
    """What reads the body of a format's requests."""

    def check(self, content_type: str | None) -> None:
        """Accept a content type (the header's value, None if absent) by returning.

        Raises Refusal("content_type_unsupported") or Refusal("charset_unsupported").
        """
        ...

    def outbound(self, body: bytes, content_type: str) -> Outbound:
        """Return the segments of a decoded body, not empty. Raises Refusal where it cannot be read to its end."""
        ...


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a format declares about its request: the shape of its JSON and who speaks where.

    `roles` gets the body's value (an object) and returns who speaks at a path. `admit` raises Refusal where the format
    lets a request lean on what is not in it. `other` returns what reads a body that is another format's, None for one
    of this format. `untyped`: a body without a content type is JSON.
    """

    shape: Shape
    roles: Callable[[dict[str, Any]], RoleOf]
    admit: Callable[[dict[str, Any]], None] | None = None
    other: Callable[[dict[str, Any]], BodyReader | None] | None = None
    untyped: bool = False

    def check(self, content_type: str | None) -> None:
        """Accept JSON in UTF-8; raises Refusal for any other content type."""
        if content_type is not None or not self.untyped:
            check_content_type(content_type)

    def outbound(self, body: bytes, content_type: str = JSON) -> Outbound:
        """Return the segments of a JSON object.

        Raises Refusal: "body_unreadable", "attachment_unreadable" or "history_elsewhere".
        """
        document = read(body)
        if not isinstance(document.value, dict):
            raise Refusal("body_unreadable")
        other = None if self.other is None else self.other(document.value)
        if other is not None:
            return other.outbound(body, content_type)
        if self.admit is not None:
            self.admit(document.value)
        return outbound_of(body, document, self.shape, self.roles(document.value))


@dataclass(frozen=True, slots=True)
class WireFormat:
    """One wire format; `request` is None where none may be sent, `dialect` where a reply passes as it is.

    `kept`: how a request leans on a conversation that the provider keeps, None where it cannot.
    """

    id: str
    request: BodyReader | None
    dialect: Dialect | None
    error_body: ErrorBody
    kept: Kept | None = None

    def check(self, content_type: str | None) -> None:
        """Accept the content type of a body by returning; raises Refusal, for JSON where no body may be sent."""
        if self.request is None:
            check_content_type(content_type)
        else:
            self.request.check(content_type)

    def reads(self, content_type: str | None) -> bool:
        """Tell whether a body of this content type is read."""
        try:
            self.check(content_type)
        except Refusal:
            return False
        return True

    def asked(self, body: bytes) -> Asked:
        """Return what a decoded body says of a conversation that the provider keeps. Raises Refusal."""
        return Asked() if self.kept is None or not body else self.kept.read(body)

    def outbound(self, body: bytes, content_type: str = JSON, *, past: bool = False) -> Outbound:
        """Return the segments of a request's decoded body; `past`: what it leans on, if anything, is known.

        Raises Refusal: "body_missing", "body_unexpected", "body_unreadable", "attachment_unreadable" or
        "history_elsewhere".
        """
        if not past and self.asked(body).leans:
            raise Refusal("history_elsewhere")
        if self.request is None:
            if body:
                raise Refusal("body_unexpected")
            return Outbound(Document(body))
        if not body:
            raise Refusal("body_missing")
        return self.request.outbound(body, content_type)

    def reply(self, mapping: Mapping, content_type: str, learn: Callable[[str], None] | None = None) -> Reply:
        """Return what restores one reply; `content_type` is the header's value, "" if absent.

        `learn` is told each name by which a later request may lean on this exchange, as it comes.
        """
        if self.dialect is None:
            return PassReply()
        watched = None if self.kept is None or learn is None else self.kept.watched(self.dialect, learn)
        return open_reply(watched or self.dialect, mapping, content_type)

    def error(self, code: str, message: str, status: int) -> bytes:
        """Return a refusal as the provider would write an error: JSON in UTF-8."""
        return json.dumps(self.error_body(code, message, status), ensure_ascii=False).encode()
