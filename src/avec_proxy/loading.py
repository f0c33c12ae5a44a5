"""Loading at full speed: what is loaded stays, so nobody looks for garbage in it, then or later."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Within, the garbage collector rests; what there is afterwards it never looks at again."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
