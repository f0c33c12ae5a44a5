"""The template language."""

from pathlib import Path
from random import Random

import pytest

from training.texts.check import problems
from training.texts.grammar import Template, TemplateError, parse, read
from training.texts.scene import validate, write
from training.texts.values import MAKERS


def _template(source: str) -> Template:
    return Template("note_x.txt", 1, "note", 1.0, source, parse(source))


def test_choices_nest_and_a_marks_bar_parts_no_branches() -> None:
    template = _template("x[[a|b[[c|d]]|⟦DATE|12/03⟧]]y")
    assert {write(template, Random(n)) for n in range(60)} == {"xay", "xbcy", "xbdy", "x⟦DATE|12/03⟧y"}


def test_escapes_are_literal() -> None:
    source = r'\{"a": \[[1, 2]], "b": "[[x\|y]]"\}'
    assert write(_template(source), Random(1)) == '{"a": [[1, 2]], "b": "x|y"}'


def test_a_person_is_one_and_agrees() -> None:
    template = _template("{p.LAST}/{p.LAST}/{p.il}{p?ami/amie}")
    for seed in range(40):
        first, second, rest = write(template, Random(seed)).replace("’", "'").split("/")
        assert first == second
        assert rest in ("ilami", "elleamie")


def test_a_numbered_slot_is_one_value() -> None:
    first, again, other = write(_template("{ipp#1} ~ {ipp#1} ~ {ipp}"), Random(2)).split(" ~ ")
    assert first == again != other


def test_an_article_is_not_said_twice() -> None:
    for seed in range(80):
        text = write(_template("Vu le {date.day}, séjour du {date.range}"), Random(seed))
        assert "le le" not in text
        assert "du du" not in text


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{nirr}", "note_x.txt, template 1: unknown slot {nirr}"),
        ("{p.nom}", "no form 'nom' of a person"),
        ("{k.last}", "unknown slot {k.last}"),
        ("{a?le/la}", "no role 'a'"),
    ],
)
def test_an_unknown_slot_is_named_with_its_place(source: str, said: str) -> None:
    with pytest.raises(TemplateError, match=said.replace(".", r"\.").replace("{", r"\{")):
        validate(_template(source))


@pytest.mark.parametrize("source", ["[[a|b", "{a b}", "x { y"])
def test_what_does_not_parse_says_so(source: str) -> None:
    with pytest.raises(TemplateError):
        parse(source)


def test_a_slot_inside_a_mark_is_reported() -> None:
    assert "nested" in problems(_template("⟦DATE|{date.num}⟧"), Random(1))[0]


def test_a_file_gives_its_good_templates_and_names_its_bad_ones(tmp_path: Path) -> None:
    path = tmp_path / "mail_x.txt"
    path.write_text("weight: 3\n{p.full}\n=====\n[[a\n=====\nok\n", encoding="utf-8")
    templates, errors = read(path)
    assert [(t.number, t.style, t.weight) for t in templates] == [(1, "mail", 3.0), (3, "mail", 1.0)]
    assert errors == ["mail_x.txt, template 2, a '[[' is never closed; a literal one is \\[["]


def test_every_slot_of_the_readme_exists() -> None:
    for name in (
        "date.num date.long date.dm date.day date.month date.year date.words date.split date.iso date.hl7 date.range birth birth.year"
        " age90 phone phone.words email street street.multi lieudit postcode city city.low CITY postcity hospital clinic ehpad lab"
        " practice pharmacy ward school employer association tribunal room bed nir ipp nda rpps adeli finess iban plate id_doc url ip"
        " username caf mdph siret specimen device other_id drug DRUG dose posology lab_value vital score scale eponym classification"
        " code guideline authors software device_brand germ protocol law historical age job service nationality region weekday time"
        " disease symptom delay act kin"
    ).split():
        assert name in MAKERS
