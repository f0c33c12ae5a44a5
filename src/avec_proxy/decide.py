"""From findings to decisions: policy says what becomes of each, the ledger and the hints write the placeholders.

Texts are taken in the order of the conversation, so that numbers, the anchor of relative dates and hints only
depend on what came before: a later turn never changes an earlier one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from avec_proxy import hints
from avec_proxy.ledger import PERSON_KIND, Ledger
from avec_proxy.mapping import FORM, PLACEHOLDER, fold, forms, key_of
from avec_proxy.model import Action, Decision, Finding, Past, Reserve, Segment, Strictness
from avec_proxy.policy import Policy
from avec_proxy.timeline import Timeline

TYPED_RULE = "placeholder"

_TITLE = re.compile(
    r"\b(?:(?P<m>M\.|Mr\.?|Monsieur|fils|père|frère|mari|né)"
    r"|(?P<f>Mme|Mlle|Melle|Madame|Mademoiselle|fille|mère|s(?:œ|oe)ur|épouse|née)"
    r"|(?P<d>Dr\.?|Docteure?|Pr\.?|Professeure?))\s+$"
)
# characters before a name in which the title stands, and the kinship word with what may follow it
_TITLE_REACH, _KIN_REACH = 20, 40
_KIN = re.compile(
    r"(?i)\b(?:fils|fille|mari|(?<!les )époux|épouse|femme|père|mère|frère|s(?:œ|oe)ur|jumeau|jumelle|neveu|nièce|cousine?|tante|oncle|"
    r"gendre|bru|enfant|voisine?|amie?|compagne|compagnon|concubine?|parrain|marraine|tut(?:eur|rice)|curat(?:eur|rice)|conjointe?|grand-(?:mère|père)|petite?-(?:fils|fille))\b(?![^.;\n]{0,19}\b(?:de|du|des|d['’])\s?(?:(?:M\.|Mme|Mlle|Mr|Monsieur|Madame)\s)?$)[^.;\n]{0,20}$"
)
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_POSTCODE_BEFORE = re.compile(r"(?<!\d)(\d{5})\s*$")


_NOTHING = Past()


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions per text, in the order given, the values behind the placeholders issued, and what goes on from here."""

    decisions: list[list[Decision]]
    values: dict[str, str]
    past: Past


def decide(
    segments: Sequence[Segment],
    findings: Sequence[Sequence[Finding]],
    policy: Policy,
    strictness: Strictness,
    today: date,
    reserve: Reserve = Reserve.NOTHING,
    past: Past = _NOTHING,
) -> Decided:
    """Return what becomes of every finding, placeholders included; hints say no more than `reserve` lets them.

    `past` is what was told before the first of the texts: numbers and J0 go on from there.
    """
    ledger = Ledger.after(past.issued)
    decisions: list[list[Decision]] = [[] for _ in segments]
    days = Timeline(today, past.days)
    turns = sorted({s.turn for s in segments})
    for turn in turns:
        members = [i for i, s in enumerate(segments) if s.turn == turn]
        dated = [(i, f) for i in members for f in findings[i] if f.entity_type == "DATE_TIME"]
        days.turn([segments[i].text for i in dict(dated)], [segments[i].text[f.start : f.end] for i, f in dated])
        for i in members:
            text = segments[i].text
            for finding in findings[i]:
                action = policy.action(finding.entity_type, strictness)
                if action is Action.HIDE and segments[i].strict:
                    action = Action.REFUSE
                placeholder = ""
                if action is Action.HIDE:
                    placeholder = _issue(ledger, policy, text, finding, days, reserve)
                decisions[i].append(Decision(finding, action, placeholder))
    return Decided(decisions, ledger.values, replace(past, issued=ledger.issued, days=days.told))


def typed_placeholders(text: str, *, bare: bool = True) -> list[Finding]:
    """Return the placeholders that the user typed, as findings: they are values like any other.

    In any form in which a reply's would be restored, so that an echo of it never becomes somebody's name; those
    without brackets only if `bare`.
    """
    return [Finding(*m.span(), "PLACEHOLDER", TYPED_RULE, 1.0) for m, _ in forms(text, _typed) if bare or not m["bare"]]


def _typed(match: re.Match[str]) -> bool | None:
    kind = key_of(match).partition("_")[0]
    policy = Policy.load()
    known = kind in (policy.kinds if match["bare"] else policy.readable)
    return known or PLACEHOLDER.fullmatch(match[0]) is not None or None


def _shares_a_word(hint: str, surface: str) -> bool:
    return bool(set(_LONG_WORD.findall(fold(hint))) & set(_LONG_WORD.findall(fold(surface))))


def _issue(ledger: Ledger, policy: Policy, text: str, finding: Finding, days: Timeline, reserve: Reserve) -> str:
    surface = text[finding.start : finding.end]
    if finding.rule == TYPED_RULE:
        match = FORM.fullmatch(surface)
        assert match is not None
        return ledger.typed(match)
    before = text[max(0, finding.start - 60) : finding.start]
    line = policy.line(finding.entity_type)
    hint = ""
    if line.hint == "age":
        hint = days.age(surface)
        if reserve >= Reserve.AGES:
            hint = hints.band(hint)
    elif line.hint == "interval":
        issued = ledger.issue(line.kind, surface, hint=days.interval(surface))
        days.note(surface, issued.strip("[]").partition(" : ")[0])
        return issued
    elif line.hint == "town" and reserve < Reserve.PLACES:
        postcode = _POSTCODE_BEFORE.search(before)
        hint = hints.town(surface, postcode[1] if postcode else "")
        if _shares_a_word(hint, surface):
            hint = ""  # «Champigny-sur-Marne : Val-de-Marne» would say half of the value
    elif line.hint == "establishment" and reserve < Reserve.PLACES:
        hint = hints.establishment(surface, before)
    elif line.hint == "old_age":
        hint = hints.old_age(surface)
    elif line.hint == "band":
        hint = hints.band(surface)
    elif line.hint == "wording":
        hint = finding.wording
    if line.kind != PERSON_KIND:
        return ledger.issue(line.kind, surface, hint=hint)
    title = _TITLE.search(before[-_TITLE_REACH:])
    sex = (title.lastgroup or "") if title else ""
    return ledger.issue(line.kind, surface, hint=hint, sex=sex, alone=bool(_KIN.search(before[-_KIN_REACH:])))
