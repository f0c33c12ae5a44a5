"""`avec-proxy check --file` reads documents, and writes the copy that may leave."""

import json
import os
import stat
from pathlib import Path

import pytest

from tests.cli.calling import call
from tests.files.making import holding, members
from tests.files.test_opening import DAMAGED as LETTER
from tests.files.test_pdf import page

LIST = "Nom;Prénom;DDN;IPP;Motif\nKERVADEC;Maëlle;01/02/1950;8456123;toux\nLE GOFF;Yann;12/04/1962;8456124;chute\n"
COPY = "[PERSONNE_1];;[NAISSANCE_1 : 76 ans];[IPP_1];toux\n[PERSONNE_2];;[NAISSANCE_2 : 64 ans];[IPP_2];chute\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A list of patients under the name of one of them."""
    path = tmp_path / "liste_KERVADEC_Maëlle.csv"
    path.write_text(LIST, encoding="cp1252")
    return path


def test_a_document_is_one_object_of_the_contract(table: Path) -> None:
    """A prompt's keys, then what the file is, its name as it would leave, and where each text stands."""
    said = call("check", "--json", "--file", str(table))
    assert said.code == 1
    checked = said.object
    assert list(checked)[-3:] == ["kind", "name", "texts"]
    assert (checked["kind"], checked["name"]) == ("csv", "liste_[PERSONNE_1_B].csv")
    assert [text["label"] for text in checked["texts"]] == ["", "nom du fichier"]
    body, name = checked["sanitized"].split("\n\n")
    assert "[IPP_1]\ttoux" in body
    assert name.strip() == "liste [PERSONNE_1_B]"
    text = LIST.replace(";", "\t") + "\n\n" + "liste KERVADEC Maëlle"
    spans = [text[f["start"] : f["end"]] for f in checked["findings"]]
    assert {"8456123", "01/02/1950", "KERVADEC Maëlle"} <= set(spans)
    where = checked["texts"][1]
    assert text[where["start"] : where["end"]] == "liste KERVADEC Maëlle"


def test_the_copy_keeps_its_form_and_its_encoding(table: Path, tmp_path: Path) -> None:
    """Every cell stands where it stood; the file that was checked is untouched."""
    copy = tmp_path / "copie.csv"
    assert call("check", "--json", "--file", str(table), "--output", str(copy)).code == 1
    assert copy.read_bytes() == ("Nom;Prénom;DDN;IPP;Motif\n" + COPY).encode("cp1252")
    assert table.read_text(encoding="cp1252") == LIST


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_the_copy_is_for_its_writer_alone(table: Path, tmp_path: Path) -> None:
    """Something may have been overlooked in it, and machines are shared."""
    copy = tmp_path / "copie.csv"
    before = os.umask(0o022)
    try:
        call("check", "--json", "--file", str(table), "--output", str(copy))
    finally:
        os.umask(before)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_folder_gets_the_copy_under_its_new_name(table: Path, tmp_path: Path) -> None:
    """A name that identifies somebody does not go on."""
    folder = tmp_path / "copies"
    folder.mkdir()
    call("check", "--json", "--file", str(table), "--output", str(folder))
    assert [path.name for path in folder.iterdir()] == ["liste_[PERSONNE_1_B].csv"]


def test_nothing_is_ever_overwritten(table: Path, tmp_path: Path) -> None:
    """Neither the file itself nor another one; the words quote no name."""
    other = tmp_path / "autre.csv"
    other.write_text("x", encoding="utf-8")
    for path in (table, other):
        said = call("check", "--json", "--file", str(table), "--output", str(path))
        assert said.code == 2
        assert "exists" in said.err
        assert "KERVADEC" not in said.err
    assert (table.read_text(encoding="cp1252"), other.read_text(encoding="utf-8")) == (LIST, "x")


def test_a_letter_is_written_without_its_author(tmp_path: Path) -> None:
    """An office document: the name is in no member of the copy, and its author is gone."""
    letter, copy = tmp_path / "lettre.docx", tmp_path / "copie.docx"
    letter.write_bytes(LETTER)
    said = call("check", "--file", str(letter), "--output", str(copy))
    assert said.code == 1
    assert "Fichier lu comme DOCX" in said.out
    assert "Mme [PERSONNE_1] tousse depuis 3 jours." in said.out
    assert holding(copy.read_bytes()) == []
    assert b"creator" not in members(copy.read_bytes())["docProps/core.xml"]


