"""Every way to say no: a stable code, an HTTP status that SDKs do not retry, and the French words.

Source of the tone: short, kind, what happened, what to do. The statuses 400, 403, 413, 415 and 422 are not
retried by the official SDKs; overload alone is 503, with Retry-After.
"""

from dataclasses import dataclass

ERROR_TYPE = "avec_refusal"
RETRY_AFTER_S = 5

_NOT_SENT = "Votre message n'a pas été envoyé"
_URGENT = "En cas d'urgence, poursuivez sans l'IA."


@dataclass(frozen=True, slots=True)
class Words:
    """The HTTP status and the French sentence of one refusal code."""

    status: int
    message: str


WORDS: dict[str, Words] = {
    "body_unreadable": Words(
        400, f"{_NOT_SENT} : son contenu n'a pas pu être lu. Rien n'est sorti. Vérifiez le format de la requête."
    ),
    "body_missing": Words(400, f"{_NOT_SENT} : la requête est vide. Rien n'est sorti."),
    "body_unexpected": Words(
        400, f"{_NOT_SENT} : cette requête ne doit pas porter de contenu. Rien n'est sorti. Retirez le corps."
    ),
    "request_malformed": Words(
        400, f"{_NOT_SENT} : la requête n'est pas du HTTP valable. Rien n'est sorti. Vérifiez le logiciel client."
    ),
    "body_too_large": Words(
        413, f"{_NOT_SENT} : le texte est trop long pour être vérifié. Rien n'est sorti. Raccourcissez-le."
    ),
    "content_type_unsupported": Words(
        415, f"{_NOT_SENT} : ce format n'est pas pris en charge. Rien n'est sorti. Envoyez du JSON en UTF-8."
    ),
    "charset_unsupported": Words(
        415, f"{_NOT_SENT} : ce jeu de caractères n'est pas pris en charge. Rien n'est sorti. Envoyez de l'UTF-8."
    ),
    "encoding_unsupported": Words(
        415, f"{_NOT_SENT} : la compression utilisée n'a pas pu être lue. Rien n'est sorti. Envoyez sans compression."
    ),
    "attachment_unreadable": Words(
        422,
        "Cette pièce jointe n'a pas été envoyée : son contenu ne peut pas être vérifié. Rien n'est sorti. "
        "Collez le texte utile, sans nom ni date.",
    ),
    "history_elsewhere": Words(
        422,
        f"{_NOT_SENT} : il s'appuie sur un échange gardé ailleurs, ou demande une réponse différée, et le proxy ne "
        "garde aucune conversation. Rien n'est sorti. Envoyez tout l'historique dans la requête.",
    ),
    "endpoint_unknown": Words(
        403, f"{_NOT_SENT} : cette adresse n'est pas prise en charge. Rien n'est sorti. Demandez à votre informatique."
    ),
    "websocket_unsupported": Words(
        403, f"{_NOT_SENT} : les connexions WebSocket ne sont pas prises en charge. Rien n'est sorti."
    ),
    "identifier_misplaced": Words(
        422,
        f"{_NOT_SENT} : un nom ou un numéro se trouve là où il ne peut pas être masqué (adresse, nom d'outil ou "
        "réglage). Rien n'est sorti. Retirez-le.",
    ),
    "identifier_forbidden": Words(
        422,
        f"{_NOT_SENT} : il contient une information que le mode strict interdit d'envoyer, même masquée. "
        "Rien n'est sorti. Retirez-la.",
    ),
    "person_recognisable": Words(
        422,
        f"{_NOT_SENT} : le cas décrit pourrait faire reconnaître la personne, même sans nom (risque estimé, non "
        "mesuré). Rien n'est sorti. Rendez plus général le lieu, l'âge, le métier, la maladie ou l'événement.",
    ),
    "scan_timeout": Words(
        422, f"{_NOT_SENT} : la vérification a pris trop de temps. Rien n'est sorti. Raccourcissez le texte. {_URGENT}"
    ),
    "scan_failed": Words(
        422,
        f"{_NOT_SENT} : nous n'avons pas pu le vérifier entièrement. Rien n'est sorti. Réessayez ou raccourcissez "
        f"le texte. {_URGENT}",
    ),
    "overloaded": Words(
        503, f"{_NOT_SENT} : trop de demandes en même temps. Rien n'est sorti. Réessayez dans quelques secondes."
    ),
    "upstream_unreachable": Words(
        502, "Le service d'IA ne répond pas. Réessayez plus tard ; en cas d'urgence, poursuivez sans l'IA."
    ),
    "upstream_missing": Words(
        403,
        f"{_NOT_SENT} : aucun service n'est réglé pour ce fournisseur. Rien n'est sorti. "
        "Demandez à votre informatique.",
    ),
}
