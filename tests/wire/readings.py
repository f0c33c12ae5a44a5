"""What the tests of every format look at: the texts that a request gives, and the body once a name is hidden."""

import json

from avec_proxy import transform
from avec_proxy.model import Edit, Role
from avec_proxy.wire.format import WireFormat


def found(wire_format: WireFormat, value: object) -> list[tuple[str, str, Role, int, bool]]:
    """Return text, label, role, turn and strictness of each segment of a request, in order."""
    outbound = wire_format.outbound(json.dumps(value, ensure_ascii=False).encode())
    return [
        (s.text, label, s.role, s.turn, s.strict)
        for s, label in zip(outbound.document.segments, outbound.labels, strict=True)
    ]


def hidden(wire_format: WireFormat, body: bytes) -> bytes:
    """Return the body that leaves when the first «Zoé» of each text is hidden."""
    document = wire_format.outbound(body).document
    edits = [
        [Edit(s.text.index("Zoé"), s.text.index("Zoé") + 3, "[PERSONNE_1]")] if "Zoé" in s.text else []
        for s in document.segments
    ]
    return transform.apply(document, edits)
