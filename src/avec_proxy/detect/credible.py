"""How far the name model is believed: less where its words are words of the language or of care, and no name.

The lexicons decide nothing alone. A word that they know only as a drug, an eponym or a term needs a title before it;
a word that they know only as a common word needs a model that is nearly sure, surer still in small letters.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from avec_proxy import lexicons
from avec_proxy.detect import grammar, short
from avec_proxy.detect.names.decode import Span
from avec_proxy.lexicons import fold

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*['’]?")
_CIVILITY_BEFORE = re.compile(
    r"(?i)(?<!\w)(?:m|mm|mr|mrs|mme|mmes|mlle|melle|dr|drs|pr|prof|me|madame|monsieur|mademoiselle|docteure?|professeure?|maître|"
    r"né|née|nee|épouse|veuve|famille|époux)\.?[ ]{1,2}$"
)
_NEVER = 2.0
# «Charcot est apyrétique»: nobody's disease
_EPONYM = 0.998
# the probability that a word needs, by what the lexicons know of it
_PLAIN_LOWER, _PLAIN_CAPITAL, _NAME_LOWER, _JOINED_LOWER = 0.985, 0.9, 0.6, 0.995
_LOWER_PLACE, _LOWER_INITIALS, _NO_DIGIT = 0.85, 0.9, 0.9
_TELLING = 4
_LONE = re.compile(r"[a-zà-ÿ_]+")
_PLACES = ("LOC", "ADR", "HORG", "ORG")
_NAMED = ("PER", "INI", "LOC", "ADR", "HORG", "ORG")
# a place begins with them: «la Chapelle»
_ARTICLES = frozenset(("la", "le", "les", "l"))
_LINK = re.compile(r"(?i)[ -](?:de la|de l'|des|du|de|d'|la|le|les|en|sur|sous|lès|aux|l'|el|van|von|ben)[ -]?")
_NEAR = re.compile(r"[^\w\n]{0,3}")
_FUNCTION = frozenset(
    """
    le la les l un une des du de d au aux en et ou a y ne n se s ce c que qu qui on il elle je j tu nous vous ils elles par pour
    sur sous dans avec sans chez vers son sa ses mon ma mes ton ta tes notre votre leur leurs est sont ont ai as pas plus si
    puis mais donc or ni car tres deja encore ici voila bien tout tous toute lui moi toi eux celui celle
    """.split()
)
# «à midi», «à noël»: when, not where
_TIMES = frozenset("midi minuit noel paques".split())
_MONTHS = re.compile(
    r"(?i)janv|f[ée]vr|mars|avril|mai\b|juin|juil|ao[uû]t|sept|octo|nov|d[ée]c|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
)
# codes of the classifications in use: CIM-10, ATC, CCAM, GHM
_CODE = re.compile(r"[A-Z]\d{2}(?:\.\d{1,2})?|[A-Z]\d{2}[A-Z]{1,2}\d{0,2}|[A-Z]{4}\d{3}|\d{2}[CKMZ]\d{2,3}[1-4A-Z]?")
_ROOM_BEFORE = re.compile(r"(?i)(?<!\w)(?:ch|chb|chbre|chambre|lit|box|salle|studio)\.?[ ]?(?:n°)?[ ]?$")
_NUMBERED = ("ID", "ROOM")
_FIGURE = "0123456789/.-"
_NUMERIC = re.compile(r"[\d/.-]+")
_DAY = re.compile(
    r"(?:0?[1-9]|[12]\d|3[01])(?:[/.-](?:0?[1-9]|1[0-2])(?:[/.-](?:(?:19|20)\d\d|\d\d))?)?|(?:0?[1-9]|1[0-2])[/.-](?:19|20)?\d\d|"
    r"(?:19|20)\d\d(?:[/.-](?:0?[1-9]|1[0-2])(?:[/.-](?:0?[1-9]|[12]\d|3[01]))?)?|\d{6}|\d{8}"
)
_VALUE_BEHIND = re.compile(r"(?<=\w)\.?[ ]{1,2}\d{1,3},\d{1,2}$")
_FULL_YEAR = re.compile(r"(?:19|20)\d\d")
_YEAR = re.compile(r"(?:19|20)\d\d|[/.-]\d\d?[/.-]\d\d")
_LAST_WORD = re.compile(r"([^\W\d_]+)[ ]{0,2}:?[ ]{0,2}$")
_BEFORE_DATE = frozenset(
    "le du au des en depuis date vu vue ddn ne nee lu ma me je ve sa di lundi mardi mercredi jeudi vendredi samedi dimanche".split()
)
_BEFORE_SCORE = frozenset("a evaluee evalue cotee cote score douleur eva en sur apgar".split())
_SCORES = frozenset(
    "apgar eva evs dn4 ecpa algoplus doloplus boston bishop mms mmse moca glasgow gir norton braden acuite vision od og ta".split()
)
_NUMBER_WORD = re.compile(
    r"(?i)\b(?:un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|quarante|"
    r"cinquante|soixante|quatre-vingt|cent|mille|premier)"
)


def kept(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return what is believed of the spans (in order, without overlaps): words at the edges that are none are cut."""
    out: list[Span] = []
    if len(text) < _TELLING:  # a key of JSON («k»): nothing around it says what it is
        return out
    if _LONE.fullmatch(text):  # «kind», «tool_choice»
        least = _JOINED_LOWER if "_" in text else _PLAIN_LOWER
        spans = [s for s in spans if s.probability >= least]
    for group in _groups(text, _joined(text, spans)):
        believed = [s for s in group if _believed(text, s, alone=len(group) == 1)]
        # what stands between two believed spans of a run stays: «clermont» «de l» «oise»
        if believed:
            inner = group[group.index(believed[0]) : group.index(believed[-1]) + 1]
            out.extend(s for s in _trimmed(text, inner) if not _of_nobody(text, s, group))
    return [_without_value(text, s) for s in out]


