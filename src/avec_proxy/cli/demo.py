"""`avec-proxy demo`: the whole way, with an embedded stand-in LLM. No key, no server, no network."""

import asyncio
import sys
from typing import Annotated

import typer


def demo(
    serve: Annotated[bool, typer.Option("--serve", help="Leave stand-in and gateway running, and say how to use them.")] = False,
    port: Annotated[int, typer.Option(help="Port of the gateway on 127.0.0.1; 0 takes any free one.")] = 0,
) -> None:
    """Watch a French clinical prompt leave without identifiers through a real mitmproxy, and come back restored.

    Exit code 0 only if no identifier reached the stand-in and every reply was restored exactly.
    """
    try:
        import anthropic  # noqa: F401
        import openai  # noqa: F401
    except ImportError:
        sys.stderr.write("avec-proxy demo needs the SDKs: pip install 'avec-proxy[demo]'\n")
        raise typer.Exit(2) from None
    from avec_proxy.demo.show import run

    raise typer.Exit(asyncio.run(run(serve=serve, port=port)))
