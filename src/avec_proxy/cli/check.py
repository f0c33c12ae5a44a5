"""Placeholder, being written."""


def check() -> None:
    raise NotImplementedError
