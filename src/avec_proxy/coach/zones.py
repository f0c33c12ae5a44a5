"""Which parts of a prompt are the user's own words, and which are material to be worked on.

A politeness formula may be removed only from the user's own words. When in doubt a part counts as material: a
formula that stays costs nothing, a letter that loses its "Cordialement" is damage.
"""

import re
from dataclasses import dataclass

from avec_proxy.coach.words import HEDGE, MACHINE, WRITING_IMPERATIVE, asks
from avec_proxy.scan import Scan, reading

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Zones:
    """The user's own stretches of a prompt (`own`) and what may not be touched inside them (`quoted`).

    Both are sorted lists of (start, end) in characters; an own stretch ends where supplied text begins.
    """

    own: tuple[Span, ...]
    quoted: tuple[Span, ...]

    def is_quoted(self, start: int, end: int) -> bool:
        """Say whether any character of [start, end) is a quotation or code."""
        return any(start < stop and begin < end for begin, stop in self.quoted)

    def words(self, text: str) -> str:
        """Return the user's own words, quotations included."""
        return "\n".join(text[start:end] for start, end in self.own)


_QUOTED = Scan(
    r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*`|«[^»]*(?:»|\Z)|“[^”]*(?:”|\Z)|„[^“”]*(?:[“”]|\Z)"
    # A straight or single quote opens only where a word may begin, or every apostrophe would.
    r"|\"[^\"]*(?:\"|\Z)|(?<![\w'’])['‘](?=\S)[^\n]{0,400}?(?<=[^\s'’])['’](?!\w)"
    r"|^[ \t]{0,3}>[^\n]*$",
    re.DOTALL | re.MULTILINE,
)

_TEXT_NOUN = (
    r"(?:textes?|mails?|e-mails?|courriels?|courriers?|lettres?|messages?|sms|texto|cr|crh|cro|comptes?[- ]rendus?"
    r"|documents?|notes?|transmissions?|phrases?|paragraphes?|ordonnances?|bilans?|rapports?|articles?|extraits?"
    r"|fiches?|dictées?|synthèses?|protocoles?|résumés?|réponses?|verbatims?|discours|tableaux?|json|données|comptes?"
    r"|listes?|consignes?|text|letter|message|note|email|report)"
)
_EDIT = (
    r"(?:corrige[rz]?|tradui(?:s|sez|re)|reformule[rz]?|reli(?:s|sez|re)|améliore[rz]?|réécri(?:s|vez|re)|résume[rz]?"
    r"|simplifie[rz]?|(?:re)?met(?:s|tez|tre) (?:\w{1,6} ){0,3}(?:au propre|en forme|en page)|translate|rewrite|correct"
    r"|proofread|rephrase|summari[sz]e|synthétise[rz]?|transforme[rz]?|analyse[rz]?|vérifie[rz]?|extrai(?:s|re|yez))"
)
# "ce texte", "ci-dessous", "avec ça": the request points at text that comes with it.
_POINTS = Scan(
    rf"\b(?:ce|cet|cette|ces|mon|ma|mes|le|la|les|son|sa) (?:\w{{1,15}} )?{_TEXT_NOUN}\b"
    r"|\bci[- ](?:dessous|après|joint)"
    r"|\bsuivante?s?\b|\bavec (?:ça|ca|ceci|cela)\b|\b(?:re[cç]u|eu) (?:ça|ca|ceci|cela)\b|\b(?:this|the following)\b"
    rf"|\b{_EDIT}\b",
    re.IGNORECASE,
)
# The text begins after the colon, on the same line or on the next.
_INLINE = Scan(
    rf"(?:\b(?:ce|cet|cette|ces|mon|ma|mes|le|la|les|son|sa|notre|votre|this|the) (?:\w{{1,15}} )?{_TEXT_NOUN}\b"
    rf"[^.!?:\n]{{0,60}}|\b{_EDIT}\b[^.!?:\n]{{0,80}}|^[ \t]*{_TEXT_NOUN}) ?:[ \u00a0\u202f]{{0,3}}(?=\S)",
    re.IGNORECASE | re.MULTILINE,
)
_COLON_LINE = Scan(r":[ \t\u00a0\u202f]*\r?\n\s*")
_BULLET = re.compile(r"(?:[-–—•*·+]|\d{1,2}[.)°])[ \t]")
_HEADERS = Scan(
    r"^[ \t>]*(?:-{2,} ?(?:message|original|forwarded|début)|(?:de|from|à|to|objet|subject|envoyé|sent|cc|date)"
    r"[ \u00a0\u202f]?: ?\S)",
    re.IGNORECASE | re.MULTILINE,
)
_PERSON = (
    r"(?:docteure?|dr|doc|madame|mme|monsieur|m\.|mr|mademoiselle|mlle|mesdames|messieurs|maître|professeure?|pr|confrère"
    r"|consœur|consoeur|collègues?|amie?s?|tous|toutes|tout le monde|l['’]équipe|les?|la)\b"
)
_GREETING_WORD = r"(?i:bonjour|bonsoir|salut|coucou|hello|hi|hey|merci|thanks|yo|svp|stp|please|bonne|bises)\b"
_SALUTATION = Scan(
    rf"^[ \t]*(?:(?:bonjour|bonsoir|salut|coucou|hello|ch[eè]re?s?|très ch[eè]re?|dear|ma chère|mon cher)[ ,]{{1,2}})"
    rf"{{0,2}}(?!{MACHINE}\b)(?:{_PERSON}[^.!?:\n]{{0,60}}?|(?!{_GREETING_WORD})"
    r"[A-ZÀ-Ý][\w.\-]{1,30}(?: [A-ZÀ-Ý][\w.\-]{1,30}){0,3})"
    r"[ \t]?[,!][ \t]*$",
    re.MULTILINE,
)
_SALUTATION_CI = Scan(
    rf"^[ \t]*(?:(?:bonjour|bonsoir|salut|ch[eè]re?s?|très ch[eè]re?|dear)[ ,]{{1,2}}){{0,2}}(?!{MACHINE}\b){_PERSON}"
    r"[^.!?:\n]{0,60}?[ \t]?[,!]?[ \t]*$"
    rf"|^[ \t]*(?:bonjour|bonsoir|ch[eè]re?s?|très ch[eè]re?|dear)[ ,]{{1,2}}(?!{MACHINE}\b){_PERSON}"
    r"[^.!?:\n]{0,40}[,!.]"
    rf"|^[ \t]*(?:ch[eè]re?|très ch[eè]re?)[ ](?!{MACHINE}\b)\w",
    re.IGNORECASE | re.MULTILINE,
)
# "Bonjour Martine," opens a message to a person.
_TO_PERSON = re.compile(
    rf"\s*(?i:bonjour|bonsoir|salut|coucou|hello|ch[eè]re?|dear|hi)[ ,]{{1,2}}(?!(?i:{MACHINE}|{_GREETING_WORD})\b)"
    r"(?:[A-ZÀ-Ý][a-zà-ÿ\-]{1,20}|(?i:docteure?|dr|professeure?|madame|monsieur|mme|mlle|maître)\b)"
    r"[^.!?:\n]{0,40}?[ ]?[,!.\n]"
)
_GREETING_LINE = Scan(
    r"^[ \t]*(?:bonjour|bonsoir|salut|coucou|hello)\b[^.!?:\n]{0,30}[ \t]*[,!]?[ \t]*$", re.IGNORECASE | re.MULTILINE
)
_CLOSING = Scan(
    r"\b(?:cordialement|confraternellement|salutations|sentiments|bien à (?:vous|toi)|veuillez (?:agréer|recevoir)"
    r"|respectueusement|amicalement|amitiés|sincerely|regards)\b",
    re.IGNORECASE,
)
_TO_MACHINE = Scan(
    rf"\b(?:peux|pourrais|veux)[- ]tu\b|(?:^|[.!?\n]\s{{0,3}}){WRITING_IMPERATIVE}\b|\b(?:fais|mets)[- ](?:moi|nous)\b"
    r"|\bchat ?gpt\b|\bia\b",
    re.IGNORECASE,
)
_BACK = re.compile(
    rf"(?:{HEDGE}|(?:^|[.!?:,;\n]\s{{0,3}}){WRITING_IMPERATIVE}\b).{{0,200}}?\b(?:ce|cet|cette|ces|ci-dessus|ça|this|above)\b",
    re.IGNORECASE | re.DOTALL,
)
_PARAGRAPH = re.compile(r"\n[ \t\r]*\n\s*")
_WORD = re.compile(r"\w+")
# So many words after the request are material, whatever the request says.
LONG = 40


def read(text: str) -> Zones:
    """Tell the user's own words in `text` from quotations, code, letters and other supplied text."""
    with reading(text):
        quoted = tuple(match.span() for match in _QUOTED.finditer(text))
        start = _supplied(text)
    own = [(0, start)] if start > 0 else []
    if start < len(text):
        back = _comes_back(text, start)
        if back is not None:
            own.append((back, len(text)))
    return Zones(tuple(own), quoted)


def closes(text: str) -> bool:
    """Say whether `text` holds the closing words of a letter."""
    return _CLOSING.search(text) is not None


def _supplied(text: str) -> int:
    """Return where supplied text begins: 0 if all of it is, `len(text)` if none."""
    if _is_letter(text):
        return 0
    starts = [len(text)]
    for pattern in (_HEADERS, _SALUTATION, _SALUTATION_CI):
        match = pattern.search(text)
        if match:
            starts.append(match.start())
    starts += [match.start() for match in _GREETING_LINE.finditer(text) if text[: match.start()].strip()][:1]
    inline = _INLINE.search(text)
    if inline:
        starts.append(inline.end())
    for match in _COLON_LINE.finditer(text):
        if not _BULLET.match(text, match.end()):
            starts.append(match.end())
            break
    starts.append(_after_request(text))
    return min(starts)


def _is_letter(text: str) -> bool:
    """Say whether the whole of `text` is a pasted letter: it greets, closes, and asks nothing of the machine."""
    if _TO_PERSON.match(text):
        return True
    if not _GREETING_LINE.match(text) or not _CLOSING.search(text):
        return False
    return not _TO_MACHINE.search(text)


def _after_request(text: str) -> int:
    """Return where text that follows the paragraph of the request begins, if it looks like material."""
    bounds = [0, *(match.end() for match in _PARAGRAPH.finditer(text))]
    edges = [*bounds[1:], len(text)]
    for begin, end in list(zip(bounds, edges, strict=True))[:3]:
        block = text[begin:end]
        if not asks(block):
            continue
        line_end = text.find("\n", begin, end)
        if 0 <= line_end < len(text.rstrip()):
            line = text[begin:line_end]
            rest = len(_WORD.findall(text[line_end:end]))
            if (
                asks(line)
                and rest >= 8
                and not _BULLET.match(text, line_end + 1)
                and (_POINTS.search(line) or rest > LONG)
            ):
                return line_end + 1
        following = len(_WORD.findall(text[end:]))
        if following > LONG or (following >= 6 and _POINTS.search(block)):
            return end
        return len(text)
    # Nobody asks anything: a long text of several paragraphs is pasted, but for a first line of courtesy.
    if len(bounds) > 1 and len(_WORD.findall(text)) > LONG:
        return edges[0] if len(_WORD.findall(text[: edges[0]])) <= 12 else 0
    return len(text)


def _comes_back(text: str, supplied: int) -> int | None:
    """Return where the user speaks again after supplied text, in a last paragraph that points back at it."""
    last = max((match.end() for match in _PARAGRAPH.finditer(text.rstrip(), supplied)), default=None)
    if last is None or len(text) - last > 600:
        return None
    paragraph = text[last:]
    if _CLOSING.search(paragraph) or not _BACK.search(paragraph):
        return None
    return last
