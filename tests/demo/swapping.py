"""A pipeline that hides the names and gives them back to the wrong persons."""

from avec_proxy.model import Cleared, Request
from tests.demo import simple
from tests.demo.simple import NAMES, warm

__all__ = ["clear", "warm"]


def clear(request: Request, options: object) -> Cleared:
    """Hide well, restore wrong."""
    good = simple.clear(request, options)
    values = dict(zip(NAMES, reversed(NAMES.values()), strict=True))
    return Cleared(good.target, good.body, values, good.hidden, 0, ())
