"""A Presidio `NlpEngine` that runs nothing: what the name model found travels in its artefacts.

Presidio hands one text at a time to its recognizers; the name model reads the whole text, with windows of its own, so
it has run before. Tokens, lemmas and tags are not used by anybody.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from avec_proxy.model import Finding

LANGUAGE = "fr"


class Artefacts(NlpArtifacts):  # type: ignore[misc] # the package carries no types
    """What Presidio hands to its recognizers: the name model's findings in the text, and which of theirs stand.

    Presidio drops a finding that another of its type holds, so what does not stand must be gone before.
    """

    def __init__(self, findings: list[Finding], stands: Callable[[Finding], bool] = lambda _: True) -> None:
        super().__init__(findings, None, [], [], None, LANGUAGE)
        self.stands = stands


class NullNlpEngine(NlpEngine):  # type: ignore[misc] # the package carries no types
    """Gives every text without a model's findings."""

    def load(self) -> None:
        """Nothing to load."""

    def is_loaded(self) -> bool:
        """Return that nothing is left to load."""
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Return no entity."""
        return Artefacts([])

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **kwargs: Any
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """Yield each text without an entity."""
        return ((text, Artefacts([])) for text in texts)

    def is_stopword(self, word: str, language: str) -> bool:
        """Context words are not used."""
        return False

    def is_punct(self, word: str, language: str) -> bool:
        """Context words are not used."""
        return False

    def get_supported_entities(self) -> list[str]:
        """Return none: the recognizers tell theirs."""
        return []

    def get_supported_languages(self) -> list[str]:
        """Return French alone."""
        return [LANGUAGE]