def _without_value(text: str, span: Span) -> Span:
    """Return a date without the value that was measured then: «12 nov 2,6»."""
    value = _VALUE_BEHIND.search(text[span.start : span.end]) if span.name == "DATE" else None
    return replace(span, end=span.start + value.start()) if value else span


def _of_nobody(text: str, span: Span, group: Sequence[Span]) -> bool:
    """Return whether something short counts, abbreviates or says a low age; `group` is the run that it stands in."""
    if len(group) == 1 and short.territory(text[span.start : span.end]):
        return not _CIVILITY_BEFORE.search(text[max(0, span.start - 20) : span.start])
    beside = {
        s.name for s in group if not short.figure(text, s.start, s.end) and (s.start, s.end) != (span.start, span.end)
    }
    if span.name == "AGE":
        return short.young(text[span.start : span.end])
    if span.name == "ROOM":
        return short.counts(text, span.start, span.end)
    if span.end - span.start == 1 and span.name in ("PER", *_PLACES):
        # «clou gamma D», «D > G»: a side, unless a name stands beside
        return not any(s.name in _NAMED and s.end - s.start > 1 for s in group)
    if span.name in _PLACES and (
        short.dose(surface := text[span.start : span.end]) or short.side(surface) or short.examined(surface)
    ):
        return True
    if span.name == "ADR":  # a street or a town stands beside an address's number
        return not beside & {"ADR", "LOC"} and short.figure(text, span.start, span.end)
    if span.name in ("PER", "INI") and short.clinical(text[span.start : span.end]):
        return not _CIVILITY_BEFORE.search(text[max(0, span.start - 20) : span.start])
    if span.name == "PER":
        return len(group) == 1 and (
            short.acronym(text, span.start, span.end)
            or short.sided(text, span.start, span.end)
            or short.relative(text, span.start, span.end)
            or short.feast(text, span.start, span.end)
        )
    if span.name in ("HORG", "ORG"):
        return len(group) == 1 and fold(text[span.start : span.end]) in lexicons.clinical_terms()
    if span.name == "INI":
        return not beside & {"PER", "INI"} and short.means_something_else(text, span.start, span.end)
    return False


