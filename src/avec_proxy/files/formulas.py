"""Formulas: the texts in them are their quoted words; the names in them follow what is renamed."""

import re
from collections.abc import Iterator, Mapping

# A quoted word of a formula, its quotes doubled inside; a quoted name of a sheet, likewise with apostrophes.
_TOKEN = re.compile(r'"(?P<word>(?:[^"]|"")*)"|\'(?P<sheet>(?:[^\']|\'\')*)\'|(?P<name>[^\W\d][\w.]*)')


def words(formula: str) -> Iterator[tuple[int, int]]:
    """Yield where the quoted words of a formula stand."""
    for match in _TOKEN.finditer(formula):
        if match["word"]:
            yield match.span("word")


def rest(formula: str) -> str:
    """Return a formula without its quoted words."""
    return _TOKEN.sub(lambda m: '""' if m["word"] is not None else m[0].replace("''", "'"), formula)


def renamed(formula: str, names: Mapping[str, str]) -> str:
    """Return a formula in which names of sheets and of ranges are the new ones; quoted words stay."""

    def new(match: re.Match[str]) -> str:
        if match["word"] is not None:
            return match[0]
        old = match["name"] if match["name"] is not None else match["sheet"].replace("''", "'")
        if old not in names:
            return match[0]
        quote = "'" if match["name"] is None else ""
        return f"{quote}{names[old]}{quote}"

    return _TOKEN.sub(new, formula) if names else formula
