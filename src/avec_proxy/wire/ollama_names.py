"""What Ollama is told of models, by their names (API documentation, read 2026-08): no prose on either way."""

from avec_proxy.wire.format import Conversation, WireFormat
from avec_proxy.wire.ollama_chat import FORMAT as _CHAT
from avec_proxy.wire.shape import MODEL, TEXT, Shape
from avec_proxy.wire.unstreamed import nobody_speaks

_REQUEST = Shape(
    fields=dict.fromkeys(("model", "name", "source", "destination"), MODEL)
    | dict.fromkeys(("verbose", "stream", "insecure"), TEXT)
)

FORMAT = WireFormat("ollama_names", Conversation(_REQUEST, nobody_speaks), None, _CHAT.error_body)
