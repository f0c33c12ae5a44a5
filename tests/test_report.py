"""The report is French, fits 80 columns, and says what is missing."""

import csv
import io
import json

import pytest
from rich.console import Console

from avec_proxy import report
from avec_proxy.refusals import WORDS
from avec_proxy.report import Names
from avec_proxy.store.figures import By, Figures, Latency, Line, Usage, nothing

DAY = 1_795_000_000
NAMES = Names(
    {"PERSON": ("nom", "noms"), "INITIALS": ("nom", "noms"), "FR_NIR": ("numéro de sécurité sociale", "numéros")},
    {"context.rules": "Règles à suivre"},
)
FIGURES = Figures(
    key="openai",
    requests=12_345,
    sent=12_000,
    refused=300,
    failed=45,
    hidden=4,
    politeness=2,
    warnings=1,
    tokens_in=1_000_000,
    tokens_out=500,
    estimated=2,
    bytes_in=10,
    bytes_out=20,
    scan=Latency(40, 999),
    total=Latency(1234, 65_000),
)


def usage(**given: object) -> Usage:
    """Return figures of a log."""
    usual: dict[str, object] = {
        "since": None,
        "first": DAY,
        "last": DAY + 86_400,
        "totals": FIGURES,
        "hidden": {"PERSON": 2, "INITIALS": 1, "FR_NIR": 1},
        "warnings": {"context.rules": 1},
        "refusals": {"overloaded": 299, "upstream_unreachable": 6},
        "groups": {
            By.DAY: [Figures(key="2026-11-18", requests=1)],
            By.SYSTEM: [FIGURES],
            By.OUTCOME: [Figures(key="sent", requests=1), Figures(key="refused", requests=2)],
            By.ENDPOINT: [Figures(key="none", requests=1), Figures(key="anthropic_messages")],
            By.MODEL: [Figures(key="other"), Figures(key="eu.anthropic.claude-3-5-sonnet-20241022-v2:0")],
        },
        "lost": 0,
    }
    return Usage(**{**usual, **given})  # type: ignore[arg-type]


def shown(figures: Usage, by: By | None = None) -> str:
    """Return the report as a terminal of 80 columns shows it, with plain blanks."""
    out = io.StringIO()
    screen = Console(file=out, width=80, highlight=False, markup=False, emoji=False)
    for part in report.render(figures, NAMES, by):
        screen.print(part)
    return out.getvalue().replace("\u202f", " ").replace("\u00a0", " ")


def test_the_report_tells_all_indicators() -> None:
    """Requests by outcome, what was hidden by kind, politeness, advice, refusals, tokens, bytes, durations."""
    text = shown(usage())
    for said in (
        "Requêtes : 12 345 (12 000 envoyées, 300 refusées, 45 en échec)",
        "3  noms",
        "1  numéro de sécurité sociale",
        "Formules de politesse retirées : 2",
        "1  Règles à suivre",
        "Refus et échecs : 345",
        "299  trop de demandes en même temps (overloaded)",
        "6  le service d'IA ne répond pas (upstream_unreachable)",
        "40  réponse interrompue",
        "Jetons : 1 000 000 envoyés, 500 reçus (estimés pour 2 requêtes)",
        "Octets : 10 envoyés, 20 reçus",
        "Vérification : 40 ms pour la moitié, 999 ms pour 95 %",
        "Premier octet : non mesurée",
        "Durée totale : 1,2 s pour la moitié, 65,0 s pour 95 %",
    ):
        assert said in text


def test_three_tables_are_shown_or_the_one_asked_for() -> None:
    """By day, system and outcome; or by one thing."""
    text = shown(usage())
    assert "18/11/2026" in text
    assert "openai" in text
    assert "envoyées" in text
    assert "Point d'accès" not in text
    one = shown(usage(), By.ENDPOINT)
    assert "Point d'accès" in one
    assert "(aucun)" in one
    assert "Résultat" not in one
    assert "(autre)" in shown(usage(), By.MODEL)


@pytest.mark.parametrize("by", [None, *By])
def test_the_report_fits_80_columns(by: By | None) -> None:
    """Large numbers and long names of models included, with no figure cut."""
    text = shown(usage(), by)
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text


def test_an_empty_log_says_so() -> None:
    """«Aucune donnée», and nothing else."""
    assert shown(nothing()) == "Aucune donnée.\n"


@pytest.mark.parametrize(("lost", "said"), [(1, "1 requête n'a pas pu être notée."), (2, "2 requêtes n'ont pas pu")])
def test_missing_rows_are_told(lost: int, said: str) -> None:
    """Lost requests are said, also when no other is there."""
    assert said in shown(usage(lost=lost))
    assert said in shown(Usage(None, None, None, Figures(), {}, {}, {}, {by: [] for by in By}, lost))
    assert "pas pu être" not in shown(usage())


@pytest.mark.parametrize("code", sorted(WORDS))
def test_each_refusal_has_a_cause(code: str) -> None:
    """A few words, taken from what the user read, without the part that is always the same."""
    cause = report.cause(code)
    assert 5 < len(cause) < 130
    assert "n'a pas été envoyé" not in cause
    assert not cause.endswith(".")


def test_the_cause_of_a_damaged_reply_is_the_damage() -> None:
    """Not what became of the reply."""
    assert report.cause("reply_damaged") == "elle est arrivée abîmée ou incomplète"


def test_a_code_of_another_version_is_another_reason() -> None:
    """A refusal that this version does not know."""
    assert report.cause("gone") == "autre raison"


def test_json_tells_times_as_iso_and_all_groupings() -> None:
    """One object; times in UTC; durations as numbers."""
    told = json.loads(report.as_json(usage(lost=3)))
    assert (told["first"], told["last"]) == ("2026-11-18T11:06:40Z", "2026-11-19T11:06:40Z")
    assert told["since"] is None
    assert set(told["groups"]) == {"day", "system", "outcome", "endpoint", "model"}
    assert told["totals"]["total"] == {"p50": 1234, "p95": 65_000}
    assert told["lost"] == 3


def test_a_row_of_the_spreadsheet() -> None:
    """Time in UTC, empty where nothing was measured, counts by kind and code; a type of old times is in the sum."""
    values: dict[str, int | str | bool | None] = dict.fromkeys(("refusal", "tokens_in", "tokens_out", "scan_ms"))
    values |= dict.fromkeys(("politeness", "bytes_in", "bytes_out", "first_byte_ms", "total_ms"), 5)
    values |= dict.fromkeys(("endpoint", "system", "model", "outcome", "product", "ner"), "word")
    values |= {"time": DAY, "tokens_estimated": True}
    out = io.StringIO()
    report.write_csv([Line(values, {"PERSON": 2, "FORMER": 3}, {"context.rules": 1})], out)
    (row,) = csv.DictReader(io.StringIO(out.getvalue()))
    assert (row["time"], row["tokens_in"], row["tokens_estimated"]) == ("2026-11-18T11:06:40Z", "", "1")
    assert (row["hidden"], row["hidden_PERSON"], row["hidden_FR_NIR"]) == ("5", "2", "0")
    assert (row["warnings"], row["warning_context.rules"]) == ("1", "1")


def test_an_empty_spreadsheet_has_its_header() -> None:
    """A program that reads it finds its columns."""
    out = io.StringIO()
    report.write_csv([], out)
    assert out.getvalue().startswith("time,endpoint,system,model,outcome,refusal,")
    assert out.getvalue().count("\n") == 1
