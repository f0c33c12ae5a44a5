"""People by position: titles, birth names, kinship, roles, field labels, signatures, first names beside last names.

Each detector is a plain function on a view's text; `TITLES` explains the ids that its findings carry.
"""

import re
from collections.abc import Callable, Iterator

from avec_proxy import lexicons
from avec_proxy.detect import grammar
from avec_proxy.detect.grammar import CAPITALISED, LETTER, LOWER, LOWER_NAME, NAME, PARTICLE, TOKEN, UPPER
from avec_proxy.lexicons import fold
from avec_proxy.model import Finding
from avec_proxy.scan import Scan

TITLES: dict[str, str] = {
    "position.title": "nom après un titre (M., Mme, Dr…)",
    "position.birth_name": "nom de naissance ou d'usage",
    "position.kinship": "nom d'un proche",
    "position.carer": "nom d'un professionnel",
    "position.label": "nom après une étiquette (« Nom : », « Patient : »…)",
    "position.full_name": "prénom suivi d'un nom",
    "position.first_name": "prénom",
    "position.signature": "signature",
    "position.mail_sender": "nom près d'une adresse électronique",
}

_CAPITAL_TITLE = (
    r"(?:M\.|MM\.|Mr\.?|Mrs|Mme|Mmes|Mlle|Melle|Mlles|Madame|Monsieur|Mademoiselle|Messieurs|Mesdames|Dr\.?|Drs|DR|MME|"
    r"MLLE|MR|Docteure?|Doct\.|Pr\.?|PR|Prof\.|Professeure?|Me|Maître|Sœur|Sr|Frère|Père|Abbé|Vve|Veuve|Feue?|[Ll]e jeune|"
    r"[Ll]a jeune|[Ll]e petit|[Ll]a petite)"
)
# nouns that announce a name only directly: «résident de l'EHPAD» names a house
_NOUN = r"(?:[Ee]nfant|[Bb]ébé|BB|[Pp]atiente?|[Rr]ésidente?|[Uu]sagère?|[Uu]sager)"
_TITLE = Scan(rf"(?<![{LETTER}.])(?:{_CAPITAL_TITLE})[ ]{{1,2}}(?P<id>{NAME})")
_NOUN_NAME = Scan(rf"(?<![{LETTER}.]){_NOUN}[ ](?P<id>{TOKEN}(?:[ ](?:{PARTICLE}[ ]?)?{TOKEN}){{0,3}})")
# «M Durand»: the abbreviation without its stop, before two letters or more
_BARE_M = Scan(
    rf"(?<![{LETTER}.'’-])M (?P<id>(?:{PARTICLE}[ ])?[{UPPER}][{LETTER}'-]{{2,}}(?:[ ]{CAPITALISED}){{0,2}})"
)
_PAIR = Scan(rf"(?<![{LETTER}])(?:M\.|Mr|Monsieur) et (?:Mme|Madame) (?P<id>{NAME})")
_LOWER_TITLE = Scan(
    rf"(?<![{LETTER}])(?:m\.|mr|mme|mlle|melle|madame|monsieur|mademoiselle|dr|docteur|professeur|maître|maitre)[ ]"
    rf"(?P<id>{LOWER_NAME})"
)
_BIRTH = Scan(
    rf"(?<![{LETTER}])(?:[Nn]ée?s?|NÉE?|NEE|[Éé]pouse|[Ee]pouse|ÉPOUSE|EPOUSE|[Éé]p\.|[Ee]p\.|[Vv]euve|VEUVE|[Vv]ve|"
    rf"[Dd]ivorcée?|alias|(?<!en )(?<!il )(?<!lle )(?<!qui )(?<!on )(?<!que )(?<!a )[Dd]ite?|[Nn]om d'usage|[Nn]om de naissance|[Nn]om marital|NOM DE NAISSANCE|NOM D'USAGE)(?![{LETTER}])"
    # «épouse de M. Luc Martin»: his title tells
    rf"[ ]?:?[ ]?(?:[«\"“][ ]?)?(?!(?:de|du)[ ]{_CAPITAL_TITLE}[ ])(?P<id>{NAME})"
)
_LOWER_BIRTH = Scan(rf"(?<![{LETTER}])(?:née|épouse|veuve) (?P<id>[{LOWER}][{LOWER}'-]+)(?![{LETTER}])")

