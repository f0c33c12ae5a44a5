"""Politeness addressed to the machine goes, everything else stays byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.coach import Coach
from avec_proxy.coach.politeness import MAX_LENGTH, apply
from avec_proxy.model import Politeness

COACH = Coach.load()


def after(text: str, mode: Politeness = Politeness.ON) -> str:
    """Return a text once its cuts are made."""
    return apply(text, COACH.politeness(text, mode))


REWRITTEN = [
    ("Bonjour ChatGPT, peux-tu me résumer cet article s'il te plaît ?", "Résumer cet article."),
    (
        "Salut ! J'espère que tu vas bien. Pourriez-vous rédiger un protocole de pose de sonde, s’il vous plaît ? "
        "Merci d'avance.",
        "Rédiger un protocole de pose de sonde.",
    ),
    (
        "Le patient peut-il marcher ? Peux-tu proposer un programme ?",
        "Le patient peut-il marcher ? Proposer un programme.",
    ),
    ("Pourrais-tu, s'il te plaît, me résumer ce protocole ?", "Résumer ce protocole."),
    ("Could you please summarise this guideline? Thanks!", "Summarise this guideline."),
    ("J'aimerais que tu rédiges une note sur l'hygiène.", "Rédiger une note sur l'hygiène."),
]


@pytest.mark.parametrize(("text", "expected"), REWRITTEN)
def test_rewrite_mode_makes_orders_of_hedges(text: str, expected: str) -> None:
    """A hedge before a writing verb becomes an infinitive, its question mark a full stop."""
    assert after(text, Politeness.REWRITE) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Peux-tu donner de l'amoxicilline en cas d'allergie ?",
        "Peux-tu arrêter l'anticoagulant avant l'extraction ?",
        "Pouvez-vous proposer de l'amoxicilline à un patient allergique ?",
        "Can you stop warfarin before surgery?",
        "Peux-tu ?",
        "Que veut dire « Peux-tu résumer ce texte ? » en langue des signes ?",
    ],
)
def test_rewrite_mode_leaves_acts_and_quotations(text: str) -> None:
    """A question about care never becomes an order, nor does a quoted hedge."""
    assert after(text, Politeness.REWRITE) == text


REMOVED = [
    ("hello planifie les tours de garde de décembre", "planifie les tours de garde de décembre"),
    ("bonjour tableau des précautions complémentaires", "tableau des précautions complémentaires"),
    ("Coucou ton avis sur cette trame de projet ?", "Ton avis sur cette trame de projet ?"),
    ("User: Salut ! Quels vaccins avant un départ au Bénin ?", "User: Quels vaccins avant un départ au Bénin ?"),
    ("plan de soins d'une stomie, six lignes merci bises", "plan de soins d'une stomie, six lignes"),
    ("Écris un mot à la cadre.\nmerci bcp\nSolange Ferrier", "Écris un mot à la cadre.\nSolange Ferrier"),
    ("Bonjour, résume cet article. Merci !", "Résume cet article."),
    ("bonjour, résume cet article", "résume cet article"),
    ("Please summarise this guideline. Thank you!", "Summarise this guideline."),
    ("Bonjour ChatGPT, peux-tu me résumer cet article s'il te plaît ?", "Peux-tu me résumer cet article ?"),
    ("Peux-tu, s’il vous plaît, lister les causes ?", "Peux-tu lister les causes ?"),
    ("Pourrais-tu stp lister les causes ? Merci, bonne journée 🙂", "Pourrais-tu lister les causes ?"),
    ("Fais un tableau 😊 Merci 🙏 !", "Fais un tableau 😊"),
    ("Résume cet article, merci.", "Résume cet article."),
    ("Bonjour,\n\nPeux-tu lister les causes d'hyponatrémie ?\n\nMerci d'avance",
     "Peux-tu lister les causes d'hyponatrémie ?"),
    ("Bonjour, je suis IDE et je cherche un protocole. Merci par avance et bonne journée.",
     "Je suis IDE et je cherche un protocole."),
    ("Quelle est la dose\u00a0? Merci", "Quelle est la dose\u00a0?"),
    ("Bonjour, mTOR et sirolimus : quel lien ?", "mTOR et sirolimus : quel lien ?"),
    ("Écris un protocole avec :\n- l'objet\n- le matériel\n\nMerci d'avance",
     "Écris un protocole avec :\n- l'objet\n- le matériel"),
    ("Patiente sous STP et SVP, que faire stp", "Patiente sous STP et SVP, que faire"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), REMOVED)
def test_courtesies_to_the_machine_go(text: str, expected: str) -> None:
    """Greetings, please and thanks at the edges of a request go, with their commas, marks and emojis."""
    assert after(text) == expected


UNTOUCHED = [
    "Bonjour madame la directrice",
    "Salut jeunes des quartiers : slogan",
    "Bonjour toute la famille : affiche du service",
    "Rédige un message de remerciement pour les bénévoles.",
    "Explique la formule « s'il vous plaît » à un enfant.",
    "Comment dire bonjour et merci en LSF ?",
    "Traduis « Bonjour, comment allez-vous ? » en arabe.",
    "Traduis en anglais merci beaucoup",
    "Corrige ce courrier :\nBonjour Docteur,\nMerci de votre retour.\nCordialement",
    "Mme Merci est-elle allergique ?",
    "Que faire pour ce patient qui dit merci",
    "Que faire d'un patient à la merci d'une décompensation ?",
    "Les formules de politesse en fin de courrier",
    "Bonjour à tous les soignants : slogan pour une affiche",
    "Merci de préciser la posologie de l'amoxicilline",
    "Merci de ne pas dépasser dix lignes",
    "Bonjour et merci de préciser la posologie",
    "Veuillez répondre en trois lignes.",
    "Il fait ses exercices avec plaisir",
    "le patient a dit bonjour, est-ce un progrès ?",
    "il dit s'il vous plaît",
    "```\nBonjour, merci\n```",
    "> Bonjour\n> Merci\nQue veut-il dire ?",
    "Quels sont les résultats de l'essai MERCI",
    "Explique-moi « bien noté. Merci beaucoup",
    "SVP : quelles complications ?",
    "Claude, 45 ans, tousse depuis trois jours. Que faire ?",
    "IA, RA, IM : classe ces valvulopathies.",
    "Dites, en trois mots, ce qu'est la PCA.",
    "Écris un SMS à la famille : Bonjour, la visite est reportée. Merci de nous rappeler.",
    "Bonjour Martine, peux-tu me rappeler ? Merci",
    "Bonjour Docteur,\n\nJe vous adresse cette patiente.\n\nMerci de votre avis.\n\nCordialement,\nDr Untel",
    "Bonjour,\nJe vous adresse cette patiente pour avis.\nMerci d'avance.\nCordialement,\nDr Untel",
    "De : secrétariat\nObjet : rendez-vous\n\nBonjour,\nMerci de votre appel.\nBonne journée",
]


@pytest.mark.parametrize("mode", [Politeness.ON, Politeness.REWRITE])
@pytest.mark.parametrize("text", UNTOUCHED)
def test_politeness_that_is_content_stays(text: str, mode: Politeness) -> None:
    """Letters, quotations, code, reported speech, names and instructions are left byte for byte."""
    assert COACH.politeness(text, mode) == []


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        ("Bonjour, c", "orrige ce courrier :\nBonjour Docteur,\nMerci de votre retour.\nCordialement"),
        (
            "Bonjour, p",
            "eux-tu traduire le message suivant ?\n\nBonjour, à demain. Merci d'apporter votre carte. Bises",
        ),
        ("Salut, r", "elis cette lettre.\n\nCher confrère,\nMerci de votre avis.\nBien à vous"),
    ],
)
def test_a_letter_in_a_prompt_keeps_its_courtesies(before: str, kept: str) -> None:
    """Only the greeting before the request goes; the letter below it stays whole."""
    (cut,) = COACH.politeness(before + kept, Politeness.ON)
    assert (cut.start, cut.end, cut.replacement) == (0, len(before), before[-1].upper())


def test_the_user_may_speak_again_below_a_letter() -> None:
    """Thanks after a last request that points back at the letter go, the letter's own stay."""
    letter = "Cher confrère,\nMerci de votre avis.\nBien à vous\nDr Untel\n\nPeux-tu résumer cette lettre en 3 lignes ?"
    assert after(letter + " Merci !") == letter


