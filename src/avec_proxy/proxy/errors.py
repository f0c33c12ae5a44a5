"""What keeps the gateway from running; each text is one line, fit for a terminal."""


class GatewayError(Exception):
    """The gateway cannot run as it is set."""


class ListenError(GatewayError):
    """The port cannot be opened; says which and why."""
