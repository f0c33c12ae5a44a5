"""Saying less at the red level: in the policy's order, no further than it takes, for the whole conversation."""

from datetime import date

import pytest

from avec_proxy import analysis, indirect
from avec_proxy.indirect import Said
from avec_proxy.model import Edit, Level, Options, Reserve, Role, Segment, Site, Strictness, Switch

TODAY = date(2026, 11, 25)
CASE = "Mme Rozenn Calvarin, 45 ans, boulangère à Aurillac, adressée pour une maladie de Wilson."
SCORE = "ne pas calculer de score"


def _segments(*texts: str) -> list[Segment]:
    return [Segment(t, 0, 0, role=(Role.USER, Role.ASSISTANT)[n % 2], turn=n) for n, t in enumerate(texts)]


def _say(*texts: str, segments: list[Segment] | None = None, **options: object) -> Said:
    segments = segments or _segments(*texts)
    detector = analysis.detector(Strictness.STANDARD)
    found = detector.find([analysis.Labelled(s.text, "") for s in segments])
    chosen = Options(**options)  # type: ignore[arg-type]
    return indirect.say(segments, found, [[] for _ in segments], chosen, TODAY)


def _made(text: str, edits: list[Edit]) -> str:
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def test_hints_of_places_go_first_and_nothing_more_where_that_is_enough() -> None:
    """The département is gone, the exact age stays, the level of what leaves is no longer red."""
    text = "Mme Rozenn Calvarin, née le 01/02/1981, boulangère à Aurillac, vue pour une toux."
    said = _say(text)
    assert (said.told.level, said.left.level, said.withheld) == (Level.RED, Level.GREEN, (Reserve.PLACES,))
    assert _made(text, said.edits[0]) == (
        "Mme [PERSONNE_1], née le [NAISSANCE_1 : 45 ans], boulangère à [VILLE_1], vue pour une toux."
    )
    assert [p.wording for p in said.proposals[0]] == ["artisan ou chef d'entreprise"]
    chosen = _say(text, generalise=Switch.ON)
    assert "[NAISSANCE_1 : 45 ans], [PROFESSION_1 : artisan ou chef d'entreprise]" in _made(text, chosen.edits[0])


def test_then_ages_become_bands_and_words_are_proposed() -> None:
    """Nothing of the words is changed unasked: the proposals say where they stand."""
    said = _say(CASE)
    assert said.withheld == (Reserve.PLACES, Reserve.AGES)
    assert _made(CASE, said.edits[0]) == (
        f"Mme [PERSONNE_1], [AGE_1 : 45 à 49 ans, {SCORE}], boulangère à [VILLE_1], adressée pour une maladie de "
        "Wilson."
    )
    assert [(CASE[p.start : p.end], p.wording) for p in said.proposals[0]] == [
        ("boulangère", "artisan ou chef d'entreprise"),
        ("maladie de Wilson", "maladie rare du métabolisme"),
    ]
    assert said.values["AGE_1"] == "45 ans"


def test_the_user_chooses_the_words() -> None:
    """Then they stand in placeholders, every mention the same one, and what leaves is less telling."""
    text = f"{CASE} La maladie de Wilson est stable, sa boulangère de fille aussi."
    said = _say(text, generalise=Switch.ON)
    made = _made(text, said.edits[0])
    assert made.count("[MALADIE_1 : maladie rare du métabolisme]") == 2
    assert "Wilson" not in made
    assert "boulangère" not in made
    assert said.values["PROFESSION_1"] == "boulangère"
    assert said.left.k > _say(text).left.k


def test_less_is_said_at_every_step() -> None:
    """No step makes fewer people possible than the one before."""
    for text in (CASE, "Ma patiente de 34 ans est députée du Rhône, jumelle, vue en octobre."):
        told = _say(text)
        assert told.told.k <= told.left.k <= _say(text, generalise=Switch.ON).left.k


