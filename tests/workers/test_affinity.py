"""Who read the beginning of a request."""

from avec_proxy.workers.affinity import Affinity


def test_the_longest_beginning_wins() -> None:
    """Two conversations under one long instruction are told apart by what follows it."""
    known: Affinity[str] = Affinity()
    same = b"s" * 2000
    one, two = same + b"1" * 3000, same + b"2" * 3000
    known.remember(known.beginnings(one), "first")
    known.remember(known.beginnings(two), "second")
    assert known.choose(known.beginnings(one + b"more"), ["first", "second"]) == "first"
    assert known.choose(known.beginnings(two + b"more"), ["first", "second"]) == "second"
    assert known.choose(known.beginnings(same), ["first", "second"]) == "second", "who read it last"


def test_only_the_free_are_chosen() -> None:
    """A busy worker is not waited for."""
    known: Affinity[str] = Affinity()
    data = known.beginnings(b"s" * 2000)
    known.remember(data, "first")
    assert known.choose(data, ["second"]) is None
    assert known.choose((), ["first"]) is None


def test_short_requests_and_the_gone_are_not_remembered() -> None:
    """What is short costs little anywhere; a new process has read nothing."""
    known: Affinity[str] = Affinity(entries=4)
    assert known.beginnings(b"s" * 511) == ()
    data = known.beginnings(b"s" * 2000)
    known.remember(data, "first")
    known.forget("first")
    assert known.choose(data, ["first"]) is None
    known.remember(known.beginnings(b"t" * 100_000), "first")
    assert len(known._readers) == 4
