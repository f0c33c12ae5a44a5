"""The model's files: what `meta.json` says of them, and the proof that they are the ones that were measured."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

META, MODEL, TOKENIZER = "meta.json", "model.onnx", "tokenizer.json"
OUTSIDE, PROTECTED = "O", "PROT"


class ArtefactError(Exception):
    """The model cannot be used; says which file and why. Nothing is served without it."""


class File(BaseModel):
    """One of the files that belong to the model."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Meta(BaseModel):
    """What the model was trained and measured with."""

    # a model card's fields may stand there too
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    labels: tuple[str, ...] = Field(min_length=2)
    window: int = Field(default=250, ge=8, le=512)
    overlap: int = Field(default=40, ge=0)
    # the pieces that stand before and after a window
    bos: int
    eos: int
    threshold: float = Field(default=0.25, gt=0, le=1)
    thresholds: dict[str, float] = Field(default_factory=dict)
    # the threshold inside drugs, doses, scores, codes and eponyms
    soft_threshold: float = Field(default=0.8, gt=0, le=1)
    # kept where P(hide) < ratio * P(PROT)
    protect_ratio: float = Field(default=0.5, ge=0)
    # under this P(hide) the model denies what a rule only guesses
    denied_below: float = Field(default=0.03, ge=0, lt=1)
    files: dict[str, File]

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if OUTSIDE not in self.labels or len(set(self.labels)) != len(self.labels):
            raise ValueError("labels must differ and hold O")
        if self.overlap * 2 > self.window:
            raise ValueError("overlap is more than half of the window")
        if not set(self.thresholds) <= set(self.classes):
            raise ValueError("a threshold is set for a class that no label has")
        if not {MODEL, TOKENIZER} <= set(self.files):
            raise ValueError("files must tell the model's and the tokenizer's")
        return self

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The classes of what may be hidden, without the prefixes B- and I-, in the order of the labels."""
        names = (label[2:] if label[:2] in ("B-", "I-") else label for label in self.labels)
        return tuple(dict.fromkeys(n for n in names if n not in (OUTSIDE, PROTECTED)))

    def columns(self, name: str, prefixes: tuple[str, ...] = ("B-", "I-", "")) -> list[int]:
        """Return the places of the labels of a class."""
        return [i for i, label in enumerate(self.labels) if label in {p + name for p in prefixes}]

    def threshold_of(self, name: str) -> float:
        """Return from which probability on a word of that class is hidden."""
        return self.thresholds.get(name, self.threshold)


@dataclass(frozen=True, slots=True)
class Artefact:
    """The verified files: the model by its path, since the run time would keep a copy of bytes."""

    meta: Meta
    model: Path
    tokenizer: bytes


def load(folder: Path) -> Artefact:
    """Return the files of `folder`. Raises ArtefactError if one is missing, unreadable or not the one measured."""
    try:
        meta = Meta.model_validate(json.loads(_read(folder, META)))
    except (ValueError, RecursionError) as error:
        field = ".".join(map(str, error.errors()[0]["loc"])) if isinstance(error, ValidationError) else ""
        raise ArtefactError(f"{META}: {field or 'not what it should be'}") from None
    for name, file in meta.files.items():
        if hashlib.sha256(_read(folder, name)).hexdigest() != file.sha256:
            raise ArtefactError(f"{name}: its SHA-256 is not the one that {META} tells")
    return Artefact(meta, folder / MODEL, _read(folder, TOKENIZER))


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise ArtefactError(f"{name}: cannot be read ({type(error).__name__})") from None
