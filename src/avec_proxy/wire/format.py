"""What every wire format gives the pipeline, and the few types that its parts share."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from avec_proxy.mapping import Mapping
from avec_proxy.model import Document, Refusal
from avec_proxy.wire.json_text import read
from avec_proxy.wire.replies import Dialect, PassReply, Reply, open_reply
from avec_proxy.wire.segments import Outbound, RoleOf, outbound_of
from avec_proxy.wire.shape import Shape


class ErrorBody(Protocol):
    """The provider's own error shape."""

    def __call__(self, code: str, message: str, status: int) -> dict[str, Any]:
        """Return the JSON of an error."""
        ...


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a format declares about its request: the shape of its JSON and who speaks where.

    `roles` gets the body's value (an object) and returns who speaks at a path. `admit` raises Refusal where the format
    lets a request lean on what is not in it.
    """

    shape: Shape
    roles: Callable[[dict[str, Any]], RoleOf]
    admit: Callable[[dict[str, Any]], None] | None = None


@dataclass(frozen=True, slots=True)
class WireFormat:
    """One wire format; `request` is None where none may be sent, `dialect` where a reply passes as it is."""

    id: str
    request: Conversation | None
    dialect: Dialect | None
    error_body: ErrorBody

    def outbound(self, body: bytes) -> Outbound:
        """Return the segments of a request's decoded body.

        Raises Refusal: "body_missing", "body_unexpected", "body_unreadable", "attachment_unreadable" or
        "history_elsewhere".
        """
        if self.request is None:
            if body:
                raise Refusal("body_unexpected")
            return Outbound(Document(body))
        if not body:
            raise Refusal("body_missing")
        document = read(body)
        if not isinstance(document.value, dict):
            raise Refusal("body_unreadable")
        if self.request.admit is not None:
            self.request.admit(document.value)
        return outbound_of(body, document, self.request.shape, self.request.roles(document.value))

    def reply(self, mapping: Mapping, content_type: str) -> Reply:
        """Return what restores one reply; `content_type` is the header's value, "" if absent."""
        return PassReply() if self.dialect is None else open_reply(self.dialect, mapping, content_type)

    def error(self, code: str, message: str, status: int) -> bytes:
        """Return a refusal as the provider would write an error: JSON in UTF-8."""
        return json.dumps(self.error_body(code, message, status), ensure_ascii=False).encode()
