"""Placeholder, being written."""


def gateway() -> None:
    raise NotImplementedError
