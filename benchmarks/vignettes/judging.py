"""Whether a fact can still be told from the text that leaves, by somebody who has never seen the prompt."""

import re
from itertools import pairwise

from avec_proxy.hints import NO_SCORE
from avec_proxy.mapping import PLACEHOLDER
from benchmarks.vignettes.leaving import Fact, Leaving, Vignette

# days: what «2 mois» and «3 ans» may be, rounded to the nearest or counted by the calendar
_MONTH, _YEAR = 365.2425 / 12, 365.2425
_Span = tuple[float, float]
_DAY = re.compile(r"J(?P<days>[+-]\d{1,4}|0)")
_FAR = re.compile(r"(?P<n>\d{1,3}) (?P<unit>mois|ans?) (?P<side>avant|après) J0")
_LINK = re.compile(r"(?:(?P<n>\d{1,3}) jours? (?P<side>avant|après)|(?P<same>même jour que)) (?P<key>DATE_\d{1,4}|J0)")
_LASTS = re.compile(r"sur (?P<n>\d{1,3}) jours?")
_WORDS = {
    "même mois que J0": (-30, 30),
    "le mois d'avant J0": (-61, -1),
    "le mois d'après J0": (1, 61),
    "même année que J0": (-365, 365),
    "l'année d'avant J0": (-730, -1),
    "l'année d'après J0": (1, 730),
}


def lost(vignette: Vignette, leaving: Leaving) -> list[Fact]:
    """Return the facts of `vignette` that what leaves does not tell any more; restoring is judged apart."""
    return [fact for fact in vignette.facts if not settled(vignette, leaving, fact)]


def settled(vignette: Vignette, leaving: Leaving, fact: Fact) -> bool:
    """Tell whether `leaving` still tells `fact`."""
    kind, parts = fact.kind, fact.parts
    if kind == "kept":
        whole, left = "\n\n".join(vignette.turns), PLACEHOLDER.sub("[]", leaving.text)
        return all(left.count(words) == whole.count(words) > 0 for words in parts)
    if kind in ("same", "apart"):
        return _people(leaving, parts, apart=kind == "apart")
    if kind == "who":
        return _beside(leaving, *parts)
    if kind == "lasts":
        return _lasts(leaving, *parts)
    if kind in ("age", "band"):
        return _aged(_hint(_said(leaving, parts[0])), *parts[1:])
    days = {"days": 1.0, "months": _MONTH, "years": _YEAR}[kind]
    return _apart(leaving, *parts, unit=days)


def _said(leaving: Leaving, mark: str) -> str:
    """Return what stands in the place of a mark."""
    return "".join(piece.text for turn in leaving.turns for piece in turn if mark in piece.marks)


def _key(said: str) -> str:
    match = PLACEHOLDER.fullmatch(said)
    return f"{match['kind']}_{match['number']}" if match else ""


def _hint(said: str) -> str:
    """Return what the only placeholder in `said` says of its value, or the words that stand there."""
    found = list(PLACEHOLDER.finditer(said))
    if len(found) > 1:
        return ""
    return found[0][0].strip("[]").partition(" : ")[2] if found else said


def _people(leaving: Leaving, marks: tuple[str, ...], *, apart: bool) -> bool:
    """Tell whether the marked names are hidden, and whether they are of one person or all of different ones."""
    keys = [_key(_said(leaving, mark)) for mark in marks]
    # «Mme Colin»: a title may stand inside a mark
    keys = [key or _only_key(_said(leaving, mark)) for key, mark in zip(keys, marks, strict=True)]
    return all(keys) and len(set(keys)) == (len(keys) if apart else 1)


def _only_key(said: str) -> str:
    found = [f"{m['kind']}_{m['number']}" for m in PLACEHOLDER.finditer(said)]
    return found[0] if len(found) == 1 else ""


def _beside(leaving: Leaving, mark: str, words: str) -> bool:
    """Tell whether `words` still stand right before the placeholder of `mark`."""
    for turn in leaving.turns:
        before = ""
        for piece in turn:
            if mark in piece.marks:
                return before.endswith(words) and bool(_only_key(piece.text))
            before += piece.text
    return False


