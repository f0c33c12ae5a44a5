"""Is somebody's case told («mon patient», «la dame du 12», «une résidente de 84 ans, …»), or general knowledge asked?

Signs are weighed: some are enough alone, others only together; what a general question says («chez un homme de 70 ans»,
«si le patient refuse») is none, nor what is invented (a quiz, «un patient fictif»). All on flat text (see `flat`).
"""

import re
from dataclasses import dataclass
from itertools import islice

from avec_proxy.detect.health.flat import Flat
from avec_proxy.scan import Scan

_ENOUGH = 2

# who is cared for: the word alone says that there is care
_PATIENT = (
    r"(?:patient|patiente|resident|residente|malade|parturiente|primipare|multipare|nourrisson|nouveau-ne|prematuree?"
    r"|beneficiaire|usagere?|curiste|consultante?|accouchee|opere|operee)"
)
_ANYONE = (
    rf"(?:{_PATIENT}|dame|monsieur|homme|femme|mere|maman|papa|pere|garcon|garconnet|fille|fillette|enfant|bebe|gamine?"
    r"|adolescente?|ado|jeune|lyceenne?|collegien|collegienne|etudiante?|ecolier|retraitee?|detenue?|salariee?|couple"
    r"|famille|fratrie|personne|vieillard|octogenaire|nonagenaire|centenaire|quinquagenaire|sexagenaire|septuagenaire"
    r"|quadragenaire|trentenaire|veuf|veuve|migrante?|mineure?|victime)"
)
_ADJECTIVE = r"(?:(?:petite?|jeune|vieille|vieux|vieil|ancien|ancienne|autre|nouvelle|nouveau|pauvre|grande?|meme|gentil|chere?|premiere?) ){0,2}"
_KIN = (
    r"(?:fille|fils|mere|pere|mari|femme|conjointe?|compagne|compagnon|bebe|frere|s(?:oe|œ)ur|maman|papa|grand-mere"
    r"|grand-pere|voisine?|tante|oncle|cousine?|neveu|niece|enfant|collegue|amie?|epouse|epoux|belle-mere|beau-pere|ex|copain|copine)"
)
_AGE = r"(?:de |d'|agee? de |age de |d'environ |a )?\d{1,3} ?(?:ans?\b|a\b|mois\b|semaines?\b|jours?\b|sa\b|j\b)"
_FIGURE = r"(?:demand|refus|di[ts]\b|racont|pleur|souhait|v[iî]t\b|dor[tm]|mang|boi[rt]|fum|se plain|souffr|hesit|parl|veut|rentr|sor[tm]|trembl|march|touss|vomi|consult|present|port[eai]|rappel|habit|travaill|crain|cri[ea]|cach|arriv|rechut|depri|s'isol|s'alimen|s'oppos|gratt|menac|n'ose|ne (?:veut|dort|mange|boit|parle|vient|supporte|peut plus|comprend)|n'a plus|n'est plus|n'en|ne s|m'a |me (?:dit|demande|parle|raconte)|se sent|se fait|a ?(?:peur|mal|decouvert|fait|rechute|perdu|bu|pris|eu |ete |accouche|vu|dit|refuse|chute|vomi|dormi|mange|arrete|deja|toujours|une |un |des |besoin|tres|encore|\d)|est (?:arrive|tomb|hospitalis|suivi|parti|ven|deced|stable|agit|conscient|enceint|sous |porteu|ne[e ]|celibatair|veuf|veuve|marie|sorti|rentr|adress|amen|oper|connu|en |au |chez|dans|tres|a bout|homosex|seul|depressi|alcool|incarc|detenu|place|allong|sedat|revenu))"
_NOT_WHEN = r"(?<!si )(?<!quand )(?<!lorsque )(?<!que )(?<!dont )(?<!chez )(?<!ou )(?<!comment )"
_DAY = r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)"
_START = r"(?:^|[.!?:;«“\"(\n]\s?|\n\s{0,4}[-•*]?\s?|[-–—•] )"

