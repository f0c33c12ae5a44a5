"""The local log of usage: SQLite, one row a request, numbers and short codes only."""
