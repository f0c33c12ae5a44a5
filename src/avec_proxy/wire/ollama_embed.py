"""Ollama's own embeddings, the older form too (API documentation, read 2026-08): vectors come back, and pass."""

from avec_proxy.wire.format import Conversation, WireFormat
from avec_proxy.wire.ollama_chat import FORMAT as _CHAT
from avec_proxy.wire.ollama_chat import KEEP_ALIVE, OPTIONS
from avec_proxy.wire.shape import MODEL, NUMBER, PROMPTS, TEXT, Shape
from avec_proxy.wire.unstreamed import nobody_speaks

_REQUEST = Shape(
    fields={
        "model": MODEL,
        "input": PROMPTS,
        "prompt": PROMPTS,
        "truncate": TEXT,
        "dimensions": NUMBER,
        "options": OPTIONS,
        "keep_alive": KEEP_ALIVE,
    }
)

FORMAT = WireFormat("ollama_embed", Conversation(_REQUEST, nobody_speaks), None, _CHAT.error_body)
