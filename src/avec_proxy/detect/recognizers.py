"""Our detectors as Presidio recognizers, so that one `AnalyzerEngine` runs them all.

Presidio's results carry the id of the rule that made them in their metadata (`RULE_KEY`).
"""

from collections.abc import Callable, Iterable
from typing import Any

from presidio_analyzer import EntityRecognizer, RecognizerResult

from avec_proxy.detect.nlp import LANGUAGE, Artefacts
from avec_proxy.model import Finding

RULE_KEY = "avec_rule"


class FunctionRecognizer(EntityRecognizer):  # type: ignore[misc] # the package carries no types
    """A recognizer around a plain function from text to findings."""

    def __init__(self, name: str, entities: Iterable[str], find: Callable[[str], Iterable[Finding]]) -> None:
        self._find = find
        super().__init__(supported_entities=sorted(set(entities)), name=name, supported_language=LANGUAGE)

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Artefacts) -> list[RecognizerResult]:
        """Return the function's findings that stand, in Presidio's form."""
        del entities
        return [_result(finding) for finding in self._find(text) if nlp_artifacts.stands(finding)]


class NameModelRecognizer(EntityRecognizer):  # type: ignore[misc] # the package carries no types
    """What the name model found, as it travels in the artefacts."""

    def __init__(self, entities: Iterable[str]) -> None:
        super().__init__(supported_entities=sorted(set(entities)), name="names", supported_language=LANGUAGE)

    def load(self) -> None:
        """The model is the engine's."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Artefacts) -> list[RecognizerResult]:
        """Return the model's findings in Presidio's form."""
        del text, entities
        return [_result(finding) for finding in nlp_artifacts.entities]


def _result(finding: Finding) -> Any:
    return RecognizerResult(
        finding.entity_type, finding.start, finding.end, finding.score, recognition_metadata={RULE_KEY: finding.rule}
    )


def finding_of(result: Any) -> Finding:
    """Return our finding behind a Presidio result."""
    return Finding(result.start, result.end, result.entity_type, result.recognition_metadata[RULE_KEY], result.score)
