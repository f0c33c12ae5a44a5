"""A gateway and a workstation's proxy as users start them, each in its own process, with faults that can be woken."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from avec_proxy.cli.verify import write_token
from avec_proxy.verify.client import Gateway, Station, Target

_PORT = re.compile(r"http://127\.0\.0\.1:(\d+)")
_START_S = 90  # a busy machine


@dataclass
class Planted:
    """A running target; `plant` wakes one of its faults."""

    target: Target
    folder: Path
    token_file: Path

    @property
    def token(self) -> str:
        """What opens its verification door."""
        return self.token_file.read_text().strip()

    def plant(self, fault: str) -> None:
        """Have this fault, and no other, from now on; "" for none."""
        (self.folder / "fault").write_text(fault)


def _started(folder: Path, command: str, *options: str) -> tuple[subprocess.Popen[bytes], int]:
    (folder / "fault").write_text("")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AVEC_", "XDG_")) and "proxy" not in k.lower()}
    homes = {name: str(folder / name.lower()) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")}
    log = folder / "log.txt"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.verify.faulty", command, str(folder / "fault"), "--workers", "1", *options],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**kept, **homes, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        if found := _PORT.search(log.read_text()):
            return process, int(found[1])
        time.sleep(0.1)
    process.kill()
    raise AssertionError(log.read_text()[-2000:])


@pytest.fixture(scope="session")
def shared_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    """Give a gateway whose upstream is nobody's."""
    folder = tmp_path_factory.mktemp("gateway")
    write_token(token := folder / "token")
    options = ("--listen", "127.0.0.1:0", "--upstream", "http://127.0.0.1:9", "--verify-token-file", str(token))
    process, port = _started(folder, "gateway", *options)
    yield Planted(Gateway(f"http://127.0.0.1:{port}"), folder, token)
    process.terminate()
    process.wait(20)


@pytest.fixture
def gateway(shared_gateway: Planted) -> Iterator[Planted]:
    """Give the gateway without a fault."""
    shared_gateway.plant("")
    yield shared_gateway
    shared_gateway.plant("")


@pytest.fixture(scope="session")
def shared_station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    """Give a workstation's proxy with an authority of its own."""
    folder = tmp_path_factory.mktemp("station")
    write_token(token := folder / "token")
    options = ("--port", "0", "--confdir", str(folder / "ca"), "--verify-token-file", str(token))
    process, port = _started(folder, "run", *options)
    yield Planted(Station(f"http://127.0.0.1:{port}", folder / "ca" / "ca.pem"), folder, token)
    process.terminate()
    process.wait(20)


@pytest.fixture
def station(shared_station: Planted) -> Iterator[Planted]:
    """Give the proxy without a fault."""
    shared_station.plant("")
    yield shared_station
    shared_station.plant("")
