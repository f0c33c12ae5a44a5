"""Names to draw from: the derived lists, hand lists for what they hold too little of, and invented ones."""

import gzip
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random

DATA = Path(__file__).parent / "data"

# surnames that are words, whole lines of care texts among them
WORDS = """Petit Grand Boulanger Rose Avril Marchand Lavigne Blanc Jour Noir Legrand Lebon Bon Bonnet Berger Roy Leroy Lefort
Fort Leblanc Lenoir Roux Brun Mercier Fournier Chevalier Meunier Boucher Charpentier Masson Maçon Tessier Potier Pasquier
Barbier Dumoulin Moulin Fontaine Rivière Montagne Forêt Bois Dubois Deschamps Champion Prairie Pré Dupré Vigne Desvignes
Pommier Poirier Prunier Cerisier Olivier Laurier Lilas Violette Marguerite Jasmin Muguet Fleur Lafleur Rosier Mai Janvier
Mars Juin Juillet Septembre Noël Dimanche Lundi Mardi Vendredi Samedi Printemps Hiver Matin Midi Minuit Soir Soleil
Lune Étoile Ciel Neige Pluie Tempête Orage Vent Froid Chaud Gel Content Joly Gentil Mignon Sage Lesage Bonhomme Bellefemme
Garçon Fille Lenfant Cousin Neveu Loncle Parent Jumeau Ainé Cadet Jeune Vieux Vieillard Lejeune Levieux Vivant Mort Maure
Cœur Foie Sang Rein Dent Oeil Bras Jambe Pied Main Tête Cheveux Barbe Toux Rhume Fièvre Malade Lasanté Docteur Médecin
Infirmier Chirurgien Pharmacien Lesoin Carrière Métier Travail Repos Congé Argent Richard Pauvre Riche Prix Compte Lecompte
Comte Duc Prince Roi Reine Pape Lévêque Abbé Moine Lemoine Curé Clerc Leclerc Prêtre Diable Dieu Ange Langevin Saint Sainte
Poisson Merle Corbeau Rossignol Pinson Moineau Pigeon Coq Lecoq Poulet Poule Canard Loup Leloup Renard Lièvre Lapin Mouton
Agneau Veau Bœuf Taureau Cheval Poulain Chat Lechat Chien Souris Ours Lelion Serpent Couleuvre Mouche Abeille Papillon
Pain Vin Bière Lait Beurre Fromage Sel Salé Poivre Sucre Miel Chou Carotte Navet Oignon Ail Persil Thym Blé Avoine Seigle
Maison Lamaison Château Castel Chapelle Église Ville Delaville Rue Larue Place Pont Dupont Port Duport Porte Laporte Mur
Tour Latour Cour Lacour Four Dufour Puits Dupuis Source Lasource Ruisseau Étang Mer Lamer Plage Sable Pierre Lapierre Roche
Fer Lefer Acier Or Dor Bronze Plomb Cuivre Marteau Clou Clef Couteau Hache Épée Lance Flèche Canon Guerre Bataille Victoire
Paix Lapaix Bonheur Joie Lajoie Malheur Amour Lamour Bontemps Beau Lebeau Bel Belle Vilain Sauvage Loyal Vrai Droit Gauche
Ledroit Court Long Lelong Gros Legros Gras Legras Maigre Mince Petitjean Grosjean Tout Rien Plus Moins Premier Second Tiers
Quatre Six Dix Vingt Cent Mille Franc Sou Denier Bureau Papier Plume Livre Page Parole Lettre Signature Secret Merci Adieu
Bonjour Salut Bonsoir Patience Constance Prudence Espérance Charité Clément Juste Innocent Modeste Parfait Désiré Aimé""".split()

PLACES = """Nantes Lorrain Paris Berger Bourgogne Bretagne Breton Lebreton Normand Picard Champagne Lyon Lyonnet Marseille
Toulouse Bordes Rennes Lille Nancy Metz Verdun Sedan Chartres Tours Blois Angers Poitiers Limoges Gascogne Gascon Provence
Provençal Savoie Dauphin Flandre Flament Lallemand Langlais Lespagnol Portugal Pologne Hollande Germain Romain Besançon
Valence Montauban Cahors Rodez Castres Albi Foix Auch Dax Pau Bayonne Basque Catalan Toulon Cassis Martigues Arles Avignon
Orange Privas Mende Millau Beauvais Senlis Soissons Laon Reims Épernay Troyes Sens Auxerre Nevers Moulins Vichy Roanne""".split()

EPONYMS = """Parkinson Babinski Charcot Crohn Basedow Addison Raynaud Ménière Bell Turner Marfan Horner Murphy Romberg Lasègue
Norton Braden Barré Guillain Hodgkin Sjögren Alzheimer Korsakoff Wernicke Huntington Tourette Dupuytren Bouchard Heberden
Trousseau Laennec Fallot Wilson Cushing Graves Hashimoto Bouveret Mobitz Apgar Waterlow Pavlov Pasteur Calmette Bichat Broca
Glasgow Rankin Child Forrest Gleason Breslow Clark Stahl Mallampati Allen Doppler Holter Foley Redon Kocher Hartmann Whipple
Bernard Claude Cheyne Stokes Adams Potain Mantoux Coombs Gram Koch Down Patau Edwards Rett Asperger Still Kawasaki""".split()

