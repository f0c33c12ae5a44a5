"""Invented persons and numbers, new at every run: no list could have been made to let them pass.

Each stands in a line of its own, written as a hospital writes it, so that one rule, one position or the name model
must see it. Surnames are syllables put together that no French word list knows; numbers carry a right check digit.
"""

import random
import string
from collections.abc import Callable
from dataclasses import dataclass

from stdnum import iso7064, luhn

from avec_proxy import lexicons

_STARTS = "Bar Ber Bran Cal Car Char Dal Dor Fal Fer Gar Gal Ker Lam Lor Mar Mor Pel Per Quer Sal Ser Tal Tre Val Ver"
_MIDDLES = "bou da de do gui la lé li lo ma mé mi na né nou ra ré ri ron sa té to va vé vi"
_ENDS = "bert cour dan dec del din geot gnac lain lec lier mont net nier quin rand rel rin ret say sier tal tier vel"
_FIRST = "Aline Bruno Carole Didier Elsa Fabien Gisèle Hervé Inès Joël Karine Ludovic Maud Noémie Odile Pascal Renaud"
_STREETS = "rue de la Fontaine|impasse du Lavoir|avenue de la Gare|allée des Tilleuls|chemin du Moulin|place du Marché"
_DIGITS_SAID = "dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|quarante|cinquante|soixante"
_SITES = "intranet-dossiers suivi-patients portail-soins agenda-visites"
_UNTITLED = (
    "{} est levé au fauteuil, a bien mangé, transit vu ce matin.",
    "Ce matin {} refuse la toilette et demande sa fille.",
    "Vu {} en visite, tension stable, pas de plainte.",
    "{} appelle pour son ordonnance, rappeler demain.",
    "La famille de {} souhaite un rendez-vous avec le cadre.",
    "Soins faits pour {}, pansement refait, douleur cotée 3.",
)
_FINDINGS = "toux,douleur du genou gauche,œdème de la jambe droite,céphalées,asthénie"


@dataclass(frozen=True, slots=True)
class Plant:
    """A line of a prompt with one invented `value` in it, and the kinds of placeholder that may stand for it.

    `kind` says what it is, and is all that is ever printed of it.
    """

    kind: str
    line: str
    value: str
    placeholders: frozenset[str]


class Inventor:
    """Makes persons, numbers and prompts out of `chance`: by default the system's, which nobody can foresee."""

    def __init__(self, chance: random.Random | None = None) -> None:
        self.chance = chance or random.SystemRandom()
        self.without: frozenset[str] = frozenset()  # kinds whose rule is switched off: they are not planted
        self._made: list[tuple[str, str]] = []

    @property
    def made(self) -> list[tuple[str, str]]:
        """Everything that was invented so far: (kind, value)."""
        return list(self._made)

    def surname(self) -> str:
        """Return a family name that is no word, no name of a place and no drug."""
        while True:
            parts = (self._one(_STARTS), self._one(_MIDDLES), self._one(_ENDS))
            name = "".join(parts)
            folded = lexicons.fold(name)
            if not (folded in lexicons.common_words() or folded in lexicons.drugs() or lexicons.commune(name)):
                self._made.append(("name", name))
                return name

    def first_name(self) -> str:
        """Return a first name that many people bear."""
        return self._one(_FIRST)

    def plants(self) -> list[Plant]:
        """Return one line for each kind of value, in an order that changes, no two with the same value."""
        lines = [plant for make in _MAKERS if (plant := make(self)).kind not in self.without]
        self._made += [(plant.kind, plant.value) for plant in lines]
        self.chance.shuffle(lines)
        return lines

    def two_persons(self) -> tuple[Plant, Plant]:
        """Return two patients with one surname and two first names: a reply must not mix them up."""
        name, (one, two) = self.surname(), self.chance.sample(_FIRST.split(), 2)
        person = frozenset({"PERSONNE"})
        return (
            Plant("patient", f"Mme {one} {name} garde sa dose de furosémide 40 mg.", f"{one} {name}", person),
            Plant("relative", f"M. {two} {name} passe à 20 mg de bisoprolol.", f"{two} {name}", person),
        )

    def untitled(self) -> list[Plant]:
        """Return lines with a surname that no title, label or first name announces: the name model alone finds it."""
        person = frozenset({"PERSONNE"})
        named = [(form, self.surname()) for form in _UNTITLED]
        return [Plant("untitled_name", form.format(name), name, person) for form, name in named]

    def clinical(self) -> str:
        """Return a line that identifies nobody and must leave as it is."""
        dose, finding = self.chance.choice((20, 40, 60, 80)), self.chance.choice(_FINDINGS.split(","))
        return f"Traitement : furosémide {dose} mg matin et soir, FEVG 38 %, {finding}, score de Glasgow 15."

    def digits(self, count: int, first: str = string.digits) -> str:
        """Return `count` digits, the first one of `first`."""
        return self.chance.choice(first) + "".join(self.chance.choices(string.digits, k=count - 1))

    def letters(self, count: int, of: str = "ABCDEFGHJKLMNPRSTVWXYZ") -> str:
        """Return `count` letters of `of`."""
        return "".join(self.chance.choices(of, k=count))

    def number(self, low: int, high: int) -> int:
        """Return a number from `low` to `high`."""
        return self.chance.randint(low, high)

    def one_of(self, choices: str, separator: str = "|") -> str:
        """Return one of the choices."""
        return self.chance.choice(choices.split(separator))

    def _one(self, words: str) -> str:
        return self.chance.choice(words.split())


