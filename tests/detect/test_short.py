"""What is short needs a reason to be somebody's."""

import pytest

from avec_proxy.detect import short


def _span(text: str, surface: str) -> tuple[int, int]:
    start = text.index(surface)
    return start, start + len(surface)


@pytest.mark.parametrize(
    ("text", "surface", "counts"),
    [
        ("séance 6 : dessin de la famille", "6", True),
        ("escarre stade 3 au talon", "3", True),
        ("EHPAD de 80 lits", "80", True),
        ("relève : 28 résidents, 3 absents", "28", True),
        ("chambre 12 lits jumeaux", "12", False),
        ("la 214 dort encore", "214", False),
        ("sonnette 118 toujours en panne", "118", False),
        ("toilette 7 faite", "7", False),
        ("unité 2024", "2024", False),
    ],
)
def test_a_figure_of_a_series_or_of_things_is_no_room(text: str, surface: str, counts: bool) -> None:
    """Behind a word of series, or before what is counted; not after an article, nor with four digits."""
    assert short.counts(text, *_span(text, surface)) is counts


@pytest.mark.parametrize(
    ("text", "surface", "other"),
    [
        ("cible AS le matin, IDE le soir", "AS", True),
        ("marche 10 m avec RW, TUG 22 s", "RW", True),
        ("patient AS, 47 ans", "AS", False),
        ("la maman de BB est passée", "BB", False),
        ("Pansement refait. AS", "AS", False),
        ("Pansement refait. AS, le 12", "AS", False),
        ("vu avec TZ hier", "TZ", False),
        ("vision floue, OD rouge", "OD", True),
        ("patient OG, 47 ans", "OG", False),
        ("épanchement D > G. Fièvre", "G", True),
        ("secteur B à 15 h", "B", True),
        ("son frère P. est venu", "P", False),
        ("Présence E. coli dans les urines", "E", True),
        ("avec l'accord de P. hier", "P", False),
        ("Steri-Strip et rappel dT", "rappel dT", True),
    ],
)
def test_capitals_that_mean_something_else(text: str, surface: str, other: bool) -> None:
    """An abbreviation of care, a sector, a germ; initials beside a word for a person, before a stop, as a signature."""
    assert short.means_something_else(text, *_span(text, surface)) is other


@pytest.mark.parametrize(
    ("text", "surface", "acronym"),
    [
        ("patient en RXQ sur HBP", "RXQ", True),
        ("Mme KOŸ est vue", "KOŸ", False),
        ("née IPA à Lyon", "IPA", False),
        ("LEE Jin, 40 ans", "LEE", False),
        ("avis de TRAOREZ", "TRAOREZ", False),
        ("XQZ. vue", "XQZ", False),
    ],
)
def test_a_name_of_three_or_four_capitals_needs_a_sign(text: str, surface: str, acronym: bool) -> None:
    """A lexicon of names, a title, or a word for a person makes it a name; longer words are left to the model."""
    assert short.acronym(text, *_span(text, surface)) is acronym


@pytest.mark.parametrize(
    ("surface", "young"), [("72", True), ("91 ans", False), ("de 88 à 92", False), ("nonagénaire", False)]
)
def test_an_age_below_ninety_is_kept(surface: str, young: bool) -> None:
    """Only an age of ninety or more is hidden; one in words is the model's to judge."""
    assert short.young(surface) is young


@pytest.mark.parametrize(
    ("text", "surface", "relative"),
    [
        ("Neveu et tuteur : prévenu", "Neveu", True),
        ("Mari : joignable le soir", "Mari", True),
        ("Mari Kerleau", "Mari", False),
        ("Nevez et sa sœur", "Nevez", False),
    ],
)
def test_kinship_at_the_head_of_a_sentence_is_nobody(text: str, surface: str, relative: bool) -> None:
    """A word of kinship goes on in small letters; before a capital it may be a first name."""
    assert short.relative(text, *_span(text, surface)) is relative


@pytest.mark.parametrize(
    ("text", "surface", "feast"),
    [("le repas de noel", "noel", True), ("fermé avant noël", "noël", True), ("le pere noel vient", "noel", False)],
)
def test_the_feast_is_nobody(text: str, surface: str, feast: bool) -> None:
    """«noel» in small letters is a day after a meal, a market, «avant»; elsewhere it may be a name."""
    assert short.feast(text, *_span(text, surface)) is feast


@pytest.mark.parametrize(
    ("surface", "territory"),
    [
        ("Finistère", True),
        ("le Gers", True),
        ("l'Aveyron", True),
        ("Sénégal", True),
        ("Bretagne", True),
        ("Quimper", False),
    ],
)
def test_a_territory_points_at_nobody(surface: str, territory: bool) -> None:
    """A country, a region, a département, with its article; a town is none."""
    assert short.territory(surface) is territory


def test_the_floor_is_no_room() -> None:
    """«2e étage» counts floors; «2e» alone is left to the model."""
    assert short.counts("fuite au 2e étage", *_span("fuite au 2e étage", "2e"))
    assert not short.counts("fuite au 2e", *_span("fuite au 2e", "2e"))


@pytest.mark.parametrize(
    ("surface", "clinical"),
    [
        ("thyroïdien GAUCHE", True),
        ("OEIL DROIT", True),
        ("PAS", True),
        ("AUCUNE", True),
        ("Jean DROIT", False),
        ("Droitier", False),
        ("Pascal", False),
    ],
)
def test_a_side_or_a_negation_in_capitals_is_nobody(surface: str, clinical: bool) -> None:
    """An answer turns on them; a first name beside says that somebody is called so."""
    assert short.clinical(surface) is clinical


@pytest.mark.parametrize(
    ("surface", "young"),
    [
        ("88", True),
        ("quatre-vingt-deux", True),
        ("soixante-dix-neuf ans", True),
        ("quatre-vingt-douze ans", False),
        ("93", False),
        ("centenaire", False),
        ("nonagénaire", False),
    ],
)
def test_an_age_below_ninety_is_never_called_ninety(surface: str, young: bool) -> None:
    """In figures and in words."""
    assert short.young(surface) is young


def test_a_place_that_is_only_a_side_is_none() -> None:
    """A clinic may bear one in its name."""
    assert short.side("DROITE")
    assert not short.side("Rive Gauche")
    assert not short.side("")


@pytest.mark.parametrize(
    ("surface", "act"),
    [
        ("Chirurgie du genou", True),
        ("IRM de l'épaule", True),
        ("Chirurgie Pasteur", False),
        ("EHPAD les tilleuls", False),
    ],
)
def test_an_act_on_a_part_of_the_body_is_no_place(surface: str, act: bool) -> None:
    """A ward with a name of its own is one."""
    assert short.examined(surface) is act
