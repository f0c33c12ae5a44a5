"""Rewrite mode: «Peux-tu résumer X ?» becomes «Résumer X.», for verbs of writing alone.

An act of care stays a question: «Peux-tu donner de l'amoxicilline ?» is never turned into an order. The
infinitive keeps the sentence grammatical whatever follows.
"""

import re
from collections.abc import Sequence
from functools import cache

from avec_proxy.coach.rules import BLANK, PolitenessRule
from avec_proxy.coach.words import ENGLISH_WRITING, SUBJUNCTIVE, WRITING_INFINITIVE
from avec_proxy.coach.zones import Zones
from avec_proxy.model import Cut

_TO_ME = rf"(?:(?:me|nous|moi){BLANK}{{1,3}}|m['’])?"
_VERB = {
    ("fr", "infinitive"): rf"{_TO_ME}(?P<verb>{WRITING_INFINITIVE})(?!\w)",
    ("fr", "subjunctive"): rf"{_TO_ME}(?P<verb>{'|'.join(SUBJUNCTIVE)})(?!\w)",
    ("en", "infinitive"): rf"(?P<verb>{ENGLISH_WRITING})(?!\w)",
}
_STOP = re.compile(r"[.!?…:;\n]")


@cache
def _regex(expression: str, language: str, verb: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){expression},?{BLANK}{{1,3}}{_VERB[language, verb]}", re.IGNORECASE)


def orders(text: str, parts: Zones, hedges: Sequence[PolitenessRule]) -> list[Cut]:
    """Return the cuts that turn the hedged requests of the user's own words into orders.

    `hedges` are rules of mode `rewrite`. A question mark that closed a rewritten request becomes a full stop.
    """
    cuts: list[Cut] = []
    for rule in hedges:
        regex = _regex(rule.regex, rule.language, rule.verb)
        for start, stop in parts.own:
            for match in regex.finditer(text, start, stop):
                if parts.is_quoted(*match.span()) or not _opens_sentence(text, start, match.start()):
                    continue
                verb = match["verb"]
                order = SUBJUNCTIVE.get(verb.casefold(), verb)
                cuts.append(Cut(match.start(), match.end("verb"), rule.id, order[:1].upper() + order[1:]))
                cuts += _full_stop(text, match.end("verb"), stop, rule.id)
    return cuts


def _opens_sentence(text: str, start: int, at: int) -> bool:
    before = text[start:at].rstrip(" \t\u00a0\u202f")
    return not before or before[-1] in ".!?…:\n"


def _full_stop(text: str, at: int, stop: int, rule: str) -> list[Cut]:
    mark = _STOP.search(text, at, stop)
    if mark is None or mark[0] != "?":
        return []
    begin = mark.start()
    while text[begin - 1] in " \t\u00a0\u202f":
        begin -= 1
    return [Cut(begin, mark.end(), rule, ".")]
