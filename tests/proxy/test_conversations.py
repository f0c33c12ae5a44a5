"""What is remembered of conversations: by whom it can be found, for how long, how much, one request after the other."""

import asyncio
import gc
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.model import Cleared, Issue, Past, Refusal, Request
from avec_proxy.proxy import conversations
from avec_proxy.proxy.conversations import Conversations, Link
from avec_proxy.proxy.headers import Fields
from avec_proxy.proxy.route import Way
from avec_proxy.settings import BaseUrl
from avec_proxy.wire.endpoints import endpoint

ONE: Fields = ((b"Authorization", b"Bearer a"),)
OTHER: Fields = ((b"Authorization", b"Bearer b"),)
URL = "https://api.openai.com"


class Clock:
    """A clock that stands still."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def past(name: str = "Zoé") -> Past:
    """Return what one person's conversation told."""
    return Past((Issue("PERSONNE", name),), (("PERSON", name),))


TOLD = past("Aziliz")


def _code(known: Conversations, owner: bytes, name: str) -> str:
    try:
        known.find(owner, name)
    except Refusal as refusal:
        return refusal.code
    return ""


def _cleared(told: Past) -> Cleared:
    return Cleared(b"/", b"{}", {}, {}, 0, (), past=told)


async def asked(
    known: Conversations,
    fields: Fields = ONE,
    address: str = "10.0.0.1",
    url: str = URL,
    told: Past = TOLD,
    target: bytes = b"/v1/responses",
    rule: str = "openai_responses",
    **members: Any,
) -> tuple[Link | None, Past | None]:
    """Ask as a client does; return the link to the conversation, and what the check was given of it."""
    seen: list[Past | None] = []

    async def check(request: Request) -> Cleared:
        seen.append(request.past)
        return _cleared(told)

    body = json.dumps({"input": "x", **members}).encode() if members.pop("posted", True) else b""
    way = Way(endpoint(rule), BaseUrl.parse(url), endpoint(rule).format)
    owner = Conversations.credentials(fields) or (address.encode(),)
    link, _ = await known.checked(Request(rule, target, body), way, owner, check)
    return link, seen[0]


async def test_only_who_asked_finds_it() -> None:
    """Another credential, two of them, none, another service, another name find nothing; nor does another process."""
    known = Conversations(60, 10)
    link, before = await asked(known)
    assert before is None
    assert link is not None
    known.learn(link, "resp_1", TOLD)
    _, before = await asked(known, address="10.0.0.2", previous_response_id="resp_1")
    assert before == TOLD
    others: list[dict[str, Any]] = [
        {"fields": OTHER},
        {"fields": (*ONE, (b"x-api-key", b"k"))},
        {"fields": ()},
        {"url": "https://eu.api.openai.com"},
    ]
    for other in others:
        with pytest.raises(Refusal, match="history_unknown"):
            await asked(known, previous_response_id="resp_1", **other)
    with pytest.raises(Refusal, match="history_unknown"):
        await asked(known, previous_response_id="resp_2")
    with pytest.raises(Refusal, match="history_unknown"):
        await asked(Conversations(60, 10), previous_response_id="resp_1")


async def test_without_a_credential_the_clients_address_tells_whose_it_is() -> None:
    """A header of any other name is none."""
    known = Conversations(60, 10)
    link, _ = await asked(known, fields=((b"cookie", b"x"),))
    assert link is not None
    known.learn(link, "resp_1", TOLD)
    assert (await asked(known, fields=(), previous_response_id="resp_1"))[1] == TOLD
    with pytest.raises(Refusal, match="history_unknown"):
        await asked(known, fields=(), address="10.0.0.2", previous_response_id="resp_1")