# (weight, whether it says that there is care, expression)
_SIGNS = tuple(
    (weight, care, Scan(pattern))
    for weight, care, pattern in (
        (2, True, rf"\b(?:ma|mon|notre|votre|cette|ce|cet) {_ADJECTIVE}{_PATIENT}\b(?! type| standard| virtuel)"),
        (2, False, rf"\b(?:cette|ce|cet|ces deux) {_ADJECTIVE}{_ANYONE}\b"),
        (
            2,
            False,
            rf"\b(?:ma|mon|notre) {_KIN}(?:,| qui| de| agee?)? ?(?:a |est |prend|fait|presente|souffre|vit|ne |n'|se |s'|refuse|dit|boit|fume|dort|tousse|vomit|\d)",
        ),
        (
            2,
            True,
            rf"\b{_ANYONE} (?:du|de la|au) (?:n ?[°o] ?)?\d{{1,4}}\b(?! (?:ans|mois|er|janv|fev|mars|avr|mai|juin|juil|aout|sept|oct|nov|dec))",
        ),
        (2, True, r"\b(?:chambre|lit|box|ch\.?) (?:n ?[°o] ?)?\d{1,4}\b(?! (?:lits|places|personnes|patients))"),
        (
            2,
            False,
            rf"{_START}(?:une? |le |la |l'|notre |il s'agit d'une? |c'est une? )?{_ADJECTIVE}{_ANYONE},? (?:\w+,? ){{0,3}}?{_AGE}",
        ),
        (2, False, rf", {_ANYONE},? (?:\w+,? ){{0,2}}?{_AGE}"),
        (1, False, rf"\b(?:une?|la|le|l'|deux) ?{_ADJECTIVE}{_ANYONE},? (?:\w+,? ){{0,2}}?{_AGE}"),
        (2, False, r"(?:^|[\n.:] ?)[hf],? ?\d{2} ?a(?:ns)?\b"),
        (
            2,
            False,
            rf"\b(?:cas|observation|dossier|situation|prise en charge|suivi|hospitalisation|transmissions?|compte rendu|courrier|lettre)[^.\n?]{{0,25}} (?:d'une?|de la|du|de l'|pour une?|pour la|pour le) ?{_ADJECTIVE}{_ANYONE},? (?:\w+,? ){{0,2}}?{_AGE}",
        ),
        (2, True, rf"\b(?:j'ai|nous avons|on a)\b(?: \w+){{0,5}}? (?:une?|deux|cette|ce) {_ADJECTIVE}{_ANYONE}\b"),
        (
            2,
            True,
            r"\b(?:je|j'|nous|on) ?(?:l'|la |le |les )?(?:ai |avons |a |viens de |dois |vais |devons )?"
            r"(?:vue?s?|vois|voyons|voir|recu\w?|recevoir|recois|recevons|suis|suivons|suit|suivi\w?|accompagn\w+|examin\w+|oper\w+|hospitalis\w+"
            r"|pris\w? en charge|prends en charge|prenons en charge|m'occupe|occupons|accueilli\w?|accueill\w+|rencontr\w+|revois|revu\w?|revoi\w*|prepare)"
            rf"(?: [a-z'-]+){{0,4}}? (?:une?|le|la|ce|cette|deux|d'une?|mon|ma) ?{_ADJECTIVE}{_ANYONE}\b",
        ),
        (
            2,
            True,
            rf"\b{_ANYONE}(?: de \d{{1,3}} (?:ans|mois))? que (?:je |j'|nous )(?:\w+ )?(?:suis|ai|suivons|avons|vois|accompagn\w+|recois|recevons|prends)",
        ),
        (
            2,
            False,
            rf"{_NOT_WHEN}\b(?:le|la|l'|les deux|notre|une?|du|de la) ?{_ADJECTIVE}(?:{_ANYONE}|petite?|beau-pere)(?:,[^,.;\n]{{1,40}},)?(?: du \w+(?: \d+)?)? {_FIGURE}",
        ),
        (
            2,
            False,
            rf"{_START}(?:et |mais |depuis,? |hier,? |puis |car |comme )?(?:elle|il) (?:ne |n')?(?:lui |l'|en |y )?{_FIGURE}",
        ),
        (1, False, rf"\b(?:elle|il) (?:ne |n')?(?:lui |l'|en |y )?(?:{_FIGURE}|prend|sera|va\b|fait|avait|etait)"),
        (
            1,
            False,
            r"\b(?:son|sa|ses|leurs?) (?:petite? )?(?:mari|femme|fils|fille|mere|pere|parents|frere|s(?:oe|œ)ur|ex|conjointe?|compagne|compagnon|famille|curat\w+|tut\w+|voisine?|beau-pere|enfants?|bebe|aines?|retour|admission|sortie|arrivee|entree|chambre|ordonnance|traitement|recherche|serologie|bilan|resultats?|tests?|prise de sang|dossier|suivi|operation|grossesse|accouchement|depistage|maladie|cancer|diabete|depression|addiction)\b",
        ),
        (1, False, rf"\b(?:ma|mon|notre) {_KIN}\b"),
        (
            1,
            False,
            r"\b(?:du|de la|au|a la) (?:petite?|gamine?)\b(?! (?:dejeuner|bassin|intestin|dej|doigt|orteil|groupe|nombre|comite|poids))|\b(?:du|au) \d{1,2}e(?:me)? etage\b",
        ),
        (
            1,
            False,
            r"\b(?:que|quoi|comment|qui) (?:dois-je |puis-je |faut-il |faire |peut-on |doit-on )?(?:lui|leur|l'|la|le) ?(?:dire|repondre|conseiller|annoncer|aider|expliquer|proposer|appeler|parler|prescrire|donner|convaincre|accompagner|orienter)\b",
        ),
        (2, True, r"\[(?:personne|naissance|age|nir|ipp|dossier|chambre)_\d"),
        (
            2,
            True,
            r"\b(?:atcd|antecedents?|motif|hdm|histoire de la maladie|traitement habituel|mode de vie)(?: \w+){0,2} ?:",
        ),
        (2, True, r"\bg\d ?p\d\b"),
        (
            1,
            False,
            r"\b(?:hier|avant-hier|ce matin|cette nuit|ce soir|ce jour|aujourd'hui|la nuit derniere|la semaine derniere|l'an dernier|le mois dernier"
            r"|ce mois-ci|cet apres-midi|ce midi|demain|a ce jour|a l'entree|a l'admission|ce week-end"
            rf"|(?:depuis|il y a) (?:hier|ce matin|{_DAY}|trois|deux|quatre|cinq|six|dix|une?|plusieurs|quelques|\d+|mars|avril|mai|juin|juillet|aout|sept\w*|oct\w*|nov\w*|dec\w*|janv\w*|fev\w*)"
            rf"|(?:prevue?|prevus|faite?|vue?|sorti\w?|entree?|rentree?|audience|rendez-vous|posee?|prise|realisee?|debutee?|declaree?|levee?|transferee?|lettre|avant) (?:le |ce |pour )?(?:a \d{{1,2}} ?h)|{_DAY}|a \d{{1,2}} ?h(?: ?\d\d)?\b)",
        ),
        (
            1,
            False,
            r"\b(?:vue?s?|amenee?|adressee?|hospitalisee?|admise?|retrouvee?|transferee?|suivie?|operee?|hebergee?|placee?|arrivee?|connue?|porteur|porteuse)s? (?:aux?|par|en|pour|depuis|hier|ce|le|d'une?|lundi|mardi|mercredi|jeudi|vendredi|dans)\b",
        ),
        (
            1,
            False,
            r"\b(?:ta|hb|imc|sat|saturation|spo2|glycemie|creat\w*|kaliemie|hba1c|crp|lithiemie|temperature|eva|fc|gamma gt|ggt|beta-hcg|hematocrite|charge virale|plaquettes|inr|fevg) ?(?:est |etait )?(?:a |:|=|de )? ?\d",
        ),
        (
            1,
            False,
            r"\b(?:compte rendu|cr\b|transmissions?|lettre de liaison|courrier (?:au|a la|pour)|certificat|note (?:d'evolution|de suivi|de synthese)|synthese|fiche de chute|mot pour|lettre (?:au|pour|d'orientation)|conclusion de consultation|rapport|(?:pour|a|au) (?:le |son |mon )?medecin traitant|transmission|ordonnance)\b(?![^.\n]{0,30}\b(?:type|vierge|modele)\b)",
        ),
        (
            2,
            False,
            r"\b(?:nos infirmi\w+|nos aides-\w+|l'aide-soignante|l'infirmiere|l'infirmier|notre collegue|un de nos \w+|une de nos \w+) (?:s'est|a |est |qui|refuse|pleure)",
        ),
        (
            2,
            True,
            r"\bj'ai (?:mal (?:au|a la|aux|dans)|ete (?:diagnosti\w+|operee?|hospitalis\w+|depist\w+|violee?|agressee?)|\d{1,2} ans\b|de la fievre|un cancer|une maladie|le vih|fait une (?:ts|fausse|depression))"
            r"|\bje suis (?:enceinte|seropositi\w+|bipolaire|schizophrene|alcoolique|diabetique|atteinte?|en depression|suivie? (?:pour|par|en|au)|sous (?!la|le|l'|votre|tes))|\bje prends (?:du|de la|un)\b",
        ),
        (
            2,
            True,
            rf"{_START}(?:patient|patiente|resident|residente|nourrisson|detenue?|salariee?|adolescente?)(?! (?:peut|doit|sous \w+ peut|et |ou |ayant|avec \w+ (?:peut|doit)))[ ,]",
        ),
        (
            1,
            False,
            rf"{_START}(?:homme|femme|enfant|monsieur|madame|couple|jeune|jeune homme|jeune femme|dame|ado|fille|garcon|bebe)[ ,]",
        ),
    )
)
# in the text with its capitals
_NAMED = Scan(
    r"(?<!\w)(?:M\.|Mr|MR|Mme|MME|Mlle|Melle|Monsieur|Madame) (?:(?:Le |La |De |Du |de )?[A-ZÉÈ][\w'’-]+|\[)"
    r"|(?<![\w'’-])[A-ZÉÈ][a-zà-ÿ][\w'’-]+,? \(?\d{1,3} (?:ans|mois)\b[,).;]"
)
# «chez un homme de 70 ans», «pour un enfant de 3 ans»: nobody
_NOBODY = re.compile(
    r"(?:\b(?:chez|pour|face a|devant|avec|par|sur|si|quand|lorsqu'|qu'|dans|entre|parmi|comme|a|imagine[rz]?|invente[rz]?|cree[rz]?)|\bd')"
    r" ?(?:une? |le |la |l'|tout |toute )?$"
)
_INVENTED = Scan(
    r"\b(?:fictifs?|fictives?|imaginaires?|invente[es]?|vignettes? cliniques?|une? vignette|jeux? de roles?|simulations?|qcm|ecos|ecn|edn|exercices? pedagogiques?"
    r"|cas d'ecole|propositions? (?:\w+ ){0,3}(?:exactes?|justes?|fausses?|vraies?|inexactes?|suivantes?|correctes?)"
    r"|(?:affirmations?|reponses?|items?) (?:\w+ ){0,3}(?:exactes?|justes?|fausses?|vraies?|inexactes?|correctes?)|parmi les (?:propositions|affirmations|items|reponses)"
    r"|quelle\(s\)|lequel|laquelle|lesquel(?:le)?s)\b|\n\s{0,3}a[).] [^\n]{1,400}\n\s{0,3}b[).] "
)
# one question, and nothing told before it: signs must be enough alone
_QUESTION = re.compile(
    r"^\W*(?:bonjour\W+|s'il te plait\W+)?(?:quel|comment|qu'|que\b|peut|puis-je|existe|combien|pourquoi|a quoi|est-ce|quand|qui\b|dans quel|a partir|doit|faut|y a-t-il|explique|resume|definis|donne|liste|traduis)"
    r"[^.?!\n]{0,300}[.?!]?\s*$"
)


