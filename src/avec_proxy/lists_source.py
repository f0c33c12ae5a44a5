"""Where the entries of a hashed list come from: a text or CSV file, as a hospital's software exports it."""

import csv
import io
from collections.abc import Iterator, Sequence

from avec_proxy.lists import ListError, words_of

# column titles, as `words_of` reads them
_FAMILY = frozenset(
    (
        *("nom", "nom de naissance", "nom naissance", "nom d usage", "nom usage", "nom usuel", "nom marital"),
        *("nom de famille", "nom patronymique", "patronyme"),
    )
)
_GIVEN = frozenset(("prenom", "prenoms", "prenom usuel", "prenom d usage", "premier prenom", "prenom de naissance"))
_DELIMITERS = ";\t,|"


def entries_of(raw: bytes, encoding: str, *, person: bool) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield (line number, words) of each entry.

    A file of people whose first line titles a column of family names and one of given names gives, for each line, every
    family name with the first given name and with all of them. Else the cells of a line are one entry; `#` begins a
    remark. Raises ListError if it is not text in `encoding`.
    """
    try:
        text = raw.decode("utf-8-sig" if encoding.lower().replace("-", "") == "utf8" else encoding)
    except (UnicodeDecodeError, LookupError):
        raise ListError(f"not text in {encoding}") from None
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if delimiter in first else None
    lines: Iterator[Sequence[str]] = rows if rows is not None else ([line] for line in text.splitlines())
    families: list[int] = []
    givens: list[int] = []
    try:
        for number, row in enumerate(lines, 1):
            if number == 1 and person:
                titles = [" ".join(words_of(cell)) for cell in row]
                families = [i for i, title in enumerate(titles) if title in _FAMILY]
                givens = [i for i, title in enumerate(titles) if title in _GIVEN]
                if families and givens:
                    continue
            if not any(map(str.strip, row)) or row[0].lstrip().startswith("#"):
                continue
            if families and givens:
                yield from ((number, entry) for entry in _people(row, families, givens))
            else:
                yield number, words_of(" ".join(row))
    except csv.Error:
        raise ListError("not CSV") from None


def _people(row: Sequence[str], families: list[int], givens: list[int]) -> Iterator[tuple[str, ...]]:
    cells = [*row, *[""] * (max(*families, *givens) + 1 - len(row))]
    for family in dict.fromkeys(words_of(cells[i]) for i in families):
        if not family:
            continue
        for i in givens:
            every = [words_of(name) for name in cells[i].replace(",", " ").split()]
            forms = dict.fromkeys([every[0], tuple(w for name in every for w in name)] if every else [()])
            yield from ((*family, *given) for given in forms)
