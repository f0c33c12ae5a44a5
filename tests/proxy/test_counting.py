"""Each exchange is told once, in numbers, and a log that fails is nobody's concern."""

from collections.abc import Awaitable, Callable

import pytest

from avec_proxy.usage import Outcome, UsageEvent
from tests.e2e.harness import Reply
from tests.proxy.conftest import CHAT, Rig, prompt
from tests.proxy.fake_pipeline import MARKER

Make = Callable[..., Awaitable[Rig]]


def _listen(rig: Rig) -> list[UsageEvent]:
    told: list[UsageEvent] = []
    engine = rig.gateway._engine
    assert engine is not None
    engine.guard.record = told.append
    return told


async def test_a_request_that_was_sent_is_told_with_its_counts(rig: Rig) -> None:
    """Endpoint, system, maskings, politeness, advice, sizes and times; nothing else."""
    told = _listen(rig)
    reply = await rig.chat(f"Résume : {MARKER}1")
    assert reply.status_code == 200
    [event] = told
    assert (event.outcome, event.endpoint, event.system, event.refusal) == (Outcome.SENT, "openai_chat", "openai", None)
    assert event.hidden == {"PERSON": 1}
    assert event.politeness == 1
    assert event.warnings == {"context.rules": 1}
    assert event.bytes_in == len(reply.request.content)
    assert event.bytes_out == len(reply.content)
    assert event.total_ms is not None
    assert event.scan_ms is not None


async def test_a_stream_is_told_when_it_ends_with_the_bytes_that_were_shown(rig: Rig) -> None:
    """One event for a whole stream."""
    told = _listen(rig)
    async with rig.client() as client, client.stream("POST", CHAT, json=prompt("Bonjour", stream=True)) as reply:
        shown = b"".join([piece async for piece in reply.aiter_raw()])
    [event] = told
    assert event.outcome is Outcome.SENT
    assert event.bytes_out == len(shown)


@pytest.mark.parametrize(
    ("text", "code"), [("REFUSES", "attachment_unreadable"), ("RAISES", "scan_failed"), ("DIES", "scan_failed")]
)
async def test_a_refusal_is_told_with_its_code(rig: Rig, text: str, code: str) -> None:
    """Nothing was sent, and why is a code."""
    told = _listen(rig)
    await rig.chat(text)
    assert [(e.outcome, e.refusal, e.hidden) for e in told] == [(Outcome.REFUSED, code, {})]


async def test_what_an_upstream_refuses_or_does_not_answer_has_failed(make: Make) -> None:
    """An error of the provider's, and a provider that is down."""
    rig = await make()
    told = _listen(rig)
    rig.upstream.answer = lambda _request: Reply(status=429, body=b'{"error": {"message": "trop"}}')
    await rig.chat("Bonjour")
    await rig.upstream.__aexit__()
    await rig.chat("Bonjour")
    assert [e.outcome for e in told] == [Outcome.FAILED, Outcome.FAILED]


async def test_the_health_check_is_not_counted(rig: Rig) -> None:
    """What is answered here is no use of a system."""
    told = _listen(rig)
    async with rig.client() as client:
        assert (await client.get("/avec/health")).status_code == 200
    assert told == []


async def test_a_log_that_fails_changes_nothing_for_the_client(rig: Rig) -> None:
    """Counting is no part of answering."""
    engine = rig.gateway._engine
    assert engine is not None

    def broken(_event: UsageEvent) -> None:
        raise OSError(MARKER)

    engine.guard.record = broken
    reply = await rig.chat(f"Résume : {MARKER}1")
    assert reply.status_code == 200
    assert MARKER in reply.text
