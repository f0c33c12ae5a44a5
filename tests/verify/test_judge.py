"""A value is found however it is written, and not where it does not stand."""

import base64
import gzip
import json
from urllib.parse import quote

import pytest

from avec_proxy.verify.judge import holds_placeholder, kinds, leaked
from avec_proxy.verify.recorder import Received

NAME = "Éléonore Karvédec"
HEAD = b"POST /v1/chat/completions HTTP/1.1"


def body(text: str) -> Received:
    """Return a request whose one message says `text`."""
    return Received(HEAD, json.dumps({"messages": [{"role": "user", "content": text}]}).encode())


@pytest.mark.parametrize(
    "request_",
    [
        body(f"Mme {NAME} tousse."),
        body(f"Mme {NAME.upper()} tousse."),
        body("Mme Eleonore KARVEDEC"),
        body(json.dumps({"nom": NAME})),
        body(quote(NAME)),
        body(base64.b64encode(f"x {NAME} y".encode()).decode()),
        body(f"Mme {NAME}".encode().hex()),
        Received(HEAD, f"Mme {NAME}".encode()),
        Received(HEAD, gzip.compress(f"Mme {NAME}".encode())),
        Received(HEAD, f"Mme {NAME}".encode("utf-16-le")),
        Received(HEAD + f"?q={quote(NAME)}".encode(), b""),
        Received(HEAD + f"\nx-patient: {NAME}".encode(), b""),
        Received(HEAD, json.dumps({NAME: 1}).encode()),
    ],
)
def test_a_value_is_found(request_: Received) -> None:
    """Case, accents, escapes, base64, hexadecimal, UTF-16, gzip; in the body, its keys, the headers, the address."""
    assert leaked(NAME, [request_])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1 85 03 29 019 123 45", "numéro 185032901912345"),
        ("185032901912345", "numéro 1.85.03.29.019.123.45"),
        ("317", "chambre 317, couloir B"),
        ("A.B.", "patient A.B. vu ce jour"),
    ],
)
def test_a_number_is_found_with_and_without_its_separators(value: str, text: str) -> None:
    """What a long number is written with does not matter; a short one must stand as a word."""
    assert leaked(value, [body(text)])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (NAME, "Mme [PERSONNE_1] tousse."),
        ("317", "NT-proBNP 3170 ng/L, dossier [DOSSIER_317]"),
        ("92 ans", "La patiente, [AGE_1 : 92 ans], marche."),
    ],
)
def test_a_value_is_not_found_where_it_is_not(value: str, text: str) -> None:
    """A placeholder, its number and its hint are no leak, nor is a longer number."""
    assert not leaked(value, [body(text)])


def test_placeholders_are_told_by_their_kind() -> None:
    """With and without a hint or another surface."""
    assert kinds("[PERSONNE_1_B] née le [NAISSANCE_2 : 76 ans]") == {"PERSONNE", "NAISSANCE"}
    assert holds_placeholder("vu [DATE_1 : J+7]")
    assert not holds_placeholder("[1] référence")
