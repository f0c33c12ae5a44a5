"""Marked texts in disguise: twenty ways and some more in which people hide, break or encode a text without knowing.

A mutation says which passages of a record are written otherwise; offsets of words and marks follow from it. It never
looks at what the detector does.
"""

import base64
import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html.entities import codepoint2name
from itertools import pairwise
from urllib.parse import quote

from avec_proxy.evaluate.marks import Kind, Mark, Record

# (start, end, what stands there instead), in order, apart
Edits = list[tuple[int, int, str]]
WORD = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_CYRILLIC = dict(zip("ABCEHKMOPTXaceopxyis", "АВСЕНКМОРТХасеорхуіѕ", strict=True))
_LEET = dict(zip("aeios", "43105", strict=True))
_LIGATURES = {"ffi": "ﬃ", "ffl": "ﬄ", "ff": "ﬀ", "fi": "ﬁ", "fl": "ﬂ", "oe": "œ"}
_UNITS = "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize".split()
_TENS = {
    2: "vingt",
    3: "trente",
    4: "quarante",
    5: "cinquante",
    6: "soixante",
    7: "soixante",
    8: "quatre-vingt",
    9: "quatre-vingt",
}
_PAIRS = re.compile(r"\d{2}(?:[ .]?\d{2}){4}")
_NAMES = ("PERSON",)