@pytest.mark.parametrize(
    "text", ["Merci beaucoup pour ton aide !", "ok parfait merci", "Bonjour", "bonjour, merci !", "Svp", ""]
)
def test_a_message_is_never_emptied(text: str) -> None:
    """A turn that is only courtesy is left as it is."""
    assert COACH.politeness(text, Politeness.ON) == []


def test_off_and_very_long_texts_are_left() -> None:
    """Nothing is searched when politeness is off, or in a text longer than anybody types."""
    assert COACH.politeness("Bonjour, résume ceci.", Politeness.OFF) == []
    assert COACH.politeness("Bonjour, " + "a" * MAX_LENGTH, Politeness.ON) == []


PIECES = st.sampled_from(
    [
        "Bonjour", "bonjour", "merci", "Merci d'avance", "s'il te plaît", "stp", "Salut Claude", "peux-tu", "résumer",
        "Résume", "cet article", "le patient", "dit", "Cordialement", "bonne journée", "j'espère que tu vas bien",
        "« merci »", "ce texte :", "\n", "\n\n", ",", ".", " ?", " !", "🙂", "Docteur", "et", "Please", "thanks", "STP",
        "amoxicilline 1 g", "M. Merci", "```", "\"", "> ", "- ", "Peux-tu ?", "rédige un mail", "c'est",
    ]
)  # fmt: skip
HEADS = [
    "",
    "Bonjour, ",
    "bjr ",
    "Salut Claude ! ",
    "Merci. ",
    "Stp ",
    "Bonjour et merci d'avance. ",
    "Bonjour,\n\n",
    "Hi, ",
]
BODIES = [
    "résume cet article",
    "Peux-tu me résumer ce protocole",
    "peux-tu, stp, lister les causes",
    "Quelle dose de mTOR",
    "dupont a mal",
    "fais un tableau avec :\n- a\n- b\n",
    "Explique « merci »",
    "corrige ce mail :\nBonjour,\nMerci",
    "Rédige un mot",
    "Could you please list the causes",
    "Relis cette lettre.\n\nDocteur,\nMerci\nCordialement",
]
TAILS = [
    "",
    " ?",
    ".",
    ", merci",
    " stp ?",
    " merci",
    " ! Merci 🙂 !",
    ".\nMerci d'avance, bonne journée.",
    " s'il te plaît ?",
    " Bises",
]
SHAPED = st.tuples(
    *(st.lists(st.sampled_from(part), min_size=1, max_size=2).map("".join) for part in (HEADS, BODIES, TAILS))
)
PROMPTS = SHAPED.map("".join) | st.lists(PIECES, max_size=14).map(" ".join) | st.text(max_size=80)
MODES = st.sampled_from([Politeness.ON, Politeness.REWRITE])


