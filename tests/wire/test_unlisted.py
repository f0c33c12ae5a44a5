"""Addresses that no file lists: which may leave, and which of their parts are scanned."""

import pytest

from avec_proxy.model import Refusal
from avec_proxy.wire import unlisted
from avec_proxy.wire.target import outbound_target


@pytest.mark.parametrize(
    "path",
    ["/v1/rerank", "/v2/chat", "/v1/images/generations", "/v1/audio/speech", "/v1beta/interactions",
     "/v1/fim/completions", "/v1/files/file-Ab3dEf6hIj9kLm2nOp", "/api/show", "/v1/models/gpt-4o/versions/3",
     "/v1/publishers/google/models/gemini-2.0-flash:predict"],
)  # fmt: skip
def test_words_versions_and_ids_may_leave(path: str) -> None:
    """An address that programs make is taken, and nothing of it needs to be scanned but a model's name."""
    assert unlisted.of_gateway(path) is not None


@pytest.mark.parametrize(
    "path",
    ["/v1/calvarin", "/v1/chat/completions/", "//v1/chat", "/V1/CHAT/COMPLETIONS", "/v1/chat/Rozenn%20Calvarin", "/",
     "/v1/../chat", "/v1/models/../../calvarin", "/v1/chat;patient=calvarin", "/v1/dossiers/42", "/v1/users/80417733",
     "/v1/files/compte-rendu-calvarin.pdf", "/v1" + "/chat" * 30, "v1/chat", "", "/v1/models/x:calvarin"],
)  # fmt: skip
def test_any_other_part_may_not(path: str) -> None:
    """A word that no API uses, a number, an escape, a step or an odd slash: the address is nobody's."""
    assert unlisted.of_gateway(path) is None


def test_what_a_customer_calls_a_model_is_scanned_where_no_placeholder_can_stand() -> None:
    """It is a strict segment: a finding in it refuses."""
    address = unlisted.of_gateway("/v1/models/rozenn-calvarin/versions")
    assert address is not None
    document = outbound_target(b"/v1/models/rozenn-calvarin/versions?limit=20", address).document
    assert [(s.text, s.strict) for s in document.segments] == [("rozenn-calvarin", True)]


def test_the_vendor_of_a_gateway_does_not_leave() -> None:
    """It chooses the upstream; at a host's own address the same word is part of the path."""
    address = unlisted.of_gateway("/mistral/v1/ocr")
    assert address is not None
    assert (address.vendor, address.own_path("/mistral/v1/ocr")) == ("mistral", "/v1/ocr")
    assert unlisted.address_of(address.id).own_path("/mistral/v1/ocr") == "/v1/ocr"
    assert unlisted.of_gateway("/calvarin/v1/ocr") is None
    groq = unlisted.of_host("/openai/v1/responses", "api.groq.com")
    assert groq is not None
    assert (groq.vendor, unlisted.address_of(groq.id).own_path("/openai/v1/x")) == ("groq", "/openai/v1/x")


def test_a_query_is_scanned() -> None:
    """Its settings are not, what else it says is."""
    address = unlisted.of_gateway("/v1/search")
    assert address is not None
    found = outbound_target(b"/v1/search?q=Mme%20Calvarin&limit=20", address)
    assert [s.text for s in found.document.segments] == ["q", "Mme Calvarin"]
    assert found.labels == ("", "q")


def test_an_id_that_is_neither_is_refused() -> None:
    """The pipeline never guesses what a request's endpoint means."""
    with pytest.raises(KeyError):
        unlisted.address_of("unlisted")
    with pytest.raises(Refusal):
        outbound_target(b"/v1/calvarin", unlisted.address_of("unlisted/"))
