"""How many people a told case may be, by what it says beside names: level, attributes and their exact places."""

import pytest

from avec_proxy.detect.quasi import estimate, message, person, tell, words
from avec_proxy.detect.quasi.examples import check_patterns, problems
from avec_proxy.detect.quasi.vocabulary import QuasiRule, Vocabulary
from avec_proxy.mapping import PLACEHOLDER
from avec_proxy.model import Edit, Level, Risk, Site
from avec_proxy.policy import Policy
from avec_proxy.populations import DEPARTMENTS, FACILITIES, FRANCE, REGION_OF, REGIONS
from avec_proxy.rulebook import unmark
from avec_proxy.usage import advice_codes

RULES = Vocabulary.load().rules

# the marks bound every attribute that counts
RED = [
    "Je suis ⟦maire⟧ de ma commune et j'ai un cancer de la prostate.",
    "⟦Homme⟧ de ⟦58 ans⟧, ⟦maire⟧ de sa commune, fibrillation auriculaire.",
    "⟦Patiente⟧ de ⟦34 ans⟧, ⟦maladie de Wilson⟧, vue pour ictère.",
    "⟦Femme⟧ de ⟦45 ans⟧, ⟦boulangère⟧, vit dans le ⟦Cantal⟧, adressée pour dyspnée.",
    "⟦Mme⟧ [PERSONNE_1], ⟦76 ans⟧, ⟦mère de 9 enfants⟧, [VILLE_1 : ⟦Creuse⟧], chute.",
    "⟦Patient⟧ de ⟦52 ans⟧, ⟦le seul vétérinaire du canton⟧, lombalgie.",
    "⟦Homme⟧ de ⟦23 ans⟧ blessé dans un ⟦attentat⟧, suivi pour stress.",
    "Ma ⟦patiente⟧ est ⟦députée⟧ et dort mal.",
    "⟦Fille⟧ de ⟦9 ans⟧, ⟦progéria⟧ suivie depuis 2 ans.",
    "⟦M.⟧ [PERSONNE_1], ⟦61 ans⟧, ⟦notaire⟧, vit dans un ⟦village de 1 500 habitants⟧.",
    "⟦Elle⟧ est suivie : c'est le ⟦premier cas français⟧ de cette infection.",
    "Le ⟦patient⟧ dit «⟦depuis la nuit du drame je ne peux plus jamais prendre le métro⟧».",
    "⟦Femme⟧ de ⟦29 ans⟧, ⟦astronaute⟧, bilan de vertiges.",
    "⟦Patient⟧ ⟦connu du grand public⟧, hospitalisé hier.",
    "⟦Garçon⟧ de ⟦7 ans⟧, ⟦syndrome de Dravet⟧, vit en ⟦Lozère⟧.",
    "⟦Homme⟧ de ⟦67 ans⟧, ⟦sclérose latérale amyotrophique⟧, ancien ⟦luthier⟧, vu en ⟦octobre⟧.",
    "⟦Résidente⟧ de ⟦83 ans⟧, ⟦drépanocytose⟧, vit dans le ⟦Jura⟧.",
    "⟦Monsieur⟧ [PERSONNE_1] a été hospitalisé, ⟦ses trois frères sont morts⟧ de la même maladie.",
    "⟦Patiente⟧ de ⟦41 ans⟧, ⟦souffleuse de verre⟧, vit en ⟦Bretagne⟧.",
    "⟦Homme⟧ de ⟦36 ans⟧, ⟦détenu⟧, ⟦hémophilie A⟧, hématome de cuisse.",
    "⟦Femme⟧ de ⟦50 ans⟧ amenée après une ⟦avalanche⟧, vit en ⟦Savoie⟧.",
    "⟦Homme⟧ de ⟦44 ans⟧, ⟦2,08 m⟧, ⟦syndrome de Marfan⟧, douleur thoracique.",
    "⟦Fille⟧ de ⟦12 jours⟧, grossesse de ⟦jumelles⟧, vue à la maternité, [VILLE_1 : ⟦Creuse⟧].",
    "⟦Patient⟧ de ⟦39 ans⟧ suivi, ⟦champion olympique⟧, rupture du tendon d'Achille.",
    "⟦Patiente⟧ de ⟦31 ans⟧ hospitalisée, une affaire ⟦dont la presse a beaucoup parlé⟧.",
    "⟦Femme⟧ de ⟦48 ans⟧ suivie, ⟦ORPHA:905⟧, [VILLE_1 : ⟦Gers⟧].",
]
ORANGE = [
    "Résume : « ⟦Homme⟧ de ⟦44 ans⟧, ⟦mucoviscidose⟧, greffé ».",
    "La ⟦patiente⟧, ⟦danseuse étoile⟧ à l'Opéra, ⟦27 ans⟧, entorse.",
    "⟦Patiente⟧ de ⟦45 ans⟧, ⟦sage-femme⟧, lombalgie, jour de repos en ⟦mars⟧.",
    "⟦Femme⟧ de ⟦45 ans⟧, ⟦mucoviscidose⟧, adressée pour hémoptysie.",
    "⟦Homme⟧ de ⟦40 ans⟧, ⟦comptable⟧, vit dans le ⟦Jura⟧.",
    "⟦Mme⟧ [PERSONNE_1], ⟦62 ans⟧, ⟦enseignante⟧, [VILLE_1 : ⟦Calvados⟧], asthénie.",
    "⟦Patient⟧ de ⟦55 ans⟧, ⟦boulanger⟧, vit à [VILLE_1 : ⟦Gironde⟧].",
    "⟦Homme⟧ de ⟦70 ans⟧, ⟦village de 3 000 habitants⟧, toux.",
    "⟦Patiente⟧ de ⟦26 ans⟧, ⟦syndrome de Rett⟧, vue pour crise.",
    "⟦Homme⟧ de ⟦33 ans⟧, ⟦ébéniste⟧, asthme professionnel.",
    "⟦Femme⟧ de ⟦59 ans⟧, ⟦notaire⟧, migraine.",
    "⟦Garçon⟧ de ⟦6 ans⟧, ⟦myopathie de Duchenne⟧, vu en consultation.",
    "⟦Homme⟧ de ⟦48 ans⟧, ⟦hémophilie B⟧, opéré du genou.",
    "⟦Femme⟧ de ⟦37 ans⟧, ⟦gardienne de phare⟧, toux.",
    "⟦Homme⟧ de ⟦64 ans⟧, ⟦apiculteur⟧, allergie.",
    "⟦Mme⟧ [PERSONNE_1], née le [NAISSANCE_1 : ⟦81 ans⟧], ⟦réfugiée⟧, [VILLE_1 : ⟦Nord⟧].",
    "⟦Patiente⟧ de ⟦30 ans⟧, ⟦vétérinaire⟧, morsure.",
    "⟦Homme⟧ de ⟦71 ans⟧, ⟦maladie de Steinert⟧, bloc auriculo-ventriculaire.",
    "⟦Femme⟧ de ⟦22 ans⟧, ⟦phénylcétonurie⟧, grossesse.",
    "⟦Homme⟧ de ⟦45 ans⟧ ⟦foudroyé⟧, bilan.",
    "⟦Mme⟧ [PERSONNE_1], ⟦38 ans⟧, ⟦mère de jumeaux⟧, [VILLE_1 : ⟦Landes⟧].",
    "⟦Patient⟧ de ⟦28 ans⟧, ⟦demandeur d'asile⟧, [VILLE_1 : ⟦Nord⟧].",
    "⟦Homme⟧ de ⟦53 ans⟧, ⟦amputé de la jambe⟧, vit en ⟦Gironde⟧.",
    "⟦Femme⟧ de ⟦66 ans⟧, ⟦maladie de Behçet⟧, uvéite.",
    "⟦Homme⟧ de ⟦57 ans⟧, ⟦pilote de ligne⟧, infarctus.",
    "⟦Homme⟧ de ⟦35 ans⟧, ⟦gendarme⟧, [VILLE_1 : ⟦Rhône⟧], lombalgie.",
    "⟦Patiente⟧ de ⟦24 ans⟧, ⟦née sous X⟧, [VILLE_1 : ⟦Somme⟧].",
    "⟦Homme⟧ de ⟦60 ans⟧, ⟦organiste⟧, tendinite.",
]
GREEN = [
    "Conduite à tenir devant une HTA chez un homme de 70 ans ?",
    "Quel traitement de la maladie de Wilson chez une femme de 34 ans ?",
    "Quels sont les signes de la mucoviscidose ?",
    "Rédige une affiche sur l'hygiène des mains pour le service.",
    "Que sait-on du stress des maires et des députés ?",
    "Résume les recommandations sur la drépanocytose en Guadeloupe.",
    "Prise en charge psychologique après un attentat : que dit la HAS ?",
    "",
    "⟦Mme⟧ [PERSONNE_1], ⟦76 ans⟧, [VILLE_1 : ⟦Rhône⟧], vue pour HTA.",
    "⟦Homme⟧ de ⟦58 ans⟧, fibrillation auriculaire.",
    "⟦Patiente⟧ de ⟦34 ans⟧, pas de maladie de Wilson, vue pour ictère.",
    "⟦M.⟧ [PERSONNE_1], né le [NAISSANCE_1 : ⟦76 ans⟧], opéré le [DATE_1 : J0].",
    "⟦Femme⟧ de ⟦45 ans⟧, ⟦secrétaire⟧, canal carpien.",
    "⟦Homme⟧ ⟦quinquagénaire⟧ suivi pour diabète, vit en ⟦Occitanie⟧.",
    "⟦Résidente⟧ âgée de ⟦84 ans⟧, [ETABLISSEMENT_1 : CHU], chute.",
    "⟦Mme⟧ [PERSONNE_1], ⟦88 ans⟧, ⟦vit en EHPAD⟧.",
    "Le ⟦patient⟧ a dit «j'ai mal au ventre» hier.",
    "⟦Patient⟧ de ⟦40 ans⟧, le notaire a appelé, vu hier.",
    "⟦Homme⟧ de ⟦66 ans⟧, ⟦agriculteur⟧, pneumopathie.",
    "Ma ⟦patiente⟧ a deux enfants et dort mal.",
    "⟦M.⟧ [PERSONNE_1], [AGE_1 : ⟦90 ans⟧ ou plus], insuffisance cardiaque.",
    "⟦Femme⟧ enceinte de 12 SA vue pour vomissements.",
    "⟦Garçon⟧ de ⟦6 ans⟧, otite, vu aux urgences.",
    "⟦Elle⟧ est asthmatique. Il faut renouveler son traitement.",
    "⟦Homme⟧ de ⟦50 ans⟧, polyarthrite depuis 10 ans, suivi en ⟦octobre⟧.",
]