DRUGS = """Diane Jasmine Alma Thaïs Sylviane Leeloo Méliane Bismuth Ramet Daily Minerva Harmonet Melodia Lysanxia Solian
Tahor Elisor Coversyl Imovane Aprovel Lasilix Aldactone Inexium Pariet Sectral Atarax Lexomil Seresta Effexor Zoloft""".split()

SHORT = (
    "Ly Wu Ô Bâ Sy Ng Ou Ka Li Vu Vo Ha Yu Xu Ma Ba Bo Dé Do Gay Gé Hu Hy Ie Io Ke Ky La Lo Lê Lu My Oz Pé Pô Py Ré Ro Ry Sa"
    " So Su Sô Ta Té Ti To Tô Ty Uh Us Wa Yé Zé Y An Ay Eu Ho Im Pu Qi Vy Bé Cé Fô Mô Lim Lam Kim Dao Tan Sow Sou Sar Sek Koç"
).split()

# first names (men / women) and family names that go together
ORIGINS = [
    ("Malo Yannick Erwan Corentin Goulven Ronan Tugdual Efflam/Gwenola Maëlle Rozenn Soizic Enora Nolwenn Annaïg",
     "Le Goff Le Bihan Kervella Quéméner Le Gall Guivarc'h Tanguy Kermarrec Le Floc'h Jaouen Abgrall Cloarec Guéguen"),
    ("Mohamed Karim Abdelkader Rachid Farid Yacine Mourad Slimane Nordine/Fatima Khadija Zohra Samira Yamina Malika Nadia",
     "El Amrani Benali Ben Saïd Bouzid Haddad Ait Ouali Belkacem Cherkaoui El Khattabi Ouchene Zeroual Ben Hadj Ould Ali"),
    ("Mamadou Ousmane Ibrahima Moussa Cheikh Souleymane Demba Bakary/Aïssatou Fatoumata Mariama Kadiatou Awa Ramata Coumba",
     "Diallo N'Diaye Traoré Coulibaly Sow Bâ Cissé Sissoko Konaté M'Baye Touré Diarra Sy N'Guessan Kouassi Ouédraogo"),
    ("Mehmet Mustafa Emre Hasan Yusuf Kemal/Ayşe Fatma Elif Zeynep Hatice Emine", "Yılmaz Kaya Demir Şahin Çelik Öztürk Arslan"),
    ("João Manuel António Joaquim Carlos Rui/Maria Fernanda Conceição Lurdes Ana Paula Graça",
     "Da Silva Dos Santos Ferreira Gonçalves Pereira de Oliveira Rodrigues Da Costa Simões Lopes Araújo Magalhães"),
    ("Van Minh Duc Quang Thanh Huu/Thi Mai Ngoc Lan Linh Thuy Hoa", "Nguyen Tran Pham Le Hoang Vo Dang Bui Ngo Phan Huynh"),
    ("Stanisław Kazimierz Zbigniew Czesław Bogdan/Halina Jadwiga Krystyna Wanda Stanisława Zofia",
     "Kowalski Nowak Wiśniewski Wójcik Dąbrowski Szymański Krawczyk Grabowski Zieliński"),
    ("Saïd Abdallah Ali Youssouf Mohamed Soilihi/Echati Zaïnaba Moina Fatima Hadidja Nourdine",
     "Abdou Saïd Ahmed Ali Mohamed Mze Soilihi M'Madi Attoumani Bacar Boina Madi Houmadi Combo"),
    ("Jean-Marc Joseph Éric Hubert Rosan Alex/Marie-Line Lucette Josiane Ginette Guylène Rosette Mirette",
     "Césaire Zobel Bellance Marie-Sainte Jean-Baptiste Sainte-Rose Louis-Marie Nestor Cadet-Petit Rosemond Édouard Lubin"),
    ("Vasile Ion Gheorghe Dragan Milan Slobodan/Elena Ioana Mirela Snežana Ljiljana", "Popescu Ionescu Dumitru Jovanović Petrović Marin"),
    ("Wei Jun Hao Feng Lei/Xiu Ying Mei Fang Hui", "Zhang Wang Li Chen Liu Zhou Wu Xu Lin Huang Zheng"),
    ("Ravi Suresh Prakash Kumar Sivakumar/Lakshmi Kamala Priya Vijaya Sunita", "Sivanesan Rajaratnam Patel Singh Kaur Sharma Subramaniam"),
    ("Vladimir Igor Dmitri Aslan Rouslan/Olga Tatiana Natalia Zarema Svetlana", "Ivanov Petrov Kovalenko Chevtchenko Dzhaparov Tsarnaïev"),
    ("Giuseppe Salvatore Angelo Dominique Ange Toussaint/Giulia Concetta Assunta Letizia Serena",
     "Di Stefano Rossi De Luca Mariani Casanova Santoni Colonna d'Istria Paoli Della Rocca Mattei"),
    ("Teva Manutea Tehei Heimana Wallès/Vaea Moana Hinano Poerava Teura", "Tetuanui Tehaamoana Wamytan Hnaije Tuheiava Falelavaki"),
    ("Arthur Charles-Henri Foulques Amaury Gonzague/Bérengère Aliénor Sixtine Hermine Ségolène",
     "de La Rochefoucauld d'Ormesson de Kersauson du Plessis d'Argentré de La Tour du Pin Le Roy de Boisaumarié de Villiers"),
]  # fmt: skip
# parts that a family name of the lists above keeps with what follows
_OPEN = frozenset("Le El Ben Ould Da Dos de De du Di Della d'Istria La Tour Pin Roy".split())

