"""Looking at a folder of one's own in a process that is made for it and ended, whatever its files do to it.

An expression that never ends, or a file that takes all memory, costs that process: nothing waits for it longer than
`TIMEOUT_S`, and nothing of it is left.
"""

import contextlib
import os
import threading
import time
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from avec_proxy.own.files import LISTS, OFF, OWN, RULES, read
from avec_proxy.own.listing import lists_of
from avec_proxy.own.outcome import Problem, Taken
from avec_proxy.own_set import OwnSet
from avec_proxy.workers.hardening import no_dumps

TIMEOUT_S = 120.0
_STEP_S = 0.1
_CONTEXT = get_context("spawn")


def take(
    base: Path, at_work: Taken | None = None, timeout: float = TIMEOUT_S, given_up: threading.Event | None = None
) -> Taken:
    """Return what `taking.take` makes of the folder, thoroughly, or a set with a problem that says what went wrong.

    Where the rules are those of `at_work`, which were looked at before, its lists alone are looked at.

    Blocks until then, for `timeout` seconds at most, or until `given_up` is set: never on an event loop.
    """
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_serve, args=(theirs, str(base), at_work.rules if at_work else None), daemon=True)
    process.start()
    theirs.close()
    taken: Taken | None = None
    told = f"takes more than {timeout:g} s to check"
    try:
        end = time.monotonic() + timeout
        while not (ready := ours.poll(_STEP_S)) and time.monotonic() < end:
            if given_up is not None and given_up.is_set():
                break
        if ready:
            told = "cannot be checked"
            taken = ours.recv()
    except (EOFError, OSError):
        told = "cannot be checked"
    finally:
        ours.close()
        with contextlib.suppress(OSError):
            process.kill()
        process.join()
        process.close()
    if taken is None:
        return Taken(problems=[Problem("folder", told)])
    if at_work is not None and taken.rules == at_work.rules:
        taken.own = replace(at_work.own, lists=taken.own.lists)
        taken.off, taken.files = at_work.off, at_work.files
    return taken


def _serve(answer: Connection, base: str, rules: str | None) -> None:
    no_dumps()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # a traceback would quote a rule
        os.dup2(nowhere, stream)
    try:
        taken = _lists_alone(Path(base), rules) if rules is not None else None
        if taken is None:
            from avec_proxy.own import taking

            taken = taking.take(Path(base))
    except OSError:
        taken = Taken(problems=[Problem("folder", "cannot be read")])
    except BaseException as error:
        taken = Taken(problems=[Problem("folder", f"cannot be checked ({type(error).__name__})")])
    answer.send(taken)


def _lists_alone(base: Path, rules: str) -> Taken | None:
    """Return the lists of the folder, if its rules are those of the digest `rules` and nothing is wrong with a file."""
    contents = read(base, OWN)
    if contents.problems or contents.digest(*RULES, OFF) != rules:
        return None
    taken = Taken(rules=rules, lists=contents.digest(*LISTS))
    taken.own = OwnSet(lists=tuple(lists_of(contents, taken.problems)))
    return taken
