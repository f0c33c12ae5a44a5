"""Sentences in which one word is a name here and something else there: (text with marks, why it is hard).

Marks: ⟦…⟧ must be hidden, ⦃…⦄ must stay.
"""

TRAPS: list[tuple[str, str]] = [
    ("M. ⟦Parkinson⟧ a la ⦃maladie de Parkinson⦄ depuis six ans.", "an eponym and a patient"),
    ("Dr ⟦Rose⟧ prescrit ⦃Rose de l'Inde⦄ en tisane.", "a first name as surname and a plant"),
    ("Mme ⟦Avril⟧ est sortie, elle revient au ⦃printemps⦄.", "a month as a surname"),
    ("⟦Nice⟧, née à ⟦Nice⟧, va mieux.", "a town as a name"),
    ("⦃le patient Lasilix 40 ?⦄", "a drug after a role"),
    ("Mme ⟦Petit⟧ a pris son ⦃petit déjeuner⦄, un ⦃petit⦄ pansement au talon.", "a surname that is a word"),
    ("M. ⟦Blanc⟧ présente un ⦃écoulement blanc⦄ de l'oreille.", "a surname that is a colour"),
    ("Le Dr ⟦Babinski⟧ note un ⦃signe de Babinski⦄ bilatéral.", "a doctor called like a sign"),
    ("⦃Babinski⦄ négatif, ⦃Lasègue⦄ à 40°, ⦃Romberg⦄ positif.", "signs that open a sentence"),
    ("Mme ⟦Charcot⟧ est suivie pour une ⦃maladie de Charcot⦄.", "a patient called like her disease"),
    ("⦃Glasgow 15⦄, ⦃Apgar 10⦄, ⦃Child-Pugh B⦄, ⦃Gleason 7⦄.", "scores"),
    ("Le petit ⟦Crohn⟧ n'a pas de ⦃Crohn⦄ mais une ⦃RCH⦄.", "a child called like a disease"),
    ("Mme ⟦Jasmine⟧ ⟦Diane⟧ prend ⦃Jasmine⦄ 0,03 mg tous les soirs.", "a pill and a first name"),
    ("M. ⟦Boulanger⟧ est ⦃boulanger⦄ à la retraite.", "a surname that is a trade"),
    ("⟦Marchand⟧ sort demain, ⦃marche⦄ avec un déambulateur.", "a bare surname that opens a line"),
    ("Mme ⟦Leblanc⟧ reçoit ⦃Previscan 20 mg⦄ et ⦃Doliprane 1 g⦄.", "drugs beside a surname"),
    ("La ⦃loi Leonetti⦄ s'applique à M. ⟦Leonetti⟧.", "a law and a patient"),
    ("⦃Selon Vahanian et al., 2022⦄, M. ⟦Vahanian⟧ relève du TAVI.", "an author and a patient"),
    ("Pression en ⦃pascal⦄, température en ⦃degré Celsius⦄ ; M. ⟦Pascal⟧ est apyrétique.", "units and a surname"),
    ("⟦Martin⟧ et ⟦Pierre⟧ se sont vus à ⟦Lille⟧ ; ⦃score de Lille⦄ à 0,3.", "a town and a score"),
    ("⦃Critères de Rome IV⦄ ; Mme ⟦Rome⟧ vit à ⟦Tours⟧ et ⦃tours⦄ de taille stables.", "towns, criteria, words"),
    ("La ⦃sonde de Foley⦄ de Mme ⟦Foley⟧ est changée.", "a device and a patient"),
    ("L'⦃interne⦄ a vu Mme ⟦Lavigne⟧, l'⦃aide-soignante⦄ aussi.", "roles beside a surname"),
    ("M. ⟦Jourdain⟧, ⦃dix jours⦄ d'hospitalisation, ⦃J3⦄ post-opératoire.", "durations"),
    ("Qui était ⦃Ambroise Paré⦄ ? Et ⦃Louis Pasteur⦄ ?", "historical people in a general question"),
    ("Mme ⟦Olive⟧ mange des ⦃olives⦄ ; ⟦Clémentine⟧, sa fille, des ⦃clémentines⦄.", "names that are food"),
    ("Mme ⟦Sein⟧ consulte pour un ⦃nodule du sein⦄ gauche.", "a surname that is an organ"),
    ("Le ⦃test de Schober⦄ est refait par le Pr ⟦Schober⟧.", "a test and a professor"),
    ("⦃Syndrome de Guillain-Barré⦄ chez M. ⟦Guillain⟧, pas chez Mme ⟦Barre⟧.", "half an eponym as a surname"),
]