_KIN = (
    r"(?:fils|filles?|mari|[ée]poux|femme|[ée]pouse|ex-mari|ex-femme|ex-conjointe?|m[èe]re|p[èe]re|maman|papa|belle-m[èe]re|beau-p[èe]re|"
    r"beau-fr[èe]re|belle-s(?:œ|oe)ur|fr[èe]res?|s(?:œ|oe)urs?|jum(?:eau|elle)|demi-frère|demi-s(?:œ|oe)ur|neveux?|ni[èe]ces?|cousine?s?|"
    r"voisine?s?|amie?s?|copain|copine|conjointe?|concubine?|compagne|compagnon|petit-fils|petite-fille|belle-fille|"
    r"gendre|bru|tante|oncle|tata|tonton|mamie|papi|papy|grand[- ]m[èe]re|grand[- ]p[èe]re|marraine|parrain|aidante?|tut(?:eur|rice)|"
    r"curat(?:eur|rice)|mandataire|nourrice|collègues?|enfants?|parents|personne de confiance|bébé|nouveau-né)"
)
_KINSHIP = Scan(
    rf"(?<![{LETTER}])(?:{_KIN}|FILS|FILLE|MARI|EPOUSE|ÉPOUSE|FEMME|MERE|MÈRE|PERE|PÈRE|SOEUR|FRERE|FRÈRE|NIECE|NIÈCE|NEVEU|VOISINE?)(?:[ ](?:aînée?|cadette?|unique|majeure?|mineure?|décédée?|référente?))?[ ]?(?:,|:|\(|dénommée?)?[ ]?"
    rf"(?:[«\"“][ ]?)?(?P<id>{NAME})"
)
_LOWER_KINSHIP = Scan(rf"(?<![{LETTER}]){_KIN} (?P<id>[{LOWER}][{LOWER}-]+(?: [{LOWER}][{LOWER}-]+)?)(?![{LETTER}])")
_OF = Scan(r"(?:de |d')(?=[^ ])")
_LIST_TAIL = Scan(rf"[ ]?(?:,|/|et|ou|&)[ ](?P<id>{TOKEN}(?:[ ]{TOKEN})?)(?![{LETTER}'-])")

_CARER = (
    r"(?:IDEC?|IDE|AS|ASH|AES|AMP|ASG|IBODE|IADE|IPA|[Ii]nfirmi(?:er|ère)s?|[Aa]ides?[- ]soignante?s?|[Ss]age-femme|"
    r"[Kk]iné(?:sithérapeute)?|[Oo]rthophoniste|[Pp]sychologue|[Pp]sychomotricien(?:ne)?|[Dd]iététicienne?|[Ee]rgo(?:thérapeute)?|"
    r"[Aa]ssistante? sociale?|AS sociale|[Éé]ducat(?:eur|rice)|[Ii]nternes?|[Ee]xternes?|[Ss]tagiaire|[Ss]ecrétaire|[Cc]adre|"
    r"[Aa]mbulanci(?:er|ère)|[Aa]uxiliaire de vie|[Vv]eilleuse?|[Rr]emplaçante?|[Ii]ntérimaire|[Rr]éférente?|[Mm]édecin traitant|"
    r"[Cc]hirurgien(?:ne)?|[Aa]nesthésiste|[Cc]ollègue|[Pp]rofesseure?|[Mm]aîtresse|[Ff]acteur|[Cc]oiffeuse|[Bb]énévole)"
)
_CARER_NAME = Scan(rf"(?<![{LETTER}]){_CARER}(?![{LETTER}])[ ]?(?:,|:|\()?[ ]?(?P<id>{NAME})")

