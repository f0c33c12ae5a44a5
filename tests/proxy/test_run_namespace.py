"""The command in a network of its own, where the real names and ports lead to stand-ins."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_NEEDS = ("unshare", "ip", "mount", "curl")
_UNSHARE = ["unshare", "--net", "--mount", *([] if getattr(os, "geteuid", lambda: 1)() == 0 else ["--map-root-user"])]


def _missing() -> str:
    """Return why there is no such network here, "" if there can be one."""
    if absent := [name for name in _NEEDS if shutil.which(name) is None]:
        return f"no {', '.join(absent)}"
    done = subprocess.run([*_UNSHARE, "ip", "link", "set", "lo", "up"], capture_output=True, check=False, timeout=20)
    return "" if done.returncode == 0 else "namespaces are not allowed"


def test_real_names_and_ports(tmp_path: Path) -> None:
    """An SDK and curl, by proxy and authority alone: read, passed, refused as it must be, by the system's resolver."""
    if reason := _missing():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AVEC_")}
    done = subprocess.run(
        [*_UNSHARE, sys.executable, "-m", "tests.proxy.namespace", str(tmp_path)],
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
