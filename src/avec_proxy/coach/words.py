"""How a person asks a machine for something, in French and in English: verbs, hedges, openers, machines' names.

Shared by the politeness and the context coaches. Only plain `re`; every repetition is bounded, so that no
hostile text makes a search slow.
"""

import re

from avec_proxy.scan import Scan, reading

# Verbs of writing: they produce or change a text. Rewriting a hedge into an order is allowed for these alone,
# never for acts of care ("donner", "prescrire", "arrêter").
_WRITING_ER = (
    "résumer rédiger reformuler corriger synthétiser simplifier structurer lister résumer formuler vulgariser "
    "paraphraser raccourcir:raccourcis:raccourcissez condenser compléter:complète:complétez relire:relis:relisez "
    "écrire:écris:écrivez traduire:traduis:traduisez réécrire:réécris:réécrivez récrire:récris:récrivez "
    "développer améliorer présenter expliquer énumérer:énumère:énumérez transcrire:transcris:transcrivez "
    "illustrer commenter détailler clarifier"
)
# Other requests for a text, a choice or an analysis.
_ASKING_ER = (
    "générer:génère:générez proposer comparer analyser préparer vérifier classer trier:trie:triez extraire:extrais:"
    "extrayez coder regrouper calculer évaluer élaborer concevoir:conçois:concevez créer:crée:créez adapter "
    "transformer convertir:convertis:convertissez décrire:décris:décrivez définir:définis:définissez établir:établis:"
    "établissez construire:construis:construisez réduire:réduis:réduisez répondre:réponds:répondez mettre:mets:mettez "
    "remettre:remets:remettez faire:fais:faites refaire:refais:refaites donner indiquer citer aider chercher "
    "rechercher trouver imaginer organiser planifier suggérer:suggère:suggérez identifier repérer:repère:repérez "
    "signaler recommander argumenter critiquer discuter sortir:sors:sortez dresser fournir:fournis:fournissez "
    "dire:dis:dites choisir:choisis:choisissez interpréter:interprète:interprétez orienter conseiller prioriser "
    "hiérarchiser anonymiser compiler recenser produire:produis:produisez bâtir:bâtis:bâtissez inventer raconter"
)


def _forms(table: str) -> tuple[list[str], list[str]]:
    """Return the infinitives and the imperatives that a table of `infinitive[:tu form:vous form]` words spells."""
    infinitives: list[str] = []
    imperatives: list[str] = []
    for entry in table.split():
        infinitive, *irregular = entry.split(":")
        infinitives.append(infinitive)
        imperatives += irregular or [infinitive[:-1], infinitive[:-1] + "z"]
    return infinitives, imperatives


def _any_of(words: list[str]) -> str:
    # Longest first, and accents optional: many people type without them.
    spelt = sorted(set(words), key=lambda word: (-len(word), word))
    joined = "|".join(re.escape(word) for word in spelt)
    for accented, bare in (("é", "e"), ("è", "e"), ("ê", "e"), ("ç", "c"), ("â", "a"), ("î", "i")):
        joined = joined.replace(accented, f"[{accented}{bare}]")
    return f"(?:{joined})"


_writing_infinitives, _writing_imperatives = _forms(_WRITING_ER)
_asking_infinitives, _asking_imperatives = _forms(_ASKING_ER)

WRITING_INFINITIVE = (
    rf"(?:{_any_of(_writing_infinitives)}|(?:re)?mettre en (?:forme|page|tableau|ordre)|(?:re)?mettre au propre"
    r"|(?:proposer|faire|préparer|établir|créer|générer|élaborer)(?= (?:une?|des|le|la|les|deux|trois|quatre"
    r"|cinq|\d{1,2}) (?:\w{1,15} ){0,2}(?:programme|plan|trame|titre|exemple|formulation|planning|questionnaire"
    r"|tableau|fiche|résumé|synthèse|texte|liste|mail|courriel|courrier|lettre|message|affiche|support|modèle|quiz"
    r"|sms|protocole)s?\b))"
)
WRITING_IMPERATIVE = _any_of(_writing_imperatives)
_INFINITIVE = _any_of(_writing_infinitives + _asking_infinitives)
_IMPERATIVE = _any_of(_writing_imperatives + _asking_imperatives)

ENGLISH_WRITING = (
    r"(?:summari[sz]e|write|rewrite|translate|rephrase|reword|paraphrase|correct|proofread|simplify|structure|list"
    r"|draft|explain|shorten|outline|format|describe|edit)"
)
_ENGLISH_ASKING = (
    rf"(?:{ENGLISH_WRITING}|make|give|create|generate|compare|suggest|propose|prepare|help|analy[sz]e|check|tell|show"
    r"|find|provide|extract|classify|design|build)"
)

