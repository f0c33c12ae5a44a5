"""A pipeline that hides the names and forgets them."""

from avec_proxy.model import Cleared, Request
from tests.demo import simple
from tests.demo.simple import warm

__all__ = ["clear", "warm"]


def clear(request: Request, options: object) -> Cleared:
    """Hide well, restore nothing."""
    good = simple.clear(request, options)
    return Cleared(good.target, good.body, {}, good.hidden, 0, ())
