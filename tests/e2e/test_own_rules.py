"""The gateway as a hospital runs it, with a folder of its own that changes while it works."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.cli.calling import call
from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import RecordingUpstream
from tests.e2e.harness.live import LiveUpstream, serving
from tests.own.folders import BADGE, PEOPLE, SECRET, folder, put

CODE = BADGE | {
    "id": "code",
    "pattern": ["zq[a-z]{4}"],
    "examples": {"match": ["Code ⟦zqabcd⟧ donné"], "no_match": BADGE["examples"]["no_match"]},
}
TEXT = "Relis la note du projet ambre gris pour l'unité Verlaine, code zqtrfv."


class Running:
    """A gateway in its own process, its folder, and what reached the provider."""

    def __init__(self, base: Path, process: GatewayProcess, upstream: LiveUpstream) -> None:
        self.base = base
        self.process = process
        self._upstream = upstream

    def sent(self, text: str = TEXT) -> str:
        """Return what reaches the provider of a prompt."""
        body = {"model": "m", "messages": [{"role": "user", "content": text}]}
        url = f"{self.process.url}/v1/chat/completions"
        answer = httpx.post(url, json=body, timeout=60, trust_env=False)
        assert answer.status_code == 200
        assert answer.json()["choices"][0]["message"]["content"] == text, "the answer is restored"
        return self._upstream.requests[-1].prompt

    def said(self, word: str, times: int) -> None:
        """Wait until the log has said a word so often."""
        end = time.monotonic() + 90
        while self.process.err.read_text().count(f" {word}") < times:
            assert time.monotonic() < end, self.process.err.read_text()[-2000:]
            time.sleep(0.1)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Give a gateway with a rule, a list that hides and one that keeps."""
    base = folder(tmp_path / "own")
    with serving(RecordingUpstream()) as upstream:
        options = ("--own-rules", str(base), "--workers", "1", "--scan-timeout", "60")
        process = GatewayProcess(tmp_path / "gateway", upstream.url, *options)
        try:
            yield Running(base, process, upstream)
        finally:
            process.kill()


def test_a_folder_that_changes_is_taken_and_a_wrong_one_is_not(running: Running, tmp_path: Path) -> None:
    """An entry, a hashed list, a rule: the next request is read with them; what is wrong leaves all as it was."""
    before = running.sent()
    assert ("projet ambre gris" in before, "unité Verlaine" in before, "zqtrfv" in before) == (True, True, True)
    put(running.base, "always_hide/codes.txt", "# kind: code\nprojet Ambre gris\n")
    running.said("own_rules_taken", 2)
    assert running.sent() == TEXT.replace("projet ambre gris", "[NOMDECODE_1]")
    source = put(tmp_path, "export.csv", "nom;prénom\nLEFEBVRE;Bérénice\n")
    assert call("lists", "build", str(source), str(running.base / "always_hide" / "staff.hashed")).code == 0
    running.said("own_rules_taken", 3)
    assert running.sent("ordre du jour de berenice lefebvre") == "ordre du jour de [PERSONNE_1]"
    put(running.base, "identifiers/code.yaml", CODE)
    running.said("own_rules_taken", 4)
    both = TEXT.replace("projet ambre gris", "[NOMDECODE_1]").replace("zqtrfv", "[NUMERO_1]")
    assert running.sent() == both
    put(running.base, "identifiers/code.yaml", CODE | {"pattern": [f"({SECRET}"]})
    put(running.base, "always_hide/codes.txt", f"{SECRET}\n")
    running.said("own_rules_refused", 1)
    assert running.sent() == both
    put(running.base, "identifiers/code.yaml", CODE)
    put(running.base, "always_hide/codes.txt", "# kind: code\n")
    running.said("own_rules_taken", 5)
    assert running.sent() == TEXT.replace("zqtrfv", "[NUMERO_1]")
    log = running.process.err.read_text()
    assert not any(word.lower() in log.lower() for word in (SECRET, "lefebvre", "ambre", "verlaine"))
    assert running.process.stop() == 0


def test_a_wrong_folder_does_not_start(tmp_path: Path) -> None:
    """A line for each file, exit code 2, nothing of a file in it."""
    base = folder(tmp_path / "own")
    put(base, "always_hide/patients.txt", PEOPLE + f"{SECRET}\nab\n")
    command = [
        sys.executable,
        "-m",
        "avec_proxy",
        "gateway",
        "--upstream",
        "http://localhost:9",
        "--listen",
        "127.0.0.1:0",
    ]
    done = subprocess.run(
        [*command, "--own-rules", str(base)], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "avec-proxy: own_rules: always_hide/patients.txt: file: line 4: less than 3 letters or digits\n"
    )
