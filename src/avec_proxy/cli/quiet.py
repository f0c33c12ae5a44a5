"""Standard output for the contract alone: what a package prints, logs or warns of goes nowhere."""

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TextIO


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
