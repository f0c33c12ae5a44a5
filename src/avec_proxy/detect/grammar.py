"""How French writes a name: the pieces that the positional detectors are made of.

Patterns are plain regular expressions over a view (`normalise.view`): apostrophes are ', spaces are spaces.
"""

import re

from avec_proxy import lexicons
from avec_proxy.lexicons import fold

UPPER = "A-ZÀ-ÖØ-ÞŒŸ"
LOWER = "a-zß-öø-ÿœ"
LETTER = f"{UPPER}{LOWER}"

PARTICLE = (
    r"(?:de la|de l'|de las|de los|d'|l'|du|des|de|le|la|les|van der|van den|van de|van|von|ben|bin|ibn|el|al|"
    r"aït|ait|da|dos|di|del|della|saint|sainte|st|ste|DE LA|DE L'|D'|L'|DU|DES|DE|LE|LA|LES|VAN DER|VAN DEN|VAN|"
    r"VON|BEN|EL|AL|AIT|DA|DOS|DI|Le|La|De la|De La|De|Du|Van den|Van der|Van de|Van Den|Van Der|Van De|Van|Von|Ben|El|Al|Aït|Ait|Da|Dos|Di|Mc|Mac|O'|N')"
)
# Jean-Pierre, LEFEBVRE-MOREL, O'Brien, M'Barek, MacLeod, J.-P., J.
CAPITALISED = rf"[{UPPER}](?:'?[{LETTER}]+)?(?:(?:-|--)[{UPPER}]?'?[{LETTER}]+)*"
INITIAL = rf"[{UPPER}]\.(?:[ ]?-[ ]?[{UPPER}]\.)?"
TOKEN = rf"(?:{INITIAL}|{CAPITALISED})"
NAME = rf"(?:{PARTICLE}[ ]?)?{TOKEN}(?:[ ]{{1,2}}(?:{PARTICLE}[ ]?)?{TOKEN}){{0,4}}"
# a name written without capitals, at most four words; the caller trims it word by word
LOWER_NAME = rf"[{LOWER}][{LOWER}'-]+(?:[ ][{LOWER}][{LOWER}'-]+){{0,3}}"

# «Gustilo II», «Mason III»: a degree, not a family name
STAGE = re.compile(r"(?:I{1,3}|IV|VI{0,3}|IX|X)[abc]?")
WORD = re.compile(rf"[{LETTER}][{LETTER}'’-]*")

# words that may follow a title or a label with a capital and are never a name
NOT_A_NAME = frozenset(
    """
    directeur directrice president presidente maire prefet procureur juge chef cadre secretaire
    responsable medecin infirmier infirmiere infirmiers docteur professeur patient patiente madame
    monsieur mademoiselle chirurgien chirurgienne interne externe pharmacien pharmacienne sage femme
    kinesitherapeute orthophoniste psychologue ergotherapeute psychiatre pediatre cardiologue neurologue
    urgentiste geriatre gynecologue dentiste service unite equipe urgences reanimation accueil direction
    conseil defenseur ministre deputee depute senateur avocat avocate notaire huissier gendarme police
    assistante assistant sociale social educateur educatrice tuteur tutrice curateur curatrice
    mandataire coordonnateur coordinatrice referent referente confrere consoeur cher chere bonjour
    bonsoir objet nom prenom date age sexe adresse telephone tel fax mail courriel motif conclusion
    examen antecedents traitement ordonnance compte rendu je tu il elle nous vous ils elles on le la les
    un une des du de et ou mais donc or ni car que qui quoi dont pour par sur sous dans avec sans chez
    entre vers ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs est sont
    a ont ete etait sera suite apres avant pendant lors depuis selon non oui pas plus aucun aucune neant
    inconnu inconnue lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril mai
    juin juillet aout septembre octobre novembre decembre homme femme fille garcon enfant bebe tous
    toutes tout toute
    """.split()
)
# words that end a name written without capitals
LOWER_STOP = NOT_A_NAME | frozenset(
    """
    vu vue vus venu venue hospitalise hospitalisee opere operee suivi suivie ne nee age agee habite vit
    vivant presente presentait prend prenait souffre soufre dit demande appelle rappelle adresse
    adressee entre entree sorti sortie va vient doit peut veut fait avait aurait refuse accepte pleure
    tombe tombee tousse au aux en y se s'est n'est c'est qu'il qu'elle j'ai ai ont toujours encore deja
    tres bien mal aussi plus moins hier demain matin soir ce jour cette nuit merci svp stp sous car
    comme quand si
    """.split()
)

