"""Medical secrecy on texts as carers type them: protected categories, told cases, general knowledge."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from avec_proxy import analysis, checking
from avec_proxy.contract import HealthOut
from avec_proxy.detect.health import advice, examples, read, signs, together
from avec_proxy.detect.health.advice import SecrecyRule
from avec_proxy.detect.health.signs import NarrativeRule
from avec_proxy.detect.health.vocabulary import HealthRule, Vocabulary
from avec_proxy.model import Health, Level, Options, Role, Segment, Strictness, Switch
from avec_proxy.rulebook import unmark

HERE = Path(__file__).parent
SETS = ("cases.yaml", "second.yaml", "third.yaml", "fourth.yaml", "fifth.yaml")
CASES: list[dict[str, Any]] = [
    case for name in SETS for case in yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
]
GENERAL = (HERE / "generic.txt").read_text(encoding="utf-8").splitlines()
RULES = Vocabulary.load().rules
PROTECTED = {
    *("vih", "ivg", "psychiatrie", "addictions", "genetique", "amp", "violences", "protection_enfance", "detention"),
    *("fin_de_vie", "handicap_social", "travail"),
}


def health(text: str, *, tied: bool = False) -> Health:
    """Return what a text alone says."""
    return together([read(text)], [0], tied=tied)


def protected(text: str) -> list[str]:
    """Return the protected categories of a text."""
    return list(health(text).categories)


def test_every_category_of_the_reference_has_its_rule() -> None:
    """The twelve protected ones, and the four that every care text has; each has cases to be tried on."""
    assert {rule.id for rule in RULES if rule.protected} == PROTECTED
    assert {rule.id for rule in RULES if not rule.protected} == {"diagnostic", "traitement", "acte", "resultat"}
    assert {category for case in CASES for category in case["protected"]} == PROTECTED


def test_protected_categories_are_found_in_cases() -> None:
    """Recall at least .95 and precision at least .90 over the cases (asked on unseen ones: .90 and .85)."""
    pairs = [(set(case["protected"]), set(protected(case["text"]))) for case in CASES]
    right = sum(len(wanted & found) for wanted, found in pairs)
    assert right / sum(len(wanted) for wanted, _ in pairs) >= 0.95
    assert right / sum(len(found) for _, found in pairs) >= 0.90


def test_told_cases_are_known_as_such() -> None:
    """At least 93 % of the cases, which all tell of somebody."""
    assert all(case["narrative"] for case in CASES)
    assert sum(health(case["text"]).narrative for case in CASES) / len(CASES) >= 0.93


def test_general_questions_are_not_taken_for_cases() -> None:
    """At most 2 % of them are warned about, and none has a severity without a warning."""
    found = [health(question) for question in GENERAL]
    assert len(found) >= 100
    assert sum(any(True for _ in advice.warnings(h)) for h in found) / len(found) <= 0.02
    assert all(h.narrative or h.severity is Level.GREEN for h in found)


def _checked(text: str) -> HealthOut:
    """Return what the whole way of a prompt says of it; nothing here is ever blocked."""
    result = checking.check(text, Options())
    assert not result.blocked
    assert result.health is not None
    return result.health


@pytest.mark.parametrize("text", [case["text"] for case in CASES if case["tied"]])
def test_a_case_is_tied_where_it_names_somebody(text: str) -> None:
    """The whole way of a prompt, names found by rules and model."""
    assert _checked(text).tied_to_person


def test_a_case_without_a_name_is_rarely_tied() -> None:
    """A word that detection takes for a name («Monsieur SDF») ties too: at most one case in twenty."""
    nameless = [case["text"] for case in CASES if not case["tied"]]
    assert sum(_checked(text).tied_to_person for text in nameless) <= len(nameless) / 20


@pytest.mark.parametrize("question", GENERAL[::8])
def test_a_general_question_is_neither_blocked_nor_warned_about(question: str) -> None:
    """The whole way of a prompt, in strict mode too."""
    strict = Options(strictness=Strictness.STRICT)
    result = checking.check(question, strict)
    assert not result.blocked
    assert not [w.code for w in result.warnings if w.code.startswith("health.")]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_finds_what_its_examples_mark_and_nothing_in_its_counter_examples(rule: HealthRule) -> None:
    """Each file alone: the marks bound exactly what it finds."""
    assert list(examples.problems(rule)) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_rule_is_slow_on_a_hostile_text(rule: HealthRule) -> None:
    """Each pattern and condition, repeated words that it is made of."""
    examples.check_patterns(rule)


@pytest.mark.parametrize("rule", signs.load(), ids=lambda rule: rule.id)
def test_a_rule_of_told_cases_finds_its_signs_and_is_fast(rule: NarrativeRule) -> None:
    """Each file alone: the marks bound what its groups find, its counter-examples nothing, in no time."""
    assert list(examples.sign_problems(rule)) == []
    examples.check_signs(rule)


@pytest.mark.parametrize("rule", advice.rules(), ids=lambda rule: rule.id)
def test_a_warning_is_given_as_its_examples_say(rule: SecrecyRule) -> None:
    """Each file alone."""
    assert list(examples.advice_problems(rule)) == []


def test_a_wrong_example_is_told() -> None:
    """A mark in the wrong place, a counter-example that is found, a warning that should not be: a problem each."""
    rule = next(r for r in RULES if r.id == "vih")
    marked, counter = rule.examples.match[0], rule.examples.no_match[0]
    wrong = rule.examples.model_copy(
        update={
            "match": (f"⟦{unmark(marked)[0]}⟧",),
            "no_match": (counter.model_copy(update={"text": unmark(marked)[0]}),),
        }
    )
    assert len(list(examples.problems(rule.model_copy(update={"examples": wrong})))) == 2
    warning = advice.rules()[0]
    turned = warning.examples.model_copy(update={"warned": (warning.examples.silent[0].text,)})
    assert len(list(examples.advice_problems(warning.model_copy(update={"examples": turned})))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Pas d'alcool ni de drogue.",
        "Nie toute consommation de cannabis.",
        "Aucun antécédent psychiatrique.",
        "Absence d'idées suicidaires.",
        "Idées suicidaires : non.",
        "Il n'a jamais été en prison.",
        "Sans notion de violences conjugales.",
    ],
)
def test_what_is_denied_is_not_told(text: str) -> None:
    """Before and after the words; the denial says nothing that the law protects."""
    assert protected(text) == []


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Sérologie VIH négative.", "vih"),
        ("Pas de VIH, pas d'hépatite C.", "vih"),
        ("Recherche de mutation BRCA1 négative.", "genetique"),
    ],
)
def test_a_negative_test_tells_that_there_was_one(text: str, category: str) -> None:
    """«Pas de VIH» still reveals a test (reference, section 3.1)."""
    assert protected(text) == [category]


@pytest.mark.parametrize(
    "text",
    ["Il ne prend pas sa méthadone.", "Elle refuse la méthadone.", "N'ose pas parler de sa cocaïne à son mari."],
)
def test_a_refusal_denies_no_fact(text: str) -> None:
    """What is not taken or not said is there all the same."""
    assert protected(text) == ["addictions"]


@pytest.mark.parametrize(
    ("text", "relative"),
    [
        ("Sa mère est schizophrène.", True),
        ("Antécédents familiaux : schizophrénie chez un oncle.", True),
        ("Elle est schizophrène. Sa mère est venue.", False),
        ("Sa mère est venue, mais il est schizophrène.", False),
    ],
)
def test_what_is_said_of_a_relative_counts_and_says_so(text: str, relative: bool) -> None:
    """It is protected for the relative too, and the relative can be found through the patient."""
    assert [(f.category, f.relative) for f in health(text).facts if f.protected] == [("psychiatrie", relative)]


def test_the_death_of_a_relative_is_no_end_of_life() -> None:
    """Half of all social histories hold one."""
    assert protected("Son mari est décédé en 2009.") == []
    assert protected("Le patient est décédé cette nuit.") == ["fin_de_vie"]


@pytest.mark.parametrize(
    "text",
    ["SÉROPOSITIF", "seropositive", "séropositifs", "se\u0301ropositif", "séro\u00adpositif", "Ｓéropositif"],
)
def test_case_accents_plurals_and_invisible_signs_do_not_matter(text: str) -> None:
    """However it is typed."""
    found = health(f"Patient {text} depuis dix ans.")
    assert found.categories == ("vih",)
    assert [(f.start, f.end) for f in found.facts if f.protected] == [(8, 8 + len(text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Il est suivi par l'ASE.", ["protection_enfance"]),
        ("La phase aiguë est passée.", []),
        ("Codé F20.0 au PMSI.", ["psychiatrie"]),
        ("Code CIM-10 : Z21.", ["vih"]),
        ("Vitamine B12 et T4 normales.", []),
        ("Elle a pris du Zyprexa et du Lovenox.", ["psychiatrie"]),
    ],
)
def test_acronyms_codes_and_classes_of_drugs_are_read(text: str, found: list[str]) -> None:
    """ICD-10 codes as they are written, drugs by their ATC class, acronyms by what stands around."""
    assert protected(text) == found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Que faire si le patient refuse un soin ?", False),
        ("Mon patient refuse ses soins.", True),
        ("Posologie chez un enfant de 3 ans ?", False),
        ("Un enfant de 3 ans vu hier, quelle posologie ?", True),
        ("Que faire pour cette dame de 80 ans qui tousse ?", True),
        ("Imagine un patient fictif de 30 ans, diabétique.", False),
        ("Un homme de 40 ans a un diabète. Quelle est la proposition exacte ?", False),
        ("J'ai 34 ans et un cancer, que manger ?", True),
        ("[PERSONNE_1] est diabétique, vue le [DATE_1].", True),
        ("La chambre 3 lits est fermée pour travaux.", False),
    ],
)
def test_a_case_is_told_apart_from_a_question(text: str, told: bool) -> None:
    """Somebody pointed at, or anybody; nobody in an exercise."""
    assert health(text).narrative is told


def test_a_case_without_health_or_care_is_none() -> None:
    """«Une jeune fille de 15 ans» who plays the piano is nobody's patient."""
    assert not health("Une jeune fille de 15 ans joue du piano depuis hier.").narrative
    assert health("Une jeune fille de 15 ans tousse depuis hier.").narrative


