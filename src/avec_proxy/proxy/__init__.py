"""mitmproxy, kept in one room: its types and its quirks do not leave this package."""

import os

# mitmproxy reads these when it is imported, and would write the keys of every TLS connection to a file.
for _name in ("SSLKEYLOGFILE", "MITMPROXY_SSLKEYLOGFILE"):
    os.environ.pop(_name, None)
