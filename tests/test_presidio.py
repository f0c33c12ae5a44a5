"""Our detection in a plain Presidio, with whatever language engine its owner has."""

import logging
import os
import pickle
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import spacy
import tldextract
import yaml
from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider
from presidio_anonymizer import AnonymizerEngine

from avec_proxy.detect import tables
from avec_proxy.detect.engine import Detector, Labelled
from avec_proxy.presidio import LANGUAGE, NAME, RULE_KEY, TITLE_KEY, AvecRecognizer, add_to, recognizers
from avec_proxy.rulebook import Rulebook, unmark

ROOT = Path(__file__).parent.parent
TEXT = (
    "Mme Maëlle Kervadec, née le 14/02/1948, vit 3 rue des Ormes à Quimper, maelle.kervadec@exemple.fr. "
    "Maladie de Parkinson sous Modopar 125. Kervadec est revenue seule.\n\n"
    "| chambre | nom |\n|---|---|\n| 12 | Le Goffic |\n"
)


def _blank() -> SpacyNlpEngine:
    """Return an engine whose French is a spaCy pipeline without any model."""
    engine = SpacyNlpEngine(models=[{"lang_code": "fr", "model_name": "blank"}])
    engine.nlp = {"fr": spacy.blank("fr")}
    return engine


@pytest.fixture(scope="module")
def analyzer() -> AnalyzerEngine:
    """Return an analyzer with our recognizer alone."""
    registry = RecognizerRegistry(recognizers=recognizers(), supported_languages=["fr"])
    return AnalyzerEngine(registry=registry, nlp_engine=_blank(), supported_languages=["fr"])


@pytest.fixture
def no_fetching(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where the list of public suffixes would be fetched."""

    def fetch(*args: Any, **kwargs: Any) -> None:
        pytest.fail("asked for the list of public suffixes")

    monkeypatch.setattr(tldextract, "extract", fetch)


def _spans(results: list[Any]) -> list[tuple[int, int, str, float]]:
    return sorted((r.start, r.end, r.entity_type, r.score) for r in results)


def test_it_finds_what_the_proxy_finds(analyzer: AnalyzerEngine) -> None:
    """Names, rules, tables, the model's spans and what recurs, as the detector itself says; protected terms stay."""
    results = analyzer.analyze(TEXT, language="fr")
    (found,) = Detector(Rulebook.load()).find([Labelled(TEXT)])
    assert _spans(results) == [(f.start, f.end, f.entity_type, f.score) for f in found]
    said = {(TEXT[r.start : r.end], r.entity_type) for r in results}
    assert {
        ("Maëlle Kervadec", "PERSON"),
        ("Kervadec", "PERSON"),
        ("14/02/1948", "BIRTH_DATE"),
        ("maelle.kervadec@exemple.fr", "EMAIL_ADDRESS"),
        ("Le Goffic", "PERSON"),
        ("12", "ROOM"),
    } <= said
    assert not any("Parkinson" in text or "Modopar" in text for text, _ in said)


def test_presidio_anonymizes_it(analyzer: AnalyzerEngine) -> None:
    """The anonymizer replaces every result, and nothing that identifies is left."""
    hidden = AnonymizerEngine().anonymize(TEXT, analyzer.analyze(TEXT, language="fr")).text
    assert hidden.startswith("Mme <PERSON>, née le <BIRTH_DATE>, vit ")
    assert "<EMAIL_ADDRESS>. Maladie de Parkinson sous Modopar 125. <PERSON> est revenue seule." in hidden
    assert not re.search("(?i)kervadec|maëlle|1948|ormes|quimper|goffic", hidden)


def test_only_the_entities_that_were_asked_for_come_back(analyzer: AnalyzerEngine) -> None:
    """Presidio's `entities` filters, by the type that the proxy would give; none means all."""
    (recognizer,) = recognizers()
    every = recognizer.analyze(TEXT, [], None)
    wanted = analyzer.analyze(TEXT, language="fr", entities=["BIRTH_DATE", "EMAIL_ADDRESS"])
    assert {r.entity_type for r in wanted} == {"BIRTH_DATE", "EMAIL_ADDRESS"}
    assert _spans(wanted) == [s for s in _spans(every) if s[2] in ("BIRTH_DATE", "EMAIL_ADDRESS")]


def test_each_result_says_why_without_a_word_of_the_text(analyzer: AnalyzerEngine) -> None:
    """Metadata and explanation hold the rule's id and French title, and nothing that was found."""
    results = analyzer.analyze(TEXT, language="fr", return_decision_process=True)
    assert results
    for result in results:
        metadata = result.recognition_metadata
        explained = result.analysis_explanation
        assert metadata[RecognizerResult.RECOGNIZER_NAME_KEY] == NAME
        assert metadata[TITLE_KEY]
        assert (explained.pattern_name, explained.textual_explanation) == (metadata[RULE_KEY], metadata[TITLE_KEY])
        assert explained.original_score == result.score
        assert not re.search("(?i)kervadec|maëlle|1948|quimper|goffic", str(result.to_dict()))


def test_it_declares_every_type_that_it_may_find() -> None:
    """Whatever the rules' own examples and the columns of tables yield is among the supported entities."""
    (recognizer,) = recognizers(strict=True)
    supported = set(recognizer.get_supported_entities())
    examples = [unmark(text)[0] for rule in Rulebook.load().identifiers for text in rule.examples.match]
    assert len(examples) > 100
    for text in examples:
        assert {r.entity_type for r in recognizer.analyze(text, [], None)} <= supported, text
    assert {entity for fields in tables._HL7.values() for entity in fields.values()} <= supported
    assert {"PERSON", "DATE_TIME", "PHONE_NUMBER", "IBAN_CODE", "CREDIT_CARD", "URL", "IP_ADDRESS"} <= supported
    assert {"FR_NIR", "FR_IPP", "FR_RPPS", "CITY", "STREET_ADDRESS", "HEALTH_FACILITY", "ENCODED"} <= supported


@pytest.mark.usefixtures("no_fetching")
def test_added_to_presidios_own_it_fetches_nothing() -> None:
    """Beside Presidio's predefined recognizers, e-mail is ours, and adding twice leaves one."""
    analyzer = AnalyzerEngine(nlp_engine=_blank(), supported_languages=["fr"])
    assert "EmailRecognizer" in {r.name for r in analyzer.get_recognizers("fr")}
    add_to(analyzer)
    add_to(analyzer)
    names = [r.name for r in analyzer.get_recognizers("fr")]
    assert names.count(NAME) == 1
    assert len(names) > 3
    results = analyzer.analyze(TEXT, language="fr")
    assert ("maelle.kervadec@exemple.fr", "EMAIL_ADDRESS") in {(TEXT[r.start : r.end], r.entity_type) for r in results}


def test_an_analyzer_without_french_is_refused() -> None:
    """Where no French text would ever be read, adding fails instead of hiding nothing."""
    english = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": "blank"}])
    english.nlp = {"en": spacy.blank("en")}
    analyzer = AnalyzerEngine(nlp_engine=english, supported_languages=["en"])
    before = list(analyzer.registry.recognizers)
    with pytest.raises(ValueError, match="supported_languages"):
        add_to(analyzer)
    assert analyzer.registry.recognizers == before


def test_a_configuration_of_presidios_may_name_it() -> None:
    """Once our module is imported, the YAML of docs/presidio.md makes a registry that holds it; for French alone."""
    document = (ROOT / "docs" / "presidio.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", document, re.DOTALL)
    provider = RecognizerRegistryProvider(registry_configuration=yaml.safe_load(block))
    registry = provider.create_recognizer_registry()
    assert [(r.name, r.supported_language) for r in registry.recognizers] == [(NAME, "fr")]
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=_blank(), supported_languages=["fr"])
    assert _spans(analyzer.analyze(TEXT, language="fr")) == _spans(AvecRecognizer().analyze(TEXT, None))
    with pytest.raises(ValueError, match="fr"):
        AvecRecognizer(supported_language="en")


