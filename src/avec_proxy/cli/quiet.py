"""The outputs of a command: the contract alone on standard output, on the other one line that quotes nothing."""

import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TextIO

ERROR = 2


class Problem(Exception):  # noqa: N818 - it is told to a person, in one line
    """The command cannot do what it was asked; its text is one line that quotes no prompt and no text."""


def told(command: str, work: Callable[[TextIO], int]) -> int:
    """Return the exit code of `work`, which gets the real standard output; `ERROR` where it raises, said in a line."""
    try:
        with only_contract() as out:
            try:
                return work(out)
            except OSError:
                drop(out)
                raise
    except Problem as error:
        tell(command, str(error))
    except BrokenPipeError:  # the reader has what it wanted (`| head -1`)
        pass
    except Exception as error:
        # the type alone: an exception's text may quote what was worked on
        tell(command, f"internal error ({type(error).__name__})")
    return ERROR


def tell(command: str, message: str) -> None:
    """Write one line to standard error, if there is one."""
    if sys.stderr is not None:
        sys.stderr.write(f"avec-proxy {command}: {message}\n")


@contextmanager
def only_contract() -> Iterator[TextIO]:
    """Give the real standard output, and keep everybody else from it; raises OSError if it is closed."""
    if sys.stdout is None or sys.stdout.closed:
        raise OSError("standard output is closed")
    out = sys.stdout
    disabled = logging.root.manager.disable
    # a package's message may quote what it works on
    logging.disable(logging.CRITICAL)
    try:
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield out
    finally:
        logging.disable(disabled)


def drop(out: TextIO) -> None:
    """Send what is still buffered nowhere: the reader is gone, and Python would complain of it at its end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, out.fileno())
        os.close(nowhere)
    except (OSError, ValueError):  # not a file
        pass
