"""How a spreadsheet shows a number: as a date, a time, digits in groups; what a person reads is what is checked."""

import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

# Formats that have a number only (ECMA-376, 18.8.30): those that show dates or times.
_DATES = frozenset((*range(14, 18), 22, *range(27, 37), *range(50, 59)))
_TIMES = frozenset((18, 19, 20, 21, 45, 46, 47))
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]|_.|\*.')
_DIGITS = re.compile(r"[0#][0#\s.\-/|]*[0#]|[0#]")
_MOST_DAYS = 2_958_465  # 31 December 9999


def is_date(number: int, code: str) -> bool:
    """Tell whether a format shows a date or a time."""
    plain = _LITERAL.sub("", code.partition(";")[0]).lower()
    return number in _DATES | _TIMES or (
        plain != "general" and re.search(r"[dyjah]|m{1,5}(?!\w*[0#])|s", plain) is not None
    )


def shown(raw: str, number: int, code: str, *, since_1904: bool) -> str:
    """Return what a cell with the number `raw` shows; `raw` itself where it is no number."""
    try:
        value = Decimal(raw)
    except InvalidOperation:
        return raw
    if not value.is_finite():
        return raw
    if is_date(number, code) and 0 <= value <= _MOST_DAYS:
        return _date(float(value), since_1904=since_1904)
    if value == value.to_integral_value():
        digits = str(int(value)) if abs(value) < 10**30 else raw
        return _grouped(digits, code) or digits
    return format(value, "f")


def _date(days: float, *, since_1904: bool) -> str:
    # day 60 of the 1900 system is a 29 February that never was
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30 if days >= 60 else 31)
    moment = start + timedelta(seconds=round(days * 86_400))
    if days < 1:
        return moment.strftime("%H:%M")
    day = moment.strftime("%d/%m/%Y")
    return day if moment.hour == moment.minute == moment.second == 0 else f"{day} {moment.strftime('%H:%M')}"


def _grouped(digits: str, code: str) -> str:
    """Return `digits` as a code of digits and separators alone shows them («0#" "##" "##»), "" for another code."""
    plain = _LITERAL.sub(lambda m: m[1] if m[1] is not None else m[2] or "", code.partition(";")[0])
    if digits.startswith("-") or not _DIGITS.fullmatch(plain) or sum(c in "0#" for c in plain) < 5 or "." in plain:
        return ""
    left = list(digits)
    out: list[str] = []
    for sign in reversed(plain):
        if sign not in "0#":
            out.append(sign)
        elif left:
            out.append(left.pop())
        elif sign == "0":
            out.append("0")
    return ("".join(left) + "".join(reversed(out))).strip()
