"""How many people live where, in thousands: what a place that a text names says about who it may be.

Départements: sums of the legal populations of their communes (INSEE, through Etalab's administrative division,
2026), rounded. Territories that the list does not count: their last census, rounded. Regions: INSEE, rounded.
"""

FRANCE = 68_600_000  # people

DEPARTMENTS = {
    "Ain": 679, "Aisne": 523, "Allier": 333, "Alpes-de-Haute-Provence": 168, "Hautes-Alpes": 143,
    "Alpes-Maritimes": 1128, "Ardèche": 334, "Ardennes": 266, "Ariège": 156, "Aube": 310, "Aude": 380,
    "Aveyron": 280, "Bouches-du-Rhône": 2088, "Calvados": 709, "Cantal": 144, "Charente": 353,
    "Charente-Maritime": 672, "Cher": 299, "Corrèze": 241, "Côte-d'Or": 540, "Côtes-d'Armor": 612, "Creuse": 116,
    "Dordogne": 418, "Doubs": 547, "Drôme": 524, "Eure": 603, "Eure-et-Loir": 433, "Finistère": 933,
    "Corse-du-Sud": 168, "Haute-Corse": 187, "Gard": 771, "Haute-Garonne": 1471, "Gers": 193, "Gironde": 1690,
    "Hérault": 1230, "Ille-et-Vilaine": 1121, "Indre": 216, "Indre-et-Loire": 619, "Isère": 1299, "Jura": 258,
    "Landes": 434, "Loir-et-Cher": 329, "Loire": 774, "Haute-Loire": 229, "Loire-Atlantique": 1488, "Loiret": 691,
    "Lot": 176, "Lot-et-Garonne": 334, "Lozère": 76, "Maine-et-Loire": 834, "Manche": 498, "Marne": 563,
    "Haute-Marne": 168, "Mayenne": 305, "Meurthe-et-Moselle": 732, "Meuse": 180, "Morbihan": 783, "Moselle": 1051,
    "Nièvre": 201, "Nord": 2616, "Oise": 830, "Orne": 275, "Pas-de-Calais": 1458, "Puy-de-Dôme": 664,
    "Pyrénées-Atlantiques": 707, "Hautes-Pyrénées": 231, "Pyrénées-Orientales": 497, "Bas-Rhin": 1164,
    "Haut-Rhin": 771, "Rhône": 1915, "Haute-Saône": 233, "Saône-et-Loire": 550, "Sarthe": 567, "Savoie": 448,
    "Haute-Savoie": 861, "Paris": 2104, "Seine-Maritime": 1261, "Seine-et-Marne": 1468, "Yvelines": 1485,
    "Deux-Sèvres": 375, "Somme": 565, "Tarn": 397, "Tarn-et-Garonne": 266, "Var": 1119, "Vaucluse": 572,
    "Vendée": 714, "Vienne": 439, "Haute-Vienne": 373, "Vosges": 357, "Yonne": 332, "Territoire de Belfort": 140,
    "Essonne": 1338, "Hauts-de-Seine": 1655, "Seine-Saint-Denis": 1704, "Val-de-Marne": 1427, "Val-d'Oise": 1282,
    "Guadeloupe": 384, "Martinique": 361, "Guyane": 294, "La Réunion": 890, "Saint-Pierre-et-Miquelon": 6,
    "Mayotte": 257, "Saint-Barthélemy": 11, "Saint-Martin": 31, "Monaco": 39, "Wallis-et-Futuna": 11,
    "Polynésie française": 279, "Nouvelle-Calédonie": 265,
}  # fmt: skip

# the five overseas regions are départements too
REGIONS = {
    "Auvergne-Rhône-Alpes": 8200, "Bourgogne-Franche-Comté": 2800, "Bretagne": 3450, "Centre-Val de Loire": 2570,
    "Corse": 350,
    "Grand Est": 5560, "Hauts-de-France": 5990, "Île-de-France": 12350, "Normandie": 3330, "Nouvelle-Aquitaine": 6110,
    "Occitanie": 6100, "Pays de la Loire": 3900, "Provence-Alpes-Côte d'Azur": 5200,
}  # fmt: skip

_MEMBERS = {
    "Auvergne-Rhône-Alpes": "Ain, Allier, Ardèche, Cantal, Drôme, Isère, Loire, Haute-Loire, Puy-de-Dôme, "
    "Rhône, Savoie, Haute-Savoie",
    "Bourgogne-Franche-Comté": "Côte-d'Or, Doubs, Jura, Nièvre, Haute-Saône, Saône-et-Loire, Yonne, "
    "Territoire de Belfort",
    "Bretagne": "Côtes-d'Armor, Finistère, Ille-et-Vilaine, Morbihan",
    "Centre-Val de Loire": "Cher, Eure-et-Loir, Indre, Indre-et-Loire, Loir-et-Cher, Loiret",
    "Corse": "Corse-du-Sud, Haute-Corse",
    "Grand Est": "Ardennes, Aube, Marne, Haute-Marne, Meurthe-et-Moselle, Meuse, Moselle, Bas-Rhin, Haut-Rhin, Vosges",
    "Hauts-de-France": "Aisne, Nord, Oise, Pas-de-Calais, Somme",
    "Île-de-France": "Paris, Seine-et-Marne, Yvelines, Essonne, Hauts-de-Seine, Seine-Saint-Denis, "
    "Val-de-Marne, Val-d'Oise",
    "Normandie": "Calvados, Eure, Manche, Orne, Seine-Maritime",
    "Nouvelle-Aquitaine": "Charente, Charente-Maritime, Corrèze, Creuse, Dordogne, Gironde, Landes, Lot-et-Garonne, "
    "Pyrénées-Atlantiques, Deux-Sèvres, Vienne, Haute-Vienne",
    "Occitanie": "Ariège, Aude, Aveyron, Gard, Haute-Garonne, Gers, Hérault, Lot, Lozère, Hautes-Pyrénées, "
    "Pyrénées-Orientales, Tarn, Tarn-et-Garonne",
    "Pays de la Loire": "Loire-Atlantique, Maine-et-Loire, Mayenne, Sarthe, Vendée",
    "Provence-Alpes-Côte d'Azur": "Alpes-de-Haute-Provence, Hautes-Alpes, Alpes-Maritimes, Bouches-du-Rhône, Var, "
    "Vaucluse",
    "outre-mer": "Guadeloupe, Martinique, Guyane, La Réunion, Saint-Pierre-et-Miquelon, Mayotte, Saint-Barthélemy, "
    "Saint-Martin, Wallis-et-Futuna, Polynésie française, Nouvelle-Calédonie",
}  # fmt: skip
# the region of each département (law of 16 January 2015); Monaco is in none
REGION_OF = {department: region for region, members in _MEMBERS.items() for department in members.split(", ")}

# types of establishment, as a hint says them, in which so few people live that the type tells something
FACILITIES = (
    "EHPAD", "maison de retraite", "résidence autonomie", "IME", "ESAT", "MAS", "FAM", "ITEP", "MECS", "USLD", "foyer",
)  # fmt: skip
