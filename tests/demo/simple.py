"""A pipeline that knows the names of the test scene and keeps every promise."""

from avec_proxy.model import Cleared, Request, Strictness

NAMES = {"PERSONNE_1": "Maëlle Kervadec", "PERSONNE_2": "Goulven Riou"}


def warm(_strictness: Strictness) -> None:
    """Nothing to warm."""


def clear(request: Request, _options: object) -> Cleared:
    """Hide both names, and give them back for the reply."""
    body = request.body.decode()
    for key, name in NAMES.items():
        body = body.replace(name, f"[{key}]")
    return Cleared(request.target, body.encode(), dict(NAMES), {"PERSON": 2}, 0, ("context.rules",))
