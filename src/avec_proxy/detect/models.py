"""What the name model's classes mean here, and how its spans are cleaned."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Protocol

from avec_proxy.detect import credible, tables
from avec_proxy.detect.cover import Cover
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
TITLES = {rule: title for _, rule, title in _CLASSES.values()}
ENTITIES = tuple(entity for entity, _, _ in _CLASSES.values())
_CIVILITY = re.compile(
    r"(?:M\.|MM\.|Mr\.?|Mme|Mmes|Mlle|Melle|Madame|Monsieur|Mademoiselle|Dr\.?|Docteure?|Pr\.?|Professeure?|Me|Maître)[ ]+"
)
# what a bare figure in a table may be taken for
_FIGURES = frozenset(("ROOM", "ADR", "ID"))
# a rule, a label or a title explains a span better than the model, however sure it is
_HIGHEST = 0.69


@dataclass(frozen=True, slots=True)
class Named:
    """What the model says of one text: what it would hide, the spans of which it does not deny that they identify
    somebody, and of these those that it does not rather take for a protected term."""

    findings: list[Finding]
    possible: list[tuple[int, int]]
    plausible: list[tuple[int, int]]


class Finder(Protocol):
    """A source of names."""

    def find(self, text: str, shield: Shield) -> Named:
        """Return what it says of `text`; `shield` holds the protected spans."""
        ...


class Names:
    """The name model as a source of findings."""

    def __init__(self, folder: Path) -> None:
        loaded = artefact.load(folder)
        unknown = set(loaded.meta.classes) - set(_CLASSES)
        if unknown:
            raise artefact.ArtefactError(f"{artefact.META}: labels: a class that has no entity type")
        self.digest = loaded.meta.files[artefact.MODEL].sha256
        self._session = Session(loaded)
        self._decoder = Decoder(loaded.meta)

    def find(self, text: str, shield: Shield) -> Named:
        """Return what the model would hide; inside the shield's spans it must be surer."""
        pieces = self._session.read(text)
        cited, counted = Cover(shield.cited), Cover(tables.counted(text))
        spans = [
            s
            for s in self._decoder.spans(text, pieces, shield.spans)
            if not (cited.holds(s.start, s.end) or (s.name in _FIGURES and counted.holds(s.start, s.end)))
        ]
        found = (_finding(text, s) for s in credible.kept(text, spans))
        kept = [part for f in found if f is not None for part in _in_cells(text, f)]
        return Named(kept, self._decoder.possible(pieces), self._decoder.plausible(pieces))


def _in_cells(text: str, finding: Finding) -> Iterator[Finding]:
    """Yield a finding, cut at the tabs between a table's cells; of a number, what is long enough to be somebody's.

    The model reads figures of neighbouring cells as one number. A name and a first name in two cells are one person.
    """
    if "\t" not in text[finding.start : finding.end] or finding.entity_type == "PERSON":
        yield finding
        return
    for cell in _CELL.finditer(text, finding.start, finding.end):
        words = finding.entity_type != "OTHER_ID" and any(map(str.isalpha, cell[0]))
        if words or sum(map(str.isdigit, cell[0])) >= _LONG:
            yield replace(finding, start=cell.start(), end=cell.end())


_CELL = re.compile(r"[^\t\s](?:[^\t\n]*[^\t\s])?")
_LONG = 5


def load() -> Names:
    """Return the name model that ships. Raises ArtefactError if its files are not what they should be."""
    return Names(Path(str(files("avec_proxy"))) / "data" / "model")


def _finding(text: str, span: Span) -> Finding | None:
    entity, rule, _ = _CLASSES[span.name]
    start = span.start
    if entity == "PERSON" and (civility := _CIVILITY.match(text, start, span.end)):
        start = civility.end()
    if start >= span.end:
        return None
    return Finding(start, span.end, entity, rule, round(_HIGHEST * span.probability, 2))
