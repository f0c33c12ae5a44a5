"""Disguises of words, undone for reading: escapes in prose, letters of another script, letters set apart, words cut
at a line's end, digits for letters in a name and letters for digits in a number.

Only the view changes; the text itself stays byte for byte, and a finding leads back to its source whole. A text in
which nothing looks like a disguise costs one search. Look-alikes: https://www.unicode.org/reports/tr39/ (confusables),
those of French letters alone; «α», «β», «γ», «δ», «κ», «λ», «μ», «Δ» mean something in medicine and are never undone
at a word's edge.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from avec_proxy.detect.normalise import View, view

# (start, end, what is read there instead), in order, not overlapping
Edit = tuple[int, int, str]

_CYRILLIC = dict(zip("АВСЕНКМОРТХУЅІЈԚԜасеорхуѕіјһԛԝкмтн", "ABCEHKMOPTXYSIJQWaceopxysijhqwkmth", strict=True))
_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονιυρ", "ABEZHIKMNOPTYXoviup", strict=True))
_SMALL = dict(zip("ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢıɑɡ", "abcdeghijklmnoprstuvwyziag", strict=True))
_ALIKE = {**_CYRILLIC, **_GREEK, **_SMALL}
_ALIEN = re.compile(f"[{''.join(_ALIKE)}]|(?<=[a-z])α(?=[a-z])")
_WORD = re.compile(r"[^\W\d_]+")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u052f]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")

_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\u\{[0-9A-Fa-f]{1,5}\}"
    r"|(?:\\x[0-9A-Fa-f]{2})+"
    # whole words alone: a part of a run would cut in two what `encoded` hides whole
    r"|(?<![\w%])(?:%[0-9A-Fa-f]{2}){3,}(?![\w%])|(?<![\w;&])(?:&#(?:[0-9]{1,6}|x[0-9A-Fa-f]{1,5});){3,}(?![\w&])"
    # a soft hyphen that was used
    r"|\u00ad[ \t]*\r?\n[ \t]*"
)
_CODE = re.compile(r"&#(?:([0-9]{1,6})|x([0-9A-Fa-f]{1,5}));")
_ESCAPING = re.compile(r"[\\%&\u00ad](?:(?<=\\)[ux]|(?<=%)[0-9A-Fa-f]{2}%|(?<=&)#|(?<=\u00ad)[ \t]*\r?\n)")
_L = "A-Za-zÀ-ÖØ-öø-ÿŒœ"
_U = "A-ZÀ-ÖØ-ÞŒ"
_HYPHENATED = re.compile(rf"(?<=[{_L}])[-¬][ \t]*\r?\n[ \t>]*(?=[{_L}])")
# «D U R A N D», «d.u.r.a.n.d»: four letters or more, one sign between them; capitals only where a space parts them,
# because «a» and «y» are words
_APART = re.compile(rf"(?<![\w.'’-])(?:[{_U}](?: [{_U}]){{3,}}|[{_L}]([._*·-])(?:[{_L}]\1){{2,}}[{_L}])(?![\w'’-])")
_CIVILITY = r"(?:M\.|M|Mr|Mme|MME|Mlle|Madame|Monsieur|Mademoiselle|Dr|Pr|Docteur|Professeur)"
_LEET_NAME = re.compile(
    rf"(?<![\w.])(?:{_CIVILITY}|(?:[Nn]om|[Pp]r[ée]nom|[Pp]atiente?|[Rr]ésidente?)[ ]?:)[ ]"
    rf"(?P<names>[{_U}][\w@$]{{3,30}}(?:[ -][{_U}][\w@$]{{2,30}})?)(?![\w@$]|\.\w)"
)
_LEET_WORD = re.compile(r"[\w@$]+")
_SIGNED = re.compile(rf"(?<=[{_L}])[01345@$]+(?=[{_L}])")
_LEET_LETTERS = dict(zip("0345@$", "oeasas", strict=True))
_CONSONANTS = frozenset("bcdfghjklmnpqrstvwxz")
_N = "[0-9OolI]"
_NUMBER = re.compile(
    rf"(?<![\w.,/-])(?:[0O][1-9lI](?:[ .-]?{_N}{{2}}){{4}}|[0-3OolI]{_N}([/.-])[01OolI]{_N}\1[12lI][09Oo]{_N}{{2}}"
    rf"|[12lI] ?{_N}{{2}} ?[01OolI]{_N} ?{_N}{{2}} ?{_N}{{3}} ?{_N}{{3}} ?{_N}{{2}})(?![\w/])"
)
_DIGITS = {"O": "0", "o": "0", "l": "1", "I": "1"}
_DOTTED = re.compile(r"(?<![\w•∙⋅●])\d{1,3}(?: ?[•∙⋅●] ?\d{2,3}){4,7}(?![\w•∙⋅●])")
_DOT = re.compile(r" ?[•∙⋅●] ?")

# what makes a text worth reading twice; it begins with few characters, so that `re` skips the others at once
_MARKS = f"•∙⋅●α{''.join(_ALIKE)}"
_SIGN = re.compile(
    rf"[-¬0-9@$ ._*·{_MARKS}](?:(?<=[-¬])[ \t]*\r?\n|(?<=[{_MARKS}])|(?<=[0-9])[OolI]|(?<=[OolI][0-9])"
    rf"|(?<=[{_L}][01345@$])[{_L}]|(?<=([ ._*·-]))[{_L}]\1[{_L}]\1[{_L}])"
)


def read(text: str) -> View:
    """Return the view of `text` in which its disguises are undone; offsets lead back into `text`."""
    if _ESCAPING.search(text) and (escapes := list(_escapes(text))):
        escaped = View(text).edited(escapes)
        seen = escaped.then(view(escaped.text))
    else:
        seen = view(text)
    if not _SIGN.search(seen.text):
        return seen
    for undo in _UNDOERS:
        if edits := list(undo(seen.text)):
            seen = seen.edited(edits)
    return seen


def _escapes(text: str) -> Iterator[Edit]:
    for match in _ESCAPE.finditer(text):
        said, at = match[0], match.start()
        if said[0] == "%":
            yield from _bytes(at, bytes.fromhex(said.replace("%", "")), 3)
        elif said.startswith("\\x"):
            yield from _bytes(at, bytes.fromhex(said.replace("\\x", "")), 4)
        elif said[0] == "&":
            for code in _CODE.finditer(said):
                yield from _point(at + code.start(), at + code.end(), int(code[1] or code[2], 10 if code[1] else 16))
        elif said[0] == "\u00ad":
            yield *match.span(), ""
        else:
            codes = [int(code.strip("{}"), 16) for code in said.split("\\u")[1:]]
            pair = len(codes) == 2
            yield from _point(
                *match.span(), 0x10000 + ((codes[0] - 0xD800) << 10) + (codes[1] - 0xDC00) if pair else codes[0]
            )


def _point(start: int, end: int, point: int) -> Iterator[Edit]:
    """Yield the character of a code point; surrogates, controls and what is beyond Unicode stay as they are."""
    if 0x20 <= point < 0xD800 or 0xE000 <= point <= 0x10FFFF:
        yield start, end, chr(point)


def _bytes(at: int, data: bytes, width: int) -> Iterator[Edit]:
    """Yield what byte escapes say, as UTF-8, else as Latin-1; each byte takes `width` characters of source."""
    try:
        said = data.decode("utf-8")
        sizes = [len(char.encode()) for char in said]
    except UnicodeDecodeError:
        said = data.decode("latin-1")
        sizes = [1] * len(said)
    for char, size in zip(said, sizes, strict=True):
        if char.isprintable() or char == "\n":
            yield at, at + width * size, char
        at += width * size


def _letters(text: str) -> Iterator[Edit]:
    """Letters of another script in a word that mixes it with ours, or imitates one of ours wholly beside ours."""
    if not _ALIEN.search(text):
        return
    words = list(_WORD.finditer(text))
    for n, match in enumerate(words):
        word = match[0]
        if word.isascii():
            continue
        places = [m.start() for m in _ALIEN.finditer(word)]
        rest = len(_OTHER_SCRIPT.findall(word)) - sum(word[p] not in _SMALL for p in places)
        if not places or rest:
            continue  # nothing alike, or letters that only the other script has
        least = 3 if any(word[p] in _GREEK or word[p] == "α" for p in places) else 1
        if len(word) >= least and (_LATIN.search(word) or _beside_ours(words, n)):
            for p in places:
                yield match.start() + p, match.start() + p + 1, _ALIKE.get(word[p], "a")


def _beside_ours(words: list[re.Match[str]], n: int) -> bool:
    near = [words[i][0] for i in (n - 1, n + 1) if 0 <= i < len(words)]
    return bool(near) and all(_LATIN.search(word) for word in near)


def _hyphens(text: str) -> Iterator[Edit]:
    """A word cut at a line's end; before a capital the hyphen belongs to the name."""
    for match in _HYPHENATED.finditer(text):
        yield *match.span(), "" if text[match.end()].islower() else "-"


