"""A hospital's lists in texts: whole entries are found however they are written, and a guess alone is let go."""

import pytest

from avec_proxy import lists
from avec_proxy.detect.engine import Detector, Labelled
from avec_proxy.detect.listed import Lists
from avec_proxy.model import Finding
from avec_proxy.own_set import ListData
from avec_proxy.rulebook import Rulebook

KEY = bytes(range(32))


def listed(kind: str, *entries: str) -> ListData:
    """Return an always-hide list named after its kind."""
    return lists.parse_text(kind, "\n".join((f"# kind: {kind}", *entries)).encode(), KEY, hide=True)


def kept(*entries: str) -> ListData:
    """Return a never-hide list."""
    return lists.parse_text("units", "\n".join(entries).encode(), KEY, hide=False)


PEOPLE = listed("person", "LEFEBVRE Jeanne", "Le Goff Yann", "Jean-Pierre N'Guyen", "Rose Marchand", "Petit")
CODES = listed("code", "Tournesol", "projet Céladon", "KX 12")
SERVICES = listed("service", "Les Tilleuls", "unité de soins continus")


def found(data: ListData, text: str) -> list[str]:
    """Return what one list finds in a text."""
    return [text[f.start : f.end] for f in Lists([data]).read(text).findings]


@pytest.mark.parametrize(
    "text",
    [
        "Vu Jeanne Lefebvre ce jour",
        "Vu LEFEBVRE Jeanne ce jour",
        "vu jeanne lefèbvre ce jour",
        "JEANNE-LEFEBVRE, 78 ans",
        "Lefebvre, Jeanne : sortie",
        "| LEFEBVRE | Jeanne |",
        "LEFEBVRE\nJeanne\n",
        "jeanne.lefebvre",
        "jeanne_lefebvre.pdf",
    ],
)
def test_a_person_is_found_in_either_order(text: str) -> None:
    """Whatever the case, the accents, the order, and what a table or a user name puts between."""
    (name,) = found(PEOPLE, text)
    assert lists.words_of(name) in (("jeanne", "lefebvre"), ("lefebvre", "jeanne"))


def test_names_of_several_words() -> None:
    """Particles, hyphens and apostrophes are words like others."""
    text = "YANN LE GOFF, nguyen jean pierre, Jean Pierre N'GUYEN"
    assert found(PEOPLE, text) == ["YANN LE GOFF", "Jean Pierre N'GUYEN"]


@pytest.mark.parametrize(
    "text",
    [
        "Jeanne et Lefebvre",
        "Jeanne est venue. Lefebvre aussi",
        "la jeanne",
        "Jeannette Lefebvre",
        "un petit déjeuner",
        "Petit déjeuner pris.",
        "une rose, un marchand",
        "rose marchand",
        "le goff",
        "",
        "…",
    ],
)
def test_a_word_of_an_entry_is_no_entry(text: str) -> None:
    """A part of a name, its words apart, and ordinary words that nobody wrote as a name stay."""
    assert found(PEOPLE, text) == []


def test_ordinary_words_that_are_written_as_a_name() -> None:
    """«Petit» after a title or within a sentence, «Rose Marchand» with its capitals."""
    assert found(PEOPLE, "Vu par Petit ce matin, avec Mme Petit et PETIT.") == ["Petit", "Petit", "PETIT"]
    assert found(PEOPLE, "Rose Marchand, MARCHAND Rose") == ["Rose Marchand", "MARCHAND Rose"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Marie le matin, vu anh hier, la bon jeanne", []),
        (
            "Marie LE, Le Marie, Vu Anh, VU ANH, BON Jeanne, jeanne Bon",
            ["Marie LE", "Le Marie", "Vu Anh", "VU ANH", "BON Jeanne", "jeanne Bon"],
        ),
        ("le goff yann, yann le goff", ["le goff yann", "yann le goff"]),
        ("de la tour jean, jean de la tour", ["de la tour jean", "jean de la tour"]),
    ],
)
def test_short_words_that_are_names(text: str, names: list[str]) -> None:
    """«le», «vu», «bon» are words unless they are written as names, or stand within one."""
    data = listed("person", "LE Marie", "VU Anh", "BON Jeanne", "LE GOFF Yann", "DE LA TOUR Jean")
    assert found(data, text) == names


def test_code_names_and_services() -> None:
    """One ordinary word needs its capital; several words need none, and an article is left out."""
    assert found(CODES, "Tournesol avance, le projet celadon aussi ; un tournesol. kx-12") == [
        "Tournesol",
        "projet celadon",
        "kx-12",
    ]
    assert found(SERVICES, "aux Tilleuls, en unité de soins continus, sous les tilleuls") == [
        "Tilleuls",
        "unité de soins continus",
        "les tilleuls",
    ]
    assert found(CODES, "Céladon projet") == []


def test_neighbours_are_two_and_nothing_of_an_entry_stays() -> None:
    """Where entries overlap, those that stand apart are taken, and every entry is covered."""
    data = listed("person", "Lefebvre Jeanne", "Martin Paul", "Jeanne Martin")
    assert found(data, "LEFEBVRE Jeanne MARTIN Paul") == ["LEFEBVRE Jeanne", "MARTIN Paul"]
    assert found(data, "LEFEBVRE Jeanne MARTIN") == ["LEFEBVRE Jeanne", "Jeanne MARTIN"]