# "Peux-tu", "pourriez-vous", "est-ce que tu pourrais": a request in the shape of a question.
HEDGE = (
    r"(?:(?:peux|pourrais|veux|voudrais)[- ]tu|(?:pouvez|pourriez|voulez|voudriez)[- ]vous"
    r"|est[- ]ce que (?:tu (?:peux|pourrais|veux bien)|vous (?:pouvez|pourriez|voulez bien))"
    r"|(?:tu|vous) (?:peux|pourrais|pouvez|pourriez)|(?:serait|est)[- ]il possible de"
    r"|(?:aurais[- ]tu|auriez[- ]vous) (?:l['’]amabilité|la gentillesse|l['’]obligeance) de"
    r"|(?:could|can|would|will) you|would you mind)"
)
SUBJUNCTIVE = {
    "fasses": "faire",
    "écrives": "écrire",
    "rédiges": "rédiger",
    "donnes": "donner",
    "expliques": "expliquer",
    "résumes": "résumer",
    "traduises": "traduire",
    "reformules": "reformuler",
    "corriges": "corriger",
    "synthétises": "synthétiser",
    "simplifies": "simplifier",
    "listes": "lister",
    "structures": "structurer",
}
WISH = r"(?:j['’]aimerais|je (?:voudrais|souhaiterais|souhaite|veux))(?: bien)?"

# What the user calls the machine. "collègue virtuel", "cher assistant", "ChatGPT", "l'IA".
_NAMES = (
    r"chat ?gpt|gpt(?:[- ]?\d\w{0,3})?|le chat|chat|claude|gemini|copilot|mistral|perplexity|grok|deepseek|llama|bard"
    r"|l['’]ia|ia|ai|robot|le robot|bot|assistante?|l['’]assistante?|machine"
    r"|(?:collègue|ami|amie|assistante?|secrétaire|copain|copine|pote) (?:virtuel(?:le)?|numérique|"
    r"artificiel(?:le)?|ia|robot)"
)
MACHINE = (
    rf"(?:(?:mon |ma |notre )?(?:très )?(?:chers? |chère |petite? |gentille? )?(?:(?:madame|monsieur) )?(?:{_NAMES}))"
)

# Words that open a request or a sentence. Only they may follow a formula without a comma, and only they get the
# capital that the formula took away: a drug or a name is never touched.
_FUNCTION_WORDS = (
    "ton|besoin|je|j|tu|il|elle|on|nous|vous|ils|elles|c|ce|cet|cette|ces|le|la|les|l|un|une|des|du|de|d|mon|ma|mes|notre|nos|"
    "votre|vos|quel|quelle|quels|quelles|que|qu|qui|quoi|comment|pourquoi|quand|combien|où|est|y|dans|pour|avec|sans|"
    "voici|voilà|chez|en|à|au|aux|sur|selon|si|suite|peut|peux|pourrais|pourriez|pouvez|faut|dois|doit|puis|existe|"
    "et|mais|i|we|can|could|would|what|how|why|which|when|is|are|the|a|an|my|this|these|here|in|for"
)
OPENER = rf"(?:(?:{_FUNCTION_WORDS}|{_INFINITIVE}|{_IMPERATIVE}|{_ENGLISH_ASKING})(?![\w]))"
OPENER_RE = re.compile(OPENER, re.IGNORECASE)
# After a greeting without a comma: "bonjour à tous", "bonjour les amis", "bonjour Marie" are not for the machine.
_REQUEST_WORDS = (
    "un|une|chez|je|j|tu|c|ce|est|y|quel|quelle|quels|quelles|qu|que|qui|quoi|comment|pourquoi|combien|où|voici|il|peux|pourrais|"
    "pourriez|pouvez|faut|dois|puis|existe|can|could|would|what|how|why|which|when|is|are|i"
)
# "hello planifie les absences": some verb and what it is to be done to, whoever the greeting forgot to set apart.
_ORDER = (
    r"(?-i:(?!tout|chère|madame)[a-zà-ÿ]{3,14}(?:e|ez))(?:[- ]moi)? "
    r"(?:les?|la|un|une|ces?|cette|mon|ma|mes|leurs?|sa|ses|notre|votre|l['’])"
)
# "bonjour tableau des isolements", "coucou ton avis sur…": a thing that is asked for by its name.
_WANTED = (
    r"(?:(?:ton|votre) (?:avis|aide)|besoin (?:de|d['’])|(?:petite )?question|(?:tableau|plan|fiche|trame|planning"
    r"|synthèse|résumé|liste|mail|courrier|lettre|protocole|programme|grille) (?:de|des|du|d['’]|pour|sur))"
)
REQUEST_OPENER = (
    rf"(?:(?:(?:fait|met)(?=[- ]moi)|{_REQUEST_WORDS}|{_INFINITIVE}|{_IMPERATIVE}|{_ENGLISH_ASKING}|{_WANTED})(?![\w])"
    rf"|{_ORDER}(?!\w))"
)