@pytest.mark.parametrize(
    ("level", "marked"),
    [
        (level, text)
        for level, texts in ((Level.RED, RED), (Level.ORANGE, ORANGE), (Level.GREEN, GREEN))
        for text in texts
    ],
)
def test_a_text_has_its_level_and_its_attributes_in_their_places(level: Level, marked: str) -> None:
    """The marks bound every attribute that counts; the number of people and the level agree."""
    text, spans = unmark(marked)
    risk = estimate(text)
    assert (risk.level, [(a.start, a.end) for a in risk.attributes]) == (level, spans)
    assert risk.k == int(FRANCE / 2 ** sum(a.bits for a in risk.attributes))
    enough = risk.k <= 11 or any(a.override for a in risk.attributes)
    assert risk.level is (Level.RED if enough else Level.ORANGE if risk.k <= 100 else Level.GREEN)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_finds_what_its_examples_mark_and_nothing_in_its_counter_examples(rule: QuasiRule) -> None:
    """Each file alone: the marks bound exactly what it finds."""
    assert list(problems(rule)) == []


def test_what_is_hidden_counts_for_nothing() -> None:
    """A birth date that becomes an age counts as an age, a commune as its département, a name not at all."""
    text = "Mme Rozenn Calvarin, née le 01/02/1950, vit à Aurillac, suivie."
    edits = [
        Edit(text.index(old), text.index(old) + len(old), new)
        for old, new in (
            ("Rozenn Calvarin", "[PERSONNE_1]"),
            ("01/02/1950", "[NAISSANCE_1 : 76 ans]"),
            ("Aurillac", "[VILLE_1 : Cantal]"),
        )
    ]
    risk = estimate(text, edits)
    assert [(a.kind, text[a.start : a.end]) for a in risk.attributes] == [
        ("sex", "Mme"),
        ("age", "01/02/1950"),
        ("place", "Aurillac"),
    ]
    bare = [Edit(e.start, e.end, e.text.partition(" :")[0] + "]" * (" :" in e.text)) for e in edits]
    assert [a.kind for a in estimate(text, bare).attributes] == ["sex"]


