"""Marks that plain rules can set in prose: dates, ages, doses, drugs, eponyms; what they can't tell apart is `⟪…⟫`."""

import re
from random import Random

from .lexicon import drug_words, fold
from .values import dates

_MONTH = (
    r"(?i:janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre)"
)
_DAY, _MONTH_NUMBER = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_UNIT = (
    r"(?:mg|µg|ug|mcg|g|kg|UI|ui|mL|ml|L|l|mmol|µmol|umol|nmol|pmol|mEq|ng|pg|mmHg|bpm|cm|mm|Gy|cp|gouttes|%|°C?|G)"
    r"(?:/(?:24 ?h|mL|ml|dL|dl|L|l|mmol|kg|min|j|h|jour|m²|mm3|mm³))*"
)
_RULES = re.compile(
    # Apgar 10/10/10 is no day
    rf"(?P<date>(?<!pgar )(?<!pgar : )(?<![\w/.-]){_DAY}[/.-]{_MONTH_NUMBER}[/.-](?:(?:19|20)\d\d|\d\d)(?![\w/-])"
    rf"|(?<=\b[Ll]e )(?:{_DAY}/{_MONTH_NUMBER})(?![\w/])|(?<=\b[ad]u )(?:{_DAY}/{_MONTH_NUMBER})(?![\w/])"
    rf"|\b(?:1er|\d{{1,2}}) {_MONTH}(?: \d{{4}})?\b|\b{_MONTH} \d{{4}}\b)"
    r"|(?P<pressure>\b(?:TA|PA|PAS)\b ?(?:à |: ?|= ?)?\d{1,3} ?/ ?\d{1,3}(?: ?mmHg)?)"
    rf"|(?P<dose>(?<![\w/.,])\d{{1,3}}(?:(?: \d{{3}})+|\d*)(?:[.,]\d+)? ?{_UNIT}(?![\w]))"
    r"|(?P<may>(?<![\w/])\d{1,2}/\d{1,4}(?![\w/])|\b(?:19|20)\d{2}\b|\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b)"
    r"|(?P<old>(?<=âgé de )(?:9\d|10\d)(?= ans)|(?<=âgée de )(?:9\d|10\d)(?= ans))"
    r"|(?P<age>(?<![\w,.])\d{1,3}(?= ans\b))"
    r"|(?P<eponym>\b(?:[Mm]aladie|[Ss]yndrome|[Ss]igne|[Tt]est|[Ss]core|[Éé]chelle|[Cc]lassification|[Mm]anœuvre|[Ff]racture|[Ll]ymphome"
    r"|[Pp]olygone|[Ff]ormule|[Cc]oloration|[Ss]onde|[Dd]rain|[Tt]endon|[Cc]anal) (?:de |d'|d’|du )[A-ZÀ-Ý]\w+(?:[- ](?:et )?[A-ZÀ-Ý]\w+)*)"
    r"|(?P<word>(?<![\w-])[^\W\d_]{5,}(?![\w-]))"
)
_OLD = 90


def mark(text: str, rng: Random) -> str:
    """Return plain text with the marks that rules can set; some dates are written anew in another form."""

    def one(match: re.Match[str]) -> str:
        kind, found = match.lastgroup, match[0]
        if kind == "date":
            return f"⟦DATE|{_again(found, rng)}⟧"
        if kind in ("pressure", "dose", "eponym"):
            return f"⦃{found}⦄"
        if kind == "old":
            return f"⟦AGE|{found}⟧"
        if kind == "may" or (kind == "age" and (int(found) >= _OLD or _states_age(text, match.start()))):
            return f"⟪{found}⟫"
        return f"⦃{found}⦄" if kind == "word" and fold(found) in drug_words() else found

    return _RULES.sub(one, text)


def _states_age(text: str, at: int) -> bool:
    return bool(
        re.search(r"(?:âgée? de |, |patiente? de |homme de |femme de |^)$", text[max(0, at - 14) : at], re.IGNORECASE)
    )


def _again(found: str, rng: Random) -> str:
    if rng.random() < 0.5 or not re.search(r"\d{4}|\d[/.-]\d+[/.-]\d", found) or not found[0].isdigit():
        return found
    return dates.numeric(dates.recent(rng), rng) if rng.random() < 0.55 else dates.long(dates.recent(rng), rng)
