"""Stub."""
class Prose:
    pass
