"""The whole detection, with the name model: what is found, what is spared, and offsets in the text as given."""

from itertools import pairwise

import pytest

from avec_proxy.detect.engine import Detector, Labelled
from avec_proxy.rulebook import Rulebook


@pytest.fixture(scope="module")
def detector() -> Detector:
    """One detector for the module: the model takes seconds to load."""
    return Detector(Rulebook.load())


def _found(detector: Detector, text: str, label: str = "") -> set[tuple[str, str]]:
    return {(text[f.start : f.end], f.entity_type) for f in detector.find([Labelled(text, label)])[0]}


@pytest.mark.parametrize(
    "text",
    [
        "La maladie de Parkinson, le signe de Babinski et le score de Glasgow.",
        "Critères de Duke, classification de Child-Pugh, syndrome de Guillain-Barré.",
        "Modopar 125, Lasilix 40 mg, Eliquis 5 mg, furosémide, bisoprolol 2,5 mg.",
        "NYHA III, MMSE 22/30, GIR 4, TA 120/80, SpO2 98 %, FEVG 38 %.",
        "Selon la HAS et l'ANSM, recommandation de 2021, Singer et al., JAMA 2016.",
        "Antécédents : HTA, BPCO, diabète de type 2. Conclusion : examen normal.",
        "Staphylococcus aureus, Escherichia coli, Candida albicans.",
        "Rédige un protocole pour les aides-soignantes du service de gériatrie.",
    ],
)
def test_clinical_language_is_spared(detector: Detector, text: str) -> None:
    """Eponyms, drugs, scores, sources, headers and germs are no identifiers."""
    assert _found(detector, text) == set()


def test_a_patient_who_bears_an_eponym(detector: Detector) -> None:
    """The patient is hidden everywhere, the disease nowhere."""
    text = "M. Parkinson consulte pour une maladie de Parkinson. Mme Crohn n'a pas la maladie de Crohn."
    found = [(text[f.start : f.end], f.start) for f in detector.find([Labelled(text)])[0]]
    assert found == [("Parkinson", text.index("Parkinson")), ("Crohn", text.index("Crohn"))]


def test_invisible_characters_hide_nothing(detector: Detector) -> None:
    """A zero-width space inside a name or a number does not save it, and the span covers it whole."""
    text = "Mme Kerv\u200badec, tél. 06\u00a039\u202f98\u200912 34"
    assert ("Kerv\u200badec", "PERSON") in _found(detector, text)
    assert ("06\u00a039\u202f98\u200912 34", "PHONE_NUMBER") in _found(detector, text)


def test_a_key_is_a_label(detector: Detector) -> None:
    """In JSON, the key says what the value is; the label itself is no part of the finding."""
    assert _found(detector, "Petit", "nomUsage") == {("Petit", "PERSON")}
    assert _found(detector, "80041297", "ipp") == {("80041297", "FR_IPP")}
    assert _found(detector, "moyenne", "taille") == set()


def test_a_name_found_in_one_text_is_hidden_in_all(detector: Detector) -> None:
    """Texts of one request are read together."""
    first, second = "Mme Kervadec est sortie.", "la toilette de kervadec est faite"
    found = detector.find([Labelled(first), Labelled(second)])
    assert [second[f.start : f.end] for f in found[1]] == ["kervadec"]


def test_findings_are_sorted_and_do_not_overlap(detector: Detector) -> None:
    """What the caller splices never overlaps."""
    text = (
        "Dr Yann Le Bihan, 12 rue des Korrigans, 29000 Quimper, yann.lebihan@exemple.fr, né le 02/03/1961, IPP 80041297"
    )
    found = detector.find([Labelled(text)])[0]
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert {"PERSON", "STREET_ADDRESS", "POSTCODE", "CITY", "EMAIL_ADDRESS", "BIRTH_DATE", "FR_IPP"} <= {
        f.entity_type for f in found
    }


def test_a_patient_who_bears_a_famous_name_is_hidden_everywhere() -> None:
    """A full name that is cited in general questions is a patient's once a title says so, and a report's title too."""
    text = "M. Claude Bernard est sorti. Claude Bernard rentre chez lui. Rapport Trévidic relu, Mme Trévidic informée."
    (found,) = Detector(Rulebook.load()).find([Labelled(text)])
    left = "".join(c for i, c in enumerate(text) if not any(f.start <= i < f.end for f in found))
    assert "Bernard" not in left
    assert "Trévidic" not in left