NICKS = {
    "M": "Dédé Gégé Jojo Nono Titi Loulou Momo Kiki Riton Bébert Fredo Manu Toto Lulu Pépé Papou Jeannot Marcou P'tit-Louis Milou Doudou".split(),
    "F": "Mimi Zaza Lili Titine Jojo Nini Mamie-Jo Lulu Fanfan Kiki Loulou Nanou Manon Zézette Didine Mado Ginou Babeth Poupette Tata-Lou".split(),
}  # fmt: skip


@cache
def _lines(name: str) -> tuple[str, ...]:
    return tuple(gzip.decompress((DATA / name).read_bytes()).decode("utf-8").splitlines())


@cache
def surname_list() -> tuple[str, ...]:
    """Return the derived family names."""
    return _lines("surnames.txt.gz")


@cache
def towns() -> tuple[tuple[str, str], ...]:
    """Return (name, postcode) of the derived communes."""
    return tuple((name, code) for name, _, code in (line.partition("\t") for line in _lines("communes.tsv.gz")))


@cache
def _first_names(sex: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    rows = [line.split("\t") for line in _lines("first_names.tsv.gz")]
    chosen = [(name, float(count)) for name, s, count in rows if s == sex]
    return tuple(n for n, _ in chosen), tuple(accumulate(count**0.5 for _, count in chosen))


def listed_first(rng: Random, sex: str) -> str:
    """Return a first name of the list: half the time any, else by the root of how many bear it."""
    names, weights = _first_names(sex)
    return rng.choice(names) if rng.random() < 0.42 else rng.choices(names, cum_weights=weights)[0]


@cache
def _family_names(origin: int) -> tuple[str, ...]:
    names: list[str] = []
    for word in ORIGINS[origin][1].split():
        if names and names[-1].split()[-1] in _OPEN:
            names[-1] += f" {word}"
        else:
            names.append(word)
    return tuple(name for name in names if name not in _OPEN)


def of_origin(rng: Random, sex: str) -> tuple[str, str]:
    """Return a first and a family name of one origin."""
    origin = rng.randrange(len(ORIGINS))
    men, _, women = ORIGINS[origin][0].partition("/")
    return rng.choice((men if sex == "M" else women).split()), rng.choice(_family_names(origin))


class _Chain:
    """A Markov chain over letters; what it makes sounds like the list and is not in it."""

    def __init__(self, names: tuple[str, ...], order: int) -> None:
        self.order = order
        self.known = frozenset(names)
        self.next: dict[str, list[str]] = {}
        for name in names:
            padded = "^" * order + name + "$"
            for at in range(order, len(padded)):
                self.next.setdefault(padded[at - order : at], []).append(padded[at])

    def make(self, rng: Random, shortest: int = 4, longest: int = 13) -> str:
        while True:
            text = "^" * self.order
            while text[-1] != "$" and len(text) <= longest + self.order:
                text += rng.choice(self.next[text[-self.order :]])
            name = text[self.order : -1]
            if text[-1] == "$" and len(name) >= shortest and name not in self.known:
                return name


def _single(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name.isalpha())


@cache
def _surname_chain(order: int) -> _Chain:
    return _Chain(_single(surname_list()), order)


@cache
def _first_chain(sex: str) -> _Chain:
    return _Chain(_single(_first_names(sex)[0]), 3)


@cache
def _town_chain() -> _Chain:
    return _Chain(tuple(name for name, _ in towns()), 4)


def invented_surname(rng: Random) -> str:
    """Return a family name that the list doesn't hold."""
    return _surname_chain(2 if rng.random() < 0.2 else 3).make(rng)


def invented_first(rng: Random, sex: str) -> str:
    """Return a first name that the list doesn't hold."""
    return _first_chain(sex).make(rng, 3, 9)


def invented_town(rng: Random) -> str:
    """Return the name of a commune that the list doesn't hold."""
    return _town_chain().make(rng, 4, 22)
