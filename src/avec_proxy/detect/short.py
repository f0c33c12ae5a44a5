"""Short things that the name model takes for somebody's: figures of a series, abbreviations, a letter, an age.

One to three characters say little by themselves. What stands beside them says whether they are a room or a session,
initials or a shift: «séance 6», «28 résidents», «AS de nuit», «bras G».
"""

import re

from avec_proxy import lexicons
from avec_proxy.hints import spelled
from avec_proxy.lexicons import fold

_REACH = 25
_FIGURE = re.compile(r"\d{1,3}(?:e|[èe]me|er|[èe]re)?")
_SERIES_BEFORE = re.compile(
    r"(?i)(?<!\w)(?:s[ée]ances?|stades?|grades?|[ée]tapes?|niveaux?|paliers?|phases?|unit[ée]s?|secteurs?|[ée]tages?|ateliers?|"
    r"groupes?|tourn[ée]es?|cures?|cycles?|lignes?|tri|classes?|types?|scores?|items?|questions?|crit[èe]res?|pages?|versions?|protocoles?|"
    r"fiches?|annexes?|tableaux?|figures?|cas|jours?|semaines?|mois|doses?|rangs?|[ée]quipes?|colonnes?|plateaux?|lots?|points?|parties?|"
    r"axes?|objectifs?|volets?|modules?|chapitres?|articles?|exercices?|mouvements?|options?|temps|tours?|dossiers?|exemples?|vignettes?)"
    r"[ ](?:n°[ ]?)?$"
)
# things that are counted stand behind their number: «80 lits», «28 résidents»
_COUNTED = re.compile(r"[ ]([a-zà-ÿœ]{3,}[sx])(?![\w'’-])")
_NOT_COUNTED = frozenset(
    "dans sans mais puis tres alors depuis apres toujours jamais vers hors plus pas sous suis refus acces".split()
)
_PLACE_BEFORE = re.compile(
    r"(?i)(?<!\w)(?:la|le|du|au|celle|celui|ch|chb|chambre|lit|box|studio|porte|en)\.?[ ](?:n°[ ]?)?$"
)
# beside them capitals are initials, whatever else they may mean: «patient AS», «la maman de BB»
_PERSON_BEFORE = re.compile(
    r"(?i)(?<!\w)(?:m|mm|mr|mme|mlle|melle|dr|pr|me|madame|monsieur|docteure?|patiente?|r[ée]sidente?|usag[èe]re?|jeune|enfant|petite?|"
    r"b[ée]b[ée]|dame|fils|fille|m[èe]re|p[èe]re|maman|papa|[ée]poux|[ée]pouse|mari|femme|fr[èe]re|s(?:œ|oe)ur|amie?|initiales|n[ée]e?|veuve|de|d|par|chez)"
    r"[.'’]?[ :]{1,2}$"
)
# a signature stands alone at the end of what it signs
_SIGNED_BEFORE, _SIGNED_AFTER = (
    re.compile(r"(?:^|[.\n;:!]|[-–—])[ ]{0,2}$"),
    re.compile(r"[ ]{0,2}(?:$|\n|[.,]?[ ]?le\b|\d)"),
)
_CAPITAL = re.compile(r"[A-ZÀ-ÖØ-Þ]")
_KIN = frozenset(
    "mari femme epoux epouse mere pere fils fille frere soeur neveu niece oncle tante cousin cousine ami amie voisin voisine papa maman".split()
)
_GOES_ON = re.compile(r"[ ][a-zà-ÿœ]|[ ]?[,:]")
_FEASTS = ("noel", "noël", "paques", "pâques")
_FEAST_BEFORE = re.compile(
    r"(?i)(?<!\w)(?:(?:repas|go[ûu]ters?|f[êe]tes?|sapins?|march[ée]s?|cadeaux?|vacances|arbres?|soir[ée]e|r[ée]veillons?|veille|jour|menus?|"
    r"chants?|p[ée]riode|week-?end|lundi) de|avant|apr[èe]s|depuis|pour|vers|joyeux|[àa])[ ]$"
)
_FLOOR = re.compile(r"[ ](?:étages?|niveaux?|rangs?|jours?|fois|trimestres?|semestres?)(?!\w)")
_ARTICLE = re.compile(r"^(?:l['’]|(?:le|la|les) )")
_SPECIES = re.compile(r"\.[ ]([a-z]{4,})(?!\w)")
_ACRONYM = re.compile(r"[A-ZÀ-ÖØ-Þ]{3,4}")
_WORD = re.compile(r"[^\W\d_]{4,}")
_ANY_WORD = re.compile(r"[^\W\d_]+")
_GIVEN = re.compile(
    r"(?i)\d+(?:[.,]\d+)?[ ]?(?:unit[ée]s?|ui|mg|µg|mcg|g|ml|gouttes?|cp|comprim[ée]s?|g[ée]lules?|ampoules?|sachets?|bouff[ée]es?|"
    r"doses?|patchs?|flacons?|culots?|litres?)(?!\w)"
)
_ACT_ON = re.compile(
    r"(?:[Cc]hirurgie|[ÉéEe]chographie|[Rr]adio(?:graphie)?|[Ss]canner|IRM|TDM|[Pp]onction|[Ii]nfiltration|[Pp]rothèse|[Aa]rthroscopie|"
    r"[Ff]racture|[Kk]inésithérapie|[Rr]ééducation|[Bb]iopsie) (?:du |de la |de l['’]|de |des |d['’])[a-zà-ÿœ]+"
)
# right and left eye, limbs, fossae
_SIDES = frozenset("OD OG ODG MSD MSG MID MIG FID FIG FCD FCG HCD HCG".split())
_OTHER_SIDE = re.compile(r"(?<!\w)[DG][ ]?(?:[<>=/+-]{1,2}|et|ou|puis)[ ]?$")
# what an answer turns on, often in capitals because of that; somebody who bears such a name has a title before it
_MEANING = frozenset(
    """
    gauche gauches droit droite droits droites bilateral bilaterale bilateraux bilaterales
    pas non sans aucun aucune jamais ni negatif negative positif positive absence absent absente contre-indique interdit
    """.split()
)
_OLD = 90