@dataclass(frozen=True)
class Mutated:
    """`texts` as they are sent, in order; `place` leads from a span of the record to (text, start, end).

    `opaque`: spans of the record that stand in an encoded run, where nothing ordinary can stay.
    """

    texts: tuple[str, ...]
    edits: Edits
    cuts: tuple[int, ...] = ()
    opaque: tuple[tuple[int, int], ...] = ()
    _starts: list[int] = field(default_factory=list, repr=False)

    def places(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield where the characters of a span of the record stand: one range a text."""
        begin, finish = _moved(self.edits, start, after=False), _moved(self.edits, end, after=True)
        bounds = [0, *(_moved(self.edits, cut, after=False) for cut in self.cuts), sum(map(len, self.texts))]
        for number, (low, high) in enumerate(pairwise(bounds)):
            if begin < high and low < finish:
                yield number, max(begin, low) - low, min(finish, high) - low


def _moved(edits: Edits, at: int, *, after: bool) -> int:
    """Return where an offset of the record is now; inside an edit, its beginning or its end."""
    shift = 0
    for start, end, new in edits:
        if start >= at and not (start == at and end == at and after):
            break
        if end > at:
            return start + shift + (len(new) if after else 0)
        shift += len(new) - (end - start)
    return at + shift


Mutation = Callable[[Record, random.Random], Mutated]


def _edited(record: Record, edits: Iterable[tuple[int, int, str]], *, opaque: bool = False) -> Mutated:
    kept = list(edits)
    out, at = "", 0
    for start, end, new in kept:
        out += record.text[at:start] + new
        at = end
    return Mutated((out + record.text[at:],), kept, opaque=tuple((s, e) for s, e, _ in kept) if opaque else ())


def _must(record: Record, labels: Sequence[str] = ()) -> Iterator[Mark]:
    return (m for m in record.marks if m.kind is Kind.MUST and (not labels or m.label in labels))


def plain(record: Record, _chance: random.Random) -> Mutated:
    """The text as it is."""
    return _edited(record, [])


def _each(change: Callable[[str], str], where: Callable[[Record], Iterable[tuple[int, int]]]) -> Mutation:
    """Return the mutation that writes single characters otherwise in some passages."""

    def mutate(record: Record, _chance: random.Random) -> Mutated:
        edits = []
        for start, end in where(record):
            for at in range(start, end):
                if (new := change(record.text[at])) != record.text[at]:
                    edits.append((at, at + 1, new))
        return _edited(record, edits)

    return mutate


def _everywhere(record: Record) -> list[tuple[int, int]]:
    return [(0, len(record.text))]


def _in_names(record: Record) -> list[tuple[int, int]]:
    return [(m.start, m.end) for m in _must(record, _NAMES)]


def _in_marks(record: Record) -> list[tuple[int, int]]:
    return [(m.start, m.end) for m in _must(record)]


def one_homoglyph(record: Record, chance: random.Random) -> Mutated:
    """One Cyrillic letter in each word of a name."""
    edits = []
    for start, end in _in_names(record):
        for word in _LETTERS.finditer(record.text, start, end):
            fits = [at for at in range(*word.span()) if record.text[at] in _CYRILLIC]
            if fits:
                at = chance.choice(fits)
                edits.append((at, at + 1, _CYRILLIC[record.text[at]]))
    return _edited(record, sorted(edits))


def _within_words(sign: str, least: int, where: Callable[[Record], Iterable[tuple[int, int]]]) -> Mutation:
    """Return the mutation that puts a sign into the middle of words of `least` characters or more."""

    def mutate(record: Record, _chance: random.Random) -> Mutated:
        words = (w for start, end in where(record) for w in WORD.finditer(record.text, start, end))
        middles = [(w.start() + w.end()) // 2 for w in words if len(w[0]) >= least]
        return _edited(record, [(at, at, sign) for at in middles])

    return mutate


def ligatures(record: Record, _chance: random.Random) -> Mutated:
    """What a PDF gives: fi, fl, ff as one sign."""
    found = re.finditer("ffi|ffl|ff|fi|fl", record.text)
    return _edited(record, [(*m.span(), _LIGATURES[m[0]]) for m in found])


def decomposed(record: Record, _chance: random.Random) -> Mutated:
    """Accents apart from their letters, as macOS writes file names."""
    edits = [(i, i + 1, unicodedata.normalize("NFD", c)) for i, c in enumerate(record.text) if ord(c) < 0x250]
    return _edited(record, [e for e in edits if e[2] != record.text[e[0]]])


def _entity(char: str) -> str:
    name = codepoint2name.get(ord(char)) if ord(char) > 127 else None
    return f"&{name};" if name else char


def _percent(record: Record, _chance: random.Random) -> Mutated:
    """What must be hidden, as an address bar writes it: spaces and accents escaped."""
    return _edited(record, [(s, e, quote(record.text[s:e], safe="")) for s, e in _in_marks(record)])


def _lines(record: Record) -> list[tuple[int, int]]:
    """Return the lines that hold something to hide and are long enough to be worth encoding."""
    lines = [m.span() for m in re.finditer(r"[^\n]+", record.text)]
    marks = _in_marks(record)
    return [(s, e) for s, e in lines if e - s >= 16 and any(s <= a and b <= e for a, b in marks)]


def _coded(code: Callable[[bytes], str]) -> Mutation:
    """Return the mutation that encodes the lines that hold something to hide."""

    def mutate(record: Record, _chance: random.Random) -> Mutated:
        edits = [(s, e, code(record.text[s:e].encode())) for s, e in _lines(record)]
        return _edited(record, edits, opaque=True)

    return mutate


def _spaced(sign: str) -> Mutation:
    """Return the mutation that sets the letters of names apart, in capitals."""

    def mutate(record: Record, _chance: random.Random) -> Mutated:
        edits = []
        for start, end in _in_names(record):
            for word in _LETTERS.finditer(record.text, start, end):
                if len(word[0]) >= 4:
                    edits.append((*word.span(), sign.join(word[0].upper())))
        return _edited(record, edits)

    return mutate


def leet(record: Record, _chance: random.Random) -> Mutated:
    """Digits for some letters of a name, not for its first."""
    edits = []
    for start, end in _in_names(record):
        for word in _LETTERS.finditer(record.text, start, end):
            fits = [at for at in range(word.start() + 1, word.end() - 1) if record.text[at] in _LEET]
            edits += [(at, at + 1, _LEET[record.text[at]]) for at in fits[:2]]
    return _edited(record, edits)


def _cut_names(sign: str, *, within: bool) -> Mutation:
    """Return the mutation that cuts names: within a word, or between two of them."""

    def mutate(record: Record, _chance: random.Random) -> Mutated:
        edits = []
        for start, end in _in_names(record):
            words = list(_LETTERS.finditer(record.text, start, end))
            if within:
                word = max(words, key=lambda w: len(w[0]), default=None)
                if word is not None and len(word[0]) >= 6:
                    at = (word.start() + word.end()) // 2
                    edits.append((at, at, sign))
            elif len(words) > 1 and (gap := record.text.find(" ", words[0].end(), end)) >= 0:
                edits.append((gap, gap + 1, sign))
        return _edited(record, edits)

    return mutate


def hyphenated(record: Record, _chance: random.Random) -> Mutated:
    """A narrow column: each line of sixty characters ends in a word that is cut."""
    edits, line = [], 0
    for word in _LETTERS.finditer(record.text):
        line = max(line, record.text.rfind("\n", 0, word.start()) + 1)
        if word.end() - line > 60 and len(word[0]) >= 6:
            at = (word.start() + word.end()) // 2
            edits.append((at, at, "-\n"))
            line = at
    return _edited(record, edits)


def wrapped(record: Record, _chance: random.Random) -> Mutated:
    """A mail: lines of sixty characters, cut at a space, wherever it stands."""
    edits, line = [], 0
    for space in re.finditer(r"(?<=\S) (?=\S)", record.text):
        line = max(line, record.text.rfind("\n", 0, space.start()) + 1)
        if space.start() - line > 55:
            edits.append((*space.span(), "\n"))
            line = space.end()
    return _edited(record, edits)


def _split(record: Record, _chance: random.Random) -> Mutated:
    """Two parts, or two messages: the second begins within the middle name of the text, or number."""
    cuts = []
    for start, end in _in_marks(record):
        if (gap := record.text.find(" ", start, end)) >= 0:
            cuts.append(gap + 1)
    if not cuts:
        return plain(record, _chance)
    cut = cuts[len(cuts) // 2]
    return Mutated((record.text[:cut], record.text[cut:]), [], (cut,))


def json_text(record: Record, _chance: random.Random) -> Mutated:
    """The text as a string of JSON that was pasted: line ends, quotes and accents are escapes."""
    edits: Edits = [(0, 0, '{"note": "')]
    for at, char in enumerate(record.text):
        if char == "\n":
            edits.append((at, at + 1, "\\n"))
        elif char in '"\\':
            edits.append((at, at + 1, f"\\{char}"))
        elif ord(char) > 127 and ord(char) < 0x10000:
            edits.append((at, at + 1, f"\\u{ord(char):04x}"))
    edits.append((len(record.text), len(record.text), '"}'))
    return _edited(record, edits)


def digits_in_words(record: Record, _chance: random.Random) -> Mutated:
    """Phone numbers as they are dictated."""
    edits = []
    for mark in _must(record, ("PHONE",)):
        for found in _PAIRS.finditer(record.text, mark.start, mark.end):
            pairs = re.findall(r"\d{2}", found[0])
            edits.append((*found.span(), " ".join(map(_said, pairs))))
    return _edited(record, edits)


def _said(pair: str) -> str:
    if pair[0] == "0":
        return f"zéro {_UNITS[int(pair[1])]}"
    number = int(pair)
    if number < 17:
        return _UNITS[number]
    ten, unit = divmod(number, 10)
    if ten == 1:
        return f"dix-{_UNITS[unit]}"
    if ten in (7, 9):
        unit += 10
    tail = f"dix-{_UNITS[unit - 10]}" if unit > 16 else _UNITS[unit]
    joined = "-et-" if unit in (1, 11) and ten not in (8, 9) else "-"
    return _TENS[ten] + (joined + tail if unit else "")


MUTATIONS: dict[str, Mutation] = {
    "one homoglyph a word": one_homoglyph,
    "homoglyphs": _each(lambda c: _CYRILLIC.get(c, c), _in_names),
    "zero width in marks": _within_words("\u200b", 2, _in_marks),
    "zero width everywhere": _within_words("\u200b", 4, _everywhere),
    "no-break spaces": _each(lambda c: "\u00a0" if c == " " else c, _everywhere),
    "full-width digits": _each(lambda c: chr(ord(c) + 0xFEE0) if "0" <= c <= "9" else c, _everywhere),
    "full-width marks": _each(lambda c: chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c, _in_marks),
    "soft hyphens": _within_words("\u00ad", 6, _everywhere),
    "ligatures": ligatures,
    "accents apart": decomposed,
    "HTML entities": _each(_entity, _everywhere),
    "numeric entities": _each(lambda c: f"&#{ord(c)};", _in_marks),
    "percent": _percent,
    "\\u escapes": _each(lambda c: f"\\u{ord(c):04x}" if 127 < ord(c) < 0x10000 else c, _everywhere),
    "base64": _coded(lambda raw: base64.b64encode(raw).decode()),
    "hex": _coded(bytes.hex),
    "leet": leet,
    "letters apart": _spaced(" "),
    "letters dotted": _spaced("."),
    "name on two lines": _cut_names("\n", within=False),
    "word on two lines": _cut_names("\n", within=True),
    "word hyphenated": _cut_names("-\n", within=True),
    "narrow column": hyphenated,
    "wrapped lines": wrapped,
    "JSON text": json_text,
    "two parts": _split,
    "two messages": _split,
    "digits in words": digits_in_words,
}
