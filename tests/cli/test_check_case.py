"""`avec-proxy check` says how few people a case may be about, and what is told of somebody's health."""

from tests.cli.calling import call

CASE = "Mme Rozenn Calvarin, 45 ans, boulangère à Aurillac, adressée pour une maladie de Wilson."


def test_a_case_that_few_people_are_like_is_said_and_not_blocked() -> None:
    """The risk stands in the result with its places, and one French sentence says what to make more general."""
    said = call("check", "--json", stdin=CASE)
    risk = said.object["risk"]
    assert (said.object["blocked"], risk["level"], risk["k_estimate"]) == (False, "red", 0)
    assert [(a["kind"], CASE[a["start"] : a["end"]]) for a in risk["attributes"]] == [
        ("sex", "Mme"),
        ("age", "45 ans"),
        ("profession", "boulangère"),
        ("place", "Aurillac"),
        ("disease", "maladie de Wilson"),
    ]
    shown = " ".join(call("check", stdin=CASE).out.split())
    assert "Identification indirecte (estimé, non mesuré)" in shown
    assert "à rendre plus général d'abord : la maladie rare (dites la famille de maladies), puis la profession" in shown
    assert risk["coarsen_first"] == {
        "kind": "disease",
        "noun": "la maladie rare",
        "advice": "dites la famille de maladies",
    }


def test_the_proposed_words_are_shown_and_used_only_when_chosen() -> None:
    """Without the option they are listed and the text keeps its words; with it they stand in placeholders."""
    asked = call("check", "--json", stdin=CASE).object
    proposed = [(CASE[p["start"] : p["end"]], p["wording"]) for p in asked["risk"]["proposals"]]
    assert proposed == [
        ("boulangère", "artisan ou chef d'entreprise"),
        ("maladie de Wilson", "maladie rare du métabolisme"),
    ]
    assert (asked["risk"]["proposals_used"], asked["risk"]["withheld"]) == (False, ["places", "ages"])
    assert "boulangère à [VILLE_1], adressée pour une maladie de Wilson" in asked["sanitized"]
    shown = " ".join(call("check", stdin=CASE).out.split())
    assert "à vous de choisir, avec --generalise" in shown
    assert "⟦maladie de Wilson⟧ →" not in shown  # proposed, not hidden
    assert "maladie de Wilson → maladie rare du métabolisme" in shown
    assert "l'âge devient une tranche (ne pas en calculer de score)" in shown
    chosen = call("check", "--json", "--generalise", stdin=CASE).object
    assert "[MALADIE_1 : maladie rare du métabolisme]" in chosen["sanitized"]
    assert (chosen["risk"]["proposals_used"], chosen["risk"]["leaving"]["level"]) == (True, "green")
    assert "à vous de choisir" not in call("check", "--generalise", stdin=CASE).out


def test_strict_mode_lets_pass_what_the_user_made_general_enough() -> None:
    """The refusal is about what would leave once the user has chosen the words."""
    chosen = call("check", "--json", "--generalise", "--strictness", "strict", stdin=CASE).object
    assert (chosen["blocked"], chosen["risk"]["level"], chosen["risk"]["leaving"]["level"]) == (False, "red", "green")


def test_the_establishment_of_the_account_is_an_option() -> None:
    """Its size makes a plain case red; a place that does not exist is wrong usage, in one line."""
    plain = "Patient de 61 ans, vu pour une toux."
    assert call("check", "--json", stdin=plain).object["risk"]["level"] == "green"
    assert call("check", "--json", "--site-population", "900", stdin=plain).object["risk"]["level"] == "red"
    for wrong in (("--site-department", "Nulle-Part"), ("--site-facility", "château")):
        said = call("check", *wrong, stdin=plain)
        assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
        assert wrong[1] not in said.err


def test_strict_mode_blocks_a_case_that_few_people_are_like() -> None:
    """Nothing would leave, and the reason says what to do."""
    said = call("check", "--json", "--strictness", "strict", stdin=CASE).object
    assert (said["blocked"], said["sanitized"], said["risk"]["level"]) == (True, "", "red")
    assert "plus général" in said["reason"]


def test_a_general_question_has_no_risk_and_no_sentence() -> None:
    """The number is everybody, and nothing is said about it."""
    text = "Conduite à tenir devant une HTA chez un homme de 70 ans ?"
    assert call("check", "--json", stdin=text).object["risk"] == {
        "k_estimate": 68_600_000,
        "level": "green",
        "attributes": [],
        "coarsen_first": None,
        "leaving": {"k_estimate": 68_600_000, "level": "green"},
        "withheld": [],
        "proposals": [],
        "proposals_used": False,
    }
    assert "Identification indirecte" not in call("check", stdin=text).out


TOLD = "La dame du 12 est sous Biktarvy depuis mars, son fils est en prison."


def test_medical_secrecy_is_said_with_its_places_and_never_blocks() -> None:
    """Categories, the words that tell them, a warning, and one French sentence; strict mode sends it too."""
    said = call("check", "--json", "--strictness", "strict", stdin=TOLD).object
    health = said["health"]
    assert (said["blocked"], health["categories"], health["severity"]) == (False, ["detention", "vih"], "red")
    assert (health["tied_to_person"], health["narrative"]) == (False, True)
    assert [(f["category"], TOLD[f["start"] : f["end"]], f["relative"]) for f in health["facts"]] == [
        ("traitement", "Biktarvy", False),
        ("vih", "Biktarvy", False),
        ("detention", "prison", True),
    ]
    assert "health.protected" in [w["code"] for w in said["warnings"]]
    shown = " ".join(call("check", stdin=TOLD).out.split())
    assert "information particulièrement protégée : détention ou justice, VIH ou infection" in shown
    assert "(à propos d'un cas raconté)" in shown


def test_a_named_person_ties_what_is_told() -> None:
    """An identifier of a person makes it somebody's; the sentence says so, and no warning about a nameless case."""
    text = "Mme Rozenn Calvarin est suivie pour un diabète."
    said = call("check", "--json", stdin=text).object
    assert (said["health"]["tied_to_person"], said["health"]["severity"]) == (True, "orange")
    assert [w["code"] for w in said["warnings"]] == []
    assert "Secret médical : ce texte parle de la santé d'une personne identifiable." in " ".join(
        call("check", stdin=text).out.split()
    )


def test_a_told_case_is_said_to_be_somebody_s() -> None:
    """Nobody is identified and nothing is specially protected: the sentence says that a case is told."""
    shown = " ".join(call("check", stdin="La dame du 12 tousse depuis hier et sature à 93 %.").out.split())
    assert "Secret médical : ce texte parle de la santé de quelqu'un (cas raconté)." in shown


def test_general_knowledge_has_its_category_and_nothing_more() -> None:
    """Not blocked, not warned about, no sentence in the terminal."""
    text = "Quels sont les effets de la méthadone ?"
    said = call("check", "--json", stdin=text).object
    assert said["health"]["categories"] == ["addictions"]
    assert (said["health"]["tied_to_person"], said["health"]["narrative"]) == (False, False)
    assert (said["health"]["severity"], said["blocked"], said["warnings"]) == ("green", False, [])
    assert "Secret médical" not in call("check", stdin=text).out
