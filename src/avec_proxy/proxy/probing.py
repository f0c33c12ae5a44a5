"""The words of the verification door, which the guard and `avec-proxy verify` share.

A request that carries `TOKEN` takes the way of every other one, through the same workers and the same restoring, and
is then sent to the recorder of whoever verifies, at `SINK` (a port of this machine), instead of the provider.
"""

TOKEN = "x-avec-verify"  # noqa: S105 - the name of a header
SINK = "x-avec-verify-sink"
FACTS = "/avec/verify"  # what is set and loaded, for those who have the token
MIN_TOKEN = 32  # characters