def test_places_hold_where_a_cut_and_a_longer_placeholder_stand_before() -> None:
    """Offsets are those of the text as it was typed."""
    text = "Bonjour, mon patient Li est député."
    risk = estimate(text, [Edit(0, 9, ""), Edit(21, 23, "[PERSONNE_1]")])
    assert [text[a.start : a.end] for a in risk.attributes] == ["patient", "député"]


@pytest.mark.parametrize(
    ("told", "bits"),
    [
        ("Il a 34 ans et", 6.4),
        ("Patient de 3 mois,", 10.0),
        ("Patient de 3 jours,", 14.9),
        ("Patient de 2 semaines,", 12.2),
        ("Patient de 94 ans,", 6.2),
        ("PATIENT DE 34 ANS,", 6.4),
        ("PATIENT DE 3 MOIS,", 10.0),
        ("PATIENT DE 2 SEMAINES,", 12.2),
        ("Patient de 101 ans,", 11.1),
        ("Patient octogénaire, suivi", 3.1),
        ("Patient nonagénaire, suivi", 6.2),
        ("Patient centenaire, suivi", 11.1),
        ("Patient suivi, une quarantaine d'années,", 3.1),
    ],
)
def test_an_age_counts_by_its_precision(told: str, bits: float) -> None:
    """Days and months of the youngest say more than years, years more than a decade."""
    assert [a.bits for a in estimate(f"Mon patient. {told} tousse.").attributes if a.kind == "age"] == [bits]


