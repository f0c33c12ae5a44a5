"""A pipeline that hides nothing and says that it did."""

from avec_proxy.model import Cleared, Request
from tests.demo.simple import NAMES, warm

__all__ = ["clear", "warm"]


def clear(request: Request, _options: object) -> Cleared:
    """Let everything through."""
    return Cleared(request.target, request.body, dict(NAMES), {"PERSON": 2}, 0, ())
