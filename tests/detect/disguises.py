"""Invented sentences and the disguises that they are put in: (text, spans to hide) → (text, spans to hide)."""

import base64
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import quote

Marked = tuple[str, list[tuple[int, int]]]

# ⟦…⟧ identifies somebody; every number fails or passes its checksum as real ones do, none is attributed
SENTENCES = (
    "Mme ⟦Solveig Kermorvan⟧, née le ⟦14/02/1948⟧, est tombée hier soir dans la salle de bain.",
    "M. ⟦Lefebvre⟧ est joignable au ⟦06 39 98 12 34⟧ avant midi ; il prend du furosémide.",
    "Le Dr ⟦Armel Goasdoué⟧ (⟦armel.goasdoue@exemple.fr⟧) demande une échographie cardiaque.",
    "Madame ⟦Durand⟧, NIR ⟦2 48 02 29 123 456 12⟧, sort demain avec une ordonnance.",
    "Patient : ⟦Delmas⟧, vu aux urgences pour une douleur thoracique.",
    "Appeler la fille de Mme ⟦Berthelot⟧ au ⟦02 61 91 44 20⟧ pour organiser le retour.",
    "Monsieur ⟦Aurélien Calvarin⟧ né le ⟦03/11/1952⟧ : toux grasse, apyrétique.",
    "Compte rendu adressé à ⟦helene.morvan@exemple.fr⟧ par le Dr ⟦Morvan⟧.",
    "Mme ⟦Moreau⟧ et M. ⟦Bonnard⟧ refusent la prise de sang ce matin.",
    "Prévenir le fils, M. ⟦Olivier Tanguy⟧, tél. ⟦06 39 98 55 10⟧, en cas de chute.",
    "Nom : ⟦Sarrazin⟧, prénom : ⟦Élodie⟧, date de naissance : ⟦27/06/1961⟧.",
    "Bonjour, que faire pour Mme ⟦Cadiou⟧ qui dort mal depuis dix jours ?",
    "Mme Quéméner dort mal. Hier, ⟦Quéméner⟧ a refusé son repas et sa toilette.",
    "⟦Christophe Bonnard⟧ habite ⟦12 rue des Korrigans⟧, ⟦29000⟧ ⟦Quimper⟧.",
    "Vu avec ⟦Bernadette⟧ ce matin : pansement refait, ⟦Bernadette⟧ dort bien.",
)


def parse(marked: str) -> Marked:
    """Return the sentence without its marks, and the spans that they held."""
    text, spans, at = "", [], 0
    for match in re.finditer("⟦([^⟧]+)⟧", marked):
        text += marked[at : match.start()]
        spans.append((len(text), len(text) + len(match[1])))
        text, at = text + match[1], match.end()
    return text + marked[at:], spans


def _spelled(each: Callable[[str, int, str], str], *, inside: bool = True) -> Callable[[Marked], Marked]:
    """Return the disguise that writes each character anew: `each` gets the span, the place in it, the character."""

    def mutate(marked: Marked) -> Marked:
        text, spans = marked
        out, moved, at = "", [], 0
        for start, end in [*spans, (len(text), len(text))]:
            gap = text[at:start]
            out += gap if inside else "".join(each(gap, i, c) for i, c in enumerate(gap))
            span = text[start:end]
            new = "".join(each(span, i, c) for i, c in enumerate(span))
            if span:
                moved.append((len(out), len(out) + len(new)))
            out, at = out + new, end
        return out, moved

    return mutate


def _coded(code: Callable[[str], str]) -> Callable[[Marked], Marked]:
    """Return the disguise that encodes the sentence whole: one run that must go."""
    return lambda marked: (f"Voici : {code(marked[0])} merci", [(8, 8 + len(code(marked[0])))])


def _table(plain: str, disguised: str) -> dict[str, str]:
    return dict(zip(plain, disguised, strict=True))


CYRILLIC = _table("ABCEHKMOPTXaceopxyis", "АВСЕНКМОРТХасеорхуіѕ")
GREEK = _table("ABEZHIKMNOPTYXoviu", "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονιυ")
_SMALL = _table("abcdeghijklmnoprtuvwz", "ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡᴢ")
_LEET = _table("aeios", "43105")


def _script(table: dict[str, str], most: int) -> Callable[[Marked], Marked]:
    def each(span: str, at: int, char: str) -> str:
        fits = [i for i, c in enumerate(span) if c in table][:most]
        return table[char] if at in fits else char

    return _spelled(each)


def _letter(of: Callable[[str], str]) -> Callable[[str, int, str], str]:
    return lambda _, __, char: of(char)


def _name(span: str) -> bool:
    return not re.search(r"[\d@]", span)


def _math(base: int) -> Callable[[str], str]:
    def of(char: str) -> str:
        if "A" <= char <= "Z":
            return chr(base + ord(char) - 65)
        return chr(base + 26 + ord(char) - 97) if "a" <= char <= "z" else char

    return of


def _circled(char: str) -> str:
    if "A" <= char <= "Z":
        return chr(0x24B6 + ord(char) - 65)
    return chr(0x24D0 + ord(char) - 97) if "a" <= char <= "z" else char


