"""A model's name that says a person is told from one that makers use."""

import pytest

from avec_proxy.detect.model_name import names_somebody


@pytest.mark.parametrize(
    ("name", "somebody"),
    [
        ("kervadec-segolene-19081947", True),
        ("modele-rozenn-kerdoncuff", True),
        ("dossier-80041297", True),
        ("claude-sonnet-4-5-20250929", False),
        ("lucie-7b-instruct", False),
        ("albert-large", False),
        ("meta-llama/Llama-3.1-8B-Instruct", False),
        ("ft:gpt-4o-mini:chu::AbC123", False),
        ("mon-modele-20250114", False),
    ],
)
def test_a_name_that_says_a_person_or_a_number_is_told(name: str, somebody: bool) -> None:
    """A first name beside a family name, or a number that is no date; makers' names and single names are not."""
    assert names_somebody(name) is somebody
