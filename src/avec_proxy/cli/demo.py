"""`avec-proxy demo`: the whole way, with an embedded stand-in LLM. No key, no server, no network."""

import asyncio
import sys
from typing import Annotated, NoReturn

import typer

ERROR = 2


def demo(
    serve: Annotated[
        bool, typer.Option("--serve", help="Leave stand-in and gateway running, and say how to use them.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the gateway on 127.0.0.1; 0 takes any free one.")
    ] = 0,
) -> None:
    """Watch a French clinical prompt leave without identifiers through a real mitmproxy, and come back restored.

    Exit code 0 only if no identifier reached the stand-in and every reply was restored exactly.
    """
    try:
        import anthropic  # noqa: F401
        import openai  # noqa: F401
    except ImportError:
        _give_up("the SDKs are missing: pip install 'avec-proxy[demo]'")
    from avec_proxy.demo.scenes import THROUGH_PROXY
    from avec_proxy.demo.show import run
    from avec_proxy.proxy.errors import GatewayError
    from avec_proxy.workers.pool import PoolError

    try:
        code = asyncio.run(run(serve=serve, port=port, through_proxy=() if serve else THROUGH_PROXY))
    except (GatewayError, PoolError) as error:  # one line, without a word of a prompt
        _give_up(str(error))
    raise typer.Exit(code)


def _give_up(line: str) -> NoReturn:
    sys.stderr.write(f"avec-proxy demo: {line}\n")
    raise typer.Exit(ERROR)