_LABEL = (
    r"(?:noms?(?: et pr[ée]noms?| d'usage| de naissance| marital| du patient| du r[ée]sident)?|pr[ée]noms?|nom/pr[ée]nom|patiente?|"
    r"r[ée]sidente?|usager|b[ée]n[ée]ficiaire|assur[ée]e?|allocataire|[ée]l[èe]ve|enfant|m[èe]re|p[èe]re|parents?|conjointe?|"
    r"m[ée]decin(?: traitant| pr[ée]scripteur| r[ée]f[ée]rent)?|praticien|prescripteur|op[ée]rateur|chirurgien|anesth[ée]siste|"
    r"signataire|sign[ée]|r[ée]dig[ée]e? par|r[ée]dact(?:eur|rice)|dict[ée]e? par|valid[ée]e? par|saisie? par|relu par|adress[ée]e? par|suivie? par|"
    r"vue? par|lue? par|fait par|copie(?: à| a)?|cc|cci|de|à|a|from|to|destinataires?|exp[ée]diteur|contact|personne de confiance|"
    r"personne à pr[ée]venir|tut(?:eur|rice)|curat(?:eur|rice)|mandataire|repr[ée]sentant l[ée]gal|aidante?|ide|ide?c|as|"
    r"interne|r[ée]f[ée]rente?|intervenante?|correspondante?|t[ée]moin|salari[ée]e?|agent|candidate?|identit[ée]|titulaire)"
)
_LABELLED = Scan(
    rf"(?im)(?:(?<=^)|(?<=[\s;|,(\[«\"'–—>/]))(?P<label>{_LABEL})[ ]?(?:\([^)\n]{{1,20}}\))?[ ]?[:=][ ]?[\"«]?[ ]?(?=\S)"
)
_LABEL_VALUE = Scan(NAME)
_SOUSSIGNE = Scan(
    rf"(?:soussignée?|à l'attention de|à l'attention du|attn?\.?|chez|c/o)[ ]?:?[ ](?:{_CAPITAL_TITLE}[ ])?(?P<id>{NAME})"
)
_CALLED = Scan(
    rf"(?:(?i:pr[ée]nomm?[ée]?e?s?|se nomme|s'appelle|s'appelait|appelée?|nommée?|dénommée?|surnommée?|connue? sous le nom de|"
    rf"le nom de|de son nom|de son prénom))[ ]?:?[ ](?:[«\"“][ ]?)?(?P<id>{NAME})"
)
_ROLE_AFTER = Scan(
    rf"(?<![{LETTER}])(?P<id>{NAME})[ ]?(?:\(|,[ ]|[ ][-–][ ])(?:IDEC?|AS|ASH|AES|AMP|ASG|IBODE|IADE|IPA|infirmi(?:er|ère)|aide-soignante?|"
    rf"interne|externe|cadre|médecin|kiné\w*|psychologue|diététicien(?:ne)?|orthophoniste|assistante sociale|éducat(?:eur|rice)|secrétaire|"
    rf"veilleuse?|sa (?:fille|femme|sœur|mère|nièce|voisine)|son (?:fils|mari|frère|père|neveu|voisin)|fille|fils|épouse|époux|mari|nièce|neveu|"
    rf"sœur|frère|tutrice|tuteur|curatrice|curateur|intérim\w*)(?![{LETTER}])"
)
_CLOSING = Scan(
    r"(?im)^[ >]*(?:(?:bien )?(?:confraternelle|cordiale|amicale|respectueuse|sincère)?ment|cordialement|confraternellement|"
    r"amicalement|bien à (?:toi|vous)|salutations[^\n]{0,40}|respectueusement|bises|merci|signature|visa)[^\n]{0,30}\n"
)
_SIGNATURE_LINE = Scan(rf"(?m)^[ >–-]*(?P<id>{NAME})[ ]*(?:[,(–-][^\n]{{0,60}})?$")
_NAME_LINE = Scan(rf"(?m)^[ ]*(?P<id>{NAME})[ ]*$")
_MAIL_SENDER = Scan(rf"(?P<id>{NAME}|[{LOWER}]+\.[{LOWER}]+)[ ]?(?:<|\(|&lt;)[^\s<>()@]{{1,64}}@")
_FULL = Scan(
    rf"(?<![{LETTER}'-])(?P<first>{CAPITALISED})[ ](?P<last>(?:{PARTICLE}[ ]?)?{CAPITALISED}(?:[ ][{UPPER}]{{2,}}(?![{LOWER}]))?)(?![{LETTER}])"
)
_LOWER_WORD = Scan(rf"(?<![{LETTER}'-])[{LOWER}]{{4,}}(?:-[{LOWER}]{{3,}})?(?![{LETTER}'-])")
_INITIALS_LINE = Scan(rf"[.!?)»,]\n+[ ]*(?P<id>[{UPPER}]{{2,3}}|[{UPPER}]\.[ -]?[{UPPER}]\.)[ ]*(?=\n\s*>|\s*\Z|\n\n)")
_COUNTRIES = frozenset(
    ["france", "cuba", "italie", "israel", "chine", "algerie", "tunisie", "maroc"]
)  # some are first names too
_SINGLE = Scan(rf"(?<![{LETTER}'-])[{UPPER}][{LOWER}]+(?:-[{UPPER}][{LOWER}]+)?(?![{LETTER}'-])")


