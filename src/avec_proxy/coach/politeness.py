"""Politeness addressed to the machine: where it stands in a prompt, and the cuts that take it away.

HAS, guide A.V.E.C. (2025), 2.2: remove formulas such as «bonjour», «s'il te plaît», «merci» from requests. Only
the user's own words are touched (`zones.read`), only at their edges or between commas, and a message is never
emptied. A formula that stays costs nothing; content that goes is damage: every doubt keeps the text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from avec_proxy.coach import zones
from avec_proxy.coach.rewrite import orders
from avec_proxy.coach.rules import BLANK, PolitenessRule
from avec_proxy.coach.words import ABOUT_POLITENESS, HEDGE, OPENER_RE, REQUEST_OPENER, SAYING, asks
from avec_proxy.model import Cut, Politeness

# Nobody types so much: it is pasted, and there is nothing to win.
MAX_LENGTH = 20_000
_WINDOW = 240  # characters at the end of the user's words in which a closing formula is looked for
_ROUNDS = 6
_MOST = 20  # formulas in a row; nobody is so polite
_NEAR = 200  # characters around a formula in which its sentence is read

_EMOJI = "(?:[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f\u200d\U0001f3fb-\U0001f3ff]{1,4}|[:;=][-']?[)(DPp]|\\^\\^|<3)"
_MARKS = f"(?:{BLANK}{{0,3}}(?:[!.…,;]|{_EMOJI})){{0,6}}"
_END = f"(?={BLANK}{{0,3}}(?:[,!.…?\\n\\r]|{_EMOJI}|$|[-–—]{BLANK}))"
_END_OPENER = f"(?:{_END}|(?={BLANK}{{1,3}}{REQUEST_OPENER}))"
_END_WORD = rf"(?!\w)(?!-\w)(?!{BLANK}{{0,3}}:)"
_BOUNDARY = f"(?:(?:^|[.!?…;,)\\n\\r]|{_EMOJI}|{BLANK}[-–—])[\\s]{{0,4}})"
_SEPARATORS = re.compile(rf"{_MARKS}(?:{BLANK}{{0,3}}[?:])?(?:{BLANK}{{0,3}}[-–—](?={BLANK}))?\s*")
_OWN_MARKS = re.compile(f"{BLANK}{{0,3}}[!?.…]{{1,4}}")
_SENTENCE_MARKS = (".", "!", "?", "…", "")
_CLAUSE_MARKS = ("", ",", ";", "-", "–", "—")
_BLANKS = " \t\u00a0\u202f"
# Words after which "merci" or "s'il te plaît" without a comma belongs to the sentence.
_LINKS = (
    r"(?<!\bet)(?<!\bou)(?<!\bde)(?<!\ble)(?<!\bun)(?<!\bla)(?<!\bdit)(?<!\bdire)(?<!\bmot)(?<!\bpas)(?<!\bsans)"
    r"(?<!\bmon)(?<!\bton)(?<!\bson)(?<!\bpar)(?<!\bavec)(?<!\ben)(?<!\bMme)(?<!\bM\.)(?<!\bDr)(?<!:)(?<!\bnom)"
    r"(?<!\bgros)(?<!\bun grand)(?<!\bjamais)(?<!\bsay)(?<!\bsaid)(?<!\bMadame)(?<!\bMonsieur)(?<!\bdes)"
    r"(?<!\bêtre)(?<!\bnot)(?<!\bas you)(?<!\bles)(?<!\bnous)(?<!\brien)(?<!\bthe)(?<!\bcan)(?<!\bto)(?<!\byou)"
)
# What is left of a turn that was nothing but courtesy.
_COURTESY = re.compile(
    r"\b(?:ok|okay|oki|d['’]accord|dac|parfait|super|génial|top|nickel|impeccable|oui|bien reçu|très bien|c['’]est bon"
    r"|cool|great|perfect|fine|thanks|et|bravo|bien|alors)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w")
_IMPERATIVE_END = r"\b\w{2,15}[- ](?:moi|nous|le|la|les)"


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: PolitenessRule
    head: re.Pattern[str] | None
    tail: re.Pattern[str] | None
    inside: re.Pattern[str] | None
    joined: re.Pattern[str]


_cache: dict[str, _Compiled] = {}


def _compiled(rule: PolitenessRule) -> _Compiled:
    known = _cache.get(rule.id)
    if known is None or known.rule is not rule:
        known = _cache[rule.id] = _compile(rule)
    return known


def _compile(rule: PolitenessRule) -> _Compiled:
    flags = re.IGNORECASE
    at = set(rule.position)
    head = tail = inside = None
    if at & {"sentence_start", "whole_sentence"}:
        end = {"punctuation": _END, "request": _END_OPENER, "anything": _END_WORD}[rule.before]
        head = re.compile(rf"(?<!\w){rule.regex}(?:(?<=[:?])|(?!\w){end})", flags)
    if at & {"sentence_end", "whole_sentence"}:
        edge = _BOUNDARY if "sentence_end" not in at else rf"(?:{_BOUNDARY}|{_LINKS}{BLANK}{{1,3}})"
        tail = re.compile(
            rf"(?P<edge>{edge})(?<!\w)(?P<formula>{rule.regex})(?!\w)(?P<marks>{_MARKS})(?P<rest>[\s]{{0,8}}[?:]{{0,4}}\s{{0,8}})\Z",
            flags,
        )
    if "inside" in at:
        inside = re.compile(
            rf"(?P<before>,{BLANK}{{0,3}}){rule.regex}(?!\w)(?P<after>{BLANK}{{0,3}},)"
            rf"|(?P<clause>{_LINKS}(?<=\w){BLANK}{{1,3}}){rule.regex}(?!\w)(?={BLANK}{{0,3}}(?:[,;.!…]|\r?\n))"
            rf"|(?:(?<=\w){BLANK}{{1,3}}|,{BLANK}{{0,3}}){rule.regex}(?!\w),?(?={BLANK}{{1,3}}\w)",
            flags,
        )
    joined = re.compile(rf"{rule.regex}{BLANK}{{1,3}}(?:et|and){BLANK}{{1,3}}", flags)
    return _Compiled(rule, head, tail, inside, joined)


# A pasted chat names who speaks.
_SPEAKER = re.compile(r"\s*(?:moi|user|me|human|utilisat(?:eur|rice)|soignante?)\s?:\s*", re.IGNORECASE)
# Who asks may sign: "merci bcp", then a name on a line of its own.
_SIGNED = re.compile(r"\n[ \t]*[A-ZÀ-Ý][\w'’.\-]{0,30}(?: [A-ZÀ-Ý][\w'’.\-]{0,30}){1,4}\s*\Z")
_AFTER_REQUEST = re.compile(rf"(?:\b{HEDGE}|{_IMPERATIVE_END})\Z", re.IGNORECASE)


def find(text: str, *, mode: Politeness, rules: Sequence[PolitenessRule]) -> list[Cut]:
    """Return the cuts that free `text` from politeness, sorted, apart from each other; [] where nothing may go.

    Offsets count characters of `text`. Applying them and searching again finds nothing more.
    """
    if mode is Politeness.OFF or len(text) > MAX_LENGTH or not _WORD.search(text):
        return []
    found: list[Cut] = []
    current = text
    hedges = [rule for rule in rules if rule.mode == "rewrite"] if mode is Politeness.REWRITE else []
    for _ in range(_ROUNDS):
        parts = zones.read(current)
        # A hedge is read once the courtesies are gone: "Pourrais-tu, s'il te plaît, résumer".
        more = _formulas(current, parts, rules) or _apart(orders(current, parts, hedges))
        if not more:
            break
        found = _compose(text, found, more)
        current = apply(text, found)
    if not found or not _WORD.search(_COURTESY.sub("", current)):
        return []
    return found


def apply(text: str, cuts: Sequence[Cut]) -> str:
    """Return `text` with its cuts made."""
    parts: list[str] = []
    at = 0
    for cut in cuts:
        parts += [text[at : cut.start], cut.replacement]
        at = cut.end
    return "".join([*parts, text[at:]])


def _compose(text: str, first: Sequence[Cut], then: Sequence[Cut]) -> list[Cut]:
    """Return one list of cuts of `text` for two rounds: `then` counts in what `first` makes of it."""
    origin: list[tuple[int, int]] = []
    at = 0
    for cut in [*first, Cut(len(text), len(text), "")]:
        origin += [(index, index + 1) for index in range(at, cut.start)]
        origin += [(cut.start, cut.end)] * len(cut.replacement)
        at = cut.end
    merged = list(first)
    for cut in then:
        start, end = origin[cut.start][0], origin[cut.end - 1][1]
        touched = [old for old in merged if old.start < end and start < old.end]
        start, end = min([start, *(old.start for old in touched)]), max([end, *(old.end for old in touched)])
        merged = [old for old in merged if old not in touched]
        merged.append(Cut(start, end, cut.rule, cut.replacement))
    return sorted(merged, key=lambda cut: cut.start)


def _formulas(text: str, parts: zones.Zones, rules: Sequence[PolitenessRule]) -> list[Cut]:
    if not parts.own:
        return []
    compiled = [_compiled(rule) for rule in rules if rule.mode == "on"]
    cuts: list[Cut] = []
    begin, end = parts.own[0]
    body = begin
    if begin == 0:
        head = _head(text, end, compiled, parts)
        if head is not None:
            cuts.append(head)
            body = head.end - len(head.replacement)
    for start, stop in parts.own:
        start = max(start, body)
        cuts += _tail(text, start, stop, compiled, parts)
        cuts += _inside(text, start, cuts[-1].start if cuts and cuts[-1].start >= start else stop, compiled, parts)
    if _about_politeness(text, parts, cuts):
        return []
    return _apart(cuts)


def _about_politeness(text: str, parts: zones.Zones, cuts: Sequence[Cut]) -> bool:
    """Say whether the request itself, its own courtesies aside, speaks of politeness."""
    kept = list(text)
    for cut in cuts:
        # Commas keep the sentence's shape: "dire, merci" is not "dire merci".
        kept[cut.start : cut.end] = [";"] * (cut.end - cut.start)
    return any(ABOUT_POLITENESS.search("".join(kept[start:end])) for start, end in parts.own)


def _head(text: str, stop: int, compiled: Sequence[_Compiled], parts: zones.Zones) -> Cut | None:
    """Return the cut of the formulas that open the prompt, with the separators and the capital that follow."""
    start = at = _begun(text)
    rule = ""
    for _ in range(_MOST):
        reached, name = _formula(text, at, stop, compiled)
        if reached is None or parts.is_quoted(at, reached):
            break
        rule = rule or name
        marks = _SEPARATORS.match(text, reached)
        at = marks.end() if marks else reached
    if not rule:
        return None
    at = min(at, stop)
    following = OPENER_RE.match(text, at)
    if at < len(text) and text[start].isupper() and following and following[0].islower():
        return Cut(start, at + 1, rule, text[at].upper())
    return Cut(start, at, rule)


def _begun(text: str) -> int:
    """Return where the user's first word stands, the name of who speaks («User:») and blanks before it aside."""
    spoken = _SPEAKER.match(text)
    return spoken.end() if spoken else len(text) - len(text.lstrip())


