"""The value slots by name; the modules beside fill it as they are imported."""

from collections.abc import Callable
from random import Random

Maker = Callable[[Random], str]
MAKERS: dict[str, Maker] = {}


def value(*names: str) -> Callable[[Maker], Maker]:
    """Register a function as what fills the slots of these names."""

    def keep(maker: Maker) -> Maker:
        for name in names:
            if name in MAKERS:
                raise ValueError(f"two makers of {name}")
            MAKERS[name] = maker
        return maker

    return keep
