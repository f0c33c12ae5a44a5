"""What cannot be verified is said, and is not clean."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from avec_proxy import inventory
from avec_proxy.verify.client import Gateway, Station
from avec_proxy.verify.formats import FORMATS
from avec_proxy.verify.invented import Inventor
from avec_proxy.verify.outcome import Outcome, Verdict
from avec_proxy.verify.run import Plan, _made_of, _off, verify
from tests.proxy.conftest import Rig, make
from tests.verify.conftest import Planted

__all__ = ["make"]  # the fixture that starts a gateway with a fake pipeline


def told(outcome: Outcome) -> dict[str, str]:
    """Return what was said of everything that is not clean."""
    return {r.check: r.said for r in outcome.results if r.verdict is not Verdict.CLEAN}


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_nobody_there_is_unverified() -> None:
    """Exit code 2, and nothing else is tried."""
    outcome = verify(Plan(Gateway(f"http://127.0.0.1:{free_port()}"), "x" * 40))
    assert outcome.exit_code == 2
    assert list(told(outcome)) == ["health"]


def test_a_wrong_token_is_unverified(gateway: Planted) -> None:
    """The door stays shut, and no prompt is sent."""
    outcome = verify(Plan(gateway.target, "x" * 40))
    assert outcome.exit_code == 2
    assert list(told(outcome)) == ["door"]


def test_something_else_there_is_unverified() -> None:
    """What answers is no avec-proxy: it is sent nothing."""
    from avec_proxy.verify.recorder import Recorder

    with Recorder() as other:
        outcome = verify(Plan(Gateway(f"http://127.0.0.1:{other.port}"), "x" * 40))
        paths = [received.head.split()[1] for received in other.take()]
    assert outcome.exit_code == 2
    assert paths == [b"/avec/health"]


def test_a_taken_port_is_unverified(gateway: Planted) -> None:
    """The recorder cannot listen where the upstream points: nothing is sent."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        outcome = verify(Plan(gateway.target, port=taken.getsockname()[1]))
    assert outcome.exit_code == 2
    assert list(told(outcome)) == ["recorder"]


def test_an_upstream_that_is_elsewhere_is_unverified(gateway: Planted) -> None:
    """What leaves does not come to the recorder: one harmless question is all that was sent."""
    outcome = verify(Plan(gateway.target, port=free_port(), formats=FORMATS[:1]))
    assert outcome.exit_code == 2
    assert list(told(outcome)) == ["recorder"]


def test_a_certificate_that_is_none_is_told(station: Planted, tmp_path: Path) -> None:
    """One line, and not clean."""
    (tmp_path / "ca.pem").write_text("nothing")
    assert isinstance(station.target, Station)
    outcome = verify(Plan(Station(station.target.url, tmp_path / "ca.pem"), station.token))
    assert outcome.exit_code == 1
    assert "certificate" in told(outcome)["answered"]


async def test_a_gateway_in_front_of_the_recorder_needs_no_door(make: Callable[..., Awaitable[Rig]]) -> None:
    """Its upstream points to the port of the recorder: a pipeline that hides nothing there is a leak."""
    port = free_port()
    rig = await make(only={"openai": f"http://127.0.0.1:{port}"})
    outcome = await asyncio.to_thread(verify, Plan(Gateway(rig.gateway.url), port=port, formats=FORMATS[:1]))
    assert outcome.exit_code == 1
    assert outcome.seen == "upstream"
    leaks = [r for r in outcome.results if r.check == "hidden" and r.verdict is Verdict.LEAK]
    assert {"nir", "phone", "titled_name"} <= set(leaks[0].kinds)


@pytest.mark.parametrize(("promised", "verdict"), [(True, Verdict.FAULT), (False, Verdict.CLEAN)])
def test_what_is_promised_can_be_said(gateway: Planted, promised: bool, verdict: Verdict) -> None:
    """Politeness that stays is a fault only where its removal is promised."""
    gateway.plant("politeness_off")
    outcome = verify(Plan(gateway.target, gateway.token, politeness=promised, formats=FORMATS[:1]))
    assert outcome.verdict is verdict


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (None, "do not say"),
        ([], "do not say"),
        ([{"made_of": {"nir": "1"}}, {"made_of": {"nir": "2"}}], "not made of the same"),
        ([{"made_of": {}}], "not as installed here: address"),
    ],
)
def test_workers_that_are_not_as_installed_are_a_fault(told: object, said: str) -> None:
    """None says anything, two differ, or rules are missing."""
    result = _made_of(told)
    assert result.verdict is Verdict.FAULT
    assert said in result.said


def test_rules_of_one_s_own_and_rules_that_are_off_are_no_fault() -> None:
    """They are named, and what is off is not planted."""
    made_of = {**inventory.installed(), "badge_chu": "1"}
    del made_of["plate"]
    told = [{"made_of": made_of, "own": ["badge_chu"], "off": ["plate"]}] * 2
    result = _made_of(told)
    assert result.verdict is Verdict.CLEAN
    assert "badge_chu" in result.said
    assert "plate" in result.said
    make = Inventor()
    make.without = _off(told)
    assert "plate" not in {plant.kind for plant in make.plants()}
