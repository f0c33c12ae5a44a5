"""Placeholder, being written."""


def demo() -> None:
    raise NotImplementedError
