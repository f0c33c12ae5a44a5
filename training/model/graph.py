"""Writes an encoder as an ONNX graph, node by node, in the operators that onnxruntime runs fastest on a CPU.

No exporter and no optimiser stand between the weights and the file: what the run time does is what is written here.
"""

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from training.model.encoder import Encoder
from training.model.marked import LABELS

OPSET = 17
MICROSOFT = "com.microsoft"
# how matrices are stored and multiplied: fp32; int8 a column with activations quantised a batch; int8 in blocks with
# activations quantised a row, so that a text's result does not depend on its neighbours in the batch
PLAIN, DYNAMIC, BLOCKS = "fp32", "dynamic", "blocks"
BLOCK = 128
# Processors without VNNI add two products of 8 bits in 16 and saturate; with weights of 7 bits they cannot, so that
# every machine finds the same names.
BITS = 7


@dataclass
class _Writer:
    nodes: list
    tensors: list
    mode: str
    bits: int

    def constant(self, name: str, value: np.ndarray) -> str:
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def linear(self, x: str, name: str, weight: np.ndarray, bias: np.ndarray, *, fold: bool = True) -> str:
        """``x`` times a matrix of output × input; the bias is added here when ``fold``."""
        bias_name = self.constant(f"{name}.bias", bias) if fold else ""
        if self.mode == DYNAMIC:
            packed, scale = quantize(weight, bits=self.bits)
            inputs = [x, self.constant(f"{name}.q", packed.T), self.constant(f"{name}.s", scale), ""]
            return self.node("DynamicQuantizeMatMul", inputs + ([bias_name] if fold else []), name, MICROSOFT)
        if self.mode == BLOCKS:
            packed, scale = quantize(weight, BLOCK)
            size, depth = weight.shape
            blocks = (packed.astype(np.int16) + 128).astype(np.uint8).reshape(size, depth // BLOCK, BLOCK)
            inputs = [x, self.constant(f"{name}.q", blocks), self.constant(f"{name}.s", scale.reshape(-1))]
            return self.node(
                "MatMulNBits",
                inputs + (["", "", bias_name] if fold else []),
                name,
                MICROSOFT,
                K=depth,
                N=size,
                bits=8,
                block_size=BLOCK,
                accuracy_level=4,
            )
        product = self.node("MatMul", [x, self.constant(f"{name}.w", weight.T)], f"{name}.product" if fold else name)
        return self.node("Add", [product, bias_name], name) if fold else product


def quantize(weight: np.ndarray, block: int = 0, bits: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Signed symmetric int8 with one scale a row, or one a ``block`` of a row."""
    top = 2 ** (bits - 1) - 1
    rows = weight.reshape(-1, block) if block else weight
    scale = np.maximum(np.abs(rows).max(axis=1), 1e-9).astype(np.float32) / top
    packed = np.clip(np.rint(rows / scale[:, None]), -top, top).astype(np.int8)
    return packed.reshape(weight.shape), scale


def write(encoder: Encoder, mode: str = DYNAMIC, bits: int = BITS) -> onnx.ModelProto:
    """``input_ids`` and ``attention_mask`` (int64, batch × length) to ``probabilities`` (batch × length × labels)."""
    shape = encoder.shape
    state = {name: value.detach().float().numpy() for name, value in encoder.state_dict().items()}
    out = _Writer([], [], mode, bits)

    words, scale = quantize(state["words.weight"])
    rows = out.node("Gather", [out.constant("words.q", words), "input_ids"], "words.rows")
    rows = out.node("Cast", [rows], "words.float", to=TensorProto.FLOAT)
    scales = out.node("Gather", [out.constant("words.s", scale[:, None]), "input_ids"], "words.scales")
    embedded = out.node("Mul", [rows, scales], "words")
    length = out.node("Shape", ["input_ids"], "length", start=1, end=2)
    zero = out.constant("zero", np.array([0], np.int64))
    places = out.node("Slice", [out.constant("positions.all", state["positions"]), zero, length, zero], "positions")
    embedded = out.node("Add", [embedded, places], "embedded")
    norm = [out.constant("norm.scale", state["norm.weight"]), out.constant("norm.shift", state["norm.bias"])]
    x = out.node("LayerNormalization", [embedded, *norm], "states", axis=-1, epsilon=shape.eps)
    mask = out.node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)

    for index in range(len(shape.feed_forward)):
        x = _layer(out, state, index, x, mask, shape.heads, shape.eps)
    head = _Writer(out.nodes, out.tensors, PLAIN, bits)  # small, and the threshold hangs on it
    logits = head.linear(x, "logits", state["head.weight"], state["head.bias"])
    out.node("Softmax", [logits], "probabilities", axis=-1)

    ids = [
        helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "length"])
        for n in ("input_ids", "attention_mask")
    ]
    result = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", "length", len(LABELS)])
    graph = helper.make_graph(out.nodes, "tokens", ids, [result], out.tensors)
    domains = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=domains, ir_version=8, producer_name="avec-proxy")


def _layer(out: _Writer, state: dict, index: int, x: str, mask: str, heads: int, eps: float) -> str:
    own = {name.split(".", 2)[2]: value for name, value in state.items() if name.startswith(f"layers.{index}.")}
    at = f"l{index}"

    def norm(x: str, added: str, key: str, output: str) -> str:
        # SkipLayerNormalization does the two in one and takes six times as long on a CPU
        total = out.node("Add", [x, added], f"{output}.sum")
        scale = out.constant(f"{output}.scale", own[f"{key}.weight"])
        shift = out.constant(f"{output}.shift", own[f"{key}.bias"])
        return out.node("LayerNormalization", [total, scale, shift], output, axis=-1, epsilon=eps)

    fused = out.linear(x, f"{at}.qkv", own["qkv.weight"], own["qkv.bias"])
    parts = [f"{at}.q", f"{at}.k", f"{at}.v"]
    out.nodes.append(helper.make_node("Split", [fused], parts, name=f"{at}.split", axis=-1))
    mixed = out.node(
        "MultiHeadAttention", [*parts, *(["", mask] if mask else [])], f"{at}.mixed", MICROSOFT, num_heads=heads
    )
    mixed = out.linear(mixed, f"{at}.out", own["out.weight"], own["out.bias"])
    x = norm(x, mixed, "attention_norm", f"{at}.attended")
    wide = out.linear(x, f"{at}.up", own["up.weight"], own["up.bias"], fold=False)
    wide = out.node("BiasGelu", [wide, out.constant(f"{at}.up.added", own["up.bias"])], f"{at}.gelu", MICROSOFT)
    wide = out.linear(wide, f"{at}.down", own["down.weight"], own["down.bias"])
    return norm(x, wide, "output_norm", f"{at}.states")
