"""Every planted fault turns the verification red, and it says which promise is broken; a healthy target is clean."""

import re

import pytest

from avec_proxy.verify.client import Station
from avec_proxy.verify.formats import FORMATS
from avec_proxy.verify.outcome import Outcome, Verdict
from avec_proxy.verify.run import Plan, verify
from tests.verify.conftest import Planted

LEAK, FAULT, CLEAN = Verdict.LEAK, Verdict.FAULT, Verdict.CLEAN


def verified(planted: Planted) -> Outcome:
    """Verify a target through its door, in one format (all of them have their own test)."""
    return verify(
        Plan(planted.target, planted.token, searched=(planted.folder / "xdg_state_home",), formats=FORMATS[:1])
    )


def bad(outcome: Outcome) -> dict[str, Verdict]:
    """Return what is not clean."""
    return {result.check: result.verdict for result in outcome.results if result.verdict is not CLEAN}


@pytest.mark.parametrize(
    ("fault", "check", "verdict", "said"),
    [
        ("rule_removed", "rules", FAULT, "nir"),
        ("rule_emptied", "rules", FAULT, "email"),
        ("room_rule_removed", "inventory", FAULT, "room"),
        ("model_missing", "name_model", LEAK, "untitled_name"),
        ("model_replaced", "inventory", FAULT, "model"),
        ("worker_stub", "hidden", LEAK, "nir"),
        ("phones_kept", "hidden", LEAK, "phone"),
        ("mapping_swapped", "restored", FAULT, "wrong place"),
        ("mapping_lost", "restored", FAULT, "unrestored"),
        ("restore_off", "restored", FAULT, "unrestored"),
        ("buffered", "incremental", FAULT, "before the stream ended"),
        ("dose_changed", "clinical", FAULT, "identifies nobody"),
        ("politeness_off", "politeness", FAULT, "promised"),
        ("coach_off", "coach", FAULT, "promised"),
        ("history_passes", "history", LEAK, ""),
        ("query_passes", "query", LEAK, "email"),
        ("headers_pass", "headers", LEAK, "header x-patient"),
        ("unlisted_passes", "unlisted", LEAK, "nir"),
        ("refusal_sends", "refusals", LEAK, "picture"),
        ("upstream_clear", "upstreams", LEAK, "openai"),
    ],
)
def test_a_planted_fault_is_found_at_a_gateway(
    gateway: Planted, fault: str, check: str, verdict: Verdict, said: str
) -> None:
    """Exit code 1, and the check that failed is the one whose promise is broken."""
    gateway.plant(fault)
    outcome = verified(gateway)
    assert outcome.exit_code == 1
    assert bad(outcome).get(check) is verdict, bad(outcome)
    told = [result.line() for result in outcome.results if result.check == check and result.verdict is verdict]
    assert any(said in line for line in told), told


@pytest.mark.parametrize(
    ("fault", "check", "verdict", "said"),
    [
        ("host_tunnelled", "certificates", LEAK, "api.mistral.ai"),
        ("other_ai_opened", "other_ai", FAULT, "opened"),
        ("pac_short", "pac", FAULT, "api.anthropic.com"),
        ("worker_stub", "hidden", LEAK, "nir"),
        ("restore_off", "restored", FAULT, "unrestored"),
    ],
)
def test_a_planted_fault_is_found_at_a_workstation(
    station: Planted, fault: str, check: str, verdict: Verdict, said: str
) -> None:
    """The same through `run`, and what is a proxy's own: a tunnelled host, an opened service, a short PAC file."""
    station.plant(fault)
    outcome = verified(station)
    assert outcome.exit_code == 1
    assert bad(outcome).get(check) is verdict, bad(outcome)
    assert any(said in result.line() for result in outcome.results if result.check == check)


def test_no_prompt_is_sent_past_a_tunnelled_host(station: Planted) -> None:
    """Where a host is not read, verification ends before it says anything."""
    station.plant("host_tunnelled")
    assert isinstance(station.target, Station)
    assert "hidden" not in {result.check for result in verified(station).results}


def test_what_is_written_down_is_found(gateway: Planted) -> None:
    """A log that holds an invented value is a leak; the same folder without it is clean."""
    gateway.plant("written_down")
    place = gateway.folder / "state"
    plan = Plan(gateway.target, gateway.token, searched=(place,), formats=FORMATS[:1])
    outcome = verify(plan)
    assert bad(outcome) == {"files": LEAK}
    gateway.plant("")
    (place / "usage.db").write_bytes(b"counts")
    assert bad(verify(plan)) == {}


def test_a_healthy_gateway_is_clean_in_every_format(gateway: Planted) -> None:
    """Exit code 0, whole and streamed, and every promise was tried."""
    outcome = verify(Plan(gateway.target, gateway.token, searched=(gateway.folder / "log.txt",)))
    assert bad(outcome) == {}
    assert outcome.exit_code == 0
    tried = {result.where for result in outcome.results if result.check == "restored"}
    assert tried == {f"{known.name}{how}" for known in FORMATS for how in ("", " (stream)")}


def test_a_healthy_workstation_is_clean_in_every_format(station: Planted) -> None:
    """Exit code 0 through `run`: under the vendors' real names, and nothing reaches them."""
    outcome = verify(Plan(station.target, station.token))
    assert bad(outcome) == {}
    assert {result.check for result in outcome.results} >= {"certificates", "other_ai", "pac", "restored"}


def test_nothing_invented_is_told(gateway: Planted) -> None:
    """Of a value that leaked, the outcome tells the kind: neither its lines nor its JSON hold one."""
    gateway.plant("worker_stub")
    outcome = verified(gateway)
    told = "\n".join(result.line() for result in outcome.results) + str(outcome.as_json())
    recorded = (gateway.folder / "log.txt").read_text()
    assert "phone" in told
    assert not re.search(r"\d{4}|@", told)  # every invented number and address has more digits, or an @
    assert gateway.token not in told + recorded
