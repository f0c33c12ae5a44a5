"""What is hidden of a plain sentence is hidden of the same sentence in disguise."""

import json
import unicodedata

import pytest
from tests.detect.disguises import DISGUISES, SENTENCES, parse

from avec_proxy.detect.engine import Detector, Labelled
from avec_proxy.model import Options, Request
from avec_proxy.pipeline import clear
from avec_proxy.rulebook import Rulebook

# a line's end between two words or inside one looks the same
_UNSEEN = {"cut by a line"}


@pytest.fixture(scope="module")
def detector() -> Detector:
    """One detector for the module: the model takes seconds to load."""
    return Detector(Rulebook.load())


def _says_nothing(char: str) -> bool:
    return char.isspace() or char in ".-•·" or unicodedata.category(char) == "Cf"


@pytest.mark.parametrize("disguise", [name for name in DISGUISES if name not in _UNSEEN])
def test_a_disguise_saves_nobody(detector: Detector, disguise: str) -> None:
    """Every character that identifies somebody is covered, whatever it is written with."""
    left = []
    for sentence in SENTENCES:
        text, spans = DISGUISES[disguise](parse(sentence))
        covered = {at for f in detector.find([Labelled(text)])[0] for at in range(f.start, f.end)}
        left += [
            text[start:end]
            for start, end in spans
            if any(at not in covered and not _says_nothing(text[at]) for at in range(start, end))
        ]
    assert left == []


@pytest.mark.parametrize(
    "text",
    [
        "Quelle dose de β-lactamine chez un patient sous α-bloquant, 50 µg/kg, avec TNFα et Δ glycémie ?",
        "Ο ασθενής πονάει στο στήθος και έχει πυρετό.",
        "Пациент жалуется на боль в груди и кашель.",
        "HbA1c 7,2 %, CA15-3 normal, B12 basse, Omega3, C3G, T2, SpO2 98 %, O2 3 l/min, G2P1.",
        "Traitement anti-\ninflammatoire et para-\ncétamol, E.C.G. et E.H.P.A.D., protocole A B C D E.",
    ],
)
def test_what_only_looks_like_a_disguise_stays(detector: Detector, text: str) -> None:
    """Greek letters of medicine, other languages, codes, cut words and escapes identify nobody."""
    assert detector.find([Labelled(text)])[0] == []


def test_a_name_in_disguise_is_the_name_without(detector: Detector) -> None:
    """A name that is found plain is hidden in disguise elsewhere, and the other way round."""
    texts = ["Mme Kervadec dort.", "la toilette de K\u0435rv\u0430dec est faite, k-e-r-v-a-d-e-c", "Vu Kerva-\ndec."]
    found = detector.find([Labelled(text) for text in texts])
    hidden = [[text[f.start : f.end] for f in of] for text, of in zip(texts, found, strict=True)]
    assert hidden == [["Kervadec"], ["K\u0435rv\u0430dec", "k-e-r-v-a-d-e-c"], ["Kerva-\ndec"]]


@pytest.mark.parametrize("disguise", ["cyrillic letters", "u escapes", "hyphenated at a line's end", "leet"])
def test_what_is_not_found_leaves_byte_for_byte(disguise: str) -> None:
    """Around a hidden name, signs that only look like disguises go out as they came in."""
    around = "α-bloquant, 50 μg, Δ = 3, anti-\ninflammatoire, \\u00e0 jeun, A B C D E, мама дома, HbA1c"
    text, ((start, end),) = DISGUISES[disguise](parse(f"{around} ; Mme ⟦Kermorvan⟧ ; {around}"))
    body = json.dumps({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}]})
    cleared = clear(Request("openai_chat", b"/v1/chat/completions", body.encode()), Options())
    sent = json.loads(cleared.body)["messages"][-1]["content"]
    assert sent.count(around) == 2
    assert text[start:end] not in sent
