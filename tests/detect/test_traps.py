"""Words that are a name here and something else there."""

import re

import pytest
from tests.detect.traps import TRAPS

from avec_proxy.analysis import check_segments
from avec_proxy.model import Options, Role, Segment

_MARK = re.compile(r"⟦([^⟧]+)⟧|⦃([^⦄]+)⦄")


def _parse(marked: str) -> tuple[str, list[tuple[int, int]], list[tuple[int, int]]]:
    text, hide, keep, at = "", [], [], 0
    for match in _MARK.finditer(marked):
        text += marked[at : match.start()]
        surface = match[1] or match[2]
        (hide if match[1] else keep).append((len(text), len(text) + len(surface)))
        text, at = text + surface, match.end()
    return text + marked[at:], hide, keep


@pytest.mark.parametrize(("marked", "why"), TRAPS, ids=[why for _, why in TRAPS])
def test_a_name_is_hidden_and_its_look_alike_is_not(marked: str, why: str) -> None:
    """Position decides: each marked name goes, each marked look-alike stays, in the same sentence."""
    text, hide, keep = _parse(marked)
    (decided,) = check_segments([Segment(text, 0, 0, role=Role.USER, turn=0)], [""], Options()).decisions
    covered = {i for d in decided for i in range(d.finding.start, d.finding.end)}
    missed = [text[a:b] for a, b in hide if not covered.issuperset(range(a, b))]
    damaged = [text[a:b] for a, b in keep if covered.intersection(range(a, b))]
    assert (missed, damaged) == ([], []), why
