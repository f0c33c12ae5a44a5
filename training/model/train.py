"""Fine-tunes the encoder on marked texts, for a given time, resumable.

The schedule follows the clock, so that a run ends when it was told to, whatever else the machine does.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from training.model import data, decode, encoder, tokens
from training.model.marked import IGNORED, LABELS, NUMBER, Record, read_marked
from training.model.prepare import BASE

STATE = "state.pt"
HISTORY = "history.jsonl"


@dataclass(frozen=True)
class Plan:
    """Everything that tells one run from another; kept beside its weights."""

    texts: tuple[str, ...]
    dev: str = ""
    init: str = str(BASE)
    layers: tuple[int, ...] = ()
    minutes: float = 25.0
    rate: float = 1.5e-4
    head_rate: float = 1e-3
    embedding_rate: float = 0.0
    warm_up: float = 0.05
    decay: float = 0.01
    dropout: float = 0.1
    smoothing: float = 0.0
    weights: dict[str, float] = field(default_factory=dict)
    teacher: str = ""
    soft: float = 0.5
    batch: int = data.BATCH
    seed: int = 1
    threads: int = 1
    every: float = 3.0
    keep: int = 5
    dev_texts: int = 150
    share: dict[str, float] = field(default_factory=dict)


def records(plan: Plan) -> list[Record]:
    """The training texts; a file named in ``share`` gives only that part of its records."""
    chance = random.Random(plan.seed)  # noqa: S311
    out = []
    for name in plan.texts:
        part = plan.share.get(Path(name).name, 1.0)
        out += [record for record in read_marked(Path(name)) if part >= 1 or chance.random() < part]
    return out


def loss_of(
    logits: torch.Tensor, batch: data.Batch, weights: torch.Tensor | None, plan: Plan, soft: torch.Tensor | None
) -> torch.Tensor:
    """Cross entropy on the marks; with a teacher, mixed with its view, which also covers what may be hidden or kept."""
    hard = functional.cross_entropy(
        logits.flatten(0, 1).float(),
        batch.labels.flatten(),
        weight=weights,
        ignore_index=IGNORED,
        label_smoothing=plan.smoothing,
    )
    if soft is None:
        return hard
    pieces = batch.mask.bool()
    guide = functional.kl_div(
        functional.log_softmax(logits[pieces].float(), -1),
        functional.log_softmax(soft[pieces].float(), -1),
        log_target=True,
        reduction="batchmean",
    )
    return (1 - plan.soft) * hard + plan.soft * guide


def groups(model: encoder.Encoder, plan: Plan) -> list[dict]:
    """Parameters by learning rate and decay; embeddings are frozen unless a rate is given."""
    tables = [model.words.weight, model.positions]
    for table in tables:
        table.requires_grad_(plan.embedding_rate > 0)
    named = [(name, p) for name, p in model.named_parameters() if name not in {"words.weight", "positions"}]
    inner = [p for name, p in named if not name.startswith("head.")]
    out = [
        {"params": [p for p in inner if p.dim() > 1], "peak": plan.rate, "weight_decay": plan.decay},
        {"params": [p for p in inner if p.dim() <= 1], "peak": plan.rate, "weight_decay": 0.0},
        {"params": list(model.head.parameters()), "peak": plan.head_rate, "weight_decay": 0.0},  # it starts from chance
    ]
    if plan.embedding_rate > 0:
        out.append({"params": tables, "peak": plan.embedding_rate, "weight_decay": 0.0})
    return out


class Run:
    """One training run in its folder."""

    def __init__(self, plan: Plan, folder: Path, *, resume: bool = False) -> None:
        self.plan, self.folder = plan, folder
        torch.manual_seed(plan.seed)
        if plan.threads:
            torch.set_num_threads(plan.threads)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        init = Path(plan.init)
        self.tokenizer = tokens.load(init)
        folder.mkdir(parents=True, exist_ok=True)
        self.tokenizer.save(str(folder / tokens.FILE))
        source = encoder.load(init)
        layers = plan.layers or tuple(range(len(source.layers)))
        self.model = encoder.keep_layers(source, layers, len(LABELS)).to(self.device)
        self.model.dropout = plan.dropout
        self.optimizer = torch.optim.AdamW(groups(self.model, plan), lr=plan.rate, betas=(0.9, 0.98), fused=True)
        self.spent, self.step, self.epoch, self.saved = 0.0, 0, 0, 0.0
        self.teacher = self._teacher() if plan.teacher else None
        self.weights = None
        if plan.weights:
            values = [plan.weights.get(label.split("-")[-1], 1.0) for label in LABELS]
            self.weights = torch.tensor(values, device=self.device)
        if resume and (folder / STATE).exists():
            self._restore()
        else:
            (folder / HISTORY).unlink(missing_ok=True)
            for old in folder.glob("part-*.safetensors"):
                old.unlink()
        (folder / "plan.json").write_text(json.dumps(plan.__dict__, indent=1) + "\n", encoding="utf-8")

    def _teacher(self) -> encoder.Encoder:
        folder = Path(self.plan.teacher)
        if (folder / tokens.FILE).read_bytes() != (self.folder / tokens.FILE).read_bytes():
            raise ValueError("the teacher has another tokenizer")
        return encoder.load(folder).to(self.device).eval().requires_grad_(False)

    def _restore(self) -> None:
        self.model.load_state_dict(encoder.load(self.folder).state_dict())
        state = torch.load(self.folder / STATE, weights_only=True)
        self.optimizer.load_state_dict(state["optimizer"])
        self.spent, self.step, self.epoch = state["spent"], state["step"], state["epoch"] + 1
        self.saved = self.spent
        print(f"resumed at {self.spent / 60:.1f} min, step {self.step}", flush=True)

    def autocast(self) -> torch.autocast:
        """Half-width arithmetic, which this kind of processor multiplies twice as fast."""
        return torch.autocast(self.device.type, torch.bfloat16)

    def fit(self, items: Sequence[data.Window], dev: Sequence[Record]) -> None:
        """Train until the time is spent; the dev texts are measured at the end, and their loss at each save."""
        total = self.plan.minutes * 60
        losses: list[float] = []
        pieces = 0
        self.model.train()
        began = time.monotonic() - self.spent
        for batch in self._stream(items):
            for group in self.optimizer.param_groups:
                group["lr"] = group["peak"] * self._pace(self.spent / total)
            batch = batch.to(self.device)
            with self.autocast():
                soft = self.teacher(batch.ids, batch.mask) if self.teacher else None
                loss = loss_of(self.model(batch.ids, batch.mask), batch, self.weights, self.plan, soft)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.step += 1
            losses.append(loss.item())
            pieces += int(batch.mask.sum())
            before, self.spent = self.spent, time.monotonic() - began
            if self.step % 50 == 0 or self.spent >= total:
                speed = pieces / max(self.spent - self.saved, 1e-9)
                where = f"{self.spent / 60:5.1f} min  step {self.step:5d}  epoch {self.epoch}"
                print(f"{where}  loss {np.mean(losses[-50:] or [0]):.4f}  {speed:.0f} pieces/s", flush=True)
            if self.spent >= total:
                break
            every = self.plan.every * 60
            if before // every < self.spent // every:
                self.save(dev, float(np.mean(losses)))
                losses.clear()
                pieces, self.saved = 0, self.spent
                began = time.monotonic() - self.spent  # what saving took is not training time
        self.save(dev, float(np.mean(losses or [0.0])), final=True)

    def _stream(self, items: Sequence[data.Window]) -> Iterator[data.Batch]:
        while True:
            yield from data.shuffled(items, self.plan.seed * 1000 + self.epoch, self.plan.batch)
            self.epoch += 1

    def _pace(self, part: float) -> float:
        warm = self.plan.warm_up
        return part / warm if part < warm else max(0.0, (1 - part) / (1 - warm))

    def save(self, dev: Sequence[Record], loss: float, *, final: bool = False) -> None:
        """Weights, the optimizer's state, one more part for averaging, and a line of history."""
        encoder.save(self.model, self.folder)
        name = f"part-{self.spent / 60:06.2f}.safetensors"
        encoder.save(self.model, self.folder, name)
        for old in sorted(self.folder.glob("part-*.safetensors"))[: -self.plan.keep]:
            old.unlink()
        state = {"optimizer": self.optimizer.state_dict(), "spent": self.spent, "step": self.step, "epoch": self.epoch}
        torch.save(state, self.folder / STATE)
        line: dict = {"minutes": round(self.spent / 60, 2), "step": self.step, "loss": round(loss, 4)}
        if dev:
            line["dev_loss"] = round(self.dev_loss(dev if final else dev[:40]), 4)
            scored = decode.predict_all(dev if final else dev[:40], self.tokenizer, self.predict)
            found = decode.tally(scored, 0.5)
            line |= {name: round(value, 4) for name, value in found.figures().items()}
            if final:
                line["labels"] = found.by_label()
        with (self.folder / HISTORY).open("a", encoding="utf-8") as history:
            history.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)

    def dev_loss(self, dev: Sequence[Record]) -> float:
        """Mean cross entropy a piece over the dev texts."""
        self.model.eval()
        total, count = 0.0, 0
        with torch.no_grad(), self.autocast():
            for group in data.batches(data.load(dev, self.tokenizer)):
                batch = data.collate(group).to(self.device)
                logits = self.model(batch.ids, batch.mask).flatten(0, 1).float()
                labels = batch.labels.flatten()
                total += functional.cross_entropy(logits, labels, ignore_index=IGNORED, reduction="sum").item()
                count += int((labels != IGNORED).sum())
        self.model.train()
        return total / max(count, 1)

    def predict(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Probabilities, as the exported model gives them."""
        self.model.eval()
        with torch.no_grad(), self.autocast():
            logits = self.model(torch.from_numpy(ids).to(self.device), torch.from_numpy(mask).to(self.device))
        self.model.train()
        return logits.float().softmax(-1).cpu().numpy()


def dev_records(plan: Plan) -> list[Record]:
    """A fixed sample of the held-out texts."""
    if not plan.dev:
        return []
    held = list(read_marked(Path(plan.dev)))
    random.Random(0).shuffle(held)  # noqa: S311
    return held[: plan.dev_texts]


def train(plan: Plan, folder: Path, *, resume: bool = False) -> Path:
    """Run a plan; returns its folder."""
    run = Run(plan, folder, resume=resume)
    began = time.monotonic()
    items = data.load(records(plan), run.tokenizer)
    total = sum(len(item.ids) for item in items)
    print(f"{len(items)} windows, {total} pieces, {time.monotonic() - began:.0f} s", flush=True)
    counts = np.bincount(np.concatenate([i.labels[i.labels >= 0] for i in items]), minlength=len(LABELS))
    print({label: int(counts[NUMBER[label]]) for label in LABELS}, flush=True)
    run.fit(items, dev_records(plan))
    return folder


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part)


def main() -> None:
    """Command line."""
    default = Plan(texts=())
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("out", type=Path, help="folder of the run")
    parser.add_argument("--texts", nargs="+", required=True, help="marked training texts")
    parser.add_argument("--dev", default=default.dev, help="marked held-out texts")
    parser.add_argument("--init", default=default.init, help="base or earlier run to start from")
    parser.add_argument("--layers", type=_numbers, default=(), help="layers of init to keep, as 0,1,3,5 (all if empty)")
    for name in ("minutes", "rate", "head_rate", "embedding_rate", "dropout", "smoothing", "soft", "every"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=getattr(default, name))
    for name in ("seed", "threads", "batch", "keep", "dev_texts"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=getattr(default, name))
    parser.add_argument("--teacher", default="", help="run whose probabilities guide this one")
    parser.add_argument("--weights", type=json.loads, default={}, help='class weights, as {"PER": 1.5, "O": 0.8}')
    parser.add_argument("--resume", action="store_true")
    options = vars(parser.parse_args())
    out, resume = options.pop("out"), options.pop("resume")
    options["texts"] = tuple(options["texts"])
    train(Plan(**options), out, resume=resume)


if __name__ == "__main__":
    main()
