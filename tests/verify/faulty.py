"""A gateway or a workstation's proxy with one fault planted in it, in a process of its own.

`python -m tests.verify.faulty gateway|run SWITCH OPTIONS…`: the file SWITCH names the fault of the moment ("" for
none), so that one process serves many tests. `FAULTS` of the proxy are planted here, those of a worker in
`tests.verify.faulty_pipeline`.
"""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from avec_proxy import settings
from avec_proxy.model import Cleared, Refusal
from avec_proxy.proxy import addon, headers, master, pac, replies, route, scope, seal
from avec_proxy.proxy.scope import Scope, Verdict

SWITCH = "FAULT_SWITCH"


def fault() -> str:
    """Return the fault of the moment."""
    return Path(os.environ[SWITCH]).read_text(encoding="utf-8")


def _restore_off(self: replies.Restorer, data: bytes) -> list[bytes]:
    if fault() == "restore_off":
        return [data] if data else []
    if fault() == "buffered":
        kept: list[bytes] = vars(_restore_off).setdefault(str(id(self)), [])
        kept += _piece(self, data)
        return [] if data else [b"".join(kept)]
    return _piece(self, data)


def _all_headers(received: Any, *arguments: Any, **options: Any) -> Any:
    leaving = _outgoing(received, *arguments, **options)
    if fault() == "headers_pass":
        known = {name for name, _ in leaving}
        dropped = (b"content-length", b"transfer-encoding", b"connection", b"host")
        leaving += [(n, v) for n, v in received if n.lower() not in known and n.lower() not in dropped]
    return leaving


async def _sent_anyway(self: addon.Guard, flow: Any, exchange: Any) -> None:
    try:
        await _pass(self, flow, exchange)
    except Refusal:
        if fault() != "refusal_sends" or exchange.way is None:
            raise
        exchange.cleared = Cleared(flow.request.data.path, flow.request.raw_content, {}, {}, 0, ())
        exchange.sink = exchange.sink or self._probe.sink(flow)
        addon._rewrite(flow.request, exchange.sink, exchange.cleared)
        seal.put(flow)


def _tunnelled(self: Scope, host: str, port: int) -> Verdict:
    if fault() == "host_tunnelled" and host == "api.mistral.ai":
        return Verdict.TUNNEL
    if fault() == "other_ai_opened" and _connect(self, host, port) is Verdict.OTHER_AI:
        return Verdict.TUNNEL
    return _connect(self, host, port)


def _shorter(host: str, port: int) -> str:
    script = _pac(host, port)
    return script.replace('"api.anthropic.com": 1', '"api.anthropic.org": 1') if fault() == "pac_short" else script


def _facts(self: Any) -> dict[str, object]:
    told = _told(self)
    if fault() == "upstream_clear":
        # what GatewayRoute.facts says of a plain http upstream elsewhere, which the settings refuse
        base = settings.BaseUrl("http", "llm.example", 80)
        told["upstreams"] = {**told["upstreams"], "openai": route._how(base)}  # type: ignore[dict-item]
    return told


_piece, _outgoing = replies.Restorer.__call__, headers.outgoing
_pass, _connect, _pac, _told = addon.Guard._pass, Scope.connect, pac.pac, route.GatewayRoute.facts


def plant() -> None:
    """Put every fault of the proxy in its place; they sleep until the switch names them."""
    replies.Restorer.__call__ = _restore_off  # type: ignore[method-assign]
    addon.headers.outgoing = _all_headers
    route.GatewayRoute.facts = _facts  # type: ignore[method-assign]
    addon.Guard._pass = _sent_anyway  # type: ignore[method-assign]
    scope.Scope.connect = _tunnelled  # type: ignore[method-assign]
    from avec_proxy.proxy import forward

    forward.pac = _shorter
    for name in ("Gateway", "Workstation"):
        _own_pipeline(getattr(master, name))


def _own_pipeline(kind: Any) -> None:
    made: Callable[..., None] = kind.__init__

    def init(self: Any, *arguments: Any) -> None:
        made(self, *arguments, pipeline="tests.verify.faulty_pipeline")

    kind.__init__ = init


def main(arguments: Iterable[str]) -> None:
    """Run the command with the faults planted."""
    command, switch, *options = arguments
    os.environ[SWITCH] = switch
    plant()
    sys.argv = ["avec-proxy", command, *options]
    from avec_proxy.cli import app

    app()


if __name__ == "__main__":
    main(sys.argv[1:])
