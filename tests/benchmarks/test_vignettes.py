"""The clinical safety study holds, and its judge sees every kind of damage."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.vignettes import leaving as study
from benchmarks.vignettes.judging import lost, settled
from benchmarks.vignettes.leaving import Fact, Leaving, Piece, Vignette, leave, load

from avec_proxy.mapping import PLACEHOLDER

ALL = load()
# one of each theme, and one whose level is red; `make bench-vignettes` takes all
QUICK = [
    "vaccines-late", "rare-red-level", "far-from-the-anchor", "chemo-cycles", "mother-daughter", "flu-outbreak",
    "twins-born", "appendix-words", "stroke-window", "long-stay",
]  # fmt: skip


def _named(name: str) -> Vignette:
    (found,) = [v for v in ALL if v.id == name]
    return found


def _with(leaving: Leaving, change: Callable[[str], str], mark: str = "") -> Leaving:
    """Return what leaves with `change` made in every piece, or in those of `mark`."""
    turns = tuple(
        tuple(Piece(change(p.text), p.marks) if not mark or mark in p.marks else p for p in turn)
        for turn in leaving.turns
    )
    return replace(leaving, turns=turns)


def _bare(text: str) -> str:
    return re.sub(r"(\[[A-Z]+_\d+(?:_[A-Z]+)?) : [^\]]*\]", r"\1]", text)


DAMAGE: dict[str, Callable[[Leaving, Fact], Leaving]] = {
    "days": lambda out, fact: _with(out, _bare),
    "months": lambda out, fact: _with(out, _bare),
    "years": lambda out, fact: _with(out, _bare),
    "lasts": lambda out, fact: _with(out, _bare),
    "age": lambda out, fact: _with(out, _bare, fact.parts[0]),
    "band": lambda out, fact: _with(out, _bare, fact.parts[0]),
    "same": lambda out, fact: _with(out, lambda t: re.sub(r"PERSONNE_\d+", "PERSONNE_99", t), fact.parts[0]),
    "apart": lambda out, fact: _with(out, lambda t: re.sub(r"PERSONNE_\d+", "PERSONNE_1", t)),
    "who": lambda out, fact: _with(out, lambda t: t.replace(fact.parts[1].strip(), "son voisin")),
    "kept": lambda out, fact: _with(out, lambda t: t.replace(fact.parts[-1], fact.parts[-1][:-1])),
}


@pytest.mark.parametrize("name", QUICK)
def test_a_vignette_leaves_with_every_question_settled_and_comes_back(name: str) -> None:
    """Nothing is lost, restoring is exact; and for each fact, the damage that it is about is seen."""
    vignette = _named(name)
    out = leave(vignette)
    assert [fact.ask for fact in lost(vignette, out)] == []
    assert out.exact
    for fact in vignette.facts:
        assert not settled(vignette, DAMAGE[fact.kind](out, fact), fact), fact.ask


def test_the_study_is_broad() -> None:
    """Forty vignettes at least, of fourteen themes, whose facts are of every kind; no two alike."""
    assert len(ALL) >= 40
    assert len({v.id for v in ALL}) == len({v.turns for v in ALL}) == len(ALL)
    assert len({v.theme for v in ALL}) == 14
    assert {fact.kind for v in ALL for fact in v.facts} == set(DAMAGE)
    assert all(v.facts for v in ALL)
    assert {v.id for v in ALL} >= set(QUICK)


@pytest.mark.parametrize(
    ("kind", "parts", "old", "new"),
    [
        ("days", ("op", "f", 8), "J+8", "J+9"),
        ("days", ("op", "f", 8), " : J+8", ""),
        ("days", ("op", "f", 8), " : J0", ""),
        ("age", ("b", "78 ans"), "78 ans", "87 ans"),
        ("age", ("b", "78 ans"), "78 ans", "80 à 84 ans, ne pas calculer de score"),
        ("age", ("b", "78 ans"), "78 ans", "75 à 79 ans"),
        ("kept", ("hanche gauche",), "hanche gauche", "hanche droite"),
        ("kept", ("4000 UI/j",), "4000", "400"),
        ("kept", ("Pas de signe",), "Pas de signe", "Signe"),
        ("kept", ("à l'amoxicilline",), "amoxicilline", "[PERSONNE_2]"),
        ("kept", ("38,7 °C",), "38,7 °C", "38,7 °C, 38,7 °C"),
    ],
)
def test_a_single_change_is_a_loss(kind: str, parts: tuple[str, ...], old: str, new: str) -> None:
    """A day, a side, a zero, a negation, an allergy, a band without its warning, a value said twice."""
    vignette = _named("hip-fever")
    out = leave(vignette)
    fact = Fact("?", kind, parts)
    assert settled(vignette, out, fact)
    assert old in out.text
    assert not settled(vignette, _with(out, lambda t: t.replace(old, new)), fact)


def test_the_judge_follows_links_between_dates_and_no_others() -> None:
    """Days are counted over «7 jours après DATE_2»; a link to a date that is not there tells nothing."""
    vignette = _named("far-from-the-anchor")
    out = leave(vignette)
    fact = Fact("?", "days", ("h", "w", 14))
    assert settled(vignette, out, fact)
    assert not settled(vignette, _with(out, lambda t: t.replace("après DATE_2", "après DATE_9")), fact)
    assert not settled(vignette, _with(out, lambda t: t.replace("7 jours", "6 jours")), fact)


def test_what_does_not_come_back_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mapping that gives back another value is no exact restoration."""
    vignette = _named("hip-fever")
    real = study.reply_mapping
    monkeypatch.setattr(study, "reply_mapping", lambda values: real({**values, "PERSONNE_1": "Autre Nom"}))
    assert not leave(vignette).exact


def test_the_command_fails_on_a_loss(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0 and a table where all holds; 1 and the question where a hint is gone."""
    from benchmarks.vignettes import __main__ as command

    monkeypatch.setattr("sys.argv", ["vignettes", "--only", "hip-fever"])
    assert command.main() == 0
    assert re.search(r"delays in days +2 of +2", capsys.readouterr().out)
    monkeypatch.setattr(command, "leave", lambda vignette: _with(leave(vignette), _bare))
    assert command.main() == 1
    assert "lost: Combien de jours entre l'opération et la fièvre ?" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["vignettes", "--only", "no-such-vignette"])
    assert command.main() == 1


@pytest.mark.parametrize(
    "written",
    [
        "- {id: a, text: '{p|Li} {p|Lo}', facts: [{ask: '?', kept: [Li]}]}",
        "- {id: a, text: 'Li', facts: [{ask: '?', kept: [Lo]}]}",
        "- {id: a, text: 'Li', facts: [{ask: '?', same: [p, q]}]}",
        "- {id: a, text: 'Li', facts: [{ask: '?', guess: [Li]}]}",
        "- {id: a, text: 'Li', facts: [{ask: '?'}]}",
    ],
)
def test_a_vignette_that_does_not_hold_together_is_refused(written: str, tmp_path: Path) -> None:
    """Two places of one name, a fact about what the text does not say, a fact of no known kind."""
    (tmp_path / "wrong.yaml").write_text(written, encoding="utf-8")
    with pytest.raises(ValueError, match="a: "):
        load(tmp_path)


def test_every_placeholder_of_the_study_can_be_read() -> None:
    """Hints never make a placeholder too long or odd to be recognised in a reply."""
    for name in QUICK:
        text = leave(_named(name)).text
        assert len(re.findall(r"\[[A-Z]{2,}_\d", text)) == len(PLACEHOLDER.findall(text)) > 0
