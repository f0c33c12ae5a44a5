"""Every way to say no: a stable code, an HTTP status that SDKs do not retry, and the French words.

Source of the tone: short, kind, what happened, what to do. The statuses 400, 403, 413, 415 and 422 are not
retried by the official SDKs; overload alone is 503, with Retry-After.
"""

from dataclasses import dataclass

ERROR_TYPE = "avec_refusal"
RETRY_AFTER_S = 5

_NOT_SENT = "Votre message n'a pas été envoyé"
_FILE = "Ce fichier n'a pas été envoyé"
_PASTE = "Collez le texte utile, sans nom ni date."
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
    "file_unreadable": Words(
        422,
        f"{_FILE} : ce format n'est pas lu, ou son contenu ne peut pas être vérifié. Rien n'est sorti. {_PASTE}",
    ),
    "file_malformed": Words(
        422,
        f"{_FILE} : il est abîmé ou n'est pas conforme à son format. Rien n'est sorti. Enregistrez-le à nouveau, ou "
        "collez le texte utile, sans nom ni date.",
    ),
    "file_too_big": Words(
        413, f"{_FILE} : il est trop gros pour être vérifié. Rien n'est sorti. Envoyez-en seulement la partie utile."
    ),
    "file_too_complex": Words(422, f"{_FILE} : il est trop complexe pour être vérifié. Rien n'est sorti. {_PASTE}"),
    "file_encrypted": Words(
        422, f"{_FILE} : il est protégé par un mot de passe et ne peut pas être vérifié. Rien n'est sorti. {_PASTE}"
    ),
    "file_archive": Words(
        422,
        f"{_FILE} : une archive (ZIP…) n'est ni ouverte ni vérifiée. Rien n'est sorti. Joignez un à un les fichiers "
        "utiles.",
    ),
    "file_image": Words(
        422,
        f"Cette image n'a pas été envoyée : son contenu ne peut pas être vérifié. Rien n'est sorti. {_PASTE}",
    ),
    "file_audio": Words(
        422,
        "Cet enregistrement n'a pas été envoyé : une voix identifie la personne et ne peut pas être masquée "
        f"(guide HAS A.V.E.C., 2.4). Rien n'est sorti. {_PASTE}",
    ),
    "file_video": Words(
        422,
        "Cette vidéo n'a pas été envoyée : un visage ou une voix identifie la personne et ne peut pas être masqué. "
        f"Rien n'est sorti. {_PASTE}",
    ),
    "file_dicom": Words(
        422,
        "Cette image médicale (DICOM) n'a pas été envoyée : elle porte l'identité du patient. Rien n'est sorti. "
        "Collez le compte rendu, sans nom ni date.",
    ),
    "file_old_office": Words(
        415,
        f"{_FILE} : cet ancien format (DOC, XLS, PPT, RTF) n'est pas lu. Rien n'est sorti. Enregistrez-le en DOCX, "
        "XLSX, PPTX ou ODT, puis joignez-le à nouveau.",
    ),
    "file_with_macro": Words(
        422,
        f"{_FILE} : il contient des macros, qui ne sont pas vérifiées. Rien n'est sorti. Enregistrez-le sans macro.",
    ),
    "file_with_file": Words(
        422,
        f"{_FILE} : il contient un autre fichier ou un objet, qui ne peut pas être vérifié. Rien n'est sorti. "
        "Retirez-le, ou collez le texte utile, sans nom ni date.",
    ),
    "file_with_image": Words(
        422,
        f"{_FILE} : il contient une image, qui ne peut pas être vérifiée. Rien n'est sorti. Retirez l'image (logo, "
        "signature, photo), puis joignez-le à nouveau.",
    ),
    "file_with_sound": Words(
        422,
        f"{_FILE} : il contient un son ou une vidéo, qui ne peut pas être vérifié. Rien n'est sorti. Retirez-le, puis "
        "joignez-le à nouveau.",
    ),
    "file_scanned": Words(
        422,
        f"{_FILE} : une page au moins n'a pas de texte lisible (numérisée, ou vide). Rien n'est sorti. {_PASTE}",
    ),
    "file_uploaded": Words(
        422,
        f"{_NOT_SENT} : il cite un fichier déposé auparavant, dont les informations masquées ne sont plus connues. "
        "Rien n'est sorti. Joignez le fichier au message.",
    ),
    "file_pdf": Words(
        415,
        f"{_FILE} : votre établissement ne laisse pas partir de PDF. Rien n'est sorti. {_PASTE}",
    ),
    "history_elsewhere": Words(
        422,
        f"{_NOT_SENT} : il s'appuie sur un échange gardé ailleurs, ou demande une réponse différée : il ne peut "
        "pas être vérifié. Rien n'est sorti. Envoyez tout l'échange avec le message.",
    ),
    "history_unknown": Words(
        422,
        f"{_NOT_SENT} : il continue un échange qu'avec-proxy ne connaît pas, ou plus (il l'oublie après un temps). "
        "Rien n'est sorti. Envoyez tout l'échange avec le message, ou commencez un nouvel échange.",
    ),
    "stored_elsewhere": Words(
        422,
        f"{_NOT_SENT} : il laisserait des textes au service d'IA pour plus tard (lot, assistant…), et les vraies "
        "valeurs n'y reviendraient pas. Rien n'est sorti. Envoyez le texte dans la demande.",
    ),
    "live_unsupported": Words(
        403,
        "Votre conversation en direct n'a pas été ouverte : le son et l'image y passeraient sans être vérifiés. Rien "
        "n'est sorti. Écrivez plutôt votre demande.",
    ),
    "endpoint_unknown": Words(
        403, f"{_NOT_SENT} : cette adresse n'est pas prise en charge. Rien n'est sorti. Demandez à votre informatique."
    ),
    "websocket_unsupported": Words(
        403,
        f"{_NOT_SENT} : les connexions WebSocket (voix, temps réel) ne sont pas prises en charge : tout ne peut pas y "
        "être vérifié. Rien n'est sorti. Utilisez l'interface par requêtes du même service.",
    ),
    "request_signed": Words(
        403,
        f"{_NOT_SENT} : la requête est signée (AWS SigV4, par exemple), et masquer un nom fausserait la signature. "
        "Rien n'est sorti. Utilisez une clé d'API (pour Amazon Bedrock : AWS_BEARER_TOKEN_BEDROCK).",
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
    "reply_damaged": Words(
        502,
        "La réponse du service d'IA s'arrête ici : elle est arrivée abîmée ou incomplète. Posez de nouveau la "
        "question ; en cas d'urgence, poursuivez sans l'IA.",
    ),
    "verification_refused": Words(
        403,
        "Cette vérification n'est pas autorisée ici. Rien n'est sorti. Vérifiez le jeton de vérification "
        "(verify_token_file) et lancez-la sur la machine même du proxy.",
    ),
    "upstream_missing": Words(
        403,
        f"{_NOT_SENT} : aucun service n'est réglé pour ce fournisseur. Rien n'est sorti. "
        "Demandez à votre informatique.",
    ),
}
