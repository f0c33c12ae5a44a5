"""What a process does so that a prompt in its memory stays there when something breaks."""

import contextlib
import faulthandler
import importlib


def no_dumps() -> None:
    """Turn core dumps and fault tracebacks off, where the system knows them."""
    faulthandler.disable()
    with contextlib.suppress(ImportError, ValueError, OSError):  # there is no such limit on Windows
        resource = importlib.import_module("resource")
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def place(error: BaseException) -> str:
    """Return where `error` was raised, as `module:line`: nothing of its text, nor of any value."""
    trace, where = error.__traceback__, "?"
    while trace is not None:
        where = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return where