# how words are spelt in text messages: no name is written so
TEXTED = frozenset(
    """
    jai jsuis jsui jss chui chuis jpeu jpeux jvais jve jvoulai jfai jfais jlai jlui jme jsai jsais jy jcroi jcrois jpense jpens koi
    kwa pk pq pkoi pourkoi pcq pck psk pasque parske qd qan kan ki ke kel keske kelk qqn qqch dem1 demin a2m1 2m1 auj ojd ajd aprem
    apre apres aprem bizz biz bisou bisous bsr bjr slt salu cc coucou mdr lol ptdr stp stpp svp svpl tkt dsl dsle mrc merssi merki
    mersi mci bcp bocou bokou vrm vrmt trkl tjr tjrs tjs tt tte ts ttes dc dnc ds dan ac av avk avek mnt mtn mnan vla voila wé ouai
    ouais nan nn oki okay dac dak dacc cmt coman coment rdv rv msg mess tel telo fone fon appl apel aple rapel rapl chez ché c ct ct
    sé sui suis sa ca pr pa pas plu ossi osi oci otre ote hier ier eske eskil eskel fo fodra fau yapa ya yapas yaura vs ns vou nou
    jour jr jrs sem smn moi moa mwa toa twa lui elle el il ils kil kelle bb ptit ptite gd gde mm mem meme tro tros grv grave taf taff
    boulo boulot dodo nuit nwi maten mat soir swar min mn hr hrs info infos pb prob pblm ordo ordon med medoc medocs doc docs
    """.split()
)


def is_name_word(word: str) -> bool:
    """Return whether a word may belong to a name: no role, header, month or clinical term."""
    folded = fold(word)
    return folded not in NOT_A_NAME and folded not in lexicons.clinical_terms()


_CIVILITIES = frozenset(
    """
    m mm mr mrs mme mmes mlle melle dr drs pr prof me docteur docteure professeur professeure maitre
    """.split()
)
# what may stand between two words of one name
_JOINS = re.compile(r"[.]?[ ]{0,3}[-]{0,2}[ ]?")


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Cut words that are no part of a name off the end of `text[start:end]`; None if nothing is left."""
    words = list(WORD.finditer(text, start, end))
    keep: list[re.Match[str]] = []
    while words and fold(words[0][0]) in _CIVILITIES:
        words = words[1:]
        start = words[0].start() if words else start
    for word in words:
        if keep and not _JOINS.fullmatch(text, keep[-1].end(), word.start()):
            break
        # «A. Martin»: a letter with its stop is an initial, whatever word it would be alone
        initial = len(word[0]) == 1 and word[0].isupper() and text[word.end() : word.end() + 1] == "."
        if not initial and not is_name_word(word[0]) and fold(word[0]) not in lexicons.PARTICLES:
            if not keep:
                return None
            break
        keep.append(word)
    while keep and fold(keep[-1][0]) in lexicons.PARTICLES:
        keep.pop()
    if not keep:
        return None
    last = keep[-1].end()
    # an initial keeps its full stop
    if len(keep[-1][0]) == 1 and last < end and text[last] == ".":
        last += 1
    return start, last


def trim_lower(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the part of a run without useful capitals that reads as a name; None if its first word does not.

    The first word, after particles, is taken unless it is a function word; the next ones only if a lexicon knows
    them as names and they are not common words.
    """
    last = None
    words = list(WORD.finditer(text, start, end))
    while len(words) > 1 and fold(words[0][0]) in ("le", "la", "de", "du", "ben", "el", "van", "da"):
        if fold(words[1][0]) in lexicons.common_words() or fold(words[1][0]) in LOWER_STOP:
            return None
        words = words[1:]
    for rank, word in enumerate(words):
        folded = fold(word[0])
        if folded in LOWER_STOP or folded in lexicons.clinical_terms() or folded in lexicons.drugs():
            break
        known = folded in lexicons.first_names() or folded in lexicons.surnames()
        common = folded in lexicons.common_words()
        if (rank == 0 and (not common or known)) or (rank and known and not common and last is not None):
            last = word.end()
        elif rank and folded in ("le", "la", "de", "du", "ben", "el"):
            continue
        else:
            break
    return None if last is None else (start, last)