@pytest.mark.parametrize("told", ["opéré il y a 10 ans", "a 10 ans de tabac", "fume depuis 10 ans", "dans 3 mois"])
def test_a_duration_is_no_age(told: str) -> None:
    """Years of illness or smoking say nothing of a birth."""
    assert [a.kind for a in estimate(f"Mon patient {told}.").attributes] == ["sex"]


def test_every_kind_has_its_words() -> None:
    """A noun and an advice in French for whatever may be found, and none for what may not."""
    for kind in ("sex", "age", "place", *(rule.kind for rule in RULES)):
        assert all(words(kind))
    with pytest.raises(KeyError):
        words("name")


def test_the_populations_add_up() -> None:
    """The départements hold the people of France, and the regions of the mainland most of them."""
    assert 66_000 < sum(DEPARTMENTS.values()) < 71_000
    assert 64_000 < sum(REGIONS.values()) < 67_500
    assert len(DEPARTMENTS) == 108


@pytest.mark.parametrize("text", ["", " ", "?", "[PERSONNE_1]", "12 mois", "Résume ceci."])
def test_a_text_without_attributes_is_everybody(text: str) -> None:
    """Nothing told, nobody singled out."""
    assert estimate(text).k == FRANCE
    assert not list(person.age(""))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_rule_is_slow_on_a_hostile_text(rule: QuasiRule) -> None:
    """Each pattern, repeated words that it is made of."""
    check_patterns(rule)


