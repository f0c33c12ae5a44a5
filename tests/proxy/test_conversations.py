"""What is remembered of conversations: by whom it can be found, for how long, how much, one request after the other."""

import asyncio
import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.model import Cleared, Issue, Past, Refusal
from avec_proxy.proxy import conversations
from avec_proxy.proxy.conversations import Conversations
from avec_proxy.wire.kept import Asked

ONE, OTHER = ((b"Authorization", b"Bearer a"),), ((b"Authorization", b"Bearer b"),)
URL = "https://api.openai.com"


class Clock:
    """A clock that stands still."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def past(name: str = "Zoé") -> Past:
    """Return what one person's conversation told."""
    return Past((Issue("PERSONNE", name),), (("PERSON", name),))


def _code(known: Conversations, owner: bytes, name: str) -> str:
    try:
        known.find(owner, name)
    except Refusal as refusal:
        return refusal.code
    return ""


async def test_only_who_asked_finds_it() -> None:
    """Another credential, another service, another name find nothing, though the name be the same."""
    known = Conversations(60, 10)
    owner = known.owner(ONE, "10.0.0.1", URL)
    known.keep(owner, "resp_1", past())
    assert known.find(known.owner(ONE, "10.0.0.2", URL), "resp_1") == past()
    for other in (known.owner(OTHER, "10.0.0.1", URL), known.owner(ONE, "10.0.0.1", "https://api.mistral.ai")):
        assert _code(known, other, "resp_1") == "history_unknown"
    assert _code(known, owner, "resp_2") == "history_unknown"
    assert _code(Conversations(60, 10), owner, "resp_1") == "history_unknown"


async def test_without_a_credential_the_clients_address_tells_whose_it_is() -> None:
    """A header of any other name is none; two credentials are not one."""
    known = Conversations(60, 10)
    first, second = known.owner((), "10.0.0.1", URL), known.owner(((b"cookie", b"x"),), "10.0.0.2", URL)
    assert first != second
    assert known.owner((), "10.0.0.1", URL) == first
    assert known.owner(ONE, "10.0.0.1", URL) != known.owner((*ONE, (b"x-api-key", b"k")), "10.0.0.1", URL)


@given(st.lists(st.tuples(st.binary(max_size=4), st.binary(max_size=4)), min_size=2, max_size=2, unique=True))
def test_no_two_owners_are_confused(parts: list[tuple[bytes, bytes]]) -> None:
    """Where one part ends and the next begins counts."""
    known = Conversations(60, 10)
    first, second = (known.owner(((b"x-api-key", a), (b"api-key", b)), "", URL) for a, b in parts)
    assert first != second


async def test_it_is_forgotten_after_its_time_without_use() -> None:
    """Going on keeps it; nothing is left in memory afterwards, though nobody asks."""
    clock = Clock()
    known = Conversations(60, 10, clock)
    known.keep(b"o", "a", past())
    clock.now = 59.0
    known.keep(b"o", "a", known.find(b"o", "a"))
    clock.now = 118.0
    assert known.find(b"o", "a") == past()
    clock.now = 119.0
    assert _code(known, b"o", "a") == "history_unknown"
    assert len(known) == 0
    quick = Conversations(0.05, 10)
    quick.keep(b"o", "a", past("Gwénola Quéméneur"))
    await asyncio.sleep(0.2)
    assert len(quick) == 0
    gc.collect()
    assert not any(isinstance(kept, Past) and kept == past("Gwénola Quéméneur") for kept in gc.get_objects())


async def test_too_many_or_too_much_push_out_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    """By number and by size; one that is too large alone is not kept at all, and no older state is left for it."""
    known = Conversations(60, 2)
    for name in "abc":
        known.keep(b"o", name, past())
    assert [_code(known, b"o", name) for name in "abc"] == ["history_unknown", "", ""]
    monkeypatch.setattr(conversations, "MAX_TOTAL", 5)
    known.keep(b"o", "b", Past((Issue("PERSONNE", "Zoé"), Issue("IPP", "1"), Issue("IPP", "2"), Issue("IPP", "3"))))
    assert [_code(known, b"o", name) for name in "bc"] == ["", "history_unknown"]
    monkeypatch.setattr(conversations, "MAX_SIZE", 1)
    known.keep(b"o", "b", past())
    assert _code(known, b"o", "b") == "history_unknown"
    assert len(known) == 0


async def test_at_nought_nothing_is_kept() -> None:
    """And a request that leans on a conversation is told so in other words."""
    known = Conversations(0, 10)
    known.keep(b"o", "a", past())
    assert len(known) == 0
    assert _code(known, b"o", "a") == "history_elsewhere"


def _cleared(told: Past) -> Cleared:
    return Cleared(b"/", b"{}", {}, {}, 0, (), past=told)


async def test_two_requests_go_on_with_a_thread_one_after_the_other() -> None:
    """The second starts from what the first told; an answer's own state is never changed by what follows it."""
    known = Conversations(60, 10)
    known.keep(b"o", "conv", Past())
    known.keep(b"o", "resp", Past())
    seen: list[int] = []

    async def check(before: Past) -> Cleared:
        seen.append(len(before.issued))
        await asyncio.sleep(0.01)
        return _cleared(Past((*before.issued, Issue("IPP", str(len(before.issued))))))

    thread = Asked("conv", grows=True)
    await asyncio.gather(*(known.go_on(b"o", thread, check) for _ in range(3)))
    assert seen == [0, 1, 2]
    await asyncio.gather(*(known.go_on(b"o", Asked("resp"), check) for _ in range(2)))
    assert seen[3:] == [0, 0]
    assert known.find(b"o", "resp") == Past()


async def test_a_refused_check_leaves_the_conversation_as_it_was() -> None:
    """What was not sent told nothing, and the next one is not kept waiting."""
    known = Conversations(60, 10)
    known.keep(b"o", "conv", past())

    async def refuse(_: Past) -> Cleared:
        raise Refusal("scan_failed")

    for _ in range(2):
        with pytest.raises(Refusal, match="scan_failed"):
            await known.go_on(b"o", Asked("conv", grows=True), refuse)
    assert known.find(b"o", "conv") == past()
