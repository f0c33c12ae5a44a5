"""Windows of pieces with their labels, and batches of about the same number of pieces."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer

from training.model import tokens
from training.model.marked import IGNORED, Record, piece_labels

WINDOW = 250
OVERLAP = 40
BATCH = 1_600
_POOL = 64  # batches sorted by length together: little padding, yet batches stay mixed


@dataclass(frozen=True)
class Window:
    """A run of pieces of one text, its two ends not included; ``first`` is its first piece's index in the text."""

    ids: np.ndarray
    labels: np.ndarray
    first: int


@dataclass(frozen=True)
class Batch:
    """Padded tensors; labels are ``IGNORED`` on ends and padding."""

    ids: torch.Tensor
    mask: torch.Tensor
    labels: torch.Tensor

    def to(self, device: torch.device) -> "Batch":
        """The same batch on ``device``."""
        return Batch(self.ids.to(device), self.mask.to(device), self.labels.to(device))


def cuts(count: int, window: int = WINDOW, overlap: int = OVERLAP) -> list[tuple[int, int]]:
    """First and end piece of each window over ``count`` pieces, as even in length as can be."""
    if count <= window:
        return [(0, count)]
    number = -(-(count - overlap) // (window - overlap))
    step = (count - window) / (number - 1)
    return [(round(i * step), round(i * step) + window) for i in range(number)]


def windows(
    record: Record, tokenizer: Tokenizer, window: int = WINDOW, overlap: int = OVERLAP
) -> tuple[list[Window], list[tuple[int, int]]]:
    """The windows of a text, and the place of each of its pieces."""
    ids, places = tokens.encode(tokenizer, record.text)
    labels = np.asarray(piece_labels(record, places), np.int16)
    numbers = np.asarray(ids, np.int32)
    return [Window(numbers[a:b], labels[a:b], a) for a, b in cuts(len(ids), window, overlap)], places


def collate(items: Sequence[Window]) -> Batch:
    """Add the ends, pad to the longest."""
    longest = max(len(item.ids) for item in items) + 2
    ids = np.full((len(items), longest), tokens.PAD, np.int64)
    mask = np.zeros((len(items), longest), np.int64)
    labels = np.full((len(items), longest), IGNORED, np.int64)
    for row, item in enumerate(items):
        end = len(item.ids) + 1
        ids[row, 0], ids[row, end] = tokens.BOS, tokens.EOS
        ids[row, 1:end] = item.ids
        mask[row, : end + 1] = 1
        labels[row, 1:end] = item.labels
    return Batch(torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(labels))


def batches(items: Sequence[Window], size: int = BATCH) -> Iterator[list[Window]]:
    """Runs of windows of at most ``size`` padded pieces, in the order given."""
    run: list[Window] = []
    longest = 0
    for item in items:
        longest = max(longest, len(item.ids) + 2)
        if run and longest * (len(run) + 1) > size:
            yield run
            run, longest = [], len(item.ids) + 2
        run.append(item)
    if run:
        yield run


def shuffled(items: Sequence[Window], seed: int, size: int = BATCH) -> Iterator[Batch]:
    """One epoch, mixed, then sorted by length pool by pool."""
    chance = random.Random(seed)  # noqa: S311 -- an order, not a secret
    order = list(range(len(items)))
    chance.shuffle(order)
    mean = sum(len(item.ids) + 2 for item in items) / max(len(items), 1)
    pool = max(1, round(_POOL * size / mean))
    for start in range(0, len(order), pool):
        part = sorted((items[i] for i in order[start : start + pool]), key=lambda item: len(item.ids))
        groups = list(batches(part, size))
        chance.shuffle(groups)
        for group in groups:
            yield collate(group)


def load(records: Iterable[Record], tokenizer: Tokenizer) -> list[Window]:
    """All windows of all records."""
    return [window for record in records for window in windows(record, tokenizer)[0]]