def _bare(char: str) -> str:
    return unicodedata.normalize("NFD", char)[0]


def _leet(span: str, at: int, char: str) -> str:
    return _LEET.get(char, char) if _name(span) and at else char


def _cut(sign: str) -> Callable[[Marked], Marked]:
    def each(span: str, at: int, char: str) -> str:
        last = span.split()[-1]
        return sign + char if _name(span) and at == len(span) - len(last) // 2 else char

    return _spelled(each)


def _apart(sign: str, *, upper: bool) -> Callable[[Marked], Marked]:
    def each(span: str, at: int, char: str) -> str:
        if not _name(span):
            return char
        char = char.upper() if upper else char
        if char == " ":
            return "  "
        return char + (sign if at + 1 < len(span) and span[at + 1] != " " else "")

    return _spelled(each)


def _digits_apart(sign: str) -> Callable[[Marked], Marked]:
    def each(span: str, _: int, char: str) -> str:
        return sign if char == " " and re.fullmatch(r"[\d ]+", span) else char

    return _spelled(each)


DISGUISES: dict[str, Callable[[Marked], Marked]] = {
    "plain": lambda marked: marked,
    "one cyrillic letter": _script(CYRILLIC, 1),
    "cyrillic letters": _script(CYRILLIC, 99),
    "one greek letter": _script(GREEK, 1),
    "one late cyrillic letter": _spelled(lambda s, i, c: CYRILLIC.get(c, c) if i > 1 else c),
    "small capitals": _spelled(_letter(lambda c: _SMALL.get(c, c))),
    "zero width": _spelled(_letter(lambda c: f"{c}\u200b")),
    "no-break spaces": _spelled(_letter(lambda c: "\u00a0" if c == " " else c), inside=False),
    "full width": _spelled(_letter(lambda c: chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c)),
    "full-width digits": _spelled(_letter(lambda c: chr(ord(c) + 0xFEE0) if c.isdigit() else c)),
    "arabic digits": _spelled(_letter(lambda c: chr(0x660 + int(c)) if "0" <= c <= "9" else c)),
    "soft hyphens": _spelled(lambda s, i, c: f"{c}\u00ad" if _name(s) and i % 2 else c),
    "decomposed": _spelled(_letter(lambda c: unicodedata.normalize("NFD", c)), inside=False),
    "bidi": _spelled(lambda s, i, c: f"\u202e{c}" if not i else f"{c}\u202c" if i == len(s) - 1 else c),
    "mathematical bold": _spelled(_letter(_math(0x1D400))),
    "mathematical sans": _spelled(_letter(_math(0x1D5A0))),
    "circled": _spelled(_letter(_circled)),
    "html decimal": _spelled(_letter(lambda c: f"&#{ord(c)};")),
    "html hex": _spelled(_letter(lambda c: f"&#x{ord(c):x};")),
    "percent": _spelled(_letter(lambda c: "".join(f"%{b:02X}" for b in c.encode()))),
    "percent of accents": _spelled(_letter(lambda c: quote(c, safe="@/ "))),
    "u escapes": _spelled(_letter(lambda c: f"\\u{ord(c):04x}")),
    "u escapes of accents": _spelled(_letter(lambda c: c if c.isascii() else f"\\u{ord(c):04x}"), inside=False),
    "x escapes": _spelled(_letter(lambda c: "".join(f"\\x{b:02x}" for b in c.encode()))),
    "base64": _coded(lambda s: base64.b64encode(s.encode()).decode()),
    "hex": _coded(lambda s: s.encode().hex()),
    "leet": _spelled(_leet),
    "spaced capitals": _apart(" ", upper=True),
    "dotted letters": _apart(".", upper=False),
    "hyphenated at a line's end": _cut("-\n"),
    "cut by a line": _cut("\n"),
    "cut by a hyphen mark": _cut("\u2010\n"),
    "upper case": _spelled(_letter(str.upper), inside=False),
    "lower case": _spelled(_letter(str.lower)),
    "no accents": _spelled(_letter(_bare), inside=False),
    "digits with dots": _digits_apart("."),
    "digits with hyphens": _digits_apart("-"),
    "digits with slashes": _digits_apart("/"),
    "digits with underscores": _digits_apart("_"),
    "digits with middle dots": _digits_apart("·"),
    "digits with bullets": _digits_apart(" • "),
    "letters for digits": _spelled(lambda s, _, c: {"0": "O", "1": "l"}.get(c, c) if s[0] in "01" else c),
    "all cyrillic": _spelled(_letter(lambda c: CYRILLIC.get(c, c)), inside=False),
    "all greek": _spelled(_letter(lambda c: GREEK.get(c, c)), inside=False),
    "all html": _spelled(_letter(lambda c: f"&#{ord(c)};"), inside=False),
    "all u escapes": _spelled(_letter(lambda c: f"\\u{ord(c):04x}"), inside=False),
    "all percent of accents": _spelled(_letter(lambda c: quote(c, safe="@/ :;,.()")), inside=False),
    "all circled": _spelled(_letter(_circled), inside=False),
    "all mathematical": _spelled(_letter(_math(0x1D5A0)), inside=False),
    "all zero width": _spelled(_letter(lambda c: f"{c}\u200b"), inside=False),
}
