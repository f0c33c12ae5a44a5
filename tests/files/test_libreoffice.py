"""What LibreOffice and pandoc write is read, and what we write opens in LibreOffice and shows what it should."""

import shutil
import subprocess
from pathlib import Path

import pytest

from avec_proxy.checking import check_file
from avec_proxy.files import open_file
from avec_proxy.model import Options
from tests.files import test_opendocument, test_slides, test_word, test_workbook
from tests.files.making import NAME, hidden, holding

SOFFICE, PANDOC, PDFTOTEXT = (shutil.which(name) for name in ("soffice", "pandoc", "pdftotext"))
pytestmark = [
    pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed"),
    pytest.mark.timeout(300),
]
SOURCE = """---
title: Compte rendu de Mme Solange Trévidic
author: Dr Yann Le Goff
---

Mme **Solange TRÉVIDIC**, née le 14/03/1948, IPP 8456123, adressée par le Dr Yann Le Goff[^1].

[^1]: Dr Yann Le Goff, 02 98 12 34 56.

| Nom      | Prénom  | DDN        | Motif |
|----------|---------|------------|-------|
| Trévidic | Solange | 14/03/1948 | chute |
| Quéméner | Albert  | 02/11/1939 | toux  |

Fille : Maëlle Trévidic, [écrire](mailto:maelle.trevidic@example.fr). Traitement : amoxicilline 1 g x 3/j, 7 jours.
"""
IDENTIFYING = (
    "Solange",
    "Trévidic",
    "Le Goff",
    "Quéméner",
    "Albert",
    "Maëlle",
    "8456123",
    "14/03/1948",
    "02/11/1939",
    "02 98 12 34 56",
)
CLINICAL = ("amoxicilline 1 g x 3/j, 7 jours", "chute", "toux")


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for LibreOffice's own files."""
    return tmp_path_factory.mktemp("libreoffice")


def converted(profile: Path, path: Path, form: str) -> Path:
    """Return `path` in another form, by LibreOffice."""
    assert SOFFICE is not None
    folder = path.parent / f"as_{form}"
    command = [
        SOFFICE,
        f"-env:UserInstallation=file://{profile}",
        "--headless",
        "--convert-to",
        form,
        "--outdir",
        str(folder),
    ]
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=120)
    return folder / f"{path.stem}.{form}"


def shown(profile: Path, path: Path) -> str:
    """Return what a document shows, printed by LibreOffice."""
    pdf = converted(profile, path, "pdf")
    assert pdf.exists(), "LibreOffice could not open it"
    if PDFTOTEXT is None:
        pytest.skip("pdftotext is not installed")
    return subprocess.run([PDFTOTEXT, "-layout", str(pdf), "-"], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.docx", test_word.planted, "Mme [PERSONNE_1] tousse depuis 3 jours"),
        ("a.xlsx", test_workbook.planted, "[PERSONNE_1]"),
        ("a.pptx", test_slides.planted, "Nom"),
        ("a.odt", lambda: test_opendocument.document("odt"), "note sur [PERSONNE_1]"),
        ("a.ods", lambda: test_opendocument.document("ods"), "DDN"),
        ("a.odp", lambda: test_opendocument.document("odp"), "RCP de Mme [PERSONNE_1]"),
    ],
)
def test_what_is_written_opens(profile: Path, tmp_path: Path, name: str, data: object, says: str) -> None:
    """Every kind, with names planted in all its places: it opens, shows the placeholders and no name."""
    assert callable(data)
    path = tmp_path / name
    path.write_bytes(hidden(open_file(data())))
    text = shown(profile, path)
    assert says in text
    assert NAME not in text


@pytest.mark.parametrize("form", ["odt", "ods", "odp"])
def test_what_libreoffice_writes_is_read_and_opens_again(profile: Path, tmp_path: Path, form: str) -> None:
    """Office documents with names everywhere, saved by LibreOffice in its own formats."""
    source, data = {
        "odt": ("a.docx", test_word.planted),
        "ods": ("a.xlsx", test_workbook.planted),
        "odp": ("a.pptx", test_slides.planted),
    }[form]
    path = tmp_path / source
    path.write_bytes(data())
    written = converted(profile, path, form)
    assert holding(written.read_bytes())
    out = hidden(open_file(written.read_bytes()))
    assert holding(out) == []
    copy = tmp_path / f"copie.{form}"
    copy.write_bytes(out)
    assert NAME not in shown(profile, copy)


@pytest.mark.skipif(PANDOC is None, reason="pandoc is not installed")
@pytest.mark.parametrize("form", ["docx", "odt", "pdf"])
def test_a_report_loses_who_and_keeps_what(profile: Path, tmp_path: Path, form: str) -> None:
    """A report by pandoc through the whole detection: nobody is left in any member, the treatment is."""
    assert PANDOC is not None
    source = tmp_path / "cr.md"
    source.write_text(SOURCE, encoding="utf-8")
    path = tmp_path / f"cr.{'docx' if form == 'pdf' else form}"
    subprocess.run([PANDOC, str(source), "-s", "-o", str(path)], check=True, capture_output=True, timeout=60)
    if form == "pdf":
        path = converted(profile, path, "pdf")
    checked = check_file(path.read_bytes(), path.name, Options())
    assert checked.copy is not None, checked.result.reason
    assert [word for word in IDENTIFYING if holding(checked.copy, word)] == []
    copy = tmp_path / f"copie_{checked.result.name}"
    copy.write_bytes(checked.copy)
    text = " ".join((copy.read_text(encoding="utf-8") if form == "pdf" else shown(profile, copy)).split())
    assert [words for words in CLINICAL if words not in text] == []