_POINTED = re.compile(r"\W{0,3}(?:ma|mon|notre|votre|cette|cet?)\b")
_MOST = 50  # signs of a kind that are looked at in one text


@dataclass(frozen=True, slots=True)
class Told:
    """Whether a text tells somebody's case, and whether the telling alone says that there is care."""

    case: bool = False
    care: bool = False


def told(flat: Flat) -> Told:
    """Return what a text tells. It is read within `scan.reading(flat.text)`."""
    text = flat.text
    if _INVENTED.search(text) is not None:
        return Told()
    least = _ENOUGH if _QUESTION.search(text) is not None else 1
    weight, care = (_ENOUGH, False) if _NAMED.search(flat.cased) is not None else (0, False)
    for own, cared, scan in _SIGNS:
        if own < least or (weight >= _ENOUGH and (care or not cared)):
            continue
        signs = sum(_somebody(text, *match.span()) for match in islice(scan.finditer(text), _MOST))
        weight += own * min(signs, _ENOUGH)
        care |= cared and signs > 0
    return Told(weight >= _ENOUGH, care and weight >= _ENOUGH)


def _somebody(text: str, start: int, end: int) -> bool:
    """Tell whether a sign at [start, end) is of somebody: «chez cette dame», not «chez une dame»."""
    return _POINTED.match(text, start, end) is not None or _NOBODY.search(text, max(start - 30, 0), start) is None
