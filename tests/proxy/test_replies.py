"""Restoring never raises, never ends a reply early, and forgets it after."""

import pytest

from avec_proxy.proxy.replies import Restorer


class Broken:
    """A reply whose reader fails at its second piece."""

    usage = None

    def __init__(self) -> None:
        self.fed = 0

    def feed(self, chunk: bytes) -> bytes:
        """Fail the second time, quoting the piece."""
        self.fed += 1
        if self.fed == 2:
            raise ValueError(chunk)
        return b"" if chunk == b"wait" else chunk.upper()

    def close(self) -> bytes:
        """Say goodbye."""
        return b"end"


def test_nothing_yet_is_an_empty_list() -> None:
    """An empty piece would end the client's reply."""
    restorer = Restorer(Broken())
    assert restorer(b"wait") == []


def test_a_failure_shows_the_rest_as_it_comes(caplog: pytest.LogCaptureFixture) -> None:
    """From the failure on, bytes pass unchanged, and the log quotes nothing."""
    restorer = Restorer(Broken())
    assert [restorer(piece) for piece in (b"a", b"MARQUEUR", b"c", b"")] == [[b"A"], [b"MARQUEUR"], [b"c"], []]
    assert caplog.messages == ["restore_failed"]


def test_the_end_comes_once() -> None:
    """What was held back is given at the end, and nothing after."""
    restorer = Restorer(Broken())
    assert restorer.whole(b"a") == b"Aend"
    assert restorer(b"") == []
    assert restorer(b"x") == [b"x"]
