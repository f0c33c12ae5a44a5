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
         "surname", "prenoms", "nom usage", "nom naissance", "temoin", "instructeur", "gestionnaire", "demandeur", "auteur", "signataire"), _PERSON),
    **dict.fromkeys(("ddn", "date de naissance", "naissance", "ne le", "nee le", "ne(e) le", "date naissance", "date_naissance", "birthdate", "dn"), "BIRTH_DATE"),
    **dict.fromkeys(("date", "date entree", "entree", "sortie", "date sortie", "date d'entree", "date de sortie", "rdv", "date rdv", "date acte", "date examen"), "DATE_TIME"),
    **dict.fromkeys(("ville", "commune", "localite", "lieu de naissance", "city", "domicile", "lieu naissance"), "CITY"),
    **dict.fromkeys(("cp", "code postal", "code_postal", "postalcode"), "POSTCODE"),
    **dict.fromkeys(("adresse", "rue", "voie", "address", "line"), "STREET_ADDRESS"),
    **dict.fromkeys(("tel", "telephone", "portable", "mobile", "gsm", "fixe", "phone", "n° tel", "no tel"), "PHONE_NUMBER"),
    **dict.fromkeys(("mail", "email", "e-mail", "courriel"), "EMAIL_ADDRESS"),
    **dict.fromkeys(("ipp", "patient id", "resident id", "id patient", "id_patient", "nip", "n° patient"), "FR_IPP"),
    **dict.fromkeys(("nda", "iep", "sejour", "n° sejour", "n° dossier", "dossier", "num dossier", "no dossier"), "FR_NDA"),
    **dict.fromkeys(("nir", "nss", "n° ss", "n° secu", "secu", "ins", "num secu", "no secu"), "FR_NIR"),
    **dict.fromkeys(("rpps", "n° rpps"), "FR_RPPS"),
    **dict.fromkeys(("chambre", "ch", "ch.", "n° chambre", "lit", "room"), "ROOM"),
    **dict.fromkeys(("login", "identifiant", "matricule", "utilisateur", "user", "username"), "USERNAME"),
}  # fmt: skip
_NUMERIC = frozenset(
    {"FR_IPP", "FR_NDA", "FR_NIR", "FR_RPPS", "PHONE_NUMBER", "POSTCODE", "ROOM", "DATE_TIME", "BIRTH_DATE"}
)
_SEPARATORS = ("|", "\t", ";", ",")
_EMPTY = frozenset(
    ("", "-", "–", "—", "?", "x", "na", "n/a", "nc", "ras", "neant", "inconnu", "oui", "non", "…", "...")
)
_SHORT_FIGURE = re.compile(r"\d{1,4}")
# a number under one of them may be somebody's, or where they are
_NUMBER_OF = re.compile(
    r"n°|\b(?:num|numero|no|id|code|ref|mle|matricule|poste|porte|place|box|chb?|chbre|bureau|dect|bip)\b"
)
_RULE_LINE = re.compile(r"^[\s|:+=-]+$")


