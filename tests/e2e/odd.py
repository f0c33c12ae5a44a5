"""The prompt that odd requests carry, what must not leave of it, and how bodies are made."""

import json
import zlib
from typing import Any

import zstandard

from tests.e2e.harness.raw import MESSAGES, request

TEXT = (
    "Mme Rozenn Calvarin, née le 04/05/1951, NIR 2 51 05 29 019 118 27, tél. 06 39 98 44 21, courriel "
    "rozenn.calvarin@exemple.fr, présente une dyspnée d'effort à 88 % de SpO2 sous bisoprolol 2,5 mg. "
    "Mme Calvarin suit l'échelle de Borg."
)
KEPT = ("une dyspnée d'effort à 88 % de SpO2 sous bisoprolol 2,5 mg", "l'échelle de Borg")
MARKERS = [
    *("Calvarin", "Rozenn", "04/05/1951", "2 51 05 29 019 118 27", "251052901911827", "06 39 98 44 21", "0639984421"),
    *("rozenn.calvarin@exemple.fr", "1951-05-04"),
]
NAME = "Rozenn Calvarin"


def chat(text: str = TEXT, **more: Any) -> dict[str, Any]:
    """Return a body with one user message; both providers read it."""
    return {"model": "modele-1", "max_tokens": 300, "messages": [{"role": "user", "content": text}], **more}


def js(value: Any, *, escaped: bool = False) -> bytes:
    """Return `value` as JSON."""
    return json.dumps(value, ensure_ascii=escaped).encode()


BODY = js(chat())


def json_headers(**more: str) -> dict[str, str]:
    """Return headers of a JSON request and `more`, «_» standing for «-»."""
    return {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in more.items()}}


def zstd(data: bytes) -> bytes:
    """Return `data` in one zstd frame."""
    return zstandard.ZstdCompressor().compress(data)


def raw_deflate(data: bytes) -> bytes:
    """Return `data` deflated without an envelope."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def nested(value: Any, layers: int) -> str:
    """Return JSON inside a string, `layers` deep."""
    for _ in range(layers):
        value = json.dumps({"v": value} if isinstance(value, str) else value, ensure_ascii=False)
    return str(value)


def called(arguments: str) -> bytes:
    """Return an OpenAI request whose history holds a tool call with `arguments`, and the same as its result."""
    call = {"id": "call_1", "type": "function", "function": {"name": "lire", "arguments": arguments}}
    messages = [
        {"role": "user", "content": "Lis le dossier."},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": arguments},
        {"role": "user", "content": "Poursuis."},
    ]
    return request(js({"model": "m", "messages": messages}))


def used(value: Any) -> bytes:
    """Return an Anthropic request whose history holds a tool use with the input `value`, and its result."""
    use = {"type": "tool_use", "id": "toolu_1", "name": "lire", "input": value}
    result = {
        "type": "tool_result",
        "tool_use_id": "toolu_1",
        "content": [{"type": "text", "text": js(value).decode()}],
    }
    messages = [
        {"role": "user", "content": "Lis le dossier."},
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [result, {"type": "text", "text": "Poursuis."}]},
    ]
    return request(js({"model": "m", "max_tokens": 9, "messages": messages}), path=MESSAGES)
