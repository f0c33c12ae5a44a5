"""The shipped word lists say what they should."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy import lexicons
from avec_proxy.lexicons import Commune, fold
from tests.lexicons.script import build


class TestFold:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("LEFÈVRE", "lefevre"),
            ("Cœur", "coeur"),
            ("L’Haÿ", "l'hay"),
            ("Jean‑Noël", "jean-noel"),
            ("Lætitia", "laetitia"),
            ("d`Artagnan", "d'artagnan"),
            ("plus minus", "plus minus"),
        ],
    )
    def test_writes_plainly(self, text: str, folded: str) -> None:
        """Case, accents, ligatures and typography disappear."""
        assert fold(text) == folded

    def test_reads_both_unicode_forms(self) -> None:
        """A letter and its accent fold as the accented letter does."""
        assert fold("He\u0301le\u0300ne") == fold("Hélène") == "helene"

    @given(st.text(max_size=40))
    def test_is_idempotent(self, text: str) -> None:
        """Folding a folded text changes nothing."""
        assert fold(fold(text)) == fold(text)


class TestWords:
    @pytest.mark.parametrize(
        "name",
        ["doliprane", "kardegic", "amoxicilline", "eliquis", "semaglutide", "acide folique", "levothyrox", "aspirine"],
    )
    def test_drugs_are_known(self, name: str) -> None:
        """Brands, substances, recent ones and those of two words are drugs."""
        assert name in lexicons.drugs()

    @pytest.mark.parametrize("word", ["sirop", "solution", "fer", "gel", "art", "divers", "insectes", "nuit"])
    def test_plain_words_are_no_drugs(self, word: str) -> None:
        """Words and classes of the drug table name no drug."""
        assert word not in lexicons.drugs()

    def test_drugs_that_are_names_are_marked(self) -> None:
        """A drug that is a first name is a drug and ambiguous; one that is not is not."""
        assert {"diane", "alma", "thais"} <= lexicons.ambiguous_drugs() <= lexicons.drugs()
        assert "doliprane" not in lexicons.ambiguous_drugs()

    def test_first_names_count_births(self) -> None:
        """Usual first names carry their births, spellings added up; function words are none."""
        names = lexicons.first_names()
        assert names["marie"] > 2_000_000
        assert names["helene"] > 100_000
        assert min(names.values()) >= build.MIN_BIRTHS
        assert not {"le", "la", "en", "a", "si", "m"} & names.keys()

    def test_surnames_hold_names_of_many_origins(self) -> None:
        """French and foreign family names, simple and with particles, are known; function words are none."""
        assert {
            "martin",
            "dupont",
            "lefebvre",
            "nguyen",
            "benali",
            "da silva",
            "traore",
            "le goff",
        } <= lexicons.surnames()
        assert not {"sans", "devant", "sol", "moins", "pas"} & lexicons.surnames()

    def test_common_words_hold_names_that_are_words(self) -> None:
        """Words that are also names stay words when both readings are usual, in all their forms."""
        assert {
            "petit",
            "rose",
            "avril",
            "marchand",
            "claire",
            "prenait",
            "douleurs",
            "keratolytiques",
        } <= lexicons.common_words()

    def test_common_words_leave_names_alone(self) -> None:
        """Names whose word is rare are not common words, nor is the imperfect subjunctive."""
        assert not {"robert", "marie", "fournier", "martin", "mangeassions"} & lexicons.common_words()

    @pytest.mark.parametrize(
        "name", ["parkinson", "babinski", "glasgow", "apgar", "guillain-barre", "guillain", "willebrand"]
    )
    def test_eponyms_are_known(self, name: str) -> None:
        """Eponyms stand whole and, if hyphenated or particled, in their parts."""
        assert name in lexicons.eponyms()

    def test_eponyms_spare_first_names_and_towns(self) -> None:
        """Parts of eponyms that are usual first names, and French towns, are no eponyms."""
        assert not {"claude", "bernard", "pierre", "marie", "paul", "lille", "vienne"} & lexicons.eponyms()
        assert len(lexicons.eponyms()) >= 350

    @pytest.mark.parametrize(
        "term",
        [
            "bpco",
            "hta",
            "ehpad",
            "motif",
            "antecedents",
            "aide-soignante",
            "mmse",
            "dn4",
            "has",
            "chatgpt",
            "klebsiella",
        ],
    )
    def test_clinical_terms_are_known(self, term: str) -> None:
        """Acronyms, headers, roles, scores, institutions, software and germs are clinical terms."""
        assert term in lexicons.clinical_terms()

    def test_clinical_terms_hide_nobody(self) -> None:
        """No clinical term is a usual first or family name, a town, or a single letter: it would uncover people."""
        terms = lexicons.clinical_terms()
        births, surnames = lexicons.first_names(), lexicons.surnames()
        assert len(terms) >= 900
        assert [t for t in terms if births.get(t, 0) >= 1000] == []
        assert [t for t in terms if (found := lexicons.commune(t)) and found.population >= 1000] == []
        assert [t for t in terms if len(t) < 2] == []
        # the few that are also family names are rare as such and indispensable as terms
        assert len([t for t in terms if t in surnames]) < 60

    def test_figures_are_full_names(self) -> None:
        """Well-known people stand by their folded full names; a single word would uncover its bearers."""
        assert {"marie curie", "florence nightingale", "edith piaf", "jean valjean"} <= lexicons.figures()
        assert len(lexicons.figures()) >= 600
        assert [n for n in lexicons.figures() if " " not in n or fold(n) != n] == []

    def test_every_entry_is_folded(self) -> None:
        """Look-ups by folded word can reach every entry."""
        lists = (
            lexicons.drugs(),
            lexicons.surnames(),
            lexicons.eponyms(),
            lexicons.clinical_terms(),
            lexicons.first_names(),
        )
        assert [w for entries in lists for w in entries if fold(w) != w or w.strip() != w or not w] == []

    def test_lists_are_read_once(self) -> None:
        """A list is the same object at every call."""
        assert lexicons.common_words() is lexicons.common_words()


class TestCommunes:
    @pytest.mark.parametrize("name", ["Saint-Étienne", "ST ETIENNE", "st-etienne", "Saint Etienne", "St. Étienne"])
    def test_spellings_meet(self, name: str) -> None:
        """A commune is found however it is accented, hyphenated, shortened or cased."""
        found = lexicons.commune(name)
        assert found is not None
        assert found.name == "saint-etienne"
        assert found.departments == (("42", "Loire"),)
        assert found.population > 150_000

    def test_a_name_may_stand_in_several_departments(self) -> None:
        """A shared name lists its départements by code, with the population of the largest."""
        found = lexicons.commune("Vers")
        assert found is not None
        assert [code for code, _ in found.departments] == ["46", "71", "74"]

    @pytest.mark.parametrize("name", ["Vers", "Y", "Die"])
    def test_short_and_wordlike_names_are_listed(self, name: str) -> None:
        """Communes that are words or letters are listed all the same: position decides."""
        assert isinstance(lexicons.commune(name), Commune)

    def test_vers_is_a_word_too(self) -> None:
        """Detection can see that such a commune is also a word."""
        assert "vers" in lexicons.common_words()

    @pytest.mark.parametrize("name", ["", "Paracétamol", "Paris 1er Arrondissement", "-"])
    def test_what_is_no_commune_is_none(self, name: str) -> None:
        """Other words, districts and nothing are no commune."""
        assert lexicons.commune(name) is None

    def test_overseas_communes_have_their_territory(self) -> None:
        """Communes overseas name their département or territory."""
        assert lexicons.commune("Nouméa") == Commune(
            "noumea", (("988", "Nouvelle-Calédonie"),), pytest.approx(94_000, rel=0.2)
        )

    @given(st.text(max_size=30))
    def test_any_text_may_be_asked(self, text: str) -> None:
        """Looking up any text raises nothing."""
        assert lexicons.commune(text) is None or lexicons.commune(text) == lexicons.commune(fold(text))


class TestDepartments:
    @pytest.mark.parametrize(
        ("postcode", "name"),
        [
            ("75011", "Paris"),
            ("01000", "Ain"),
            ("20000", "Corse-du-Sud"),
            ("20137", "Corse-du-Sud"),
            ("20200", "Haute-Corse"),
            ("20600", "Haute-Corse"),
            ("97110", "Guadeloupe"),
            ("97200", "Martinique"),
            ("97300", "Guyane"),
            ("97400", "La Réunion"),
            ("97600", "Mayotte"),
            ("97500", "Saint-Pierre-et-Miquelon"),
            ("97133", "Saint-Barthélemy"),
            ("97150", "Saint-Martin"),
            ("98600", "Wallis-et-Futuna"),
            ("98713", "Polynésie française"),
            ("98800", "Nouvelle-Calédonie"),
            ("75 011", "Paris"),
            ("00100", None),
            ("96000", None),
            ("20500", None),
            ("7501", None),
            ("750111", None),
            ("7501a", None),
            ("", None),
        ],
    )
    def test_postcode_gives_department(self, postcode: str, name: str | None) -> None:
        """The prefix names the département, Corsica's by three digits, overseas by three."""
        assert lexicons.department_of_postcode(postcode) == name

    def test_digits_of_other_scripts_are_no_postcode(self) -> None:
        """Only the ten ASCII digits make a postcode."""
        assert lexicons.department_of_postcode("٧٥٠١١") is None

    def test_names_are_folded(self) -> None:
        """Départements and territories are known by folded name."""
        assert {
            "seine-saint-denis",
            "cotes-d'armor",
            "haute-corse",
            "la reunion",
            "mayotte",
        } <= lexicons.department_names()
        assert len(lexicons.department_names()) == 101 + len(build.TERRITORIES)


def test_lists_load_without_the_name_model() -> None:
    """Reading the lists pulls in neither the name model nor the proxy, so that any part may use them."""
    code = (
        "import sys; from avec_proxy import lexicons; lexicons.drugs(); "
        "print(*({'spacy', 'presidio_analyzer', 'mitmproxy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == ""