def nir(make: Inventor) -> str:
    """Return a social security number with its right key (97 less the number modulo 97)."""
    body = f"{make.number(1, 2)}{make.number(30, 99):02}{make.number(1, 12):02}{make.number(1, 19):02}"
    body += f"{make.number(1, 400):03}{make.number(1, 400):03}"
    key = 97 - int(body) % 97
    return f"{body[0]} {body[1:3]} {body[3:5]} {body[5:7]} {body[7:10]} {body[10:13]} {key:02}"


def iban(make: Inventor) -> str:
    """Return a French IBAN with right check digits (ISO 7064, 97-10)."""
    account = make.digits(23)
    check = iso7064.mod_97_10.calc_check_digits(account + "FR")
    number = f"FR{check}{account}"
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def with_luhn(digits: str) -> str:
    """Return `digits` with the digit after them that Luhn's test asks."""
    return digits + str(luhn.calc_check_digit(digits))


def _date(make: Inventor, first: int, last: int) -> str:
    return f"{make.number(1, 28):02}/{make.number(1, 12):02}/{make.number(first, last)}"


def _plant(kind: str, line: str, value: str, *placeholders: str) -> Plant:
    return Plant(kind, line.format(value), value, frozenset(placeholders))


def _spelled(make: Inventor) -> str:
    return "zéro six " + " ".join(make.one_of(_DIGITS_SAID) for _ in range(4))


def _ascii(name: str) -> str:
    return lexicons.fold(name)


