"""What an always-hide list costs: building and loading it, and milliseconds per kB that it adds to reading a text.

    make bench-lists, or python -m benchmarks.lists [--entries 1000000] [TEXT…]

People are put together from the shipped lists of first and family names. Texts: files that are named, else a note of
our own; and a text of nothing but listed names, the worst there is. The ratio is to the whole detection of the same text.
"""

import argparse
import random
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from avec_proxy import lexicons, lists
from avec_proxy.detect.engine import Detector, Labelled
from avec_proxy.detect.listed import Lists
from avec_proxy.rulebook import Rulebook

NOTE = (
    "Compte rendu d'hospitalisation. La patiente, âgée de 78 ans, est admise pour une dyspnée d'aggravation progressive "
    "avec des œdèmes des membres inférieurs. Antécédents : hypertension, fibrillation auriculaire, diabète de type 2. "
    "Le traitement comporte furosémide 40 mg, bisoprolol 2,5 mg et apixaban 5 mg deux fois par jour. À l'examen, "
    "crépitants des deux bases, pas de souffle, saturation 92 % en air ambiant. La famille demande un retour à domicile "
    "avec passage infirmier ; le médecin traitant sera informé. Merci de résumer en cinq lignes pour la réunion. "
)


def people(count: int, seed: int = 7) -> Iterator[tuple[str, ...]]:
    """Yield so many people: one to three given names and a family name, the frequent ones more often."""
    rng = random.Random(seed)
    names = lexicons.first_names()
    given = rng.choices([*names], weights=[*names.values()], k=2 * count)
    families = sorted(lexicons.surnames())
    for i in range(count):
        rest = (given[count + i],) if i % 4 == 0 else ()
        yield lists.words_of(" ".join((rng.choice(families), given[i], *rest)))


def measure(args: argparse.Namespace) -> None:
    """Print what everything takes."""
    key = secrets.token_bytes(lists.KEY_BYTES)
    begun = time.perf_counter()
    raw = lists.written(lists.build("people", people(args.entries), "PERSON", key))
    print(f"built in {time.perf_counter() - begun:.1f} s, {len(raw) / 1e6:.1f} MB")
    process = psutil.Process()
    before, begun = process.memory_info().rss, time.perf_counter()
    data = lists.parse_hashed("people", raw, key)
    print(f"{data.count} entries read in {(time.perf_counter() - begun) * 1000:.0f} ms, file and tables ", end="")
    print(f"{(len(raw) + process.memory_info().rss - before) / 1e6:.0f} MB")
    listed, bare = Lists([data]), Detector(Rulebook.load())
    sample = [" ".join(p[1:] + p[:1]) for p in people(400)]
    texts = {"note": NOTE * 12, "names": "\n".join(sample)} | {p.name: p.read_text("utf-8") for p in args.texts}
    listed.read(NOTE)
    bare.find([Labelled(NOTE)])
    for name, text in texts.items():
        kilobytes = len(text.encode()) / 1000
        alone = _best(lambda text=text: listed.read(text))  # type: ignore[misc]
        begun = time.perf_counter()
        bare.find([Labelled(text)])
        whole = time.perf_counter() - begun
        found = len(listed.read(text).findings)
        print(
            f"{name}: {kilobytes:.0f} kB, {found} listed, adds {alone * 1000 / kilobytes:.2f} ms/kB "
            f"to {whole * 1000 / kilobytes:.1f} (ratio {1 + alone / whole:.2f})"
        )


def _best(work: "object", times: int = 5) -> float:
    spent = []
    for _ in range(times):
        begun = time.process_time()
        work()  # type: ignore[operator]
        spent.append(time.process_time() - begun)
    return min(spent)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("texts", nargs="*", type=Path)
    measure(parser.parse_args())
