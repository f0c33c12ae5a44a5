"""What happens to texts before they are sent: lower case, lost accents, dictation, typos, broken lines.

Everything works on pieces, so that marks stay where they were; typing errors and abbreviations spare what is marked.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random

from . import forms, people
from .marks import HIDE, KEEP, Piece, marked, pieces

Pieces = list[Piece]

_SMS = {
    "beaucoup": "bcp", "pour": "pr", "rendez-vous": "rdv", "patient": "pt", "patiente": "pte", "quand": "qd", "pendant": "pdt", "tout": "tt",
    "dans": "ds", "toujours": "tjs", "c'est": "c", "même": "mm", "problème": "pb", "traitement": "ttt", "madame": "mme", "monsieur": "mr",
    "hospitalisation": "hospit", "vous": "vs", "nous": "ns", "est-ce que": "esk", "aujourd'hui": "ajd", "maintenant": "mtn", "bonjour": "bjr",
    "s'il te plaît": "stp", "s'il vous plaît": "svp", "demain": "dem1", "semaine": "sem", "docteur": "dr", "comme": "cm", "plus": "+",
    "domicile": "dom", "antécédents": "atcd", "sans": "ss", "longtemps": "lgtps", "depuis": "dps", "que": "q", "qui": "ki", "je suis": "jsuis",
}  # fmt: skip
_SMS_WORD = re.compile(r"\b(" + "|".join(sorted(map(re.escape, _SMS), key=len, reverse=True)) + r")\b", re.IGNORECASE)
_SPOKEN = {",": " virgule", ".": " point", ":": " deux points", ";": " point virgule", "?": " point d'interrogation"}
_KEYS = {
    "a": "zq", "b": "vn", "c": "xv", "d": "sf", "e": "rz", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk", "k": "jl", "l": "km", "m": "lù",
    "n": "b,", "o": "ip", "p": "om", "q": "sa", "r": "et", "s": "qd", "t": "ry", "u": "yi", "v": "cb", "w": "x", "x": "wc", "y": "tu", "z": "ae",
}  # fmt: skip


def _each(parts: Iterable[Piece], change: Callable[[str], str]) -> Pieces:
    """Change the text of every piece."""
    return [replace(part, text=change(part.text)) for part in parts]


def _unmarked(parts: Iterable[Piece], change: Callable[[str], str]) -> Pieces:
    """Change what stands under no mark."""
    return [part if part.kind else replace(part, text=change(part.text)) for part in parts]


def lower(parts: Pieces, rng: Random) -> Pieces:
    """All in lower case."""
    return _each(parts, str.lower)


def bare(parts: Pieces, rng: Random) -> Pieces:
    """Without accents."""
    return _each(parts, forms.without_accents)


def capitals(parts: Pieces, rng: Random) -> Pieces:
    """All in capitals, with accents or without."""
    strip = rng.random() < 0.6
    return _each(parts, lambda text: (forms.without_accents(text) if strip else text).upper())


def sms(parts: Pieces, rng: Random) -> Pieces:
    """Words cut short as on a telephone."""
    rate = rng.uniform(0.4, 0.9)
    return [
        part
        if part.kind in (HIDE, KEEP)
        else replace(part, text=_SMS_WORD.sub(lambda m: _SMS[m[0].lower()] if rng.random() < rate else m[0], part.text))
        for part in parts
    ]


def dictated(parts: Pieces, rng: Random) -> Pieces:
    """As dictated: no punctuation, or the signs said; line ends said or gone."""
    said = rng.random() < 0.5
    breaks = rng.choice((" à la ligne ", " point à la ligne ", "\n", " "))

    def change(text: str) -> str:
        text = re.sub(r"([,.;:?])(?=\s|$)", lambda m: _SPOKEN[m[1]] if said and rng.random() < 0.8 else "", text)
        text = re.sub(r"[ \t]*[!?«»\"()][ \t]*", " ", text)
        return re.sub(r"\n+", breaks, text)

    parts = _unmarked(parts, change)
    return lower(parts, rng) if rng.random() < 0.4 else parts


def _mistype(word: str, rng: Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    draw = rng.random()
    if draw < 0.3:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if draw < 0.55:
        return word[:at] + word[at + 1 :]
    if draw < 0.75:
        return word[:at] + word[at] + word[at:]
    return word[:at] + rng.choice(_KEYS.get(word[at].lower(), word[at])) + word[at + 1 :]


def typos(parts: Pieces, rng: Random) -> Pieces:
    """Typing errors in some unmarked words."""
    rate = rng.uniform(0.01, 0.06)
    return _unmarked(
        parts,
        lambda text: re.sub(r"[^\W\d_]{4,}", lambda m: _mistype(m[0], rng) if rng.random() < rate else m[0], text),
    )


def gaps(parts: Pieces, rng: Random) -> Pieces:
    """Doubled spaces, tabs, no-break spaces."""
    other = rng.choice(("  ", "  ", "\t", "\u00a0", "\u00a0", "\u202f", "   "))
    rate = rng.uniform(0.02, 0.15)
    return _each(parts, lambda text: re.sub(r"(?<=\S) (?=\S)", lambda m: other if rng.random() < rate else " ", text))


def tight(parts: Pieces, rng: Random) -> Pieces:
    """No space after some commas, full stops and colons."""
    rate = rng.uniform(0.2, 0.8)
    return _unmarked(
        parts, lambda text: re.sub(r"([,.:;]) (?=\S|$)", lambda m: m[1] if rng.random() < rate else m[0], text)
    )


def broken(parts: Pieces, rng: Random) -> Pieces:
    """A line break inside some hidden values."""
    rate = rng.uniform(0.05, 0.25)
    return [
        replace(part, text=re.sub(r" ", lambda m: "\n" if rng.random() < rate else " ", part.text))
        if part.kind == HIDE
        else part
        for part in parts
    ]


def wrapped(parts: Pieces, rng: Random) -> Pieces:
    """Lines cut at a width, marks and all."""
    width = rng.choice((60, 66, 72, 76, 80))
    text = "".join(part.text for part in parts)
    chars = list(text)
    column, space = 0, -1
    for at, char in enumerate(chars):
        column = 0 if char == "\n" else column + 1
        if char == "\n":
            space = -1
        elif char == " ":
            space = at
        if column > width and space >= 0:
            chars[space] = "\n"
            column, space = at - space, -1
    out: Pieces = []
    at = 0
    for part in parts:
        out.append(replace(part, text="".join(chars[at : at + len(part.text)])))
        at += len(part.text)
    return out


def quoted(parts: Pieces, rng: Random) -> Pieces:
    """Each line quoted, as in the answer to a mail."""
    sign = rng.choice(("> ", "> ", ">", "| ", ">> "))
    text = marked(split_lines(parts))
    return pieces("\n".join(f"{sign}{line}" if line else sign.rstrip() for line in text.split("\n")))


def signed(parts: Pieces, rng: Random) -> Pieces:
    """A signature below."""
    someone = people.person(rng)
    form = rng.choice(("full", "full", "Full", "FULL", "short", "first", "i", "Short", "REV", "low"))
    lead = rng.choice(
        (
            "\n\n",
            "\n\n-- \n",
            "\n\nCordialement,\n",
            "\n\nBien à vous,\n",
            "\n\nSigné : ",
            "\nrédigé par ",
            "\n",
            "\n\nSaisi par ",
            "\n\nCdt,\n",
        )
    )
    return [*parts, *pieces(lead + forms.FORMS[form](someone, rng))]


def split_lines(parts: Iterable[Piece]) -> Pieces:
    """Part marks at line breaks: none crosses one."""
    out: Pieces = []
    for part in parts:
        if part.kind and "\n" in part.text:
            for at, line in enumerate(part.text.split("\n")):
                if at:
                    out.append(Piece("", "", "\n"))
                core = line.strip()
                if core:
                    start = line.index(core)
                    out += [
                        Piece("", "", line[:start]),
                        replace(part, text=core),
                        Piece("", "", line[start + len(core) :]),
                    ]
                else:
                    out.append(Piece("", "", line))
        else:
            out.append(part)
    return [part for part in out if part.text]


Noise = Callable[[Pieces, Random], Pieces]

# how often each befalls a text, by style; `*` holds for styles that say nothing
_ODDS: tuple[tuple[Noise, dict[str, float]], ...] = (
    (dictated, {"dictation": 0.55, "note": 0.02, "prompt": 0.02, "*": 0.0}),
    (signed, {"mail": 0.12, "letter": 0.1, "note": 0.06, "prompt": 0.03, "social": 0.06, "*": 0.0}),
    (sms, {"chat": 0.25, "prompt": 0.06, "note": 0.06, "social": 0.03, "*": 0.0}),
    (typos, {"chat": 0.25, "prompt": 0.18, "note": 0.15, "mail": 0.1, "social": 0.1, "json": 0.0, "table": 0.03, "*": 0.06}),
    (tight, {"chat": 0.1, "prompt": 0.06, "note": 0.1, "json": 0.0, "*": 0.04}),
    (lower, {"chat": 0.16, "prompt": 0.1, "note": 0.08, "json": 0.0, "letter": 0.03, "table": 0.03, "*": 0.05}),
    (bare, {"json": 0.04, "chat": 0.08, "*": 0.06}),
    (capitals, {"json": 0.01, "chat": 0.01, "*": 0.02}),
    (gaps, {"json": 0.0, "*": 0.07}),
    (broken, {"letter": 0.04, "mail": 0.04, "note": 0.03, "json": 0.0, "table": 0.0, "*": 0.02}),
    (wrapped, {"letter": 0.12, "mail": 0.12, "social": 0.08, "note": 0.05, "prompt": 0.04, "*": 0.0}),
    (quoted, {"mail": 0.06, "letter": 0.02, "prompt": 0.02, "*": 0.0}),
)  # fmt: skip


def disturb(text: str, style: str, rng: Random) -> str:
    """Return a marked text as it might really arrive."""
    parts = pieces(text)
    for noise, odds in _ODDS:
        if rng.random() < odds.get(style, odds["*"]):
            parts = noise(parts, rng)
    return marked(split_lines(parts))


def window(text: str, rng: Random, shortest: int = 200) -> str:
    """Return a part of a marked text, from one line or sentence end to another."""
    # a cut lies outside marks: these hold no sentence end followed by a space, nor line breaks
    ends = [0] + [m.end() for m in re.finditer(r"\n+|(?<=[^\W\d_]{3}[.!?]) (?=[A-ZÀ-Ý⟦⦃])", text)] + [len(text)]
    ends = [
        at
        for at in ends
        if text.count("⟦", 0, at) == text.count("⟧", 0, at) and text.count("⦃", 0, at) == text.count("⦄", 0, at)
    ]
    ends = [
        at
        for at in ends
        if text.count("‹", 0, at) == text.count("›", 0, at) and text.count("⟪", 0, at) == text.count("⟫", 0, at)
    ]
    start = rng.choice(ends[:-1])
    stop = rng.choice([at for at in ends if at > start])
    part = text[start:stop].strip()
    return part if len(part) >= min(shortest, len(text)) else text
