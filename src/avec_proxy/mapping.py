"""Placeholders: how they are written, recognised in a reply, and which value each stands for.

A placeholder is `[KIND_n]`, `[KIND_n_B]` (another surface of the same person) or `[KIND_n : indice]`. Only
`KIND_n` or `KIND_n_B`, its key, identifies it: a model may drop or change the hint, the case, the spaces, escape the
brackets for Markdown or HTML, put others, translate the kind, wrap a line. Numbers follow the first appearance in
the conversation, so the same history gives the same bytes at every turn.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from functools import cached_property

# What we write, and what a user may type. Bounded everywhere, so that a stream's hold-back is bounded too.
MAX_HINT = 60
_SPACE = r"[ \t\u00a0\u202f]{0,3}"
_GAP = r"[ \t\u00a0\u202f_\\\-]{0,4}"
PLACEHOLDER = re.compile(
    # Both brackets are escaped or none is: a backslash alone (a Windows path) belongs to the text.
    rf"(?P<escape>\\)?\[{_SPACE}(?P<kind>[^\W\d_]{{2,24}}){_GAP}(?P<number>[1-9][0-9]{{0,4}})"
    rf"(?:{_GAP}(?P<suffix>[A-Za-z]{{1,2}}))?{_SPACE}(?::[^\[\]\n\\]{{0,{MAX_HINT}}})?{_SPACE}(?(escape)\\)\]"
)

# What a reply is searched with: all of the above, and what models make of it. An opening bracket and its closing one
# are of one family: square, HTML entity, typographic.
_CLOSING = "】］〕〗⟧〛"
_OPEN = r"(?:(?P<escape>\\)?(?P<square>\[)|(?P<entity>&(?:#0{0,2}91|#[xX]0{0,2}5[bB]|lbrack|lsqb);)|[【［〔〖⟦〚])"
_ENTITY_CLOSE = r"&(?:#0{0,2}93|#[xX]0{0,2}5[dD]|rbrack|rsqb);"
_ENTITIES = ("&#91;", "&#091;", "&#0091;", "&#x5b;", "&#x05b;", "&#x005b;", "&lbrack;", "&lsqb;")
_DECOR = r"[ \t\u00a0\u202f*`_]{0,5}"
_WIDE_GAP = r"[ \t\u00a0\u202f_\\\-\u2011*`#]{0,4}"
FORM = re.compile(
    rf"{_OPEN}{_DECOR}(?P<kind>[^\W\d_]{{2,24}}(?:[ _\-\\]{{1,2}}[^\W\d_]{{2,12}}){{0,2}})"
    rf"{_WIDE_GAP}(?:\r?\n[ \t>]{{0,4}})?(?P<number>[1-9][0-9]{{0,4}})(?:{_WIDE_GAP}(?P<suffix>[A-Za-z]{{1,2}}))?"
    rf"(?P<genitive>['’]s?)?{_DECOR}"
    rf"(?:[:：][^\[\]\n\\]{{0,{MAX_HINT}}}?|\([^\[\]\n\\()]{{0,{MAX_HINT - 1}}}\))?{_DECOR}"
    rf"(?(square)(?(escape)\\)\]|(?(entity){_ENTITY_CLOSE}|[{_CLOSING}]))"
    # Without brackets: exactly the key, as a word of its own; its underscores may be escaped for Markdown.
    r"|(?<!\w)(?P<bare>[A-Z]{2,24}\\?_[1-9][0-9]{0,4}(?:\\?_[A-Z]{1,2})?)(?!\w|\\_)"
)
# No form is longer: two brackets (an entity has up to 8 characters), three decors, kind with two more words, two gaps
# and a line's end with its quote marks, number, suffix, genitive, hint.
MAX_LENGTH = 2 * 8 + 3 * 5 + 24 + 2 * 14 + 2 * 4 + 6 + 5 + 2 + 2 + 1 + MAX_HINT

_OPENING = re.compile(_OPEN)
_ENTITY_CLOSED = re.compile(_ENTITY_CLOSE)
_ENTITY_TAIL = re.compile(r"&[#A-Za-z0-9]{0,6}\Z")
_TYPOGRAPHIC_CLOSED = re.compile(f"[{_CLOSING}]")
_SEPARATORS = re.compile(r"[ \t\u00a0\u202f_\\\-]+")
_NOISE = re.compile(r"[ \t\r\n\u00a0\u202f_\\\-\u2011*`#>]+")
_AFTER_KEY = re.compile(r"[:：('’]")
_LIKELY = re.compile(r"[\[&【［〔〖⟦〚]|[A-Z]\\?_[1-9]")
_MAX_KIND = 24
_DIGITS = frozenset("0123456789")
_BARE_LENGTH = 24 + 5 + 2 + 2 * 2
_BARE_TAIL = re.compile(rf"(?<!\w)[A-Z](?:[A-Z0-9_]|\\(?=_|\Z)){{0,{_BARE_LENGTH}}}\Z")


def fold(text: str) -> str:
    """Return `text` without accents, in upper case: the form in which keys are compared."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)).upper()


def key_of(match: re.Match[str]) -> str:
    """Return the key (`PERSONNE_1_B`) that a match of `PLACEHOLDER` or `FORM` says, its kind as it is written there."""
    if match.re is FORM and match["bare"]:
        return match["bare"].replace("\\", "")
    suffix = match["suffix"]
    kind = _SEPARATORS.sub("", fold(match["kind"]))
    return f"{kind}_{int(match['number'])}" + (f"_{suffix.upper()}" if suffix else "")