def test_a_pdf_leaves_as_text(tmp_path: Path) -> None:
    """The name says so."""
    path = tmp_path / "bilan.pdf"
    path.write_bytes(page("Compte rendu : Mme Kervadec a été opérée."))
    said = call("check", "--json", "--file", str(path), "--output", str(tmp_path))
    assert said.object["name"] == "bilan.txt"
    assert (tmp_path / "bilan.txt").read_text(encoding="utf-8") == "Compte rendu : Mme [PERSONNE_1] a été opérée."


def test_what_cannot_be_read_says_why_and_writes_nothing(tmp_path: Path) -> None:
    """The same French words as the proxy's."""
    picture, copy = tmp_path / "photo.png", tmp_path / "copie.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    said = call("check", "--json", "--file", str(picture), "--output", str(copy))
    assert said.code == 1
    assert (said.object["blocked"], said.object["kind"]) == (True, "")
    assert said.object["reason"].startswith("Cette image n'a pas été envoyée")
    assert not copy.exists()
    assert "Cette image n'a pas été envoyée" in call("check", "--file", str(picture)).out


def test_a_text_file_is_a_prompt_unless_a_copy_is_asked_for(tmp_path: Path) -> None:
    """A prompt's politeness is removed; a document's is part of it."""
    path = tmp_path / "note.txt"
    path.write_text("Bonjour, résume : Mme Kervadec tousse.", encoding="utf-8")
    assert call("check", "--json", "--file", str(path)).object["sanitized"] == "Résume : Mme [PERSONNE_1] tousse."
    said = call("check", "--json", "--file", str(path), "--output", str(tmp_path / "copie.txt"))
    assert said.object["kind"] == "text"
    assert (tmp_path / "copie.txt").read_text(encoding="utf-8") == "Bonjour, résume : Mme [PERSONNE_1] tousse."


def test_what_is_no_text_in_utf8_is_a_document_whatever_its_name(tmp_path: Path) -> None:
    """A letter called .txt, a note in the encoding of an old editor."""
    letter, note = tmp_path / "lettre.txt", tmp_path / "note.txt"
    letter.write_bytes(LETTER)
    note.write_bytes("Mme Kervadec, opérée à Quimper".encode("cp1252"))
    assert call("check", "--json", "--file", str(letter)).object["name"] == "lettre.docx"
    assert (
        call("check", "--json", "--file", str(note))
        .object["sanitized"]
        .startswith("Mme [PERSONNE_1], opérée à [VILLE_1")
    )


def test_a_name_alone_is_said(tmp_path: Path) -> None:
    """Nothing in the file, somebody in its name."""
    path = tmp_path / "Kervadec Maëlle.html"
    path.write_text("<html><p>Quels sont les signes d'une pneumopathie ?</p></html>", encoding="utf-8")
    said = call("check", "--file", str(path))
    assert said.code == 1
    assert "Nom du fichier" in said.out


@pytest.mark.parametrize(
    "arguments", [["--output", "x"], ["--output", "x", "--file", "-"], ["--jsonl", "--output", "x", "--file", "y"]]
)
def test_a_copy_needs_a_file(arguments: list[str]) -> None:
    """A prompt has no copy."""
    said = call("check", *arguments, stdin="bonjour")
    assert said.code == 2
    assert "--file" in said.err


def test_a_file_that_is_not_there() -> None:
    """One line, without its path."""
    said = call("check", "--file", "/nowhere/kervadec.docx")
    assert (said.code, said.err) == (2, "avec-proxy check: the file cannot be read\n")


def test_the_schema_of_a_document_is_a_prompts_with_more() -> None:
    """Named with --file, whatever file it is."""
    prompt, document = (call("check", "--schema", *more) for more in ([], ["--file", "x.docx"]))
    more = json.loads(document.out)["properties"].keys() - json.loads(prompt.out)["properties"].keys()
    assert more == {"kind", "name", "texts"}
