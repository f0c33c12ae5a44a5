"""Columns: in a CSV, a Markdown table or a pasted sheet, the header says what each cell below is."""

import re
from collections.abc import Iterator

from avec_proxy.lexicons import fold
from avec_proxy.model import Finding

TITLE = "colonne d'un tableau"

# folded header cell → what the cells below are
_PERSON = "PERSON"
COLUMNS: dict[str, str] = {
    **dict.fromkeys(
        ("nom", "noms", "prenom", "prenoms", "nom prenom", "prenom nom", "nom et prenom", "nom/prenom", "nom - prenom", "nom de naissance", "nom d'usage",
         "nom naissance", "nom usuel", "nom marital", "patient", "patiente", "patients", "resident", "residente", "residents", "usager", "beneficiaire",
         "medecin", "medecin traitant", "praticien", "soignant", "soignante", "agent", "salarie", "ide", "as", "interne", "eleve", "enfant",
         "referent", "referente", "contact", "personne de confiance", "identite", "operateur", "prescripteur", "chirurgien", "intervenant",
         "nom_naissance", "nom_usage", "nom_patient", "prenom_patient", "family", "given", "lastname", "firstname", "last_name", "first_name",
         "name", "surname"), _PERSON),
    **dict.fromkeys(("ddn", "date de naissance", "naissance", "ne le", "nee le", "ne(e) le", "date naissance", "date_naissance", "birthdate", "dn"), "BIRTH_DATE"),
    **dict.fromkeys(("date", "date entree", "entree", "sortie", "date sortie", "date d'entree", "date de sortie", "rdv", "date rdv", "date acte", "date examen"), "DATE_TIME"),
    **dict.fromkeys(("ville", "commune", "localite", "lieu de naissance", "city", "domicile"), "CITY"),
    **dict.fromkeys(("cp", "code postal", "code_postal", "postalcode"), "POSTCODE"),
    **dict.fromkeys(("adresse", "rue", "voie", "address"), "STREET_ADDRESS"),
    **dict.fromkeys(("tel", "telephone", "portable", "mobile", "gsm", "fixe", "phone", "n° tel", "no tel"), "PHONE_NUMBER"),
    **dict.fromkeys(("mail", "email", "e-mail", "courriel"), "EMAIL_ADDRESS"),
    **dict.fromkeys(("ipp", "id patient", "id_patient", "nip", "n° patient"), "FR_IPP"),
    **dict.fromkeys(("nda", "iep", "sejour", "n° sejour", "n° dossier", "dossier", "num dossier", "no dossier"), "FR_NDA"),
    **dict.fromkeys(("nir", "nss", "n° ss", "n° secu", "secu", "ins", "num secu", "no secu"), "FR_NIR"),
    **dict.fromkeys(("rpps", "n° rpps"), "FR_RPPS"),
    **dict.fromkeys(("chambre", "ch", "ch.", "n° chambre", "lit", "room"), "ROOM"),
    **dict.fromkeys(("login", "identifiant", "matricule", "utilisateur", "user", "username"), "USERNAME"),
}  # fmt: skip
_NUMERIC = frozenset({"FR_IPP", "FR_NDA", "FR_NIR", "FR_RPPS", "PHONE_NUMBER", "POSTCODE", "ROOM", "DATE_TIME", "BIRTH_DATE"})
_SEPARATORS = ("|", "\t", ";", ",")
_EMPTY = frozenset(("", "-", "–", "—", "?", "x", "na", "n/a", "nc", "ras", "neant", "inconnu", "oui", "non", "…", "..."))
_RULE_LINE = re.compile(r"^[\s|:+=-]+$")


def find(text: str) -> Iterator[Finding]:
    """Yield one finding per cell under a known header, until a line no longer has the header's columns."""
    header: list[str] | None = None
    separator = ""
    at = 0
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        if header is not None:
            cells = list(_cells(bare, separator))
            if _RULE_LINE.match(bare) and bare.strip():
                at += len(line)
                continue
            if len(cells) >= 2 and abs(len(cells) - len(header)) <= 1:
                yield from _row(cells, header, at)
                at += len(line)
                continue
            header = None
        for candidate in _SEPARATORS:
            if bare.count(candidate) >= 1:
                names = [fold(cell).strip(" *_\"'") for cell, _ in _cells(bare, candidate)]
                if len(names) >= 2 and _is_header(names):
                    header, separator = names, candidate
                    break
        at += len(line)


def _is_header(names: list[str]) -> bool:
    known = [n for n in names if n in COLUMNS]
    short = all(len(n) <= 30 and not re.search(r"\d{3}", n) for n in names)
    return short and len(known) >= 1 and (len(known) >= 2 or known[0] in names[:2]) and len(set(names)) == len(names)


def _cells(line: str, separator: str) -> Iterator[tuple[str, int]]:
    """Yield (stripped cell, its offset in the line); the empty cells outside a Markdown row's bars are left out."""
    at = 0
    parts = line.split(separator)
    for rank, part in enumerate(parts):
        outside = separator == "|" and not part.strip() and rank in (0, len(parts) - 1)
        if not outside:
            inner = part.strip(" \"'*_")
            yield inner, at + (part.find(inner) if inner else 0)
        at += len(part) + len(separator)


def _row(cells: list[tuple[str, int]], header: list[str], at: int) -> Iterator[Finding]:
    for (cell, offset), name in zip(cells, header, strict=False):
        entity = COLUMNS.get(name)
        if entity is None or fold(cell) in _EMPTY:
            continue
        if entity in _NUMERIC and not any(c.isdigit() for c in cell):
            continue
        if entity in (_PERSON, "CITY") and not any(c.isalpha() for c in cell):
            continue
        if len(cell) > 80 or (entity == "DATE_TIME" and len(cell) > 30):
            continue
        yield Finding(at + offset, at + offset + len(cell), entity, "table.column", 0.9)
