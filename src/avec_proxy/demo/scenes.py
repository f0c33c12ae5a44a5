"""What the demonstration types. Everybody and everything in it is invented.

`identifiers` are the words and numbers that must never reach the stand-in; `kept` must reach it as they are.
"""

from dataclasses import dataclass
from typing import Literal

Sdk = Literal["openai", "anthropic"]


@dataclass(frozen=True, slots=True)
class Scene:
    """A conversation: the user's turns, in order, and what must not and must reach the model."""

    title: str
    sdk: Sdk
    stream: bool
    turns: tuple[str, ...]
    identifiers: tuple[str, ...]
    kept: tuple[str, ...]


LETTER = Scene(
    title="Une lettre de sortie, en flux (SDK openai)",
    sdk="openai",
    stream=True,
    turns=(
        "Bonjour, peux-tu résumer cette lettre en 8 lignes pour le médecin traitant, s'il te plaît ?\n\n"
        "Madame Solange KERVADEC, née le 14/02/1948, NIR 2 48 02 29 019 123 81, a été hospitalisée du 3 mars 2026 au "
        "10 mars 2026 au CHU de Valmorel pour une décompensation cardiaque. Elle vit à Quimper, 12 rue des Korrigans ; "
        "sa fille, Mme Maëlle Kervadec, est joignable au 06 39 98 12 34.\n"
        "Antécédents : maladie de Parkinson, FA sous Eliquis 5 mg matin et soir. FEVG 38 %, NT-proBNP 6 410 ng/L.\n"
        "Mme Kervadec sort sous furosémide 40 mg et bisoprolol 2,5 mg. Contrôle le 24 mars 2026.\n"
        "Dr Yann Le Bihan, RPPS 10003417820",
    ),
    identifiers=(
        "Solange", "KERVADEC", "Kervadec", "14/02/1948", "2 48 02 29 019 123 81", "Quimper", "Korrigans", "Maëlle",
        "06 39 98 12 34", "Valmorel", "Bihan", "10003417820", "3 mars 2026",
    ),
    kept=("Parkinson", "Eliquis 5 mg", "FEVG 38 %", "NT-proBNP 6 410 ng/L", "furosémide 40 mg", "bisoprolol 2,5 mg"),
)  # fmt: skip

QUESTION = Scene(
    title="Une question médicale sans identifiant (SDK anthropic)",
    sdk="anthropic",
    stream=False,
    turns=(
        "Compare la maladie de Parkinson et la démence à corps de Lewy : signe de Babinski, score de Glasgow, "
        "Modopar 125, Exelon et clozapine. Réponds en un tableau, selon les recommandations de la HAS.",
    ),
    identifiers=(),
    kept=("Parkinson", "Lewy", "Babinski", "Glasgow", "Modopar 125", "Exelon", "clozapine", "HAS"),
)

CONVERSATION = Scene(
    title="Une conversation en deux tours, en flux (SDK anthropic)",
    sdk="anthropic",
    stream=True,
    turns=(
        "M. Abel Trévidic, 92 ans, chambre 214, a chuté hier. "
        "Rédige une transmission ciblée de 5 lignes pour l'équipe.",
        "Ajoute que M. Trévidic refuse la contention et que son fils Loïc a été prévenu au 02 61 91 40 17.",
    ),
    identifiers=("Abel", "Trévidic", "92", "214", "Loïc", "02 61 91 40 17"),
    kept=("chuté", "contention", "5 lignes"),
)

SOCIAL = Scene(
    title="Une note sociale, par le proxy du poste (SDK openai, en flux)",
    sdk="openai",
    stream=True,
    turns=(
        "Reformule en 4 lignes, pour le juge des enfants : Mme Enora Le Cleac'h, 12 impasse du Lavoir, 29600 Morlaix, "
        "allocataire 7412345, héberge depuis le 4 mai 2026 son neveu Titouan, 9 ans, suivi pour un asthme sous "
        "Flixotide 50. Référente : Mme Gaëlle Hamonic, 02 61 91 55 20.",
    ),
    identifiers=(
        "Enora",
        "Le Cleac'h",
        "Lavoir",
        "29600",
        "Morlaix",
        "7412345",
        "Titouan",
        "Hamonic",
        "02 61 91 55 20",
    ),
    kept=("asthme", "Flixotide 50", "9 ans", "4 lignes"),
)

SCENES = (LETTER, QUESTION, CONVERSATION)
THROUGH_PROXY = (SOCIAL,)
