"""Spans that are asked what they hold."""

import pytest

from avec_proxy.detect.cover import Cover

_SPANS = [(20, 30), (0, 10), (2, 4), (12, 15)]


@pytest.mark.parametrize(
    ("span", "held", "touched"),
    [
        ((0, 10), True, True),
        ((5, 9), True, True),
        ((5, 11), False, True),
        ((10, 12), False, False),
        ((11, 13), False, True),
        ((9, 21), False, True),
        ((15, 20), False, False),
        ((30, 31), False, False),
        ((29, 40), False, True),
    ],
)
def test_holds_and_touches(span: tuple[int, int], held: bool, touched: bool) -> None:
    """To hold is to hold all, to touch is to share one character; the order of the spans is none of the caller's."""
    cover = Cover(_SPANS)
    assert (cover.holds(*span), cover.touches(*span)) == (held, touched)


def test_no_span_holds_nothing() -> None:
    """An empty set answers too."""
    assert not Cover([]).holds(0, 1)
    assert not Cover([]).touches(0, 1)
