"""Averages the weights of checkpoints of the same shape: parts of one run, or runs from the same start."""

import argparse
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file

from training.model import encoder, tokens


def average(files: Sequence[Path], out: Path) -> Path:
    """The mean of the weights in ``files``, with the tokenizer and plan of the first one's folder."""
    total: dict[str, torch.Tensor] = {}
    for path in files:
        for name, value in load_file(path).items():
            total[name] = total.get(name, torch.zeros((), dtype=torch.float64)) + value.double() / len(files)
    folder = files[0].parent
    model = encoder.load(folder, files[0].name)
    model.load_state_dict({name: value.float() for name, value in total.items()})
    encoder.save(model, out)
    for name in (tokens.FILE, "plan.json"):
        shutil.copyfile(folder / name, out / name)
    sources = [f"{path.parent.name}/{path.name}" for path in files]
    (out / "average.json").write_text(json.dumps({"of": sources}, indent=1) + "\n", encoding="utf-8")
    return out


def last_parts(run: Path, count: int) -> list[Path]:
    """The last ``count`` checkpoints of a run."""
    return sorted(run.glob("part-*.safetensors"))[-count:]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("sources", type=Path, nargs="+", help="weights, or folders of runs (their last weights)")
    parser.add_argument("--last", type=int, default=0, help="of a folder, the last N parts instead")
    options = parser.parse_args()
    files: list[Path] = []
    for source in options.sources:
        if source.is_dir():
            files += last_parts(source, options.last) if options.last else [source / encoder.WEIGHTS]
        else:
            files.append(source)
    average(files, options.out)
    print(f"{len(files)} checkpoints -> {options.out}")


if __name__ == "__main__":
    main()
