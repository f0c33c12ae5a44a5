"""What must reach the model byte for byte though it looks like an identifier.

Protected spans hold back weak findings (the name model, a lone first name, a town) and never a strong one
(a title, a label, a checksum): clinical meaning survives, and a patient called Parkinson is still hidden.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from avec_proxy import lexicons
from avec_proxy.detect.grammar import CAPITALISED, LETTER, PARTICLE, UPPER
from avec_proxy.lexicons import fold
from avec_proxy.model import Finding
from avec_proxy.scan import Scan


@dataclass(frozen=True, slots=True)
class Protected:
    """A span and the score under which a finding that touches it is dropped."""

    start: int
    end: int
    below: float
    # not even somebody who bears the name and is known from elsewhere in the request: «Vahanian et al., 2022»
    certain: bool = False
    # the name model is not believed there, but somebody of that name who is known from elsewhere is hidden: «Claude Bernard»
    cited: bool = False


# a head word, then the eponym: the head is what makes it one
_HEAD = (
    r"(?:maladies?|mdie|syndromes?|sd|sdr|signes?|scores?|échelles?|indices?|index|tests?|épreuves?|critères?|classifications?|stades?|grades?|"
    r"manœuvres?|manoeuvres?|réflexes?|triades?|tétrade|loi|lois|formules?|équation|méthodes?|techniques?|procédures?|opérations?|interventions?|"
    r"incisions?|cicatrice|sondes?|canules?|drains?|lames?|pinces?|aiguilles?|valves?|cathéters?|fractures?|luxations?|"
    r"tumeurs?|carcinomes?|sarcomes?|lymphomes?|adénopathies?|ganglions?|nodules?|corps|cellules?|glandes?|œdèmes?|oedèmes?|"
    r"paralysies?|ataxies?|chorées?|démences?|aphasies?|dystrophies?|myopathies?|encéphalopathies?|névralgies?|migraines?|épilepsies?|"
    r"anémies?|purpuras?|thyroïdites?|artérites?|vascularites?|hépatites?|maculopathie|kystes?|hernies?|ulcères?|diverticules?|"
    r"point|points|ligne|ligament|tendon|canal|muscle|espace|trompes?|faisceau|nerf|aire|position|décubitus|respiration|dyspnée|"
    r"coloration|milieu|bacille|virus|agent|phénomène|effet|principe|théorie|modèle|pyramide|diagramme|courbe|régime|"
    r"grille|questionnaire|inventaire|recommandations?|consensus|conférence|protocole|règles?|programme|approche|thérapie|"
    r"groupes?|angle|distance|rapport|ratio|quotient|cotation|besoins de|crise|accès|attaque|contracture|attelle|botte|bandage|facteur|anticorps|"
    r"concepts?|notion|pensée|philosophie|paradigme|typologie|taxonomie|courant|définition|citation|ouvrages?|écrits|travaux|œuvres?|livres?|"
    r"hypothèse|postulat|cadre conceptuel|outil|check-?list|arbre|matrice|roue|étoile|rosace)"
)
# what a maker or an agency names: «matelas Alova», «logiciel NetSoins», «cyclone Belal»; no link is needed
_MADE = (
    r"(?:fauteuils?|matelas|surmatelas|barres?|sièges?|rampes?|contacteurs?|corsets?|attelles?|botillons?|cannes?|planches?|tables?|chaises?|poussettes?|casques?|"
    r"coussins?|lits? médicalisés?|pompes?|stylos?|seringues?|pousse-seringues?|lecteurs?|capteurs?|appareils?|"
    r"automates?|moniteurs?|logiciels?|applis?|applications?|plateformes?|progiciels?|marques?|gammes?|pansements?|compresses?|bandes?|stents?|"
    r"pacemakers?|stimulateurs?|défibrillateurs?|implants?|tensiomètres?|oxymètres?|glucomètres?|masques?|respirateurs?|ventilateurs?|"
    r"lève-personnes?|lève-malades?|soulève-malades?|verticalisateurs?|guidons?|orthèses?|prothèses?|déambulateurs?|rollators?|poches?|chambres? implantables?|"
    r"bas|chaussettes?|crèmes?|pommades?|collyres?|compléments?|laits?|sirops?|solutions?|vaccins?|kits?|réactifs?|cyclones?|tempêtes?|ouragans?|"
    r"essais?|étude|cohorte|registre|modèles?)"
)
_MADE_NAME = Scan(
    rf"(?i:(?<![{LETTER}]){_MADE})(?: à air| à mémoire de forme| anti-?escarres?| électriques?| roulants?| manuels?| gonflables?| d'appui| de bain| de douche)?"
    rf" (?:de marque |type |de type |dit )?(?!(?:M|MM|Mr|Mme|Mmes|Mlle|Dr|Pr|Madame|Monsieur)\b)"
    rf"(?P<id>{CAPITALISED}(?: {CAPITALISED})?)"
)
_NAMES = rf"{CAPITALISED}(?:(?:[ ]?[-–/][ ]?|[ ]et[ ]|[ ](?:{PARTICLE}[ ]?)?){CAPITALISED}){{0,3}}"
_EPONYM = Scan(
    rf"(?i:(?<![{LETTER}]){_HEAD})(?:[ ][{LETTER}'-]+){{0,2}}?[ ](?P<link>de |d'|du |des |à |selon |en )?(?:la |l'|le |Mac |Mc )?(?P<id>{_NAMES})"
)
# «loi Leonetti», «loi Claeys-Leonetti»: no link is needed
_LAW = Scan(rf"(?i:(?<![{LETTER}])lois?) (?P<id>{CAPITALISED})")
# plants and preparations that begin like a first name: «Rose de l'Inde», «Marguerite des prés»
_PLANT = Scan(
    r"(?<!\w)(?P<id>(?i:rose|marguerite|violette|reine|belle|anémone|clémentine|olive|prune|cerise|capucine|jasmin|iris|lys|ancolie|"
    r"hortensia|pervenche|valériane|angélique|véronique|mélisse|camomille|menthe|verveine|sauge|safran|gentiane)[ ]"
    r"(?:de l'|de la |des |du |de |d')(?:Inde|Chine|Japon|Perse|Provence|Alpes|Damas|Noël|Jéricho|Sibérie|Corse|Bulgarie|prés?|champs|bois|jour|"
    r"nuit|marais|montagne|jardins?|Mexique|Espagne|Sicile))(?!\w)"
)
# «Singer et al., JAMA 2016», «(Bone 1992)», «Cockcroft et Gault»
_AUTHORS = Scan(
    rf"(?P<id>{CAPITALISED}(?:[ ][{UPPER}]{{1,2}}\.?)?(?:[ ](?:et|&|and)[ ]{CAPITALISED})?(?:[ ]et al\.?|[ ]et coll\.?|,?[ ]\(?(?:19|20)\d\d\)?))"
)
# who is cited for what they wrote or said: «selon Winnicott», «X et Y dans leurs ouvrages», «du personnage fictif, X»
_FULL_NAME = rf"{CAPITALISED}(?: {CAPITALISED}){{1,2}}"
_CITED = (
    Scan(
        rf"(?P<id>{_FULL_NAME})(?:(?:,| ou| et) (?P<other>{_FULL_NAME}))? (?:dans|de) (?:son|sa|ses|leurs?) "
        r"(?:livres?|ouvrages?|articles?|essais?|romans?|films?|thèses?|travaux|écrits?|traités?|mémoires|théories?)(?!\w)"
    ),
    Scan(
        rf"(?i:personnages? (?:de fiction|fictifs?|imaginaires?|de roman)),? (?P<id>{CAPITALISED}(?: {CAPITALISED})?)"
    ),
    Scan(rf"(?i:familles? (?:fictives?|imaginaires?|de fiction)) (?P<id>{CAPITALISED}(?: {CAPITALISED})?)"),
)
_JOURNAL = Scan(r"\b(?:NEJM|JAMA|Lancet|BMJ|Nature|Cochrane|Circulation|Chest|Prescrire|Vidal|Dalloz|PubMed|Medline)\b")
_DOSE = Scan(
    r"(?i)(?<!\d)\d+(?:[.,]\d+)?\s?(?:mg|g|kg|µg|mcg|ng|ml|l|dl|cl|ui|u|mmol|mol|meq|mmhg|cmh2o|bpm|%|cp|gel|gél|gouttes?|amp|cm|mm|m2|cm2|kcal|ml/min|mg/l|g/l|g/dl|/min|/mm3|"
    r"sa|ans|mois|jours?|j|h|heures?|semaines?)(?:/(?:j|jour|h|kg|min|m2|24h|l|dl|ml))*\b"
)
# how often and when a drug is taken, in capitals too: «UNE FOIS PAR SEMAINE», «MATIN ET SOIR»
_RHYTHM = Scan(
    r"(?i)(?<!\w)(?:(?:une?|deux|trois|quatre|cinq|six|\d{1,2}) (?:seule )?fois (?:par|/) ?(?:jours?|semaines?|mois|an(?:née)?|heures?)"
    r"|tou(?:s|tes) les (?:\d{1,2} |deux |trois |quatre |six |huit |douze )?(?:jours?|heures?|semaines?|mois|matins|soirs|nuits)"
    r"|(?:matin|midi|soir|coucher)(?:(?:,| et| ou|-) ?(?:le |au )?(?:matin|midi|soir|coucher))+"
    r"|(?:par|chaque|un|1) (?:jour|semaine|mois|matin|soir|nuit|heure|prise) ?(?:sur (?:deux|trois|2|3))?)(?!\w)"
)
# how a drug is given, a rhesus, an age, figures in a row: «7 mg IR», «Rh neg», «(88 a)», «0,98/1,92/1,60»
_GIVEN = Scan(
    r"(?<=\d|[gGlLIU%jh]) (?P<id>IV|IVD|IVL|IVSE|PSE|IM|IR|SC|PO|SL|IN|IT|ID|VO)(?![\w'’-])"
    r"|(?<!\w)(?P<rhesus>(?i:rh(?:ésus|esus)?)) ?(?:[-+]|(?i:n[ée]g|pos|d\b))"
    r"|(?<=[( ,])(?P<years>\d{1,3} ?a)(?=[),;])"
    r"|(?<![\d/.,])(?P<row>\d{1,3}[.,]\d{1,2}(?:/\d{1,3}[.,]\d{1,2})+)(?![\d/]|[.,]\d)"
)
_SCORE = Scan(
    r"\b(?:NYHA|ASA|GIR|MMSE|MMS|MoCA|EVA|EN|EVS|ECPA|Glasgow|GCS|Apgar|Braden|Norton|Waterlow|Barthel|Katz|Lawton|Tinetti|TUG|DN4|HAD|Hamilton|MADRS|PHQ-?\d*|"
    r"CHA2DS2-VASc|HAS-BLED|SOFA|qSOFA|NIHSS|mRS|Rankin|Child(?:-Pugh)?|MELD|Fontaine|Gleason|ECOG|OMS|Karnofsky|IGS|IGSII|FEVG|IMC|DFG|INR|CRP|BNP|TNM|"
    r"Bishop|Mallampati|Cormack|Fried|AGGIR|Algoplus|Doloplus|Ramsay|RASS|BPS|CIWA|Cushman|ADAS|GDS|NPI|Zarit)\b[ :=]{0,3}(?:[IVX]+\b|\d+(?:[.,/]\d+)?(?:[ ]?%)?)?"
)
_CODE = Scan(r"\b(?:[A-Z]\d{2}(?:\.\d{1,2})?\+?|[A-Z]{4}\d{3}|[A-Z]\d{2}[A-Z]{2}\d{2}|[LRD]\.? ?\d{3,4}(?:-\d+)*)\b")
_WORD = Scan(rf"[{LETTER}][{LETTER}0-9'-]*")
_STRONG = 0.82  # under a title, a label, a table, a checksum: those win
_EPONYM_BELOW = 0.9


# figures that name nobody: a chromosome, a public helpline
_FIGURE = Scan(
    r"(?i)\b(?:trisomies?|monosomies?|chromosomes?) (?P<id>\d{1,2})(?!\d)"
    r"|\b(?:appel(?:er|ez|ons|le)?|compose[rz]?|contacte[rz]?|joindre|signalement|numéro|tél) (?:(?:au|du|le|à|a) ){0,2}"
    r"(?P<line>15|17|18|112|114|115|119|3114|31 14|3919|39 19|3977|39 77|116 ?117|116 ?000)(?![\d.,/]| ?\d)"
)


class Shield:
    """The protected spans of one text, kept so that those near a place are found at once.

    The name model is told of them beforehand (`spans`): there it must be surer, and then it is believed. Where they are
    `certain`, a name that comes back is a term, whoever bears it in the rest of the request; where they are `cited`, the
    model is not believed at all.
    """

    def __init__(self, spans: list[Protected]) -> None:
        self.spans = [(p.start, p.end) for p in spans]
        self.certain = tuple((p.start, p.end) for p in spans if p.certain)
        self.cited = tuple((p.start, p.end) for p in spans if p.certain or p.cited)
        self._spans = sorted(spans, key=lambda p: p.start)
        self._starts = [p.start for p in self._spans]
        self._longest = max((p.end - p.start for p in spans), default=0)

    def drops(self, finding: Finding) -> bool:
        """Return whether a finding yields to a protected span that it touches."""
        if finding.rule not in _GUESSES:
            return False
        return any(finding.score < p.below for p in self._near(finding))

    def _near(self, finding: Finding) -> Iterator[Protected]:
        first = bisect_left(self._starts, finding.start - self._longest)
        last = bisect_left(self._starts, finding.end)
        return (p for p in self._spans[first:last] if p.end > finding.start)


def find(text: str) -> Shield:
    """Return the protected spans of a view's text."""
    spans: list[Protected] = []
    for match in _EPONYM.finditer(text):
        # without «de», only a known eponym («score Apgar»): «Signe Nathalie Corre» asks for a signature
        known = any(fold(w[0]) in lexicons.eponyms() for w in _WORD.finditer(match["id"]))
        if match["link"] or known:
            spans.append(Protected(*match.span("id"), _EPONYM_BELOW, certain=known))
    for match in _FIGURE.finditer(text):
        spans.append(Protected(*match.span("id" if match["id"] else "line"), _STRONG, cited=True))
    for match in _MADE_NAME.finditer(text):
        person = any(fold(w[0]) in lexicons.first_names() for w in _WORD.finditer(match["id"]))
        spans.append(Protected(*match.span("id"), _STRONG, cited=not person))
    for pattern in _CITED:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            spans.extend(Protected(*match.span(name), _STRONG, cited=True) for name in groups if groups[name])
    for match in _LAW.finditer(text):
        spans.append(Protected(*match.span("id"), _EPONYM_BELOW, certain=True))
    for match in _PLANT.finditer(text):
        spans.append(Protected(*match.span("id"), _EPONYM_BELOW, certain=True))
    for match in _AUTHORS.finditer(text):
        spans.append(Protected(*match.span("id"), _STRONG, certain=" et al" in match["id"]))
    spans.extend(Protected(*m.span(), _STRONG, cited=True) for m in _RHYTHM.finditer(text))
    spans.extend(Protected(*m.span(m.lastgroup or 0), _STRONG, cited=True) for m in _GIVEN.finditer(text))
    for pattern in (_JOURNAL, _DOSE, _SCORE, _CODE):
        spans.extend(Protected(*m.span(), _STRONG) for m in pattern.finditer(text))
    drugs, ambiguous = lexicons.drugs(), lexicons.ambiguous_drugs()
    eponyms, terms, figures = lexicons.eponyms(), lexicons.clinical_terms(), lexicons.figures()
    words = [(fold(m[0]), m.start(), m.end()) for m in _WORD.finditer(text)]
    for i, (word, start, end) in enumerate(words):
        if len(word) > 2 and word in drugs:
            spans.append(Protected(start, end, 0.75 if word in ambiguous else 0.93))
        elif word in terms:
            spans.append(Protected(start, end, 0.88))
        elif word in eponyms:
            spans.append(Protected(start, end, 0.75))
        elif len(word) > 5 and word.endswith(_INN_STEMS):
            spans.append(Protected(start, end, _STRONG))
        for length in (2, 3, 4) if text[start].isupper() else ():
            run = words[i : i + length]
            if len(run) == length and " ".join(w for w, _, _ in run) in figures:
                spans.append(Protected(start, run[-1][2], _EPONYM_BELOW, cited=True))
        if i + 1 < len(words) and words[i + 1][1] - end == 1:
            pair = f"{word} {words[i + 1][0]}"
            if pair in drugs or pair in terms or pair in eponyms:
                spans.append(Protected(start, words[i + 1][2], _EPONYM_BELOW))
    return Shield(spans)


# stems of international non-proprietary names (WHO), long enough to be no family name's ending
_INN_STEMS = (
    "mycine", "floxacine", "cilline", "azole", "prazole", "sartan", "statine", "parine", "gliptine", "gliflozine", "tidine", "setron", "triptan",
    "olol", "dipine", "azépam", "azepam", "zolam", "caine", "mab", "tinib", "ciclib", "vir", "avir", "prost", "steride", "xaban", "gatran", "glutide",
    "cycline", "oxetine", "triptyline", "tropium", "terol", "sone", "solone", "onide", "thiazide", "semide", "formine", "platine", "rubicine", "taxel",
)  # fmt: skip


# the detectors that guess: what they find yields to protected spans; labels, checksums and house names do not
_GUESSES = frozenset(
    f"position.{name}"
    for name in ("title", "kinship", "carer", "label", "full_name", "first_name", "signature", "town")
)
