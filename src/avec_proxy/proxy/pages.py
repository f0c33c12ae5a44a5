"""What a browser shows where nothing was opened: a plain page in French, without script or anything from elsewhere."""

from functools import cache
from html import escape

from mitmproxy import http

from avec_proxy.proxy.notices import words

HEADERS = (
    ("content-type", "text/html; charset=utf-8"),
    (
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("content-language", "fr"),
)

_UNREAD = (
    "Ce site d'IA n'est pas encore pris en charge",
    "avec-proxy retire ce qui identifie une personne avant qu'un message parte vers une IA. Il ne sait pas encore le "
    "faire pour ce site : il ne l'a donc pas ouvert. Rien n'est sorti de cet ordinateur.",
)
_TITLES = {
    "endpoint_unknown": _UNREAD,
    "websocket_unsupported": _UNREAD,
    "service_refused": _UNREAD,
    "address_refused": ("Cette adresse n'a pas été ouverte", ""),
    "port_refused": ("Ce site n'a pas été ouvert", ""),
    "site_unreachable": ("Ce site ne répond pas", ""),
    "upstream_unreachable": ("Ce service ne répond pas", ""),
}
_ADVICE = {
    _UNREAD: (
        "Utilisez un outil d'IA que votre établissement a branché sur avec-proxy.",
        "Si vous avez besoin de ce site, demandez à votre informatique.",
        "En cas d'urgence, poursuivez sans l'IA.",
    )
}
_STYLE = (
    "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:38rem;margin:12vh auto;padding:0 1.5rem;color:#1b2733;"
    "background:#fff}h1{font-size:1.5rem;line-height:1.3}footer{margin-top:3rem;font-size:.85rem;color:#4d5b68}"
)


def wanted(request: http.Request) -> bool:
    """Return whether the answer is shown to a person: a browser opens a page."""
    if request.headers.get("sec-fetch-mode", "").lower() == "navigate":
        return True
    return request.method == "GET" and "text/html" in request.headers.get("accept", "").lower()


@cache
def page(code: str) -> bytes:
    """Return the page for a refusal or notice, in UTF-8."""
    title, text = _TITLES.get(code, ("Rien n'a été envoyé", ""))
    advice = _ADVICE.get((title, text), ())
    steps = f"<h2>Que faire ?</h2><ul>{''.join(f'<li>{escape(step, quote=False)}</li>' for step in advice)}</ul>"
    return (
        f'<!doctype html>\n<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>{escape(title, quote=False)}</title><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(title, quote=False)}</h1><p>{escape(text or words(code).message, quote=False)}</p>"
        f"{steps if advice else ''}</main><footer>Page écrite par avec-proxy, sur cet ordinateur.</footer>"
        "</body></html>\n"
    ).encode()
