"""What a person reads of an evaluation in a terminal: figures, labels, styles, errors on demand. In French."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from avec_proxy.cli import show
from avec_proxy.evaluate.marks import NO_STYLE
from avec_proxy.evaluate.score import Error, ErrorKind, Figure, Scores, Share, Tally

_TITLES = {
    Figure.SPAN_RECALL: ("Passages identifiants masqués", "passage"),
    Figure.TOKEN_RECALL: ("Mots identifiants masqués", "mot"),
    Figure.DOCS_CLEAN: ("Textes identifiants sans aucune fuite", "texte"),
    Figure.KEEP_INTACT: ("Termes protégés restés intacts", "terme"),
    Figure.ORDINARY_INTACT: ("Mots ordinaires restés intacts", "mot"),
    Figure.FLUFF_REMOVED: ("Politesse retirée", "mot"),
}
_SHORT = {
    Figure.SPAN_RECALL: "Passages masqués",
    Figure.DOCS_CLEAN: "Textes sans fuite",
    Figure.KEEP_INTACT: "Termes intacts",
    Figure.ORDINARY_INTACT: "Mots intacts",
}
_LABELS = {
    "PERSON": "nom, prénom",
    "INITIALS": "initiales",
    "DATE": "date",
    "AGE": "âge de 90 ans ou plus",
    "ADDRESS": "adresse",
    "POSTCODE": "code postal",
    "CITY": "commune, lieu",
    "PHONE": "téléphone",
    "EMAIL": "adresse électronique",
    "NIR": "numéro de sécurité sociale",
    "IPP": "identifiant du patient",
    "NDA": "numéro de séjour",
    "RPPS": "numéro RPPS",
    "ADELI": "numéro ADELI",
    "FINESS": "numéro FINESS",
    "IBAN": "compte bancaire",
    "PLATE": "plaque d'immatriculation",
    "ID_DOC": "pièce d'identité",
    "URL": "adresse web",
    "IP": "adresse IP",
    "USERNAME": "nom d'utilisateur",
    "OTHER_ID": "autre identifiant",
    "HEALTH_ORG": "établissement de soins",
    "ROOM": "chambre, lit",
    "ORG": "employeur, école, association",
}
_ERRORS = {
    ErrorKind.LEAK: ("Fuite", "bold reverse red"),
    ErrorKind.KEEP: ("Terme protégé abîmé", "bold reverse yellow"),
    ErrorKind.ORDINARY: ("Texte ordinaire abîmé", "bold reverse yellow"),
}
_NOTHING = "–"


def scores(measured: Scores, below: Mapping[Figure, float], errors: Sequence[Error], out: TextIO) -> None:
    """Print an evaluation on `out`; `below` holds the minimums that are not reached, `errors` what is to be shown."""
    screen = show.console(out)
    for part in _parts(measured, below, errors):
        screen.print(part)


def _parts(measured: Scores, below: Mapping[Figure, float], errors: Sequence[Error]) -> Iterable[RenderableType]:
    total = measured.total
    yield Text(_texts(total), style="bold")
    yield _apart(_figures(total))
    if total.labels:
        yield _apart(_labels(total))
    if set(measured.styles) - {NO_STYLE}:
        yield _apart(_styles(measured.styles))
    if errors:
        hidden = len(measured.errors) - len(errors)
        rest = [Text(f"… et {hidden}\u00a0de plus.")] if hidden else []
        yield _apart(Group(*(_error(error) for error in errors), *rest))
    for figure, minimum in below.items():
        yield Text(
            f"Seuil non tenu (--min-{figure.value.replace('_', '-')})\u00a0: {_percent(total[figure])}, "
            f"au moins {_number(100 * minimum)} demandés.",
            "bold red",
        )


def _apart(part: RenderableType) -> Padding:
    return Padding(part, (1, 0, 0, 0), expand=False)


def _texts(total: Tally) -> str:
    identifying = total[Figure.DOCS_CLEAN].of
    blocked = f", {total.blocked}\u00a0refusé{'s' * (total.blocked > 1)}" if total.blocked else ""
    plural = "s" * (total.texts > 1)
    return f"{total.texts}\u00a0texte{plural} marqué{plural}, dont {identifying} avec au moins un identifiant{blocked}"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", overflow="fold")
    return table


def _figures(total: Tally) -> Table:
    table = _table("", "", "Détail")
    for figure, (title, noun) in _TITLES.items():
        share = total[figure]
        table.add_row(title, _percent(share), f"{share.good} sur {share.of}\u00a0{noun}{'s' * (share.of > 1)}")
    return table


def _labels(total: Tally) -> Table:
    table = _table("Étiquette", "Passages", "Masqués", "Manqués", "Part")
    for label, share in sorted(total.labels.items(), key=lambda item: (item[1].good - item[1].of, item[0])):
        missed = share.of - share.good
        table.add_row(
            f"{label} ({_LABELS[label]})",
            str(share.of),
            str(share.good),
            Text(str(missed), "bold red" if missed else "green"),
            _percent(share),
        )
    return table


def _styles(styles: Mapping[str, Tally]) -> Table:
    table = _table("Style", "Textes", *_SHORT.values())
    for style, tally in styles.items():
        table.add_row(
            _NOTHING if style == NO_STYLE else style, str(tally.texts), *(_percent(tally[figure]) for figure in _SHORT)
        )
    return table


def _error(error: Error) -> Text:
    title, style = _ERRORS[error.kind]
    before, surface, after = (" ".join(show.visible(t).split("\n")) for t in (error.before, error.surface, error.after))
    label = f" {error.label}" if error.label else ""
    return Text.assemble(f"{error.record}\u00a0: {title}{label}\u00a0: …{before}⟦", (surface, style), f"⟧{after}…")


def _percent(share: Share) -> str:
    """Return the share in %, rounded down: 100 % is perfect, and nothing less is."""
    return _NOTHING if share.ratio is None else _number(math.floor(1000 * share.good / share.of) / 10)


def _number(percent: float) -> str:
    return f"{percent:.1f}\u00a0%".replace(".", ",")