def _formula(text: str, at: int, stop: int, compiled: Sequence[_Compiled]) -> tuple[int | None, str]:
    """Return where the longest formula that begins at `at` ends, and its rule."""
    best: tuple[int | None, str] = (None, "")
    for each in compiled:
        if each.head is None:
            continue
        match = each.head.match(text, at, stop)
        if match and match.end() > (best[0] or at):
            best = (match.end(), each.rule.id)
        elif match is None:
            joined = _joined(text, at, stop, each, compiled)
            if joined and joined > (best[0] or at):
                best = (joined, each.rule.id)
    return best


def _joined(text: str, at: int, stop: int, each: _Compiled, compiled: Sequence[_Compiled]) -> int | None:
    """Return the end of "bonjour et" when a second formula follows the "et", as in "bonjour et merci d'avance"."""
    match = each.joined.match(text, at, stop)
    if match is None:
        return None
    for other in compiled:
        if other.head is not None and other.head.match(text, match.end(), stop):
            return match.end()
    return None


def _tail(text: str, start: int, stop: int, compiled: Sequence[_Compiled], parts: zones.Zones) -> list[Cut]:
    """Return the cuts of the formulas that close the user's words between `start` and `stop`."""
    cuts: list[Cut] = []
    end = stop
    own = text[start:stop]
    # Without a request nothing says that the courtesy is for the machine, but in a message of one paragraph.
    if not asks(own) and ("\n" in own.strip() or zones.closes(own)):
        return []
    signed = _SIGNED.search(text, max(start, stop - _WINDOW), stop)
    if signed is not None:
        end = signed.start()
    while end > start and len(cuts) < _MOST:
        window = text[max(start, end - _WINDOW) : end]
        base = end - len(window)
        best: tuple[int, int, str] | None = None
        for each in compiled:
            match = each.tail.search(window) if each.tail is not None else None
            if match is None:
                continue
            begin, finish = _tail_span(match, base)
            if parts.is_quoted(base + match.start("formula"), finish) or _reported(text, start, base, match):
                continue
            if best is None or begin < best[0]:
                best = (begin, finish, each.rule.id)
        if best is None or best[1] <= best[0]:
            return _closed(text, cuts)
        cuts.insert(0, Cut(*best))
        end = best[0]
    return _closed(text, cuts)