def counts(text: str, start: int, end: int) -> bool:
    """Return whether the figure `text[start:end]` tells how many there are, or which of a series, and no room."""
    if not _FIGURE.fullmatch(text, start, end):
        return False
    before = text[max(0, start - _REACH) : start]
    if _SERIES_BEFORE.search(before) or _FLOOR.match(text, end):
        return True
    behind = _COUNTED.match(text, end)
    if behind is None or _PLACE_BEFORE.search(before):
        return False
    word = fold(behind[1])
    return word in lexicons.common_words() and word not in _NOT_COUNTED


def figure(text: str, start: int, end: int) -> bool:
    """Return whether `text[start:end]` is a number of at most three digits and nothing else."""
    return _FIGURE.fullmatch(text, start, end) is not None


def young(surface: str) -> bool:
    """Return whether a text that is taken for an age of ninety or more says a lower number, in figures or words.

    Its placeholder would say «90 ans ou plus» of somebody younger.
    """
    numbers = [int(n) for n in re.findall(r"\d{1,3}", surface)] or [spelled(fold(surface))]
    return 0 < max(numbers) < _OLD


def dose(surface: str) -> bool:
    """Return whether a place begins with what is given of a drug: «48 unités de»."""
    return _GIVEN.match(surface) is not None


def clinical(surface: str) -> bool:
    """Return whether a name in capitals is a side or a negation («fémur GAUCHE», «PAS»), and no first name stands in it."""
    words = [fold(word) for word in _ANY_WORD.findall(surface)]
    said = _MEANING.intersection(words)
    return bool(said) and not any(w in lexicons.first_names() for w in words if w not in _MEANING)


def sided(text: str, start: int, end: int) -> bool:
    """Return whether `text[start:end]` abbreviates a side («OD», «MSG»), and is not announced as somebody's initials."""
    return text[start:end] in _SIDES and not _PERSON_BEFORE.search(text[max(0, start - _REACH) : start])


def examined(surface: str) -> bool:
    """Return whether a place is an act on a part of the body: «Chirurgie du genou»."""
    return _ACT_ON.fullmatch(surface) is not None


def side(surface: str) -> bool:
    """Return whether a place is nothing but a side or a negation: «DROITE»; «Rive Gauche» may be a clinic."""
    words = [fold(word) for word in _ANY_WORD.findall(surface)]
    return bool(words) and _MEANING.issuperset(words)


def means_something_else(text: str, start: int, end: int) -> bool:
    """Return whether what is taken for initials, without a stop, is rather an abbreviation, a side, a group or a shift.

    An abbreviation is believed to be initials beside a word for a person, or where a signature stands; a single
    capital beside a word for a person alone.
    """
    surface = text[start:end]
    before = text[max(0, start - _REACH) : start]
    if (surface in ("D", "G") and _OTHER_SIDE.search(before)) or sided(text, start, end):
        return True
    if text[end : end + 1] == ".":
        return _species(text, end)
    if _CAPITAL.fullmatch(surface):
        return not _PERSON_BEFORE.search(before)
    if any(word.islower() for word in _WORD.findall(surface)):
        return True  # «rappel dT»
    if not surface.isupper() or fold(surface) not in lexicons.abbreviations():
        return False
    signed = _SIGNED_BEFORE.search(before) and _SIGNED_AFTER.match(text, end)
    return not (signed or _PERSON_BEFORE.search(before))


def _species(text: str, end: int) -> bool:
    """Return whether a letter and its stop are a germ's: the word behind is no French word (a «coli» is one)."""
    behind = _SPECIES.match(text, end)
    return behind is not None and (behind[1] == "coli" or behind[1] not in lexicons.common_words())


def territory(surface: str) -> bool:
    """Return whether a place is a country, a region or a département, its article aside: «le Gers», «l'Aveyron»."""
    return _ARTICLE.sub("", fold(surface)) in lexicons.territories()


def acronym(text: str, start: int, end: int) -> bool:
    """Return whether a name is rather a word of three or four capitals: no lexicon of names has it, nobody is announced."""
    surface = text[start:end]
    if not _ACRONYM.fullmatch(surface) or text[end : end + 1] == ".":
        return False
    folded = fold(surface)
    if folded in lexicons.first_names() or folded in lexicons.surnames():
        return False
    return not _PERSON_BEFORE.search(text[max(0, start - _REACH) : start])


def relative(text: str, start: int, end: int) -> bool:
    """Return whether a name is rather a word of kinship at the head of its sentence: «Neveu et tuteur», «Mari prévenu»."""
    return fold(text[start:end]) in _KIN and _GOES_ON.match(text, end) is not None


def feast(text: str, start: int, end: int) -> bool:
    """Return whether «noel» in small letters is the feast: a meal, a market or a date stands before it."""
    return text[start:end] in _FEASTS and _FEAST_BEFORE.search(text[max(0, start - _REACH) : start]) is not None
