"""From version to version of the tables; each step is frozen, and never imports `schema`."""
