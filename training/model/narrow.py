"""Narrows the feed-forward of each layer to the neurons that speak most on given texts.

A narrowed base or run is a start for training (``--init``): without it, it has lost some of what it knew.
"""

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch.nn import functional

from training.model import data, encoder, tokens
from training.model.marked import Record, read_marked


def usage(model: encoder.Encoder, batches: Sequence[data.Batch]) -> list[torch.Tensor]:
    """For each layer, each neuron's mean square activation times the square of what it writes."""
    sums = [torch.zeros(width) for width in model.shape.feed_forward]

    def listen(index: int):
        def hook(_module: torch.nn.Module, _inputs: tuple, wide: torch.Tensor) -> None:
            sums[index] += functional.gelu(wide)[mask].pow(2).sum(0)

        return hook

    hooks = [layer.up.register_forward_hook(listen(i)) for i, layer in enumerate(model.layers)]
    model.eval()
    with torch.no_grad():
        for batch in batches:
            mask = batch.mask.bool()
            model.states(batch.ids, batch.mask)
    for hook in hooks:
        hook.remove()
    return [sums[i] * layer.down.weight.detach().pow(2).sum(0) for i, layer in enumerate(model.layers)]


def narrow(model: encoder.Encoder, scores: Sequence[torch.Tensor], width: int) -> encoder.Encoder:
    """The same encoder with the ``width`` best neurons of each layer."""
    shape = replace(model.shape, feed_forward=(width,) * len(model.layers))
    cut = encoder.Encoder(shape, model.dropout)
    state = dict(model.state_dict())
    for index, score in enumerate(scores):
        best = score.topk(width).indices.sort().values
        at = f"layers.{index}"
        state[f"{at}.up.weight"] = state[f"{at}.up.weight"][best]
        state[f"{at}.up.bias"] = state[f"{at}.up.bias"][best]
        state[f"{at}.down.weight"] = state[f"{at}.down.weight"][:, best]
    cut.load_state_dict(state)
    return cut


def narrow_folder(source: Path, out: Path, records: Sequence[Record], width: int, layers: Sequence[int] = ()) -> Path:
    """Cut ``source`` to ``layers``, narrow them by what ``records`` use, write ``out``."""
    model = encoder.load(source)
    if layers:
        model = encoder.keep_layers(model, layers, model.shape.classes)
    windows = sorted(data.load(records, tokens.load(source)), key=lambda item: len(item.ids))
    batches = [data.collate(group) for group in data.batches(windows)]
    encoder.save(narrow(model, usage(model, batches), width), out)
    shutil.copyfile(source / tokens.FILE, out / tokens.FILE)
    return out


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--sample", type=int, default=400, help="texts to listen to")
    parser.add_argument("--width", type=int, default=768)
    parser.add_argument("--layers", default="", help="layers to keep, as 0,1,3 (all if empty)")
    options = parser.parse_args()
    records = list(read_marked(options.texts))
    step = max(1, len(records) // options.sample)
    layers = [int(part) for part in options.layers.split(",") if part]
    narrow_folder(options.source, options.out, records[::step], options.width, layers)


if __name__ == "__main__":
    main()
