"""Is a request explicit? Gentle hints about what it does not say.

HAS, guide A.V.E.C. (2025), 2.3: say the context of use, the objective, the rules to follow, the sources and
documents to use. A hint is given only for the first request of a conversation, and only where an answer is to be
produced or a decision prepared; never for small talk, short edits or general questions.
"""

import re
from collections.abc import Sequence

from avec_proxy.coach import zones
from avec_proxy.coach.rules import ContextRule
from avec_proxy.coach.words import asks
from avec_proxy.model import Warning_
from avec_proxy.scan import Scan, reading

CODES = ("context.objective", "context.audience", "context.rules", "context.sources")
MIN_WORDS = 12
# A text of so many words in which nothing is asked is pasted without a request.
PASTED_WORDS = 40
_SUPPLIED_WORDS = 8
MAX_LENGTH = 20_000

_WORD = re.compile(r"\w+")
_FOLLOW_UP = Scan(
    r"^\W*(?:oui|non|ok|d['’]accord|encore|continue[rz]?|recommence[rz]?|plus (?:court|long|simple|détaillé)e?|la suite"
    r"|refais|et (?:pour|si|avec)|autre chose|yes|no|shorter|go on)\b",
    re.IGNORECASE,
)
_EDIT = Scan(
    r"\b(?:tradui(?:s|sez|re|t)|corrige[rz]?|reformule[rz]?|relis|relisez|relire|réécri(?:s|vez|re)|paraphrase[rz]?"
    r"|translate|proofread|rephrase|correct)\b"
    r"|\b(?:re)?(?:met(?:s|t|tez|tre)?|mise)[- ](?:moi |nous |(?:ça|ca|ce|cette|ces|les?|la) |\w{1,15} ){0,4}?"
    r"(?:au propre|en forme|en (?:bon )?fran[cç]ais)\b",
    re.IGNORECASE,
)
_CODE = Scan(
    r"```|\b(?:python|javascript|sql|regex|excel|vba|macro|script|api|xml|hl7|fhir|html|windows|linux|bash)\b"
    r"|\b(?:syntaxe|message adt|fichiers?|formule (?:de calcul|excel))\b|\bMSH\|",
    re.IGNORECASE,
)
_ARITHMETIC = re.compile(r"^\W*(?:combien font|calcule[rz]?|convertis)?[\s\d+*/x×÷=().,%^-]+\??\W*$", re.IGNORECASE)
# An examination question with its propositions: general knowledge.
_QUIZ = Scan(
    r"\b(?:propositions?|réponses?|affirmations?|items?) (?:\w{1,12} ){0,3}(?:exactes?|justes?|fausses?|vraies?"
    r"|inexactes?|suivante?s?|correctes?)|\bparmi (?:les|ces)\b|\n\s{0,3}[aA][).] [^\n]{1,400}\n\s{0,3}[bB][).] ",
    re.IGNORECASE,
)
_GENERATES = Scan(
    r"\b(?:rédige[rz]?|écri(?:s|re|vez)|génère[rz]?|générer|propose[rz]?|synthétise[rz]?|synthétiser|résume[rz]?|résumer"
    r"|compare[rz]?|établi(?:s|r|ssez)|fai(?:s|re|tes)|prépare[rz]?|explique[rz]?|cré(?:e|er|ez)|conçois|concevoir"
    r"|élabore[rz]?|analyse[rz]?|regroupe[rz]?|class(?:e|er|ez)|tri(?:e|er|ez)|vérifie[rz]?|extrai(?:s|re|yez)"
    r"|liste[rz]?|transforme[rz]?|adapte[rz]?|code[rz]?|répond(?:s|re|ez)|décri(?:s|re|vez)|évalue[rz]?|organise[rz]?"
    r"|planifie[rz]?|construi(?:s|re|sez)|dresse[rz]?|donne[rz]?|imagine[rz]?|rédui(?:s|re|sez)"
    r"|aide[rz]?|développe[rz]?|présente[rz]?|structure[rz]?|simplifie[rz]?|vulgarise[rz]?|complète[rz]?|sors|sortir"
    r"|write|draft|summari[sz]e|compare|generate|explain|prepare|propose|list|make|create|design|analy[sz]e)\b"
    r"|\bil (?:me|nous) faut\b",
    re.IGNORECASE,
)
_DECISION = Scan(
    r"\b(?:faut[- ]il|dois[- ]je|doit[- ]on|devons[- ]nous|puis[- ]je|peut[- ]on|que faire|quoi faire|conduite à tenir"
    r"|conduite a tenir|(?-i:CAT)|que (?:dois[- ]je )?(?:répondre|dire|proposer|prescrire)"
    r"|selon (?:toi|vous)|à ton avis"
    r"|comment (?:annoncer|aborder|travailler|adapter|gérer|prendre|réagir|répondre|vérifier|surveiller|accompagner"
    r"|organiser|traiter|je|on|puis)|quel(?:le)? (?:diagnostic|traitement|prise en charge|posologie|dose|attitude"
    r"|stratégie|bilan|antibiotique)|quelle est la cause|qu['’]est[- ]ce qui explique|est[- ]ce (?:que|normal|grave)"
    r"|(?:possible|probable) (?:avec|sous|que)|should (?:i|we)|what would you)\b",
    re.IGNORECASE,
)
# Words that show a thing to be made although no verb says so: "trame de plan bleu", "progression sur 6 semaines".
_NOUN = Scan(
    r"(?:^|[:.!?\n,;]\s{0,3})(?:une? |des |le |la |les )?(?:trame|progression|planning|programme|plan|tableau|table"
    r"|comparatif|synthèse|résumé|fiche|protocole|modèle|affiche|quiz|liste|menu|projet|critères?|équivalences?)\b",
    re.IGNORECASE,
)


def warnings(text: str, *, first_turn: bool, rules: Sequence[ContextRule]) -> list[Warning_]:
    """Return the hints for a user's message, in the order objective, audience, rules, sources.

    `first_turn`: whether the message opens the conversation. Returns [] where hints would be out of place.
    """
    count = _count(text[:MAX_LENGTH])
    if not first_turn or len(text) > MAX_LENGTH or count < MIN_WORDS:
        return []
    with reading(text):
        if _QUIZ.search(text):
            return []
    own = zones.read(text).words(text)
    with reading(own):
        return _hints(own, count, rules)


def _hints(own: str, count: int, rules: Sequence[ContextRule]) -> list[Warning_]:
    requested = asks(own) or _NOUN.search(own) is not None
    if not requested:
        if count < PASTED_WORDS:
            return []
        own = ""
    elif not _calls_for_hints(own):
        return []
    supplied = count - _count(own) >= _SUPPLIED_WORDS
    ordered = sorted(rules, key=lambda rule: CODES.index(rule.code))
    return [Warning_(rule.code, rule.message) for rule in ordered if _missing(rule, own, supplied)]


def _count(text: str) -> int:
    return len(_WORD.findall(text))


def _calls_for_hints(own: str) -> bool:
    if any(pattern.search(own) for pattern in (_FOLLOW_UP, _EDIT, _CODE, _ARITHMETIC)):
        return False
    return any(pattern.search(own) for pattern in (_GENERATES, _DECISION, _NOUN))


def _missing(rule: ContextRule, own: str, supplied: bool) -> bool:
    if rule.supplied and supplied:
        return False
    if rule.exception is not None and rule.exception.search(own):
        return False
    return rule.cue.search(own) is None
