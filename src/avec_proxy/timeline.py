"""The days of one conversation: J0, how far every date is from it, and from another date where that says more.

J0 is the first full date of the first turn that holds a date (no birth date), or else its first day of a month
(«le 12/03»), month or year, and stays what it is: what is measured from it is no finer.
Away from J0 only months or years are told; two events that are near each other there (a stay, a course after an
operation) are linked: «23 mois après J0, 7 jours après DATE_2». Turns are taken in their order, so that a later one
never changes what an earlier one was told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from avec_proxy import hints
from avec_proxy.hints import Grain, PartialDate
from avec_proxy.mapping import MAX_HINT
from avec_proxy.model import Days

# Where days are counted: pregnancy, birth, vaccination, operations and their course, doses and cycles of treatment.
_EXACT = re.compile(
    r"(?i)\b(?:grossesses?|enceinte|gestation|am[ée]norrh[ée]es?|DDR|DPA|terme prévu|accouch\w+|césarienne"
    r"|post-?partum|allait\w+"
    r"|vaccin\w*|rappels?|hexavalent\w*|pentavalent\w*|ROR|BCG|DTP\w*|prevenar|gardasil|primovaccination"
    r"|op[ée]r\w+|réopér\w+|post-?op\w*|per-?op\w*|chirurg\w+|bloc|interventions?|anesthésie|prothèses?|ostéosynthèse|greff\w+"
    r"|suture\w*"
    r"|cicatri\w+|drains?|redons?|attelle|plâtre|arthrodèse|amputation|pontage|stents?|angioplastie|coronarographie"
    r"|pose d\w+"
    r"|\w{3,}(?:ectomie|plastie|otomie|ostomie|oscopie)s?"
    r"|injections?|injectée?s?|inject\w+|perfus\w+|cures?|cycles?|chimio\w*|radiothérapie|séances?|transfus\w+|immunothérapie"
    r"|(?:1[èe]?re|[2-9]e|[2-9][èe]me|première|deuxième|seconde|troisième|dernière|prochaine|précédente)"
    r" (?:dose|prise|cure|injection|séance))\b"
    r"|\b\d{1,2} ?SA\b|\bC[1-9]\d?\b(?=[^.;\n]{0,25}\bC[1-9]\d?\b)|\bLP\b"
)
# A text whose last date is older may be about today all the same.
_STALE_DAYS = 5 * 365


_NOTHING = Days()


@dataclass(frozen=True, slots=True)
class _Told:
    day: date
    sure: bool  # the year is told
    key: str


class Timeline:
    """What is known of a conversation's days so far; `before`: what it told already."""

    def __init__(self, today: date, before: Days = _NOTHING) -> None:
        self._today = today
        self._anchor = before.anchor
        self._grain = Grain[before.grain] if before.grain else Grain.DAY
        self._latest = before.latest  # the last day, up to today, that was told
        self._known: dict[str, tuple[tuple[PartialDate, ...], str]] = {}
        self._exact = before.exact
        self._told = {key: _Told(day, sure, key) for key, day, sure in before.told}

    @property
    def told(self) -> Days:
        """What was told, so that a later request can go on from it."""
        told = tuple((key, one.day, one.sure) for key, one in self._told.items())
        return Days(self._anchor, self._grain.name, self._latest, self._exact, told)

    def turn(self, texts: Sequence[str], surfaces: Sequence[str]) -> None:
        """Take in a turn: its texts that hold dates, and the dates of events as they are written, in order."""
        dates = [d for surface in surfaces for d in self._read(surface)[0]]
        full = [day for d in dates if d.year and (day := d.resolved()) is not None]
        if self._anchor is None:
            self._anchor, self._grain = self._first(dates, full)
        self._latest = max((d for d in (self._latest, *full) if d is not None and d <= self._today), default=None)
        self._exact = self._exact or any(_EXACT.search(text) for text in texts)

    def _read(self, surface: str) -> tuple[tuple[PartialDate, ...], str]:
        """Return the dates that `surface` writes; a date is asked for several times in one request."""
        known = self._known.get(surface)
        if known is None:
            known = self._known[surface] = hints.events(surface, self._today)
        return known

    def _dates(self, surface: str) -> tuple[tuple[PartialDate, ...], str]:
        """Return the dates that `surface` writes; «le 5» is of the month where it is nearest to the one told last."""
        dates, joint = self._read(surface)
        if not any(d.day and not d.month for d in dates):
            return dates, joint
        placed = [(d.resolved(self._near()) if d.day and not d.month else None) for d in dates]
        sure = self._grain is Grain.DAY
        return tuple(
            PartialDate(day.year if sure else 0, day.month, day.day) if day else d
            for d, day in zip(dates, placed, strict=True)
        ), joint

    def _first(self, dates: Sequence[PartialDate], full: Sequence[date]) -> tuple[date | None, Grain]:
        days = [day for d in dates if d.day and (day := d.resolved(self._today)) is not None]
        months = [date(d.year, d.month, 15) for d in dates if d.year and d.month]
        years = [date(d.year, 7, 1) for d in dates if d.year]
        told = ((full, Grain.DAY), (days, Grain.NO_YEAR), (months, Grain.MONTH), (years, Grain.YEAR))
        return next(((found[0], grain) for found, grain in told if found), (None, Grain.DAY))

    def age(self, surface: str) -> str:
        """Return the age hint of a birth date: at J0, and said so where it is another one later.

        A text may begin with something long past («vacciné le…»): its age then is not the patient's.
        """
        if self._anchor is None or self._grain is not Grain.DAY:
            return hints.age(surface, self._today)
        hint = hints.age(surface, self._anchor)
        now = self._latest or self._anchor
        if (self._today - now).days > _STALE_DAYS:
            now = self._today
        return f"{hint} à J0" if hint and hint != hints.age(surface, now) else hint

    def interval(self, surface: str) -> str:
        """Return the hint of a date: its place from J0, and from an earlier told date where J0 is too far to tell."""
        if self._anchor is None:
            return ""
        hint = hints.placed(*self._dates(surface), self._anchor, exact=self._exact, grain=self._grain)
        if re.match(r"J(?:0|[+-]\d+)(?!\d| ou)", hint):
            return hint
        link = self._link(surface, far=not hint)
        if link and " ou " in hint:
            hint = ""  # the other date says which side is meant
        both = ", ".join(part for part in (hint, link) if part)
        return both if len(both) < MAX_HINT else hint

    def note(self, surface: str, key: str) -> None:
        """Remember under which key a date was told."""
        if key in self._told or self._anchor is None:
            return
        dates, _ = self._dates(surface)
        day = dates[0].resolved(self._near()) if dates else None
        if day is not None:
            self._told[key] = _Told(day, bool(dates[0].year), key)

    def _near(self) -> date:
        """Return the day to which a date without a year is nearest: the last one told, whose year may be told."""
        last = next(reversed(self._told.values()), None)
        return last.day if last else self._anchor or self._today

    def _link(self, surface: str, *, far: bool) -> str:
        dates, _ = self._dates(surface)
        best: tuple[int, date, _Told] | None = None
        for told in self._told.values():
            when = dates[0].resolved(told.day) if dates else None
            if when is None or (dates[0].year and not told.sure):
                continue
            days = abs((when - told.day).days)
            limit = hints.EXACT_DAYS if self._exact and dates[0].year else hints.NEAR_DAYS
            if (days <= limit or (far and dates[0].year)) and (best is None or days < best[0]):
                best = days, when, told
        return hints.distance(best[1], best[2].day, exact=self._exact, name=best[2].key) if best else ""