@pytest.mark.parametrize(
    ("text", "gone", "kept"),
    [
        ("Garçon de 17 ans blessé dans un attentat. Il a 17 ans depuis peu.", " 17 ans depuis", "15 à 17 ans"),
        ("Homme de 18 ans, maire, suivi depuis 18 ans, opéré il y a 18 ans.", "Homme de 18 ans", "18 à 19 ans"),
        ("Patiente âgée de 89 ans, maire, infarctus à 52 ans.", "de 89 ans", "85 à 89 ans"),
        ("Nourrisson de 3 mois, syndrome de Bloom, fièvre depuis 3 jours.", "3 mois", "1 à 11 mois"),
        ("Fille de 12 jours, syndrome de Bloom, poids 3 kg.", "12 jours", "moins de 1 mois"),
    ],
)
def test_a_band_never_crosses_a_bound_and_durations_stay(text: str, gone: str, kept: str) -> None:
    """Eighteen, the first month and the first year bound a band; what is no age stays byte for byte."""
    made = _made(text, _say(text).edits[0])
    assert gone not in made
    assert f" : {kept}, {SCORE}]" in made
    for duration in ("depuis 18 ans", "il y a 18 ans", "à 52 ans", "depuis 3 jours", "3 kg"):
        assert (duration in made) == (duration in text)


def test_every_mention_of_the_age_becomes_the_same_band_in_every_turn() -> None:
    """One exact mention left in another turn, the model's too, would tell what the others do not."""
    texts = (CASE, "Cette femme de 45 ans a une maladie rare.", "Et à l'examen, 45 ans, maigre ?")
    said = _say(*texts)
    made = [_made(t, e) for t, e in zip(texts, said.edits, strict=True)]
    assert all(f"[AGE_1 : 45 à 49 ans, {SCORE}]" in text for text in made)
    assert not any("45 ans" in text for text in made)


def test_what_is_not_red_is_left_as_it_is() -> None:
    """Orange and green cases keep their hints; nothing is proposed."""
    for text in ("Mme Rozenn Calvarin, 62 ans, enseignante à Bordeaux.", "Homme de 58 ans, toux."):
        said = _say(text, generalise=Switch.ON)
        assert said.told == said.left
        assert said.withheld == ()
        assert not any(said.proposals)
        assert "ans]" not in _made(text, said.edits[0])


def test_nothing_is_put_where_no_placeholder_can_stand() -> None:
    """In a strict place (a tool's name) an age or a word stays, and does not refuse the request."""
    tool = Segment("boulangère 45 ans", 0, 0, strict=True)
    said = _say(segments=[*_segments(CASE), tool], generalise=Switch.ON)
    assert said.edits[1] == []
    assert said.decisions[1] == []


def test_the_establishment_of_the_account_counts_in_every_told_case() -> None:
    """A small population makes a plain case red; it never makes one less telling; a general question has no risk."""
    plain = "Homme de 58 ans, fibrillation auriculaire, vu ce jour."
    assert _say(plain).told.level is Level.GREEN
    assert _say(plain, site=Site(population=900)).told.level is Level.RED
    assert _say(plain, site=Site(department="Lozère")).told.k < _say(plain).told.k
    assert _say(plain, site=Site(facility="EHPAD")).told.k < _say(plain).told.k
    near = "Mme Rozenn Calvarin, 58 ans, vit à Mende."
    assert _say(near, site=Site(population=500_000)).told.k == _say(near).told.k
    assert _say("Quels sont les signes de la grippe ?", site=Site(population=900)).told.level is Level.GREEN


def test_places_of_attributes_count_all_telling_turns() -> None:
    """Two characters stand between two texts; what the model said counts for nothing."""
    texts = ("Ma patiente tousse.", "Est-elle maire ? Une maladie de Wilson ?", "Elle est notaire.")
    said = _say(*texts)
    joined = f"{texts[0]}\n\n{texts[2]}"
    assert [(a.kind, joined[a.start : a.end]) for a in said.told.attributes] == [
        ("sex", "patiente"),
        ("profession", "notaire"),
    ]
