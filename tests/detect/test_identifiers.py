"""The whole rule book on what French care staff write: published forms, and what only looks like them.

The numbers are synthetic or published specimens; telephone numbers come from the ranges reserved for fiction.
"""

import pytest

from avec_proxy.detect.merge import union
from avec_proxy.detect.patterns import PatternMatcher
from avec_proxy.rulebook import Rulebook

BOOK = PatternMatcher(Rulebook.load().identifiers)
NBSP, NNBSP = "\u00a0", "\u202f"

NIR, PHONE, DATE, BIRTH, INITIALS = "FR_NIR", "PHONE_NUMBER", "DATE_TIME", "BIRTH_DATE", "INITIALS"
STREET, POSTCODE, TOWN, ROOM = "STREET_ADDRESS", "POSTCODE", "CITY", "ROOM"
PLATE, IBAN, MAIL, IPP, NDA, OTHER, PIECE = (
    *("FR_LICENSE_PLATE", "IBAN_CODE", "EMAIL_ADDRESS", "FR_IPP", "FR_NDA", "OTHER_ID", "ID_DOCUMENT"),
)


def found(text: str) -> list[tuple[str, str]]:
    """Return what the whole rule book finds, overlaps united, as surfaces and entity types."""
    return [(text[f.start : f.end], f.entity_type) for f in union(BOOK.find(text))]


# « frame » holds the surface alone, so that no label helps; {} is where it stands
UNLABELLED: list[tuple[str, str, list[str]]] = [
    (
        NIR,
        "Assuré connu, {}, au bureau.",
        [
            *("1 85 05 78 006 084 91", "185057800608491", "1.85.05.78.006.084.91", "1-85-05-78-006-084-91"),
            *("1 85 05 78 006 084 91".replace(" ", NNBSP), "1 85 05 78 006 084 91".replace(" ", NBSP)),
            *("1 85 05 78 006 084 clé 91", "1 85 05 78 006 084 / 91", "2 69 05 49 588 157 80", "2 55 08 14 168 025 38"),
            *("2 53 07 99 126 111 66", "1 70 06 99 131 005 96"),  # born abroad
            *("2 85 07 2A 004 001 63", "285072a00400163", "2 53 07 2B 073 004 70"),  # Corsica
            *("1 48 06 97 105 012 61", "2 91 05 98 735 044 75"),  # overseas
            *("7 85 05 99 351 042 71", "8 92 06 99 212 007 19", "3 85 05 78 006 084 88"),  # temporary
            *("1 85 20 78 006 084 40", "2 85 31 93 006 084 52"),  # unknown months
        ],
    ),
    (
        PHONE,
        "On le joint ainsi : {}, le soir.",
        [
            *("06 39 98 12 34", "0639981234", "06.39.98.12.34", "06-39-98-12-34", "06/39/98/12/34"),
            *("06 39 98 12 34".replace(" ", NBSP), "06 39 98 12 34".replace(" ", NNBSP)),
            *("01 99 00 12 34", "02 61 91 12 34", "03 53 01 12 34", "04 65 71 12 34", "05 36 49 12 34"),
            *("+33 (0)6 39 98 12 34", "+33 6 39 98 12 34", "+33639981234", "0033639981234", "0033 6 39 98 12 34"),
            *("(+33) 6 39 98 12 34", "0692 12 34 56", "0262 12 34 56", "0590 12 34 56", "0694 12 34 56"),
            *("0696 12 34 56", "+262 692 12 34 56", "+590 690 12 34 56", "+689 40 42 12 34", "+508 41 12 34"),
            *("01 99 00 12 34 poste 4512", "01 99 00 12 34 (DECT 55123)"),
        ],
    ),
    (
        DATE,
        "Consultation {}, sans suite.",
        [
            *("03/12/1947", "3/12/47", "03.12.47", "03-12-1947", "1947-12-03", "19471203", "20240312143025"),
            *("3 mars 2024", "1er janvier 2024", "mercredi 12 févr. 2025", "mars 2024", "03/2024", "3 III 2024"),
            *("14 juillet", "premier mai 1968", "12 / 03 / 2024", "trois mars deux mille vingt-quatre"),
        ],
    ),
    (INITIALS, "Vu avec {} hier", ["B.M.", "J-P. L.", "J.-P. L.", "Jean D.", "Marie-Laure K."]),
    (PLATE, "Garé ici {} hier", ["AA-123-AA", "AB 123 CD", "GK-482-TR", "WW-123-AB"]),
    (
        IBAN,
        "Virer sur {} demain",
        [
            *("FR7630006000011234567890189", "FR14 2004 1010 0505 0001 3M02 606", "FR059999999999AVECPROXY0138"),
            *("fr7630006000011234567890189", "DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19"),
        ],
    ),
    (
        STREET,
        "Il vit au {} depuis peu",
        [
            *(
                "12 rue des Lilas",
                "15/17 avenue du Général de Gaulle",
                "3 bis, bd Victor-Hugo",
                "n° 12 chemin des Dames",
            ),
            *("4 ter allée des Roses", "12B rue X", "2, place de l'Église", "14 rue Victor Hugo", "7 QUAI DE LA FOSSE"),
            *("lieu-dit Kerbihan", "PK 12 route de Kourou", "BP 40123", "5 impasse des Ajoncs"),
        ],
    ),
    (
        MAIL,
        "Écrire à {} ce soir",
        [
            *("prenom.nom@medecin.mssante.fr", "nom@ch-xyz.mssante.fr", "cardiologie@ch-xyz.mssante.fr"),
            *("jean (at) exemple (point) fr", "jean arobase exemple point fr"),
        ],
    ),
    ("FR_RPPS", "Praticien {} présent", ["10999999906", "10999999914", "10999999922"]),
    ("FR_SIRET", "Cabinet {} prévenu", ["732 829 320 00074"]),
]


