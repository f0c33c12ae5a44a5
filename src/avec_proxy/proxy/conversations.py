"""What conversations that a provider keeps have told, so that a later request can go on from them: in memory alone.

A conversation is found by a keyed hash of who asks (the credential), where, and the provider's name for it, so that
nobody reaches another's. It is forgotten after a time without use, or when too many others came after it.
"""

import asyncio
import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from avec_proxy.model import Cleared, Past, Refusal, Request
from avec_proxy.proxy.route import Way
from avec_proxy.wire import FORMATS
from avec_proxy.wire.kept import Asked
from avec_proxy.wire.target import kept_name

# A conversation that hid more than this is not kept: the next request would take too long to check.
MAX_SIZE = 20_000
# All of them together, in surfaces.
MAX_TOTAL = 2_000_000

_CREDENTIALS = (b"authorization", b"x-api-key", b"api-key", b"x-goog-api-key")


@dataclass(slots=True)
class _Known:
    past: Past
    until: float


@dataclass(slots=True)
class _Turn:
    """Who may go on with a conversation: one request after the other."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """Whose exchange it is, as a digest, and the thread that it goes on with ("" for none)."""

    owner: bytes
    thread: str = ""


class Conversations:
    """The conversations of all clients; all calls come from one event loop.

    `seconds`: how long one is kept without use, 0 for not at all; `most`: how many.
    """

    def __init__(self, seconds: float, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, _Known] = OrderedDict()  # the one used longest ago first
        self._total = 0
        self._turns: dict[bytes, _Turn] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._known)

    @staticmethod
    def credentials(fields: tuple[tuple[bytes, bytes], ...]) -> tuple[bytes, ...]:
        """Return the names and values of the credentials among a request's headers, in one order."""
        given = [(name.lower(), value) for name, value in fields if name.lower() in _CREDENTIALS]
        return tuple(part for pair in sorted(given) for part in pair)

    async def checked(
        self, request: Request, way: Way, owner: tuple[bytes, ...], check: Callable[[Request], Awaitable[Cleared]]
    ) -> tuple[Link | None, Cleared]:
        """Return what `check` makes of a request, with what the conversation that it leans on told, and its link to it.

        `owner` is who asks, the link None where the provider keeps nothing of the exchange. Raises Refusal as `find`
        and `check` do.
        """
        wire_format = FORMATS[way.format]
        name, grows = kept_name(request.target, way.rule)
        if wire_format.kept is None and not name:
            return None, await check(request)
        asked = await asyncio.to_thread(wire_format.asked, request.body)
        if name:
            asked = replace(asked, leans=name, grows=grows, stored=asked.stored and bool(request.body))
        link = Link(self._digest(str(way.upstream).encode(), *owner), asked.leans if asked.grows else "")
        kept = link if asked.stored else None
        if not asked.leans:
            return kept, await check(request)
        return kept, await self._go_on(link.owner, asked, lambda past: check(replace(request, past=past)))

    def learn(self, link: Link, name: str, past: Past) -> None:
        """Keep what an exchange told under a name that its reply gives it. Never raises.

        The thread that it goes on with is kept already, perhaps with more than this exchange told.
        """
        if name != link.thread:
            self.keep(link.owner, name, past)

    def find(self, owner: bytes, name: str) -> Past:
        """Return what a conversation told. Raises Refusal("history_unknown") for one that is not known (any more)."""
        self._forget()
        known = self._known.get(self._digest(owner, name.encode()))
        if known is None:
            raise Refusal("history_unknown" if self._seconds else "history_elsewhere")
        return known.past

    def keep(self, owner: bytes, name: str, past: Past) -> None:
        """Keep what a conversation has told up to now under its name. Never raises."""
        key = self._digest(owner, name.encode("utf-8", "replace"))
        self._drop(key)
        if not self._seconds or past.size > MAX_SIZE:
            return
        self._known[key] = _Known(past, self._clock() + self._seconds)
        self._total += past.size
        while len(self._known) > self._most or self._total > MAX_TOTAL:
            self._drop(next(iter(self._known)))
        self._forget()

    async def _go_on(self, owner: bytes, asked: Asked, check: Callable[[Past], Awaitable[Cleared]]) -> Cleared:
        async with self._turn(owner, asked.leans):
            past = self.find(owner, asked.leans)
            cleared = await check(past)
            # before it is sent: the next request must know of it, whatever becomes of this one
            self.keep(owner, asked.leans, cleared.past if asked.grows else past)
        return cleared

    @asynccontextmanager
    async def _turn(self, owner: bytes, name: str) -> AsyncIterator[None]:
        """Wait until no other request goes on with a conversation: two at once could give two people one number."""
        key = self._digest(owner, name.encode())
        turn = self._turns.setdefault(key, _Turn())
        turn.waiting += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.waiting -= 1
            if not turn.waiting:
                self._turns.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()
        self._total = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _drop(self, key: bytes) -> None:
        known = self._known.pop(key, None)
        if known is not None:
            self._total -= known.past.size

    def _forget(self) -> None:
        """Drop what is too old, and come back when the next one is."""
        now = self._clock()
        while self._known and (oldest := next(iter(self._known.values()))).until <= now:
            self._drop(next(iter(self._known)))
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._known:
            oldest = next(iter(self._known.values()))
            self._timer = asyncio.get_running_loop().call_later(oldest.until - now, self._forget)

    def _digest(self, *parts: bytes) -> bytes:
        made = hashlib.blake2b(key=self._key, digest_size=32)
        for part in parts:
            made.update(len(part).to_bytes(8, "big") + part)
        return made.digest()
