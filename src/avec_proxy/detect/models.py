"""What the name model's classes mean here, and how its spans are cleaned."""

import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Protocol

from avec_proxy.detect.names import artefact
from avec_proxy.detect.names.decode import Decoder, Span
from avec_proxy.detect.names.session import Session
from avec_proxy.detect.protect import Shield
from avec_proxy.model import Finding

# class → (entity type, rule, French title)
_CLASSES = {
    "PER": ("PERSON", "model.person", "nom repéré par le modèle de langue"),
    "INI": ("INITIALS", "model.initials", "initiales repérées par le modèle de langue"),
    "DATE": ("DATE_TIME", "model.date", "date repérée par le modèle de langue"),
    "ADR": ("STREET_ADDRESS", "model.address", "adresse repérée par le modèle de langue"),
    "LOC": ("CITY", "model.place", "lieu repéré par le modèle de langue"),
    "HORG": ("HEALTH_FACILITY", "model.facility", "établissement repéré par le modèle de langue"),
    "ORG": ("ORGANIZATION", "model.organization", "organisme repéré par le modèle de langue"),
    "ROOM": ("ROOM", "model.room", "chambre ou lit repéré par le modèle de langue"),
    "AGE": ("AGE_90", "model.age", "âge élevé repéré par le modèle de langue"),
    "ID": ("OTHER_ID", "model.identifier", "identifiant repéré par le modèle de langue"),
}
# what the transition's model calls a place
TITLES = {rule: title for _, rule, title in _CLASSES.values()} | {
    "model.location": "lieu repéré par le modèle de langue"
}
ENTITIES = tuple(entity for entity, _, _ in _CLASSES.values())
_CIVILITY = re.compile(
    r"(?:M\.|MM\.|Mr\.?|Mme|Mmes|Mlle|Melle|Madame|Monsieur|Mademoiselle|Dr\.?|Docteure?|Pr\.?|Professeure?|Me|Maître)[ ]+"
)
# a rule, a label or a title explains a span better than the model, however sure it is
_HIGHEST = 0.69


class Finder(Protocol):
    """A source of names."""

    def find(self, texts: Sequence[str], shields: Sequence[Shield]) -> list[list[Finding]]:
        """Return, per text, its findings; `shields` hold the protected spans of each."""
        ...


class Names:
    """The name model as a source of findings."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        loaded = artefact.load(folder)
        unknown = set(loaded.meta.classes) - set(_CLASSES)
        if unknown:
            raise artefact.ArtefactError(f"{artefact.META}: labels: a class that has no entity type")
        self._session = Session(loaded, threads)
        self._decoder = Decoder(loaded.meta)

    def find(self, texts: Sequence[str], shields: Sequence[Shield]) -> list[list[Finding]]:
        """Return, per text, what the model would hide; inside the shields' spans it must be surer."""
        return [
            [
                finding
                for span in self._decoder.spans(text, self._session.read(text), shield.spans)
                if (finding := _finding(text, span)) is not None
            ]
            for text, shield in zip(texts, shields, strict=True)
        ]


def load(threads: int = 1) -> Finder:
    """Return the source of names. Raises ArtefactError if the model's files are not what they should be."""
    folder = Path(str(files("avec_proxy"))) / "data" / "model"
    if folder.is_dir():
        return Names(folder, threads)
    from avec_proxy.detect.fallback import SpacyNames

    return SpacyNames()


def _finding(text: str, span: Span) -> Finding | None:
    entity, rule, _ = _CLASSES[span.name]
    start = span.start
    if entity == "PERSON" and (civility := _CIVILITY.match(text, start, span.end)):
        start = civility.end()
    if start >= span.end:
        return None
    return Finding(start, span.end, entity, rule, round(_HIGHEST * span.probability, 2))