@pytest.mark.parametrize(
    ("entity_type", "frame", "surface"),
    [(entity_type, frame, surface) for entity_type, frame, surfaces in UNLABELLED for surface in surfaces],
)
def test_a_published_form_is_found_without_label(entity_type: str, frame: str, surface: str) -> None:
    """Exactly the identifier is found, as its own kind, and nothing beside it."""
    assert found(frame.format(surface)) == [(surface, entity_type)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a label makes a number certain, also with a wrong or without a key
        ("NIR : 185057800608490", [("185057800608490", NIR)]),
        ("NSS 1850578006084", [("1850578006084", NIR)]),
        ("N° SS 1850578006084", [("1850578006084", NIR)]),
        ("n° de sécurité sociale : 1 85 05 78 006 084", [("1 85 05 78 006 084", NIR)]),
        ("matricule INS 1850578006084", [("1850578006084", NIR)]),
        ("PID|1||1 85 05 78 006 084 91^^^ASIP", [("1 85 05 78 006 084 91", NIR)]),
        ("279035121518989@patient.mssante.fr", [("279035121518989@patient.mssante.fr", NIR)]),
        ("RPPS : 10001234567", [("10001234567", "FR_RPPS")]),
        ("RPPS 10003461033", [("10003461033", "FR_RPPS")]),
        ("IdNat_PS : 899700245667", [("899700245667", "FR_RPPS")]),
        ("FINESS 750712184", [("750712184", "FR_FINESS")]),
        ("FINESS 010000024", [("010000024", "FR_FINESS")]),
        ("FINESS : 970000000", [("970000000", "FR_FINESS")]),
        ("FINESS ET 2A0000123", [("2A0000123", "FR_FINESS")]),
        ("SIREN 732829320", [("732829320", "FR_SIRET")]),
        ("SIRET 73282932000074", [("73282932000074", "FR_SIRET")]),
        ("SIRET : 35600000049837", [("35600000049837", "FR_SIRET")]),
        ("ADELI 449301234", [("449301234", "FR_ADELI")]),
        ("IBAN FR7630006000011234567890188", [("FR7630006000011234567890188", IBAN)]),
        # numbers that have no key: the label alone says what they are
        ("IPP n° 8001234567", [("8001234567", IPP)]),
        ("n° patient : 123456", [("123456", IPP)]),
        ("NDA : 0123456789", [("0123456789", NDA)]),
        ("IEP : 240117653-1", [("240117653-1", NDA)]),
        ("n° de séjour 240117653", [("240117653", NDA)]),
        ("n° de venue : 240117653", [("240117653", NDA)]),
        ("lame 24H12345", [("24H12345", OTHER)]),
        ("lame H24-01234", [("H24-01234", OTHER)]),
        ("allocataire 1234567", [("1234567", OTHER)]),
        ("CAF 1234567 A", [("1234567 A", OTHER)]),
        ("MDPH n° 44-123456", [("44-123456", OTHER)]),
        ("n° fiscal 0701987765493", [("0701987765493", OTHER)]),
        ("INE 1234567890A", [("1234567890A", OTHER)]),
        ("n° d'écrou 12345", [("12345", OTHER)]),
        ("(01)03760123456784(17)251231(10)LOT1(21)SER12345", [("SER12345", OTHER)]),
        ("passeport 24AB12345", [("24AB12345", PIECE)]),
        ("CNI 880692310285", [("880692310285", PIECE)]),
        ("CNI : X4RTBPFW4", [("X4RTBPFW4", PIECE)]),
        ("permis 13AA00002", [("13AA00002", PIECE)]),
        ("IDFRADUPONT<<<<<<<<<<<<<<<<<<<<441234", [("IDFRADUPONT<<<<<<<<<<<<<<<<<<<<441234", PIECE)]),
        ("plaque 1234 AB 56", [("1234 AB 56", PLATE)]),
        ("véhicule immatriculé 1234 AB 56", [("1234 AB 56", PLATE)]),
        # a long number that nothing explains is hidden too, as no kind in particular
        ("1850578006084 sans étiquette", [("1850578006084", OTHER)]),
        ("code 10001234567 sans rapport", [("10001234567", OTHER)]),
        # telephones inside a house, dictated, in a row
        ("DECT : 55123", [("55123", PHONE)]),
        ("bip 412", [("412", PHONE)]),
        ("tél. int. 4512", [("4512", PHONE)]),
        (
            "au zéro six trente-neuf quatre-vingt-dix-huit douze trente-quatre",
            [("zéro six trente-neuf quatre-vingt-dix-huit douze trente-quatre", PHONE)],
        ),
        ("06 39 98 12 34 / 06 39 98 12 35", [("06 39 98 12 34", PHONE), ("06 39 98 12 35", PHONE)]),
        ("Joindre 06 39 98 12 34 06 39 98 12 35", [("06 39 98 12 34", PHONE), ("06 39 98 12 35", PHONE)]),
        # days without a year, births, parts of a year
        ("vu le 12/03", [("12/03", DATE)]),
        ("du 12/03 au 15/03", [("12/03", DATE), ("15/03", DATE)]),
        ("depuis le 12/03", [("12/03", DATE)]),
        ("J2 le 12/03", [("12/03", DATE)]),
        ("J0 = 12/03", [("12/03", DATE)]),
        ("le 3 mars", [("3 mars", DATE)]),
        ("au T1 2024", [("T1 2024", DATE)]),
        ("cet été 2019", [("été 2019", DATE)]),
        ("né en 47", [("47", BIRTH)]),
        ("née le 12", [("12", BIRTH)]),
        ("DDN : 12", [("12", BIRTH)]),
        ("DDN 03/12/1947", [("03/12/1947", BIRTH)]),
        ("DN : 03/12/1947", [("03/12/1947", BIRTH)]),
        ("née le 3 mars 1947", [("3 mars 1947", BIRTH)]),
        ("né(e) le 03/12/47", [("03/12/47", BIRTH)]),
        # initials after a title or a role, which stays
        ("Mme D. refuse", [("D.", INITIALS)]),
        ("Mme D refuse", [("D", INITIALS)]),
        ("Mme D., 82 ans", [("D.", INITIALS)]),
        ("Mme D… refuse", [("D…", INITIALS)]),
        ("Mme D*** refuse", [("D***", INITIALS)]),
        ("M. B, vu ce jour", [("B", INITIALS)]),
        ("M. BM, 47 ans", [("BM", INITIALS)]),
        ("Mr L, 47 ans", [("L", INITIALS)]),
        ("M. Jean D. a chuté", [("Jean D.", INITIALS)]),
        ("Dr M.-C. L.", [("M.-C. L.", INITIALS)]),
        ("patient X.Y. vu", [("X.Y.", INITIALS)]),
        ("le jeune K. crie", [("K.", INITIALS)]),
        # an address, line by line
        ("12 rue des Lilas, 44000 Nantes", [("12 rue des Lilas", STREET), ("44000", POSTCODE), ("Nantes", TOWN)]),
        ("44041 NANTES CEDEX 1", [("44041", POSTCODE), ("NANTES CEDEX 1", TOWN)]),
        ("97400 Saint-Denis", [("97400", POSTCODE), ("Saint-Denis", TOWN)]),
        ("apt 12, bât. B", [("apt 12, bât. B", STREET)]),
        # places in an establishment
        ("chambre 204", [("204", ROOM)]),
        ("ch. 12B", [("12B", ROOM)]),
        ("lit 3, box 4", [("3", ROOM), ("4", ROOM)]),
        ("chambre 204 porte", [("204 porte", ROOM)]),
        ("la dame du 12", [("12", ROOM)]),
        # ages from 90
        ("âgée de 91 ans", [("91 ans", "AGE_90")]),
        ("Patient de 102 ans", [("102 ans", "AGE_90")]),
        ("90 ans", [("90 ans", "AGE_90")]),
        # machines, files, links
        ("poste 192.168.1.12", [("192.168.1.12", "IP_ADDRESS")]),
        ("mac 00:1A:2B:3C:4D:5E", [("00:1A:2B:3C:4D:5E", OTHER)]),
        ("vu à 48.8566, 2.3522", [("48.8566, 2.3522", OTHER)]),
        ("voir DUPONT_Jean_IRM.pdf", [("DUPONT_Jean_IRM.pdf", "FILE_NAME")]),
        ("https://wetransfer.example/abc", [("https://wetransfer.example/abc", "URL")]),
        ("session CHU\\prenom.nom", [("CHU\\prenom.nom", "USERNAME")]),
        # several kinds on one line
        (
            "NIR 185057800608491 tél 0639981234 né le 03/12/1947",
            [("185057800608491", NIR), ("0639981234", PHONE), ("03/12/1947", BIRTH)],
        ),
    ],
)
def test_context_says_what_it_is(text: str, expected: list[tuple[str, str]]) -> None:
    """Labels, titles and neighbours decide, and the words around stay."""
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        # numbers that are no identifier
        *("Numéro 6 85 05 78 006 084 91 relevé", "Code 3400930000014 délivré", "CIP 3400930000014"),
        *("Lot 2 85 05 78 006 084 99 périmé", "FR7630006000011234567890188"),
        *("suite 4111 1111 1111 1112"),
        # what is no telephone
        *("TA 120/80 FC 72", "10 20 30 40 50", "02 03 2024", "Créatinine 01 02 03 04 05"),
        *("Appelez le 15, le 17, le 18, le 112, le 114 ou le 115", "le 3114, le 3639, le 3919 et le 3977"),
        *("Appeler le 3114", "le 116117 ou le 119", "Numéro vert 0 800 12 34 56", "Numéro vert : 0800 12 34 56"),
        # what is no date
        *("TA 12/8", "1/2 cp", "2,5 mg", "IRM T2", "ratio 1.2.3", "G3P2", "acuité 10/10", "EVA 8/10", "NYHA 2/4"),
        *("Stade 3/4", "ratio 12/03", "SA 38+4", "3 fois par jour", "pendant 7 jours", "J3", "Glasgow 15/15"),
        *("PA 130/85 mmHg", "FEVG 55 %", "à 14h32", "lundi dernier", "1-0-1 au repas"),
        # what is no initial
        *("par voie I.V.", "I.M. puis S.C.", "P.O. puis rien", "H.T.A. et T.A.", "B.K. négatif", "E.C.G. normal"),
        *("avis O.R.L.", "V.I.H. négatif", "A.V.C. ancien", "aux U.S.A.", "Vitamine D. Hépatite B. Groupe A. Stade C."),
        *("vitamine D. Suite", "S. aureus", "P. falciparum", "Présence S. aureus", "E. coli résistant"),
        # what is no plate
        *("10 MG 50", "20 ML 75", "100 UI 20", "AB-123-OI", "SS-123-AA", "1234 AB 56"),
        # what is no address
        *("au cours de la visite", "en cours", "mise en place", "en route", "passage aux urgences"),
        *("le passage en réanimation", "voie orale", "voie d'abord", "2 voies veineuses", "1 voie veineuse"),
        *("5 places en EHPAD", "3 cours de yoga", "porte d'entrée", "3 villas", "1 place en SSR", "Héparine 25000 UI"),
        # other look-alikes
        *("IPP 40 mg", "IPP au long cours", "89 ans", "91 mmHg", "version 2.1.3.4", "à 12:30:45", "antalgique au lit"),
        *("https://www.has-sante.fr/jcms/c_2857558/fr/guide", "Vaccination à 2 mois, 4 mois et 11 mois"),
        *("Paracétamol 1 g x 3/j pendant 5 jours", "Score de Norton 14/20, Braden 17", "Insuline 12 UI le matin"),
        *("Créatinine 85 µmol/L, clairance 60 mL/min", "T 38,5 °C, FR 22/min, SpO2 94 % sous 2 L/min"),
    ],
)
def test_a_look_alike_is_left_alone(text: str) -> None:
    """Doses, scores, constants, routes, public numbers and years of texts are what a model needs."""
    assert found(text) == []
