"""Words that stay or may go: jobs, wards without a name, diseases, kin."""

from random import Random

from .registry import value
from .terms import term


def _listed(name: str, file: str, frame: str) -> None:
    @value(name)
    def _make(rng: Random) -> str:
        return frame.format(term(file, rng))


for _name, _file, _frame in (
    ("job", "jobs", "⟪{}⟫"),
    ("service", "services", "⟪{}⟫"),
    ("nationality", "nationalities", "⟪{}⟫"),
    ("region", "regions", "⟪{}⟫"),
    ("disease", "diseases", "{}"),
    ("symptom", "symptoms", "{}"),
    ("act", "acts", "{}"),
    ("kin", "kin", "{}"),
):
    _listed(_name, _file, _frame)
