"""A name model of a few words: each piece has its label by heart, so that tests know what the network says."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

LABELS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC", "PROT")
# piece → (label, its probability); what is left goes to O
PIECES = {
    "▁Ker": ("B-PER", 0.9),
    "vadec": ("I-PER", 0.6),
    "▁Ro": ("I-PER", 0.4),
    "zenn": ("B-PER", 0.3),
    "▁Quimper": ("B-LOC", 0.7),
    "▁Lasilix": ("I-PER", 0.6),
    "▁Crohn": ("PROT", 0.7),
    "▁Yann": ("B-PER", 0.95),
}
PLAIN = ("▁Mme", "▁a", "▁vit", "à", "▁", ",", ".", "-", "▁et", "Ro", "Ker", "zz")


def build(folder: Path, **meta: Any) -> Path:
    """Write the model's files into `folder`, with `meta` over the fields of meta.json, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = ["<s>", "</s>", "<unk>", *PLAIN, *PIECES]
    (folder / "tokenizer.json").write_text(_tokenizer(vocabulary).to_str(), encoding="utf-8")
    table = np.zeros((len(vocabulary), len(LABELS)), dtype=np.float32)
    table[:, 0] = 1
    for piece, (label, probability) in PIECES.items():
        row = table[vocabulary.index(piece)]
        row[0] = 1 - probability
        row[LABELS.index(label)] += probability
    onnx.save(_network(np.log(table + 1e-9)), str(folder / "model.onnx"))
    files = {
        name: {"sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()}
        for name in ("model.onnx", "tokenizer.json")
    }
    fields = {"labels": LABELS, "window": 8, "overlap": 4, "threshold": 0.5, "bos": 0, "eos": 1, "files": files} | meta
    (folder / "meta.json").write_text(json.dumps(fields), encoding="utf-8")
    return folder


def _tokenizer(vocabulary: list[str]) -> Tokenizer:
    scores = [(piece, -1.0 * len(vocabulary) + len(piece)) for piece in vocabulary]
    tokenizer = Tokenizer(models.Unigram(scores, unk_id=2, byte_fallback=False))
    tokenizer.normalizer = normalizers.Replace("\n", " ")  # as the real one does
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer


def _network(table: np.ndarray) -> onnx.ModelProto:
    """Return a network that looks every piece up: `logits` [batch, length, labels]."""
    ids, mask = (
        helper.make_tensor_value_info(n, TensorProto.INT64, ["b", "n"]) for n in ("input_ids", "attention_mask")
    )
    out = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["b", "n", table.shape[1]])
    node = helper.make_node("Gather", ["table", "input_ids"], ["logits"])
    graph = helper.make_graph([node], "tiny", [ids, mask], [out], [numpy_helper.from_array(table, "table")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    return model
