"""`avec-proxy run` says where it listens and whom to trust, and ends when told."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.cli.test_gateway import environment

# The command with a pipeline that needs no model.
_SCRIPT = """
import sys
from avec_proxy.proxy import master
made = master.Workstation.__init__
def init(self, settings, authority):
    made(self, settings, authority, pipeline="tests.proxy.fake_pipeline")
master.Workstation.__init__ = init
from avec_proxy.cli import app
if __name__ == "__main__":
    app()
"""


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """Give the command line."""
    script = tmp_path / "avec.py"
    script.write_text(_SCRIPT)
    return [sys.executable, str(script), "run"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--confdir", "/dev/null/x"], "avec-proxy: "),
        (["--config", "sk-secret.toml"], "avec-proxy: the settings file cannot be read"),
        (["--upstream-ca", "sk-secret.pem"], "avec-proxy: setting upstream_ca: "),
        (["--upstream-ca", "none.pem"], "avec-proxy: setting upstream_ca: the file holds no certificate"),
    ],
)
def test_wrong_settings_are_one_line_and_exit_2(
    command: list[str], tmp_path: Path, arguments: list[str], said: str
) -> None:
    """Nothing starts, the value is not shown, standard output stays empty."""
    (tmp_path / "none.pem").write_text("sk-secret")
    done = subprocess.run(
        [*command, "--port", "0", "--workers", "1", *arguments],
        capture_output=True,
        text=True,
        env={**environment(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")},
        cwd=tmp_path,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(said), done.stderr
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_how_to_use_it_and_ends_on_a_signal(command: list[str], tmp_path: Path, number: signal.Signals) -> None:
    """Port, PAC file and certificate on standard error; exit 0 after the signal, and no process is left."""
    running = subprocess.Popen(
        [*command, "--port", "0", "--workers", "2", "--confdir", str(tmp_path / "ca")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(tmp_path),
    )
    assert running.stderr is not None
    said = []
    for line in running.stderr:
        said.append(line)
        if "vient d'être créé" in line:
            break
    text = "".join(said)
    url = re.search(r"avec-proxy run listening on (http://127\.0\.0\.1:\d+)\n", text)
    assert url is not None
    assert f"{url[1]}/proxy.pac" in text
    assert str(tmp_path / "ca" / "ca.pem") in text
    assert (tmp_path / "ca" / "ca.pem").read_text().startswith("-----BEGIN CERTIFICATE-----")
    assert "avec-proxy ca show" in text
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{url[1]}/proxy.pac") as answer:
        assert f"PROXY 127.0.0.1:{url[1].rpartition(':')[2]}" in answer.read().decode()
    children = psutil.Process(running.pid).children(recursive=True)
    running.send_signal(number)
    out, _ = running.communicate(timeout=15)
    assert running.returncode == 0
    assert out == ""
    _, alive = psutil.wait_procs(children, timeout=5)
    assert not alive