_KEYED = re.compile(r'["\'](?P<key>[A-Za-zÀ-ÿ_ -]{2,30})["\']\s?:\s?(?:\[\s?)?["\'](?P<id>[^"\'\n]{1,80})["\']')
_TAGGED = re.compile(r"<(?:\w{1,20}:)?(?P<key>[A-Za-zÀ-ÿ_-]{2,30})(?:\s[^<>\n]{0,200})?>\s?(?P<id>[^<>\n]{1,80}?)\s?</")
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z])")
# HL7 v2: segment → field number → what it is (source: HL7 v2.5, chapters 2 and 3)
_HL7 = {
    "MSH": {4: "HEALTH_FACILITY", 6: "HEALTH_FACILITY"},
    "EVN": {5: "USERNAME"},
    "PID": {2: "FR_IPP", 3: "FR_IPP", 4: "FR_IPP", 5: _PERSON, 6: _PERSON, 7: "BIRTH_DATE", 9: _PERSON, 11: "STREET_ADDRESS", 13: "PHONE_NUMBER",
            14: "PHONE_NUMBER", 18: "FR_NDA", 19: "FR_NIR", 23: "CITY"},
    "NK1": {2: _PERSON, 4: "STREET_ADDRESS", 5: "PHONE_NUMBER", 6: "PHONE_NUMBER"},
    "PV1": {3: "ROOM", 7: _PERSON, 8: _PERSON, 9: _PERSON, 17: _PERSON, 19: "FR_NDA"},
    "OBR": {16: _PERSON, 28: _PERSON},
    "ORC": {10: _PERSON, 11: _PERSON, 12: _PERSON},
}  # fmt: skip
_ONE_NUMBER = ("FR_IPP", "FR_NIR", "FR_NDA")
_HL7_LINE = re.compile(r"^(?P<name>MSH|EVN|PID|NK1|PV1|OBR|ORC)\|.*$", re.MULTILINE)
_WARD = re.compile(r"^PV1\|[^|\n]*\|[^|\n]*\|(?P<ward>[^|^\n]+)\^", re.MULTILINE)
_HL7_CODES = re.compile(r"^(?:[A-Z]{1,5}|[A-Z]+-[A-Z-]+|)$")


def entity_of(key: str) -> str | None:
    """Return what a field's name announces («nomUsage», «date_naissance»), or None."""
    plain = fold(_CAMEL.sub(" ", key)).strip()
    return COLUMNS.get(plain) or COLUMNS.get(plain.replace("_", " ")) or COLUMNS.get(plain.replace(" ", "_"))


def announced(label: str, text: str, start: int) -> list[Finding]:
    """Return the value `text[start:]` as a finding if the key it stands under announces an identifier."""
    entity = entity_of(label) if label else None
    value = text[start:].strip()
    if entity is None or not _fits(value, entity):
        return []
    at = start + text[start:].index(value)
    return [Finding(at, at + len(value), entity, "table.column", 0.9)]


def keyed(text: str) -> Iterator[Finding]:
    """Yield the values of pasted JSON and XML whose key announces an identifier («"nomUsage": "Kervadec"»)."""
    for match in (*_KEYED.finditer(text), *_TAGGED.finditer(text)):
        entity = entity_of(match["key"])
        if entity and _fits(match["id"], entity):
            yield Finding(*match.span("id"), entity, "table.column", 0.9)


def hl7(text: str) -> Iterator[Finding]:
    """Yield the identifying fields of pasted HL7 v2 messages, component by component."""
    for line in _HL7_LINE.finditer(text):
        fields = _HL7[line["name"]]
        at = line.start()
        shift = 1 if line["name"] == "MSH" else 0  # MSH-1 is the bar itself
        for number, value in enumerate(line[0].split("|")):
            entity = fields.get(number + shift)
            if entity == "ROOM" and "^" in value:  # point of care ^ room ^ bed: the first is a ward's code
                ward = value.index("^") + 1
                yield from _components(value[ward:], at + ward, entity)
            elif entity and value:
                yield from _components(value, at, entity)
            at += len(value) + 1


def _components(value: str, at: int, entity: str) -> Iterator[Finding]:
    for part in re.finditer(r"[^^~&]+", value):
        if entity in _ONE_NUMBER and part.start() > 0 and value[part.start() - 1] != "~":
            continue  # CX: behind the number, who gave it and what kind it is
        code = len(part[0]) < 2 or (
            entity == _PERSON and part.start() > 0 and _HL7_CODES.match(part[0]) and len(part[0]) < 4
        )
        if not code and (entity != "ROOM" or any(c.isdigit() for c in part[0])):
            yield Finding(at + part.start(), at + part.end(), entity, "table.column", 0.9)


def find(text: str) -> Iterator[Finding]:
    """Yield what headers, keys and field numbers announce in tables, pasted JSON and HL7."""
    yield from columns(text)
    if '"' in text or "'" in text or "</" in text:
        yield from keyed(text)
    if "|" in text:
        yield from hl7(text)