def test_it_can_be_pickled_and_shared_by_threads() -> None:
    """A copy finds the same, and so do four threads at once."""
    recognizer = AvecRecognizer()
    copy = pickle.loads(pickle.dumps(recognizer))
    texts = [TEXT, "M. Yves Tanguy, IPP 8005123456", "Rien à signaler.", "Mme Le Bihan (Brest)"] * 4
    alone = [_spans(recognizer.analyze(text, [], None)) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert [_spans(found) for found in pool.map(lambda text: copy.analyze(text, [], None), texts)] == alone
    assert (copy.name, copy.supported_language, copy.supported_entities) == (
        NAME,
        LANGUAGE,
        recognizer.supported_entities,
    )


def test_batches_work(analyzer: AnalyzerEngine) -> None:
    """Presidio's batch engine gets each text's findings."""
    texts = ["Mme Le Bihan est sortie.", "Rien à signaler."]
    first, second = BatchAnalyzerEngine(analyzer_engine=analyzer).analyze_iterator(texts, language="fr")
    assert [(r.start, r.end, r.entity_type) for r in first] == [(4, 12, "PERSON")]
    assert second == []


def _run(program: str) -> str:
    """Run a program in a process of its own and return what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_brings_no_proxy_and_leaves_presidios_log_alone() -> None:
    """A process that imports Presidio and our module alone never loads mitmproxy, nor the model before a text."""
    said = _run(
        "import logging, sys\n"
        "from avec_proxy import presidio\n"
        "(r,) = presidio.recognizers()\n"
        "print(presidio._detector.cache_info().currsize)\n"
        "print(len(r.analyze('Mme Le Bihan est sortie.', [], None)))\n"
        "print(logging.getLogger('presidio-analyzer').disabled)\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'mitmproxy', 'sqlalchemy'}))\n"
    )
    assert said.split("\n")[:4] == ["0", "1", "False", "[]"]


def test_presidios_log_holds_no_text(analyzer: AnalyzerEngine, caplog: pytest.LogCaptureFixture) -> None:
    """Though the host's log stays on, nothing that a text says is written to it."""
    logging.getLogger("presidio-analyzer").disabled = False
    with caplog.at_level(logging.DEBUG):
        analyzer.analyze("Mme Enora Le Bihan est sortie.", language="fr")
    assert caplog.records
    assert "Bihan" not in caplog.text


def test_the_documents_program_prints_what_it_says() -> None:
    """The whole program of docs/presidio.md runs as it stands; its two lines work on the analyzer that it makes."""
    document = (ROOT / "docs" / "presidio.md").read_text(encoding="utf-8")
    lines, program = re.findall(r"```python\n(.*?)```", document, re.DOTALL)
    (promised,) = re.findall(r"^# (Mme .*)$", program, re.MULTILINE)
    said = _run(f"{program}\n{lines}\nprint(len(analyzer.analyze(text, language='fr')))")
    assert len([line for line in lines.splitlines() if line]) == 2
    assert said.splitlines() == [promised, "3"]
