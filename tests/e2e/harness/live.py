"""A recording upstream in a thread of its own, for tests that are not coroutines."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.e2e.harness.leaks import leaks
from tests.e2e.harness.upstream import Received, RecordingUpstream, Reply


class LiveUpstream:
    """What a test asks of the upstream: what came, and what to answer from now on."""

    def __init__(self, upstream: RecordingUpstream) -> None:
        self._upstream = upstream

    @property
    def url(self) -> str:
        """Its base URL, without a path."""
        return self._upstream.url

    @property
    def requests(self) -> list[Received]:
        """The requests that came since `forget`."""
        return self._upstream.requests

    def echo(self, request: Received) -> Reply:
        """Return what it answers by itself."""
        return self._upstream.echo(request)

    def answer(self, answer: Callable[[Received], Reply] | None, piece: int = 3, frame: int = 0) -> None:
        """Answer so from now on; None echoes, `piece` characters in a delta, `frame` bytes in a write."""
        self._upstream.answer, self._upstream.piece, self._upstream.frame = answer, piece, frame

    def forget(self) -> None:
        """Forget everything that came, and echo again."""
        self._upstream.recorded.clear()
        self._upstream.requests.clear()
        self._upstream.connections = self._upstream.answered = 0
        self.answer(None)

    def assert_untouched(self) -> None:
        """Nothing reached it: not a byte, not a connection."""
        assert self._upstream.received == b""
        assert self._upstream.connections == 0

    def assert_clean(self, markers: list[str]) -> None:
        """No marker reached it in any encoding."""
        assert leaks(markers, self._upstream.received) == []


@contextmanager
def serving(upstream: RecordingUpstream) -> Iterator[LiveUpstream]:
    """Serve `upstream` from a thread until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(upstream.__aenter__(), loop).result(10)
    try:
        yield LiveUpstream(upstream)
    finally:
        asyncio.run_coroutine_threadsafe(upstream.__aexit__(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
