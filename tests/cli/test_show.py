"""What a person reads fits the terminal, with and without colours, and cannot command it."""

import io
import re

import pytest
from rich.console import Console
from rich.text import Text

from avec_proxy.cli import show
from avec_proxy.contract import CheckResult, FindingOut, PolitenessOut, Tokens, WarningOut
from avec_proxy.model import Action
from tests.cli.calling import call

LETTER = (
    "Bonjour, peux-tu résumer cette lettre en 8 lignes pour le médecin traitant, s'il te plaît ?\r\n\r\n"
    "Mme Maëlle Kervadec, née le 14/02/1948, NIR 2 48 02 29 019 123 81, vit à Saint-Denis, 12 rue des Korrigans.\n"
    "Mme Maëlle Kervadec est joignable au 06 39 98 12 34."
)


def terminal(width: int, monkeypatch: pytest.MonkeyPatch, **environment: str) -> tuple[Console, io.StringIO]:
    """Return a console that takes its stream for a colour terminal, and the stream."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = io.StringIO()
    return Console(file=stream, force_terminal=True, width=width, highlight=False, emoji=False, markup=False), stream


def checked(text: str, *spans: tuple[str, str, Action], cut: str = "", **more: object) -> CheckResult:
    """Return a result in which the first occurrence of each word is a finding."""
    findings = tuple(
        FindingOut(
            start=text.index(word),
            end=text.index(word) + len(word),
            entity_type="PERSON",
            rule="position.title",
            score=0.9,
            placeholder=placeholder,
            action=action,
        )
        for word, placeholder, action in spans
    )
    at = text.index(cut) if cut else 0
    values = {
        "id": None,
        "sanitized": "x",
        "findings": findings,
        "politeness": (PolitenessOut(start=at, end=at + len(cut), rule="thanks"),) if cut else (),
        "warnings": (),
        "risk": None,
        "health": None,
        "blocked": False,
        "reason": "",
        "tokens": Tokens(before=1, after=1),
        "ms": 1,
        "kept": (),
    }
    return CheckResult.model_validate(values | more)


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_no_line_is_wider_than_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Panels, the reasons and the sums fit, and every frame is closed."""
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = call("check", stdin=LETTER).out.splitlines()
    assert max(map(len, lines)) <= columns
    framed = [line for line in lines if line.startswith("│")]
    assert framed
    assert {(len(line), line[-1]) for line in framed} == {(columns, "│")}


def test_a_pipe_gets_signs_and_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without styles, signs stand around what is hidden and what is cut; each has its reason; a repeat is counted."""
    monkeypatch.setenv("COLUMNS", "100")
    said = call("check", stdin=LETTER)
    text = " ".join(said.out.replace("│", " ").split())
    assert said.code == 1
    assert "\x1b" not in said.out
    assert "⟦Maëlle Kervadec⟧, née le ⟦14/02/1948⟧" in text
    assert "⟦…⟧ masqué ~…~ retiré" in text
    assert "~, s'il te plaît~ ?" in text
    assert "Mme [PERSONNE_1], née le [NAISSANCE_1" in text
    assert "Maëlle Kervadec × 2 [PERSONNE_1] nom après un titre" in text
    assert "2 formules de politesse retirées" in text


def test_a_sum_counts_things_not_occurrences() -> None:
    """A name that is written twice is one name; French plurals and spaces are right."""
    said = call("check", stdin="M. Goulven Riou et Mme Maëlle Kervadec. M. Goulven Riou tousse.").out
    assert "2\u00a0informations masquées avant envoi\u00a0: 2\u00a0noms." in said
    said = call("check", stdin="M. Goulven Riou tousse.").out
    assert "1\u00a0information masquée avant envoi\u00a0: 1\u00a0nom." in said
    assert "Un oubli reste possible\u00a0: vérifiez." in said


def test_a_text_that_leaves_as_it_is_stands_once() -> None:
    """No second panel, no table, and no promise that nothing was missed."""
    said = call("check", stdin="Quels sont les signes d'une pneumopathie ?").out
    assert said.count("pneumopathie") == 1
    assert "Ce texte partirait tel quel." in said
    assert "Un oubli reste possible" in said


@pytest.mark.parametrize("text", ["", " \r\n"])
def test_an_empty_prompt_is_said_to_be_empty(text: str) -> None:
    """Nothing to check, no frames around nothing."""
    assert call("check", stdin=text).out == "Le message est vide\u00a0: rien à vérifier.\n"


def test_a_refusal_says_what_and_why() -> None:
    """What strict mode forbids is marked, the reason is in French, and nothing is shown as leaving."""
    said = call("check", "--strictness", "strict", stdin="Le mot de passe : Azerty!234x").out
    text = " ".join(said.replace("│", " ").split())
    assert "⟦Azerty!234x⟧" in text
    assert "Refusé" in text
    assert "le mode strict interdit d'envoyer" in text
    assert "(interdit)" in text
    assert "Ce qui partirait" not in text


def test_highlights_stand_on_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """After Windows newlines, tabs and wide characters, the style still begins and ends with the word."""
    text = "👩‍⚕️\t日本\r\n\r\nMerci, M. Riou."
    shown = show.typed(text, checked(text, ("Riou", "[PERSONNE_1]", Action.HIDE), cut="Merci, "))
    assert [(shown.plain[s.start : s.end], s.style) for s in shown.spans] == [
        ("Merci, ", show.CUT),
        ("Riou", show.HIDDEN),
    ]


@pytest.mark.parametrize("no_color", ["", "1"])
def test_what_is_hidden_shows_without_colours(no_color: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal hidden words are reversed and cut ones struck, which NO_COLOR leaves; colours go."""
    console, stream = terminal(80, monkeypatch, NO_COLOR=no_color)
    text = "Merci, M. Riou."
    console.print(show.typed(text, checked(text, ("Riou", "[PERSONNE_1]", Action.HIDE), cut="Merci, ")))
    codes = {word: code for code, word in re.findall(r"\x1b\[([\d;]+)m([^\x1b]+)", stream.getvalue())}
    assert {"1", "7"} <= set(codes["Riou"].split(";"))
    assert "9" in codes["Merci, "].split(";")
    assert ("33" in codes["Riou"].split(";")) == (no_color == "")


@pytest.mark.parametrize("sign", ["\x1b[2J", "\x07", "\x9b2J", "\u202e", "\u2066", "\x00", "\r", "\x7f"])
def test_a_prompt_cannot_command_the_terminal(sign: str) -> None:
    """Control characters and reversals of direction are shown as signs of the same length."""
    shown = show.visible(f"a{sign}b")
    assert len(shown) == len(f"a{sign}b")
    assert sign[0] not in shown
    said = call("check", stdin=f"M. Riou {sign} tousse.").out
    assert sign[0] not in said


def test_a_hint_is_shown() -> None:
    """The coach's sentence, after «Conseil»."""
    stream = io.StringIO()
    hint = WarningOut(code="context.rules", message="Dites le format attendu.")
    show.result("Un texte.", checked("Un texte.", sanitized="Un texte.", warnings=(hint,)), stream)
    assert "Conseil\u00a0: Dites le format attendu." in stream.getvalue()


def test_a_screen_without_accents_gets_the_rest() -> None:
    """A terminal of an old encoding shows what it can."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    show.result("Un été.", checked("Un été.", sanitized="Un été."), stream)
    stream.flush()
    assert b"Un ?t?." in raw.getvalue()


def test_a_reader_who_left_is_not_something_hidden() -> None:
    """rich would end the process with exit code 1, which means «something hidden»; the command decides instead."""

    class Gone(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        show.console(Gone()).print(Text("x"))
