"""Noise, prose and whole runs."""

import json
import re
from pathlib import Path
from random import Random

import pytest

from training.texts import noise
from training.texts.build import Writer, load, record, texts
from training.texts.marks import HIDE, pieces, unmarked
from training.texts.prose import HELD_QUESTIONS, HELD_REPORTS, Prose, recast

TEXT = (
    "Bonjour, ⟦PERSON|Jean-Loup d'Arvel⟧ (⟦DATE|12/03/2024⟧), ⟪84⟫ ans, prend ⦃Lasilix⦄ ⦃40 mg⦄.\n"
    "Il habite ⟦ADDRESS|3, rue des Lilas⟧ à ⟦CITY|Étrépagny⟧. ‹Merci d'avance›\nRappeler sa fille, qui est inquiète, demain matin."
)


def _hidden(text: str) -> list[str]:
    """What is hidden, as letters and digits only."""
    parts = "".join(part.text for part in pieces(text) if part.kind == HIDE)
    return re.findall(r"\w", noise.forms.without_accents(parts).lower())


@pytest.mark.parametrize("number", range(len(noise._ODDS)))
def test_noise_keeps_what_is_hidden_under_its_marks(number: int) -> None:
    change = noise._ODDS[number][0]
    for seed in range(25):
        after = noise.marked(noise.split_lines(change(pieces(TEXT), Random(seed))))
        assert _hidden(after)[: len(_hidden(TEXT))] == _hidden(TEXT)
        assert not any("\n" in part.text for part in pieces(after) if part.kind)


def test_typing_errors_spare_what_is_marked() -> None:
    changed = noise.typos(pieces(TEXT), Random(3))
    assert [part for part in changed if part.kind] == [part for part in pieces(TEXT) if part.kind]


def test_a_window_cuts_no_mark() -> None:
    for seed in range(60):
        part = noise.window(TEXT, Random(seed), 40)
        assert unmarked(part) in unmarked(TEXT)


def _folder(tmp_path: Path) -> Path:
    (tmp_path / "note_a.txt").write_text(
        "Vu {p.full} le {date}.\n=====\n{oops}\n=====\n⟦DATE|{date.num}⟧\n", encoding="utf-8"
    )
    (tmp_path / "json_b.txt").write_text('weight: 2\n\\{"nom": "{p.LAST}", "né": "{birth}"\\}\n', encoding="utf-8")
    return tmp_path


def test_the_same_seed_writes_the_same_texts_and_bad_templates_are_left_out(tmp_path: Path) -> None:
    good, errors = load(_folder(tmp_path))
    assert len(errors) == 1
    assert "unknown slot {oops}" in errors[0]
    writer = Writer(good)
    first, second = (texts(Writer(good), None, 7, 60, 0.0), texts(writer, None, 7, 60, 0.0))
    assert first == second != texts(Writer(good), None, 8, 60, 0.0)
    assert "nested" in next(iter(writer.errors.values()))


def test_a_record_is_read_back() -> None:
    head, _, body = record("t1-00001", "note", TEXT).partition("\n\n")
    assert head.splitlines() == ["id: t1-00001", "style: note", "fluff: yes"]
    assert unmarked(body.rstrip("\n")) == unmarked(TEXT)


REPORT = """Compte rendu de consultation

Je vois ce jour Madame Solange Quervillon, âgée de 94 ans, le 12/03/2024.
Mme QUERVILLON décrit une douleur cotée à 5/10. Force à 5/5. Opérée en 2016.
Elle est adressée par le service de Zorglubie.
Solange Quervillon prend du Lasilix 40 mg.
Apgar 10/10/10.

Dr Thibaud Estrabeau"""


def test_a_report_loses_its_people_and_its_unexplained_lines() -> None:
    for seed in range(30):
        text = recast(REPORT, Random(seed))
        assert text is not None
        assert not re.search("querv|solange|estrabeau|thibaud|zorglub", text, re.IGNORECASE)
        for mark in ("⟦AGE|94⟧", "⟪5/10⟫", "⟪5/5⟫", "⟪2016⟫", "⦃Lasilix⦄", "⦃40 mg⦄"):
            assert mark in text
        assert "⟦DATE|10/10/10" not in text
        assert text.count("⟦PERSON|") >= 4


def test_what_is_held_out_stays_out(tmp_path: Path) -> None:
    for name, held in (("parhaf_380.jsonl", HELD_REPORTS), ("frenchmedmcqa_2000.jsonl", HELD_QUESTIONS)):
        lines = (json.dumps({"id": str(n), "text": f"{name} {n}"}) for n in range(held + 20))
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    train, kept = Prose(tmp_path, "train"), Prose(tmp_path, "held")
    assert (len(train.reports), len(train.questions)) == (20, 20)
    assert not set(train.reports) & set(kept.reports)
    assert not set(train.questions) & set(kept.questions)