def _tail_span(match: re.Match[str], base: int) -> tuple[int, int]:
    """Return what goes with a closing formula: the comma or blanks before it, and the marks that are its own."""
    edge, marks = match["edge"], match["marks"]
    lead = edge.rstrip()
    in_clause = lead.strip(_BLANKS) in _CLAUSE_MARKS and "\n" not in edge
    begin = base + match.start("edge") + (0 if lead.strip(_BLANKS) in _CLAUSE_MARKS else len(lead))
    if in_clause:  # the end mark belongs to the sentence: "…, merci." keeps its full stop
        own = len(re.split(r"[.!…]", marks, maxsplit=1)[0])
        return begin, base + match.start("marks") + len(marks[:own].rstrip())
    return begin, base + match.end("marks")


def _closed(text: str, cuts: Sequence[Cut]) -> list[Cut]:
    """Return closing cuts joined where they touch; what became a sentence of its own takes its end mark along."""
    joined: list[Cut] = []
    for cut in cuts:
        if joined and joined[-1].end == cut.start:
            joined[-1] = Cut(joined[-1].start, cut.end, joined[-1].rule)
        else:
            joined.append(cut)
    closed: list[Cut] = []
    for cut in joined:
        marks = _OWN_MARKS.match(text, cut.end)
        before = text[: cut.start].rstrip()[-1:]
        closed.append(Cut(cut.start, marks.end(), cut.rule) if marks and before in _SENTENCE_MARKS else cut)
    return closed


