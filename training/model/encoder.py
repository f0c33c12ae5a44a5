"""The encoder in plain torch: a post-norm BERT with exact GELU and positions from 0, as multilingual-e5-small is."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

from training.model.bundle import Bundle

WEIGHTS = "model.safetensors"
SHAPE = "shape.json"


@dataclass(frozen=True)
class Shape:
    """What is needed to build an empty encoder; ``feed_forward`` is one width a layer."""

    vocabulary: int
    hidden: int
    heads: int
    positions: int
    eps: float
    feed_forward: tuple[int, ...]
    classes: int


def drop(x: torch.Tensor, rate: float) -> torch.Tensor:
    """Dropout with one random byte an element: torch's own draws one double each, 6 % of a training step on a CPU."""
    if not rate:
        return x
    draws = torch.empty(-(-x.numel() // 8), dtype=torch.int64, device=x.device).random_(-(2**63), None)
    kept = draws.view(torch.uint8)[: x.numel()].view(x.shape) >= round(rate * 256)
    return x * kept.to(x.dtype).mul_(1 / (1 - round(rate * 256) / 256))


class Layer(nn.Module):
    """Self-attention and feed-forward, each followed by its residual norm."""

    def __init__(self, shape: Shape, width: int) -> None:
        super().__init__()
        self.heads = shape.heads
        self.qkv = nn.Linear(shape.hidden, 3 * shape.hidden)
        self.out = nn.Linear(shape.hidden, shape.hidden)
        self.attention_norm = nn.LayerNorm(shape.hidden, eps=shape.eps)
        self.up = nn.Linear(shape.hidden, width)
        self.down = nn.Linear(width, shape.hidden)
        self.output_norm = nn.LayerNorm(shape.hidden, eps=shape.eps)

    def forward(self, x: torch.Tensor, mask: torch.Tensor, dropout: float) -> torch.Tensor:
        """One layer; ``mask`` is added to the attention's logits."""
        batch, length, hidden = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        # written out: in bf16 on a CPU, torch's fused attention takes two to four times as long to train
        logits = torch.matmul(q * (q.shape[-1] ** -0.5), k.transpose(-1, -2))
        mixed = torch.matmul(torch.softmax(logits + mask.to(logits.dtype), -1), v)
        mixed = self.out(mixed.transpose(1, 2).reshape(batch, length, hidden))
        x = self.attention_norm(x + drop(mixed, dropout))
        wide = self.down(functional.gelu(self.up(x)))
        return self.output_norm(x + drop(wide, dropout))


class Encoder(nn.Module):
    """Embeddings, layers and, when the shape has classes, a token head."""

    def __init__(self, shape: Shape, dropout: float = 0.1) -> None:
        super().__init__()
        self.shape = shape
        self.dropout = dropout
        self.words = nn.Embedding(shape.vocabulary, shape.hidden)
        # the source's token-type row is folded into the positions: there is only one type
        self.positions = nn.Parameter(torch.zeros(shape.positions, shape.hidden))
        self.norm = nn.LayerNorm(shape.hidden, eps=shape.eps)
        self.layers = nn.ModuleList(Layer(shape, width) for width in shape.feed_forward)
        self.head = nn.Linear(shape.hidden, shape.classes) if shape.classes else None

    def states(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The last layer's states, batch × length × hidden."""
        x = self.norm(self.words(ids) + self.positions[: ids.shape[1]])
        rate = self.dropout if self.training else 0.0
        x = drop(x, rate)
        hidden_keys = (1.0 - mask[:, None, None, :].to(x.dtype)) * -1e4
        for layer in self.layers:
            x = layer(x, hidden_keys, rate)
        return x

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits, batch × length × classes."""
        if self.head is None:
            raise ValueError("this encoder has no token head")
        return self.head(self.states(ids, mask))


def from_bundle(bundle: Bundle, kept: Sequence[int] | None = None, positions: int | None = None) -> Encoder:
    """All layers of the bundle, and the rows of its vocabulary numbered ``kept`` (all when None)."""
    rows = bundle.tensors["emb.word"] if kept is None else bundle.tensors["emb.word"][np.asarray(kept)]
    positions = positions or bundle.positions
    shape = Shape(
        vocabulary=len(rows),
        hidden=bundle.hidden,
        heads=bundle.heads,
        positions=positions,
        eps=bundle.eps,
        feed_forward=(bundle.feed_forward,) * bundle.layers,
        classes=0,
    )
    source = bundle.tensors
    state = {
        "words.weight": rows,
        "positions": source["emb.pos"][:positions] + source["emb.type"][0],
        "norm.weight": source["emb.ln.w"],
        "norm.bias": source["emb.ln.b"],
    }
    names = {"out": "ao", "attention_norm": "aln", "up": "fi", "down": "fo", "output_norm": "oln"}
    for index in range(bundle.layers):
        for kind, short in (("weight", "w"), ("bias", "b")):
            fused = np.concatenate([source[f"l{index}.{part}.{short}"] for part in "qkv"])
            state[f"layers.{index}.qkv.{kind}"] = fused
            for ours, theirs in names.items():
                state[f"layers.{index}.{ours}.{kind}"] = source[f"l{index}.{theirs}.{short}"]
    encoder = Encoder(shape)
    encoder.load_state_dict({name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in state.items()})
    return encoder


def keep_layers(encoder: Encoder, layers: Sequence[int], classes: int) -> Encoder:
    """A new encoder with these layers in this order and a head of ``classes``; a head of that size is kept."""
    shape = replace(encoder.shape, feed_forward=tuple(encoder.shape.feed_forward[i] for i in layers), classes=classes)
    cut = Encoder(shape, encoder.dropout)
    state = {name: value for name, value in encoder.state_dict().items() if not name.startswith(("layers.", "head."))}
    for new, old in enumerate(layers):
        for name, value in encoder.layers[old].state_dict().items():
            state[f"layers.{new}.{name}"] = value
    if encoder.head is not None and encoder.shape.classes == classes:
        state |= {f"head.{name}": value for name, value in encoder.head.state_dict().items()}
        cut.load_state_dict(state)
    else:
        cut.load_state_dict(state, strict=False)
        nn.init.normal_(cut.head.weight, std=0.02)
        nn.init.zeros_(cut.head.bias)
    return cut


def save(encoder: Encoder, folder: Path, weights: str = WEIGHTS) -> None:
    """Weights and shape into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in encoder.state_dict().items()}, folder / weights)
    (folder / SHAPE).write_text(json.dumps(asdict(encoder.shape)) + "\n", encoding="utf-8")


def load(folder: Path, weights: str = WEIGHTS) -> Encoder:
    """The encoder that ``save`` wrote."""
    raw = json.loads((folder / SHAPE).read_text(encoding="utf-8"))
    encoder = Encoder(Shape(**{**raw, "feed_forward": tuple(raw["feed_forward"])}))
    encoder.load_state_dict(load_file(folder / weights))
    return encoder
