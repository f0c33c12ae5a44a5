"""A pipeline that refuses everything."""

from avec_proxy.model import Cleared, Refusal, Request
from tests.demo.simple import warm

__all__ = ["clear", "warm"]


def clear(request: Request, options: object) -> Cleared:
    """Refuse."""
    raise Refusal("identifier_misplaced")
