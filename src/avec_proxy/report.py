"""The log of usage as a person reads it (French, 80 columns), as a table for a spreadsheet, and as JSON."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import TextIO

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from avec_proxy.refusals import WORDS
from avec_proxy.store.figures import COLUMNS, By, Figures, Latency, Line, Usage
from avec_proxy.usage import advice_codes, entity_types

_TITLES = {
    By.DAY: "Jour",
    By.SYSTEM: "Système",
    By.OUTCOME: "Résultat",
    By.ENDPOINT: "Point d'accès",
    By.MODEL: "Modèle",
}
SHOWN = (By.DAY, By.SYSTEM, By.OUTCOME)
_OUTCOMES = {"sent": "envoyées", "refused": "refusées", "failed": "en échec"}
_COLUMNS = {"Requêtes": 8, "Refus": 5, "Échecs": 6, "Masqués": 7, "Politesse": 9, "Conseils": 8, "Jetons": 9}
_KEY = 18  # columns: with the others and a blank between, 79
_NARROW = "\u202f"
_NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class Names:
    """The French words that stand elsewhere: nouns (one, many) by entity type, titles by a warning's code."""

    nouns: Mapping[str, tuple[str, str]]
    advice: Mapping[str, str]


def render(usage: Usage, names: Names, by: By | None = None) -> Iterator[RenderableType]:
    """Yield the report: a table for each of `SHOWN` (or for `by` alone), then the totals."""
    if usage.first is None or usage.last is None:
        yield Text("Aucune donnée.")
    else:
        first, last = (datetime.fromtimestamp(time).strftime("%d/%m/%Y") for time in (usage.first, usage.last))
        when = f"le {first}" if first == last else f"du {first} au {last}"
        yield Text(f"Relevé d'usage, {when}", style="bold")
        for group in SHOWN if by is None else (by,):
            yield Text()
            yield _table(group, usage.groups[group])
        yield Text()
        yield from _totals(usage, names)
    if usage.lost:
        one = usage.lost == 1
        yield Text(
            f"Attention{_NBSP}: {_number(usage.lost)} requête{'' if one else 's'} "
            f"n'{'a' if one else 'ont'} pas pu être notée{'' if one else 's'}. Les chiffres sont incomplets.",
            style="bold yellow",
        )


def _table(by: By, groups: Iterable[Figures]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column(_TITLES[by], overflow="fold", width=_KEY)
    for column, width in _COLUMNS.items():
        table.add_column(column, justify="right", no_wrap=True, min_width=width)
    for f in groups:
        cells = (f.requests, f.refused, f.failed, f.hidden, f.politeness, f.warnings, f.tokens_in + f.tokens_out)
        table.add_row(Text(_label(by, f.key)), *(_number(cell) for cell in cells))
    return table


def _label(by: By, key: str) -> str:
    if by is By.DAY:
        return date.fromisoformat(key).strftime("%d/%m/%Y")
    if by is By.OUTCOME:
        return _OUTCOMES.get(key, key)
    return {"none": "(aucun)", "other": "(autre)"}.get(key, key)


def _totals(usage: Usage, names: Names) -> Iterator[Text]:
    t = usage.totals
    outcomes = ", ".join(
        f"{_number(count)} {_OUTCOMES[name]}"
        for name, count in (("sent", t.sent), ("refused", t.refused), ("failed", t.failed))
        if count
    )
    yield _fact("Requêtes", f"{_number(t.requests)} ({outcomes})")
    yield _fact("Masquages", _number(t.hidden))
    for count, noun in _by_noun(usage.hidden, names.nouns):
        yield _item(count, noun)
    yield _fact("Formules de politesse retirées", _number(t.politeness))
    yield _fact("Conseils affichés", _number(t.warnings))
    for code, count in usage.warnings.items():
        yield _item(count, names.advice.get(code, code))
    yield _fact("Refus et échecs", _number(t.refused + t.failed))
    for code, count in usage.refusals.items():
        yield _item(count, f"{cause(code)} ({code})")
    if broken := t.refused + t.failed - sum(usage.refusals.values()):
        yield _item(broken, "réponse interrompue")
    estimated = f" (estimés pour {_number(t.estimated)} requête{'s' * (t.estimated > 1)})" if t.estimated else ""
    yield _fact("Jetons", f"{_number(t.tokens_in)} envoyés, {_number(t.tokens_out)} reçus{estimated}")
    yield _fact("Octets", f"{_number(t.bytes_in)} envoyés, {_number(t.bytes_out)} reçus")
    for title, latency in (("Vérification", t.scan), ("Premier octet", t.first_byte), ("Durée totale", t.total)):
        yield _fact(title, _latency(latency))


def _by_noun(hidden: Mapping[str, int], nouns: Mapping[str, tuple[str, str]]) -> list[tuple[int, str]]:
    """Return counts and nouns, greatest first; types that share a noun are counted together."""
    counts: dict[tuple[str, str], int] = {}
    for entity_type, count in hidden.items():
        pair = nouns.get(entity_type, ("autre identifiant", "autres identifiants"))
        counts[pair] = counts.get(pair, 0) + count
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(count, many if count > 1 else one) for (one, many), count in ordered]


