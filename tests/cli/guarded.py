"""Starts the real command in a process whose sockets refuse to leave the machine, and note who tried."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
GUARD = """
import os, socket

def note(line):
    with open(os.environ["NETWORK_NOTES"], "a") as notes:
        notes.write(line + "\\n")

def local(address):
    return not isinstance(address, tuple) or address[0] in ("127.0.0.1", "::1", "localhost")

def guarded(name):
    real = getattr(socket.socket, name)
    def connect(self, address, *rest):
        if not (LOOPBACK and local(address)):
            note("attempt")
            raise OSError("no network")
        return real(self, address, *rest)
    return connect

LOOPBACK = bool(os.environ.get("NETWORK_LOOPBACK"))
for name in ("connect", "connect_ex"):
    setattr(socket.socket, name, guarded(name))
resolve = socket.getaddrinfo

def getaddrinfo(host, *rest, **more):
    if not (LOOPBACK and host in ("127.0.0.1", "::1", "localhost", None)):
        note("attempt")
        raise OSError("no network")
    return resolve(host, *rest, **more)

socket.getaddrinfo = getaddrinfo
note("guarded")
"""


class Guarded:
    """`python -m MODULE ARGUMENTS` behind the guard; `loopback` lets it talk to this machine."""

    def __init__(
        self, folder: Path, *arguments: str, module: str = "avec_proxy", loopback: bool = False, **environment: str
    ) -> None:
        site = folder / "site"
        site.mkdir()
        (site / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
        self.notes = folder / "notes"
        self.empty = folder / "empty"
        self.empty.mkdir()
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.empty,
            env={
                **os.environ,
                "PYTHONPATH": str(site),
                "NETWORK_NOTES": str(self.notes),
                "NETWORK_LOOPBACK": "1" if loopback else "",
                **environment,
            },
        )

    def __enter__(self) -> "Guarded":
        return self

    def __exit__(self, *_: Any) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                stream.close()

    @property
    def noted(self) -> set[str]:
        """What the guard wrote: "guarded" for each process that it guards, "attempt" for each try."""
        return set(self.notes.read_text().split())
