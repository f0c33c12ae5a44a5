"""What a rule only guesses and the name model denies."""

import pytest

from avec_proxy.detect.doubt import Doubt
from avec_proxy.detect.models import Named
from avec_proxy.model import Finding


@pytest.mark.parametrize(
    ("rule", "possible", "plausible", "denied"),
    [
        ("position.full_name", [], [], True),
        ("position.full_name", [(0, 9)], [(7, 9)], False),
        # the model takes the name for a protected term
        ("position.first_name", [(0, 9)], [], True),
        ("position.town", [(9, 12)], [(9, 12)], True),
        ("date", [], [], True),
        ("date", [(0, 2)], [], False),
        ("initials", [], [], True),
        # what is sure by itself
        ("position.title", [], [], False),
        ("position.label", [], [], False),
        ("nir", [], [], False),
        ("model.person", [], [], False),
    ],
)
def test_only_guesses_are_denied(
    rule: str, possible: list[tuple[int, int]], plausible: list[tuple[int, int]], denied: bool
) -> None:
    """A title, a label or a checksum is never asked about; one suspect piece in a guess saves it."""
    assert Doubt(Named([], possible, plausible)).denies(Finding(0, 9, "X", rule, 0.6)) is denied