def _apart(text: str) -> Iterator[Edit]:
    for match in _APART.finditer(text):
        if match[1] == "." and match[0].isupper() and len(match[0]) < 10 and text.startswith(".", match.end()):
            continue  # «A.V.E.C.», «E.H.P.A.D.»
        for at in range(match.start() + 1, match.end(), 2):
            yield at, at + 1, ""


def _leet(text: str) -> Iterator[Edit]:
    """Digits for letters in a name that a title or a label announces, and wherever that name comes back."""
    names = {
        word for match in _LEET_NAME.finditer(text) for word in _LEET_WORD.findall(match["names"]) if _is_leet(word)
    }
    if not names:
        return
    for match in _LEET_WORD.finditer(text):
        word = match[0]
        if word in names:
            for at, char in enumerate(word):
                letter = _LEET_LETTERS.get(char) or (_one(word, at) if char == "1" else "")
                if letter:
                    yield match.start() + at, match.start() + at + 1, letter.upper() if word.isupper() else letter


def _is_leet(word: str) -> bool:
    """Whether a sign stands between letters that are all capitals, or all small after the first: not «HbA1c»."""
    letters = "".join(c for c in word if c.isalpha())
    even = letters[1:].islower() or (letters.isupper() and len(word) >= 5)
    return even and len(letters) * 2 >= len(word) and _SIGNED.search(word) is not None


def _one(word: str, at: int) -> str:
    """Return what «1» stands for: «i» between consonants (Mart1n), else «l» (De1mas)."""
    return "i" if set(word[max(at - 1, 0) : at + 2].lower()) - {"1"} <= _CONSONANTS else "l"


def _numbers(text: str) -> Iterator[Edit]:
    """Letters for digits, as scanners read them, in what else has the form of a phone, a date or a NIR."""
    for match in _NUMBER.finditer(text):
        if sum(c.isdigit() for c in match[0]) * 2 >= sum(c.isalnum() for c in match[0]):
            for at, char in enumerate(match[0], match.start()):
                if char in _DIGITS:
                    yield at, at + 1, _DIGITS[char]


def _dots(text: str) -> Iterator[Edit]:
    for match in _DOTTED.finditer(text):
        for dot in _DOT.finditer(match[0]):
            yield match.start() + dot.start(), match.start() + dot.end(), " "


_UNDOERS: tuple[Callable[[str], Iterable[Edit]], ...] = (_letters, _hyphens, _apart, _leet, _numbers, _dots)
