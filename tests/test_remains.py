"""What was hidden stands nowhere else in what leaves: looked at alone, and at the end of the real stages."""

import contextlib
import json

import pytest

from avec_proxy import pipeline, remains
from avec_proxy.model import Document, Options, Refusal, Request, Segment


def _chat(*messages: dict[str, object], **more: object) -> Request:
    body = {"model": "gpt-4o-mini", "messages": list(messages), **more}
    return Request("openai_chat", b"/v1/chat/completions", json.dumps(body, ensure_ascii=False).encode())


def _user(text: str) -> dict[str, object]:
    return {"role": "user", "content": text}


def _container(before: str, text: str, after: str = "") -> Document:
    """Return a container of which `text` alone was scanned."""
    start = len(before.encode())
    return Document(f"{before}{text}{after}".encode(), (Segment(text, start, start + len(text.encode())),))


@pytest.mark.parametrize(
    ("before", "written", "inside", "values", "remains_"),
    [
        ("", "[IPP_1]", "", {"IPP_1": "80041297"}, False),
        ("", "[IPP_1] et 80041297", "", {"IPP_1": "80041297"}, True),
        ("", "[IPP_1] et 180041297", "", {"IPP_1": "80041297"}, False),
        ("80041297 ", "[IPP_1]", "", {"IPP_1": "80041297"}, True),
        ("", "[IPP_1]", "dossier 80041297", {"IPP_1": "80041297"}, True),
        ("", "[EMAIL_1] puis ANNE@exemple.fr", "", {"EMAIL_1": "anne@exemple.fr"}, True),
        ("", "[DATE_1], HAS du 02/11/2021", "", {"DATE_1": "02/11/2021"}, False),
        ("02/11/2021 ", "[DATE_1]", "", {"DATE_1": "02/11/2021"}, True),
        ("", "[PATIENT_1] et Anne Calvarin", "", {"PATIENT_1": "Anne Calvarin"}, False),
        ("anne calvarin ", "[PATIENT_1]", "", {"PATIENT_1": "Anne Calvarin"}, True),
        ("Calvarin ", "[PATIENT_1]", "", {"PATIENT_1": "Calvarin"}, False),
        ('{"model": "m-80041297"} ', "[IPP_1]", "", {"IPP_1": "80041297"}, False),
    ],
)
def test_what_still_leaves(before: str, written: str, inside: str, values: dict[str, str], remains_: bool) -> None:
    """A number or an address counts anywhere, a date or a full name where nothing was scanned, a model's name never."""
    document = _container(before, "x")
    assert remains.left([(document, f"{before}{written}".encode())], values, inside) is remains_


@pytest.mark.parametrize("identifier", ["call_80041297", "80041297", "call_abc123def456-80041297"])
def test_a_hidden_value_never_leaves_in_an_identifier_of_the_format(identifier: str) -> None:
    """A number that is hidden in the text is hidden or refused where the format has its own identifiers."""
    message = {"role": "tool", "tool_call_id": identifier, "content": "IPP 80041297"}
    sent = b""
    with contextlib.suppress(Refusal):
        sent = pipeline.clear(_chat(_user("Cherche"), message), Options()).body
    assert b"80041297" not in sent


def test_a_date_that_is_kept_beside_one_that_is_hidden_leaves() -> None:
    """A guideline's date is kept though the same words tell a stay: that is a decision, not a leak."""
    text = "Selon la recommandation HAS de novembre 2021, que faire pour Mme Calvarin, hospitalisée en novembre 2021 ?"
    assert b"HAS de novembre 2021" in pipeline.clear(_chat(_user(text)), Options()).body


def test_an_identifier_in_a_part_that_is_not_scanned_refuses() -> None:
    """A hidden number that also stands in a numeric setting cannot be hidden there."""
    with pytest.raises(Refusal) as caught:
        pipeline.clear(_chat(_user("Patient IPP 84512963, sous metformine."), seed=84512963), Options())
    assert caught.value.code == "identifier_misplaced"
