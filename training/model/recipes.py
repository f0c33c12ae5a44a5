"""Runs the named recipes of ``training/recipes.toml`` and prints a Markdown table of what they reached.

A recipe is done once: its figures lie in ``result.json`` of its run, and a second call only prints them. A run that
was cut short goes on where it was (a start, an average or a teacher named in a recipe is made first).
"""

import argparse
import json
import shutil
import tomllib
from dataclasses import fields
from pathlib import Path

from training.model import average, decode, export, narrow, score, tokens, train
from training.model.marked import read_marked
from training.model.prepare import BASE, PIECES, prepare

FILE = Path("training/recipes.toml")
WORK = Path("training/work")
RUNS = WORK / "runs"
MODELS = WORK / "models"
RESULT = "result.json"
_PLAN = {item.name for item in fields(train.Plan)}


class Book:
    """The recipes, each with the defaults under it."""

    def __init__(self, path: Path) -> None:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        self.defaults: dict = content.get("defaults", {})
        self.recipes: dict[str, dict] = content["recipes"]

    def __getitem__(self, name: str) -> dict:
        return {**self.defaults, **self.recipes[name]}

    def run(self, name: str) -> Path:
        """The folder of the trained (and averaged) recipe; trains it when it is not there."""
        recipe = self[name]
        folder = RUNS / name
        if (folder / "done").exists():
            return folder
        if "average_of" in recipe:
            average.average([self.run(part) / "model.safetensors" for part in recipe["average_of"]], folder)
        else:
            self._train(name, recipe, folder)
        (folder / "done").touch()
        return folder

    def _train(self, name: str, recipe: dict, folder: Path) -> None:
        plan = {key: value for key, value in recipe.items() if key in _PLAN}
        plan["texts"] = tuple(str(WORK / text) for text in recipe["texts"])
        plan["dev"] = str(WORK / recipe["dev"]) if recipe.get("dev") else ""
        plan["layers"] = tuple(recipe.get("layers", ()))
        start = self.run(recipe["init"]) if recipe.get("init") else self.base(recipe)
        if recipe.get("width"):
            start = self._narrowed(start, recipe, RUNS / f"{name}-narrow")
            plan["layers"] = ()
        plan["init"] = str(start)
        plan["teacher"] = str(self.run(recipe["teacher"])) if recipe.get("teacher") else ""
        kept = RUNS / f"{name}-parts" if recipe.get("average") else folder
        train.train(train.Plan(**plan), kept, resume=(kept / train.STATE).exists())
        if recipe.get("average"):
            average.average(average.last_parts(kept, recipe["average"]), folder)

    def _narrowed(self, start: Path, recipe: dict, out: Path) -> Path:
        if not (out / tokens.FILE).exists():
            texts = list(read_marked(WORK / recipe["texts"][0]))
            texts = texts[:: max(1, len(texts) // 400)]
            narrow.narrow_folder(start, out, texts, recipe["width"], recipe.get("layers", ()))
        return out

    def base(self, recipe: dict) -> Path:
        """The pruned source encoder, made of the texts of the defaults so that all recipes share one vocabulary."""
        if not (BASE / tokens.FILE).exists():
            texts = [WORK / text for text in self.defaults.get("texts", recipe["texts"])]
            prepare(texts, BASE, recipe.get("pieces", PIECES), lines=recipe.get("lines", True))
        return BASE

    def result(self, name: str) -> dict:
        """The figures of a recipe's exported model."""
        recipe = self[name]
        run = self.run(name)
        kept = run / RESULT
        if kept.exists():
            return json.loads(kept.read_text(encoding="utf-8"))
        folder = export.export(run, MODELS / name)
        files = [WORK / file for file in recipe["score"]]
        scored = score.score(folder, files)
        found = decode.tally(scored, recipe.get("threshold", 0.25), recipe.get("lever", 0.0))
        sample = [item.record for item in scored][:60]
        result = {
            **found.figures(),
            "MB": sum((folder / file).stat().st_size for file in (export.MODEL, tokens.FILE)) / 1e6,
            "ms/kB": export.speed(folder, sample, 1),
        }
        (folder / "labels.json").write_text(json.dumps(found.by_label(), indent=1) + "\n", encoding="utf-8")
        kept.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        return result

    def forget(self, name: str) -> None:
        """Remove what a recipe left, so that it is made anew."""
        for folder in (RUNS / name, RUNS / f"{name}-parts", RUNS / f"{name}-narrow", MODELS / name):
            shutil.rmtree(folder, ignore_errors=True)


def table(results: dict[str, dict]) -> str:
    """The results as Markdown."""
    names = list(next(iter(results.values())))
    lines = ["| recipe | " + " | ".join(names) + " |", "|" + "---|" * (len(names) + 1)]
    for recipe, result in results.items():
        cells = [f"{result[name]:.1f}" if name in {"MB", "ms/kB"} else f"{result[name]:.3f}" for name in names]
        lines.append(f"| {recipe} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="recipes (all that are done, if none is named)")
    parser.add_argument("--file", type=Path, default=FILE)
    parser.add_argument("--again", action="store_true", help="forget what these recipes left and make them anew")
    options = parser.parse_args()
    book = Book(options.file)
    names = options.names or [name for name in book.recipes if (RUNS / name / "done").exists()]
    if not names:
        parser.error("no recipe is done: name one of " + ", ".join(book.recipes))
    if options.again:
        for name in names:
            book.forget(name)
    print(table({name: book.result(name) for name in names}))


if __name__ == "__main__":
    main()