def _joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return the spans, those of one class in one when only a particle parts them: «Fort» «de» «France»."""
    out: list[Span] = []
    for span in spans:
        if out and span.name == out[-1].name and span.name in _NAMED and _LINK.fullmatch(text, out[-1].end, span.start):
            out[-1] = replace(out[-1], end=span.end, probability=max(out[-1].probability, span.probability))
        else:
            out.append(span)
    return out


def _groups(text: str, spans: Sequence[Span]) -> list[list[Span]]:
    """Return the spans in runs of neighbours."""
    groups: list[list[Span]] = []
    for span in spans:
        if groups and _NEAR.fullmatch(text, groups[-1][-1].end, span.start):
            groups[-1].append(span)
        else:
            groups.append([span])
    return groups


def _believed(text: str, span: Span, *, alone: bool) -> bool:
    surface = text[span.start : span.end]
    digit = any(c.isdigit() for c in surface)
    if (
        span.name in _NUMBERED
        and _CODE.fullmatch(surface)
        and not _ROOM_BEFORE.search(text[max(0, span.start - 12) : span.start])
    ):
        return False
    if span.name == "DATE" and _NUMERIC.fullmatch(surface) and not _dated(text, span):
        return False
    if span.name in ("DATE", "AGE"):
        return (
            digit
            or bool(_MONTHS.search(surface))
            or (span.probability >= _NO_DIGIT and bool(_NUMBER_WORD.search(surface)))
        )
    if span.name in _NUMBERED:
        return digit or any(c in "@._/" for c in surface) or span.probability >= (_NO_DIGIT if alone else 0.5)
    if span.name == "PER" and _CIVILITY_BEFORE.search(text[max(0, span.start - 20) : span.start]):
        return True
    if span.name == "INI" and "." in surface:
        return True
    words = _WORD.findall(text, span.start, span.end)
    if not alone and span.probability >= 0.5 and all(fold(w) in lexicons.PARTICLES for w in words):
        return True
    return any(_need(w, span.name) <= span.probability for w in words)


def _dated(text: str, span: Span) -> bool:
    """Return whether a figure like «7/10» is a date: it stands alone, and no word makes it a score or a dose."""
    start, end = span.start, span.end
    while start > 0 and text[start - 1] in _FIGURE:
        start -= 1
    while end < len(text) and text[end] in _FIGURE:
        end += 1
    figure = text[start:end].strip("/.-")
    if not (_DAY.fullmatch(figure) or all(map(_DAY.fullmatch, figure.split("-")))):
        return False
    before = _LAST_WORD.search(text[max(0, start - 30) : start])
    if before and fold(before[1]) in _SCORES and not _FULL_YEAR.search(figure):
        return False
    if _YEAR.search(figure):
        return True
    return before is None or _announces(before[1]) or span.probability > _PLAIN_LOWER


def _announces(word: str) -> bool:
    return fold(word) in _BEFORE_DATE or (word.islower() and fold(word) not in _BEFORE_SCORE)


def _trimmed(text: str, run: Sequence[Span]) -> list[Span]:
    """Return a run without the words at its two ends that are no part of a name: «le», «dans», a verb."""
    spans = list(run)
    first = spans[0]
    if first.name in _NAMED and not _CIVILITY_BEFORE.search(text[max(0, first.start - 20) : first.start]):
        words = list(_WORD.finditer(text, first.start, first.end))
        at = 0
        while at < len(words) - 1 and _loose(words[at][0], first):
            at += 1
        if at:
            spans[0] = replace(first, start=words[at].start())
    last = spans[-1]
    if last.name in _NAMED:
        words = list(_WORD.finditer(text, last.start, last.end))
        at = len(words) - 1
        while at > 0 and _loose(words[at][0], last):
            at -= 1
        if at < len(words) - 1:
            spans[-1] = replace(last, end=words[at].end())
    return spans


def _loose(word: str, span: Span) -> bool:
    folded = fold(word.rstrip("'’"))
    if folded in (lexicons.PARTICLES if span.name == "PER" else _ARTICLES):
        return False
    return word[0].islower() and _need(word, span.name) > span.probability


def _need(word: str, name: str) -> float:
    """Return the probability that a word needs to be believed as the class `name`."""
    folded = fold(word.rstrip("'’"))
    lower = word.islower()
    known = folded in lexicons.first_names() or folded in lexicons.surnames()
    place = name in _PLACES
    if name == "INI":
        return _LOWER_INITIALS if lower else 0.0
    if place and not lower and lexicons.commune(word) is not None:
        return 0.0
    if lower and folded in grammar.TEXTED:
        return _NEVER
    if folded in _FUNCTION and (lower or len(word) > 1):
        return _NEVER if lower or not known else _PLAIN_CAPITAL
    if place:
        if folded in lexicons.drugs() and lexicons.commune(word) is None:
            return _NEVER
        if folded in _TIMES and lower:
            return _NEVER
        if any(c.isdigit() for c in word) or (lexicons.commune(word) is not None and not _word(folded)):
            return 0.0
        return (_LOWER_PLACE if _word(folded) else _NAME_LOWER) if lower else 0.0
    if known:
        return _NAME_LOWER if lower and _word(folded) else 0.0
    if folded in lexicons.drugs() or folded in lexicons.clinical_terms():
        return _NEVER
    if folded in lexicons.eponyms():
        return _NEVER if "-" in folded else _EPONYM
    if _word(folded) or folded in grammar.NOT_A_NAME:
        return _PLAIN_LOWER if lower else _PLAIN_CAPITAL
    return 0.0


def _word(folded: str) -> bool:
    return folded in lexicons.common_words()
