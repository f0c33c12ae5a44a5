"""A value found once is hidden wherever it comes back in the request, whatever its case or accents."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from avec_proxy import lexicons
from avec_proxy.detect import grammar
from avec_proxy.lexicons import fold
from avec_proxy.model import Finding

RULE = "propagation"
TITLE = "déjà repéré ailleurs dans le texte"
_PEOPLE = frozenset({"PERSON"})
_PLACES = frozenset({"CITY", "HEALTH_FACILITY", "ORGANIZATION"})
# what does not come back by its letters and digits: too short, or many forms, or never the same twice; all other kinds
# (numbers, contacts, accounts, a rule's own type) recur as they are, or with other separators; a hospital's lists see
# for themselves where their services and code names come back
_ELSEWISE = frozenset(
    """
    PERSON CITY HEALTH_FACILITY ORGANIZATION INITIALS DATE_TIME AGE_90 LOCATION POSTCODE STREET_ADDRESS ROOM URL
    IP_ADDRESS FILE_NAME ENCODED SERVICE CODE_NAME
    """.split()
)
Denial = Callable[[int, int], bool]
_TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_GAP = re.compile(r"[ '’.–-]{1,4}")


def find(
    texts: Sequence[str], found: Sequence[Iterable[Finding]], denies: Sequence[Denial] | None = None
) -> list[list[Finding]]:
    """Return, per text, the recurrences of the values in `found` (which may overlap `found` itself).

    `denies` tells, per text, where the name model is sure that nobody is named: there a name that is also a word, or
    that comes back in small letters («pascal», «Noël»), is the word. All other names come back whatever it says.
    """
    words: dict[str, tuple[str, bool]] = {}  # folded word → (entity type, needs a capital)
    phrases: dict[tuple[str, ...], str] = {}
    numbers: dict[str, str] = {}
    for text, findings in zip(texts, found, strict=True):
        for finding in findings:
            surface = text[finding.start : finding.end]
            if finding.entity_type in _PEOPLE:
                _learn_person(surface, words)
                # a name of several words returns as one, so that a reply that comes back keeps its placeholder
                key = tuple(fold(t) for t in _TOKEN.findall(surface))
                if len(key) > 1 and sum(map(len, key)) >= 6 and not lexicons.common_words().issuperset(key):
                    phrases.setdefault(key, finding.entity_type)
            elif finding.entity_type in _PLACES:
                key = tuple(fold(t) for t in _TOKEN.findall(surface))
                if key and sum(map(len, key)) >= 4 and not (len(key) == 1 and key[0] in lexicons.common_words()):
                    phrases[key] = finding.entity_type
            elif finding.entity_type not in _ELSEWISE:
                digits = _compact(surface)
                # what a label named once («IPP 8005…») keeps its name where it stands alone
                if len(digits) >= 5 and numbers.get(digits, "OTHER_ID") == "OTHER_ID":
                    numbers[digits] = finding.entity_type
    if not (words or phrases or numbers):
        return [[] for _ in texts]
    starts: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases:
        starts.setdefault(phrase[0], []).append(phrase)
    return [
        [*_recur_words(text, words, phrases, starts, denied), *_recur_numbers(text, numbers)]
        for text, denied in zip(texts, denies or [_never] * len(texts), strict=True)
    ]


def _never(start: int, end: int) -> bool:
    del start, end
    return False


def _learn_person(surface: str, words: dict[str, tuple[str, bool]]) -> None:
    for token in _TOKEN.findall(surface):
        for part in {token, *token.split("-")} if "-" in token else {token}:
            folded = fold(part)
            if len(folded) < 3 or folded in lexicons.PARTICLES or folded in grammar.NOT_A_NAME:
                continue
            # a name that is also a word, a drug, an eponym or a term returns only in the form of a name
            wordlike = (
                folded in lexicons.common_words()
                or folded in lexicons.drugs()
                or folded in lexicons.clinical_terms()
                or folded in lexicons.eponyms()
            )
            if part is not token and wordlike:
                continue
            words[folded] = ("PERSON", wordlike)


def _recur_words(
    text: str,
    words: dict[str, tuple[str, bool]],
    phrases: dict[tuple[str, ...], str],
    starts: dict[str, list[tuple[str, ...]]],
    denied: Denial,
) -> Iterable[Finding]:
    """Yield the recurrences of names; `starts` holds the phrases by their first word."""
    tokens = [(m, fold(m[0])) for m in _TOKEN.finditer(text)]
    for i, (match, folded) in enumerate(tokens):
        known = words.get(folded)
        if known and denied(*match.span()):
            # «score de Lille», beside a patient who lives there
            term = _eponym_head(text[max(0, match.start() - 60) : match.start()].rstrip(" "))
            known = None if known[1] or match[0].islower() or term else known
        if known and (not known[1] or stands_as_name(text, match)):
            yield Finding(*match.span(), known[0], RULE, 0.9)
        elif "-" in match[0]:
            yield from _recur_parts(match, words)
        for phrase in starts.get(folded, ()):
            following = tokens[i : i + len(phrase)]
            if len(phrase) == 1 and denied(*match.span()):
                continue
            if tuple(f for _, f in following) == phrase and _joined(text, following):
                yield Finding(match.start(), following[-1][0].end(), phrases[phrase], RULE, 0.9)


def _joined(text: str, tokens: list[tuple[re.Match[str], str]]) -> bool:
    """Whether nothing but spaces, hyphens, apostrophes and stops of initials stands between the words."""
    return all(_GAP.fullmatch(text, a.end(), b.start()) for (a, _), (b, _) in pairwise(tokens))


def _recur_parts(match: re.Match[str], words: dict[str, tuple[str, bool]]) -> Iterable[Finding]:
    for part in re.finditer(r"[^-]+", match[0]):
        known = words.get(fold(part[0]))
        if known and not known[1] and len(part[0]) > 3:
            yield Finding(*match.span(), known[0], RULE, 0.9)
            return


def stands_as_name(text: str, match: re.Match[str]) -> bool:
    """A word-like name («Petit», «Rose») returns with a capital, not at the start of a sentence or after a head word."""
    word = match[0]
    if not word[0].isupper():
        return False
    before = text[max(0, match.start() - 60) : match.start()].rstrip(" ")
    if _TITLE_BEFORE.search(before):
        return True
    if word.isupper() and len(word) > 2:
        return not _eponym_head(before)
    return bool(before) and before[-1] not in ".!?\n:•-–—" and not _eponym_head(before)


_TITLE_BEFORE = re.compile(r"(?<!\w)(?:M|MM|Mr|Mme|Mlle|Dr|Pr|Me|Madame|Monsieur|Docteur|Professeur)\.?$")
_HEAD_BEFORE = re.compile(
    r"(?i)(?:maladie|syndrome|signe|score|test|échelle|manœuvre|loi|critères|classification|méthode|réflexe) (?:de|d'|du)?[ ]?$|\bde$|\bd'$"
)


def _eponym_head(before: str) -> bool:
    return bool(_HEAD_BEFORE.search(before[-40:]))


_SPACED = r"(?:[^\w@]|_){0,2}"
_SEPARATORS = re.compile(r"(?:[^\w@]|_)+")


def _compact(text: str) -> str:
    """Return the letters and digits of `text` (and @), in lower case."""
    return _SEPARATORS.sub("", text).lower()


def _recur_numbers(text: str, numbers: dict[str, str]) -> Iterable[Finding]:
    """Yield the recurrences of values, whatever separators of at most two characters stand between."""
    if not numbers:
        return
    kept = _compact(text)
    lower = text.lower()
    if len(lower) != len(text):  # two small letters for a capital («İ»): offsets would shift
        lower = text
    for value, entity in numbers.items():
        if value not in kept:
            continue
        # a search that ignores case takes twice as long
        for match in re.finditer(_SPACED.join(map(re.escape, value)), lower, re.IGNORECASE if lower is text else 0):
            start, end = match.span()
            if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
                yield Finding(start, end, entity, RULE, 0.95)