@given(st.lists(st.tuples(st.binary(max_size=4), st.binary(max_size=4)), min_size=2, max_size=2, unique=True))
def test_no_two_credentials_are_confused(parts: list[tuple[bytes, bytes]]) -> None:
    """Where one header ends and the next begins counts, the order in which they come does not."""
    first, second = (Conversations.credentials(((b"x-api-key", a), (b"API-Key", b))) for a, b in parts)
    assert first != second
    (a, b), _ = parts
    assert Conversations.credentials(((b"api-key", b), (b"x-api-key", a))) == first


async def test_what_the_provider_does_not_keep_has_no_link() -> None:
    """With `store` off, where something is only read again, and at addresses that lean on nothing."""
    known = Conversations(60, 10)
    assert (await asked(known, store=False))[0] is None
    assert (await asked(known, rule="openai_chat", target=b"/v1/chat/completions"))[0] is None
    link, _ = await asked(known)
    assert link is not None
    known.learn(link, "resp_1", TOLD)
    link, before = await asked(known, rule="openai_responses_kept", target=b"/v1/responses/resp_1", posted=False)
    assert (link, before) == (None, TOLD)


async def test_a_thread_is_named_in_a_body_or_in_a_path() -> None:
    """It goes on with each exchange; a reply that comes late does not take it back to what it was."""
    known = Conversations(60, 10)
    made, _ = await asked(known, rule="openai_conversations", target=b"/v1/conversations", told=Past())
    assert made is not None
    known.learn(made, "conv_1", Past())
    link, before = await asked(known, conversation="conv_1", told=past("Zoé"))
    assert before == Past()
    items = b"/v1/conversations/conv_1/items"
    _, before = await asked(known, rule="openai_conversations", target=items, told=past("Léo"))
    assert before == past("Zoé")
    assert link is not None
    known.learn(link, "conv_1", past("Zoé"))
    known.learn(link, "resp_1", past("Zoé"))
    assert (await asked(known, conversation={"id": "conv_1"}))[1] == past("Léo")
    assert (await asked(known, previous_response_id="resp_1"))[1] == past("Zoé")


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


async def test_two_requests_go_on_with_a_thread_one_after_the_other() -> None:
    """The second starts from what the first told; an answer's own state is never changed by what follows it."""
    known = Conversations(60, 10)
    link, _ = await asked(known)
    assert link is not None
    known.learn(link, "conv_1", Past())
    known.learn(link, "resp_1", Past())
    way = Way(endpoint("openai_responses"), BaseUrl.parse(URL), "openai_responses")
    seen: list[int] = []

    async def check(request: Request) -> Cleared:
        assert request.past is not None
        seen.append(len(request.past.issued))
        await asyncio.sleep(0.01)
        return _cleared(Past((*request.past.issued, Issue("IPP", str(len(seen))))))

    async def ask(**members: str) -> None:
        request = Request("openai_responses", b"/v1/responses", json.dumps({"input": "x", **members}).encode())
        await known.checked(request, way, Conversations.credentials(ONE), check)

    await asyncio.gather(*(ask(conversation="conv_1") for _ in range(3)))
    assert seen == [0, 1, 2]
    await asyncio.gather(*(ask(previous_response_id="resp_1") for _ in range(2)))
    assert seen[3:] == [0, 0]


async def test_a_refused_check_leaves_the_conversation_as_it_was() -> None:
    """What was not sent told nothing, and the next one is not kept waiting."""
    known = Conversations(60, 10)
    link, _ = await asked(known)
    assert link is not None
    known.learn(link, "conv_1", past())
    way = Way(endpoint("openai_responses"), BaseUrl.parse(URL), "openai_responses")

    async def refuse(_: Request) -> Cleared:
        raise Refusal("scan_failed")

    request = Request("openai_responses", b"/v1/responses", b'{"input":"x","conversation":"conv_1"}')
    for _ in range(2):
        with pytest.raises(Refusal, match="scan_failed"):
            await known.checked(request, way, Conversations.credentials(ONE), refuse)
    assert (await asked(known, conversation="conv_1"))[1] == past()
