"""What leaks and what is damaged is seen in the outgoing text alone."""

import re

import pytest

from avec_proxy.evaluate.align import align
from avec_proxy.evaluate.marks import read
from avec_proxy.evaluate.score import ErrorKind, Figure, Scored, Share, Tally, gather, score

MARKED = (
    "‹Bonjour,› Mme ⟦PERSON|Maëlle Le Gall⟧, ⟪76 ans⟫, née le ⟦DATE|14/02/1950⟧, visa ⟦INITIALS|lg⟧, "
    "a une ⦃maladie de Parkinson⦄ sous ⦃Eliquis 5 mg⦄ et va bien."
)
PERFECT = (
    "Mme [PERSONNE_1], 76 ans, née le [NAISSANCE_1 : 76 ans], visa [INITIALES_1], "
    "a une maladie de Parkinson sous Eliquis 5 mg et va bien."
)


def scored(marked: str, outgoing: str, *, blocked: bool = False) -> Scored:
    """Score one text."""
    (record,) = read(f"id: r\nstyle: note\n\n{marked}".encode())
    return score(record, outgoing, blocked=blocked)


def figures(marked: str, outgoing: str, **more: bool) -> list[float | None]:
    """Return the six figures in their order."""
    return [scored(marked, outgoing, **more).tally[figure].ratio for figure in Figure]


def surfaces(result: Scored, kind: ErrorKind) -> list[str]:
    """Return the words of the errors of a kind."""
    return [e.surface for e in result.errors if e.kind is kind]


def test_a_perfect_redaction_is_perfect() -> None:
    """Everything is 1, and there is no error."""
    assert figures(MARKED, PERFECT) == [1.0] * 6
    assert scored(MARKED, PERFECT).errors == ()


def test_an_untouched_text_leaks_everything_and_damages_nothing() -> None:
    """Politeness stays, too."""
    (record,) = read(f"id: r\n\n{MARKED}".encode())
    # «Le» tells nothing beside two names that do
    assert figures(MARKED, record.text) == [0.0, pytest.approx(1 / 7), 0.0, 1.0, 1.0, 0.0]
    assert surfaces(scored(MARKED, record.text), ErrorKind.LEAK) == ["Maëlle Le Gall", "14/02/1950", "lg"]


def test_an_emptied_text_leaks_nothing_and_damages_everything() -> None:
    """So does one that is blocked, whatever it says."""
    assert figures(MARKED, "") == figures(MARKED, MARKED, blocked=True) == [1.0, 1.0, 1.0, 0.0, 0.0, 1.0]
    tally = scored(MARKED, MARKED, blocked=True).tally
    assert (tally.texts, tally.blocked) == (1, 1)


@pytest.mark.parametrize(
    ("marked", "outgoing", "leaked"),
    [
        ("vu par ⟦PERSON|Jean Le Gall⟧", "vu par [PERSONNE_1] Gall", 1),
        ("vu par ⟦PERSON|Jean Le Gall⟧", "vu par [PERSONNE_1], le frère", 0),  # a particle found by chance
        ("vu par ⟦PERSON|Le Gall⟧", "vu par Le [PERSONNE_1]", 1),  # in a short span it tells
        ("vu par ⟦INITIALS|J. L.⟧", "vu par J. [INITIALES_1]", 1),
        ("vu par ⟦PERSON|A. B. C.⟧", "vu par A. [PERSONNE_1]", 0),
        ("vu par ⟦PERSON|A. Riou⟧", "vu par A. [PERSONNE_1]", 0),
        ("le ⟦DATE|14/02/1950⟧", "le 14/[DATE_1]", 1),
        ("à ⟦CITY|La Chapelle de la Tour⟧", "à La Chapelle de la Tour", 5 - 3),
        ("à ⟦CITY|Is en Ay⟧", "à Is en Ay", 3),
        ("Mme ⟦PERSON|RIOU⟧", "Mme riou", 1),
        ("né en⟦DATE|47⟧", "né en47", 1),
    ],
)
def test_a_word_that_tells_is_a_leak(marked: str, outgoing: str, leaked: int) -> None:
    """Numbers and words of three letters always, shorter ones if the span is hardly more or is there as a whole."""
    tally = scored(marked, outgoing).tally
    share = tally[Figure.TOKEN_RECALL]
    assert share.of - share.good == leaked
    assert tally[Figure.SPAN_RECALL].good == (not leaked)


def test_a_hint_that_repeats_the_value_is_a_leak() -> None:
    """A hint may say less, and for ages and places of care with words of the value."""
    marked = "vit à ⟦CITY|Quimper⟧, ⟦HEALTH_ORG|EHPAD des Tilleuls⟧"
    outgoing = "vit à [VILLE_1 : {}], [ETABLISSEMENT_1 : EHPAD]"
    assert surfaces(scored(marked, outgoing.format("Finistère")), ErrorKind.LEAK) == []
    assert surfaces(scored(marked, outgoing.format("près de Quimper")), ErrorKind.LEAK) == ["Quimper"]


def test_damage_is_told_by_passages() -> None:
    """A protected term counts whole; ordinary words count one by one and are listed together on a line."""
    result = scored("une ⦃maladie de Parkinson⦄ et le reste va bien\nmerci", "une maladie de [PERSONNE_1] et le [X_1]")
    assert surfaces(result, ErrorKind.KEEP) == ["maladie de Parkinson"]
    assert surfaces(result, ErrorKind.ORDINARY) == ["reste va bien", "merci"]
    assert result.tally[Figure.KEEP_INTACT] == Share(0, 1)
    assert result.tally[Figure.ORDINARY_INTACT] == Share(3, 7)


def test_a_placeholder_that_the_user_typed_is_not_text() -> None:
    """It may be numbered anew; what only looks like one is text."""
    assert figures("Et [PERSONNE_1] ?", "Et [PERSONNE_2] ?")[4] == 1.0
    assert figures("Et [note 1] ?", "Et ?")[4] == pytest.approx(1 / 3)


def test_other_tools_write_other_placeholders() -> None:
    """For benchmarks: what stands for something hidden is told by a pattern."""
    assert align("Mme Riou", "Mme <PERSON>").hinted == frozenset()
    (record,) = read("id: r\n\nMme ⟦PERSON|Person⟧".encode())
    assert score(record, "Mme <PERSON>", placeholder=re.compile("<[A-Z]+>")).errors == ()
    assert len(score(record, "Mme <PERSON>").errors) == 1


def test_texts_add_up_by_label_and_style() -> None:
    """A text without identifiers is none that could be clean; leaks come first among errors."""
    good = scored(MARKED, PERFECT)
    plain = Scored("chat", scored("rien ⦃ici⦄", "rien").tally, scored("rien ⦃ici⦄", "rien").errors)
    leaky = scored(MARKED, PERFECT.replace("[INITIALES_1]", "LG"))
    scores = gather([plain, good, leaky])
    assert scores.total.texts == 3
    assert scores.total[Figure.DOCS_CLEAN] == Share(1, 2)
    assert scores.total.labels == {"DATE": Share(2, 2), "INITIALS": Share(1, 2), "PERSON": Share(2, 2)}
    assert list(scores.styles) == ["chat", "note"]
    assert scores.styles["chat"][Figure.DOCS_CLEAN].ratio is None
    assert [e.kind for e in scores.errors] == [ErrorKind.LEAK, ErrorKind.KEEP]


def test_nothing_to_measure_is_not_perfect() -> None:
    """A share of nothing has no ratio."""
    assert Tally()[Figure.SPAN_RECALL].ratio is None
    assert figures("rien", "rien") == [None, None, None, None, 1.0, None]
