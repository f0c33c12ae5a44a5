"""`avec-proxy check` as a script uses it: a process, pipes, no network."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.guarded import ROOT, Guarded

LINE = "Patient apyrétique, FEVG 38 %, furosémide 40 mg et bisoprolol 2,5 mg, pas de syncope ni de douleur. "


def test_a_pipe_that_stays_open_is_answered_line_by_line_without_network(tmp_path: Path) -> None:
    """Each answer comes before the next line is sent; long and empty texts too; no socket is ever connected."""
    with Guarded(tmp_path, "check", "--jsonl", HTTP_PROXY="http://127.0.0.1:9", PYTHONIOENCODING="ascii") as command:
        into, out = command.process.stdin, command.process.stdout
        assert into is not None
        assert out is not None

        def ask(line: str) -> Any:
            into.write(line.encode() + b"\n")
            into.flush()
            return json.loads(out.readline())

        assert ask('{"id": "1", "text": "Mme Maëlle Kervadec tousse."}')["sanitized"] == "Mme [PERSONNE_1] tousse."
        assert ask("{")["error"]
        assert ask('{"id": "2", "text": ""}\r')["sanitized"] == ""
        long = LINE * 2000 + "Mme Maëlle Kervadec."
        assert len(long) > 200_000
        answer = ask(json.dumps({"id": "3", "text": long}))
        assert answer["sanitized"] == LINE * 2000 + "Mme [PERSONNE_1]."
        into.close()
        assert command.process.wait(30) == 2
        assert out.read() == b""
        assert command.process.stderr is not None
        assert command.process.stderr.read() == b""
        assert command.noted == {"guarded"}
        assert list(command.empty.iterdir()) == []


def test_the_guard_sees_who_tries(tmp_path: Path) -> None:
    """The guard of the test above stops and notes a command that does use the network."""
    with Guarded(tmp_path, "download", "--dest", ".", "nothing", module="pip", PIP_RETRIES="0") as command:
        command.process.communicate(timeout=30)
        assert command.process.returncode != 0
        assert command.noted == {"guarded", "attempt"}


@pytest.mark.skipif(sys.platform == "win32", reason="pipes close otherwise there")
def test_a_reader_who_leaves_ends_the_command_quietly() -> None:
    """`avec-proxy check --jsonl | head -1`: no traceback, no complaint of Python's at its end."""
    lines = b"{\n" * 3  # bad lines are answered without the model, hence soon
    read, write = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-m", "avec_proxy", "check", "--jsonl"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=write,
        stderr=subprocess.PIPE,
    ) as command:
        os.close(write)
        os.close(read)
        _, error = command.communicate(lines, timeout=60)
    assert error == b""
    assert command.returncode == 2