def suffix_of(rank: int) -> str:
    """Return the letters of the nth other surface of a person: 0 → "", 1 → "B", 25 → "Z", 26 → "AA"."""
    if rank == 0:
        return ""
    if rank < 26:
        return chr(ord("A") + rank)
    high, low = divmod(rank - 26, 26)
    return chr(ord("A") + high % 26) + chr(ord("A") + low)


def forms[T](text: str, read: Callable[[re.Match[str]], T | None], at: int = 0) -> Iterator[tuple[re.Match[str], T]]:
    """Yield the matches of `FORM` in `text` from `at` on of which `read` makes something, and what it makes.

    A match that `read` gives up (None) takes nothing with it: another one may stand inside its brackets.
    """
    # no form begins farther before a likely place than the letters of a kind reach
    while likely := _LIKELY.search(text, at):
        match = FORM.search(text, max(at, likely.start() - _MAX_KIND))
        if match is None:
            return
        made = read(match)
        if made is None:
            at = match.start() + 1
        else:
            yield match, made
            at = match.end()


@dataclass(frozen=True)
class Mapping:
    """Which value each issued key stands for; lives with its request, in memory, and is gone with it.

    `aliases`: by kind, other words that a model may write for it (upper case, no accent, no separator). `bare`: a key
    without brackets is restored too, where it is a word of its own.
    """

    values: MappingABC[str, str] = field(default_factory=dict)
    aliases: MappingABC[str, Sequence[str]] = field(default_factory=dict)
    bare: bool = False

    def __bool__(self) -> bool:
        return bool(self.values)

    def found(self, text: str, before: str = "") -> Iterator[tuple[int, int, str]]:
        """Yield start, end and value of every issued placeholder in `text`; `before` is what stands in front of it.

        One character of `before` is enough.
        """
        if not self.values:
            return
        shift = len(before)
        for match, value in forms(before + text, self._value, shift):
            yield match.start() - shift, match.end() - shift, value

    def restore(self, text: str, escape: Callable[[str], str] = str, before: str = "") -> str:
        """Return `text` with every issued placeholder replaced by its value; others stay as they are.

        `escape` writes a value for the place where the text stands (inside a JSON string, say); `before` is the
        character in front of the text, where it is a piece of a longer one.
        """
        pieces: list[str] = []
        at = 0
        for start, end, value in self.found(text, before):
            pieces += (text[at:start], escape(value))
            at = end
        return "".join((*pieces, text[at:]))

    def held(self, text: str, before: str = "") -> int:
        """Return the length of the tail of `text` that may begin an issued placeholder (0: none).

        Never more than `MAX_LENGTH`. `before` is the character in front of `text`.
        """
        if not self.values:
            return 0
        held = int(text.endswith("\\"))  # the bracket that it escapes may follow
        for opening in _OPENING.finditer(text, max(0, len(text) - MAX_LENGTH)):
            if self._may_begin(opening, text[opening.end() :]):
                held = len(text) - opening.start()
                break
        entity = text.rfind("&", max(0, len(text) - 8))
        if entity >= 0 and any(e.startswith(text[entity:].lower()) for e in _ENTITIES):
            held = max(held, len(text) - entity)
        if self.bare:
            whole = before + text
            tail = _BARE_TAIL.search(whole, max(len(before), len(whole) - _BARE_LENGTH))
            if tail and _begins(tail[0].replace("\\", ""), self._keys):
                held = max(held, len(whole) - tail.start())
        return held

    def _value(self, match: re.Match[str]) -> str | None:
        if match["bare"]:
            return self.values.get(key_of(match)) if self.bare else None
        key = self._forms.get(key_of(match))
        if key is None:
            return None
        value = self.values[key]
        # a form that the user typed, genitive and all, is its own value
        return value if value == match[0] else value + (match["genitive"] or "")

    def _may_begin(self, opening: re.Match[str], inner: str) -> bool:
        if opening["square"]:
            closed = "]" in inner
        else:
            closed = bool((_ENTITY_CLOSED if opening["entity"] else _TYPOGRAPHIC_CLOSED).search(inner))
        if closed:
            return False
        if opening["entity"]:
            inner = _ENTITY_TAIL.sub("", inner)
        head, *rest = _AFTER_KEY.split(inner, maxsplit=1)
        kind, *lines = head.split("\n")  # a line may end between kind and number alone
        if len(lines) > 1 or (lines and not kind.strip()) or (lines and any(c in _DIGITS for c in kind)):
            return False
        start = fold(_NOISE.sub("", head))
        if rest:
            return "\n" not in rest[0] and start in self._tight
        return _begins(start, self._sorted)

    @cached_property
    def _forms(self) -> dict[str, str]:
        """The issued key for each key that a model may write for it: its own, or one that means no other."""
        meant: dict[str, set[str]] = {}
        for key in self.values:
            kind, _, rest = key.partition("_")
            for word in {f"{kind}S", *self.aliases.get(kind, ())}:
                meant.setdefault(f"{word}_{rest}", set()).add(key)
        unambiguous = {form: next(iter(keys)) for form, keys in meant.items() if len(keys) == 1}
        return unambiguous | {key: key for key in self.values}

    @cached_property
    def _tight(self) -> frozenset[str]:
        """These forms without separators: what is left of one however a model spaces it."""
        return frozenset(form.replace("_", "") for form in self._forms)

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._tight)

    @cached_property
    def _keys(self) -> list[str]:
        return sorted(self.values)


def _begins(start: str, words: list[str]) -> bool:
    """Tell whether one of `words` (sorted) begins with `start`."""
    at = bisect_left(words, start)
    return at < len(words) and words[at].startswith(start)
