"""A model's name is no prose, but a client fills it: one that says a person or a number is told from the others."""

import re

from avec_proxy import lexicons, model_names

_DATE = re.compile(r"20[23]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def names_somebody(name: str) -> bool:
    """Return whether a model's name holds a first name beside a family name, or a long number that is no date.

    A single name is none: makers call their models Claude, Lucie or Vincent.
    """
    if model_names.plain(name) != model_names.OTHER:
        return False
    pieces = [lexicons.fold(piece) for piece in re.split(r"[\W_]+", name) if piece]
    firsts = [p for p in pieces if len(p) > 2 and lexicons.first_names().get(p, 0) >= 500]
    lasts = [p for p in pieces if len(p) > 2 and p in lexicons.surnames() and p not in lexicons.common_words()]
    number = any(p.isdigit() and len(p) >= 6 and not _DATE.fullmatch(p) for p in pieces)
    return number or any(f != last for f in firsts for last in lasts)
