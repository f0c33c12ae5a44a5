"""`avec-proxy verify` says in one line what is missing, and its output is for people and for monitoring."""

import stat
from pathlib import Path

import pytest

from avec_proxy.verify.outcome import Outcome, Result, Verdict
from tests.cli.calling import call
from tests.verify.conftest import Planted, gateway, shared_gateway

__all__ = ["gateway", "shared_gateway"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--gateway"),
        (("--gateway", "http://127.0.0.1:1", "--proxy", "http://127.0.0.1:2"), "--gateway"),
        (("--proxy", "http://127.0.0.1:2"), "--ca"),
        (("--gateway", "http://127.0.0.1:1"), "--token-file"),
        (("--gateway", "ftp://sk-secret", "--token-file", "x"), "URL"),
        (("--gateway", "http://127.0.0.1:1", "--token-file", "sk-secret"), "token file"),
    ],
)
def test_what_is_missing_is_one_line_and_exit_2(arguments: tuple[str, ...], said: str) -> None:
    """Nothing is contacted, no value is shown, standard output stays empty."""
    got = call("verify", *arguments)
    assert got.code == 2
    assert got.out == ""
    assert said in got.err
    assert got.err.count("\n") == 1
    assert "secret" not in got.err


def test_a_new_token_is_its_owner_s(tmp_path: Path) -> None:
    """Long, random, readable by nobody else; a file that is there is left as it is."""
    files = [tmp_path / "a", tmp_path / "b"]
    for file in files:
        assert call("verify", "--new-token", str(file)).code == 0
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    tokens = {file.read_text().strip() for file in files}
    assert len(tokens) == 2
    assert all(len(token) >= 40 for token in tokens)
    assert call("verify", "--new-token", str(files[0])).code == 2
    assert files[0].read_text().strip() in tokens


def test_a_healthy_gateway_exits_0_and_speaks_json(gateway: Planted) -> None:
    """One object: verdict, exit code, each check."""
    got = call("verify", "--gateway", gateway.target.url, "--token-file", str(gateway.token_file), "--json")
    assert got.code == 0, got.out
    assert got.object["verdict"] == "clean"
    assert (got.object["exit"], got.object["target"], got.object["seen"]) == (0, "gateway", "door")
    assert {check["verdict"] for check in got.object["checks"]} == {"clean"}
    assert gateway.token not in got.out


def test_a_leak_exits_1_and_says_so(gateway: Planted) -> None:
    """The kinds that leaked, the checks that failed, and with --quiet nothing that is clean."""
    gateway.plant("phones_kept")
    got = call("verify", "--gateway", gateway.target.url, "--token-file", str(gateway.token_file), "--quiet")
    assert got.code == 1
    lines = got.out.splitlines()
    assert lines[0].startswith("LEAK ")
    assert "(phone, phone_spelled)" in lines[0]
    assert lines[-1].startswith("LEAK: ")
    assert not [line for line in lines if line.startswith("clean")]


@pytest.mark.parametrize(
    ("verdicts", "word", "code"),
    [
        ("clean", "clean", 0),
        ("clean unverified", "unverified", 2),
        ("unverified fault", "fault", 1),
        ("fault leak unverified", "leak", 1),
    ],
)
def test_the_worst_result_decides(verdicts: str, word: str, code: int) -> None:
    """A leak before a fault, a fault before what could not be told."""
    outcome = Outcome("gateway", "door", [Result("x", Verdict(v)) for v in verdicts.split()], 0.1)
    assert (outcome.verdict.value, outcome.exit_code) == (word, code)