def _finding(start: int, end: int, entity: str, rule: str, score: float) -> Finding:
    return Finding(start, end, entity, f"position.{rule}", score)


def _names(pattern: Scan, text: str, rule: str, score: float) -> Iterator[Finding]:
    for match in pattern.finditer(text):
        span = _trim(text, match.start("id"), match.end("id"))
        if span:
            yield _finding(*span, "PERSON", rule, score)


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Trim a name; where everything around is in capitals, capitals tell nothing and words decide."""
    if text[start:end].isupper() and end - start > 3:
        around = [c for c in text[max(0, start - 60) : end + 60] if c.isalpha()]
        if sum(c.isupper() for c in around) > 0.9 * len(around) and len(around) > 60:
            return grammar.trim_lower(text, start, end)
    return grammar.trim(text, start, end)


def _lower_names(pattern: Scan, text: str, rule: str, score: float) -> Iterator[Finding]:
    for match in pattern.finditer(text):
        span = grammar.trim_lower(text, match.start("id"), match.end("id"))
        if span:
            yield _finding(*span, "PERSON", rule, score)


def titles(text: str) -> Iterator[Finding]:
    """Names after a civility, a professional title or «le jeune», with or without capitals."""
    for pattern in (_TITLE, _BARE_M, _PAIR):
        yield from _names(pattern, text, "title", 0.95)
    for match in _NOUN_NAME.finditer(text):
        span = _trim(text, match.start("id"), match.end("id"))
        if span and _may_be_person(text, *span):
            yield _finding(*span, "PERSON", "title", 0.87)
    yield from _lower_names(_LOWER_TITLE, text, "title", 0.9)


def birth_names(text: str) -> Iterator[Finding]:
    """Names after «née», «épouse», «veuve», «dit»."""
    yield from _names(_BIRTH, text, "birth_name", 0.95)
    for match in _LOWER_BIRTH.finditer(text):
        folded = fold(match["id"])
        if folded in lexicons.surnames() and folded not in grammar.LOWER_STOP and folded not in lexicons.common_words():
            yield _finding(*match.span("id"), "PERSON", "birth_name", 0.85)


def kinship(text: str) -> Iterator[Finding]:
    """Names after a word of kinship or neighbourhood, and the names listed after the first."""
    for match in _KINSHIP.finditer(text):
        # «mère de Ilyès»: the preposition is no particle
        link = _OF.match(text, match.start("id"))
        span = _trim(text, link.end() if link else match.start("id"), match.end("id"))
        if not span or not _may_be_person(text, *span):
            continue
        if link and _is_town(text[slice(*span)]):  # «le juge des enfants de Lyon»
            yield _finding(*span, "CITY", "town", 0.85)
            continue
        yield _finding(*span, "PERSON", "kinship", 0.9)
        yield from _list_tail(text, span[1], "kinship")
    for match in _LOWER_KINSHIP.finditer(text):
        start, end = match.span("id")
        first = re.match(r"[^ ]+", match["id"])
        if first and _is_first_name(first[0]) and fold(first[0]) not in lexicons.common_words():
            span = grammar.trim_lower(text, start, end)
            if span:
                yield _finding(*span, "PERSON", "kinship", 0.85)


def carers(text: str) -> Iterator[Finding]:
    """Names after a care or social role («l'infirmière, Sophie», «IDE : S. Lagarde»)."""
    for match in _CARER_NAME.finditer(text):
        span = grammar.trim(text, match.start("id"), match.end("id"))
        if span and _may_be_person(text, *span):
            yield _finding(*span, "PERSON", "carer", 0.85)
            yield from _list_tail(text, span[1], "carer")


def roles_after(text: str) -> Iterator[Finding]:
    """Names that a role or a kinship explains just after («Olive (IDE de nuit)», «Serge Vernet, neveu»)."""
    for match in _ROLE_AFTER.finditer(text):
        span = grammar.trim(text, match.start("id"), match.end("id"))
        if span and span[1] == match.end("id") and _may_be_person(text, *span, trusted=True):
            yield _finding(*span, "PERSON", "carer", 0.85)


def _list_tail(text: str, at: int, rule: str) -> Iterator[Finding]:
    """The other names of a list: «Sophie, Jessica et Béa»."""
    while match := _LIST_TAIL.match(text, at):
        span = grammar.trim(text, match.start("id"), match.end("id"))
        if not span or not _may_be_person(text, *span) or lexicons.commune(text[slice(*span)]):
            return
        yield _finding(*span, "PERSON", rule, 0.85)
        at = span[1]


def labels(text: str) -> Iterator[Finding]:
    """Names after a field's label and a colon, to the end of the name; several names in a row too."""
    for match in _LABELLED.finditer(text):
        at = match.end()
        label = fold(match["label"])
        value = _LABEL_VALUE.match(text, at)
        civility = re.match(rf"{_CAPITAL_TITLE}[ ]", text[at : at + 20])
        if civility:
            continue  # the title's own detector takes it
        if value is None:
            lower = re.compile(LOWER_NAME).match(text, at)
            if lower and label.startswith(("nom", "prenom", "patient")):
                span = grammar.trim_lower(text, *lower.span())
                if span:
                    yield _finding(*span, "PERSON", "label", 0.85)
            continue
        span = grammar.trim(text, *value.span())
        if not span:
            continue
        strong = label.startswith(("nom", "prenom", "signataire", "personne", "identite", "titulaire", "nom/prenom"))
        if strong or _may_be_person(text, *span):
            yield _finding(*span, "PERSON", "label", 0.9)
            yield from _list_tail(text, span[1], "label")
    yield from _names(_SOUSSIGNE, text, "label", 0.85)
    yield from _names(_CALLED, text, "label", 0.9)


def signatures(text: str) -> Iterator[Finding]:
    """A name alone on one of the three lines after a closing formula, or beside an e-mail address."""
    for closing in _CLOSING.finditer(text):
        window_end = closing.end()
        for _ in range(3):
            line_end = text.find("\n", window_end)
            line_end = len(text) if line_end < 0 else line_end
            match = _SIGNATURE_LINE.match(text, window_end, line_end)
            if match:
                span = grammar.trim(text, *match.span("id"))
                if span and _may_be_person(text, *span):
                    yield _finding(*span, "PERSON", "signature", 0.85)
            window_end = min(line_end + 1, len(text))
    for match in _NAME_LINE.finditer(text):
        words = match["id"].split()
        if 2 <= len(words) <= 4 and any(_is_first_name(w) for w in words):
            span = grammar.trim(text, *match.span("id"))
            if span and span[1] == match.end("id") and _may_be_person(text, *span):
                yield _finding(*span, "PERSON", "signature", 0.8)
    yield from _names(_MAIL_SENDER, text, "mail_sender", 0.9)
    for match in _MAIL_SENDER.finditer(text):
        if match["id"][0].islower():
            yield _finding(*match.span("id"), "PERSON", "mail_sender", 0.9)


def full_names(text: str) -> Iterator[Finding]:
    """«Élodie Marsac», «PELLOUX Ghislaine»: a known first name beside another capitalised word."""
    at = 0
    while match := _FULL.search(text, at):
        first, last = match["first"], match["last"]
        at = match.start() + len(first) + 1
        if not (grammar.is_name_word(first) and grammar.is_name_word(last)) or grammar.STAGE.fullmatch(last):
            continue
        span = match.span()
        if (_is_first_name(first, least=100) and _plain_surname(last, text, match.start("last"))) or (
            first.isupper()
            and len(first) > 2
            and _is_first_name(last, least=100)
            and last[1:2].islower()
            and not _word(first)
        ):
            yield _finding(*span, "PERSON", "full_name", 0.85)
            at = match.end()


def first_names(text: str) -> Iterator[Finding]:
    """A frequent first name alone, inside a sentence or a list, that is no common word and no eponym."""
    for match in _SINGLE.finditer(text):
        name = match[0]
        folded = fold(name)
        if (
            _is_first_name(name, least=1500)
            and folded not in lexicons.common_words()
            and folded not in lexicons.eponyms()
            and folded not in lexicons.drugs()
            and folded not in lexicons.clinical_terms()
            and lexicons.commune(folded) is None
            and folded not in _COUNTRIES
        ):
            yield _finding(*match.span(), "PERSON", "first_name", 0.7)


def dictated_names(text: str) -> Iterator[Finding]:
    """In a text without capitals (dictation, SMS), frequent first names that are no words."""
    capitals = sum(map(str.isupper, text))
    if capitals > len(text) * 0.006:  # most texts
        return
    letters = sum(map(str.isalpha, text))
    if letters < 60 or capitals > letters * 0.006:
        return
    for match in _LOWER_WORD.finditer(text):
        folded = match[0] if match[0].isascii() else fold(match[0])
        if (
            lexicons.first_names().get(folded, 0) >= 1000
            and folded not in lexicons.common_words()
            and folded not in lexicons.drugs()
            and folded not in lexicons.clinical_terms()
            and folded not in lexicons.eponyms()
        ):
            span = grammar.trim_lower(text, match.start(), min(match.end() + 30, len(text)))
            if span:
                yield _finding(*span, "PERSON", "first_name", 0.7)


def lone_initials(text: str) -> Iterator[Finding]:
    """Two or three capitals alone on a line at the end of a message: a signature."""
    for match in _INITIALS_LINE.finditer(text):
        if fold(match["id"]) not in lexicons.clinical_terms() and fold(match["id"]) not in lexicons.common_words():
            yield _finding(*match.span("id"), "INITIALS", "signature", 0.8)


def _is_first_name(word: str, least: int = 20) -> bool:
    folded = fold(word)
    names = lexicons.first_names()
    if names.get(folded, 0) >= least:
        return True
    return "-" in folded and all(names.get(part, 0) >= least for part in folded.split("-") if len(part) > 1)


def _is_town(name: str) -> bool:
    """Whether a name is a town's before it is a person's."""
    found = lexicons.commune(name)
    return found is not None and found.population >= 5000 and not _is_first_name(name)


def _word(name: str) -> bool:
    return fold(name) in lexicons.common_words()


def _plain_surname(last: str, text: str, at: int) -> bool:
    folded = fold(last.split()[-1])
    if folded in lexicons.eponyms() and re.search(
        r"(?:maladie|syndrome|signe|score|test) (?:de|d')?[^.\n]{0,20}$", text[max(0, at - 40) : at]
    ):
        return False
    return folded not in lexicons.drugs() or folded in lexicons.ambiguous_drugs()


def _may_be_person(text: str, start: int, end: int, *, trusted: bool = False) -> bool:
    """Whether a capitalised span after a weak anchor reads as a person: no drug, no term, no plain word."""
    words = [fold(w[0]) for w in grammar.WORD.finditer(text, start, end)]
    strong = [w for w in words if len(w) > 1]
    if not strong:
        return bool(words)
    if any(w in lexicons.drugs() and w not in lexicons.ambiguous_drugs() for w in strong):
        return False
    head = strong[0]
    if len(strong) == 1:
        known = head in lexicons.first_names() or head in lexicons.surnames()
        if head in lexicons.common_words() and not (known and (trusted or _inside_sentence(text, start))):
            return False
        return head not in lexicons.clinical_terms()
    return True


def _inside_sentence(text: str, start: int) -> bool:
    """Whether a capital at `start` is not owed to a sentence's beginning."""
    before = text[max(0, start - 3) : start].rstrip(" ")
    return bool(before) and before[-1] not in ".!?\n"


DETECTORS: tuple[Callable[[str], Iterator[Finding]], ...] = (
    titles,
    birth_names,
    kinship,
    carers,
    roles_after,
    labels,
    signatures,
    full_names,
    first_names,
    dictated_names,
    lone_initials,
)
