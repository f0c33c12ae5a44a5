"""Plays a scene: types each turn through an official SDK, and collects what each side saw."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anthropic
import openai

from avec_proxy.demo.judge import faults
from avec_proxy.demo.scenes import Scene
from avec_proxy.demo.standin import Received, StandIn

_MODEL = "standin"
_CLIENT: Any = {"api_key": "demo", "max_retries": 0, "timeout": 30}


@dataclass(frozen=True, slots=True)
class Door:
    """How a program reaches the model: the base URL (no version), and its SDK's HTTP client if it needs its own."""

    base_url: str
    client: Callable[[], Any] = lambda: None  # made anew for each question: the SDKs close it


@dataclass(slots=True)
class Turn:
    """One turn as each side saw it: typed, left (recorded by the stand-in), came back, seen by the user."""

    typed: str
    left: str
    came: str
    seen: str
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Played:
    """A scene and what went wrong in it; `faults` is empty when every promise was kept."""

    scene: Scene
    turns: list[Turn] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


async def play(scene: Scene, door: Door, standin: StandIn) -> Played:
    """Play a scene through `door` and judge it by what `standin` recorded."""
    played = Played(scene)
    messages: list[dict[str, str]] = []
    for typed in scene.turns:
        before = len(standin.received)
        messages.append({"role": "user", "content": typed})
        try:
            seen, headers = await _ask(scene, door, messages)
        except Exception as error:  # whatever the SDK makes of it, the user got no answer
            played.faults.append(f"la demande a été refusée ({_code(error)})")
            return played
        messages.append({"role": "assistant", "content": seen})
        received = standin.received[before:]
        left = _last_user(received)
        came = "".join(standin.sent[-1:]) if received else ""
        warnings = tuple(filter(None, headers.get("x-avec-warnings", "").split(",")))
        played.turns.append(Turn(typed, left, came, seen, warnings))
        played.faults.extend(faults(scene, typed, received, left, came, seen))
    return played


async def _ask(scene: Scene, door: Door, messages: list[dict[str, str]]) -> tuple[str, Mapping[str, str]]:
    """Return (text as the SDK gives it, response headers)."""
    question: Any = {"model": _MODEL, "messages": messages, "stream": scene.stream}
    raw: Any
    if scene.sdk == "openai":
        async with openai.AsyncOpenAI(base_url=f"{door.base_url}/v1", http_client=door.client(), **_CLIENT) as chat:
            raw = await chat.chat.completions.with_raw_response.create(**question)
            reply = raw.parse()
            if not scene.stream:
                return reply.choices[0].message.content or "", raw.headers
            return "".join([c.choices[0].delta.content or "" async for c in reply if c.choices]), raw.headers
    async with anthropic.AsyncAnthropic(base_url=door.base_url, http_client=door.client(), **_CLIENT) as client:
        raw = await client.messages.with_raw_response.create(max_tokens=500, **question)
        reply = await raw.parse()
        if not scene.stream:
            return "".join(block.text for block in reply.content), raw.headers
        return "".join([e.delta.text async for e in reply if e.type == "content_block_delta"]), raw.headers


def _code(error: Exception) -> str:
    """Return the stable code of a refusal, or the error's type; never its text."""
    body = getattr(error, "body", None)
    inner = body.get("error", body) if isinstance(body, dict) else {}
    code = inner.get("code") if isinstance(inner, dict) else None
    return code if isinstance(code, str) else type(error).__name__


def _last_user(received: list[Received]) -> str:
    if not received:
        return ""
    messages = json.loads(received[-1].body)["messages"]
    return str(next(m["content"] for m in reversed(messages) if m["role"] == "user"))
