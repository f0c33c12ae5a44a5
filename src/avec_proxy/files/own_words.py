"""Words that programs write by themselves: names of styles, shapes, layouts, parts, parts of pages, prompts.

Nobody typed them, and a detector of French names takes many of them for people («Heading», «Master», «Placeholder»).
A value made of nothing else is no text of anybody; with one other word it is read whole.
"""

import re

_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d{5}")
_WORDS = frozenset(
    """
    a accent accentuation action add adresse ajouter alignment and animation annotation annotations anonymous
    apa app appel arc area arrondi arrow arrowhead arrowheads arrows article as aside at author auto background
    bad balloon banner bas bibliography bitmap blank block blue body book bottom box brace bracket bullet
    bullets button by cadre calc callout caption captions car cell center centered char character characters
    charset chart charts chartsheets checkbox chicago cinquième citation claire class classeur click cliquer
    cliquez cloud code colonne colonnes color colorful colors colours column comma comment commentaire
    commentauthors comments commentsextended commentsextensible commentsids comparaison compare comparison
    compatibility configurations connecteur connections connector container content contents contenu continue
    core corps couleur couleurs ctrlprop ctrlprops currency curved custom customer customxml dark dash dashed
    data date db de default definedname delete department des description dessin deux deuxième device diagrams
    diamond diapo diapositive diapositives dimension doc docprops document documentsettings dot dots drawing
    drawings droit droite du défaut edit eighth elbow ellipse emphase emphasis empty en end endnote envelope
    enveloppe equiv espace example excel explanatory external externallink externallinks extra false feuil
    feuille feuilles fifth figure file fill filled fin final fine first firstrow fixed fleche float flèche
    followed followedhyperlink foncée font fonts fonttable footer footnote footnotes for form format formats
    forme formes fourth fr frame free freeform from full gauche generator get glossary good gost gradient
    graphic graphics graphique green grid grille group groupe handout handoutmaster handoutmasters harvard hatch
    head header headers heading headings heart height hexagon hidden horizontal http hyperlink hypertexte icon
    illustration image images in indent index inf initial input insert intense interligne internal internet
    invisible iso isosceles item itemprops itemrels items justified key keywords la label landscape lang last
    lastrow layout le left legende les letter level levels liberation libreoffice lien light ligne lignes line
    lines link linked list liste lists lrg légende macro main major manifest map margin marker marque masque
    masques master masters math matières medium mention menu message meta metadata method microsoft mimetype
    minor mla mode model modifie modifier modifiez mono moyenne mpm multi name narrow nav navigation neutral new
    ninth niveau no nofollow none noopener noreferrer normal normale note notes notesmaster notesmasters
    notesslide notesslides number numbering numbers numero numéro numéros object objectreplacements objects
    objet octagon odd of office on one only opc open openoffice or orange order outline outlined output oval
    ovale page pages pagestyle par paragraph paragraphe part path pentagon people peoples percent person persons
    photo picture pictures pied pitch placeholder plain police portrait post pour powerpoint ppt preformatted
    presentation presprops print printersettings property prs puces pâle quatrième querytable querytables
    quotation quotations quote radio rdrichvalue rectangle red reference references rel rels remote renvoi
    report reserve reserved result retrait richdata right rounded row rows ruby rule référence réservé sans
    scalable scale search second section selectedstyle separator septième series serif settings seventh shade
    shading shadow shape shapes sharedstrings sheet sheets side signature simple sist sixième sixth slide
    slidelayout slidelayouts slidemaster slidemasters slides smart smarttag source sous space spacing standard
    star start stock straight strong style stylename styles stylesheet styleswitheffects stylewitheffects
    subject submit subtitle subtle suivi sun symbol symbols tab table tableau tables tablestyles tabs tag tags
    template term text textbox texte textes the theme themes third threadedcomment threadedcomments thumbnail
    thumbnails thème title titles titre titres to toa toc top total totals trame transparency triangle troisième
    true turabian turquoise two type types typewriter tête ultrafine un underline une uniquement unit unresolved
    user utf values variable vertical verticale vierge view viewport viewprops visited visité vml vmldrawing web
    websettings white wide width wingdings with without word workbook worksheet worksheets workspace wrapper xl
    xml xsl yellow zero zone
    """.split()
)


def own(text: str) -> bool:
    """Tell whether `text` holds nothing but words of the programs, and no long number."""
    return not _NUMBER.search(text) and all(word in _WORDS for word in _WORD.findall(text.casefold()))