@given(PROMPTS, MODES)
def test_cuts_are_apart_and_inside_the_text(text: str, mode: Politeness) -> None:
    """Cuts are sorted, never empty, never overlap, and stay in bounds."""
    at = 0
    for cut in COACH.politeness(text, mode):
        assert at <= cut.start < cut.end <= len(text)
        at = cut.end


@given(PROMPTS)
def test_what_is_not_cut_stays(text: str) -> None:
    """With politeness on, what remains is the text without its cuts, but for one capital per cut."""
    cuts = COACH.politeness(text, Politeness.ON)
    for cut in cuts:
        assert cut.replacement in ("", text[cut.end - 1].upper())
    kept = "".join(
        text[a:b] for a, b in zip([0, *(c.end for c in cuts)], [*(c.start for c in cuts), len(text)], strict=True)
    )
    assert apply(text, [type(c)(c.start, c.end, c.rule) for c in cuts]) == kept


@given(PROMPTS, MODES)
def test_a_second_search_finds_nothing(text: str, mode: Politeness) -> None:
    """Once the cuts are made there is nothing left to cut."""
    assert COACH.politeness(after(text, mode), mode) == []


@given(PROMPTS, MODES)
def test_a_message_keeps_words(text: str, mode: Politeness) -> None:
    """A text with words is never left without any."""
    if any(c.isalnum() for c in text):
        assert any(c.isalnum() for c in after(text, mode))


@given(st.sampled_from(["«{}»", "« {} »", "“{}”", '"{}"', "`{}`", "```\n{}\n```"]), st.sampled_from(
    ["Merci", "Bonjour, ça va ?", "s'il te plaît", "Merci beaucoup, bonne journée !", "Peux-tu résumer ceci ?"]
), PIECES.filter(lambda piece: not set(piece) & set('«"`')), MODES)  # fmt: skip
def test_quoted_text_is_never_cut(quote: str, inner: str, around: str, mode: Politeness) -> None:
    """Whatever stands around it, a quotation comes through whole."""
    quoted = quote.format(inner)
    assert quoted in after(f"Bonjour, explique {quoted} {around}", mode)
