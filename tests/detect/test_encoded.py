"""Text in disguise is read, and hidden whole if it identifies somebody."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.detect import encoded
from avec_proxy.detect.engine import Detector, Labelled
from avec_proxy.rulebook import Rulebook

SECRET = "Mme Ségolène Kervadec, tél. 06 39 98 12 34"


@pytest.fixture(scope="module")
def detector() -> Detector:
    """One detector for the module: the model takes seconds to load."""
    return Detector(Rulebook.load())


@pytest.mark.parametrize(
    "run",
    [
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
        base64.b64encode(SECRET.encode("utf-16-le")).decode(),
        SECRET.encode().hex(),
        SECRET.encode().hex(" "),
        f"https://dossiers.exemple.fr/?texte={quote(SECRET, safe='')}",
        quote(quote(SECRET, safe=""), safe=""),
        base64.b64encode(
            "Mme K\u200be\u200br\u200bv\u200badec, 06\u00a039\u00a098\u00a012\u00a034 merci".encode()
        ).decode(),
        base64.b64encode("Mme Sol3ne D3lm4s et la patiente D\u0435lm\u0430s".encode()).decode(),
    ],
)
def test_an_encoded_identifier_is_hidden_whole(detector: Detector, run: str) -> None:
    """Base64, hexadecimal, percent escapes in an address or twice."""
    text = f"Voici : {run} ; sous furosémide."
    found = detector.find([Labelled(text)])[0]
    assert any(f.entity_type in ("ENCODED", "URL") and text[f.start : f.end] == run for f in found), found


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Voici : Mme&nbsp;S&eacute;gol&egrave;ne&#32;Kervadec dort", "S&eacute;gol&egrave;ne&#32;Kervadec"),
        ("Voici : Mme%20S%C3%A9gol%C3%A8ne%20Kervadec%20dort", "S%C3%A9gol%C3%A8ne%20Kervadec"),
    ],
)
def test_of_escaped_prose_the_name_alone_is_hidden(detector: Detector, text: str, hidden: str) -> None:
    """Entities and percent escapes are read where they stand: what is around a name stays."""
    assert [text[f.start : f.end] for f in detector.find([Labelled(text)])[0]] == [hidden]


def test_the_name_model_is_told_nothing_of_a_dense_run() -> None:
    """Base64 becomes spaces of the same length; an escaped address stays as it is."""
    run = base64.b64encode(SECRET.encode()).decode()
    text = f"Voici {run} et https://a.fr/?n={quote(SECRET)} merci"
    blank = encoded.blanked(text, encoded.find(text))
    assert len(blank) == len(text)
    assert blank == text.replace(run, " " * len(run))


@pytest.mark.parametrize(
    "text",
    [
        "voir https://www.has-sante.fr/jcms/p_3%2Fguide",
        "sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "Saturation 95 % &amp; TA 12/8",
        base64.b64encode("La dose maximale du paracétamol est de 4 g.".encode()).decode(),
        "AmoxicillineAcideClavulanique et hydrochlorothiazide",
    ],
)
def test_what_identifies_nobody_stays(detector: Detector, text: str) -> None:
    """Links, digests, plain ampersands, encoded knowledge and long words are left as they are."""
    assert [f for f in detector.find([Labelled(text)])[0] if f.entity_type == "ENCODED"] == []


@given(st.text(max_size=200))
def test_shadows_lie_inside_the_text(text: str) -> None:
    """Whatever the text, a run's offsets slice it, and nothing is raised."""
    for shadow in encoded.find(text):
        assert 0 <= shadow.start < shadow.end <= len(text)


@pytest.mark.parametrize("unit", ["a", "A0", "%", "&", "%zz", "&x", "4d ", "a%"])
def test_long_runs_are_read_in_one_pass(unit: str) -> None:
    """No pattern starts anew at every character: half a million of them end at once."""
    assert isinstance(encoded.find(unit * 200_000), list)
