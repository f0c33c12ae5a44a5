"""Measuring: marked texts against what would leave. Trusts nothing but the outgoing text."""
