"""What `run` says of places that it does not open: no message was about to leave, so these are no refusals of one."""

from avec_proxy.refusals import WORDS, Words

NOTICES: dict[str, Words] = {
    "service_refused": Words(
        403,
        "Ce service d'IA n'a pas été ouvert : avec-proxy ne sait pas vérifier ce qui y serait envoyé. "
        "Utilisez un outil pris en charge, ou demandez à votre informatique.",
    ),
    "address_refused": Words(
        403,
        "Cette adresse n'a pas été ouverte : c'est une adresse IP, cet ordinateur ou le réseau interne. "
        "avec-proxy n'y donne pas accès. Demandez à votre informatique.",
    ),
    "port_refused": Words(
        403, "Ce site n'a pas été ouvert : avec-proxy ne donne pas accès à ce port. Demandez à votre informatique."
    ),
    "site_unreachable": Words(502, "Ce site ne répond pas. Vérifiez l'adresse et la connexion, puis réessayez."),
}


def words(code: str) -> Words:
    """Return status and French words of a refusal or notice; of a failed check for an unknown code."""
    return WORDS.get(code) or NOTICES.get(code) or WORDS["scan_failed"]