def _reported(text: str, start: int, base: int, match: re.Match[str]) -> bool:
    """Say whether the formula is a name, or stands in a sentence that reports speech: "le patient dit merci"."""
    at = base + match.start("formula")
    lead = match["edge"].strip()
    if lead and lead not in ",;":
        return False
    if not lead and "\n" not in match["edge"] and match["formula"][0].isupper():
        # A capital inside a sentence is a name ("l'essai MERCI"), unless everything is written in capitals.
        before = text[max(start, at - _NEAR) : at].split()
        if not before or not before[-1].isupper():
            return True
    return SAYING.search(text, _sentence(text, start, at), at) is not None


def _sentence(text: str, start: int, at: int) -> int:
    """Return where the sentence that holds `at` begins, not before `start`, not farther than needed."""
    near = max(start, at - _NEAR)
    return max(near, 1 + max(text.rfind(mark, near, at) for mark in ".!?\n"))


def _inside(text: str, start: int, stop: int, compiled: Sequence[_Compiled], parts: zones.Zones) -> list[Cut]:
    """Return the cuts of formulas between two commas, or right after the words that ask."""
    return sorted(_inside_cuts(text, start, stop, compiled, parts), key=lambda cut: cut.start)


def _inside_cuts(text: str, start: int, stop: int, compiled: Sequence[_Compiled], parts: zones.Zones) -> Iterator[Cut]:
    for each in compiled:
        if each.inside is None:
            continue
        for match in islice(each.inside.finditer(text, start, stop), _MOST):
            if parts.is_quoted(*match.span()):
                continue
            before = text[_sentence(text, start, match.start()) : match.start()]
            if SAYING.search(before):
                continue
            # «Résume svp, garde les doses»: it closes a clause of its own
            if match["before"] is None and match["clause"] is None and not _AFTER_REQUEST.search(before[-60:]):
                continue
            if not asks(before + text[match.start() : min(stop, match.end() + _NEAR)]):
                continue
            yield Cut(match.start(), match.end(), each.rule.id)


def _apart(cuts: Sequence[Cut]) -> list[Cut]:
    """Return the cuts in order, without those that overlap an earlier one."""
    apart: list[Cut] = []
    for cut in sorted(cuts, key=lambda cut: (cut.start, -cut.end)):
        if cut.end > cut.start and (not apart or cut.start >= apart[-1].end):
            apart.append(cut)
    return apart