_MAKERS: tuple[Callable[[Inventor], Plant], ...] = (
    lambda m: _plant("titled_name", "Mme {} est sortie hier avec son traitement.", m.surname(), "PERSONNE"),
    lambda m: _plant("doctor", "Courrier adressé au Dr {} pour avis.", f"{m.first_name()} {m.surname()}", "PERSONNE"),
    lambda m: _plant("initials", "Patient {} vu ce jour en consultation.", ".".join(m.letters(2)) + ".", "PERSONNE"),
    lambda m: _plant("birth_date", "Date de naissance : {}", _date(m, 1930, 2005), "NAISSANCE"),
    lambda m: _plant("date", "Opération du genou le {}, sans complication.", _date(m, 2015, 2025), "DATE"),
    lambda m: _plant("export_time", "Export {}, version 2.", _stamp(m), "DATE"),
    lambda m: _plant("age_90", "La patiente, {}, marche avec une canne.", f"{m.number(91, 104)} ans", "AGE"),
    lambda m: _plant("nir", "NIR : {}", nir(m), "NIR"),
    lambda m: _plant("ipp", "IPP : {}", m.digits(9, "3456789"), "IPP"),
    lambda m: _plant("nda", "N° de séjour : {}", m.digits(9, "2"), "DOSSIER"),
    lambda m: _plant("rpps", "RPPS : {}", with_luhn("10" + m.digits(8)), "RPPS"),
    lambda m: _plant("adeli", "N° ADELI : {}", with_luhn(m.digits(8, "1234")), "ADELI"),
    lambda m: _plant("finess", "N° FINESS : {}", with_luhn(m.digits(8, "1234")), "FINESS"),
    lambda m: _plant("siret", "SIRET : {}", _siret(m), "SIRET"),
    lambda m: _plant("phone", "Joindre la famille au {} le soir.", _phone(m), "TELEPHONE"),
    lambda m: _plant("phone_spelled", "Sa fille répond au {} après 18 h.", _spelled(m), "TELEPHONE"),
    lambda m: _plant("email", "Écrire à {} pour la suite.", _email(m), "COURRIEL"),
    lambda m: _plant("address", "Domicile : {}", f"{m.number(1, 90)} {m.one_of(_STREETS)}", "ADRESSE"),
    lambda m: _plant("post_box", "Envoyer {} sous pli.", f"BP {m.number(40001, 49999)}", "ADRESSE"),
    lambda m: _plant("postcode", "Code postal : {}", f"{m.number(10, 89)}{m.number(1, 9)}{m.number(0, 9)}0", "CP"),
    lambda m: _plant("room", "Chambre {}, a bien dormi.", str(m.number(201, 489)), "CHAMBRE"),
    lambda m: _plant("plate", "Véhicule immatriculé {} au parking.", _plate(m), "PLAQUE"),
    lambda m: _plant("id_document", "Passeport : {}", f"{m.number(10, 25)}{m.letters(2)}{m.digits(5)}", "PIECE"),
    lambda m: _plant("iban", "IBAN : {}", iban(m), "IBAN", "NIR"),
    lambda m: _plant("card", "Réglé par la carte {} ce matin.", _card(m), "CARTE"),
    lambda m: _plant("file_name", "Voir le fichier {} joint.", f"{m.surname().upper()}_IRM.pdf", "FICHIER"),
    lambda m: _plant("url", "Lien : {}", _url(m), "URL"),
    lambda m: _plant("ip_address", "Poste {} du service.", _address(m), "IP"),
    lambda m: _plant("username", "login : {}", m.letters(1).lower() + _ascii(m.surname()), "COMPTE"),
    lambda m: _plant("secret", "mot de passe : {}", f"{m.letters(6).title()}!{m.digits(3)}", "SECRET"),
    lambda m: _plant("other_number", "N° de série de la pompe : {}", m.letters(2) + m.digits(5), "NUMERO"),
    lambda m: _plant("reference_number", "Signalement n° {} du service.", _reference(m), "NUMERO"),
    lambda m: _plant("supplier_reference", "référence {} du fournisseur", m.letters(2) + m.digits(3, "1"), "NUMERO"),
    lambda m: _plant("long_number", "Dans le fichier, {} manque.", f"{m.number(10, 29)}-{m.digits(6, '0')}", "NUMERO"),
)


def _phone(make: Inventor) -> str:
    # 06 39 98 is kept for fiction (Arcep, plan national de numérotation)
    return f"06 39 98 {make.digits(2)} {make.digits(2)}"


def _siret(make: Inventor) -> str:
    return with_luhn(with_luhn("8" + make.digits(7)) + "000" + make.digits(1))


def _stamp(make: Inventor) -> str:
    day = f"20{make.number(19, 25)}{make.number(1, 12):02}{make.number(10, 28)}"
    return f"{day}{make.number(10, 23)}{make.number(10, 59)}{make.number(10, 59)}"


def _email(make: Inventor) -> str:
    return f"{_ascii(make.first_name())}.{_ascii(make.surname())}@{_ascii(make.surname())}.fr"


def _plate(make: Inventor) -> str:
    letters = make.letters(4, "ABCDEFGHJKLMNPQRTVWXYZ")
    return f"{letters[:2]}-{make.number(101, 989)}-{letters[2:]}"


def _card(make: Inventor) -> str:
    number = with_luhn("4970" + make.digits(11))
    return " ".join(number[at : at + 4] for at in range(0, 16, 4))


def _url(make: Inventor) -> str:
    return f"https://{make.one_of(_SITES, ' ')}.{_ascii(make.surname())}.fr/dossier/{make.digits(7)}"


def _address(make: Inventor) -> str:
    return f"10.{make.number(11, 240)}.{make.number(11, 240)}.{make.number(11, 240)}"


def _reference(make: Inventor) -> str:
    return f"FE{make.letters(1)}-{make.number(20, 26)}-{make.digits(4)}"