def cause(code: str) -> str:
    """Return why a request was refused, in a few French words taken from what the user read."""
    if code not in WORDS:
        return "autre raison"
    first = WORDS[code].message.partition(". ")[0].removesuffix(".")
    return first.partition(" : ")[2] or first[:1].lower() + first[1:]


def _fact(title: str, value: str) -> Text:
    return Text.assemble((f"{title}{_NBSP}: ", "bold"), value)


def _item(count: int, what: str) -> Text:
    return Text(f"{_number(count):>10}  {what}")


def _number(value: int) -> str:
    return f"{value:,}".replace(",", _NARROW)


def _latency(latency: Latency) -> str:
    if latency.p50 is None or latency.p95 is None:
        return "non mesurée"
    return f"{_duration(latency.p50)} pour la moitié, {_duration(latency.p95)} pour 95{_NBSP}%"


def _duration(ms: int) -> str:
    return f"{ms}{_NBSP}ms" if ms < 1000 else f"{ms / 1000:.1f}{_NBSP}s".replace(".", ",")


def as_json(usage: Usage) -> str:
    """Return the figures as one JSON object; times as ISO 8601 in UTC, durations in milliseconds."""
    content = asdict(usage)
    content["groups"] = {by.value: content["groups"][by] for by in By}
    for name in ("since", "first", "last"):
        content[name] = None if content[name] is None else iso(content[name])
    return json.dumps(content, ensure_ascii=False, indent=2)


def iso(time: int) -> str:
    """Return a time (seconds since 1970) as ISO 8601 in UTC."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_csv(lines: Iterable[Line], out: TextIO) -> None:
    """Write one row a request, with a column for each entity type and each warning that this version knows.

    What an earlier version counted under another name is in the sums `hidden` and `warnings`.
    """
    kinds, codes = sorted(entity_types()), sorted(advice_codes())
    writer = csv.writer(out, lineterminator="\n")
    header = [f"hidden_{kind}" for kind in kinds] + [f"warning_{code}" for code in codes]
    writer.writerow([*COLUMNS, "hidden", "warnings", *header])
    for line in lines:
        values = {**line.values, "time": iso(int(line.values["time"] or 0))}
        values["tokens_estimated"] = int(bool(line.values["tokens_estimated"]))
        sums = (sum(line.hidden.values()), sum(line.warnings.values()))
        counts = [line.hidden.get(kind, 0) for kind in kinds] + [line.warnings.get(code, 0) for code in codes]
        writer.writerow([*(values[name] for name in COLUMNS), *sums, *counts])