def test_a_wrong_example_is_told() -> None:
    """A mark in the wrong place and a counter-example that is found are two problems."""
    rule = next(r for r in RULES if r.id == "rare_disease")
    marked, counter = rule.examples.match[0], rule.examples.no_match[0]
    wrong = rule.examples.model_copy(
        update={
            "match": (marked.replace("⟦", "").replace("⟧", ""),),
            "no_match": (counter.model_copy(update={"text": unmark(marked)[0]}),),
        }
    )
    assert len(list(problems(rule.model_copy(update={"examples": wrong})))) == 2


def test_what_is_more_general_tells_less_and_has_a_line_in_the_policy() -> None:
    """Each wording of a rule counts, in its placeholder, for less than what it stands for."""
    policy = Policy.load()
    assert {rule.kind for rule in RULES if any(g.general for g in rule.groups)} == {
        "profession",
        "disease",
        "family",
        "event",
        "role",
    }
    for rule in RULES:
        for group in (g for g in rule.groups if g.general):
            line = policy.line(rule.kind.upper())
            assert line.hint == "wording"
            text = f"[{line.kind}_1 : {group.general}]"
            assert PLACEHOLDER.fullmatch(text)
            (found,) = Vocabulary.load().find(text)
            assert (found.kind, found.override) == (rule.kind, False)
            assert found.bits < group.bits


def test_a_wider_place_tells_less() -> None:
    """The region of every département, the country for a region, no size for a village."""
    assert set(REGION_OF) == set(DEPARTMENTS) - {"Monaco"}
    assert set(REGION_OF.values()) == set(REGIONS) | {"outre-mer"}
    for name in (*DEPARTMENTS, *REGIONS):
        (wider,) = person.wider_places(f"[VILLE_1 : {name}]")
        (told,) = person.places(f"[VILLE_1 : {name}]")
        (said,) = person.places(f"[LIEU_1 : {wider.wording}]")
        assert said.bits < told.bits or wider.wording == name == "Corse", name
    assert [p.wording for p in person.wider_places("un village de 300 habitants")] == ["commune"]


@pytest.mark.parametrize("facility", FACILITIES)
def test_every_type_of_establishment_that_may_be_set_counts(facility: str) -> None:
    """Fewer people live in one than in France."""
    told = "Mon patient tousse."
    assert estimate(told, site=Site(facility=facility)).k < estimate(told).k


@pytest.mark.parametrize(
    ("said", "bits"),
    [
        ("75 à 79 ans, ne pas calculer de score", 4.1),
        ("18 à 19 ans, ne pas calculer de score", 5.4),
        ("1 à 11 mois, ne pas calculer de score", 6.4),
        ("moins de 1 mois, ne pas calculer de score", 10.0),
        ("moins de 1 an, ne pas calculer de score", 6.4),
        ("environ 76 ans", 6.4),
        ("76 ans à J0", 6.4),
    ],
)
def test_a_band_counts_for_what_it_tells(said: str, bits: float) -> None:
    """Five years tell less than one; the first month more than a year."""
    (age,) = person.age(f"Mme [PERSONNE_1], [NAISSANCE_1 : {said}]")
    assert age.bits == bits
    assert list(person.ages(f"[AGE_1 : {said}]")) == [] or "à J0" in said or "environ" in said


def test_every_warning_has_its_words_and_is_counted_by_name() -> None:
    """Orange and red have a code, a French sentence and a place in the usage log; green has none."""
    codes = [Risk(5, level).code for level in Level]
    assert codes == ["", "indirect.orange", "indirect.red"]
    assert all("estimé, non mesuré" in message(code) for code in codes if code)
    assert message("") == message("context.rules") == ""
    assert set(codes) - {""} <= advice_codes()


def test_a_text_is_read_once_and_gives_the_same_again() -> None:
    """What is remembered is what was found."""
    text = "Homme de 58 ans, maire de sa commune, fibrillation auriculaire."
    assert tell(text) == tell(text)
    assert tell(text).attributes == estimate(text).attributes