def _aged(hint: str, *expected: str | int) -> bool:
    """Tell whether an age is told exactly, or as a band that holds it and warns of scores."""
    plain = hint.removesuffix(" à J0")
    if len(expected) == 1 and plain in (expected[0], f"environ {expected[0]}"):
        return True
    low, high = (int(str(expected[0]).split()[0]),) * 2 if len(expected) == 1 else map(int, expected)
    if plain == "90 ans ou plus":
        return low >= 90
    match = re.fullmatch(r"(\d{1,3})(?: à (\d{1,3}))? ans(?: à J0)?(, .*)?", hint)
    if match is None:
        return False
    first, last = int(match[1]), int(match[2] or match[1])
    return low <= last and first <= high and last - first <= 9 and (match[2] is None or match[3] == f", {NO_SCORE}")


def _dates(leaving: Leaving) -> dict[str, str]:
    """Return what each date placeholder says, by key."""
    return {_key(match[0]): _hint(match[0]) for match in PLACEHOLDER.finditer(leaving.text) if match["kind"] == "DATE"}


def _place(hint: str, key: str, dates: dict[str, str], seen: frozenset[str] = frozenset()) -> dict[str, list[_Span]]:
    """Return where a date may stand, in days, from J0 and from every date that it is linked to (itself at 0)."""
    places: dict[str, list[_Span]] = {key: [(0, 0)]}
    for part in (hint.split(" à ")[0]).split(", "):
        if _DAY.fullmatch(part.split(" ou ")[0]):
            days = [int(day["days"]) for day in _DAY.finditer(part)]
            places["J0"] = [(n, n) for n in days]
        elif far := _FAR.fullmatch(part):
            unit, sign = (_MONTH if far["unit"] == "mois" else _YEAR), (-1 if far["side"] == "avant" else 1)
            ends = sorted(sign * (int(far["n"]) + slack) * unit for slack in (-1, 1))
            places["J0"] = [(ends[0], ends[1])]
        elif part in _WORDS:
            places["J0"] = [_WORDS[part]]
        elif (link := _LINK.fullmatch(part)) and link["key"] not in seen:
            days_off = 0 if link["same"] else int(link["n"]) * (-1 if link["side"] == "avant" else 1)
            known = _place(dates.get(link["key"], ""), link["key"], dates, seen | {key, link["key"]})
            for far_key, spans in known.items():
                if far_key not in places or _width(places[far_key]) > _width(spans):
                    places[far_key] = [(low + days_off, high + days_off) for low, high in spans]
    return places


def _width(spans: list[_Span]) -> float:
    return max(high - low for low, high in spans)


def _apart(leaving: Leaving, first: str, second: str, expected: float, *, unit: float) -> bool:
    """Tell whether the time from one mark to the other is told: to the day, or to a month or year nearly."""
    dates = _dates(leaving)
    ends = []
    for mark in (first, second):
        said = _said(leaving, mark)
        if not _only_key(said):
            return False
        ends.append(_place(_hint(said), _only_key(said), dates))
    found = [
        (later[0] - sooner[1], later[1] - sooner[0])
        for key in ends[0].keys() & ends[1].keys()
        for sooner in ends[0][key]
        for later in ends[1][key]
    ]
    if unit == 1:
        return (expected, expected) in found
    return any(low - unit <= expected * unit <= high + unit and high - low <= 4.01 * unit for low, high in found)


def _lasts(leaving: Leaving, mark: str, days: int) -> bool:
    """Tell whether the length of the range that a mark writes is told."""
    hint = _hint(_said(leaving, mark))
    if told := _LASTS.search(hint):
        return int(told["n"]) == days
    ends = [_DAY.fullmatch(part) for part in hint.split(" à ")]
    return (
        len(ends) == 2
        and all(ends)
        and all(int(b["days"]) - int(a["days"]) == days for a, b in pairwise(ends) if a is not None and b is not None)
    )
