"""The verification door: closed without a token, open for this machine and to this machine alone."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from avec_proxy.proxy.errors import GatewayError
from avec_proxy.proxy.probe import read_token
from avec_proxy.proxy.probing import FACTS, SINK, TOKEN
from tests.e2e.harness import RecordingUpstream, leaks
from tests.proxy.conftest import CHAT, Rig, head, prompt, refused
from tests.proxy.fake_pipeline import MARKER

Make = Callable[..., Awaitable[Rig]]
WORD = "a-word-of-more-than-thirty-two-characters"


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    """Give a token's file."""
    file = tmp_path / "token"
    file.write_text(f"{WORD}\n")
    file.chmod(0o600)
    return file


def marks(port: int, token: str = WORD) -> dict[str, str]:
    """Return the headers of a test."""
    return {TOKEN: token, SINK: str(port)}


async def test_a_test_takes_the_whole_way_and_ends_at_the_recorder(make: Make, token_file: Path) -> None:
    """Hidden, sent to the port that was named, restored; the provider sees nothing, nobody sees the token."""
    rig = await make(verify_token_file=token_file)
    async with RecordingUpstream() as recorder, rig.client() as client:
        got = await client.post(CHAT, json=prompt(f"Résumer {MARKER}1"), headers=marks(recorder.port))
        assert got.json()["choices"][0]["message"]["content"] == f"Résumer {MARKER}1"
        assert b"[PERSONNE_1]" in recorder.received
        assert leaks([MARKER, WORD, TOKEN], recorder.recorded) == []
    rig.assert_nothing_left()


@pytest.mark.parametrize(
    "given",
    [
        {TOKEN: WORD[:-1] + "x", SINK: "{port}"},
        {TOKEN: WORD},
        {SINK: "{port}"},
        {TOKEN: WORD, SINK: "80"},
        {TOKEN: WORD, SINK: "99999"},
        {TOKEN: WORD, SINK: "upstream.example"},
        {TOKEN: "", SINK: "{port}"},
    ],
)
async def test_what_may_not_is_refused_and_sent_nowhere(make: Make, token_file: Path, given: dict[str, str]) -> None:
    """A wrong or missing token, a port that is none or another service's: neither recorder nor provider sees a byte."""
    rig = await make(verify_token_file=token_file)
    async with RecordingUpstream() as recorder, rig.client() as client:
        headers = {name: value.format(port=recorder.port) for name, value in given.items()}
        refused(await client.post(CHAT, json=prompt(MARKER), headers=headers), "verification_refused")
        assert recorder.received == b""
    rig.assert_nothing_left()


async def test_without_a_token_there_is_no_door(make: Make) -> None:
    """By default a test is refused, and so is the question what is set."""
    rig = await make()
    async with RecordingUpstream() as recorder, rig.client() as client:
        refused(await client.post(CHAT, json=prompt(MARKER), headers=marks(recorder.port)), "verification_refused")
        refused(await client.get(FACTS, headers={TOKEN: WORD}), "verification_refused")
        refused(await client.get(FACTS), "endpoint_unknown")
    rig.assert_nothing_left()


async def test_a_token_that_is_sent_twice_is_none(make: Make, token_file: Path) -> None:
    """Two headers may mean two things."""
    rig = await make(verify_token_file=token_file)
    twice = head(headers={TOKEN: f"{WORD}\r\n{TOKEN}: {WORD}", SINK: "20000"}, body=b"{}")
    refused(await rig.raw(twice), "verification_refused")
    rig.assert_nothing_left()


async def test_the_requests_of_others_go_where_they_always_go(make: Make, token_file: Path) -> None:
    """A test that is under way opens nothing for them."""
    rig = await make(verify_token_file=token_file)
    async with RecordingUpstream() as recorder, rig.client() as client:
        await client.post(CHAT, json=prompt("un"), headers=marks(recorder.port))
        await client.post(CHAT, json=prompt("deux"))
        assert [request.prompt for request in recorder.requests] == ["un"]
    assert [request.prompt for request in rig.upstream.requests] == ["deux"]


async def test_what_is_set_is_told_without_a_value(make: Make, token_file: Path) -> None:
    """Whether services are reached safely, what is on, what a worker is made of; no address of a service."""
    rig = await make(verify_token_file=token_file)
    async with rig.client() as client:
        told = (await client.get(FACTS, headers={TOKEN: WORD})).json()
    assert told["mode"] == "gateway"
    assert set(told["upstreams"].values()) == {"loopback"}
    assert (told["politeness"], told["coach"], told["strictness"]) == ("on", "on", "standard")
    assert (told["workers"], told["inventory"]) == (1, [])  # the fake pipeline has no `about`
    assert str(rig.upstream.port) not in str(told)


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (f"{WORD}\n", 0o644, "everybody"),
        ("short", 0o600, "32"),
        ("with a space, and of more than thirty-two", 0o600, "one word"),
    ],
)
def test_a_token_that_is_none_keeps_the_proxy_from_starting(tmp_path: Path, content: str, mode: int, said: str) -> None:
    """Readable by all, too short, several words: one line, which does not quote it."""
    file = tmp_path / "token"
    file.write_text(content)
    file.chmod(mode)
    with pytest.raises(GatewayError, match=said) as error:
        read_token(file)
    assert content.strip() not in str(error.value)