def test_several_lists_and_keys() -> None:
    """Lists of one key and of several are all looked at, each with its own type and name."""
    other = lists.build("staff", [("kermadec",)], "PERSON", bytes(32))
    text = "Kermadec, Jeanne Lefebvre, projet Céladon"
    marks = Lists([PEOPLE, CODES, other]).read(text)
    assert sorted((text[f.start : f.end], f.entity_type, f.rule) for f in marks.findings) == [
        ("Jeanne Lefebvre", "PERSON", "always_hide.person"),
        ("Kermadec", "PERSON", "always_hide.staff"),
        ("projet Céladon", "CODE_NAME", "always_hide.code"),
    ]


def test_no_list_and_an_empty_one() -> None:
    """Nothing is found, and nothing fails."""
    assert Lists([]).read("Jeanne Lefebvre").findings == []
    assert found(listed("person"), "Jeanne Lefebvre") == []


def frees(text: str, name: str, rule: str = "model.person") -> bool:
    """Return whether a never-hide list frees the first `name` of a text."""
    start = text.index(name)
    marks = Lists([kept("Verlaine", "unité Jeanne Garnier", "protocole Marjolin")]).read(text)
    return marks.frees(Finding(start, start + len(name), "PERSON", rule, 0.6))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Transfert à Verlaine demain", "Verlaine"),
        ("Verlaine est plein", "Verlaine"),
        ("en unité Jeanne Garnier", "Jeanne Garnier"),
        ("le protocole MARJOLIN", "MARJOLIN"),
    ],
)
def test_a_guess_within_an_entry_is_let_go(text: str, name: str) -> None:
    """What the name model or a first name only suggests stays, where the list names all of it."""
    for rule in ("model.person", "model.place", "model.facility", "position.full_name", "position.town"):
        assert frees(text, name, rule)


@pytest.mark.parametrize(
    "rule",
    [
        *("position.title", "position.label", "position.kinship", "position.carer", "position.signature"),
        *("position.birth_name", "table.column", "ipp", "nir", "phone", "email", "username", "model.identifier"),
        *("model.address", "model.initials", "always_hide.person", "propagation"),
    ],
)
def test_nothing_but_a_guess_is_let_go(rule: str) -> None:
    """A title, a label, a table, a number, an address, a list that hides: what they saw is hidden."""
    assert not frees("Transfert à Verlaine demain", "Verlaine", rule)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("M. Verlaine", "Verlaine"),
        ("la patiente Verlaine va bien", "Verlaine"),
        ("sa fille Verlaine", "Verlaine"),
        ("Verlaine, 78 ans", "Verlaine"),
        ("Verlaine (née en 1950)", "Verlaine"),
        ("P. Verlaine", "Verlaine"),
        ("Paul Verlaine", "Verlaine"),
        ("Paul Verlaine", "Paul Verlaine"),
        ("Jeanne Garnier", "Jeanne Garnier"),
        ("unité Jeanne Garnier-Durand", "Jeanne Garnier-Durand"),
    ],
)
def test_somebody_is_not_let_go(text: str, name: str) -> None:
    """A title, a word for a person, an age, a first name, an initial; and what reaches beyond the entry."""
    assert not frees(text, name)


@pytest.fixture(scope="module")
def detector() -> Detector:
    """One detector for the module: the model takes seconds to load."""
    return Detector(Rulebook.load())


def hidden(detector: Detector, *texts: str) -> list[list[str]]:
    """Return what is hidden in the texts of a request."""
    read = detector.find([Labelled(text) for text in texts])
    return [[text[f.start : f.end] for f in findings] for text, findings in zip(texts, read, strict=True)]


def test_the_whole_detection_with_lists(detector: Detector) -> None:
    """A list that hides wins over one that keeps; a name known for somebody's is hidden everywhere in the request."""
    text = "Transfert en unité Verlaine demain."
    detector.relist([])
    assert hidden(detector, text) != [[]]
    detector.relist([kept("unité Verlaine", "Verlaine")])
    assert hidden(detector, text) == [[]]
    assert hidden(detector, "Mme Verlaine va bien.", text) == [["Verlaine"], ["Verlaine"]]
    assert hidden(detector, "Verlaine : 06 12 34 56 78, verlaine@exemple.fr") == [
        ["06 12 34 56 78", "verlaine@exemple.fr"]
    ]
    detector.relist([kept("unité Verlaine", "Verlaine"), listed("service", "unité Verlaine")])
    (finding,) = detector.find([Labelled(text)])[0]
    assert (finding.entity_type, finding.rule) == ("SERVICE", "always_hide.service")


def test_other_lists_make_what_was_remembered_void(detector: Detector) -> None:
    """A text that was read before is read anew, in disguise too."""
    text = "Le projet céladon avance."
    detector.relist([])
    assert hidden(detector, text) == [[]]
    detector.relist([CODES])
    assert hidden(detector, text, "le pro\u00adjet  ce\u0301ladon") == [
        ["projet céladon"],
        ["pro\u00adjet  ce\u0301ladon"],
    ]
    detector.relist([])
    assert hidden(detector, text) == [[]]


def test_what_is_kept_is_told_in_the_texts_own_offsets(detector: Detector) -> None:
    """Whatever the text is read as."""
    detector.relist([kept("protocole Marjolin")])
    text = "Le proto\u200bcole\u00a0Marjolin."
    ((start, end, name),) = detector.kept(text)
    assert (text[start:end], name) == ("proto\u200bcole\u00a0Marjolin", "units")
