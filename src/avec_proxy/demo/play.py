"""Plays a scene: types each turn through an official SDK, and collects what each side saw."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from avec_proxy.demo.scenes import Scene
from avec_proxy.demo.standin import StandIn, answer
from avec_proxy.mapping import PLACEHOLDER

_MODEL = "standin"


@dataclass(slots=True)
class Turn:
    """One turn as each side saw it: typed, left (recorded by the stand-in), came back, seen by the user."""

    typed: str
    left: str
    came: str
    seen: str
    warnings: tuple[str, ...] = ()
    hidden: int = 0
    pieces: int = 0


@dataclass(slots=True)
class Played:
    """A scene and what went wrong in it; `faults` is empty when every promise was kept."""

    scene: Scene
    turns: list[Turn] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


async def play(scene: Scene, base_url: str, standin: StandIn) -> Played:
    """Play a scene against the gateway at `base_url` and judge it by what `standin` recorded."""
    played = Played(scene)
    messages: list[dict[str, str]] = []
    for typed in scene.turns:
        before = len(standin.received)
        messages.append({"role": "user", "content": typed})
        seen, headers, pieces = await _ask(scene, base_url, messages)
        messages.append({"role": "assistant", "content": seen})
        received = standin.received[before:]
        left = _last_user(received[-1]) if received else ""
        played.turns.append(
            Turn(
                typed=typed,
                left=left,
                came=answer(left),
                seen=seen,
                warnings=tuple(filter(None, headers.get("x-avec-warnings", "").split(","))),
                hidden=int(headers.get("x-avec-hidden", "0")),
                pieces=pieces,
            )
        )
        played.faults.extend(_faults(scene, played.turns[-1], received))
    return played


async def _ask(scene: Scene, base_url: str, messages: list[dict[str, str]]) -> tuple[str, Any, int]:
    """Return (text as the SDK gives it, response headers, number of pieces it came in)."""
    if scene.sdk == "openai":
        import openai

        async with openai.AsyncOpenAI(base_url=f"{base_url}/v1", api_key="demo", max_retries=0) as client:
            raw = await client.chat.completions.with_raw_response.create(
                model=_MODEL, messages=messages, stream=scene.stream  # type: ignore[arg-type]
            )
            parsed: Any = raw.parse()
            if not scene.stream:
                return parsed.choices[0].message.content or "", raw.headers, 1
            pieces = [chunk.choices[0].delta.content or "" async for chunk in parsed if chunk.choices]
            return "".join(pieces), raw.headers, len(pieces)
    import anthropic

    async with anthropic.AsyncAnthropic(base_url=base_url, api_key="demo", max_retries=0) as client:
        raw_message: Any = await client.messages.with_raw_response.create(
            model=_MODEL, max_tokens=500, messages=messages, stream=scene.stream  # type: ignore[arg-type]
        )
        parsed = await raw_message.parse()
        if not scene.stream:
            return "".join(block.text for block in parsed.content), raw_message.headers, 1
        pieces = [event.delta.text async for event in parsed if event.type == "content_block_delta"]
        return "".join(pieces), raw_message.headers, len(pieces)


def _faults(scene: Scene, turn: Turn, received: list[bytes]) -> list[str]:
    """Judge a turn by the bytes that the stand-in received and by what the user saw."""
    faults = [] if len(received) == 1 else [f"{len(received)} requêtes reçues au lieu d'une"]
    wire = b"\n".join(received)
    text = wire.decode("utf-8", "replace") + json.dumps(wire.decode("utf-8", "replace"))
    for identifier in scene.identifiers:
        if re.search(rf"(?<!\w){re.escape(identifier)}(?!\w)", text):
            faults.append("un identifiant est parti")
    faults.extend("un terme clinique a été abîmé" for term in scene.kept if term in turn.typed and term not in turn.left)
    if PLACEHOLDER.search(turn.seen):
        faults.append("une marque n'a pas été rétablie")
    # what the stand-in quotes is what left; restored, it must be what was typed, character for character
    for line in turn.seen.split("\n")[1:]:
        if line.removeprefix("- ") not in turn.typed:
            faults.append("une réponse n'a pas été rétablie exactement")
    return faults


def _last_user(body: bytes) -> str:
    messages = json.loads(body)["messages"]
    return str(next(m["content"] for m in reversed(messages) if m["role"] == "user"))
