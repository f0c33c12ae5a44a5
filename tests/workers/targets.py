"""What the pool's tests run in workers."""

import os
import sys
import threading
import time
from pathlib import Path

from avec_proxy.model import Refusal

SECRET = "MARQUEUR Bonnefoy"


def warm(*_: object) -> None:
    """Nothing to warm."""


def warm_badly() -> None:
    """Fail, with a text that must not cross."""
    raise ValueError(SECRET)


def warm_forever() -> None:
    """Never become ready."""
    time.sleep(600)


def warm_marking(folder: str) -> None:
    """Leave a file per warm-up."""
    Path(folder, f"{os.getpid()}-{time.monotonic_ns()}").touch()


def double(value: int) -> int:
    """Return twice the value."""
    return 2 * value


def pid() -> int:
    """Return the worker's process id."""
    return os.getpid()


def refuse(code: str) -> None:
    """Refuse."""
    raise Refusal(code)


def fail(text: str) -> None:
    """Fail, quoting the text."""
    raise RuntimeError(text)


def leave(*_: object) -> None:
    """Raise SystemExit."""
    sys.exit(3)


def die(*_: object) -> None:
    """End the process at once."""
    os._exit(1)


def hang(*_: object) -> None:
    """Never return."""
    while True:
        pass


def sleep(seconds: float, value: int = 0) -> int:
    """Return the value later."""
    time.sleep(seconds)
    return value


def touch(path: str) -> None:
    """Leave a trace of having run."""
    Path(path).touch()


def unpicklable() -> object:
    """Return what cannot travel."""
    return threading.Lock()


def shout(text: str) -> None:
    """Print on both streams, and fail in a thread."""
    print(text)
    print(text, file=sys.stderr, flush=True)
    os.write(2, text.encode())
    thread = threading.Thread(target=fail, args=(text,))
    thread.start()
    thread.join()


def size(data: bytes) -> int:
    """Return how much arrived."""
    return len(data)


def no_core_dump() -> tuple[int, int]:
    """Return the limits on core files."""
    import resource

    return resource.getrlimit(resource.RLIMIT_CORE)


_generation: list[str] = []


def warm_as(name: str) -> None:
    """Remember a name, or fail if it says so."""
    if name.startswith("bad"):
        raise ValueError(SECRET)
    if name.startswith("hang"):
        time.sleep(600)
    _generation[:] = [name]


def name_again(name: str) -> None:
    """Take another name, or fail, end or hang if it says so."""
    if name.startswith("bad"):
        raise ValueError(SECRET)
    if name.startswith("die"):
        os._exit(1)
    if name.startswith("hang"):
        time.sleep(600)
    _generation[:] = [name]


def name_after(seconds: float) -> str:
    """Return the name that was there when the job began, later."""
    (name,) = _generation
    time.sleep(seconds)
    return name
