"""Disguises of words, undone for reading: escapes in prose, letters of another script, letters set apart, words cut
at a line's end, digits for letters in a name and letters for digits in a number.

Only the view changes; the text itself stays byte for byte, and a finding leads back to its source whole. A text in
which nothing looks like a disguise costs one search. Look-alikes: https://www.unicode.org/reports/tr39/ (confusables),
those of French letters alone; «α», «β», «γ», «δ», «κ», «λ», «μ», «Δ» mean something in medicine and are never undone
at a word's edge.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from html.entities import html5

from avec_proxy.detect.normalise import View, view
from avec_proxy.lexicons import clinical_terms, common_words, commune, drugs, first_names, fold, surnames

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
    r"|(?:%[0-9A-Fa-f]{2})+"
    r"|&(?:#(?:[0-9]{1,6}|[xX][0-9A-Fa-f]{1,5})|[A-Za-z]{2,8});"
    # a soft hyphen that was used
    r"|\u00ad[ \t]*\r?\n[ \t]*"
)
_ESCAPING = re.compile(
    r"[\\%&\u00ad](?:(?<=\\)[ux]|(?<=%)[0-9A-Fa-f]{2}|(?<=&)(?:#|[A-Za-z]{2,8};)|(?<=\u00ad)[ \t]*\r?\n)"
)
_ADDRESS = re.compile(r"://|[?&=]|www\.|\+")
_TOKEN_ENDS = frozenset(" \t\r\n\"'<>")
_LONGEST_TOKEN = 200
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
_VOWELS = frozenset("aeiouy")
_BROKEN = re.compile(
    rf"(?<![\w'’-])(?P<left>[{_L}]{{2,}})(?P<end>[ \t]*\r?\n[ \t>]*)(?=(?P<right>[{_L}]{{2,}})(?![\w'’]))"
)
_TITLED = re.compile(
    rf"(?<![\w.])(?:{_CIVILITY}|[Nn][ée]e?|NEE?|(?:[Nn]om|[Pp]r[ée]nom|[Pp]atiente?|[Rr]ésidente?)[ ]?:)\s{{1,3}}"
    rf"(?:[{_U}][\w.'’-]{{0,30}}[ ]){{0,2}}\Z"
)
_LITTLE = frozenset(
    "a ai au aux ce ces de des du dit elle en est et eu il la le les lui me ne ni on ou par pas sa se ses son sur te un "
    "une va vu vue y".split()
)
_COMMON_NAME = 5_000  # births: so many bear it that it is a name before it is a word («Claire»)
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
    rf"[-¬0-9@$\n ._*·{_MARKS}](?:(?<=[-¬])[ \t]*\r?\n|(?<=\n)[ \t>]*[{_L}]{{2}}|(?<=[{_MARKS}])|(?<=[0-9])[OolI]|(?<=[OolI][0-9])"
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
            if _is_escaped_prose(text, match):
                yield from _bytes(at, bytes.fromhex(said.replace("%", "")), 3)
        elif said.startswith("\\x"):
            yield from _bytes(at, bytes.fromhex(said.replace("\\x", "")), 4)
        elif said[0] == "&":
            yield from _entity(*match.span(), said[1:])
        elif said[0] == "\u00ad":
            yield *match.span(), ""
        else:
            codes = [int(code.strip("{}"), 16) for code in said.split("\\u")[1:]]
            pair = len(codes) == 2
            yield from _point(
                *match.span(), 0x10000 + ((codes[0] - 0xD800) << 10) + (codes[1] - 0xDC00) if pair else codes[0]
            )


def _is_escaped_prose(text: str, run: re.Match[str]) -> bool:
    """Tell whether percent escapes are prose: not «5%50», and not in an address, which `encoded` reads and hides whole."""
    start, end = run.span()
    if text[max(start - 1, 0) : start].isdigit() and chr(int(run[0][1:3], 16)).isalnum():
        return False
    while start > 0 and run.start() - start < _LONGEST_TOKEN and text[start - 1] not in _TOKEN_ENDS:
        start -= 1
    while end < len(text) and end - run.end() < _LONGEST_TOKEN and text[end] not in _TOKEN_ENDS:
        end += 1
    return _ADDRESS.search(text, start, end) is None


def _entity(start: int, end: int, said: str) -> Iterator[Edit]:
    """Yield the character that an HTML entity («eacute;», «#233;», «#xe9;») stands for."""
    if said[0] != "#":
        if said in html5:
            yield start, end, html5[said]
    elif said[1] in "xX":
        yield from _point(start, end, int(said[2:-1], 16))
    else:
        yield from _point(start, end, int(said[1:-1]))


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
    """Digits for letters in a name that a title or a label announces or that has the form of one, wherever it is."""
    announced = {w for match in _LEET_NAME.finditer(text) for w in _LEET_WORD.findall(match["names"]) if _is_leet(w)}
    plain: dict[str, str] = {}
    for match in _LEET_WORD.finditer(text):
        word = match[0]
        if word not in plain:
            plain[word] = _unleeted(word) if word in announced or _looks_like_a_name(word) else word
        for at, (char, letter) in enumerate(zip(word, plain[word], strict=True), match.start()):
            if char != letter:
                yield at, at + 1, letter


def _is_leet(word: str) -> bool:
    """Whether a sign stands between letters that are all capitals, or all small after the first: not «HbA1c»."""
    letters = "".join(c for c in word if c.isalpha())
    even = letters[1:].islower() or (letters.isupper() and len(word) >= 5)
    return even and len(letters) * 2 >= len(word) and _SIGNED.search(word) is not None


def _looks_like_a_name(word: str) -> bool:
    """Whether a leet word may be a name without being announced: capitalised and long, or a name that is known.

    All in capitals it may be a gene («CYP3A4»): it must be a known name, and no other word.
    """
    if len(word) < 4 or "@" in word or not _is_leet(word):
        return False  # an address is none
    return (word[:1].isupper() and word[-1:].islower() and len(word) >= 5) or _is_known_name(fold(_unleeted(word)))


def _unleeted(word: str) -> str:
    """Return a word with letters for the signs between its letters; the number of characters stays."""
    out = list(word)
    for signs in _SIGNED.finditer(word):
        for at in range(*signs.span()):
            letter = _LEET_LETTERS.get(word[at]) or ("l" if fold(out[at - 1]) in _VOWELS else "i")
            out[at] = letter.upper() if word.isupper() else letter
    return "".join(out)


def _is_known_name(folded: str) -> bool:
    return (folded in first_names() or folded in surnames()) and folded not in common_words()


def _is_known(folded: str) -> bool:
    known = (common_words(), first_names(), surnames(), drugs(), clinical_terms())
    return any(folded in words for words in known) or commune(folded) is not None


def _broken(text: str) -> Iterator[Edit]:
    """A word cut at a line's end without a hyphen, of which the whole may be a name and the halves are hardly words.

    Two lines of a list are two words: what is all in capitals is joined only into a name that is known.
    """
    for match in _BROKEN.finditer(text):
        left, right = match["left"], match["right"]
        if not ((right.islower() and left[1:].islower()) or (left.isupper() and right.isupper())):
            continue
        titled = left[0].isupper() and _TITLED.search(text, max(match.start() - 60, 0), match.start()) is not None
        if _joins(fold(left), fold(right), titled, names_alone=not (left[0].isupper() and right.islower())):
            yield match.start("end"), match.end("end"), ""


def _joins(left: str, right: str, titled: bool, *, names_alone: bool) -> bool:
    """Tell whether two folded halves are one word; `titled`: a title, a label or a first name stands before them."""
    whole, says = left + right, right in common_words()
    # «Jean / ne dort pas», «Marie / dort»
    apart = right in _LITTLE or (says and first_names().get(left, 0) >= _COMMON_NAME)
    if _is_known_name(whole) or first_names().get(whole, 0) >= _COMMON_NAME or (titled and whole in surnames()):
        return not apart
    if names_alone:
        return False
    if titled:
        return not says or (_is_known(whole) and not _is_known(left))
    return not _is_known(left) and not _is_known(right)


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


_UNDOERS: tuple[Callable[[str], Iterable[Edit]], ...] = (_letters, _hyphens, _broken, _apart, _leet, _numbers, _dots)