# A verb that reports or teaches speech: what follows may be the words themselves, not courtesy.
SAYING = re.compile(
    r"\b(?:dit|dis(?:ait|ent|aient)|(?<!me )(?<!nous )(?<!veut )dire|répète|répond(?:u|ait)?|crie|murmure|ajoute|"
    r"demande(?:nt|r)?|écrit|prononcer?|épeler|signer|say|says|said|"
    r"signifier?|souhaiter?|(?:tradui(?:re|s|sez)|translate)(?!(?:[- ]moi)? (?:ce|cet|cette|ces|ça|le|la|les|mon|ma|mes"
    r"|un|une|this|the|my)\b))\b(?![- ](?:moi|nous)\b)",
    re.IGNORECASE,
)

# The request itself speaks of politeness: "rédige un message de remerciement", "dire bonjour en LSF".
ABOUT_POLITENESS = Scan(
    r"\bpolitesse|\bremerci(?:ement|er|e|ez|é|ant)|\bsalutations?\b|\bcourtoisie"
    r"|\bformules? (?:finales?|d['’]appel|d['’]ouverture|de fin|de salutation)"
    r"|\b(?:mots?|termes?|expressions?|formules?) ?:? ?[«\"“'‘]?\s?(?:bonjour|bonsoir|salut|merci"
    r"|s['’]il (?:te|vous) pla)"
    r"|\b(?:dire|dit|dis|dites|écrire|écrit|traduire|traduis|corriger|corrige|prononcer|prononce|signer|signe|épeler"
    r"|apprendre|enseigner|oublier?|say|translate|write)\b[^.!?\n]{0,30}\b(?:bonjour|bonsoir|salut|merci|au revoir"
    r"|s['’]il (?:te|vous) pla[iî]t|please|thank you|thanks|hello)\b"
    r"|\bcomment (?:ça|cela|ce mot|le|la|on|ça se) (?:se )?(?:dit|dire|traduire|traduit|écri\w{1,4}|prononc\w{1,3})\b",
    re.IGNORECASE,
)

_CLAUSE = (
    r"(?:^|[.!?:;,…(\n]\s{0,3}|[-–—•*]\s{1,3}|\b(?:et|puis|ensuite|alors|donc|aussi|maintenant"
    # a courtesy may stand before the order without a comma
    r"|stp|svp|pla[iî]t|please|bonjour|bonsoir|bjr|salut|toi|merci)\s)"
)
_REQUEST = (
    rf"\b{HEDGE}\b"
    rf"|{_CLAUSE}(?:(?:tu |vous )?(?:me |m['’]|nous |les? |la )?{_IMPERATIVE}|{_INFINITIVE})(?![\w])(?! rendu)"
    rf"|\b{_IMPERATIVE}[- ](?:moi|nous|les?|la|ça|ca)\b|\b(?:fait|met)[- ]moi\b|\baide[sz]?[- ]?(?:moi|nous|m['’])"
    r"|\b(?!chez|avec|selon|pour|sans)\w{2,14}-moi\b"
    rf"|\b{WISH} |\bj['’]ai besoin (?:de|d['’]|que)|\bil (?:me |nous )?(?:faut|faudrait)\b"
    r"|\b(?:merci de (?!(?:ton|ta|tes|votre|vos|l['’]))|veuillez|prière de|je (?:te|vous) (?:prie|demande) de)\s?\w"
    rf"|\b[àa] (?:re)?mettre (?:en|au)\b|{_CLAUSE}(?:please |kindly )?{_ENGLISH_ASKING}\b"
)
# «Synthèse en 3 puces svp»: a noun asks when a courtesy in its sentence says so
_NOMINAL = (
    r"(?:^|[.!\n]\s{0,3})(?:une? |le |la |petite? )?(?:résumé|resume|synthèse|synthese|tableau|traduction|correction|"
    r"reformulation|relecture|fiche|trame|liste|plan|brouillon|version courte|points? clés?|code|dose|posologie)\b"
    r"[^:.!?\n]{0,150}?"
    r"\b(?:stp|svp|s ?['’]? ?il (?:te|vous) pla[iî]t|merci)\b"
)
REQUEST = Scan(rf"{_REQUEST}|{_NOMINAL}", re.IGNORECASE)
QUESTION = Scan(
    r"\?|\b(?:qu['’]est[- ]ce|est[- ]ce que?|(?:c['’]est |c )?(?:quoi|koi)\b|comment|pourquoi|quel(?:le)?s?|combien)\b",
    re.IGNORECASE,
)


def asks(text: str) -> bool:
    """Say whether `text` holds a request or a question."""
    with reading(text):
        return bool(REQUEST.search(text) or QUESTION.search(text))