def columns(text: str) -> Iterator[Finding]:
    """Yield one finding per cell under a known header, until a line no longer has the header's columns."""
    for cell, start, name in _under(text):
        entity = COLUMNS.get(name)
        if entity is not None and _fits(cell, entity):
            yield Finding(start, start + len(cell), entity, "table.column", 0.9)


def counted(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of short figures whose header announces nobody: a stay's length, a ward's code, a score."""
    for ward in _WARD.finditer(text) if "PV1|" in text else ():
        yield ward.span("ward")
    for cell, start, name in _under(text):
        if name and name not in COLUMNS and _SHORT_FIGURE.fullmatch(cell) and not _NUMBER_OF.search(name):
            yield start, start + len(cell)


def _under(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield the cells of every table with a header that names people: what a cell says, where, its folded header."""
    header: list[str] | None = None
    separator = ""
    at = 0
    lines = text.splitlines(keepends=True)
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        bare = line.rstrip("\r\n")
        if header is not None:
            cells = list(_cells(bare, separator))
            if _RULE_LINE.match(bare) and bare.strip():
                at += len(line)
                continue
            if len(cells) >= 2 and abs(len(cells) - len(header)) <= 1:
                yield from ((cell, at + offset, name) for cell, offset, name in _named(cells, header))
                at += len(line)
                continue
            header = None
        for candidate in _SEPARATORS:
            if bare.count(candidate) >= 1:
                names = _names(bare, candidate)
                if _is_form(names, _names(following.rstrip("\r\n"), candidate)):
                    header, separator = _FORM, candidate
                    cells = list(_cells(bare, candidate))
                    yield from ((cell, at + offset, name) for cell, offset, name in _named(cells, header))
                    break
                if len(names) >= 2 and _is_header(names):
                    header, separator = names, candidate
                    break
        at += len(line)


# A table of two columns may be a form: what a cell is stands before it, not above.
_FORM = ["", ""]


def _named(cells: list[tuple[str, int]], header: list[str]) -> Iterator[tuple[str, int, str]]:
    """Yield the cells of a line with what each is: by its header, or by the cell before it in a form."""
    if header is _FORM:
        yield *cells[1], _label(cells[0][0])
        return
    for (cell, offset), name in zip(cells, header, strict=False):
        yield cell, offset, name


def _is_form(names: list[str], following: list[str]) -> bool:
    """Tell whether two lines of two cells are a form's: both begin with what they hold, and hold no such word."""
    if not len(names) == len(following) == 2:
        return False
    firsts, seconds = zip(names, following, strict=True)
    return all(_label(n) in COLUMNS for n in firsts) and not any(_label(n) in COLUMNS for n in seconds)


def _label(cell: str) -> str:
    return fold(cell).strip(" :*_\"'")


def _names(line: str, separator: str) -> list[str]:
    """Return what a line's cells say, folded; nothing if one is too long for a header, as in prose."""
    names = []
    for cell, _ in _cells(line, separator):
        names.append(fold(cell).strip(" *_\"'"))
        if len(names[-1]) > 30:
            return []
    return names


def _is_header(names: list[str]) -> bool:
    known = [n for n in names if n in COLUMNS]
    plain = not any(re.search(r"\d{3}", n) for n in names)
    filled = [n for n in names if n]  # a sheet's columns need not all have a header
    return plain and len(known) >= 1 and (len(known) >= 2 or known[0] in names[:2]) and len(set(filled)) == len(filled)


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


def _fits(cell: str, entity: str) -> bool:
    """Whether a cell can be what its header says: not empty, digits for numbers, letters for names, no long text."""
    if fold(cell) in _EMPTY or len(cell) > 80 or (entity == "DATE_TIME" and len(cell) > 30):
        return False
    if entity in _NUMERIC:
        return any(c.isdigit() for c in cell)
    return any(c.isalpha() for c in cell) if entity in (_PERSON, "CITY") else True
