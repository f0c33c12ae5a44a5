"""The gateway as users start it: its own process, real workers, a recording upstream behind it."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.harness import RecordingUpstream
from tests.e2e.harness.live import LiveUpstream, serving

_LISTENING = re.compile(r"http://127\.0\.0\.1:(\d+)")
_START_S = 60  # a busy machine; how fast it is stands in the benchmark


class GatewayProcess:
    """`avec-proxy gateway` with its state, settings and temporary files in `folder`."""

    def __init__(self, folder: Path, upstream: str, *options: str, env: dict[str, str] | None = None) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.out, self.err = folder / "stdout.txt", folder / "stderr.txt"
        homes = {name: folder / name.lower() for name in _FOLDERS}
        for home in homes.values():
            home.mkdir(exist_ok=True)
        inherited = {
            k: v for k, v in os.environ.items() if not k.startswith(("AVEC_", "XDG_")) and "proxy" not in k.lower()
        }
        command = [sys.executable, "-m", "avec_proxy", "gateway", "--listen", "127.0.0.1:0", "--upstream", upstream]
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(
                [*command, *options],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env={**inherited, **{name: str(home) for name, home in homes.items()}, **(env or {})},
            )
        try:
            self.port = self._port()
        except BaseException:
            self.kill()
            raise

    def _port(self) -> int:
        end = time.monotonic() + _START_S
        while time.monotonic() < end and self.process.poll() is None:
            if found := _LISTENING.search(self.err.read_text() + self.out.read_text()):
                return int(found[1])
            time.sleep(0.05)
        raise AssertionError(f"the gateway did not start ({self.process.poll()}): {self.err.read_text()[-2000:]}")

    @property
    def url(self) -> str:
        """The base URL without a version."""
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[psutil.Process]:
        """Return the worker processes that run now."""
        try:
            children = psutil.Process(self.process.pid).children(recursive=True)
            return [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        except psutil.Error:
            return []

    def stop(self, seconds: float = 15) -> int:
        """Send SIGTERM and return the exit code. Raises TimeoutExpired if it takes longer than `seconds`."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self) -> None:
        """End it, whatever it is doing, and every process that it started."""
        try:
            children = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.Error:
            children = []
        for process in (*children, self.process):
            with contextlib.suppress(psutil.Error, OSError):
                process.kill()
        self.process.wait(10)


_FOLDERS = ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")


@pytest.fixture(scope="session")
def shared_upstream() -> Iterator[LiveUpstream]:
    """Give the upstream behind the shared gateway as the tests before left it."""
    with serving(RecordingUpstream()) as live:
        yield live


@pytest.fixture
def upstream(shared_upstream: LiveUpstream) -> LiveUpstream:
    """Give the upstream behind the shared gateway, as if it were new."""
    shared_upstream.forget()
    return shared_upstream


@pytest.fixture(scope="session")
def gateway(shared_upstream: LiveUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """Give the gateway that all tests share which do not break it."""
    process = GatewayProcess(tmp_path_factory.mktemp("gateway"), shared_upstream.url)
    yield process
    process.kill()