def test_severity_rises_with_the_category_and_the_link() -> None:
    """Nobody: green; somebody: orange; somebody and a protected category: red."""
    assert health("Effets de la méthadone ?").severity is Level.GREEN
    assert health("Mon patient tousse.").severity is Level.ORANGE
    assert health("Mon patient est sous méthadone.").severity is Level.RED
    assert health("Effets de la méthadone ?", tied=True).severity is Level.RED
    assert health("Bonjour.", tied=True).severity is Level.GREEN


def _said(*turns: str, options: Options | None = None, role: Role = Role.USER) -> analysis.Analysis:
    segments = [Segment(text, 0, 0, role=role, turn=turn) for turn, text in enumerate(turns)]
    return analysis.check_segments(segments, [""] * len(turns), options or Options())


def test_all_turns_count_and_only_the_last_is_warned_about() -> None:
    """What an earlier turn said stays in the result, in its place in the texts joined; its warning was given then."""
    turns = ("Mon patient est sous méthadone.", "Merci. Quelle est la dose maximale ?")
    later = _said(*turns)
    assert (later.health.categories, later.health.narrative) == (("addictions",), True)
    joined = "\n\n".join(turns)
    assert [joined[f.start : f.end] for f in later.health.facts if f.protected] == ["méthadone"]
    assert [w.code for w in later.warnings] == []
    assert [w.code for w in _said(turns[1], turns[0]).warnings] == ["health.protected"]


def test_the_switch_of_the_coach_silences_the_warning_and_not_the_result() -> None:
    """`--coach off` gives no hints."""
    quiet = _said("Mon patient est sous méthadone.", options=Options(coach=Switch.OFF))
    assert (quiet.warnings, quiet.health.narrative) == ([], True)


def test_what_the_model_said_does_not_count() -> None:
    """An assistant's turn tells nothing of anybody."""
    assert _said("Votre patient est sous méthadone.", role=Role.ASSISTANT).health == Health()


def test_a_professional_s_name_ties_nothing() -> None:
    """«Dr Calvarin» is not who is cared for."""
    assert not _said("Le Dr Rozenn Calvarin demande les effets de la méthadone.").health.tied_to_person
    assert _said("Rozenn Calvarin prend de la méthadone, née le 01/02/1950.").health.tied_to_person


def test_every_warning_has_its_sentence() -> None:
    """By its code; no rule, no sentence."""
    assert {rule.code for rule in advice.rules()} == {"health.case", "health.protected"}
    assert all(advice.message(rule.code) == rule.message for rule in advice.rules())
    assert advice.message("health.other") == ""
