"""What runs in a worker process: warm up, then one job after the other, until the parent is gone.

Nothing is printed: standard output and error go nowhere, since a library's message may quote what it works on.
Only a result, a refusal's code, or the type and place of an exception goes back.
"""

import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from typing import Any

from avec_proxy.loading import loading
from avec_proxy.model import Refusal
from avec_proxy.workers.hardening import no_dumps, place

READY = "ready"
DONE = "done"
REFUSED = "refused"
FAILED = "failed"


def resolve(target: str) -> Callable[..., Any]:
    """Return the function that `module:function` names. Raises ImportError or AttributeError."""
    module, _, name = target.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def main(connection: Connection, initializer: str, initargs: tuple[Any, ...]) -> None:
    """Serve jobs `(number, target, args)` from `connection`.

    Answers are `(number, READY|DONE|REFUSED|FAILED, value)`: the job's number comes back with its outcome, so that
    nobody ever gets another's. Warming up is number 0.
    """
    _seal_off()
    try:
        with loading():
            resolve(initializer)(*initargs)
    except BaseException as error:
        _send(connection, (0, FAILED, _named(error)))
        return
    if not _send(connection, (0, READY, None)):
        return
    while True:
        try:
            number, target, args = connection.recv()
        except (EOFError, OSError):
            return
        event, value = _work(target, args)
        del args
        if not _send(connection, (number, event, value)):
            return


def _work(target: str, args: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return DONE, resolve(target)(*args)
    except Refusal as refusal:
        return REFUSED, refusal.code
    except BaseException as error:  # SystemExit and MemoryError too: the parent decides what follows
        return FAILED, _named(error)


def _send(connection: Connection, answer: tuple[int, str, Any]) -> bool:
    try:
        connection.send(answer)
    except OSError:
        return False
    except Exception as error:  # a result that cannot be pickled
        return _send(connection, (answer[0], FAILED, _named(error))) if answer[1] == DONE else False
    return True


def _named(error: BaseException) -> str:
    return f"{type(error).__name__} at {place(error)}"


def _seal_off() -> None:
    no_dumps()
    with suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    sys.excepthook = lambda *_: None
    threading.excepthook = lambda *_: None
    sys.unraisablehook = lambda *_: None
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """End the process when its parent ends, even in the middle of a job."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
