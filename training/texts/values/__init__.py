"""What fills the value slots of templates: dates, numbers, places, medical terms…"""

from .registry import MAKERS

_HIDDEN = dict(
    [
        (n, "DATE")
        for n in "date date.num date.long date.dm date.day date.month date.year date.words date.split date.iso date.hl7 date.range birth birth.year".split()
    ]
    + [
        ("age90", "AGE"),
        ("phone", "PHONE"),
        ("phone.words", "PHONE"),
        ("email", "EMAIL"),
        ("street", "ADDRESS"),
        ("street.multi", "ADDRESS"),
        ("lieudit", "ADDRESS"),
        ("postcode", "POSTCODE"),
        ("city", "CITY"),
        ("city.low", "CITY"),
        ("CITY", "CITY"),
        ("postcity", "CITY"),
        ("room", "ROOM"),
        ("bed", "ROOM"),
        ("url", "URL"),
        ("ip", "IP"),
        ("username", "USERNAME"),
    ]
    + [(n, "HEALTH_ORG") for n in "hospital clinic ehpad lab practice pharmacy ward".split()]
    + [(n, "ORG") for n in "school employer association tribunal".split()]
    + [(n, n.upper()) for n in "nir ipp nda rpps adeli finess iban plate id_doc".split()]
    + [(n, "OTHER_ID") for n in "caf mdph siret specimen device other_id".split()]
)
_KEPT = "drug DRUG dose posology lab_value vital score scale eponym classification code guideline authors software device_brand germ protocol law historical".split()
for _n, _l in _HIDDEN.items():
    MAKERS.setdefault(_n, lambda rng, l=_l, n=_n: f"⟦{l}|<{n}>⟧")
for _n in _KEPT:
    MAKERS.setdefault(_n, lambda rng, n=_n: f"⦃<{n}>⦄")
for _n in "age job service weekday".split():
    MAKERS.setdefault(_n, lambda rng, n=_n: f"⟪<{n}>⟫")
for _n in "nationality region time disease symptom delay act kin".split():
    MAKERS.setdefault(_n, lambda rng, n=_n: f"<{n}>")
