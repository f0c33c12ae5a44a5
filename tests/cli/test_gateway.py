"""`avec-proxy gateway` says what it does in one line, and ends when told."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

# The command with a pipeline that needs no model.
_SCRIPT = """
import sys
from avec_proxy.proxy import master
made = master.Gateway.__init__
master.Gateway.__init__ = lambda self, settings: made(self, settings, pipeline="tests.proxy.fake_pipeline")
from avec_proxy.cli import app
if __name__ == "__main__":
    app()
"""


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """Give the command line."""
    script = tmp_path / "avec.py"
    script.write_text(_SCRIPT)
    return [sys.executable, str(script), "gateway"]


def environment(home: Path) -> dict[str, str]:
    """Return an environment without settings of the machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AVEC_")}
    return {**kept, "PYTHONPATH": os.pathsep.join(sys.path), "HOME": str(home), "XDG_CONFIG_HOME": str(home)}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--upstream", "http://sk-secret.fr"], "avec-proxy: setting upstream: plain http"),
        (["--upstream", "https://a.fr", "--listen", "sk-secret"], "avec-proxy: setting listen: "),
        (["--config", "sk-secret.toml"], "avec-proxy: the settings file cannot be read"),
        ([], "avec-proxy: no upstream is set"),
    ],
)
def test_wrong_settings_are_one_line_and_exit_2(
    command: list[str], tmp_path: Path, arguments: list[str], said: str
) -> None:
    """Nothing starts, the value is not shown, standard output stays empty."""
    done = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, env=environment(tmp_path), timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_its_workers(command: list[str], tmp_path: Path, number: signal.Signals) -> None:
    """One line when the port is open; exit 0 after the signal, and no process is left."""
    running = subprocess.Popen(
        [*command, "--listen", "127.0.0.1:0", "--upstream", "http://localhost:9", "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(tmp_path),
    )
    assert running.stderr is not None
    line = next(line for line in running.stderr if line.startswith("avec-proxy"))
    assert line.startswith("avec-proxy gateway listening on http://127.0.0.1:")
    children = psutil.Process(running.pid).children(recursive=True)
    assert len(children) >= 2
    running.send_signal(number)
    out, _ = running.communicate(timeout=15)
    assert running.returncode == 0
    assert out == ""
    _, alive = psutil.wait_procs(children, timeout=5)
    assert not alive
