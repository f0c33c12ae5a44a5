"""Our detection in anybody's Presidio: one recognizer that reads a text as the proxy does.

    from avec_proxy.presidio import add_to
    add_to(analyzer)

Needs nothing of the analyzer's `NlpEngine`, whatever it is. See `docs/presidio.md`.
"""

import logging
from collections.abc import Sequence
from functools import cache
from threading import Lock
from typing import Any

from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult

from avec_proxy import __version__
from avec_proxy.detect import engine, models
from avec_proxy.detect.engine import Detector, Labelled
from avec_proxy.model import Finding
from avec_proxy.rulebook import Rulebook

LANGUAGE = "fr"
NAME = "AvecRecognizer"
RULE_KEY = "avec_rule"
TITLE_KEY = "avec_title"
# Presidio's own e-mail recognizer fetches a list of public suffixes when it first sees an address
_FETCHES = "EmailRecognizer"
# a detector reads one text at a time, and what its scans share of it belongs to the process
_LOCK = Lock()


class AvecRecognizer(EntityRecognizer):  # type: ignore[misc] # the package carries no types
    """Rules, positions, tables and the name model, with protection, doubt, union and propagation within the text.

    Its results do not overlap. Each carries the rule that explains it in `recognition_metadata` (`RULE_KEY` its id,
    `TITLE_KEY` its French title) and in `analysis_explanation`: never a word of the text. It may be pickled, and used
    by several threads, which wait for each other. `strict` looks for more.

    The other parameters are those that Presidio's configuration files fill. Raises ValueError if the language is not
    French: no other text is read as it should be.
    """

    def __init__(
        self,
        supported_language: str = LANGUAGE,
        context: list[str] | None = None,
        name: str | None = None,
        *,
        strict: bool = False,
    ) -> None:
        if supported_language != LANGUAGE:
            raise ValueError(f"{NAME} reads «fr» alone: give it supported_languages: [fr]")
        self._strict = strict
        super().__init__(
            supported_entities=sorted(engine.entities(Rulebook.load())),
            name=name or NAME,
            supported_language=supported_language,
            version=__version__,
            context=context,
        )

    def load(self) -> None:
        """Load nothing yet: a process that never meets a French text needs no model. Its first text loads it."""

    def analyze(self, text: str, entities: Sequence[str] | None, nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Return the findings in `text` whose type is among `entities` (none given: all), in reading order.

        Raises ArtefactError or RuleFileError if the package's own files are not what they should be: then nothing
        was looked at.
        """
        del nlp_artifacts
        wanted = frozenset(entities or self.supported_entities)
        with _LOCK:
            (found,) = _detector(self._strict).find([Labelled(text)])
        return [self._result(finding) for finding in found if finding.entity_type in wanted]

    def _result(self, finding: Finding) -> RecognizerResult:
        title = _titles().get(finding.rule, "")
        return RecognizerResult(
            finding.entity_type,
            finding.start,
            finding.end,
            finding.score,
            AnalysisExplanation(self.name, finding.score, pattern_name=finding.rule, textual_explanation=title),
            {
                RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                RULE_KEY: finding.rule,
                TITLE_KEY: title,
            },
        )


def recognizers(*, strict: bool = False) -> list[EntityRecognizer]:
    """Return what finds all that the proxy finds, for a registry of one's own."""
    return [AvecRecognizer(strict=strict)]


def add_to(analyzer: Any, *, strict: bool = False) -> None:
    """Add our detection to an `AnalyzerEngine`, and take out Presidio's e-mail recognizer for French.

    That one would ask the network for a list; ours finds addresses without. Added twice, it is there once.
    Raises ValueError if the analyzer does not speak French («fr»): its texts would not be read at all.
    """
    if LANGUAGE not in analyzer.supported_languages:
        raise ValueError("the analyzer's supported_languages lack «fr»")
    for name in (_FETCHES, NAME):
        analyzer.registry.remove_recognizer(name, LANGUAGE)
    for recognizer in recognizers(strict=strict):
        analyzer.registry.add_recognizer(recognizer)


@cache
def _names() -> models.Names:
    return models.load()


@cache
def _detector(strict: bool) -> Detector:
    """Return the process's detector. Presidio's log is the host's here: it is left as it was, since the analyzer
    within a detector traces no decision, the only thing that would hold text."""
    log = logging.getLogger("presidio-analyzer")
    before = log.disabled
    try:
        return Detector(Rulebook.load(), strict=strict, names=_names())
    finally:
        log.disabled = before


@cache
def _titles() -> dict[str, str]:
    return {**engine.TITLES, **{rule.id: rule.title for rule in Rulebook.load().identifiers}}
