"""What Amazon Bedrock answers, as frames: written here anew, so that no mistake of the proxy's is shared."""

import base64
import json
import struct
import zlib
from typing import Any

FRAMES = {"content-type": "application/vnd.amazon.eventstream"}


def frame(event: str, payload: bytes, kind: str = "event") -> bytes:
    """Return one frame."""
    named = {f":{kind}-type": event, ":content-type": "application/json", ":message-type": kind}
    headers = b"".join(
        struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", 7, len(value)) + value.encode()
        for name, value in named.items()
    )
    start = struct.pack("!II", 12 + len(headers) + len(payload) + 4, len(headers))
    message = start + struct.pack("!I", zlib.crc32(start)) + headers + payload
    return message + struct.pack("!I", zlib.crc32(message))


def event(name: str, value: Any) -> bytes:
    """Return a frame of JSON, padded as the service pads it."""
    return frame(name, json.dumps({**value, "p": "abcdefgh"}, ensure_ascii=False).encode())


def chunk(value: Any) -> bytes:
    """Return a frame of InvokeModel's stream: a model's own event, in base64."""
    inner = json.dumps(value, ensure_ascii=False).encode()
    return event("chunk", {"bytes": base64.b64encode(inner).decode()})


def converse_events(deltas: list[dict[str, Any]], start: dict[str, Any] | None = None, why: str = "end_turn") -> bytes:
    """Return ConverseStream's events of one block that comes as `deltas`."""
    said = [event("messageStart", {"role": "assistant"})]
    if start is not None:
        said.append(event("contentBlockStart", {"contentBlockIndex": 0, "start": start}))
    said += [event("contentBlockDelta", {"contentBlockIndex": 0, "delta": delta}) for delta in deltas]
    said += [event("contentBlockStop", {"contentBlockIndex": 0}), event("messageStop", {"stopReason": why})]
    usage = {"inputTokens": 5, "outputTokens": 7, "totalTokens": 12}
    return b"".join([*said, event("metadata", {"usage": usage, "metrics": {"latencyMs": 9}})])


def converse_message(*content: dict[str, Any], why: str = "end_turn") -> bytes:
    """Return Converse's plain answer."""
    usage = {"inputTokens": 5, "outputTokens": 7, "totalTokens": 12}
    message = {"role": "assistant", "content": list(content)}
    value = {"output": {"message": message}, "stopReason": why, "usage": usage, "metrics": {"latencyMs": 9}}
    return json.dumps(value).encode()
