"""What is found in a request's texts, and what is remembered of them."""

import pytest

from avec_proxy import analysis
from avec_proxy.model import Options, Politeness, Role, Segment, Switch


def test_politeness_of_a_history_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second turn finds the first one's courtesies without reading them, and says the same."""
    segments = [Segment("Bonjour, résume l'asthme en deux lignes.", 0, 0, role=Role.USER, turn=0)]
    first = analysis.check_segments(segments, [""], Options())
    monkeypatch.setattr(analysis, "_coach", lambda: pytest.fail("read again"))
    again = analysis.check_segments(segments, [""], Options(coach=Switch.OFF))
    assert first.cuts == again.cuts
    assert first.cuts[0]


def test_a_rewritten_order_is_not_kept() -> None:
    """It holds words of the prompt."""
    text = "Pourrais-tu résumer le protocole de cette étude ?"
    segments = [Segment(text, 0, 0, role=Role.USER, turn=0)]
    (cuts,) = analysis.check_segments(segments, [""], Options(politeness=Politeness.REWRITE)).cuts
    assert any(len(cut.replacement) > 1 for cut in cuts)
    memory = analysis._courtesies()
    assert memory.recall(memory.key(Politeness.REWRITE, text)) is None
