"""The parts of a request's target that a client chooses are scanned, through up to two layers of encoding."""

import re

import pytest

from avec_proxy import transform
from avec_proxy.model import Edit, Refusal
from avec_proxy.wire.target import outbound_target


class Models:
    """An address with one free part, as an endpoint's rule describes it."""

    opaque_query = ("limit", "after_id", "api-version")

    def own_path(self, path: str) -> str:
        return path.removeprefix("/fournisseur")

    def free_parts(self, path: str) -> dict[str, tuple[int, int]] | None:
        match = re.fullmatch(r"/v1/models(?:/(?P<model>[^/]+))?", path)
        return match and {name: match.span(name) for name, value in match.groupdict().items() if value is not None}


def _found(target: bytes) -> list[tuple[str, str, bool]]:
    outbound = outbound_target(target, Models())
    segments = outbound.document.segments
    for segment in segments:
        assert target[segment.start : segment.end]
    return [(s.text, label, s.strict) for s, label in zip(segments, outbound.labels, strict=True)]


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (b"/v1/models", []),
        (b"/v1/models?", []),
        (b"/v1/models/gpt-4o", []),
        (b"/v1/models/claude-sonnet-4-5%4020250929", []),
        (b"/v1/models/gpt%252D4o", [("gpt-4o", "", True)]),
        (b"/v1/models/modele-maison", [("modele-maison", "", True)]),
        (b"/v1/models/Zo%C3%A9%20D", [("Zoé D", "", True)]),
        (b"/v1/models/Zo%25C3%25A9", [("Zoé", "", True)]),
        (
            b"/v1/models?q=Zo%C3%A9+D%2BE&vide=&seul",
            [("q", "", False), ("Zoé D+E", "q", False), ("vide", "", False), ("seul", "", False)],
        ),
        (b"/v1/models?q=Zo%25C3%25A9%2520D", [("q", "", False), ("Zoé D", "q", False)]),
        (b"/v1/models?limit=20&api-version=2025-01-01-preview&after_id=", []),
        (b"/v1/models?after_id=call_Ab3dEf6hIj9kLm2nOp5qRs8t", []),
        (b"/v1/models?after_id=Dupont", [("Dupont", "", False)]),
        (b"/v1/models?limit=800123456", [("800123456", "", False)]),
        (b"/v1/models?q=%7B%22nom%22%3A%22D%22%7D", [("q", "", False), ("nom", "", False), ("D", "nom", False)]),
        (b"/v1/models?a=100%25", [("a", "", False), ("100%", "a", False)]),
    ],
)
def test_what_a_client_chooses_is_scanned(target: bytes, found: list[tuple[str, str, bool]]) -> None:
    """Free parts strictly; the query's keys and values unless both are settings."""
    assert _found(target) == found


def test_an_edit_is_written_back_encoded() -> None:
    """A value in the query is replaced where it stands."""
    outbound = outbound_target(b"/v1/models?limit=2&q=M.+Zo%C3%A9&x=1", Models())
    edits = [[Edit(3, 6, "[P_1]")] if s.text == "M. Zoé" else [] for s in outbound.document.segments]
    assert transform.apply(outbound.document, edits) == b"/v1/models?limit=2&q=M.+%5BP_1%5D&x=1"


def test_what_is_for_us_alone_does_not_leave() -> None:
    """A vendor's name before the path is taken off; the rest is placed without it."""
    outbound = outbound_target(b"/fournisseur/v1/models/x?q=M.+D", Models())
    assert outbound.document.container == b"/v1/models/x?q=M.+D"
    edits = [[Edit(3, 4, "[P_1]")] if s.text == "M. D" else [] for s in outbound.document.segments]
    assert transform.apply(outbound.document, edits) == b"/v1/models/x?q=M.+%5BP_1%5D"


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (b"", "request_malformed"),
        (b"*", "request_malformed"),
        (b"http://h/v1/models", "request_malformed"),
        (b"/v1/models#x", "request_malformed"),
        (b"/v1/models?q=a b", "request_malformed"),
        (b"/v1/models?q=\xc3\xa9", "request_malformed"),
        (b"/v1/models?q=a\x00", "request_malformed"),
        (b"/v1/models?q=a\r\nx: y", "request_malformed"),
        (b"/v1/models?q=%ff", "request_malformed"),
        (b"/v1/models?q=%E9t%E9", "request_malformed"),
        (b"/v1/models?q=%zz", "request_malformed"),
        (b"/v1/models?q=%", "request_malformed"),
        (b"/v1/models?q=%25ff", "request_malformed"),
        (b"/v1/models?q=%252541", "request_malformed"),
        (b"/v1/models?%ff=1", "request_malformed"),
        (b"/v1/models/%2e%2e", "request_malformed"),
        (b"/v1/models/%252e%252e", "request_malformed"),
        (b"/v1/models/a%2Fb", "request_malformed"),
        (b"/v1/models/a%00", "request_malformed"),
        (b"/v1/autre", "endpoint_unknown"),
    ],
)
def test_what_cannot_be_read_for_sure_is_refused(target: bytes, code: str) -> None:
    """Another form, raw bytes, escapes that are no UTF-8 or too deep, steps in the path, an unknown path."""
    with pytest.raises(Refusal) as caught:
        outbound_target(target, Models())
    assert caught.value.code == code
    assert caught.value.__context__ is None
